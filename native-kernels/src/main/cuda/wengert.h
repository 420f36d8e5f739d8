// The one header of every kernel source. Two compilers read it: nvcc makes PTX for a GPU, g++ makes the emulated
// driver that tests run on a CPU (src/test/cuda). Sources keep to what both understand:
//   * a kernel is WG_KERNEL(name, arguments) { ... }, its name unique among all files; WG_KERNEL_OF(threads, name, ...)
//     promises that a block has at most so many threads;
//   * dynamic shared memory is WG_DYNAMIC_SHARED(type, name), static shared memory __shared__ as usual;
//   * inline assembly stands only in functions that have a twin under WG_EMULATED (emu::exchange, emu::copy_async).
#pragma once

#if defined(__CUDACC__)

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>

typedef __half wg_half;
typedef __nv_bfloat16 wg_bfloat;

#define WG_DEVICE __device__ __forceinline__
#define WG_KERNEL(name, ...) extern "C" __global__ void name(__VA_ARGS__)
#define WG_KERNEL_OF(threads, name, ...) extern "C" __global__ void __launch_bounds__(threads) name(__VA_ARGS__)
#define WG_FUNCTION extern "C" __device__ __noinline__
#define WG_DYNAMIC_SHARED(type, name)                                  \
    extern __shared__ __align__(128) unsigned char wg_dynamic_shared[]; \
    type *name = reinterpret_cast<type *>(wg_dynamic_shared)

#else

#include "emulated.h"

#endif

typedef long long wg_long;
typedef unsigned long long wg_ulong;

// ---- elements: how a type is stored, and the type that it is calculated in (float for 16 bits) ----------------------

template <class T> struct wg_lane_of { typedef T type; };
template <> struct wg_lane_of<wg_half> { typedef float type; };
template <> struct wg_lane_of<wg_bfloat> { typedef float type; };
template <class T> using wg_lane = typename wg_lane_of<T>::type;

template <class T> WG_DEVICE wg_lane<T> wg_load(T v) { return v; }
WG_DEVICE float wg_load(wg_half v) { return __half2float(v); }
WG_DEVICE float wg_load(wg_bfloat v) { return __bfloat162float(v); }

template <class T> struct wg_storing {
    template <class A> static WG_DEVICE T of(A v) { return static_cast<T>(v); }
};
template <> struct wg_storing<wg_half> {
    template <class A> static WG_DEVICE wg_half of(A v) { return __float2half(static_cast<float>(v)); }
};
template <> struct wg_storing<wg_bfloat> {
    template <class A> static WG_DEVICE wg_bfloat of(A v) { return __float2bfloat16(static_cast<float>(v)); }
};
template <class T, class A> WG_DEVICE T wg_store(A v) { return wg_storing<T>::of(v); }

/** a * b + c rounded once, on a GPU: plain sums of products are compiled without contraction, to equal the CPU's. */
WG_DEVICE float wg_fma(float a, float b, float c) {
#if WG_EMULATED
    return a * b + c;
#else
    return fmaf(a, b, c);
#endif
}
WG_DEVICE double wg_fma(double a, double b, double c) {
#if WG_EMULATED
    return a * b + c;
#else
    return fma(a, b, c);
#endif
}

/** For every i < n that falls to this thread, in a grid of any size. */
#define WG_FOR(i, n)                                                                         \
    for (wg_long i = blockIdx.x * (wg_long)blockDim.x + threadIdx.x; i < (wg_long)(n);        \
         i += (wg_long)gridDim.x * blockDim.x)
