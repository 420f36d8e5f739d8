// Runs grids of emulated CUDA threads.
#pragma once

#include "emulated.h"

#include <mutex>
#include <string>
#include <vector>

#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim

namespace emu {

/** In which order the threads of a block run between two points where they meet. */
enum class Order { FORWARD, REVERSE, RANDOM };

struct Kernel {
    std::string name;
    Entry entry;
    std::vector<unsigned> sizes;
    unsigned threads;
    unsigned shared = 48 << 10;
};

struct Settings {
    Order order = Order::FORWARD;
    unsigned long long seed = 1;
};
extern Settings settings;

/** The compiled kernel of that name, or null. */
Kernel *find(const std::string &name);

/** Runs all blocks of a grid; gives what is wrong with the kernel, or nothing. */
std::string run(const Kernel &kernel, void **arguments, dim3 grid, dim3 block, unsigned shared);

/** Calls body(i) for every i < n; if they are many, on all threads of the system. */
void parallel(unsigned long long n, void (*body)(void *, unsigned long long), void *data);

} // namespace emu
