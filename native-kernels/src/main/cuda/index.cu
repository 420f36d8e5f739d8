// Gather and scatter along an axis; and what scatter with adding sorts by.
#include "elements.h"

// ---- gather: places in out, index and in, where in's place is that of index 0 -----------------------------------------

#define GATHER(bytes, T)                                                                                            \
    WG_KERNEL(gather_##bytes, T *out, const T *in, const wg_long *index, wg_long n, wg_long step, wg_walk<3> walk) { \
        WG_FOR(i, n) {                                                                                              \
            wg_long at[3];                                                                                          \
            wg_places(walk, i, at);                                                                                 \
            out[at[0]] = in[at[2] + index[at[1]] * step];                                                           \
        }                                                                                                           \
    }
GATHER(1, unsigned char)
GATHER(2, unsigned short)
GATHER(4, unsigned)
GATHER(8, uint2)
GATHER(16, uint4)

// ---- scatter without adding: the last element that goes to a place is found first --------------------------------------

/** Places in `in`, index, out, and an array as dense as out, where the last two are those of index 0. */
WG_KERNEL(scatter_claim, wg_ulong *last, const wg_long *index, wg_long n, wg_long dense_step, wg_walk<4> walk) {
    WG_FOR(i, n) {
        wg_long at[4];
        wg_places(walk, i, at);
        atomicMax(last + at[3] + index[at[1]] * dense_step, (wg_ulong)i + 1);
    }
}

#define SCATTER(bytes, T)                                                                                           \
    WG_KERNEL(scatter_##bytes, T *out, const T *in, const wg_ulong *last, const wg_long *index, wg_long n,          \
              wg_long step, wg_long dense_step, wg_walk<4> walk) {                                                  \
        WG_FOR(i, n) {                                                                                              \
            wg_long at[4];                                                                                          \
            wg_places(walk, i, at);                                                                                 \
            const wg_long k = index[at[1]];                                                                         \
            if (last[at[3] + k * dense_step] == (wg_ulong)i + 1) out[at[2] + k * step] = in[at[0]];                 \
        }                                                                                                           \
    }
SCATTER(1, unsigned char)
SCATTER(2, unsigned short)
SCATTER(4, unsigned)
SCATTER(8, uint2)

// ---- scatter with adding: elements sorted by where they go, then each place adds up its own ----------------------------

/** Where each element goes, as the place in an array as dense as out; and the elements' numbers. */
template <class K>
WG_DEVICE void wg_scatter_keys(K *keys, int *order, const wg_long *index, wg_long n, wg_long dense_step,
                               const wg_walk<4> &walk) {
    WG_FOR(i, n) {
        wg_long at[4];
        wg_places(walk, i, at);
        keys[i] = (K)(at[3] + index[at[1]] * dense_step);
        order[i] = (int)i;
    }
}
WG_KERNEL(scatter_keys_32, unsigned *keys, int *order, const wg_long *index, wg_long n, wg_long dense_step,
          wg_walk<4> walk) {
    wg_scatter_keys(keys, order, index, n, dense_step, walk);
}
WG_KERNEL(scatter_keys_64, wg_ulong *keys, int *order, const wg_long *index, wg_long n, wg_long dense_step,
          wg_walk<4> walk) {
    wg_scatter_keys(keys, order, index, n, dense_step, walk);
}
