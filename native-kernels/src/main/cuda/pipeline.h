// Products of 16-bit floating matrices by tensor cores, whose operands are copied to shared memory while others are
// multiplied, several slices ahead. Every row, or column, of an operand must begin at a multiple of 16 bytes.
#pragma once

#include "matmul.h"

#if defined(WG_EMULATED)

static inline void wg_copy_async(void *to, const void *from, int bytes) { emu::copy_async(to, from, bytes, 16); }
static inline void wg_copy_commit() { emu::copy_commit(); }
template <int GROUPS> inline void wg_copy_wait() { emu::copy_wait(GROUPS); }

/** As wg_ldmatrix_transposed, with the matrices as they are. */
inline void wg_ldmatrix(unsigned (&r)[4], const void *row) {
    const unsigned char *slots = emu::exchange(0xffffffffu, &row, sizeof row);
    const int lane = emu::thread->lane;
    for (int m = 0; m < 4; ++m)
        memcpy(&r[m], emu::shown<const char *>(slots, 8 * m + (lane >> 2)) + 4 * (lane & 3), 4);
}

#else

/** Copies so many bytes of 16 to shared memory, and zeros for the rest. */
WG_DEVICE void wg_copy_async(void *to, const void *from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((unsigned)__cvta_generic_to_shared(to)), "l"(from),
                 "r"(bytes)
                 : "memory");
}
WG_DEVICE void wg_copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int GROUPS> WG_DEVICE void wg_copy_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS) : "memory"); }

WG_DEVICE void wg_ldmatrix(unsigned (&r)[4], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"((unsigned)__cvta_generic_to_shared(row))
                 : "memory");
}

#endif

constexpr int PIPELINE_STAGES = 4;
constexpr int PIPELINE_DEPTH = 32;

/** An operand's slice: [row][k] if neighbours along k are neighbours in memory (ALONG), else [k][row]. */
template <class T, bool ALONG> struct wg_pipe {
    static constexpr int LINES = ALONG ? TENSOR_ROWS : PIPELINE_DEPTH;
    static constexpr int LENGTH = ALONG ? PIPELINE_DEPTH : TENSOR_ROWS;
    /** The pitch spreads lines that are read together over all banks. */
    static constexpr int PITCH = LENGTH + 8;
    static constexpr int SIZE = LINES * PITCH;

    const T *array;
    wg_long pitch;
    int rows;
    T *shared;

    /** Starts to copy slice number `slice`, whose k begins at k0, into its stage. */
    WG_DEVICE void copy(int slice, int first, wg_long k0, wg_long end) const {
        T *to = shared + slice % PIPELINE_STAGES * SIZE;
        constexpr int PIECES = LENGTH / 8;
#pragma unroll
        for (int i = threadIdx.x; i < LINES * PIECES; i += TILE_THREADS) {
            const int line = i / PIECES, piece = i % PIECES * 8;
            const wg_long at = ALONG ? k0 + piece : first + piece;
            const wg_long left = (ALONG ? end : (wg_long)rows) - at;
            const bool is_line = ALONG ? first + line < rows : k0 + line < end;
            const int n = !is_line || left <= 0 ? 0 : left < 8 ? (int)left : 8;
            const T *from = array + (n == 0 ? 0 : (ALONG ? first + line : k0 + line) * pitch + at);
            wg_copy_async(to + line * PITCH + piece, from, n * (int)sizeof(T));
        }
    }

    /** The fragments of 16 rows by 16 k: of A, or of B for two octets of columns, where the middle two change places. */
    template <bool OF_B> WG_DEVICE void fragment(unsigned (&r)[4], int slice, int row, int k) const {
        const T *from = shared + slice % PIPELINE_STAGES * SIZE;
        const int lane = threadIdx.x & 31, eighth = lane & 7, odd = lane >> 3 & 1, upper = lane >> 4;
        const int p = row + 8 * (OF_B ? upper : odd), q = k + 8 * (OF_B ? odd : upper);
        if (ALONG) wg_ldmatrix(r, from + (p + eighth) * PITCH + q);
        else wg_ldmatrix_transposed(r, from + (q + eighth) * PITCH + p);
    }
};

template <class T, bool A_ALONG, bool B_ALONG>
WG_DEVICE void wg_matmul_pipeline(void *c, const T *a, const T *b, const wg_matmul_call &call, const wg_walk<3> &batch) {
    WG_DYNAMIC_SHARED(T, shared);
    int m0, n0;
    wg_tile_place(call.m, call.n, TENSOR_ROWS, TENSOR_ROWS, m0, n0);
    const int warp = threadIdx.x >> 5, wm = warp % 2 * 64, wn = warp / 2 * 32;
    const wg_long part = blockIdx.y, from = part * call.part;
    const wg_long end = from + call.part < call.k ? from + call.part : call.k;
    const int slices = (int)((end - from + PIPELINE_DEPTH - 1) / PIPELINE_DEPTH);
    for (wg_long i = blockIdx.z; i < call.batch; i += gridDim.z) {
        wg_long at[3];
        wg_places(batch, i, at);
        const wg_pipe<T, A_ALONG> x = {a + at[1], A_ALONG ? call.a_row : call.a_step, (int)call.m, shared};
        const wg_pipe<T, B_ALONG> y = {b + at[2], B_ALONG ? call.b_column : call.b_step, (int)call.n,
                                       shared + PIPELINE_STAGES * wg_pipe<T, A_ALONG>::SIZE};
        float acc[4][4][4];
#pragma unroll
        for (int p = 0; p < 4; ++p)
#pragma unroll
            for (int q = 0; q < 4; ++q)
#pragma unroll
                for (int e = 0; e < 4; ++e) acc[p][q][e] = 0;
        __syncthreads();
        for (int s = 0; s < PIPELINE_STAGES - 1; ++s) {
            if (s < slices) {
                x.copy(s, m0, from + s * PIPELINE_DEPTH, end);
                y.copy(s, n0, from + s * PIPELINE_DEPTH, end);
            }
            wg_copy_commit();
        }
        for (int s = 0; s < slices; ++s) {
            wg_copy_wait<PIPELINE_STAGES - 2>();
            __syncthreads();
            const int ahead = s + PIPELINE_STAGES - 1;
            if (ahead < slices) {
                x.copy(ahead, m0, from + (wg_long)ahead * PIPELINE_DEPTH, end);
                y.copy(ahead, n0, from + (wg_long)ahead * PIPELINE_DEPTH, end);
            }
            wg_copy_commit();
#pragma unroll
            for (int k = 0; k < PIPELINE_DEPTH; k += 16) {
                unsigned f[4][4], g[2][4];
#pragma unroll
                for (int p = 0; p < 4; ++p) x.template fragment<false>(f[p], s, wm + 16 * p, k);
#pragma unroll
                for (int q = 0; q < 2; ++q) y.template fragment<true>(g[q], s, wn + 16 * q, k);
#pragma unroll
                for (int p = 0; p < 4; ++p)
#pragma unroll
                    for (int q = 0; q < 4; ++q) {
                        const unsigned z[2] = {g[q / 2][q % 2 * 2], g[q / 2][q % 2 * 2 + 1]};
                        wg_mma<T>(acc[p][q], f[p], z);
                    }
            }
        }
        const wg_matmul_store<T> store = {{c, call.parts > 1},
                                          at[0] + part * call.c_part + m0 * call.c_row + n0 * call.c_column,
                                          call.c_row,
                                          call.c_column,
                                          (int)call.m - m0,
                                          (int)call.n - n0,
                                          call.c_vectors != 0};
        wg_store_tensor(acc, wm, wn, store);
    }
}

#define PIPELINE_OF(name, T, A_ALONG, B_ALONG)                                                                            \
    WG_TILE_KERNEL(2, name, void *c, const T *a, const T *b, wg_matmul_call call, wg_walk<3> batch) {                     \
        wg_matmul_pipeline<T, A_ALONG, B_ALONG>(c, a, b, call, batch);                                                    \
    }
#define PIPELINE(name, T)                    \
    PIPELINE_OF(name##_kk, T, true, true)    \
    PIPELINE_OF(name##_kn, T, true, false)   \
    PIPELINE_OF(name##_mk, T, false, true)   \
    PIPELINE_OF(name##_mn, T, false, false)
