// Products of matrices by tiles: a block of 256 threads computes BM x BN elements of C, a slice of K at a time, which it
// brings from memory to registers while it multiplies the slice before, and from there to shared memory.
//
// Where elements come from and go to is told by loaders and a store, so that convolutions are products as well.
#pragma once

#include "elements.h"

constexpr int TILE_THREADS = 256;

/** A kernel of tiles, so many blocks of which are to find room on a multiprocessor. */
#if defined(__CUDACC__)
#define WG_TILE_KERNEL(blocks, name, ...) extern "C" __global__ void __launch_bounds__(TILE_THREADS, blocks) name(__VA_ARGS__)
#else
#define WG_TILE_KERNEL(blocks, name, ...) WG_KERNEL_OF(TILE_THREADS, name, __VA_ARGS__)
#endif

WG_DEVICE unsigned wg_fma(unsigned a, unsigned b, unsigned c) { return a * b + c; }
WG_DEVICE wg_ulong wg_fma(wg_ulong a, wg_ulong b, wg_ulong c) { return a * b + c; }

/** Slices of an operand in shared memory: one that is multiplied, one that is being filled. */
template <class S, int DEPTH, int PITCH> struct alignas(16) wg_slices {
    S at[2][DEPTH][PITCH];
};

/** How far the two operands are shared out: each loader keeps EACH elements, in runs of four along one direction. */
template <int ROWS, int DEPTH> struct wg_share {
    static constexpr int EACH = ROWS * DEPTH / TILE_THREADS;
    static constexpr int RUNS = EACH / 4;
    static_assert(RUNS * 4 * TILE_THREADS == ROWS * DEPTH, "a tile that does not divide among threads");
};

/** A matrix of which element (row, k) lies at row * row_step + k * step. */
template <class T> struct wg_matrix {
    const T *array;
    wg_long row_step, step;
    int rows;
    /** Whether runs of four along the direction of loading are one aligned piece of memory. */
    bool vectors;
    /** If not 0, k counts pieces of so many: the step is that within a piece, outer_step that from piece to piece. */
    unsigned inner;
    wg_long outer_step;

    WG_DEVICE wg_long offset(wg_long k) const {
        if (inner == 0) return k * step;
        const wg_long q = k >> 32 ? k / inner : (unsigned)k / inner;
        return q * outer_step + (k - q * inner) * step;
    }
};

/** An element as shared memory holds it: as it is, or as its lane. */
template <class S, class T> struct wg_held {
    static WG_DEVICE S of(T v) { return (S)wg_load(v); }
};
template <class T> struct wg_held<T, T> {
    static WG_DEVICE T of(T v) { return v; }
};

/** Four elements, in one load if they have 16 bytes at most. */
template <class T> WG_DEVICE void wg_load4(const T *p, T (&v)[4]) {
    if constexpr (sizeof(T) <= 4) {
        wg_load_vector(p, v);
    } else {
        for (int i = 0; i < 4; ++i) v[i] = p[i];
    }
}

/**
 * What each thread keeps of a slice on its way from memory to shared memory, where it lies as [k][row].
 *
 * @tparam S what shared memory holds: T itself, or its lane
 * @tparam ALONG whether runs go along k (or along rows)
 */
template <class T, class S, int ROWS, int DEPTH, bool ALONG> struct wg_kept_runs {
    typedef wg_share<ROWS, DEPTH> share;
    T kept[share::EACH];

    /** The run's first row and k within the tile. */
    static WG_DEVICE int row_of(int run) {
        const int t = threadIdx.x + run * TILE_THREADS;
        return ALONG ? t / (DEPTH / 4) : t % (ROWS / 4) * 4;
    }
    static WG_DEVICE int k_of(int run) {
        const int t = threadIdx.x + run * TILE_THREADS;
        return ALONG ? t % (DEPTH / 4) * 4 : t / (ROWS / 4);
    }

    WG_DEVICE void keep(int run, const T (&v)[4]) {
#pragma unroll
        for (int i = 0; i < 4; ++i) kept[4 * run + i] = v[i];
    }

    template <int PITCH> WG_DEVICE void put(S (*slice)[PITCH]) const {
#pragma unroll
        for (int run = 0; run < share::RUNS; ++run)
#pragma unroll
            for (int i = 0; i < 4; ++i)
                slice[k_of(run) + (ALONG ? i : 0)][row_of(run) + (ALONG ? 0 : i)] = wg_held<S, T>::of(kept[4 * run + i]);
    }
};

/** Brings the slices of a tile that lies wholly within a matrix of aligned runs, one after the other. */
template <class T, class S, int ROWS, int DEPTH, bool ALONG>
struct wg_whole_loader : wg_kept_runs<T, S, ROWS, DEPTH, ALONG> {
    typedef wg_kept_runs<T, S, ROWS, DEPTH, ALONG> runs;
    const T *next[runs::share::RUNS];
    const wg_long slice;

    WG_DEVICE wg_whole_loader(const wg_matrix<T> &m, int first, wg_long from) : slice(ALONG ? DEPTH : DEPTH * m.step) {
#pragma unroll
        for (int run = 0; run < runs::share::RUNS; ++run)
            next[run] = m.array + (first + runs::row_of(run)) * (ALONG ? m.row_step : 1)
                        + (from + runs::k_of(run)) * (ALONG ? 1 : m.step);
    }

    WG_DEVICE void fetch(wg_long, wg_long) {
#pragma unroll
        for (int run = 0; run < runs::share::RUNS; ++run) {
            T v[4];
            wg_load4(next[run], v);
            this->keep(run, v);
            next[run] += slice;
        }
    }
};

/** Brings a matrix's slices, with zeros for what lies outside. */
template <class T, class S, int ROWS, int DEPTH, bool ALONG, bool PIECES = false>
struct wg_matrix_loader : wg_kept_runs<T, S, ROWS, DEPTH, ALONG> {
    typedef wg_kept_runs<T, S, ROWS, DEPTH, ALONG> runs;
    typedef typename runs::share share;
    const wg_matrix<T> m;
    const int first;
    /** Where each run begins, but for what depends on k. */
    const T *start[share::RUNS];

    WG_DEVICE wg_matrix_loader(const wg_matrix<T> &matrix, int first_row) : m(matrix), first(first_row) {
#pragma unroll
        for (int run = 0; run < share::RUNS; ++run)
            start[run] = m.array + (first + runs::row_of(run)) * m.row_step + (PIECES ? 0 : runs::k_of(run) * m.step);
    }

    WG_DEVICE void fetch(wg_long k0, wg_long end) {
#pragma unroll
        for (int run = 0; run < share::RUNS; ++run) {
            const int row = first + runs::row_of(run), at = runs::k_of(run);
            const int left = (int)(end - k0 < DEPTH ? end - k0 : DEPTH) - at;
            const T *p = start[run] + (PIECES ? m.offset(k0 + at) : k0 * m.step);
            T v[4];
            if (m.vectors && (ALONG ? row < m.rows && left > 3 : row + 3 < m.rows && left > 0)) {
                wg_load4(p, v);
            } else {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const bool inside = ALONG ? row < m.rows && i < left : row + i < m.rows && left > 0;
                    if (ALONG && PIECES) p = start[run] + m.offset(k0 + at + i);
                    v[i] = inside ? *p : wg_store<T>(0);
                    if (!(ALONG && PIECES)) p += ALONG ? m.step : m.row_step;
                }
            }
            this->keep(run, v);
        }
    }
};

/** The slices of both operands; the pitches spread lines that are read, or written, together over the banks. */
template <class S, int BM, int BN, int BK, int PAD> struct wg_both_slices {
    wg_slices<S, BK, BM + PAD> a;
    wg_slices<S, BK, BN + PAD> b;
};

/** C += A B without tensor cores: each thread computes TM x TN elements, in squares of four by four. */
template <class S, int BM, int BN, int BK, int TM, int TN, class A, class B, class Store>
WG_DEVICE void wg_multiply(wg_both_slices<S, BM, BN, BK, 4> &shared, A &a, B &b, wg_long from, wg_long end, const Store &store) {
    static_assert(BM / TM == 16 && BN / TN == 16, "threads");
    // Of large tiles, steps that are unrolled fetch so much ahead that registers are spilled; other warps fill the time.
    [[maybe_unused]] constexpr int UNROLLED = TM * TN > 16 ? 1 : BK;
    auto &sa = shared.a;
    auto &sb = shared.b;
    // A warp's threads are four by eight squares: what they read of both operands is little.
    const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    const int tx = (warp % 2 * 8 + lane % 8) * 4, ty = (warp / 2 * 4 + lane / 8) * 4;
    S acc[TM][TN];
#pragma unroll
    for (int i = 0; i < TM; ++i)
#pragma unroll
        for (int j = 0; j < TN; ++j) acc[i][j] = 0;
    a.fetch(from, end);
    b.fetch(from, end);
    a.put(sa.at[0]);
    b.put(sb.at[0]);
    __syncthreads();
    int stage = 0;
    for (wg_long k = from; k < end; k += BK) {
        const bool more = k + BK < end;
        if (more) {
            a.fetch(k + BK, end);
            b.fetch(k + BK, end);
        }
#pragma unroll UNROLLED
        for (int p = 0; p < BK; ++p) {
            S x[TM], y[TN];
#pragma unroll
            for (int i = 0; i < TM; ++i) x[i] = sa.at[stage][p][i / 4 * (BM * 4 / TM) + ty + i % 4];
#pragma unroll
            for (int j = 0; j < TN; ++j) y[j] = sb.at[stage][p][j / 4 * (BN * 4 / TN) + tx + j % 4];
#pragma unroll
            for (int i = 0; i < TM; ++i)
#pragma unroll
                for (int j = 0; j < TN; ++j) acc[i][j] = wg_fma(x[i], y[j], acc[i][j]);
        }
        if (more) {
            a.put(sa.at[stage ^ 1]);
            b.put(sb.at[stage ^ 1]);
        }
        __syncthreads();
        stage ^= 1;
    }
#pragma unroll
    for (int j = 0; j < TN; j += 4) {
        const auto columns = store.template columns<4>(j / 4 * (BN * 4 / TN) + tx);
#pragma unroll
        for (int i = 0; i < TM; ++i) {
            const S v[4] = {acc[i][j], acc[i][j + 1], acc[i][j + 2], acc[i][j + 3]};
            store.put(i / 4 * (BM * 4 / TM) + ty + i % 4, columns, v);
        }
    }
}
