// Stable sorting of rows by integer keys whose order is that of the values: short rows within a block, long ones by a radix
// sort of eight bits a pass.
#include "elements.h"

/** An integer without sign, in the low bits, whose order is that of the elements; NaN the largest, the zeros equal. */
WG_DEVICE wg_ulong wg_sort_key(const void *in, wg_long i, int dtype) {
    switch (dtype) {
    case WG_BOOL:
    case WG_INT8: return ((const unsigned char *)in)[i] ^ 0x80u;
    case WG_INT16: return ((const unsigned short *)in)[i] ^ 0x8000u;
    case WG_INT32: return ((const unsigned *)in)[i] ^ 0x80000000u;
    case WG_INT64: return ((const wg_ulong *)in)[i] ^ 0x8000000000000000ULL;
    case WG_UINT8: return ((const unsigned char *)in)[i];
    case WG_UINT16: return ((const unsigned short *)in)[i];
    case WG_UINT32: return ((const unsigned *)in)[i];
    case WG_UINT64: return ((const wg_ulong *)in)[i];
    case WG_FLOAT16:
    case WG_BFLOAT16: {
        const unsigned bits = ((const unsigned short *)in)[i], magnitude = bits & 0x7fffu;
        if (magnitude > (dtype == WG_FLOAT16 ? 0x7c00u : 0x7f80u)) return 0xffffu;
        return bits >> 15 && magnitude ? ~bits & 0xffffu : magnitude | 0x8000u;
    }
    case WG_FLOAT32: {
        const unsigned bits = ((const unsigned *)in)[i], magnitude = bits & 0x7fffffffu;
        if (magnitude > 0x7f800000u) return 0xffffffffu;
        return bits >> 31 && magnitude ? (unsigned)~bits : magnitude | 0x80000000u;
    }
    default: {
        const wg_ulong bits = ((const wg_ulong *)in)[i], magnitude = bits & 0x7fffffffffffffffULL;
        if (magnitude > 0x7ff0000000000000ULL) return 0xffffffffffffffffULL;
        return bits >> 63 && magnitude ? ~bits : magnitude | 0x8000000000000000ULL;
    }
    }
}

/** Keys of rows of n elements, one row after another, and the elements' numbers within their rows. */
template <class K>
WG_DEVICE void wg_sort_keys(K *keys, int *order, const void *in, wg_long size, wg_long n, wg_long step, int dtype,
                            wg_ulong flip, const wg_walk<1> &rows) {
    WG_FOR(i, size) {
        const wg_long r = i / n, j = i - r * n;
        keys[i] = (K)(wg_sort_key(in, wg_place(rows, r) + j * step, dtype) ^ flip);
        order[i] = (int)j;
    }
}

/** A block for each row of at most `room` elements, a power of two: sorted by bitonic exchanges in shared memory. */
template <class K> WG_DEVICE void wg_sort_row(K *keys, int *order, int n, int room) {
    WG_DYNAMIC_SHARED(K, key);
    int *place = (int *)(key + room);
    keys += blockIdx.x * (wg_long)n;
    order += blockIdx.x * (wg_long)n;
    for (int i = threadIdx.x; i < room; i += blockDim.x) {
        key[i] = i < n ? keys[i] : (K)~(K)0;
        place[i] = i < n ? order[i] : 0x7fffffff;
    }
    for (int size = 2; size <= room; size <<= 1)
        for (int apart = size >> 1; apart > 0; apart >>= 1) {
            __syncthreads();
            for (int t = threadIdx.x; t < room >> 1; t += blockDim.x) {
                const int a = 2 * t - (t & (apart - 1)), b = a + apart;
                // Places are all different, so that equal keys keep their order.
                const bool after = key[a] > key[b] || (key[a] == key[b] && place[a] > place[b]);
                if (after == ((a & size) == 0)) {
                    const K k = key[a];
                    key[a] = key[b];
                    key[b] = k;
                    const int p = place[a];
                    place[a] = place[b];
                    place[b] = p;
                }
            }
        }
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        keys[i] = key[i];
        order[i] = place[i];
    }
}

constexpr int RADIX_THREADS = 256;
constexpr int RADIX_ITEMS = 8;
constexpr int RADIX_TILE = RADIX_THREADS * RADIX_ITEMS;
constexpr int RADIX = 256;

/** How often each digit is in each tile: counts[row][digit][tile]. */
template <class K> WG_DEVICE void wg_radix_count(int *counts, const K *keys, wg_long n, wg_long tiles, int shift) {
    __shared__ int count[RADIX];
    const wg_long row = blockIdx.x / tiles, tile = blockIdx.x % tiles;
    count[threadIdx.x] = 0;
    __syncthreads();
    for (int k = 0; k < RADIX_ITEMS; ++k) {
        const wg_long i = tile * RADIX_TILE + k * RADIX_THREADS + threadIdx.x;
        if (i < n) atomicAdd(count + (int)(keys[row * n + i] >> shift & (RADIX - 1)), 1);
    }
    __syncthreads();
    counts[(row * RADIX + threadIdx.x) * tiles + tile] = count[threadIdx.x];
}

/** The lanes of this warp that have the same digit; none if it is negative. */
WG_DEVICE unsigned wg_same_digit(int digit) {
    unsigned same = __ballot_sync(0xffffffffu, digit >= 0);
    for (int b = 0; b < 8; ++b) {
        const unsigned set = __ballot_sync(0xffffffffu, digit >> b & 1);
        same &= digit >> b & 1 ? set : ~set;
    }
    return digit < 0 ? 0 : same;
}

/** Moves a tile to where its digits begin: warps take neighbouring parts of it, so that order is kept. */
template <class K>
WG_DEVICE void wg_radix_move(K *to, int *to_order, const K *keys, const int *order, const int *starts, wg_long n,
                             wg_long tiles, int shift) {
    constexpr int WARPS = RADIX_THREADS / 32;
    __shared__ int count[WARPS][RADIX];
    const wg_long row = blockIdx.x / tiles, tile = blockIdx.x % tiles;
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    for (int w = 0; w < WARPS; ++w) count[w][threadIdx.x] = 0;
    __syncthreads();
    const wg_long first = tile * RADIX_TILE + warp * 32 * RADIX_ITEMS + lane;
    K key[RADIX_ITEMS];
    int rank[RADIX_ITEMS];
#pragma unroll
    for (int k = 0; k < RADIX_ITEMS; ++k) {
        const wg_long i = first + k * 32;
        key[k] = i < n ? keys[row * n + i] : 0;
        const int digit = i < n ? (int)(key[k] >> shift & (RADIX - 1)) : -1;
        const unsigned same = wg_same_digit(digit), before = same & ((1u << lane) - 1);
        rank[k] = digit < 0 ? 0 : count[warp][digit] + __popc(before);
        __syncwarp();
        if (digit >= 0 && before == 0) count[warp][digit] += __popc(same);
        __syncwarp();
    }
    __syncthreads();
    int sum = starts[(row * RADIX + threadIdx.x) * tiles + tile];
    for (int w = 0; w < WARPS; ++w) {
        const int c = count[w][threadIdx.x];
        count[w][threadIdx.x] = sum;
        sum += c;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < RADIX_ITEMS; ++k) {
        const wg_long i = first + k * 32;
        if (i < n) {
            const wg_long p = row * n + count[warp][(int)(key[k] >> shift & (RADIX - 1))] + rank[k];
            to[p] = key[k];
            to_order[p] = order[row * n + i];
        }
    }
}

#define SORT(bits, K)                                                                                                  \
    WG_KERNEL(sort_keys_##bits, K *keys, int *order, const void *in, wg_long size, wg_long n, wg_long step, int dtype, \
              wg_ulong flip, wg_walk<1> rows) {                                                                        \
        wg_sort_keys(keys, order, in, size, n, step, dtype, flip, rows);                                               \
    }                                                                                                                  \
    WG_KERNEL(sort_row_##bits, K *keys, int *order, int n, int room) { wg_sort_row(keys, order, n, room); }            \
    WG_KERNEL_OF(256, radix_count_##bits, int *counts, const K *keys, wg_long n, wg_long tiles, int shift) {           \
        wg_radix_count(counts, keys, n, tiles, shift);                                                                 \
    }                                                                                                                  \
    WG_KERNEL_OF(256, radix_move_##bits, K *to, int *to_order, const K *keys, const int *order, const int *starts,     \
                 wg_long n, wg_long tiles, int shift) {                                                                \
        wg_radix_move(to, to_order, keys, order, starts, n, tiles, shift);                                             \
    }
SORT(32, unsigned)
SORT(64, wg_ulong)

/** A block for each row of counts: each becomes the sum of those before it. */
WG_KERNEL_OF(1024, radix_starts, int *counts, wg_long n) {
    __shared__ int warps[32];
    int *row = counts + blockIdx.x * n;
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, all = blockDim.x >> 5;
    int sum = 0;
    for (wg_long i = 0; i < n; i += blockDim.x) {
        const wg_long at = i + threadIdx.x;
        const int mine = at < n ? row[at] : 0;
        int v = mine;
        for (int d = 1; d < 32; d <<= 1) {
            const int before = __shfl_up_sync(0xffffffffu, v, d);
            if (lane >= d) v += before;
        }
        __syncthreads();
        if (lane == 31) warps[warp] = v;
        __syncthreads();
        int start = sum;
        for (int w = 0; w < all; ++w) {
            if (w < warp) start += warps[w];
            sum += warps[w];
        }
        if (at < n) row[at] = start + v - mine;
    }
}

/** Sorted elements, places or both, from the order of each row. */
#define SORT_STORE(bytes, T)                                                                                        \
    WG_KERNEL(sort_store_##bytes, T *values, wg_long *indices, const T *in, const int *order, wg_long size, wg_long n, \
              wg_long value_step, wg_long index_step, wg_long in_step, wg_walk<3> rows) {                            \
        WG_FOR(i, size) {                                                                                           \
            const wg_long r = i / n, j = i - r * n;                                                                 \
            wg_long at[3];                                                                                          \
            wg_places(rows, r, at);                                                                                 \
            const int from = order[i];                                                                              \
            if (values) values[at[0] + j * value_step] = in[at[2] + from * in_step];                                \
            if (indices) indices[at[1] + j * index_step] = from;                                                    \
        }                                                                                                           \
    }
SORT_STORE(1, unsigned char)
SORT_STORE(2, unsigned short)
SORT_STORE(4, unsigned)
SORT_STORE(8, wg_ulong)
