// Products of a matrix and a vector: a group of threads, or one, for each row of the matrix.
#include "matmul.h"

struct wg_matvec_call {
    wg_long rows, k, row_step, step, vector_step, out_step;
    /** Elements of a part of k, how many parts there are, the threads that share a row, and how many products there are. */
    wg_long part, parts, lanes, batch;
    /** How far results of parts lie from each other. */
    wg_long out_part;
};

/** @param walk where products begin in out, the matrices and the vectors */
template <class T>
WG_DEVICE void wg_matvec(void *out, const T *matrix, const T *vector, const wg_matvec_call &c, const wg_walk<3> &walk) {
    typedef wg_lane<T> L;
    const int lanes = (int)c.lanes, lane = threadIdx.x & (lanes - 1);
    const wg_long r = blockIdx.x * (wg_long)(blockDim.x / lanes) + threadIdx.x / lanes;
    const wg_long from = blockIdx.y * c.part, end = from + c.part < c.k ? from + c.part : c.k;
    for (wg_long i = blockIdx.z; i < c.batch; i += gridDim.z) {
        wg_long at[3];
        wg_places(walk, i, at);
        L sum = 0;
        if (r < c.rows) {
            const T *row = matrix + at[1] + r * c.row_step;
            const T *v = vector + at[2];
#pragma unroll 4
            for (wg_long k = from + lane; k < end; k += lanes)
                sum = wg_fma(wg_load(row[k * c.step]), wg_load(v[k * c.vector_step]), sum);
        }
        const double total = wg_combine_lanes<wg_combining<WG_SUM>>((double)sum, lanes);
        const wg_result<T> to = {out, c.parts > 1};
        if (lane == 0 && r < c.rows) to.set(at[0] + blockIdx.y * c.out_part + r * c.out_step, (L)total);
    }
}

#define MATVEC(name, T)                                                                                                \
    WG_KERNEL_OF(256, matvec_##name, void *out, const T *matrix, const T *vector, wg_matvec_call c, wg_walk<3> walk) { \
        wg_matvec(out, matrix, vector, c, walk);                                                                       \
    }
MATVEC(float32, float)
MATVEC(float64, double)
MATVEC(float16, wg_half)
MATVEC(bfloat16, wg_bfloat)
