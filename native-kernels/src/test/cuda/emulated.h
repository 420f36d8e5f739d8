// CUDA C++ for a CPU: what kernels use of the language and of the device functions, in plain C++.
//
// One thread of the system runs one block at a time, and each CUDA thread of it as a fiber; so a variable that is
// "static thread_local" is shared by the block, and __shared__ needs no change of the source.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>
#include <utility>

struct uint3 { unsigned x, y, z; };
struct dim3 {
    unsigned x, y, z;
    dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) double2 { double x, y; };
struct alignas(8) int2 { int x, y; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
static inline float2 make_float2(float a, float b) { return {a, b}; }
static inline float4 make_float4(float a, float b, float c, float d) { return {a, b, c, d}; }
static inline double2 make_double2(double a, double b) { return {a, b}; }
static inline uint2 make_uint2(unsigned a, unsigned b) { return {a, b}; }
static inline uint4 make_uint4(unsigned a, unsigned b, unsigned c, unsigned d) { return {a, b, c, d}; }

namespace emu {

/** Bytes that a lane shows to its warp in one collective. */
constexpr int SLOT = 64;

struct ThreadPlace {
    uint3 threadIdx;
    unsigned linear;
    int lane, warp;
};

struct BlockPlace {
    uint3 blockIdx;
    dim3 blockDim, gridDim;
    unsigned char *shared;
};

// Fibers stay on their thread of the system, so these addresses stay valid.
extern __thread ThreadPlace *thread;
extern __thread BlockPlace *block;

typedef void (*Entry)(void **arguments);

void add(const char *name, Entry entry, int count, const unsigned *sizes, unsigned threads);
void barrier(const char *file, int line);
/** A barrier that also counts the threads whose predicate is true. */
int counting_barrier(int predicate);
/** Shows n bytes to the lanes of the mask, waits for them, and returns what all have shown, SLOT bytes a lane. */
const unsigned char *exchange(unsigned mask, const void *mine, size_t n);
unsigned active_lanes();
/** Lets the other threads of the block go on, until one of them waits. */
void yield();
/** Notes a mistake of the kernel, where there is one. */
void must(bool right, const char *otherwise);
void copy_async(void *to, const void *from, int bytes, int total);
void copy_commit();
void copy_wait(int groups);

template <class T> inline T shown(const unsigned char *slots, int lane) {
    T r;
    memcpy(&r, slots + lane * SLOT, sizeof(T));
    return r;
}

/** A kernel's call with arguments given as an array of pointers, and its registration under its name. */
template <auto F> struct Registered;
template <class... A, void (*F)(A...)> struct Registered<F> {
    template <size_t... I> static void spread(void **p, std::index_sequence<I...>) {
        F(*reinterpret_cast<std::remove_const_t<A> *>(p[I])...);
    }
    static void call(void **p) { spread(p, std::index_sequence_for<A...>()); }
    Registered(const char *name, unsigned threads) {
        static const unsigned sizes[] = {(unsigned)sizeof(A)..., 0u};
        add(name, &call, (int)sizeof...(A), sizes, threads);
    }
};

} // namespace emu

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__ static thread_local
#define __constant__ static
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define threadIdx (::emu::thread->threadIdx)
#define blockIdx (::emu::block->blockIdx)
#define blockDim (::emu::block->blockDim)
#define gridDim (::emu::block->gridDim)
#define warpSize 32

#define WG_EMULATED 1
#define WG_DEVICE inline
#define WG_KERNEL(name, ...) WG_KERNEL_OF(1024, name, __VA_ARGS__)
#define WG_KERNEL_OF(threads, name, ...)                          \
    extern "C" void name(__VA_ARGS__);                            \
    static ::emu::Registered<&name> name##_registered(#name, threads); \
    extern "C" void name(__VA_ARGS__)
#define WG_FUNCTION extern "C" __attribute__((visibility("default")))
#define WG_DYNAMIC_SHARED(type, name) type *name = reinterpret_cast<type *>(::emu::block->shared)

// ---- synchronisation and warps --------------------------------------------------------------------------------------

#define __syncthreads() ::emu::barrier(__FILE__, __LINE__)
static inline int __syncthreads_count(int p) { return ::emu::counting_barrier(p); }
static inline int __syncthreads_or(int p) { return ::emu::counting_barrier(p != 0) != 0; }
static inline int __syncthreads_and(int p) { return ::emu::counting_barrier(p == 0) == 0; }
static inline unsigned __activemask() { return ::emu::active_lanes(); }
static inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void __threadfence_block() {}
static inline void __syncwarp(unsigned mask = 0xffffffffu) {
    int none = 0;
    ::emu::exchange(mask, &none, sizeof none);
}

template <class T> inline T __shfl_sync(unsigned mask, T v, int from, int width = 32) {
    const unsigned char *s = ::emu::exchange(mask, &v, sizeof v);
    const int lane = ::emu::thread->lane;
    return ::emu::shown<T>(s, (lane & ~(width - 1)) | (from & (width - 1)));
}
template <class T> inline T __shfl_xor_sync(unsigned mask, T v, int with, int width = 32) {
    const unsigned char *s = ::emu::exchange(mask, &v, sizeof v);
    const int lane = ::emu::thread->lane, other = lane ^ with;
    return ::emu::shown<T>(s, other < (lane & ~(width - 1)) + width ? other : lane);
}
template <class T> inline T __shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32) {
    const unsigned char *s = ::emu::exchange(mask, &v, sizeof v);
    const int lane = ::emu::thread->lane;
    return ::emu::shown<T>(s, (lane & (width - 1)) + (int)by < width ? lane + (int)by : lane);
}
template <class T> inline T __shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32) {
    const unsigned char *s = ::emu::exchange(mask, &v, sizeof v);
    const int lane = ::emu::thread->lane;
    return ::emu::shown<T>(s, (lane & (width - 1)) >= (int)by ? lane - (int)by : lane);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
    int v = predicate != 0;
    const unsigned char *s = ::emu::exchange(mask, &v, sizeof v);
    unsigned r = 0;
    for (int i = 0; i < 32; ++i)
        if ((mask >> i & 1) && ::emu::shown<int>(s, i)) r |= 1u << i;
    return r;
}
inline int __any_sync(unsigned mask, int p) { return __ballot_sync(mask, p) != 0; }
inline int __all_sync(unsigned mask, int p) { return __ballot_sync(mask, !p) == 0; }

// ---- atomics: blocks run on several threads of the system, so they are real ------------------------------------------

#define EMU_ATOMIC(name, T, builtin) \
    static inline T name(T *p, T v) { return builtin(p, v, __ATOMIC_RELAXED); }
EMU_ATOMIC(atomicAdd, int, __atomic_fetch_add)
EMU_ATOMIC(atomicAdd, unsigned, __atomic_fetch_add)
EMU_ATOMIC(atomicAdd, unsigned long long, __atomic_fetch_add)
EMU_ATOMIC(atomicAnd, int, __atomic_fetch_and)
EMU_ATOMIC(atomicAnd, unsigned, __atomic_fetch_and)
EMU_ATOMIC(atomicOr, int, __atomic_fetch_or)
EMU_ATOMIC(atomicOr, unsigned, __atomic_fetch_or)
EMU_ATOMIC(atomicExch, int, __atomic_exchange_n)
EMU_ATOMIC(atomicExch, unsigned, __atomic_exchange_n)
EMU_ATOMIC(atomicExch, unsigned long long, __atomic_exchange_n)

namespace emu {
/** Replaces *p, of the bits B, by f(*p) in one step, and returns what was there. */
template <class B, class T, class F> inline T update(T *p, F f) {
    static_assert(sizeof(B) == sizeof(T), "bits of another size");
    B before = __atomic_load_n((B *)p, __ATOMIC_RELAXED), after;
    T old;
    do {
        memcpy(&old, &before, sizeof old);
        const T next = f(old);
        memcpy(&after, &next, sizeof after);
    } while (!__atomic_compare_exchange_n((B *)p, &before, after, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return old;
}
} // namespace emu
static inline float atomicAdd(float *p, float v) { return emu::update<uint32_t>(p, [=](float x) { return x + v; }); }
static inline double atomicAdd(double *p, double v) { return emu::update<uint64_t>(p, [=](double x) { return x + v; }); }
#define EMU_ATOMIC_ORDER(T, B)                                                                              \
    static inline T atomicMax(T *p, T v) { return emu::update<B>(p, [=](T x) { return x > v ? x : v; }); } \
    static inline T atomicMin(T *p, T v) { return emu::update<B>(p, [=](T x) { return x < v ? x : v; }); }
EMU_ATOMIC_ORDER(int, uint32_t)
EMU_ATOMIC_ORDER(unsigned, uint32_t)
EMU_ATOMIC_ORDER(long long, uint64_t)
EMU_ATOMIC_ORDER(unsigned long long, uint64_t)
template <class T> inline T atomicCAS(T *p, T expected, T v) {
    __atomic_compare_exchange_n(p, &expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

// ---- numbers ----------------------------------------------------------------------------------------------------------

static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
// Macros, because glibc declares functions of these names.
#define __expf(x) expf(x)
#define __logf(x) logf(x)
#define __sinf(x) sinf(x)
#define __cosf(x) cosf(x)
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __int_as_float(int i) { float f; memcpy(&f, &i, 4); return f; }
static inline int __float_as_int(float f) { int i; memcpy(&i, &f, 4); return i; }
static inline float __uint_as_float(unsigned i) { float f; memcpy(&f, &i, 4); return f; }
static inline unsigned __float_as_uint(float f) { unsigned i; memcpy(&i, &f, 4); return i; }
static inline double __longlong_as_double(long long i) { double f; memcpy(&f, &i, 8); return f; }
static inline long long __double_as_longlong(double f) { long long i; memcpy(&i, &f, 8); return i; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline int __clzll(long long x) { return x ? __builtin_clzll(x) : 64; }
static inline unsigned __brev(unsigned x) {
    unsigned r = 0;
    for (int i = 0; i < 32; ++i) r |= (x >> i & 1u) << (31 - i);
    return r;
}
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
template <class T> static inline T __ldg(const T *p) { return *p; }
template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }
static inline void sincospif(float x, float *s, float *c) {
    *s = (float)sin(M_PI * fmod((double)x, 2.0));
    *c = (float)cos(M_PI * fmod((double)x, 2.0));
}
static inline void sincospi(double x, double *s, double *c) {
    *s = sin(M_PI * fmod(x, 2.0));
    *c = cos(M_PI * fmod(x, 2.0));
}

// ---- 16-bit floats ----------------------------------------------------------------------------------------------------

struct wg_half { uint16_t bits; };
struct wg_bfloat { uint16_t bits; };
static inline float __half2float(wg_half h) { _Float16 v; memcpy(&v, &h, 2); return (float)v; }
static inline wg_half __float2half(float f) { _Float16 v = (_Float16)f; wg_half h; memcpy(&h, &v, 2); return h; }
static inline float __bfloat162float(wg_bfloat b) { return __uint_as_float((unsigned)b.bits << 16); }
static inline wg_bfloat __float2bfloat16(float f) {
    const unsigned u = __float_as_uint(f);
    if ((u & 0x7fffffffu) > 0x7f800000u) return {0x7fff};
    return {(uint16_t)((u + 0x7fffu + (u >> 16 & 1u)) >> 16)};
}
