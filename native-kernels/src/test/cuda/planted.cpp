// Kernels for tests of the emulator itself: some right, some with a mistake that it must find.
#include "wengert.h"

/** Every kind of argument, written down. */
WG_KERNEL(planted_arguments, wg_long *out, int i, wg_long l, float f, double d, int2 pair, const float *nothing) {
    out[0] = i;
    out[1] = l;
    out[2] = (wg_long)f;
    out[3] = (wg_long)d;
    out[4] = pair.x;
    out[5] = pair.y;
    out[6] = nothing == nullptr;
}

/** The sum of a block's threads, by shuffles, shared memory and a barrier. */
WG_KERNEL(planted_sum, int *out) {
    WG_DYNAMIC_SHARED(int, part);
    __shared__ int total;
    int v = (int)threadIdx.x;
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(0xffffffffu, v, d);
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x == 0) {
        total = 0;
        for (unsigned w = 0; w < blockDim.x / 32; ++w) total += part[w];
    }
    __syncthreads();
    out[blockIdx.x * blockDim.x + threadIdx.x] = total;
}

/** Without the barrier that it needs: what it reads depends on the order of threads. */
WG_KERNEL(planted_race, int *out) {
    __shared__ int value;
    if (threadIdx.x == blockDim.x - 1) value = 42;
    out[threadIdx.x] = value;
    __syncthreads();
    if (threadIdx.x == 0) value = 0;
}

/** Half of the threads at one barrier, half at another. */
WG_KERNEL(planted_divergence, int *out) {
    if (threadIdx.x < 32)
        __syncthreads();
    else
        __syncthreads();
    out[threadIdx.x] = 1;
}

/** One thread at a barrier while the others of its warp wait for it elsewhere. */
WG_KERNEL(planted_deadlock, int *out) {
    if (threadIdx.x == 0)
        __syncthreads();
    else
        out[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1, 1);
}

WG_KERNEL(planted_outside, char *out, wg_long n) { out[n + threadIdx.x] = 1; }

WG_KERNEL_OF(64, planted_bounds, int *out) { out[0] = 1; }
