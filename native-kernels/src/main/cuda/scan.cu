// Running sums, products and extrema along an axis.
#include "elements.h"

struct wg_scan_call {
    wg_long rows, count, in_step, out_step, in_type, out_type, reduction;
    /** Elements that one block goes through, how many such chunks a row has, and whether only their totals are wanted. */
    wg_long chunk, chunks, totals;
};

/** Floats run in double precision, so that long sums keep their accuracy. */
template <class L> struct wg_running { typedef L type; };
template <> struct wg_running<float> { typedef double type; };

/** A thread for each row: for rows that lie side by side, or are short. */
template <class L> WG_DEVICE void wg_scan_rows(void *out, const void *in, const wg_scan_call &c, const wg_walk<2> &rows) {
    typedef typename wg_running<L>::type A;
    WG_FOR(r, c.rows) {
        wg_long at[2];
        wg_places(rows, r, at);
        A run = wg_identity<A>((int)c.reduction);
        for (wg_long i = 0; i < c.count; ++i) {
            const A v = (A)wg_read<L>(in, at[1] + i * c.in_step, (int)c.in_type);
            run = wg_combine((int)c.reduction, run, v);
            wg_write<L>(out, at[0] + i * c.out_step, (int)c.out_type, (L)run);
        }
    }
}

constexpr int SCAN_THREADS = 256;
constexpr int SCAN_ITEMS = 4;

/** Of the threads of a block: what all before this one give together; *total is what all give. */
template <class A> WG_DEVICE A wg_exclusive(int reduction, A mine, A *total) {
    __shared__ A warps[SCAN_THREADS / 32];
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    A v = mine;
    for (int d = 1; d < 32; d <<= 1) {
        const A before = __shfl_up_sync(0xffffffffu, v, d);
        if (lane >= d) v = wg_combine(reduction, before, v);
    }
    __syncthreads();
    if (lane == 31) warps[warp] = v;
    __syncthreads();
    A before = wg_identity<A>(reduction), all = before;
    for (int i = 0; i < SCAN_THREADS / 32; ++i) {
        if (i == warp) before = all;
        all = wg_combine(reduction, all, warps[i]);
    }
    *total = all;
    const A previous = __shfl_up_sync(0xffffffffu, v, 1);
    return lane == 0 ? before : wg_combine(reduction, before, previous);
}

/**
 * A block for each chunk of a row.
 *
 * @param carried running totals of the chunks, of the wide type; null if there is but one chunk or totals are wanted
 */
template <class L>
WG_DEVICE void wg_scan_chunks(void *out, const void *in, const void *carried, const wg_scan_call &c, const wg_walk<2> &rows) {
    typedef typename wg_running<L>::type A;
    const wg_long r = blockIdx.x / c.chunks, chunk = blockIdx.x % c.chunks;
    const wg_long from = chunk * c.chunk, end = from + c.chunk < c.count ? from + c.chunk : c.count;
    const int reduction = (int)c.reduction;
    wg_long at[2];
    wg_places(rows, r, at);
    A run = wg_identity<A>(reduction);
    if (carried && chunk > 0) run = ((const A *)carried)[blockIdx.x - 1];
    for (wg_long tile = from; tile < end; tile += SCAN_THREADS * SCAN_ITEMS) {
        const wg_long first = tile + threadIdx.x * SCAN_ITEMS;
        A v[SCAN_ITEMS];
        A sum = wg_identity<A>(reduction);
        for (int k = 0; k < SCAN_ITEMS; ++k) {
            if (first + k < end)
                sum = wg_combine(reduction, sum, (A)wg_read<L>(in, at[1] + (first + k) * c.in_step, (int)c.in_type));
            v[k] = sum;
        }
        A total;
        const A before = wg_combine(reduction, run, wg_exclusive(reduction, sum, &total));
        if (!c.totals)
            for (int k = 0; k < SCAN_ITEMS; ++k)
                if (first + k < end)
                    wg_write<L>(out, at[0] + (first + k) * c.out_step, (int)c.out_type, (L)wg_combine(reduction, before, v[k]));
        run = wg_combine(reduction, run, total);
    }
    if (c.totals && threadIdx.x == 0) ((A *)out)[blockIdx.x] = run;
}

#define SCAN(suffix, L)                                                                                             \
    WG_KERNEL_OF(256, scan_rows_##suffix, void *out, const void *in, wg_scan_call c, wg_walk<2> rows) {             \
        wg_scan_rows<L>(out, in, c, rows);                                                                          \
    }                                                                                                               \
    WG_KERNEL_OF(256, scan_chunks_##suffix, void *out, const void *in, const void *carried, wg_scan_call c,         \
                 wg_walk<2> rows) {                                                                                 \
        wg_scan_chunks<L>(out, in, carried, c, rows);                                                               \
    }
SCAN(float32, float)
SCAN(float64, double)
SCAN(int64, wg_long)
SCAN(uint64, wg_ulong)
