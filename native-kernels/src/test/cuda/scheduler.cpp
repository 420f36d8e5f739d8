// Threads of a block as fibers on one thread of the system. A fiber starts one CUDA thread after the other; only a
// thread that has to wait keeps its fiber, and the next ones go on with another.
#include "scheduler.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

namespace emu {

__thread ThreadPlace *thread;
__thread BlockPlace *block;
Settings settings;

// ---- changing fibers: save the callee's registers and the stack pointer, take the other's ----------------------------

extern "C" void emu_switch(void **save, void *to);
#if defined(__x86_64__)
asm(".text\n.hidden emu_switch\n.globl emu_switch\n.type emu_switch,@function\nemu_switch:\n"
    "pushq %rbp\npushq %rbx\npushq %r12\npushq %r13\npushq %r14\npushq %r15\n"
    "movq %rsp,(%rdi)\nmovq %rsi,%rsp\n"
    "popq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\nret\n.size emu_switch,.-emu_switch\n");
constexpr int SAVED = 6;
#else
#error "the emulated driver changes fibers on x86-64 only; JCuda has natives for nothing else"
#endif

static std::map<std::string, Kernel *> &registry() {
    static auto *kernels = new std::map<std::string, Kernel *>;
    return *kernels;
}

void add(const char *name, Entry entry, int count, const unsigned *sizes, unsigned threads) {
    Kernel *&slot = registry()[name];
    if (slot) {
        fprintf(stderr, "two kernels are called %s\n", name);
        abort();
    }
    slot = new Kernel{name, entry, std::vector<unsigned>(sizes, sizes + count), threads};
}

Kernel *find(const std::string &name) {
    auto it = registry().find(name);
    return it == registry().end() ? nullptr : it->second;
}

namespace {

constexpr size_t STACK = 128 << 10;
constexpr size_t PAGE = 4096;
/** Looks of a block's threads for what other threads do, after which it is stuck. */
constexpr int PATIENCE = 20000000;

struct Fiber {
    void *stack = nullptr;
    unsigned char *memory = nullptr;
    size_t colour = 0;
};

struct Copy {
    void *to;
    const void *from;
    int bytes, total, group;
};

enum class State { NEW, STARTED, ENDED };

struct Thread {
    ThreadPlace place;
    Thread *next = nullptr;
    State state = State::NEW;
    Fiber *fiber = nullptr;
    std::vector<Copy> copies;
    int group = 0;
    const char *waits = "";
    int line = 0;
};

/** Threads in the order in which they go on. */
struct Queue {
    Thread *head = nullptr, *tail = nullptr;
    void push(Thread *t) {
        t->next = nullptr;
        (tail ? tail->next : head) = t;
        tail = t;
    }
    Thread *pop() {
        Thread *t = head;
        if (t && !(head = t->next)) tail = nullptr;
        return t;
    }
};

/** A meeting of the lanes of one mask; two sets of slots, since a fast lane may come again before a slow one has read. */
struct Meeting {
    unsigned mask = 0, arrived = 0, count = 0;
    Queue waiting;
    alignas(64) unsigned char slots[2][32 * SLOT];
};

struct Warp {
    unsigned alive = 0;
    Meeting meetings[8];
};

/** Runs blocks, one at a time. */
class Worker {
public:
    static __thread Worker *self;
    std::string wrong;

    void run(const Kernel &k, void **arguments, dim3 grid, dim3 size, unsigned shared, unsigned long long linear) {
        begin(k, arguments, grid, size, shared, linear);
        current = take();
        emu_switch(&home, current->stack);
        if (stuck) {
            free = all;
            for (Thread &t : threads) t.copies.clear();
        }
        thread = nullptr;
        block = nullptr;
    }

    void barrier(const char *file, int line, int predicate) {
        if (arrived && at && at != line)
            say("threads of one block meet at different barriers (" + std::string(file) + ", lines " + std::to_string(at) +
                " and " + std::to_string(line) + ")");
        at = line;
        me->waits = file;
        me->line = line;
        counting += predicate != 0;
        if (++arrived == alive)
            release();
        else
            wait(gathered);
    }

    int counted() const { return count; }

    const unsigned char *exchange(unsigned mask, const void *mine, size_t n) {
        Warp &w = warps[me->place.warp];
        const int lane = me->place.lane, here = total - me->place.warp * 32;
        const unsigned exist = here >= 32 ? ~0u : (1u << here) - 1;
        if (!(mask >> lane & 1)) say("a lane is not in the mask of its own warp function");
        if (mask & exist & ~w.alive) say("a warp function waits for a lane that has ended");
        Meeting &m = meeting(w, mask);
        unsigned char *slots = m.slots[m.count & 1];
        memcpy(slots + lane * SLOT, mine, n);
        m.arrived |= 1u << lane;
        if ((m.arrived & w.alive) == (mask & w.alive)) {
            m.arrived = 0;
            ++m.count;
            wake(m.waiting);
        } else {
            me->waits = "a warp function";
            me->line = 0;
            wait(m.waiting);
        }
        return slots;
    }

    unsigned lanes() { return warps[me->place.warp].alive; }

    /** A thread that looks again and again for what never comes is stuck as one that waits. */
    void yield() {
        me->waits = "a look in vain";
        me->line = 0;
        if (++looks > PATIENCE) give_up();
        wait(ready);
    }

    void must(bool right, const char *otherwise) {
        if (!right) say(otherwise);
    }

    /** Until it is waited for, what a copy goes to holds nonsense. */
    void copy(void *to, const void *from, int bytes, int whole) {
        memset(to, 0xFF, whole);
        me->copies.push_back({to, from, bytes, whole, me->group});
    }
    void commit() { ++me->group; }
    void arrive(int groups) {
        size_t kept = 0;
        for (const Copy &c : me->copies) {
            if (c.group < me->group - groups) {
                memcpy(c.to, c.from, c.bytes);
                memset((char *)c.to + c.bytes, 0, c.total - c.bytes);
            } else {
                me->copies[kept++] = c;
            }
        }
        me->copies.resize(kept);
    }

private:
    void *home = nullptr;
    std::vector<Fiber *> free, all;
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    std::vector<int> order;
    std::vector<unsigned char> memory;
    BlockPlace place;
    const Kernel *kernel = nullptr;
    void **arguments = nullptr;
    Thread *me = nullptr;
    Fiber *current = nullptr;
    Queue ready, gathered;
    int total = 0, next = 0, alive = 0, arrived = 0, counting = 0, count = 0, at = 0, looks = 0;
    bool stuck = false;
    unsigned long long state = 1;

    void say(const std::string &what) {
        if (wrong.empty()) wrong = "kernel " + kernel->name + ": " + what;
    }

    void begin(const Kernel &k, void **a, dim3 grid, dim3 size, unsigned shared, unsigned long long linear) {
        self = this;
        kernel = &k;
        arguments = a;
        place.gridDim = grid;
        place.blockDim = size;
        place.blockIdx = {(unsigned)(linear % grid.x), (unsigned)(linear / grid.x % grid.y),
                          (unsigned)(linear / grid.x / grid.y)};
        memory.resize(shared + 1024);
        place.shared = (unsigned char *)(((uintptr_t)memory.data() + 1023) & ~(uintptr_t)1023);
        memset(place.shared, 0xFF, shared); // what nobody has written is NaN
        block = &place;
        total = (int)(size.x * size.y * size.z);
        state = settings.seed * 0x9E3779B97F4A7C15ull + linear + 1;
        arrange(size);
        next = arrived = counting = at = looks = 0;
        alive = total;
        stuck = false;
        ready = gathered = Queue();
    }

    void arrange(dim3 size) {
        if ((int)threads.size() < total) threads.resize(total);
        warps.resize(std::max<size_t>(warps.size(), (total + 31) / 32));
        for (int w = 0; w < (total + 31) / 32; ++w) {
            const int here = std::min(32, total - w * 32);
            warps[w].alive = here == 32 ? ~0u : (1u << here) - 1;
            for (Meeting &m : warps[w].meetings) {
                m.mask = m.arrived = m.count = 0;
                m.waiting = Queue();
            }
        }
        order.resize(total);
        for (int i = 0; i < total; ++i) {
            order[i] = settings.order == Order::REVERSE ? total - 1 - i : i;
            Thread &t = threads[i];
            t.state = State::NEW;
            t.fiber = nullptr;
            t.group = 0;
            t.place = {{i % size.x, i / size.x % size.y, i / size.x / size.y}, (unsigned)i, i & 31, i >> 5};
        }
        if (settings.order == Order::RANDOM)
            for (int i = total - 1; i > 0; --i) std::swap(order[i], order[random() % (i + 1)]);
    }

    unsigned long long random() {
        state ^= state << 13;
        state ^= state >> 7;
        return state ^= state << 17;
    }

    Fiber *take() {
        Fiber *f;
        if (!free.empty()) {
            f = free.back();
            free.pop_back();
        } else {
            f = new Fiber;
            f->memory = (unsigned char *)mmap(nullptr, STACK + PAGE, PROT_READ | PROT_WRITE,
                                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (f->memory == MAP_FAILED || mprotect(f->memory, PAGE, PROT_NONE)) {
                perror("stack of an emulated thread");
                abort();
            }
            f->colour = all.size() * 7 % 61 * 64; // so that the stacks' tops fall to different cache sets
            all.push_back(f);
        }
        void **top = (void **)(f->memory + PAGE + STACK - 64 - f->colour);
        *--top = nullptr;
        *--top = (void *)&Worker::enter;
        for (int i = 0; i < SAVED; ++i) *--top = nullptr;
        f->stack = top;
        return f;
    }

    static void enter() {
        self->live();
        __builtin_unreachable();
    }

    /** What a fiber does: new threads, as long as none is ready to go on; then it gives way for good. */
    void live() {
        for (;;) {
            if (!ready.head && next < total) {
                start(threads[order[next++]]);
                continue;
            }
            Thread *t = ready.pop();
            free.push_back(current);
            void *gone;
            if (!t) {
                if (alive) give_up();
                emu_switch(&gone, home);
            }
            resume(t);
            emu_switch(&gone, t->fiber->stack);
        }
    }

    void start(Thread &t) {
        me = &t;
        thread = &t.place;
        t.state = State::STARTED;
        t.fiber = current;
        kernel->entry(arguments);
        Thread &ended = *me;
        ended.state = State::ENDED;
        --alive;
        Warp &w = warps[ended.place.warp];
        w.alive &= ~(1u << ended.place.lane);
        if (!ended.copies.empty()) {
            say("a thread has ended with an asynchronous copy under way");
            ended.copies.clear();
        }
        if (alive && arrived == alive) release();
        for (Meeting &m : w.meetings) {
            if (m.arrived && (m.arrived & w.alive) == (m.mask & w.alive)) {
                m.arrived = 0;
                ++m.count;
                wake(m.waiting);
            }
        }
    }

    void resume(Thread *t) {
        me = t;
        thread = &t->place;
        current = t->fiber;
    }

    void release() {
        arrived = at = 0;
        count = counting;
        counting = 0;
        wake(gathered);
    }

    void wake(Queue &q) {
        if (settings.order == Order::FORWARD) {
            while (Thread *t = q.pop()) ready.push(t);
            return;
        }
        std::vector<Thread *> all;
        while (Thread *t = q.pop()) all.push_back(t);
        if (settings.order == Order::RANDOM)
            for (int i = (int)all.size() - 1; i > 0; --i) std::swap(all[i], all[random() % (i + 1)]);
        for (size_t i = all.size(); i-- > 0;) ready.push(all[i]);
    }

    /** The current thread waits in a queue until somebody wakes it. */
    void wait(Queue &q) {
        Thread *mine = me;
        Fiber *fiber = current;
        q.push(mine);
        if (ready.head) {
            Thread *t = ready.pop();
            resume(t);
            if (t != mine) emu_switch(&fiber->stack, t->fiber->stack);
        } else if (next < total) {
            Fiber *f = take();
            current = f;
            emu_switch(&fiber->stack, f->stack);
        } else {
            give_up();
        }
    }

    [[noreturn]] void give_up() {
        std::string where;
        std::set<std::string> seen;
        for (int i = 0; i < total; ++i) {
            const Thread &t = threads[i];
            const std::string at = std::string(t.waits) + (t.line ? ":" + std::to_string(t.line) : "");
            if (t.state == State::STARTED && seen.insert(at).second)
                where += "; thread " + std::to_string(i) + " waits at " + at;
        }
        say("block (" + std::to_string(place.blockIdx.x) + ", " + std::to_string(place.blockIdx.y) + ", " +
            std::to_string(place.blockIdx.z) + ") is stuck: " + std::to_string(total - alive) + " of " +
            std::to_string(total) + " threads have ended" + where);
        stuck = true;
        void *gone;
        emu_switch(&gone, home);
        __builtin_unreachable();
    }

    Meeting &meeting(Warp &w, unsigned mask) {
        for (Meeting &m : w.meetings)
            if (m.mask == mask) return m;
        for (Meeting &m : w.meetings) {
            if (!m.mask) {
                m.mask = mask;
                return m;
            }
        }
        say("lanes of one warp meet under more than eight masks");
        return w.meetings[0];
    }
};

__thread Worker *Worker::self;

/** Threads of the system that wait for work. */
class Team {
public:
    Team() {
        int n = (int)std::thread::hardware_concurrency();
        if (const char *e = getenv("WENGERT_EMULATOR_THREADS")) n = atoi(e);
        for (int i = 0; i < std::max(1, n); ++i) std::thread([this] { work(); }).detach();
        size = std::max(1, n);
    }

    void run(unsigned long long n, void (*body)(void *, unsigned long long), void *data) {
        std::unique_lock<std::mutex> held(mutex);
        this->n = n;
        this->body = body;
        this->data = data;
        next = 0;
        busy = size;
        ++round;
        begin.notify_all();
        end.wait(held, [this] { return busy == 0; });
    }

private:
    std::mutex mutex;
    std::condition_variable begin, end;
    int size = 0, busy = 0;
    long round = 0;
    unsigned long long n = 0;
    std::atomic<unsigned long long> next{0};
    void (*body)(void *, unsigned long long) = nullptr;
    void *data = nullptr;

    void work() {
        for (long seen = 0;;) {
            {
                std::unique_lock<std::mutex> held(mutex);
                begin.wait(held, [&] { return round != seen; });
                seen = round;
            }
            for (unsigned long long i; (i = next++) < n;) body(data, i);
            std::lock_guard<std::mutex> held(mutex);
            if (--busy == 0) end.notify_all();
        }
    }
};

struct Grid {
    const Kernel &kernel;
    void **arguments;
    dim3 grid, block;
    unsigned shared;
    std::mutex mutex;
    std::string wrong;
    std::atomic<bool> failed{false};
};

void run_block(void *data, unsigned long long i) {
    static thread_local Worker *worker = new Worker;
    Grid &g = *(Grid *)data;
    if (g.failed) return;
    worker->wrong.clear();
    worker->run(g.kernel, g.arguments, g.grid, g.block, g.shared, i);
    if (!worker->wrong.empty()) {
        std::lock_guard<std::mutex> held(g.mutex);
        if (g.wrong.empty()) g.wrong = worker->wrong;
        g.failed = true;
    }
}

} // namespace

void parallel(unsigned long long n, void (*body)(void *, unsigned long long), void *data) {
    if (n <= 4) { // not worth waking the others
        for (unsigned long long i = 0; i < n; ++i) body(data, i);
        return;
    }
    static Team *team = new Team;
    team->run(n, body, data);
}

std::string run(const Kernel &kernel, void **arguments, dim3 grid, dim3 size, unsigned shared) {
    Grid g{kernel, arguments, grid, size, shared, {}, {}};
    parallel((unsigned long long)grid.x * grid.y * grid.z, run_block, &g);
    return g.wrong;
}

void barrier(const char *file, int line) { Worker::self->barrier(file, line, 0); }
int counting_barrier(int predicate) {
    Worker::self->barrier("a counting barrier", 0, predicate);
    return Worker::self->counted();
}
const unsigned char *exchange(unsigned mask, const void *mine, size_t n) { return Worker::self->exchange(mask, mine, n); }
unsigned active_lanes() { return Worker::self->lanes(); }
void yield() { Worker::self->yield(); }
void must(bool right, const char *otherwise) { Worker::self->must(right, otherwise); }
void copy_async(void *to, const void *from, int bytes, int total) { Worker::self->copy(to, from, bytes, total); }
void copy_commit() { Worker::self->commit(); }
void copy_wait(int groups) { Worker::self->arrive(groups); }

} // namespace emu
