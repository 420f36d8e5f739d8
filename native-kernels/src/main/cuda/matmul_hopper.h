// Products of matrices on compute capability 9.0: a block stays on its multiprocessor and computes one tile of C after the
// other. One thread copies slices of A and B to a ring of stages, as far ahead as there is room; two groups of four warps,
// which get most of the registers, multiply them, each for 64 rows of the tile.
#pragma once

#include "hopper.h"
#include "matmul.h"

/** Of A and B each line, a row or a column that lies along K or across it, begins at a multiple of 16 bytes. */
struct wg_hopper_call {
    wg_long m, n, k;
    /** Elements from line to line and from matrix to matrix; 0 where all products share one matrix. */
    wg_long a_line, a_matrix, b_line, b_matrix;
    wg_long c_row, c_column, c_matrix;
    /** Whether runs of four are aligned pieces of memory in C. */
    wg_long c_vectors;
    /** Elements of a part of K, how many parts there are, how many matrices, and how far the parts of C lie apart. */
    wg_long part, parts, batch, c_part;
    /** After how many nanoseconds at a barrier to stop with an error; 0 is never. */
    wg_long patience;
};

constexpr int HOPPER_THREADS = 384;
constexpr int HOPPER_ROWS = 128;
constexpr int GROUP_ROWS = 64;

#if defined(__CUDACC__)
#define WG_HOPPER_KERNEL(name, ...) extern "C" __global__ void __launch_bounds__(HOPPER_THREADS, 1) name(__VA_ARGS__)
#else
#define WG_HOPPER_KERNEL(name, ...) WG_KERNEL_OF(HOPPER_THREADS, name, __VA_ARGS__)
#endif

/** An operand's slices: lines along K (ALONG) of one box, or lines across K of a box for each piece of as many rows. */
template <class T, int ROWS, bool ALONG> struct wg_boxes {
    static constexpr int DEPTH = BOX_ROW / (int)sizeof(T);
    static constexpr int BYTES = ROWS * BOX_ROW;
    /** Rows of a box that lies across K, and its bytes. */
    static constexpr int ACROSS = DEPTH;
    static constexpr int BOX_BYTES = DEPTH * BOX_ROW;
    /** How far apart things lie: what a step of 32 bytes of K takes, and 64 rows. */
    static constexpr int STEP = ALONG ? 32 : 32 / (int)sizeof(T) * BOX_ROW;
    static constexpr int GROUP = GROUP_ROWS / ACROSS * BOX_BYTES;
    static_assert(ALONG || sizeof(T) == 2, "only 16-bit operands may lie across K");

    static WG_DEVICE wg_tensor tensor(const T *array, wg_long rows, wg_long k, wg_long line, wg_long matrix, wg_long batch) {
        const wg_ulong pitch = line * sizeof(T);
        return {array,
                {(unsigned)(ALONG ? k : rows), (unsigned)(ALONG ? rows : k), (unsigned)(matrix ? batch : 1)},
                {pitch, matrix ? matrix * sizeof(T) : pitch},
                {(unsigned)(ALONG ? DEPTH : ACROSS), (unsigned)(ALONG ? ROWS : DEPTH)}};
    }

    static WG_DEVICE void copy(unsigned to, const unsigned char *map, int row, int k, int matrix, unsigned barrier) {
        if (ALONG) {
            wg_copy_box(to, map, k, row, matrix, barrier);
        } else {
#pragma unroll
            for (int i = 0; i < ROWS / ACROSS; ++i)
                wg_copy_box(to + i * BOX_BYTES, map, row + i * ACROSS, k, matrix, barrier);
        }
    }

    static WG_DEVICE wg_ulong descriptor(unsigned address) {
        return wg_descriptor(address, ALONG ? 16 : BOX_BYTES, BOX_PATTERN);
    }
};

/** Where a tile is: its first row and column, its part of K and its matrix. */
struct wg_hopper_place {
    int m0, n0, matrix;
    wg_long part, from, end;

    WG_DEVICE wg_hopper_place(const wg_hopper_call &call, wg_long tiles, wg_long i, int columns) {
        const wg_long q = i / tiles;
        wg_tile_place((int)(i - q * tiles), call.m, call.n, HOPPER_ROWS, columns, m0, n0);
        matrix = (int)(q / call.parts);
        part = q - matrix * call.parts;
        from = part * call.part;
        end = from + call.part < call.k ? from + call.part : call.k;
    }
};

/** A stage of the ring, and in which of two phases its barriers are. */
template <int STAGES> struct wg_ring {
    int stage = 0, phase = 0;
    WG_DEVICE void next() {
        if (++stage == STAGES) {
            stage = 0;
            phase ^= 1;
        }
    }
};

/** How long a look at a barrier takes is the hardware's affair: patience goes by the clock. */
WG_DEVICE void wg_barrier_wait(unsigned barrier, int phase, wg_ulong patience) {
    const wg_ulong since = patience ? wg_nanoseconds() : 0;
    while (!wg_barrier_try(barrier, phase))
        if (patience && wg_nanoseconds() - since > patience) wg_give_up();
}

template <class T, int COLUMNS, bool A_ALONG, bool B_ALONG> struct wg_hopper {
    typedef wg_boxes<T, HOPPER_ROWS, A_ALONG> A;
    typedef wg_boxes<T, COLUMNS, B_ALONG> B;
    static constexpr int STAGES = COLUMNS == 256 ? 4 : 6;
    static constexpr int BYTES = A::BYTES + B::BYTES;
    /** Behind the stages lie the maps, as they are written, and barriers: of stages that are full, and of empty ones. */
    static constexpr int MAPS = STAGES * BYTES, FULL = MAPS + 2 * TENSOR_MAP, EMPTY = FULL + 8 * STAGES;
    static constexpr int HELD = COLUMNS / 2;

    const wg_hopper_call &call;
    unsigned char *shared;
    unsigned at;
    wg_long tiles, work;
    wg_ulong patience;

    WG_DEVICE wg_hopper(const wg_hopper_call &c, unsigned char *memory) : call(c) {
        const unsigned start = wg_shared_address(memory);
        at = (start + BOX_PATTERN - 1) / BOX_PATTERN * BOX_PATTERN;
        shared = memory + (at - start);
        tiles = (c.m + HOPPER_ROWS - 1) / HOPPER_ROWS * ((c.n + COLUMNS - 1) / COLUMNS);
        work = tiles * c.parts * c.batch;
        patience = (wg_ulong)c.patience;
    }

    WG_DEVICE unsigned full(int stage) const { return at + FULL + 8 * stage; }
    WG_DEVICE unsigned empty(int stage) const { return at + EMPTY + 8 * stage; }

    WG_DEVICE void begin() const {
        if (threadIdx.x == 0) {
            for (int s = 0; s < STAGES; ++s) {
                wg_barrier_init(full(s), 1);
                wg_barrier_init(empty(s), 2 * 4); // the warps of the two groups
            }
            wg_barrier_announce();
        }
        __syncthreads();
    }

    /** What the first warp does. */
    WG_DEVICE void copy(const T *a, const T *b, unsigned char *maps) const {
        unsigned char *const map_a = maps + (wg_long)blockIdx.x * 2 * TENSOR_MAP, *const map_b = map_a + TENSOR_MAP;
        wg_tensor_map<T>(map_a, shared + MAPS, A::tensor(a, call.m, call.k, call.a_line, call.a_matrix, call.batch));
        wg_tensor_map<T>(map_b, shared + MAPS + TENSOR_MAP,
                         B::tensor(b, call.n, call.k, call.b_line, call.b_matrix, call.batch));
        if (threadIdx.x != 0) return;
        wg_tensor_map_ready(map_a);
        wg_tensor_map_ready(map_b);
        wg_ring<STAGES> ring;
        for (wg_long i = blockIdx.x; i < work; i += gridDim.x) {
            const wg_hopper_place p(call, tiles, i, COLUMNS);
            const int am = call.a_matrix ? p.matrix : 0, bm = call.b_matrix ? p.matrix : 0;
            for (wg_long k = p.from; k < p.end; k += A::DEPTH) {
                wg_barrier_wait(empty(ring.stage), ring.phase ^ 1, patience);
                const unsigned to = at + ring.stage * BYTES, barrier = full(ring.stage);
                wg_barrier_expect(barrier, BYTES);
                A::copy(to, map_a, p.m0, (int)k, am, barrier);
                B::copy(to + A::BYTES, map_b, p.n0, (int)k, bm, barrier);
                ring.next();
            }
        }
    }

    /** What a group of four warps, the first or the second one, does. */
    WG_DEVICE void multiply(void *c, int group) const {
        wg_ring<STAGES> ring;
        for (wg_long i = blockIdx.x; i < work; i += gridDim.x) {
            const wg_hopper_place p(call, tiles, i, COLUMNS);
            float d[HELD];
#pragma unroll
            for (int e = 0; e < HELD; ++e) d[e] = 0;
            int before = -1;
            for (wg_long k = p.from; k < p.end; k += A::DEPTH) {
                wg_barrier_wait(full(ring.stage), ring.phase, patience);
                const unsigned stage = at + ring.stage * BYTES;
                const wg_ulong x = A::descriptor(stage + group * A::GROUP), y = B::descriptor(stage + A::BYTES);
                wg_group_hold(d);
                wg_group_begin();
#pragma unroll
                for (int step = 0; step < BOX_ROW / 32; ++step)
                    wg_group_mma<T, HELD, !A_ALONG, !B_ALONG>::of(d, x + step * (A::STEP >> 4), y + step * (B::STEP >> 4), 1);
                wg_group_commit();
                wg_group_hold(d);
                // The slice before has been read; the next one is multiplied meanwhile.
                wg_group_wait<1>();
                release(before);
                before = ring.stage;
                ring.next();
            }
            wg_group_wait<0>();
            wg_group_hold(d);
            release(before);
            store(d, c, p, group);
        }
    }

    WG_DEVICE void release(int stage) const {
        if (stage >= 0 && (threadIdx.x & 31) == 0) wg_barrier_arrive(empty(stage));
    }

    WG_DEVICE void store(const float (&d)[HELD], void *c, const wg_hopper_place &p, int group) const {
        const wg_matmul_store<T> to = {{c, call.parts > 1},
                                       p.matrix * call.c_matrix + p.part * call.c_part + p.m0 * call.c_row + p.n0 * call.c_column,
                                       call.c_row,
                                       call.c_column,
                                       (int)call.m - p.m0,
                                       (int)call.n - p.n0,
                                       call.c_vectors != 0};
        const int lane = threadIdx.x & 31, row = group * GROUP_ROWS + (threadIdx.x >> 5 & 3) * 16 + (lane >> 2);
#pragma unroll
        for (int j = 0; j < COLUMNS / 8; j += 2)
#pragma unroll
            for (int h = 0; h < 2; ++h) {
                const int first = 4 * j + 2 * h, second = first + 4;
                float v[4];
                wg_four_columns(v, d[first], d[first + 1], d[second], d[second + 1]);
                to.put(row + 8 * h, to.template columns<4>(8 * j + wg_first_of_four()), v);
            }
    }
};

/** maps: room for two maps of each block. */
template <class T, int COLUMNS, bool A_ALONG, bool B_ALONG>
WG_DEVICE void wg_matmul_hopper(void *c, const T *a, const T *b, const wg_hopper_call &call, unsigned char *maps) {
    WG_DYNAMIC_SHARED(unsigned char, memory);
    const wg_hopper<T, COLUMNS, A_ALONG, B_ALONG> product(call, memory);
    product.begin();
    if (threadIdx.x < 128) {
        wg_fewer_registers<40>();
        if (threadIdx.x < 32) product.copy(a, b, maps);
    } else {
        wg_more_registers<232>();
        product.multiply(c, (int)(threadIdx.x >> 7) - 1);
    }
}

#define HOPPER_OF(name, T, COLUMNS, A_ALONG, B_ALONG)                                                        \
    WG_HOPPER_KERNEL(name, void *c, const T *a, const T *b, wg_hopper_call call, unsigned char *maps) {      \
        wg_matmul_hopper<T, COLUMNS, A_ALONG, B_ALONG>(c, a, b, call, maps);                                 \
    }
#define HOPPER(name, T, COLUMNS)                     \
    HOPPER_OF(name##_kk, T, COLUMNS, true, true)     \
    HOPPER_OF(name##_kn, T, COLUMNS, true, false)    \
    HOPPER_OF(name##_mk, T, COLUMNS, false, true)    \
    HOPPER_OF(name##_mn, T, COLUMNS, false, false)
