package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.tensor.Tensor;
import java.math.BigDecimal;
import java.math.BigInteger;

/** What a Java number means beside an array of integers: whether the dtype holds it, and how to compare with it. */
final class Numbers {

    private Numbers() {}

    /** A whole number that the dtype, an integer type, has no room for; a fraction never is. */
    static boolean exceeds(DType type, Number n) {
        if (n instanceof Float || n instanceof Double || n instanceof BigDecimal) {
            return false;
        }
        int bits = 8 * type.bytes();
        boolean signed = type.family() == DType.Family.SIGNED;
        if (n instanceof BigInteger big) {
            return signed ? big.bitLength() >= bits : big.signum() < 0 || big.bitLength() > bits;
        }
        long v = n.longValue();
        if (signed) {
            return v != v << 64 - bits >> 64 - bits;
        }
        return v < 0 || bits < 64 && v >>> bits != 0;
    }

    /**
     * Checks a number that is to become an element.
     *
     * @throws IllegalArgumentException if it is null, or whole and out of the range of an integer dtype
     */
    static void check(String name, Tensor x, Number n) {
        if (n == null || x.dtype().isInteger() && exceeds(x.dtype(), n)) {
            throw Op.wrong(name, n == null ? "takes a number, not null"
                    : "the number " + n + " is out of the range of " + x.dtype().text() + "; convert the array first", x);
        }
    }

    /**
     * The number to compare integers of a lane with so that the answer is that of their true values: one of the lane, or
     * else, for float64, the fraction itself or the infinity of its sign.
     */
    static Number comparable(DType lane, Number n) {
        boolean signed = lane == DType.INT64;
        if (signed && (n instanceof Integer || n instanceof Long || n instanceof Short || n instanceof Byte)) {
            return n;
        }
        BigDecimal exact = exact(n);
        if (exact == null) {
            return n.doubleValue();
        }
        BigInteger whole = exact.toBigInteger();
        if (exceeds(lane, whole)) {
            return exact.signum() < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (exact.compareTo(new BigDecimal(whole)) != 0) {
            return n.doubleValue();
        }
        return whole.longValue();
    }

    /** The value of a number; null of an infinity or NaN. */
    private static BigDecimal exact(Number n) {
        if (n instanceof Float || n instanceof Double) {
            return Double.isFinite(n.doubleValue()) ? new BigDecimal(n.doubleValue()) : null;
        }
        return n instanceof BigDecimal d ? d : n instanceof BigInteger i ? new BigDecimal(i) : BigDecimal.valueOf(n.longValue());
    }
}
