// e^x / sum e^x along an axis, or its logarithm: a group of threads for each row.
#include "elements.h"

struct wg_softmax_call {
    wg_long rows, count, in_step, out_step, in_type, out_type, lanes, logarithm;
};

WG_DEVICE float wg_exp(float x) { return expf(x); }
WG_DEVICE double wg_exp(double x) { return exp(x); }

/** Elements that a thread keeps between the passes. */
constexpr int SOFTMAX_KEPT = 8;

template <class L, class Read, class Write>
WG_DEVICE void wg_softmax(const wg_softmax_call &c, const wg_walk<2> &rows, Read read, Write write) {
    const int lanes = (int)c.lanes, lane = threadIdx.x & (lanes - 1);
    const wg_long r = blockIdx.x * (wg_long)(blockDim.x / lanes) + threadIdx.x / lanes;
    const bool mine = r < c.rows;
    const wg_long n = mine ? c.count : 0;
    wg_long at[2] = {0, 0};
    if (mine) wg_places(rows, r, at);
    L x[SOFTMAX_KEPT];
    L most = wg_ends<L>::least();
#pragma unroll
    for (int k = 0; k < SOFTMAX_KEPT; ++k) {
        const wg_long i = lane + (wg_long)k * lanes;
        if (i < n) {
            x[k] = read(at[1] + i * c.in_step);
            most = wg_order<L>::largest(most, x[k]);
        }
    }
    const wg_long rest = lane + (wg_long)SOFTMAX_KEPT * lanes;
    for (wg_long i = rest; i < n; i += lanes) most = wg_order<L>::largest(most, read(at[1] + i * c.in_step));
    most = wg_combine_lanes<wg_combining<WG_MAX>>(most, lanes);
    L sum = 0;
#pragma unroll
    for (int k = 0; k < SOFTMAX_KEPT; ++k) {
        const wg_long i = lane + (wg_long)k * lanes;
        if (i < n) {
            const L e = wg_exp(x[k] - most);
            if (!c.logarithm) x[k] = e;
            sum += e;
        }
    }
    for (wg_long i = rest; i < n; i += lanes) sum += wg_exp(read(at[1] + i * c.in_step) - most);
    const double all = wg_combine_lanes<wg_combining<WG_SUM>>((double)sum, lanes);
    const L scale = c.logarithm ? (L)((double)most + log(all)) : (L)(1 / all);
#pragma unroll
    for (int k = 0; k < SOFTMAX_KEPT; ++k) {
        const wg_long i = lane + (wg_long)k * lanes;
        if (i < n) write(at[0] + i * c.out_step, c.logarithm ? x[k] - scale : x[k] * scale);
    }
    for (wg_long i = rest; i < n; i += lanes) {
        const L v = read(at[1] + i * c.in_step);
        write(at[0] + i * c.out_step, c.logarithm ? v - scale : wg_exp(v - most) * scale);
    }
}

#define SOFTMAX(suffix, L)                                                                                          \
    WG_KERNEL_OF(256, softmax_any_##suffix, void *out, const void *in, wg_softmax_call c, wg_walk<2> rows) {        \
        wg_softmax<L>(                                                                                              \
            c, rows, [=](wg_long i) { return wg_read<L>(in, i, (int)c.in_type); },                                  \
            [=](wg_long i, L v) { wg_write<L>(out, i, (int)c.out_type, v); });                                      \
    }
SOFTMAX(float32, float)
SOFTMAX(float64, double)

#define SOFTMAX_OF(suffix, T)                                                                                       \
    WG_KERNEL_OF(256, softmax_##suffix, T *out, const T *in, wg_softmax_call c, wg_walk<2> rows) {                  \
        wg_softmax<wg_lane<T>>(                                                                                     \
            c, rows, [=](wg_long i) { return wg_load(in[i]); },                                                     \
            [=](wg_long i, wg_lane<T> v) { out[i] = wg_store<T>(v); });                                             \
    }
SOFTMAX_OF(float32, float)
SOFTMAX_OF(float64, double)
SOFTMAX_OF(float16, wg_half)
SOFTMAX_OF(bfloat16, wg_bfloat)
