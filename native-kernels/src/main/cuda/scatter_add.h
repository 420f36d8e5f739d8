// Scatter with adding: each place adds up the elements that go to it, which have been sorted by their places. Sums are taken
// in the order of the elements, so they never change.
#pragma once

#include "elements.h"

/** What adds up: floats in place of half types, the two parts of a complex number at once, or of booleans. */
template <class T> struct wg_adding {
    typedef wg_lane<T> type;
    static WG_DEVICE type load(T v) { return wg_load(v); }
    static WG_DEVICE T store(type v) { return wg_store<T>(v); }
    static WG_DEVICE type add(type a, type b) { return a + b; }
};
template <> struct wg_adding<bool> {
    typedef bool type;
    static WG_DEVICE bool load(bool v) { return v; }
    static WG_DEVICE bool store(bool v) { return v; }
    static WG_DEVICE bool add(bool a, bool b) { return a || b; }
};
template <> struct wg_adding<float2> {
    typedef float2 type;
    static WG_DEVICE float2 load(float2 v) { return v; }
    static WG_DEVICE float2 store(float2 v) { return v; }
    static WG_DEVICE float2 add(float2 a, float2 b) { return make_float2(a.x + b.x, a.y + b.y); }
};

/** Sorted elements that one thread adds up at most. */
constexpr wg_long PIECE = 64;

/**
 * A thread for each piece of a run of equal keys, and each column of what moves together. Pieces begin where a run does and
 * at each multiple of PIECE. A run of one piece is added to out. The sums of a longer one's pieces go to `sums`, which has
 * two for each multiple: of the piece that begins there, and of the one that begins behind it and goes on in the next.
 *
 * @param walk places in `in`, index and out of the elements that have keys
 * @param columns places in `in` and out of what moves with each
 */
template <class T, class K>
WG_DEVICE void wg_scatter_add(T *out, const T *in, const K *keys, const int *order, const wg_long *index,
                              typename wg_adding<T>::type *sums, wg_long n, wg_long width, wg_long step,
                              const wg_walk<4> &walk, const wg_walk<2> &columns) {
    typedef wg_adding<T> adding;
    WG_FOR(t, n * width) {
        const wg_long s = t / width, column = t - s * width;
        const K key = keys[s];
        const bool begins = s == 0 || keys[s - 1] != key;
        if (!begins && s % PIECE != 0) continue;
        const wg_long row = s / PIECE, stop = (row + 1) * PIECE < n ? (row + 1) * PIECE : n;
        wg_long off[2], at[4];
        wg_places(columns, column, off);
        wg_places(walk, order[s], at);
        T *to = out + at[2] + index[at[1]] * step + off[1];
        typename adding::type sum = adding::load(in[at[0] + off[0]]);
        wg_long i = s + 1;
        for (; i < stop && keys[i] == key; ++i) {
            wg_places(walk, order[i], at);
            sum = adding::add(sum, adding::load(in[at[0] + off[0]]));
        }
        const bool ends = i == n || keys[i] != key;
        if (begins && ends) *to = adding::store(adding::add(adding::load(*to), sum));
        else sums[(2 * row + (begins && s % PIECE != 0)) * width + column] = sum;
    }
}

/** A thread for each run of several pieces and each column: adds its pieces to out. */
template <class T, class K>
WG_DEVICE void wg_scatter_pieces(T *out, const K *keys, const int *order, const wg_long *index,
                                 const typename wg_adding<T>::type *sums, wg_long n, wg_long width, wg_long step,
                                 const wg_walk<4> &walk, const wg_walk<2> &columns) {
    typedef wg_adding<T> adding;
    WG_FOR(t, (n + PIECE - 1) / PIECE * width) {
        const wg_long row = t / width, column = t - row * width, last = (row + 1) * PIECE - 1;
        // The run that goes on behind this row, if it began in this row.
        if (last + 1 >= n || keys[last] != keys[last + 1]) continue;
        const K key = keys[last];
        if (row > 0 && keys[row * PIECE] == key && keys[row * PIECE - 1] == key) continue;
        wg_long off[2], at[4];
        wg_places(columns, column, off);
        wg_places(walk, order[last], at);
        T *to = out + at[2] + index[at[1]] * step + off[1];
        typename adding::type sum = adding::load(*to);
        sum = adding::add(sum, sums[(2 * row + (keys[row * PIECE] != key)) * width + column]);
        for (wg_long r = row + 1; r * PIECE < n && keys[r * PIECE] == key; ++r)
            sum = adding::add(sum, sums[2 * r * width + column]);
        *to = adding::store(sum);
    }
}

#define SCATTER_ADD(name, T, K, bits)                                                                                  \
    WG_KERNEL(scatter_add_##name##_##bits, T *out, const T *in, const K *keys, const int *order, const wg_long *index,    \
              wg_adding<T>::type *sums, wg_long n, wg_long width, wg_long step, wg_walk<4> walk, wg_walk<2> columns) {    \
        wg_scatter_add<T, K>(out, in, keys, order, index, sums, n, width, step, walk, columns);                           \
    }                                                                                                                     \
    WG_KERNEL(scatter_pieces_##name##_##bits, T *out, const K *keys, const int *order, const wg_long *index,              \
              const wg_adding<T>::type *sums, wg_long n, wg_long width, wg_long step, wg_walk<4> walk,                    \
              wg_walk<2> columns) {                                                                                       \
        wg_scatter_pieces<T, K>(out, keys, order, index, sums, n, width, step, walk, columns);                            \
    }
#define SCATTER_ADD_ALL(K, bits) \
    SCATTER_ADD(bool, bool, K, bits) \
    SCATTER_ADD(int8, unsigned char, K, bits) \
    SCATTER_ADD(int16, unsigned short, K, bits) \
    SCATTER_ADD(int32, unsigned, K, bits) \
    SCATTER_ADD(int64, wg_ulong, K, bits) \
    SCATTER_ADD(float16, wg_half, K, bits) \
    SCATTER_ADD(bfloat16, wg_bfloat, K, bits) \
    SCATTER_ADD(float32, float, K, bits) \
    SCATTER_ADD(float64, double, K, bits) \
    SCATTER_ADD(complex64, float2, K, bits)
