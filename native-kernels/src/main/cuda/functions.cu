// What element-wise kernels call: functions that are more than an instruction, with the meanings of Fn.java and the
// conventions of the CPU's function tables. The name is wg_, the function and the lane: f32, f64, s64, u64.
#include "special.h"

#define WG_BOTH(name, single, twofold)                              \
    WG_FUNCTION float wg_##name##_f32(float x) { return single; }    \
    WG_FUNCTION double wg_##name##_f64(double x) { return twofold; }

WG_BOTH(cbrt, cbrtf(x), cbrt(x))
WG_BOTH(exp, expf(x), exp(x))
WG_BOTH(expm1, expm1f(x), expm1(x))
WG_BOTH(log, logf(x), log(x))
WG_BOTH(log1p, log1pf(x), log1p(x))
WG_BOTH(log2, log2f(x), log2(x))
WG_BOTH(log10, log10f(x), log10(x))
WG_BOTH(sin, sinf(x), sin(x))
WG_BOTH(cos, cosf(x), cos(x))
WG_BOTH(tan, tanf(x), tan(x))
WG_BOTH(asin, asinf(x), asin(x))
WG_BOTH(acos, acosf(x), acos(x))
WG_BOTH(atan, atanf(x), atan(x))
WG_BOTH(sinh, sinhf(x), sinh(x))
WG_BOTH(cosh, coshf(x), cosh(x))
WG_BOTH(tanh, tanhf(x), tanh(x))
WG_BOTH(asinh, asinhf(x), asinh(x))
WG_BOTH(acosh, acoshf(x), acosh(x))
WG_BOTH(atanh, atanhf(x), atanh(x))
WG_BOTH(erf, erff(x), erf(x))
WG_BOTH(erfc, erfcf(x), erfc(x))
WG_BOTH(erfinv, (float)wg_erfinv(x), wg_erfinv(x))
WG_BOTH(lgamma, (float)lgamma((double)x), lgamma(x))
// From the exponential that cannot overflow.
WG_BOTH(sigmoid, 1 / (1 + expf(-x)), 1 / (1 + exp(-x)))
WG_BOTH(softplus, isnan(x) ? x : fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x))), isnan(x) ? x : fmax(x, 0.0) + log1p(exp(-fabs(x))))

/** Java's power: NaN where the exponent is, and for 1 or -1 to an infinite power. */
template <class T> WG_DEVICE bool wg_is_no_power(T x, T y) { return isnan(y) || (isinf(y) && (x == 1 || x == -1)); }
WG_FUNCTION float wg_pow_f32(float x, float y) { return wg_is_no_power(x, y) ? NAN : powf(x, y); }
WG_FUNCTION double wg_pow_f64(double x, double y) { return wg_is_no_power(x, y) ? NAN : pow(x, y); }

WG_FUNCTION float wg_atan2_f32(float y, float x) { return atan2f(y, x); }
WG_FUNCTION double wg_atan2_f64(double y, double x) { return atan2(y, x); }

WG_FUNCTION float wg_polygamma_f32(float n, float x) { return (float)wg_polygamma(n, x); }
WG_FUNCTION double wg_polygamma_f64(double n, double x) { return wg_polygamma(n, x); }

/** The remainder r of a division by y with the sign of y. */
template <class T> WG_DEVICE T wg_floored(T r, T y) { return r == 0 ? copysign(r, y) : (r < 0) != (y < 0) ? r + y : r; }
WG_FUNCTION float wg_mod_f32(float x, float y) { return wg_floored(fmodf(x, y), y); }
WG_FUNCTION double wg_mod_f64(double x, double y) { return wg_floored(fmod(x, y), y); }

// Integers: a division by zero gives 0; the quotient that does not fit wraps around.
WG_FUNCTION wg_long wg_div_s64(wg_long x, wg_long y) {
    return y == 0 ? 0 : y == -1 ? (wg_long)(0 - (wg_ulong)x) : x / y;
}
WG_FUNCTION wg_ulong wg_div_u64(wg_ulong x, wg_ulong y) { return y == 0 ? 0 : x / y; }
WG_FUNCTION wg_long wg_mod_s64(wg_long x, wg_long y) {
    const wg_long r = y == 0 || y == -1 ? 0 : x % y;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
WG_FUNCTION wg_ulong wg_mod_u64(wg_ulong x, wg_ulong y) { return y == 0 ? 0 : x % y; }

/** Repeated squaring, modulo 2^64. */
WG_FUNCTION wg_ulong wg_pow_u64(wg_ulong x, wg_ulong y) {
    wg_ulong r = 1;
    for (; y != 0; y >>= 1, x *= x)
        if (y & 1) r *= x;
    return r;
}
/** A negative power is the truncated fraction: 0 but for 1 and -1. */
WG_FUNCTION wg_long wg_pow_s64(wg_long x, wg_long y) {
    if (y >= 0) return (wg_long)wg_pow_u64((wg_ulong)x, (wg_ulong)y);
    return x == 1 ? 1 : x == -1 ? 1 - 2 * (y & 1) : 0;
}
