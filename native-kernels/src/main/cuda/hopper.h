// The instructions of compute capability 9.0 that products of matrices are made of: copies of boxes of a tensor that the
// hardware lays out in shared memory (TMA), barriers that count what has arrived, and products of a group of four warps.
//
// Addresses are those of shared memory, 32 bits wide. What the bits of descriptors mean is in the PTX manual under "Matrix
// Descriptor Format", the layouts under "Canonical Layouts"; the emulated twins read them as the manual says.
#pragma once

#include "tensor.h"

/** Bytes of a row of a box: rows follow each other, and their pieces of 16 bytes change places by the row modulo 8. */
constexpr int BOX_ROW = 128;
/** Bytes after which that pattern begins anew, and a multiple of which everything that is copied begins at. */
constexpr int BOX_PATTERN = 1024;
constexpr int TENSOR_MAP = 128;

/** What the hardware is to know of a tensor of three axes, the first of which is dense. */
struct wg_tensor {
    const void *array;
    /** Sizes, the distances in bytes of neighbours along the second and third axis, and what is copied at once. */
    unsigned size[3];
    wg_ulong pitch[2];
    unsigned box[2];
};

/** How an operand lies in shared memory, as the hardware wants to be told. */
WG_DEVICE wg_ulong wg_descriptor(unsigned address, int leading, int stride) {
    constexpr wg_ulong SWIZZLE_128 = 1;
    return (wg_ulong)((address & 0x3ffff) >> 4) | (wg_ulong)(leading >> 4) << 16 | (wg_ulong)(stride >> 4) << 32
           | SWIZZLE_128 << 62;
}

#if defined(WG_EMULATED)

#include "hopper_emulated.h"

#else

WG_DEVICE unsigned wg_shared_address(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

// ---- barriers ---------------------------------------------------------------------------------------------------------

/** A barrier whose phase ends when it was told of so many arrivals, and all bytes that were announced are there. */
WG_DEVICE void wg_barrier_init(unsigned barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}
/** Makes new barriers known to the hardware that copies. */
WG_DEVICE void wg_barrier_announce() {
    asm volatile("fence.mbarrier_init.release.cluster;\n\tfence.proxy.async.shared::cta;" ::: "memory");
}
WG_DEVICE void wg_barrier_arrive(unsigned barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}
/** Arrives, and announces bytes. */
WG_DEVICE void wg_barrier_expect(unsigned barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}
WG_DEVICE bool wg_barrier_try(unsigned barrier, int parity) {
    unsigned done;
    asm volatile(
        "{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n\tselp.u32 %0, 1, 0, p;\n\t}"
        : "=r"(done)
        : "r"(barrier), "r"(parity)
        : "memory");
    return done != 0;
}
WG_DEVICE wg_ulong wg_nanoseconds() {
    wg_ulong now;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
    return now;
}
WG_DEVICE void wg_give_up() { asm volatile("trap;"); }

// ---- copies -----------------------------------------------------------------------------------------------------------

#define WG_MAP_FIELD(field, bits, type, value) \
    asm volatile("tensormap.replace.tile." field ".shared::cta.b1024." bits " [%0], %1;" ::"r"(at), type(value) : "memory")
#define WG_MAP_AXIS(field, axis, bits, type, value) \
    asm volatile("tensormap.replace.tile." field ".shared::cta.b1024." bits " [%0], " axis ", %1;" ::"r"(at), type(value) \
                 : "memory")

/**
 * Describes a tensor to the hardware, in `map`, by way of as many bytes of shared memory; for a whole warp. T's bits are
 * copied as they are, but floats, which are rounded to tf32. What lies outside of the tensor is read as zeros.
 */
template <class T> WG_DEVICE void wg_tensor_map(unsigned char *map, unsigned char *scratch, const wg_tensor &t) {
    const unsigned at = wg_shared_address(scratch);
    ((unsigned *)scratch)[threadIdx.x & 31] = 0;
    __syncwarp();
    if ((threadIdx.x & 31) == 0) {
        constexpr int U16 = 1, TF32 = 11, SWIZZLE_128 = 3;
        WG_MAP_FIELD("global_address", "b64", "l", (wg_ulong)t.array);
        WG_MAP_FIELD("rank", "b32", "r", 2);
        WG_MAP_AXIS("box_dim", "0", "b32", "r", t.box[0]);
        WG_MAP_AXIS("box_dim", "1", "b32", "r", t.box[1]);
        WG_MAP_AXIS("box_dim", "2", "b32", "r", 1);
        WG_MAP_AXIS("global_dim", "0", "b32", "r", t.size[0]);
        WG_MAP_AXIS("global_dim", "1", "b32", "r", t.size[1]);
        WG_MAP_AXIS("global_dim", "2", "b32", "r", t.size[2]);
        WG_MAP_AXIS("global_stride", "0", "b64", "l", t.pitch[0]);
        WG_MAP_AXIS("global_stride", "1", "b64", "l", t.pitch[1]);
        WG_MAP_AXIS("element_stride", "0", "b32", "r", 1);
        WG_MAP_AXIS("element_stride", "1", "b32", "r", 1);
        WG_MAP_AXIS("element_stride", "2", "b32", "r", 1);
        WG_MAP_FIELD("elemtype", "b32", "n", sizeof(T) == 2 ? U16 : TF32);
        WG_MAP_FIELD("interleave_layout", "b32", "n", 0);
        WG_MAP_FIELD("swizzle_mode", "b32", "n", SWIZZLE_128);
        WG_MAP_FIELD("fill_mode", "b32", "n", 0);
    }
    __syncwarp();
    asm volatile(
        "tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release.gpu.sync.aligned [%0], [%1], 128;" ::"l"(
            __cvta_generic_to_global(map)),
        "r"(at)
        : "memory");
}

/** Makes a map that was written by this grid known to the thread that copies by it. */
WG_DEVICE void wg_tensor_map_ready(const unsigned char *map) {
    // The empty group of copies keeps assemblers that forget to wait for the fence from going on.
    asm volatile("fence.proxy.tensormap::generic.acquire.gpu [%0], 128;\n\tcp.async.bulk.commit_group;\n\t"
                 "cp.async.bulk.wait_group.read 0;" ::"l"(map)
                 : "memory");
}

/** Copies the box that begins at the place, and tells the barrier of its bytes. */
WG_DEVICE void wg_copy_box(unsigned to, const unsigned char *map, int x, int y, int z, unsigned barrier) {
    asm volatile(
        "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], [%5];" ::"r"(to),
        "l"(map), "r"(x), "r"(y), "r"(z), "r"(barrier)
        : "memory");
}

// ---- groups of four warps ---------------------------------------------------------------------------------------------

template <int N> WG_DEVICE void wg_more_registers() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(N)); }
template <int N> WG_DEVICE void wg_fewer_registers() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(N)); }

WG_DEVICE void wg_group_begin() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
WG_DEVICE void wg_group_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
/** Waits until of the products that were committed no more than so many batches are under way. */
template <int LEFT> WG_DEVICE void wg_group_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(LEFT) : "memory"); }
/** Keeps the compiler from moving an accumulator while products are under way. */
template <int N> WG_DEVICE void wg_group_hold(float (&d)[N]) {
#pragma unroll
    for (int i = 0; i < N; ++i) asm volatile("" : "+f"(d[i])::"memory");
}

#define WG_LIST_64                                                                                                          \
    "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31," \
    "%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60," \
    "%61,%62,%63"
#define WG_LIST_128                                                                                                          \
    WG_LIST_64 ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88,%89,"    \
               "%90,%91,%92,%93,%94,%95,%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,"    \
               "%113,%114,%115,%116,%117,%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"
#define WG_HELD_4(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define WG_HELD_16(i) WG_HELD_4(i), WG_HELD_4(i + 4), WG_HELD_4(i + 8), WG_HELD_4(i + 12)
#define WG_HELD_64(i) WG_HELD_16(i), WG_HELD_16(i + 16), WG_HELD_16(i + 32), WG_HELD_16(i + 48)

#define WG_GROUP_MMA(shape, list, a, b, keep, type, turns)                                                             \
    "{\n\t.reg .pred p;\n\tsetp.ne.b32 p, " keep ", 0;\n\twgmma.mma_async.sync.aligned." shape ".f32." type "." type   \
    " {" list "}, " a ", " b ", p, 1, 1" turns ";\n\t}"

/**
 * D of 64 x 2 * SIZE elements becomes A B, or D + A B, for a slice of K of 32 bytes; A and B are told of by descriptors.
 * A_TURNED, B_TURNED: whether the operand lies with neighbouring rows, or columns, next to each other.
 */
template <class T, int SIZE, bool A_TURNED, bool B_TURNED> struct wg_group_mma;

#define WG_GROUP_MMA_HALF(T, type)                                                                                     \
    template <bool A_TURNED, bool B_TURNED> struct wg_group_mma<T, 128, A_TURNED, B_TURNED> {                          \
        static WG_DEVICE void of(float (&d)[128], wg_ulong a, wg_ulong b, int keep) {                                  \
            asm volatile(WG_GROUP_MMA("m64n256k16", WG_LIST_128, "%128", "%129", "%130", type, ", %131, %132")         \
                         : WG_HELD_64(0), WG_HELD_64(64)                                                               \
                         : "l"(a), "l"(b), "r"(keep), "n"((int)A_TURNED), "n"((int)B_TURNED));                         \
        }                                                                                                              \
    };                                                                                                                 \
    template <bool A_TURNED, bool B_TURNED> struct wg_group_mma<T, 64, A_TURNED, B_TURNED> {                           \
        static WG_DEVICE void of(float (&d)[64], wg_ulong a, wg_ulong b, int keep) {                                   \
            asm volatile(WG_GROUP_MMA("m64n128k16", WG_LIST_64, "%64", "%65", "%66", type, ", %67, %68")               \
                         : WG_HELD_64(0)                                                                               \
                         : "l"(a), "l"(b), "r"(keep), "n"((int)A_TURNED), "n"((int)B_TURNED));                         \
        }                                                                                                              \
    }
WG_GROUP_MMA_HALF(wg_half, "f16");
WG_GROUP_MMA_HALF(wg_bfloat, "bf16");

template <> struct wg_group_mma<float, 128, false, false> {
    static WG_DEVICE void of(float (&d)[128], wg_ulong a, wg_ulong b, int keep) {
        asm volatile(WG_GROUP_MMA("m64n256k8", WG_LIST_128, "%128", "%129", "%130", "tf32", "")
                     : WG_HELD_64(0), WG_HELD_64(64)
                     : "l"(a), "l"(b), "r"(keep));
    }
};
template <> struct wg_group_mma<float, 64, false, false> {
    static WG_DEVICE void of(float (&d)[64], wg_ulong a, wg_ulong b, int keep) {
        asm volatile(WG_GROUP_MMA("m64n128k8", WG_LIST_64, "%64", "%65", "%66", "tf32", "")
                     : WG_HELD_64(0)
                     : "l"(a), "l"(b), "r"(keep));
    }
};

#endif
