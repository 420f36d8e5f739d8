// An emulated libcuda.so.1: the functions of the CUDA driver that the backend calls, on emulated devices whose memory is
// the host's. Kernels are those compiled into this library; the PTX text of a module only says which of them it has,
// except for entries that were not compiled: those are interpreted.
//
// Settings come from the environment variable WENGERT_EMULATOR, or from "loading" the text "emulator: name=value ...":
//   devices=N, memory=N       how many there are, and the bytes of each     version=N     the driver's, as 12060
//   capability=N              of the devices, as 80; last=N of the last     peers=0|1     whether devices reach each other
//   order=0|1|2, seed=N       order of threads: forward, reverse, random
//   lazy=0|1|2                when queued work is done: at once, when waited for, by chance
//   fail=N     the next kernel fails with this error, which sticks to the device as a real one does; after=N the one N later
//   gone=N     the current device fails with this error from now on
//   heal=1     takes such errors away, which no real device does
// Device attributes from 10000 on are counts of what the driver was asked to do.
#include "ptx.h"
#include "streams.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

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
    PEER_ACCESS_UNSUPPORTED = 217,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_OUT_OF_RESOURCES = 701,
    PEER_ACCESS_ALREADY_ENABLED = 704,
};

constexpr int MAX_DEVICES = 8;
constexpr size_t GUARD = 256;
constexpr unsigned MAX_SHARED = 227 << 10;

struct Context {
    int device = 0;
    int failure = 0;                // until the end
    std::shared_ptr<Stream> stream; // the one without a name
    bool reaches[MAX_DEVICES] = {}; // the memory of other devices

    void open(int on) {
        device = on;
        stream = Stream::open(on, failure);
    }
};

struct Allocation {
    size_t bytes;
    unsigned char *memory;
    int device;
};

struct Event {
    Context *context;
    Mark mark;
    std::shared_ptr<double> milliseconds = std::make_shared<double>();
};

struct Module;
struct Function {
    int device = 0;
    Kernel *compiled = nullptr;
    std::shared_ptr<PtxKernel> interpreted;
    unsigned shared = 48 << 10;
};

struct Module {
    std::map<std::string, Function> functions;
};

std::recursive_mutex mutex;
bool initialized = false;
int devices = 2, version = 12060, capability = 80, capability_of_last = 0;
bool peers = true;
size_t device_memory = (size_t)2 << 30;
size_t used[MAX_DEVICES];
int planted = 0, passing = 0;
int running = 0; // the device whose kernel is being run
std::string message;
Context contexts[MAX_DEVICES];
thread_local Context *context = nullptr;
thread_local std::vector<Context *> above;
std::map<uintptr_t, Allocation> allocations;
std::map<uintptr_t, size_t> pinned;
std::map<Stream *, std::shared_ptr<Stream>> streams;

enum Count { PEER_COPIES = 10000, DIRECT_PEER_COPIES, HOST_COPIES, QUEUED, PINNED };
int counts[3];

void set(const std::string &name, long long value) {
    if (name == "devices") devices = (int)std::min<long long>(MAX_DEVICES, value);
    if (name == "version") version = (int)value;
    if (name == "capability") capability = (int)value;
    if (name == "last") capability_of_last = (int)value;
    if (name == "peers") peers = value != 0;
    if (name == "memory") device_memory = (size_t)value;
    if (name == "order") settings.order = (Order)value;
    if (name == "seed") settings.seed = (unsigned long long)value;
    if (name == "lazy") pace = (Pace)value;
    if (name == "fail") planted = (int)value;
    if (name == "after") passing = (int)value;
    if (name == "gone") context->failure = (int)value;
    if (name == "heal") {
        for (Context &c : contexts) c.failure = 0;
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

/** The error of the current context, or 0. */
int stuck() { return context->failure; }

Stream &stream(Stream *s) { return s ? *s : *context->stream; }

/** Whether a handle is of the current device, as the driver asks. */
bool is_here(int device) { return device == context->device; }

int submit(Stream *s, std::function<int()> work) {
    if (!is_here(stream(s).device)) return INVALID_HANDLE;
    if (!stuck()) stream(s).add(std::move(work));
    return stuck();
}

const Allocation *allocation(uintptr_t p, size_t n) {
    auto it = allocations.upper_bound(p);
    if (it == allocations.begin()) return nullptr;
    --it;
    // Without sums: a number that is no address may be the largest there is.
    const size_t bytes = it->second.bytes;
    return n <= bytes && p - it->first <= bytes - n ? &it->second : nullptr;
}

bool is_on(int device, uintptr_t p, size_t n) {
    const Allocation *a = allocation(p, n);
    return a && a->device == device;
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
    if (planted && passing-- <= 0) {
        wrong = "kernel " + name + ": failed as planted";
        const int r = planted;
        planted = passing = 0;
        message = wrong;
        return r;
    }
    message = wrong.empty() ? message : wrong;
    return wrong.empty() ? SUCCESS : ILLEGAL_ADDRESS;
}

constexpr int HOST = -1;

int copy(uintptr_t to, int to_device, uintptr_t from, int from_device, size_t n, Stream *s) {
    if ((to_device != HOST && !is_on(to_device, to, n)) || (from_device != HOST && !is_on(from_device, from, n)))
        return INVALID_VALUE;
    if (to_device == HOST || from_device == HOST) ++counts[HOST_COPIES - PEER_COPIES];
    return submit(s, [=] {
        memmove((void *)to, (const void *)from, n);
        return SUCCESS;
    });
}

int attribute(int which, int device) {
    const int compute = capability_of_last && device == devices - 1 ? capability_of_last : capability;
    size_t queued = 0;
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
        case 75: return compute / 10;        // compute capability
        case 76: return compute % 10;
        case 97: return MAX_SHARED;          // shared memory that a block may ask for
        case PEER_COPIES: case DIRECT_PEER_COPIES: case HOST_COPIES: return counts[which - PEER_COPIES];
        case QUEUED:
            for (auto &s : streams) queued += s.second->device == device ? s.second->length() : 0;
            return (int)queued;
        case PINNED: return (int)pinned.size();
        default: return 0;
    }
}

} // namespace

bool emu::is_device_memory(uintptr_t p, size_t n) { return is_on(running, p, n); }

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
    for (int i = 0; i < MAX_DEVICES; ++i) contexts[i].open(i);
    return devices > 0 ? SUCCESS : NO_DEVICE;
}
API cuDriverGetVersion(int *v) { *v = version; return SUCCESS; }
API cuDeviceGetCount(int *n) { *n = devices; return initialized ? SUCCESS : NOT_INITIALIZED; }
API cuDeviceGet(int *d, int i) {
    if (i < 0 || i >= devices) return INVALID_DEVICE;
    *d = i;
    return SUCCESS;
}
API cuDeviceGetName(char *s, int n, int) { snprintf(s, n, "emulated device"); return SUCCESS; }
API cuDeviceTotalMem_v2(size_t *n, int) { *n = device_memory; return SUCCESS; }
API cuDeviceGetAttribute(int *v, int which, int device) {
    LOCK;
    *v = attribute(which, device);
    return SUCCESS;
}
API cuDeviceCanAccessPeer(int *can, int a, int b) { *can = peers && a != b; return SUCCESS; }
API cuDevicePrimaryCtxRetain(void **c, int d) { *c = &contexts[d]; return SUCCESS; }
API cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }
API cuCtxCreate_v2(Context **c, unsigned, int device) {
    LOCK;
    above.push_back(context);
    *c = context = new Context;
    context->open(device);
    return SUCCESS;
}
/** Takes an error that has stuck with it, as on a real device. */
API cuCtxDestroy_v2(Context *c) {
    LOCK;
    Stream::finish_device(c->device);
    if (context == c) {
        context = above.empty() ? nullptr : above.back();
        if (!above.empty()) above.pop_back();
    }
    for (auto it = streams.begin(); it != streams.end();) {
        // Streams end with their context.
        if (&it->second->failure == &c->failure) {
            it->second->close();
            it = streams.erase(it);
        } else ++it;
    }
    c->stream->close();
    delete c;
    message.clear();
    return SUCCESS;
}
API cuCtxSetCurrent(void *c) { context = (Context *)c; return SUCCESS; }
API cuCtxGetCurrent(void **c) { *c = context; return SUCCESS; }
API cuCtxGetDevice(int *d) {
    if (!context) return INVALID_CONTEXT;
    *d = context->device;
    return SUCCESS;
}
API cuCtxEnablePeerAccess(Context *other, unsigned) {
    READY;
    if (!peers || other == context) return PEER_ACCESS_UNSUPPORTED;
    if (context->reaches[other->device]) return PEER_ACCESS_ALREADY_ENABLED;
    context->reaches[other->device] = true;
    return stuck();
}
API cuCtxSynchronize() {
    READY;
    Stream::finish_device(context->device);
    return stuck();
}

API cuMemGetInfo_v2(size_t *free, size_t *total) {
    READY;
    *total = device_memory;
    *free = device_memory - std::min(device_memory, used[context->device]);
    return stuck();
}
API cuMemAlloc_v2(Address *p, size_t n) {
    READY;
    if (stuck()) return stuck();
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
    auto it = allocations.find(p);
    if (it == allocations.end() || !is_here(it->second.device)) return INVALID_VALUE;
    Stream::finish_device(context->device);
    used[it->second.device] -= it->second.bytes;
    free(it->second.memory);
    allocations.erase(it);
    return stuck();
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
    Stream::finish_device(context->device);
    if (!pinned.erase((uintptr_t)p)) return INVALID_VALUE;
    free(p);
    return SUCCESS;
}
API cuMemcpyHtoDAsync_v2(Address to, const void *from, size_t n, Stream *s) {
    READY;
    return copy(to, context->device, (uintptr_t)from, HOST, n, s);
}
API cuMemcpyDtoHAsync_v2(void *to, Address from, size_t n, Stream *s) {
    READY;
    return copy((uintptr_t)to, HOST, from, context->device, n, s);
}
API cuMemcpyDtoDAsync_v2(Address to, Address from, size_t n, Stream *s) {
    READY;
    return copy(to, context->device, from, context->device, n, s);
}
API cuMemcpyPeerAsync(Address to, Context *there, Address from, Context *here, size_t n, Stream *s) {
    READY;
    ++counts[0];
    if (context->reaches[(there == context ? here : there)->device]) ++counts[DIRECT_PEER_COPIES - PEER_COPIES];
    return copy(to, there->device, from, here->device, n, s);
}
API cuMemsetD8Async(Address p, unsigned char v, size_t n, Stream *s) {
    READY;
    if (!is_on(context->device, p, n)) return INVALID_VALUE;
    return submit(s, [=] {
        memset((void *)(uintptr_t)p, v, n);
        return SUCCESS;
    });
}

/** Makes a module of a text, or tells in log what is wrong with it. */
static int load(Module &m, const std::string &text, std::string &log) {
    if (text.rfind("emulator:", 0) == 0) {
        configure(text.c_str() + 9);
        return SUCCESS;
    }
    if (text.find(".version") == std::string::npos) {
        log = "no .version in the text";
        return INVALID_IMAGE;
    }
    for (size_t at = 0; (at = text.find(".entry ", at)) != std::string::npos;) {
        at += 7;
        const std::string name = text.substr(at, text.find_first_of(" (\n", at) - at);
        Function f;
        f.device = context->device;
        f.compiled = find(name);
        if (!f.compiled) {
            f.interpreted = std::make_shared<PtxKernel>(text.substr(at));
            if (!f.interpreted->unknown().empty()) {
                log = f.interpreted->unknown();
                return INVALID_PTX;
            }
        }
        m.functions[name] = f;
    }
    return stuck();
}

API cuModuleLoadDataEx(Module **out, const void *image, unsigned n, const int *options, void **values) {
    READY;
    std::string log;
    *out = new Module;
    const int r = load(**out, (const char *)image, log);
    char *to = nullptr;
    size_t size = 0;
    for (unsigned i = 0; i < n; ++i) {
        if (options[i] == 5) to = (char *)values[i];           // where errors are explained
        if (options[i] == 6) size = (size_t)(uintptr_t)values[i]; // in so many bytes
    }
    if (to && size) snprintf(to, size, "%s", log.c_str());
    return r;
}
API cuModuleLoadData(Module **out, const void *image) { return cuModuleLoadDataEx(out, image, 0, nullptr, nullptr); }
API cuModuleUnload(Module *m) {
    READY;
    Stream::finish_device(context->device);
    delete m;
    return stuck();
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
    if (!is_here(f->device)) return INVALID_HANDLE;
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
    const int device = context->device;
    return submit(s, [=] {
        running = device;
        std::vector<void *> arguments;
        for (auto &v : *values) {
            arguments.push_back(v.data());
            for (unsigned long long word : v) {
                const Allocation *a = allocation((uintptr_t)word, 1);
                if (a && a->device != device) {
                    return result(compiled ? compiled->name : interpreted->name(), "argument " + std::to_string(arguments.size())
                            + ", " + std::to_string(word) + ", points to memory of another device");
                }
            }
        }
        if (compiled) return result(compiled->name, run(*compiled, arguments.data(), grid, block, shared));
        return result(interpreted->name(), interpreted->run(arguments.data(), grid, block));
    });
}

API cuLaunchHostFunc(Stream *s, void (*work)(void *), void *data) {
    READY;
    return submit(s, [=] {
        work(data);
        return SUCCESS;
    });
}
API cuStreamCreate(Stream **s, unsigned) {
    READY;
    auto created = Stream::open(context->device, context->failure);
    streams[*s = created.get()] = created;
    return stuck();
}
API cuStreamDestroy_v2(Stream *s) {
    READY;
    s->close();
    streams.erase(s);
    return stuck();
}
API cuStreamSynchronize(Stream *s) {
    READY;
    if (!is_here(stream(s).device)) return INVALID_HANDLE;
    stream(s).finish();
    return stuck();
}
API cuStreamQuery(Stream *s) {
    READY;
    return stuck() ? stuck() : stream(s).idle() ? SUCCESS : NOT_READY;
}
API cuStreamWaitEvent(Stream *s, Event *e, unsigned) {
    READY;
    if (!is_here(stream(s).device)) return INVALID_HANDLE;
    stream(s).wait(e->mark);
    return stuck();
}
API cuEventCreate(Event **e, unsigned) {
    READY;
    *e = new Event{context, {}};
    return stuck();
}
API cuEventDestroy_v2(Event *e) {
    delete e;
    return SUCCESS;
}
API cuEventRecord(Event *e, Stream *s) {
    READY;
    if (!is_here(stream(s).device) || !is_here(e->context->device)) return INVALID_HANDLE;
    if (stuck()) return stuck();
    auto milliseconds = e->milliseconds;
    e->mark = stream(s).add([=] {
        *milliseconds = now();
        return SUCCESS;
    });
    return stuck();
}
API cuEventSynchronize(Event *e) {
    READY;
    e->mark.reach();
    return e->context->failure;
}
API cuEventQuery(Event *e) {
    READY;
    return e->context->failure ? e->context->failure : e->mark.reached() ? SUCCESS : NOT_READY;
}
API cuEventElapsedTime(float *ms, Event *a, Event *b) {
    *ms = (float)(*b->milliseconds - *a->milliseconds);
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
