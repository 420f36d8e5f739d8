package io.wengert.kernel.cpu;

import io.wengert.kernel.SpecialFunctions;

/**
 * The functions of element-wise kernels on floats: one static method a function, found by its name.
 *
 * <p>Truth is 1 or 0; anything but zero counts as true, NaN included. Comparisons with NaN are false except {@code ne}.
 * Results are within 0.6 ulp where {@link FloatMath}, {@link Math} or {@link SpecialFunctions} works in double.
 */
public final class FloatFns {

    private FloatFns() {}

    public static float add(float x, float y) { return x + y; }

    public static float sub(float x, float y) { return x - y; }

    public static float mul(float x, float y) { return x * y; }

    public static float div(float x, float y) { return x / y; }

    /** The remainder with the sign of the divisor, as Python's {@code %}; NaN for a zero divisor. */
    public static float mod(float x, float y) {
        float r = x % y;
        if (r == 0) {
            return Math.copySign(r, y);
        }
        return r < 0 != y < 0 ? r + y : r;
    }

    public static float pow(float x, float y) { return FloatMath.pow(x, y); }

    public static float max(float x, float y) { return Math.max(x, y); }

    public static float min(float x, float y) { return Math.min(x, y); }

    public static float atan2(float y, float x) { return FloatMath.atan2(y, x); }

    /** The n-th derivative of digamma; NaN unless n is a non-negative integer. */
    public static float polygamma(float n, float x) { return (float) SpecialFunctions.polygamma(order(n), x); }

    public static float eq(float x, float y) { return x == y ? 1 : 0; }

    public static float ne(float x, float y) { return x != y ? 1 : 0; }

    public static float gt(float x, float y) { return x > y ? 1 : 0; }

    public static float ge(float x, float y) { return x >= y ? 1 : 0; }

    public static float lt(float x, float y) { return x < y ? 1 : 0; }

    public static float le(float x, float y) { return x <= y ? 1 : 0; }

    public static float and(float x, float y) { return x != 0 && y != 0 ? 1 : 0; }

    public static float or(float x, float y) { return x != 0 || y != 0 ? 1 : 0; }

    public static float xor(float x, float y) { return (x != 0) != (y != 0) ? 1 : 0; }

    public static float neg(float x) { return -x; }

    public static float abs(float x) { return Math.abs(x); }

    public static float sign(float x) { return Math.signum(x); }

    public static float sqrt(float x) { return (float) Math.sqrt(x); }

    public static float cbrt(float x) { return (float) Math.cbrt(x); }

    public static float exp(float x) { return FloatMath.exp(x); }

    public static float expm1(float x) { return FloatMath.expm1(x); }

    public static float log(float x) { return FloatMath.log(x); }

    public static float log1p(float x) { return FloatMath.log1p(x); }

    public static float log2(float x) { return FloatMath.log2(x); }

    public static float log10(float x) { return FloatMath.log10(x); }

    public static float sin(float x) { return FloatMath.sin(x); }

    public static float cos(float x) { return FloatMath.cos(x); }

    public static float tan(float x) { return FloatMath.tan(x); }

    public static float asin(float x) { return FloatMath.asin(x); }

    public static float acos(float x) { return FloatMath.acos(x); }

    public static float atan(float x) { return FloatMath.atan(x); }

    public static float sinh(float x) { return FloatMath.sinh(x); }

    public static float cosh(float x) { return FloatMath.cosh(x); }

    public static float tanh(float x) { return FloatMath.tanh(x); }

    public static float asinh(float x) { return FloatMath.asinh(x); }

    public static float acosh(float x) { return FloatMath.acosh(x); }

    public static float atanh(float x) { return FloatMath.atanh(x); }

    public static float erf(float x) { return FloatMath.erf(x); }

    public static float erfc(float x) { return FloatMath.erfc(x); }

    public static float erfinv(float x) { return (float) SpecialFunctions.erfinv(x); }

    public static float lgamma(float x) { return (float) SpecialFunctions.lgamma(x); }

    public static float floor(float x) { return (float) Math.floor(x); }

    public static float ceil(float x) { return (float) Math.ceil(x); }

    /** The nearest integer, halves going to the even one. */
    public static float round(float x) { return (float) Math.rint(x); }

    public static float trunc(float x) { return (float) (x < 0 ? Math.ceil(x) : Math.floor(x)); }

    public static float not(float x) { return x == 0 ? 1 : 0; }

    public static float isnan(float x) { return x != x ? 1 : 0; }

    public static float isinf(float x) { return Math.abs(x) == Float.POSITIVE_INFINITY ? 1 : 0; }

    public static float sigmoid(float x) { return FloatMath.sigmoid(x); }

    public static float relu(float x) { return Math.max(x, 0); }

    public static float step(float x) { return x > 0 ? 1 : 0; }

    public static float softplus(float x) { return FloatMath.softplus(x); }

    public static float where(float c, float a, float b) { return c != 0 ? a : b; }

    private static int order(float n) { return n == (int) n ? (int) n : -1; }
}
