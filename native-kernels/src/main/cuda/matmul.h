// Products of matrices that lie by any strides, many at once; the long ones in parts of K that are added up afterwards.
#pragma once

#include "tensor.h"

struct wg_matmul_call {
    wg_long m, n, k;
    wg_long a_row, a_step, b_column, b_step, c_row, c_column;
    /** Whether runs of four are aligned pieces of memory, in A, B and C. */
    wg_long a_vectors, b_vectors, c_vectors;
    /** Elements of a part of K, how many parts there are, and how many matrices. */
    wg_long part, parts, batch;
    /** How far the parts of C lie from each other. */
    wg_long c_part;
};

/** Whether results of 16 bits are stored as floats, because they are parts to be added up. */
template <class T> struct wg_result {
    void *array;
    bool wide;

    template <class L> WG_DEVICE void set(wg_long i, L v) const {
        if (sizeof(T) == 2 && wide) ((float *)array)[i] = (float)v;
        else ((T *)array)[i] = wg_store<T>(v);
    }

    /** Neighbours that are one aligned piece of memory. */
    template <class L, int W> WG_DEVICE void set(wg_long i, const L (&v)[W]) const {
        if (sizeof(T) == 2 && wide) piece((float *)array + i, v);
        else piece((T *)array + i, v);
    }

    template <class R, class L, int W> static WG_DEVICE void piece(R *to, const L (&v)[W]) {
        R t[W];
#pragma unroll
        for (int e = 0; e < W; ++e) t[e] = wg_store<R>(v[e]);
        if constexpr (sizeof t <= 16) {
            unsigned bits[sizeof t / 4];
            memcpy(bits, t, sizeof bits);
            if constexpr (sizeof bits == 16) *(uint4 *)to = make_uint4(bits[0], bits[1], bits[2], bits[3]);
            else if constexpr (sizeof bits == 8) *(uint2 *)to = make_uint2(bits[0], bits[1]);
            else *(unsigned *)to = bits[0];
        } else {
#pragma unroll
            for (int e = 0; e < W; ++e) to[e] = t[e];
        }
    }
};

template <class T> struct wg_matmul_store {
    wg_result<T> c;
    wg_long at, row, column;
    int m, n;
    bool vectors;

    /** What is to be known of W neighbouring columns from j on. */
    template <int W> WG_DEVICE int columns(int j) const { return j; }

    template <class L, int W> WG_DEVICE void put(int i, int j, const L (&v)[W]) const {
        if (i >= m) return;
        const wg_long to = at + i * row + j * column;
        if (vectors && j + W <= n) {
            c.set(to, v);
            return;
        }
#pragma unroll
        for (int e = 0; e < W; ++e)
            if (j + e < n) c.set(to + e * column, v[e]);
    }
};

/** Without tensor cores: what shared memory holds, the tile, and whether tiles within the matrices have a loop of their own. */
template <class L, int BM, int BN, int BK, int TM, int TN, bool OWN_LOOP = false> struct wg_plain_way {
    typedef L held;
    typedef wg_both_slices<L, BM, BN, BK, 4> slices;
    static constexpr int M = BM, N = BN, K = BK;
    static constexpr bool WHOLE = OWN_LOOP;
    template <class A, class B, class Store>
    static WG_DEVICE void run(slices &shared, A &a, B &b, wg_long from, wg_long end, const Store &store) {
        wg_multiply<L, BM, BN, BK, TM, TN>(shared, a, b, from, end, store);
    }
};
/** With tensor cores; T is what shared memory holds. */
template <class T, int BK> struct wg_tensor_way {
    typedef T held;
    typedef wg_both_slices<T, TENSOR_ROWS, TENSOR_ROWS, BK, 8> slices;
    static constexpr int M = TENSOR_ROWS, N = TENSOR_ROWS, K = BK;
    static constexpr bool WHOLE = false;
    template <class A, class B, class Store>
    static WG_DEVICE void run(slices &shared, A &a, B &b, wg_long from, wg_long end, const Store &store) {
        wg_multiply_tensor<T, BK>(shared, a, b, from, end, store);
    }
};

/** Where a tile begins: tiles that follow each other go down some rows of tiles, whose operands they share. */
WG_DEVICE void wg_tile_place(int tile, wg_long m, wg_long n, int height, int width, int &m0, int &n0) {
    constexpr int BAND = 8;
    const int rows = (int)((m + height - 1) / height), columns = (int)((n + width - 1) / width);
    const int first = tile / (BAND * columns) * BAND, within = tile % (BAND * columns);
    const int band = rows - first < BAND ? rows - first : BAND;
    m0 = (first + within % band) * height;
    n0 = within / band * width;
}

/** A_ALONG, B_ALONG: whether neighbours along k are the closest ones in memory. */
template <class T, class Way, bool A_ALONG, bool B_ALONG>
WG_DEVICE void wg_matmul(void *c, const T *a, const T *b, const wg_matmul_call &call, const wg_walk<3> &batch) {
    typedef typename Way::held held;
    __shared__ typename Way::slices shared;
    int m0, n0;
    wg_tile_place(blockIdx.x, call.m, call.n, Way::M, Way::N, m0, n0);
    const wg_long part = blockIdx.y, from = part * call.part;
    const wg_long end = from + call.part < call.k ? from + call.part : call.k;
    for (wg_long i = blockIdx.z; i < call.batch; i += gridDim.z) {
        wg_long at[3];
        wg_places(batch, i, at);
        const wg_matrix<T> x = {a + at[1], call.a_row, call.a_step, (int)call.m, call.a_vectors != 0, 0, 0};
        const wg_matrix<T> y = {b + at[2], call.b_column, call.b_step, (int)call.n, call.b_vectors != 0, 0, 0};
        const wg_matmul_store<T> store = {{c, call.parts > 1},
                                          at[0] + part * call.c_part + m0 * call.c_row + n0 * call.c_column,
                                          call.c_row,
                                          call.c_column,
                                          (int)call.m - m0,
                                          (int)call.n - n0,
                                          call.c_vectors != 0};
        if constexpr (Way::WHOLE) {
            if (x.vectors && y.vectors && m0 + Way::M <= call.m && n0 + Way::N <= call.n && (end - from) % Way::K == 0) {
                wg_whole_loader<T, held, Way::M, Way::K, A_ALONG> xs(x, m0, from);
                wg_whole_loader<T, held, Way::N, Way::K, B_ALONG> ys(y, n0, from);
                Way::run(shared, xs, ys, from, end, store);
                continue;
            }
        }
        wg_matrix_loader<T, held, Way::M, Way::K, A_ALONG> xs(x, m0);
        wg_matrix_loader<T, held, Way::N, Way::K, B_ALONG> ys(y, n0);
        Way::run(shared, xs, ys, from, end, store);
    }
}

#define MATMUL_OF(name, T, blocks, A_ALONG, B_ALONG, ...)                                                                 \
    WG_TILE_KERNEL(blocks, name, void *c, const T *a, const T *b, wg_matmul_call call, wg_walk<3> batch) {                \
        wg_matmul<T, __VA_ARGS__, A_ALONG, B_ALONG>(c, a, b, call, batch);                                                \
    }
#define MATMUL(name, T, blocks, ...)                             \
    MATMUL_OF(name##_kk, T, blocks, true, true, __VA_ARGS__)     \
    MATMUL_OF(name##_kn, T, blocks, true, false, __VA_ARGS__)    \
    MATMUL_OF(name##_mk, T, blocks, false, true, __VA_ARGS__)    \
    MATMUL_OF(name##_mn, T, blocks, false, false, __VA_ARGS__)
