// The twins of hopper.h: what the PTX manual says of barriers, tensor maps, copies of boxes and group products, step by step.
// A copy, and a product, is done as late as it may be: what nobody has waited for is nonsense.
#pragma once

#include <initializer_list>
#include <vector>

namespace emu {

/** A barrier in shared memory: how many arrivals a phase takes, how many are missing, the bytes under way, the phase. */
struct Arrivals {
    uint16_t expected;
    int16_t missing;
    unsigned bytes : 31, phase : 1;
};
static_assert(sizeof(Arrivals) == 8, "a barrier has 64 bits");

/** What the twin keeps of a tensor in the 128 bytes of a map. */
struct Map {
    wg_tensor tensor;
    int element;
    unsigned mark;
};
constexpr unsigned MAP_MARK = 0x7a9c0de5;

struct BoxCopy {
    Map map;
    unsigned to, barrier;
    int at[3];
};

struct GroupProduct {
    float *d;
    void (*run)(const GroupProduct &);
    wg_ulong a, b;
    int keep, batch;
};

/** What is under way: copies of the block, products of each thread with its number of committed batches. */
struct Pending {
    std::vector<BoxCopy> copies;
    std::vector<GroupProduct> products[1024];
    int batches[1024] = {};
};
inline Pending &pending() {
    static thread_local Pending p;
    return p;
}

inline unsigned char *shared_memory(unsigned address) { return block->shared + address; }
inline Arrivals &arrivals(unsigned barrier) { return *(Arrivals *)shared_memory(barrier); }

inline void advance(Arrivals &b) {
    if (b.missing == 0 && b.bytes == 0) {
        b.phase ^= 1;
        b.missing = (int16_t)b.expected;
    }
}

/** Pieces of 16 bytes of a row of 128 change places by the number of the row: bits 4-6 of an address by its bits 7-9. */
inline unsigned swizzled(unsigned address) { return address ^ (address >> 7 & 7) << 4; }

inline void copy_box(const BoxCopy &c) {
    const wg_tensor &t = c.map.tensor;
    const int size = c.map.element;
    for (unsigned row = 0; row < t.box[1]; ++row)
        for (unsigned i = 0; i < t.box[0]; ++i) {
            const unsigned x = c.at[0] + i, y = c.at[1] + row, z = c.at[2];
            unsigned bits = 0;
            if (x < t.size[0] && y < t.size[1] && z < t.size[2])
                memcpy(&bits, (const char *)t.array + x * (wg_ulong)size + y * t.pitch[0] + z * t.pitch[1], size);
            if (size == 4) bits = wg_tf32(__uint_as_float(bits));
            memcpy(shared_memory(swizzled(c.to + (row * t.box[0] + i) * size)), &bits, size);
        }
}

/**
 * Where an operand's element is by its descriptor, in the canonical layouts of 128 bytes: along K
 * ((8,m),(T,2k)):((8T,SBO),(1,T)), across it ((T,8,m),(8,k)):((1,T,LBO),(8T,SBO)), with T elements in 16 bytes.
 */
template <class T, bool TURNED> inline float operand(wg_ulong descriptor, int row, int k) {
    const unsigned start = (unsigned)(descriptor & 0x3fff) << 4;
    const unsigned lbo = (unsigned)(descriptor >> 16 & 0x3fff) << 4, sbo = (unsigned)(descriptor >> 32 & 0x3fff) << 4;
    constexpr int t = 16 / (int)sizeof(T);
    const unsigned at = TURNED ? row % (8 * t) * (unsigned)sizeof(T) + row / (8 * t) * lbo + k % 8 * 128u + k / 8 * sbo
                               : row % 8 * 128u + row / 8 * sbo + k * (unsigned)sizeof(T);
    T v;
    memcpy(&v, shared_memory(swizzled(start + at)), sizeof v);
    return wg_load(v);
}

template <class T, int SIZE, bool A_TURNED, bool B_TURNED> inline void multiply_group(const GroupProduct &p) {
    const int lane = thread->lane, warp = thread->warp & 3;
    constexpr int depth = 32 / (int)sizeof(T);
    for (const wg_ulong descriptor : {p.a, p.b})
        must(descriptor >> 62 == 1 && (descriptor >> 49 & 7) == 0, "a descriptor is not of a whole pattern of 128 bytes");
    float a[2][depth];
    for (int h = 0; h < 2; ++h)
        for (int k = 0; k < depth; ++k) a[h][k] = operand<T, A_TURNED>(p.a, 16 * warp + (lane >> 2) + 8 * h, k);
    for (int j = 0; j < SIZE / 4; ++j)
        for (int e = 0; e < 2; ++e)
            for (int h = 0; h < 2; ++h) {
                float &d = p.d[4 * j + 2 * h + e];
                float sum = p.keep ? d : 0;
                for (int k = 0; k < depth; ++k) sum += a[h][k] * operand<T, B_TURNED>(p.b, 8 * j + 2 * (lane & 3) + e, k);
                d = sum;
            }
}

} // namespace emu

static inline unsigned wg_shared_address(const void *p) { return (unsigned)((const unsigned char *)p - emu::block->shared); }

static inline void wg_barrier_init(unsigned barrier, int arrivals) {
    emu::must(barrier % 8 == 0, "a barrier is not aligned");
    emu::arrivals(barrier) = {(uint16_t)arrivals, (int16_t)arrivals, 0, 0};
}
/** A new block: of one that was given up, nothing is under way any more. */
static inline void wg_barrier_announce() {
    emu::Pending &all = emu::pending();
    all.copies.clear();
    for (unsigned i = 0; i < 1024; ++i) all.products[i].clear();
}
static inline void wg_barrier_expect(unsigned barrier, int bytes) {
    emu::Arrivals &b = emu::arrivals(barrier);
    emu::must(b.missing > 0, "more arrive at a barrier than it was told");
    b.bytes += bytes;
    --b.missing;
    emu::advance(b);
}
static inline void wg_barrier_arrive(unsigned barrier) { wg_barrier_expect(barrier, 0); }

static inline bool wg_barrier_try(unsigned barrier, int parity) {
    emu::Arrivals &b = emu::arrivals(barrier);
    std::vector<emu::BoxCopy> &copies = emu::pending().copies;
    for (size_t i = 0; i < copies.size();) {
        if (copies[i].barrier != barrier) {
            ++i;
            continue;
        }
        const emu::BoxCopy c = copies[i];
        copies.erase(copies.begin() + i);
        emu::copy_box(c);
        b.bytes -= c.map.tensor.box[0] * c.map.tensor.box[1] * c.map.element;
        emu::advance(b);
    }
    if ((int)b.phase != parity) return true;
    emu::yield();
    return (int)b.phase != parity;
}
/** A clock that looks at it drive: each of a block's threads makes the time pass for all. */
static inline wg_ulong wg_nanoseconds() {
    static thread_local wg_ulong now = 0;
    return now += 1000;
}
static inline void wg_give_up() { emu::must(false, "a thread waits in vain"); }

template <class T> inline void wg_tensor_map(unsigned char *map, unsigned char *scratch, const wg_tensor &t) {
    __syncwarp();
    if ((threadIdx.x & 31) == 0) {
        emu::must(wg_shared_address(scratch) % 128 == 0 && (uintptr_t)map % 128 == 0, "a tensor map is not aligned");
        emu::must((uintptr_t)t.array % 16 == 0 && t.pitch[0] % 16 == 0 && t.pitch[1] % 16 == 0, "a tensor is not aligned");
        emu::must(t.pitch[0] >> 40 == 0 && t.pitch[1] >> 40 == 0, "a tensor's pitch is too large");
        emu::must(t.box[0] * sizeof(T) == 128 && t.box[1] <= 256, "a box is too large");
        const emu::Map m = {t, (int)sizeof(T), emu::MAP_MARK};
        memcpy(scratch, &m, sizeof m);
        memcpy(map, scratch, 128);
    }
    __syncwarp();
}
static inline void wg_tensor_map_ready(const unsigned char *) {}

static inline void wg_copy_box(unsigned to, const unsigned char *map, int x, int y, int z, unsigned barrier) {
    emu::BoxCopy c = {{}, to, barrier, {x, y, z}};
    memcpy(&c.map, map, sizeof c.map);
    emu::must(c.map.mark == emu::MAP_MARK, "a copy by what is no tensor map");
    emu::must(to % 1024 == 0, "a copy does not begin with the pattern");
    memset(emu::shared_memory(to), 0xFF, c.map.tensor.box[0] * c.map.tensor.box[1] * c.map.element);
    emu::pending().copies.push_back(c);
}

template <int N> inline void wg_more_registers() {}
template <int N> inline void wg_fewer_registers() {}

static inline void wg_group_begin() {}
static inline void wg_group_commit() { ++emu::pending().batches[emu::thread->linear]; }
template <int LEFT> inline void wg_group_wait() {
    emu::Pending &all = emu::pending();
    std::vector<emu::GroupProduct> &mine = all.products[emu::thread->linear];
    size_t done = 0;
    while (done < mine.size() && mine[done].batch < all.batches[emu::thread->linear] - LEFT) {
        mine[done].run(mine[done]);
        ++done;
    }
    mine.erase(mine.begin(), mine.begin() + done);
    // It is an instruction of the whole warp: what one lane then says to others is true of all.
    __syncwarp();
}
template <int N> inline void wg_group_hold(float (&)[N]) {}

template <class T, int SIZE, bool A_TURNED, bool B_TURNED> struct wg_group_mma {
    static void of(float (&d)[SIZE], wg_ulong a, wg_ulong b, int keep) {
        emu::Pending &all = emu::pending();
        const unsigned i = emu::thread->linear;
        all.products[i].push_back({d, &emu::multiply_group<T, SIZE, A_TURNED, B_TURNED>, a, b, keep, all.batches[i]});
    }
};
