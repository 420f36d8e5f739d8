// The place of the first largest or smallest element along an axis; the first NaN comes before all numbers.
#include "elements.h"

struct wg_arg_call {
    wg_long rows, count;
    /** Elements of a part, how many parts a row has, and the threads that share one. */
    wg_long part, parts, lanes;
    wg_long step, in_type, largest;
};

/** A candidate; no place yet is -1. */
template <class L> struct wg_candidate {
    L value;
    wg_long at;

    WG_DEVICE bool is_better(const wg_candidate &o, bool largest) const {
        if (at < 0 || o.at < 0) return o.at < 0;
        const bool nan = value != value, other_nan = o.value != o.value;
        if (nan || other_nan) return nan && (!other_nan || at < o.at);
        if (value == o.value) return at < o.at;
        return largest ? value > o.value : value < o.value;
    }
};

/**
 * @param out the places, as they are in `rows` or, for parts, one row of results after another
 * @param places where the candidates of this call lie, one row of them after another; null if all elements are candidates
 */
template <class L>
WG_DEVICE void wg_arg_reduce(wg_long *out, const void *in, const wg_long *places, const wg_arg_call &c,
                             const wg_walk<2> &rows) {
    const int lanes = (int)c.lanes, lane = threadIdx.x & (lanes - 1);
    const wg_long part = blockIdx.x % c.parts;
    const wg_long r = blockIdx.x / c.parts * (blockDim.x / lanes) + threadIdx.x / lanes;
    const bool mine = r < c.rows;
    const wg_long from = part * c.part, end = from + c.part < c.count ? from + c.part : c.count;
    wg_long at[2] = {0, 0};
    wg_candidate<L> best = {L(0), -1};
    if (mine) {
        wg_places(rows, r, at);
        for (wg_long j = from + lane; j < end; j += lanes) {
            const wg_long i = places ? places[j * c.rows + r] : j;
            const wg_candidate<L> x = {wg_read<L>(in, at[1] + i * c.step, (int)c.in_type), i};
            if (x.is_better(best, c.largest)) best = x;
        }
    }
    const int within = lanes < 32 ? lanes : 32;
    for (int d = within >> 1; d > 0; d >>= 1) {
        const wg_candidate<L> o = {__shfl_xor_sync(0xffffffffu, best.value, d), __shfl_xor_sync(0xffffffffu, best.at, d)};
        if (o.is_better(best, c.largest)) best = o;
    }
    if (lanes > 32) {
        __shared__ L value[32];
        __shared__ wg_long place[32];
        const int warp = threadIdx.x >> 5, warps = lanes >> 5;
        if ((threadIdx.x & 31) == 0) {
            value[warp] = best.value;
            place[warp] = best.at;
        }
        __syncthreads();
        if (lane == 0)
            for (int i = 1; i < warps; ++i) {
                const wg_candidate<L> o = {value[warp + i], place[warp + i]};
                if (o.is_better(best, c.largest)) best = o;
            }
    }
    if (mine && lane == 0) out[c.parts > 1 ? part * c.rows + r : at[0]] = best.at;
}

#define ARG_REDUCE(suffix, L)                                                                                             \
    WG_KERNEL_OF(256, arg_reduce_##suffix, wg_long *out, const void *in, const wg_long *places, wg_arg_call c,            \
                 wg_walk<2> rows) {                                                                                       \
        wg_arg_reduce<L>(out, in, places, c, rows);                                                                       \
    }
ARG_REDUCE(float32, float)
ARG_REDUCE(float64, double)
ARG_REDUCE(int64, wg_long)
ARG_REDUCE(uint64, wg_ulong)
