// Elements of any dtype, known at run time, and the places of elements that lie by any strides.
#pragma once

#include "wengert.h"

/** The ordinals of io.wengert.kernel.DType. */
enum wg_dtype {
    WG_BOOL, WG_INT8, WG_INT16, WG_INT32, WG_INT64, WG_UINT8, WG_UINT16, WG_UINT32, WG_UINT64,
    WG_FLOAT16, WG_BFLOAT16, WG_FLOAT32, WG_FLOAT64
};

/** The ordinals of io.wengert.kernel.Reduction. */
enum wg_reduction { WG_SUM, WG_PROD, WG_MAX, WG_MIN };

// ---- conversions as in Java: towards zero, to the nearest end of the range, NaN to 0 ---------------------------------

template <class F> WG_DEVICE wg_long wg_to_long(F v) {
    if (v != v) return 0;
    if (v >= F(9223372036854775808.0)) return 0x7fffffffffffffffLL;
    return v <= F(-9223372036854775808.0) ? -0x7fffffffffffffffLL - 1 : (wg_long)v;
}
template <class F> WG_DEVICE int wg_to_int(F v) {
    const wg_long w = wg_to_long(v);
    return w > 0x7fffffffLL ? 0x7fffffff : w < -0x80000000LL ? (int)-0x80000000LL : (int)w;
}
template <class F> WG_DEVICE wg_ulong wg_to_ulong(F v) {
    const double d = (double)v;
    return d >= 9223372036854775808.0 ? (wg_ulong)wg_to_long(d - 9223372036854775808.0) ^ 0x8000000000000000ULL
                                      : (wg_ulong)wg_to_long(d);
}

/** A stored number as a lane: float, double, wg_long or wg_ulong (of which only bits are kept). */
template <class L> struct wg_lane_type {
    template <class T> static WG_DEVICE L of(T v) { return (L)v; }
};
template <> struct wg_lane_type<wg_long> {
    template <class T> static WG_DEVICE wg_long of(T v) { return (wg_long)v; }
    static WG_DEVICE wg_long of(float v) { return wg_to_long(v); }
    static WG_DEVICE wg_long of(double v) { return wg_to_long(v); }
};
template <> struct wg_lane_type<wg_ulong> {
    template <class T> static WG_DEVICE wg_ulong of(T v) { return (wg_ulong)wg_lane_type<wg_long>::of(v); }
};

/** Element i of an array of the dtype. */
template <class L> WG_DEVICE L wg_read(const void *array, wg_long i, int dtype) {
    typedef wg_lane_type<L> to;
    switch (dtype) {
    case WG_BOOL:
    case WG_INT8: return to::of(((const signed char *)array)[i]);
    case WG_INT16: return to::of(((const short *)array)[i]);
    case WG_INT32: return to::of(((const int *)array)[i]);
    case WG_INT64: return to::of(((const wg_long *)array)[i]);
    case WG_UINT8: return to::of(((const unsigned char *)array)[i]);
    case WG_UINT16: return to::of(((const unsigned short *)array)[i]);
    case WG_UINT32: return to::of(((const unsigned *)array)[i]);
    case WG_UINT64: return to::of(((const wg_ulong *)array)[i]);
    case WG_FLOAT16: return to::of(wg_load(((const wg_half *)array)[i]));
    case WG_BFLOAT16: return to::of(wg_load(((const wg_bfloat *)array)[i]));
    case WG_FLOAT32: return to::of(((const float *)array)[i]);
    default: return to::of(((const double *)array)[i]);
    }
}

WG_DEVICE int wg_low_bits(float v) { return wg_to_int(v); }
WG_DEVICE int wg_low_bits(double v) { return wg_to_int(v); }
WG_DEVICE int wg_low_bits(wg_long v) { return (int)v; }
WG_DEVICE int wg_low_bits(wg_ulong v) { return (int)v; }
template <class F> WG_DEVICE wg_long wg_long_bits(F v) { return wg_to_long(v); }
WG_DEVICE wg_long wg_long_bits(wg_long v) { return v; }
WG_DEVICE wg_long wg_long_bits(wg_ulong v) { return (wg_long)v; }
template <class F> WG_DEVICE wg_ulong wg_ulong_bits(F v) { return wg_to_ulong(v); }
WG_DEVICE wg_ulong wg_ulong_bits(wg_long v) { return (wg_ulong)v; }
WG_DEVICE wg_ulong wg_ulong_bits(wg_ulong v) { return v; }

/** Stores a lane as element i of an array of the dtype. */
template <class L> WG_DEVICE void wg_write(void *array, wg_long i, int dtype, L v) {
    switch (dtype) {
    case WG_BOOL: ((unsigned char *)array)[i] = v != L(0); break;
    case WG_INT8:
    case WG_UINT8: ((unsigned char *)array)[i] = (unsigned char)wg_low_bits(v); break;
    case WG_INT16:
    case WG_UINT16: ((unsigned short *)array)[i] = (unsigned short)wg_low_bits(v); break;
    case WG_INT32: ((int *)array)[i] = wg_low_bits(v); break;
    case WG_UINT32: ((unsigned *)array)[i] = (unsigned)wg_long_bits(v); break;
    case WG_INT64: ((wg_long *)array)[i] = wg_long_bits(v); break;
    case WG_UINT64: ((wg_ulong *)array)[i] = wg_ulong_bits(v); break;
    case WG_FLOAT16: ((wg_half *)array)[i] = __float2half((float)v); break;
    case WG_BFLOAT16: ((wg_bfloat *)array)[i] = __float2bfloat16((float)v); break;
    case WG_FLOAT32: ((float *)array)[i] = (float)v; break;
    default: ((double *)array)[i] = (double)v;
    }
}

/** N aligned elements, of 8 or 16 bytes together, in one load. */
template <class T, int N> WG_DEVICE void wg_load_vector(const T *p, T (&to)[N]) {
    static_assert(sizeof(T) * N == 16 || sizeof(T) * N == 8, "a vector of 8 or 16 bytes");
#if defined(WG_EMULATED)
    memcpy(to, p, sizeof to); // Without a promise of alignment that a compiler may carry over to other branches.
#else
    if constexpr (sizeof(T) * N == 16) {
        const uint4 bits = *(const uint4 *)p;
        memcpy(to, &bits, 16);
    } else {
        const uint2 bits = *(const uint2 *)p;
        memcpy(to, &bits, 8);
    }
#endif
}

// ---- places -----------------------------------------------------------------------------------------------------------

#define WG_RANK 16

/** N layouts of one shape, as io.wengert.kernel.cuda.Walk packs them. */
template <int N> struct wg_walk {
    wg_long rank;
    wg_long size[WG_RANK];
    wg_long stride[N][WG_RANK];
};

/** Where element i, counted in row-major order, lies in each layout. */
template <int N> WG_DEVICE void wg_places(const wg_walk<N> &w, wg_long i, wg_long (&place)[N]) {
    for (int k = 0; k < N; ++k) place[k] = 0;
    for (int d = (int)w.rank - 1; d >= 0; --d) {
        // A division of 32 bits is several times faster than one of 64.
        wg_long q = 0;
        if (d > 0)
            q = (i >> 32) == 0 && (w.size[d] >> 32) == 0 ? (wg_long)((unsigned)i / (unsigned)w.size[d]) : i / w.size[d];
        const wg_long r = i - q * w.size[d];
        for (int k = 0; k < N; ++k) place[k] += r * w.stride[k][d];
        i = q;
    }
}

WG_DEVICE wg_long wg_place(const wg_walk<1> &w, wg_long i) {
    wg_long p[1];
    wg_places(w, i, p);
    return p[0];
}

// ---- combining --------------------------------------------------------------------------------------------------------

/** The extrema of floats are NaN if either is, and tell zeros apart, as in Java. */
template <class A> struct wg_order {
    static WG_DEVICE A largest(A a, A b) { return a > b ? a : b; }
    static WG_DEVICE A smallest(A a, A b) { return a < b ? a : b; }
};
template <class F> struct wg_float_order {
    static WG_DEVICE F largest(F a, F b) { return a != a || a > b ? a : a == 0 && b == 0 ? a + b : b; }
    static WG_DEVICE F smallest(F a, F b) { return a != a || a < b ? a : a == 0 && b == 0 ? -(-a - b) : b; }
};
template <> struct wg_order<float> : wg_float_order<float> {};
template <> struct wg_order<double> : wg_float_order<double> {};

template <class A> struct wg_ends;
template <> struct wg_ends<float> {
    static WG_DEVICE float most() { return __int_as_float(0x7f800000); }
    static WG_DEVICE float least() { return __int_as_float((int)0xff800000); }
};
template <> struct wg_ends<double> {
    static WG_DEVICE double most() { return __longlong_as_double(0x7ff0000000000000LL); }
    static WG_DEVICE double least() { return -most(); }
};
template <> struct wg_ends<wg_long> {
    static WG_DEVICE wg_long most() { return 0x7fffffffffffffffLL; }
    static WG_DEVICE wg_long least() { return -most() - 1; }
};
template <> struct wg_ends<wg_ulong> {
    static WG_DEVICE wg_ulong most() { return 0xffffffffffffffffULL; }
    static WG_DEVICE wg_ulong least() { return 0; }
};

/** A way to combine two numbers, and what changes nothing. */
template <int R> struct wg_combining {
    template <class A> static WG_DEVICE A of(A a, A b) {
        return R == WG_SUM    ? a + b
               : R == WG_PROD ? a * b
               : R == WG_MAX  ? wg_order<A>::largest(a, b)
                              : wg_order<A>::smallest(a, b);
    }
    template <class A> static WG_DEVICE A identity() {
        return R == WG_SUM ? A(0) : R == WG_PROD ? A(1) : R == WG_MAX ? wg_ends<A>::least() : wg_ends<A>::most();
    }
};

/** The same with the way known at run time. */
template <class A> WG_DEVICE A wg_combine(int reduction, A a, A b) {
    switch (reduction) {
    case WG_SUM: return a + b;
    case WG_PROD: return a * b;
    case WG_MAX: return wg_order<A>::largest(a, b);
    default: return wg_order<A>::smallest(a, b);
    }
}
template <class A> WG_DEVICE A wg_identity(int reduction) {
    return reduction == WG_SUM    ? A(0)
           : reduction == WG_PROD ? A(1)
           : reduction == WG_MAX  ? wg_ends<A>::least()
                                  : wg_ends<A>::most();
}

/**
 * Combines v over groups of `lanes` neighbouring threads of a block, a power of two from 1 to the size of the block; every
 * thread of the block must come here, and every thread of a group gets the result.
 */
template <class C, class A> WG_DEVICE A wg_combine_lanes(A v, int lanes) {
    const int within = lanes < 32 ? lanes : 32;
    for (int d = within >> 1; d > 0; d >>= 1) v = C::of(v, __shfl_xor_sync(0xffffffffu, v, d));
    if (lanes <= 32) return v;
    __shared__ A parts[32];
    const int warp = threadIdx.x >> 5, warps = lanes >> 5, first = warp & ~(warps - 1);
    __syncthreads();
    if ((threadIdx.x & 31) == 0) parts[warp] = v;
    __syncthreads();
    A r = parts[first];
    for (int i = 1; i < warps; ++i) r = C::of(r, parts[first + i]);
    return r;
}
