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

    /** Each thread copies pieces of 8 elements, of lines so far from each other, at the same place in each. */
    static constexpr int PIECES = LENGTH / 8, APART = TILE_THREADS / PIECES, COPIES = LINES / APART;

    const T *const array;
    const wg_long pitch;
    T *const shared;
    /** Where the thread's first piece of the next slice is, and how many elements there are from it on, along its line. */
    const T *next;
    const int line, piece, first, rows;

    WG_DEVICE wg_pipe(const T *matrix, wg_long step, int first_row, int all_rows, wg_long k, T *memory)
        : array(matrix), pitch(step), shared(memory), line(threadIdx.x / PIECES), piece(threadIdx.x % PIECES * 8),
          first(first_row), rows(all_rows) {
        next = array + (ALONG ? (first + line) * pitch + k + piece : (k + line) * pitch + first + piece);
    }

    /** Starts to copy the next slice, `left` long, into its stage. */
    WG_DEVICE void copy(int stage, int left) {
        T *to = shared + stage * SIZE + line * PITCH + piece;
        // Of lines along K the slice may end within a piece, of lines across K the matrix.
        const int long_enough = (ALONG ? left : rows - first) - piece, lines = (ALONG ? rows - first : left) - line;
#pragma unroll
        for (int i = 0; i < COPIES; ++i) {
            const int n = i * APART >= lines || long_enough <= 0 ? 0 : long_enough < 8 ? long_enough : 8;
            wg_copy_async(to + i * APART * PITCH, n == 0 ? array : next + i * APART * pitch, n * (int)sizeof(T));
        }
        next += ALONG ? PIPELINE_DEPTH : PIPELINE_DEPTH * pitch;
    }

    /** The fragments of 16 rows by 16 k: of A, or of B for two octets of columns, where the middle two change places. */
    template <bool OF_B> WG_DEVICE void fragment(unsigned (&r)[4], int stage, int row, int k) const {
        const T *from = shared + stage * SIZE;
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
    wg_tile_place(blockIdx.x, call.m, call.n, TENSOR_ROWS, TENSOR_ROWS, m0, n0);
    const int warp = threadIdx.x >> 5, wm = warp % 2 * 64, wn = warp / 2 * 32;
    const wg_long part = blockIdx.y, from = part * call.part;
    const wg_long end = from + call.part < call.k ? from + call.part : call.k;
    const int slices = (int)((end - from + PIPELINE_DEPTH - 1) / PIPELINE_DEPTH);
    for (wg_long i = blockIdx.z; i < call.batch; i += gridDim.z) {
        wg_long at[3];
        wg_places(batch, i, at);
        wg_pipe<T, A_ALONG> x(a + at[1], A_ALONG ? call.a_row : call.a_step, m0, (int)call.m, from, shared);
        wg_pipe<T, B_ALONG> y(b + at[2], B_ALONG ? call.b_column : call.b_step, n0, (int)call.n, from,
                              shared + PIPELINE_STAGES * wg_pipe<T, A_ALONG>::SIZE);
        float acc[4][4][4];
#pragma unroll
        for (int p = 0; p < 4; ++p)
#pragma unroll
            for (int q = 0; q < 4; ++q)
#pragma unroll
                for (int e = 0; e < 4; ++e) acc[p][q][e] = 0;
        __syncthreads();
        // Of the last slice there may be less; of those that follow there is nothing, but a commit for each.
        int left = (int)(end - from);
        for (int s = 0; s < PIPELINE_STAGES - 1; ++s, left -= PIPELINE_DEPTH) {
            if (left > 0) {
                x.copy(s, left);
                y.copy(s, left);
            }
            wg_copy_commit();
        }
        int stage = 0, free = PIPELINE_STAGES - 1;
        for (int s = 0; s < slices; ++s, left -= PIPELINE_DEPTH) {
            wg_copy_wait<PIPELINE_STAGES - 2>();
            __syncthreads();
            if (left > 0) {
                x.copy(free, left);
                y.copy(free, left);
            }
            wg_copy_commit();
#pragma unroll
            for (int k = 0; k < PIPELINE_DEPTH; k += 16) {
                unsigned f[4][4], g[2][4];
#pragma unroll
                for (int p = 0; p < 4; ++p) x.template fragment<false>(f[p], stage, wm + 16 * p, k);
#pragma unroll
                for (int q = 0; q < 2; ++q) y.template fragment<true>(g[q], stage, wn + 16 * q, k);
#pragma unroll
                for (int p = 0; p < 4; ++p)
#pragma unroll
                    for (int q = 0; q < 4; ++q) {
                        const unsigned z[2] = {g[q / 2][q % 2 * 2], g[q / 2][q % 2 * 2 + 1]};
                        wg_mma<T>(acc[p][q], f[p], z);
                    }
            }
            free = stage;
            stage = stage == PIPELINE_STAGES - 1 ? 0 : stage + 1;
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
