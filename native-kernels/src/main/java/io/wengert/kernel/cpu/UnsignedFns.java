package io.wengert.kernel.cpu;

/**
 * The functions of element-wise kernels on unsigned integers, carried as the 64 bits of a long: one static method a
 * function, found by its name.
 *
 * <p>Arithmetic wraps around modulo 2^64. Truth is 1 or 0; anything but zero counts as true.
 */
public final class UnsignedFns {

    private UnsignedFns() {}

    public static long add(long x, long y) { return x + y; }

    public static long sub(long x, long y) { return x - y; }

    public static long mul(long x, long y) { return x * y; }

    /** The quotient rounded down; 0 for a zero divisor. */
    public static long div(long x, long y) { return y == 0 ? 0 : Long.divideUnsigned(x, y); }

    /** The remainder; 0 for a zero divisor. */
    public static long mod(long x, long y) { return y == 0 ? 0 : Long.remainderUnsigned(x, y); }

    /** Wraps around modulo 2^64. */
    public static long pow(long x, long y) { return LongFns.power(x, y); }

    public static long max(long x, long y) { return Long.compareUnsigned(x, y) >= 0 ? x : y; }

    public static long min(long x, long y) { return Long.compareUnsigned(x, y) <= 0 ? x : y; }

    public static long eq(long x, long y) { return x == y ? 1 : 0; }

    public static long ne(long x, long y) { return x != y ? 1 : 0; }

    public static long gt(long x, long y) { return Long.compareUnsigned(x, y) > 0 ? 1 : 0; }

    public static long ge(long x, long y) { return Long.compareUnsigned(x, y) >= 0 ? 1 : 0; }

    public static long lt(long x, long y) { return Long.compareUnsigned(x, y) < 0 ? 1 : 0; }

    public static long le(long x, long y) { return Long.compareUnsigned(x, y) <= 0 ? 1 : 0; }

    public static long and(long x, long y) { return x != 0 && y != 0 ? 1 : 0; }

    public static long or(long x, long y) { return x != 0 || y != 0 ? 1 : 0; }

    public static long xor(long x, long y) { return (x != 0) != (y != 0) ? 1 : 0; }

    public static long neg(long x) { return -x; }

    public static long abs(long x) { return x; }

    public static long sign(long x) { return x == 0 ? 0 : 1; }

    public static long floor(long x) { return x; }

    public static long ceil(long x) { return x; }

    public static long round(long x) { return x; }

    public static long trunc(long x) { return x; }

    public static long not(long x) { return x == 0 ? 1 : 0; }

    public static long isnan(long x) { return 0; }

    public static long isinf(long x) { return 0; }

    public static long relu(long x) { return x; }

    public static long step(long x) { return x != 0 ? 1 : 0; }

    public static long where(long c, long a, long b) { return c != 0 ? a : b; }
}
