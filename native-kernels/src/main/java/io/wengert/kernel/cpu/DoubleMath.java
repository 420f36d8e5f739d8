package io.wengert.kernel.cpu;

/** Elementary functions of one double that {@link Math} lacks, each composed from its own; within 3 ulp. */
final class DoubleMath {

    private static final double LN2 = 0.6931471805599453;
    private static final double LOG2_E = 1.4426950408889634;
    private static final long SQRT_HALF_BITS = Double.doubleToRawLongBits(Math.sqrt(0.5));

    private DoubleMath() {}

    /** Exact at powers of two: the exponent is taken off before the logarithm. */
    static double log2(double x) {
        if (!(x > 0 && x < Double.POSITIVE_INFINITY)) {
            return Math.log(x);
        }
        if (x < Double.MIN_NORMAL) {
            return log2(x * 0x1p54) - 54;
        }
        long bits = Double.doubleToRawLongBits(x);
        long k = (bits - SQRT_HALF_BITS) >> 52;
        return k + Math.log(Double.longBitsToDouble(bits - (k << 52))) * LOG2_E;
    }

    /** log(x + sqrt(x^2 + 1)) (A&amp;S 4.6.20), rearranged so that nothing cancels or overflows. */
    static double asinh(double x) {
        double a = Math.abs(x);
        double y = a > 1e10 ? Math.log(a) + LN2 : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
        return Math.copySign(y, x);
    }

    /** log(x + sqrt(x^2 - 1)) (A&amp;S 4.6.21), NaN below 1. */
    static double acosh(double x) {
        double t = x - 1;
        return x < 1 ? Double.NaN : x > 1e10 ? Math.log(x) + LN2 : Math.log1p(t + Math.sqrt(t * (t + 2)));
    }

    /** log((1 + x) / (1 - x)) / 2 (A&amp;S 4.6.22), NaN beyond 1. */
    static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p((a + a) / (1 - a)), x);
    }

    /** 1 / (1 + e^-x), from the exponential that cannot overflow. */
    static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /** log(1 + e^x), from the exponential that cannot overflow. */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
