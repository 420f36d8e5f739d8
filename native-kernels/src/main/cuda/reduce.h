// Reductions along any axes: a group of threads for each result, or for each part of one when results are few.
#pragma once

#include "elements.h"

/** What a call is about: parts of one result are reduced to results of their own, to be reduced again. */
struct wg_reduce_call {
    wg_long results, count;
    /** Elements of a part, how many parts a result has, and the threads that share one. */
    wg_long part, parts, lanes;
    wg_long in_type, out_type;
    /** Whether a double result is rounded to float before it is stored. */
    wg_long single;
};

/** Reads elements of a dtype known when compiled, several at once where they lie side by side. */
template <class T> struct wg_typed {
    typedef wg_lane<T> lane;
    static constexpr int WIDTH = 16 / sizeof(T);
    static constexpr bool TYPED = true;
    const T *array;
    WG_DEVICE wg_typed(const void *p, int) : array((const T *)p) {}
    WG_DEVICE lane at(wg_long i) const { return wg_load(array[i]); }
    WG_DEVICE bool vectors(wg_long i) const { return ((size_t)(array + i) & 15) == 0; }
    WG_DEVICE void load(wg_long i, lane (&v)[WIDTH]) const {
        T t[WIDTH];
        wg_load_vector(array + i, t);
        for (int k = 0; k < WIDTH; ++k) v[k] = wg_load(t[k]);
    }
};

template <class L> struct wg_untyped {
    typedef L lane;
    static constexpr int WIDTH = 1;
    static constexpr bool TYPED = false;
    const void *array;
    const int dtype;
    WG_DEVICE wg_untyped(const void *p, int type) : array(p), dtype(type) {}
    WG_DEVICE lane at(wg_long i) const { return wg_read<L>(array, i, dtype); }
};

/** Results are kept wider than floats are added up. */
template <class L> struct wg_total_of { typedef L type; };
template <> struct wg_total_of<float> { typedef double type; };

/**
 * Elements [from, end) behind start in vectors, W of which always lie side by side. Which thread takes one does not depend on
 * how the array is aligned.
 */
template <class C, class Source, class L, int W>
WG_DEVICE void wg_reduce_run(const Source &s, wg_long start, const wg_walk<1> &gone, wg_long from, wg_long end, int lane,
                             int lanes, L (&sum)[W]) {
    bool vectors = s.vectors(start + (gone.rank > 1 ? 0 : from));
    for (int d = 0; d < (int)gone.rank - 1; ++d) vectors = vectors && gone.stride[0][d] % W == 0;
    wg_long j = from + lane * W;
    for (; j + W <= end; j += lanes * W) {
        const wg_long at = start + (gone.rank > 1 ? wg_place(gone, j) : j);
        L v[W];
        if (vectors) s.load(at, v);
        else
            for (int k = 0; k < W; ++k) v[k] = s.at(at + k);
        for (int k = 0; k < W; ++k) sum[k] = C::of(sum[k], v[k]);
    }
    if (j < end) {
        const wg_long at = start + (gone.rank > 1 ? wg_place(gone, j) : j);
        for (int k = 0; k < W; ++k)
            if (j + k < end) sum[k] = C::of(sum[k], s.at(at + k));
    }
}

template <class C, class Source>
WG_DEVICE void wg_reduce(void *out, const void *in, const wg_reduce_call &c, const wg_walk<1> &to, const wg_walk<1> &kept,
                         const wg_walk<1> &gone) {
    typedef typename Source::lane L;
    typedef typename wg_total_of<L>::type A;
    constexpr int W = Source::WIDTH;
    const int lanes = (int)c.lanes, lane = threadIdx.x & (lanes - 1);
    const wg_long part = blockIdx.x % c.parts;
    const wg_long r = blockIdx.x / c.parts * (blockDim.x / lanes) + threadIdx.x / lanes;
    const bool mine = r < c.results;
    const wg_long from = part * c.part, end = from + c.part < c.count ? from + c.part : c.count;
    L sum[W];
    for (int k = 0; k < W; ++k) sum[k] = C::template identity<L>();
    if (mine) {
        const Source s(in, (int)c.in_type);
        const wg_long start = wg_place(kept, r);
        const int last = (int)gone.rank - 1;
        const wg_long step = last < 0 ? 0 : gone.stride[0][last];
        if (Source::TYPED && lanes > 1 && step == 1 && (last == 0 || gone.size[last] % W == 0)) {
            if constexpr (Source::TYPED) wg_reduce_run<C>(s, start, gone, from, end, lane, lanes, sum);
        } else if (last > 0) {
#pragma unroll 1
            for (wg_long j = from + lane; j < end; j += lanes) sum[0] = C::of(sum[0], s.at(start + wg_place(gone, j)));
        } else {
#pragma unroll (Source::TYPED ? 4 : 1)
            for (wg_long j = from + lane; j < end; j += lanes) sum[0] = C::of(sum[0], s.at(start + j * step));
        }
    }
    A total = (A)sum[0];
    for (int k = 1; k < W; ++k) total = C::of(total, (A)sum[k]);
    total = wg_combine_lanes<C>(total, lanes);
    if (mine && lane == 0) {
        const wg_long place = c.parts > 1 ? part * c.results + r : wg_place(to, r);
        if (c.single) wg_write<float>(out, place, (int)c.out_type, (float)total);
        else wg_write<A>(out, place, (int)c.out_type, total);
    }
}

#define REDUCE(name, R, suffix, ...)                                                                                      \
    WG_KERNEL_OF(256, reduce_##name##_##suffix, void *out, const void *in, wg_reduce_call c, wg_walk<1> to,               \
                 wg_walk<1> kept, wg_walk<1> gone) {                                                                      \
        wg_reduce<wg_combining<R>, __VA_ARGS__>(out, in, c, to, kept, gone);                                              \
    }
#define REDUCE_ALL(suffix, ...)               \
    REDUCE(sum, WG_SUM, suffix, __VA_ARGS__)   \
    REDUCE(prod, WG_PROD, suffix, __VA_ARGS__) \
    REDUCE(max, WG_MAX, suffix, __VA_ARGS__)   \
    REDUCE(min, WG_MIN, suffix, __VA_ARGS__)
