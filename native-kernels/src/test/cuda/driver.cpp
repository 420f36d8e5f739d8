// An emulated libcuda.so.1: the functions of the CUDA driver that the backend calls, on emulated devices whose memory is
// the host's. Kernels are those compiled into this library; the PTX text of a module only says which of them it has,
// except for entries that were not compiled: those are interpreted.
//
// Settings come from the environment, or from "loading" the text "emulator: name=value ...":
//   memory=N   bytes of a device               order=0|1|2, seed=N   order of threads: forward, reverse, random
//   lazy=0|1   whether work waits for a synchronisation
//   fail=N     the next kernel fails with this error, which sticks to the device as a real one does
//   heal=1     takes that error away, which no real device does
#include "ptx.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <set>

using namespace emu;

namespace {

enum Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    INVALID_PTX = 218,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_OUT_OF_RESOURCES = 701,
};

constexpr int MAX_DEVICES = 8;
constexpr size_t GUARD = 256;
constexpr unsigned MAX_SHARED = 227 << 10;

struct Context {
    int device;
};

struct Allocation {
    size_t bytes;
    unsigned char *memory;
    int device;
};

struct Stream {
    std::deque<std::function<int()>> work;
    unsigned long long issued = 0, done = 0;
};

struct Event {
    Stream *stream = nullptr;
    unsigned long long at = 0;
    double milliseconds = 0;
};

struct Module;
struct Function {
    Kernel *compiled = nullptr;
    std::shared_ptr<PtxKernel> interpreted;
    unsigned shared = 48 << 10;
};

struct Module {
    std::map<std::string, Function> functions;
};

std::recursive_mutex mutex;
bool initialized = false;
int devices = 1;
size_t device_memory = (size_t)2 << 30;
size_t used[MAX_DEVICES];
bool lazy = false;
int planted = 0;
int stuck = 0;
std::string message;
Context contexts[MAX_DEVICES] = {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}};
thread_local Context *context = nullptr;
std::map<uintptr_t, Allocation> allocations;
std::map<uintptr_t, size_t> pinned;
std::set<Stream *> streams;
Stream default_stream;

void set(const std::string &name, long long value) {
    if (name == "memory") device_memory = (size_t)value;
    if (name == "order") settings.order = (Order)value;
    if (name == "seed") settings.seed = (unsigned long long)value;
    if (name == "lazy") lazy = value != 0;
    if (name == "fail") planted = (int)value;
    if (name == "heal") {
        stuck = 0;
        message.clear();
    }
}

void configure(const char *text) {
    char name[32];
    long long value;
    int length;
    for (; sscanf(text, " %31[a-z]=%lld%n", name, &value, &length) == 2; text += length) set(name, value);
}

double now() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void drain(Stream *s, unsigned long long until = ~0ull) {
    while (!s->work.empty() && s->done < until) {
        auto f = std::move(s->work.front());
        s->work.pop_front();
        ++s->done;
        const int r = stuck ? stuck : f();
        if (r && !stuck) stuck = r;
    }
}

void drain_all() {
    drain(&default_stream);
    for (Stream *s : streams) drain(s);
}

int submit(Stream *s, std::function<int()> f) {
    s = s ? s : &default_stream;
    if (stuck) return stuck;
    ++s->issued;
    s->work.push_back(std::move(f));
    if (!lazy) drain(s);
    return stuck;
}

bool guarded(const std::pair<const uintptr_t, Allocation> &a) {
    const unsigned char *p = (const unsigned char *)a.first;
    for (size_t i = 0; i < GUARD; ++i)
        if (p[(long)i - (long)GUARD] != 0xA5 || p[a.second.bytes + i] != 0xA5) return false;
    return true;
}

/** What a kernel has left behind, checked after each one. */
int result(const std::string &name, std::string wrong) {
    for (auto &a : allocations) {
        if (!wrong.empty()) break;
        if (!guarded(a)) {
            wrong = "kernel " + name + ": wrote outside of " + std::to_string(a.second.bytes) + " bytes of device memory";
            memset((void *)(a.first - GUARD), 0xA5, GUARD);
            memset((void *)(a.first + a.second.bytes), 0xA5, GUARD);
        }
    }
    if (planted) {
        wrong = "kernel " + name + ": failed as planted";
        const int r = planted;
        planted = 0;
        message = wrong;
        return r;
    }
    message = wrong.empty() ? message : wrong;
    return wrong.empty() ? SUCCESS : ILLEGAL_ADDRESS;
}

int copy(uintptr_t to, uintptr_t from, size_t n, bool to_device, bool from_device, Stream *s) {
    if ((to_device && !is_device_memory(to, n)) || (from_device && !is_device_memory(from, n))) return INVALID_VALUE;
    return submit(s, [=] {
        memmove((void *)to, (const void *)from, n);
        return SUCCESS;
    });
}

int attribute(int which) {
    switch (which) {
        case 1: case 2: case 3: return 1024; // threads of a block; its extents x and y
        case 4: return 64;                   // its extent z
        case 5: return 2147483647;           // extents of a grid
        case 6: case 7: return 65535;
        case 8: return 48 << 10;             // shared memory of a block
        case 10: return 32;                  // lanes of a warp
        case 13: return 1000000;             // kHz
        case 16: return 2;                   // multiprocessors
        case 39: return 2048;                // threads of a multiprocessor
        case 75: return 8;                   // compute capability 8.0
        case 76: return 0;
        case 97: return MAX_SHARED;          // shared memory that a block may ask for
        default: return 0;
    }
}

} // namespace

bool emu::is_device_memory(uintptr_t p, size_t n) {
    auto it = allocations.upper_bound(p);
    if (it == allocations.begin()) return false;
    --it;
    return p + n <= it->first + it->second.bytes;
}

#define API extern "C" __attribute__((visibility("default"))) int
#define LOCK std::lock_guard<std::recursive_mutex> held(mutex)
#define READY                               \
    LOCK;                                   \
    if (!initialized) return NOT_INITIALIZED; \
    if (!context) return INVALID_CONTEXT
typedef unsigned long long Address;

API cuInit(unsigned) {
    LOCK;
    initialized = true;
    if (const char *e = getenv("WENGERT_EMULATOR")) configure(e);
    if (const char *e = getenv("WENGERT_EMULATOR_DEVICES")) devices = std::min(MAX_DEVICES, atoi(e));
    return devices > 0 ? SUCCESS : NO_DEVICE;
}
API cuDriverGetVersion(int *v) { *v = 12060; return SUCCESS; }
API cuDeviceGetCount(int *n) { *n = devices; return initialized ? SUCCESS : NOT_INITIALIZED; }
API cuDeviceGet(int *d, int i) {
    if (i < 0 || i >= devices) return INVALID_DEVICE;
    *d = i;
    return SUCCESS;
}
API cuDeviceGetName(char *s, int n, int) { snprintf(s, n, "emulated device"); return SUCCESS; }
API cuDeviceTotalMem_v2(size_t *n, int) { *n = device_memory; return SUCCESS; }
API cuDeviceGetAttribute(int *v, int which, int) { *v = attribute(which); return SUCCESS; }
API cuDeviceCanAccessPeer(int *can, int, int) { *can = 1; return SUCCESS; }
API cuDevicePrimaryCtxRetain(void **c, int d) { *c = &contexts[d]; return SUCCESS; }
API cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }
API cuDevicePrimaryCtxReset_v2(int) {
    LOCK;
    stuck = 0;
    message.clear();
    return SUCCESS;
}
API cuCtxSetCurrent(void *c) { context = (Context *)c; return SUCCESS; }
API cuCtxGetCurrent(void **c) { *c = context; return SUCCESS; }
API cuCtxEnablePeerAccess(void *, unsigned) { return SUCCESS; }
API cuCtxSynchronize() {
    READY;
    drain_all();
    return stuck;
}

API cuMemGetInfo_v2(size_t *free, size_t *total) {
    READY;
    *total = device_memory;
    *free = device_memory - std::min(device_memory, used[context->device]);
    return stuck;
}
API cuMemAlloc_v2(Address *p, size_t n) {
    READY;
    if (stuck) return stuck;
    if (!n) return INVALID_VALUE;
    if (used[context->device] + n > device_memory) return OUT_OF_MEMORY;
    unsigned char *m = (unsigned char *)aligned_alloc(256, (n + 2 * GUARD + 255) / 256 * 256);
    if (!m) return OUT_OF_MEMORY;
    memset(m, 0xA5, GUARD);
    memset(m + GUARD, 0xFF, n); // what nobody has written is NaN
    memset(m + GUARD + n, 0xA5, GUARD);
    allocations[(uintptr_t)m + GUARD] = {n, m, context->device};
    used[context->device] += n;
    *p = (Address)(uintptr_t)m + GUARD;
    return SUCCESS;
}
API cuMemFree_v2(Address p) {
    READY;
    drain_all();
    auto it = allocations.find(p);
    if (it == allocations.end()) return INVALID_VALUE;
    used[it->second.device] -= it->second.bytes;
    free(it->second.memory);
    allocations.erase(it);
    return stuck;
}
API cuMemHostAlloc(void **p, size_t n, unsigned) {
    READY;
    *p = aligned_alloc(4096, (n + 4095) / 4096 * 4096);
    if (!*p) return OUT_OF_MEMORY;
    pinned[(uintptr_t)*p] = n;
    return SUCCESS;
}
API cuMemFreeHost(void *p) {
    READY;
    drain_all();
    if (!pinned.erase((uintptr_t)p)) return INVALID_VALUE;
    free(p);
    return SUCCESS;
}
API cuMemcpyHtoDAsync_v2(Address to, const void *from, size_t n, Stream *s) {
    READY;
    return copy(to, (uintptr_t)from, n, true, false, s);
}
API cuMemcpyDtoHAsync_v2(void *to, Address from, size_t n, Stream *s) {
    READY;
    return copy((uintptr_t)to, from, n, false, true, s);
}
API cuMemcpyDtoDAsync_v2(Address to, Address from, size_t n, Stream *s) {
    READY;
    return copy(to, from, n, true, true, s);
}
API cuMemcpyPeerAsync(Address to, void *, Address from, void *, size_t n, Stream *s) {
    READY;
    return copy(to, from, n, true, true, s);
}
API cuMemsetD8Async(Address p, unsigned char v, size_t n, Stream *s) {
    READY;
    if (!is_device_memory(p, n)) return INVALID_VALUE;
    return submit(s, [=] {
        memset((void *)(uintptr_t)p, v, n);
        return SUCCESS;
    });
}

API cuModuleLoadData(void **out, const void *image) {
    READY;
    const std::string text((const char *)image);
    auto *m = new Module;
    *out = m;
    if (text.rfind("emulator:", 0) == 0) {
        configure(text.c_str() + 9);
        return SUCCESS;
    }
    if (text.find(".version") == std::string::npos) return INVALID_IMAGE;
    for (size_t at = 0; (at = text.find(".entry ", at)) != std::string::npos;) {
        at += 7;
        const std::string name = text.substr(at, text.find_first_of(" (\n", at) - at);
        Function f;
        f.compiled = find(name);
        if (!f.compiled) {
            f.interpreted = std::make_shared<PtxKernel>(text.substr(at));
            if (!f.interpreted->unknown().empty()) {
                message = f.interpreted->unknown();
                return INVALID_PTX;
            }
        }
        m->functions[name] = f;
    }
    return stuck;
}
API cuModuleUnload(Module *m) {
    LOCK;
    drain_all();
    delete m;
    return stuck;
}
API cuModuleGetFunction(void **f, Module *m, const char *name) {
    READY;
    auto it = m->functions.find(name);
    if (it == m->functions.end()) return NOT_FOUND;
    *f = &it->second;
    return SUCCESS;
}
API cuFuncSetAttribute(Function *f, int which, int v) {
    if (which == 8) {
        if (v > (int)MAX_SHARED) return INVALID_VALUE;
        f->shared = (unsigned)v;
    }
    return SUCCESS;
}
API cuFuncGetAttribute(int *v, int which, Function *f) {
    *v = which == 0 ? (f->compiled ? (int)f->compiled->threads : 1024) : which == 8 ? (int)f->shared : 0;
    return SUCCESS;
}
API cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, Function *, int threads, size_t) {
    *n = std::max(1, 2048 / std::max(1, threads));
    return SUCCESS;
}
API cuLaunchKernel(Function *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, Stream *s, void **parameters, void **extra) {
    READY;
    const dim3 grid(gx, gy, gz), block(bx, by, bz);
    const unsigned long long threads = (unsigned long long)bx * by * bz;
    if (extra || !gx || !gy || !gz || !threads || gy > 65535 || gz > 65535 || bz > 64 || threads > 1024 || shared > f->shared)
        return INVALID_VALUE;
    if (f->compiled && threads > f->compiled->threads) return LAUNCH_OUT_OF_RESOURCES;
    const std::vector<unsigned> &sizes = f->compiled ? f->compiled->sizes : f->interpreted->sizes();
    // Arguments are copied at the call, as the driver does.
    auto values = std::make_shared<std::vector<std::vector<unsigned long long>>>();
    for (size_t i = 0; i < sizes.size(); ++i) {
        values->emplace_back((sizes[i] + 15) / 16 * 2);
        memcpy(values->back().data(), parameters[i], sizes[i]);
    }
    Kernel *compiled = f->compiled;
    auto interpreted = f->interpreted;
    return submit(s, [=] {
        std::vector<void *> arguments;
        for (auto &v : *values) arguments.push_back(v.data());
        if (compiled) return result(compiled->name, run(*compiled, arguments.data(), grid, block, shared));
        return result(interpreted->name(), interpreted->run(arguments.data(), grid, block));
    });
}

API cuStreamCreate(Stream **s, unsigned) {
    READY;
    *s = new Stream;
    streams.insert(*s);
    return stuck;
}
API cuStreamDestroy_v2(Stream *s) {
    READY;
    drain(s);
    streams.erase(s);
    delete s;
    return stuck;
}
API cuStreamSynchronize(Stream *s) {
    READY;
    drain(s ? s : &default_stream);
    return stuck;
}
API cuStreamQuery(Stream *s) {
    READY;
    return stuck ? stuck : (s ? s : &default_stream)->work.empty() ? SUCCESS : NOT_READY;
}
API cuStreamWaitEvent(Stream *s, Event *e, unsigned) {
    READY;
    Stream *other = e->stream;
    const unsigned long long at = e->at;
    return other ? submit(s, [=] {
        drain(other, at);
        return SUCCESS;
    }) : SUCCESS;
}
API cuEventCreate(Event **e, unsigned) { *e = new Event; return SUCCESS; }
API cuEventDestroy_v2(Event *e) {
    LOCK;
    if (e->stream) drain(e->stream, e->at);
    delete e;
    return SUCCESS;
}
API cuEventRecord(Event *e, Stream *s) {
    READY;
    s = s ? s : &default_stream;
    e->stream = s;
    e->at = s->issued + 1;
    return submit(s, [=] {
        e->milliseconds = now();
        return SUCCESS;
    });
}
API cuEventSynchronize(Event *e) {
    READY;
    if (e->stream) drain(e->stream, e->at);
    return stuck;
}
API cuEventQuery(Event *e) {
    READY;
    return stuck ? stuck : !e->stream || e->stream->done >= e->at ? SUCCESS : NOT_READY;
}
API cuEventElapsedTime(float *ms, Event *a, Event *b) {
    *ms = (float)(b->milliseconds - a->milliseconds);
    return SUCCESS;
}
API cuGetErrorName(int e, const char **s) {
    *s = e == SUCCESS ? "CUDA_SUCCESS" : e == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR";
    return SUCCESS;
}
API cuGetErrorString(int e, const char **s) {
    static thread_local std::string text;
    LOCK;
    text = e == SUCCESS ? "no error" : e == OUT_OF_MEMORY ? "out of memory" : message.empty() ? "error" : message;
    *s = text.c_str();
    return SUCCESS;
}
