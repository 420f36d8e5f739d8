#include "streams.h"

#include "scheduler.h"

#include <algorithm>
#include <random>
#include <vector>

namespace emu {

Pace pace = Pace::EAGER;

static std::vector<std::shared_ptr<Stream>> streams;

bool Mark::reached() const { return !stream || stream->done >= at; }

void Mark::reach() const {
    while (!reached()) stream->step();
}

std::shared_ptr<Stream> Stream::open(int device, int &failure) {
    streams.emplace_back(new Stream(device, failure));
    return streams.back();
}

void Stream::close() {
    finish();
    streams.erase(std::find(streams.begin(), streams.end(), shared_from_this()));
}

Mark Stream::add(std::function<int()> work) {
    queue.push_back({std::move(work), {}});
    Mark m{shared_from_this(), ++issued};
    if (pace == Pace::EAGER) finish();
    if (pace == Pace::RANDOM) stir();
    return m;
}

void Stream::wait(const Mark &mark) {
    ++issued;
    queue.push_back({nullptr, mark});
}

void Stream::finish() {
    while (!queue.empty()) step();
}

void Stream::finish_device(int device) {
    for (auto &s : streams)
        if (s->device == device) s->finish();
}

/** A wait refers to work that was queued before it, so that this ends. */
void Stream::step() {
    const Work w = std::move(queue.front());
    queue.pop_front();
    w.after.reach();
    if (w.run && !failure) failure = w.run();
    ++done;
}

void Stream::stir() {
    static std::minstd_rand random;
    static unsigned long long seed = 0;
    if (seed != settings.seed) random.seed((unsigned)(seed = settings.seed));
    for (unsigned n = random() % 4; n > 0; --n) {
        Stream &s = *streams[random() % streams.size()];
        if (!s.queue.empty() && s.queue.front().after.reached()) s.step();
    }
}

} // namespace emu
