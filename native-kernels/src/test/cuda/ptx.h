// Runs kernels that are given as PTX text: the straight lines that PtxWriter prints, not PTX as such.
#pragma once

#include "scheduler.h"

#include <map>
#include <memory>

namespace emu {

/** Whether n bytes from an address on lie in one piece of device memory. */
bool is_device_memory(uintptr_t address, size_t n);

/** One entry of a PTX text. */
class PtxKernel {
public:
    /** @param text from the name of the entry on */
    explicit PtxKernel(const std::string &text);
    ~PtxKernel();
    const std::string &name() const;
    const std::vector<unsigned> &sizes() const;
    /** What the text has that this does not know, or nothing. */
    const std::string &unknown() const;
    std::string run(void **arguments, dim3 grid, dim3 block) const;

private:
    struct Code;
    std::unique_ptr<Code> code;
};

} // namespace emu
