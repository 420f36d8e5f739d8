package io.wengert.kernel.cpu;

import io.wengert.kernel.SpecialFunctions;

/**
 * The functions of element-wise kernels on doubles: one static method a function, found by its name.
 *
 * <p>Truth is 1 or 0; anything but zero counts as true, NaN included. Comparisons with NaN are false except {@code ne}.
 * What {@link Math} has keeps its bounds (1 ulp, 2.5 for the hyperbolic functions); for the rest see
 * {@link DoubleMath} and {@link SpecialFunctions}.
 */
public final class DoubleFns {

    private DoubleFns() {}

    public static double add(double x, double y) { return x + y; }

    public static double sub(double x, double y) { return x - y; }

    public static double mul(double x, double y) { return x * y; }

    public static double div(double x, double y) { return x / y; }

    /** The remainder with the sign of the divisor, as Python's {@code %}; NaN for a zero divisor. */
    public static double mod(double x, double y) {
        double r = x % y;
        if (r == 0) {
            return Math.copySign(r, y);
        }
        return r < 0 != y < 0 ? r + y : r;
    }

    public static double pow(double x, double y) { return Math.pow(x, y); }

    public static double max(double x, double y) { return Math.max(x, y); }

    public static double min(double x, double y) { return Math.min(x, y); }

    public static double atan2(double y, double x) { return Math.atan2(y, x); }

    /** The n-th derivative of digamma; NaN unless n is a non-negative integer. */
    public static double polygamma(double n, double x) { return SpecialFunctions.polygamma(order(n), x); }

    public static double eq(double x, double y) { return x == y ? 1 : 0; }

    public static double ne(double x, double y) { return x != y ? 1 : 0; }

    public static double gt(double x, double y) { return x > y ? 1 : 0; }

    public static double ge(double x, double y) { return x >= y ? 1 : 0; }

    public static double lt(double x, double y) { return x < y ? 1 : 0; }

    public static double le(double x, double y) { return x <= y ? 1 : 0; }

    public static double and(double x, double y) { return x != 0 && y != 0 ? 1 : 0; }

    public static double or(double x, double y) { return x != 0 || y != 0 ? 1 : 0; }

    public static double xor(double x, double y) { return (x != 0) != (y != 0) ? 1 : 0; }

    public static double neg(double x) { return -x; }

    public static double abs(double x) { return Math.abs(x); }

    public static double sign(double x) { return Math.signum(x); }

    public static double sqrt(double x) { return Math.sqrt(x); }

    public static double cbrt(double x) { return Math.cbrt(x); }

    public static double exp(double x) { return Math.exp(x); }

    public static double expm1(double x) { return Math.expm1(x); }

    public static double log(double x) { return Math.log(x); }

    public static double log1p(double x) { return Math.log1p(x); }

    public static double log2(double x) { return DoubleMath.log2(x); }

    public static double log10(double x) { return Math.log10(x); }

    public static double sin(double x) { return Math.sin(x); }

    public static double cos(double x) { return Math.cos(x); }

    public static double tan(double x) { return Math.tan(x); }

    public static double asin(double x) { return Math.asin(x); }

    public static double acos(double x) { return Math.acos(x); }

    public static double atan(double x) { return Math.atan(x); }

    public static double sinh(double x) { return Math.sinh(x); }

    public static double cosh(double x) { return Math.cosh(x); }

    public static double tanh(double x) { return Math.tanh(x); }

    public static double asinh(double x) { return DoubleMath.asinh(x); }

    public static double acosh(double x) { return DoubleMath.acosh(x); }

    public static double atanh(double x) { return DoubleMath.atanh(x); }

    public static double erf(double x) { return SpecialFunctions.erf(x); }

    public static double erfc(double x) { return SpecialFunctions.erfc(x); }

    public static double erfinv(double x) { return SpecialFunctions.erfinv(x); }

    public static double lgamma(double x) { return SpecialFunctions.lgamma(x); }

    public static double floor(double x) { return Math.floor(x); }

    public static double ceil(double x) { return Math.ceil(x); }

    /** The nearest integer, halves going to the even one. */
    public static double round(double x) { return Math.rint(x); }

    public static double trunc(double x) { return x < 0 ? Math.ceil(x) : Math.floor(x); }

    public static double not(double x) { return x == 0 ? 1 : 0; }

    public static double isnan(double x) { return x != x ? 1 : 0; }

    public static double isinf(double x) { return Math.abs(x) == Double.POSITIVE_INFINITY ? 1 : 0; }

    public static double sigmoid(double x) { return DoubleMath.sigmoid(x); }

    public static double relu(double x) { return Math.max(x, 0); }

    public static double step(double x) { return x > 0 ? 1 : 0; }

    public static double softplus(double x) { return DoubleMath.softplus(x); }

    public static double where(double c, double a, double b) { return c != 0 ? a : b; }

    private static int order(double n) { return n == (int) n ? (int) n : -1; }
}
