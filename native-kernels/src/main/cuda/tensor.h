// Products by tensor cores: 16-bit operands, or float operands rounded to tf32, with float sums.
#pragma once

#include "tile.h"

#if defined(WG_EMULATED)

// The twins of the instructions below, lane by lane, with the layouts of fragments that the PTX manual gives.

static inline unsigned wg_tf32(float x) {
    const unsigned u = __float_as_uint(x);
    return (u & 0x7f800000u) == 0x7f800000u ? u : (u + 0x1000u) & ~0x1fffu;
}

/** What the lanes of a warp hold of A (four registers) and B (two). */
struct wg_fragments {
    const unsigned char *slots;
    wg_fragments(const unsigned (&a)[4], const unsigned (&b)[2]) {
        const unsigned mine[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
        slots = emu::exchange(0xffffffffu, mine, sizeof mine);
    }
    unsigned at(int lane, int i) const {
        unsigned u;
        memcpy(&u, slots + lane * emu::SLOT + 4 * i, 4);
        return u;
    }
};

template <class T> inline void wg_mma(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    const wg_fragments f(a, b);
    const auto half = [&](int lane, int i, int k) {
        const uint16_t bits = (uint16_t)(f.at(lane, i) >> 16 * (k & 1));
        T v;
        memcpy(&v, &bits, 2);
        return wg_load(v);
    };
    const int lane = emu::thread->lane;
    for (int e = 0; e < 4; ++e) {
        const int row = (lane >> 2) + 8 * (e >> 1), column = 2 * (lane & 3) + (e & 1);
        for (int k = 0; k < 16; ++k)
            d[e] += half(4 * (row & 7) + (k & 7) / 2, (row >> 3) + 2 * (k >> 3), k)
                    * half(4 * column + (k & 7) / 2, 4 + (k >> 3), k);
    }
}

inline void wg_mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    const wg_fragments f(a, b);
    const int lane = emu::thread->lane;
    for (int e = 0; e < 4; ++e) {
        const int row = (lane >> 2) + 8 * (e >> 1), column = 2 * (lane & 3) + (e & 1);
        for (int k = 0; k < 8; ++k)
            d[e] += __uint_as_float(f.at(4 * (row & 7) + (k & 3), (row >> 3) + 2 * (k >> 2)))
                    * __uint_as_float(f.at(4 * column + (k & 3), 4 + (k >> 2)));
    }
}

/** Four 8 x 8 matrices of 16-bit elements, transposed; lane l says where row l % 8 of matrix l / 8 lies. */
inline void wg_ldmatrix_transposed(unsigned (&r)[4], const void *row) {
    const unsigned char *slots = emu::exchange(0xffffffffu, &row, sizeof row);
    const int lane = emu::thread->lane;
    for (int m = 0; m < 4; ++m) {
        uint16_t v[2];
        for (int e = 0; e < 2; ++e)
            v[e] = ((const uint16_t *)emu::shown<const void *>(slots, 8 * m + 2 * (lane & 3) + e))[lane >> 2];
        memcpy(&r[m], v, 4);
    }
}

#else

WG_DEVICE unsigned wg_tf32(float x) {
    unsigned r;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(x));
    return r;
}

#define WG_MMA(shape, type)                                                                                            \
    asm volatile("mma.sync.aligned." shape ".row.col.f32." type "." type                                               \
                 ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"                                          \
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                                                      \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))

template <class T> WG_DEVICE void wg_mma(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]);
template <> WG_DEVICE void wg_mma<wg_half>(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    WG_MMA("m16n8k16", "f16");
}
template <> WG_DEVICE void wg_mma<wg_bfloat>(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    WG_MMA("m16n8k16", "bf16");
}
WG_DEVICE void wg_mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { WG_MMA("m16n8k8", "tf32"); }

WG_DEVICE void wg_ldmatrix_transposed(unsigned (&r)[4], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"((unsigned)__cvta_generic_to_shared(row))
                 : "memory");
}

#endif

/** Eight warps, two by four, of 64 x 32 elements each. */
constexpr int TENSOR_ROWS = 128;

/** What a warp multiplies of one slice, by the element type of shared memory. */
template <class T> struct wg_tensor_step {
    static constexpr int DEPTH = 16;
    template <int PITCH>
    static WG_DEVICE void of(float (&acc)[4][4][4], const T (*a)[PITCH], const T (*b)[PITCH], int m0, int n0) {
        const int lane = threadIdx.x & 31, eighth = lane & 7, odd = lane >> 3 & 1, upper = lane >> 4;
        unsigned x[4][4], y[2][4];
#pragma unroll
        for (int i = 0; i < 4; ++i) wg_ldmatrix_transposed(x[i], &a[8 * upper + eighth][m0 + 16 * i + 8 * odd]);
#pragma unroll
        for (int j = 0; j < 2; ++j) wg_ldmatrix_transposed(y[j], &b[8 * odd + eighth][n0 + 16 * j + 8 * upper]);
#pragma unroll
        for (int i = 0; i < 4; ++i)
#pragma unroll
            for (int j = 0; j < 4; ++j) {
                const unsigned z[2] = {y[j / 2][j % 2 * 2], y[j / 2][j % 2 * 2 + 1]};
                wg_mma<T>(acc[i][j], x[i], z);
            }
    }
};

/** A float that was rounded to tf32 when it was put into shared memory, since it is read from there several times. */
struct wg_rounded {
    unsigned bits;
};
template <> struct wg_held<wg_rounded, float> {
    static WG_DEVICE wg_rounded of(float v) { return {wg_tf32(v)}; }
};

template <> struct wg_tensor_step<wg_rounded> {
    static constexpr int DEPTH = 8;
    template <int PITCH>
    static WG_DEVICE void of(float (&acc)[4][4][4], const wg_rounded (*a)[PITCH], const wg_rounded (*b)[PITCH], int m0, int n0) {
        const int g = threadIdx.x >> 2 & 7, q = threadIdx.x & 3;
        unsigned x[4][4], y[4][2];
#pragma unroll
        for (int i = 0; i < 4; ++i)
#pragma unroll
            for (int e = 0; e < 4; ++e) x[i][e] = a[q + 4 * (e >> 1)][m0 + 16 * i + g + 8 * (e & 1)].bits;
#pragma unroll
        for (int j = 0; j < 4; ++j)
#pragma unroll
            for (int e = 0; e < 2; ++e) y[j][e] = b[q + 4 * e][n0 + 8 * j + g].bits;
#pragma unroll
        for (int i = 0; i < 4; ++i)
#pragma unroll
            for (int j = 0; j < 4; ++j) wg_mma_tf32(acc[i][j], x[i], y[j]);
    }
};

/**
 * Four neighbouring columns for each lane, of two octets of columns of which it holds two columns each: a and b. Lanes with
 * even numbers get columns of the first octet.
 */
WG_DEVICE void wg_four_columns(float (&v)[4], float a0, float a1, float b0, float b1) {
    const bool odd = threadIdx.x & 1;
    const float x = __shfl_xor_sync(0xffffffffu, odd ? a0 : b0, 1), y = __shfl_xor_sync(0xffffffffu, odd ? a1 : b1, 1);
    v[0] = odd ? x : a0;
    v[1] = odd ? y : a1;
    v[2] = odd ? b0 : x;
    v[3] = odd ? b1 : y;
}
/** The first of them, of sixteen. */
WG_DEVICE int wg_first_of_four() { return (threadIdx.x & 1) * 8 + (threadIdx.x & 2) * 2; }

/** Stores what a warp has computed from row m0 and column n0 on. */
template <class Store> WG_DEVICE void wg_store_tensor(const float (&acc)[4][4][4], int m0, int n0, const Store &store) {
    const int g = threadIdx.x >> 2 & 7;
#pragma unroll
    for (int j = 0; j < 4; j += 2) {
        const auto columns = store.template columns<4>(n0 + 8 * j + wg_first_of_four());
#pragma unroll
        for (int i = 0; i < 4; ++i)
#pragma unroll
            for (int e = 0; e < 4; e += 2) {
                float v[4];
                wg_four_columns(v, acc[i][j][e], acc[i][j][e + 1], acc[i][j + 1][e], acc[i][j + 1][e + 1]);
                store.put(m0 + 16 * i + g + 4 * e, columns, v);
            }
    }
}

/** C += A B by tensor cores, of tiles of TENSOR_ROWS x TENSOR_ROWS x BK; loaders put T into shared memory. */
template <class T, int BK, class A, class B, class Store>
WG_DEVICE void wg_multiply_tensor(wg_both_slices<T, TENSOR_ROWS, TENSOR_ROWS, BK, 8> &shared, A &a, B &b, wg_long from,
                                  wg_long end, const Store &store) {
    auto &sa = shared.a;
    auto &sb = shared.b;
    const int warp = threadIdx.x >> 5, m0 = warp % 2 * 64, n0 = warp / 2 * 32;
    float acc[4][4][4];
#pragma unroll
    for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
#pragma unroll
            for (int e = 0; e < 4; ++e) acc[i][j][e] = 0;
    a.fetch(from, end);
    b.fetch(from, end);
    a.put(sa.at[0]);
    b.put(sb.at[0]);
    __syncthreads();
    int stage = 0;
    for (wg_long k = from; k < end; k += BK) {
        const bool more = k + BK < end;
        if (more) {
            a.fetch(k + BK, end);
            b.fetch(k + BK, end);
        }
#pragma unroll
        for (int p = 0; p < BK; p += wg_tensor_step<T>::DEPTH)
            wg_tensor_step<T>::of(acc, sa.at[stage] + p, sb.at[stage] + p, m0, n0);
        if (more) {
            a.put(sa.at[stage ^ 1]);
            b.put(sb.at[stage ^ 1]);
        }
        __syncthreads();
        stage ^= 1;
    }
    wg_store_tensor(acc, m0, n0, store);
}
