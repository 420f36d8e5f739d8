package io.wengert.kernel.cpu;

/**
 * The functions of element-wise kernels on signed integers, carried as longs: one static method a function, found by
 * its name.
 *
 * <p>Arithmetic wraps around modulo 2^64. Truth is 1 or 0; anything but zero counts as true.
 */
public final class LongFns {

    private LongFns() {}

    public static long add(long x, long y) { return x + y; }

    public static long sub(long x, long y) { return x - y; }

    public static long mul(long x, long y) { return x * y; }

    /** The quotient rounded towards zero; 0 for a zero divisor. */
    public static long div(long x, long y) { return y == 0 ? 0 : x / y; }

    /** The remainder with the sign of the divisor, as Python's {@code %}; 0 for a zero divisor. */
    public static long mod(long x, long y) { return y == 0 ? 0 : Math.floorMod(x, y); }

    /** Wraps around modulo 2^64; a negative power is the truncated fraction, so 0 but for 1 and -1. */
    public static long pow(long x, long y) {
        if (y >= 0) {
            return power(x, y);
        }
        return x == 1 ? 1 : x == -1 ? 1 - 2 * (y & 1) : 0;
    }

    public static long max(long x, long y) { return Math.max(x, y); }

    public static long min(long x, long y) { return Math.min(x, y); }

    public static long eq(long x, long y) { return x == y ? 1 : 0; }

    public static long ne(long x, long y) { return x != y ? 1 : 0; }

    public static long gt(long x, long y) { return x > y ? 1 : 0; }

    public static long ge(long x, long y) { return x >= y ? 1 : 0; }

    public static long lt(long x, long y) { return x < y ? 1 : 0; }

    public static long le(long x, long y) { return x <= y ? 1 : 0; }

    public static long and(long x, long y) { return truth(x) & truth(y); }

    public static long or(long x, long y) { return truth(x | y); }

    public static long xor(long x, long y) { return truth(x) ^ truth(y); }

    /** 1 for anything but zero, without a branch, which could not be foreseen. */
    private static long truth(long x) { return (x | -x) >>> 63; }

    public static long neg(long x) { return -x; }

    public static long abs(long x) { return Math.abs(x); }

    public static long sign(long x) { return Long.signum(x); }

    public static long floor(long x) { return x; }

    public static long ceil(long x) { return x; }

    public static long round(long x) { return x; }

    public static long trunc(long x) { return x; }

    public static long not(long x) { return x == 0 ? 1 : 0; }

    public static long isnan(long x) { return 0; }

    public static long isinf(long x) { return 0; }

    public static long relu(long x) { return Math.max(x, 0); }

    public static long step(long x) { return x > 0 ? 1 : 0; }

    public static long where(long c, long a, long b) { return c != 0 ? a : b; }

    /** x to a power that is read as unsigned, modulo 2^64, by repeated squaring. */
    static long power(long x, long exponent) {
        long result = 1;
        for (long e = exponent; e != 0; e >>>= 1) {
            if ((e & 1) != 0) {
                result *= x;
            }
            x *= x;
        }
        return result;
    }
}
