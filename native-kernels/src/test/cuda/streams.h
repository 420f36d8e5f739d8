// Streams and events of the emulated driver: queued work, done as early or as late as they allow. A copy or a kernel that
// should have waited for another stream, and does not, finds the wrong data.
#pragma once

#include <deque>
#include <functional>
#include <memory>

namespace emu {

class Stream;

/** A point in a stream's work. */
struct Mark {
    std::shared_ptr<Stream> stream;
    unsigned long long at = 0;

    bool reached() const;
    /** Does what comes before. */
    void reach() const;
};

/** When work is done that nobody waits for: at once; never; or some of it at every call, by chance. */
enum class Pace { EAGER, LAZY, RANDOM };
extern Pace pace;

/** Work of one device, done in the order in which it was queued. All calls are made under the driver's lock. */
class Stream : public std::enable_shared_from_this<Stream> {
public:
    const int device;
    int &failure;

    /** @param failure of the context: the error that it gives until the end, or 0 */
    static std::shared_ptr<Stream> open(int device, int &failure);
    void close();

    /** Queues work that gives an error of the device, or 0. */
    Mark add(std::function<int()> work);
    /** Queues waiting for work of this or another stream. */
    void wait(const Mark &mark);
    void finish();
    bool idle() const { return queue.empty(); }
    size_t length() const { return queue.size(); }

    static void finish_device(int device);

private:
    friend struct Mark;
    struct Work {
        std::function<int()> run;
        Mark after;
    };
    std::deque<Work> queue;
    unsigned long long issued = 0, done = 0;

    Stream(int device, int &failure) : device(device), failure(failure) {}
    void step();
    static void stir();
};

} // namespace emu
