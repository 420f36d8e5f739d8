package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import java.lang.reflect.Array;
import java.util.List;

/** Single elements of every real dtype as doubles, read and written without help of what is tested. */
final class Numbers {

    static final List<DType> REALS = List.of(DType.BOOL, DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.UINT8,
            DType.UINT16, DType.UINT32, DType.UINT64, DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64);

    private Numbers() {}

    static double get(DType t, Object array, int i) {
        return switch (t) {
            case UINT8 -> Array.getByte(array, i) & 0xFF;
            case UINT16 -> Array.getShort(array, i) & 0xFFFF;
            case UINT32 -> Array.getInt(array, i) & 0xFFFFFFFFL;
            case UINT64 -> new java.math.BigInteger(Long.toUnsignedString(Array.getLong(array, i))).doubleValue();
            case FLOAT16 -> value(Array.getShort(array, i), 10, 15);
            case BFLOAT16 -> value(Array.getShort(array, i), 7, 127);
            default -> Array.getDouble(array, i);
        };
    }

    /** Writes a value that the dtype holds exactly. */
    static void set(DType t, Object array, int i, double v) {
        switch (t) {
            case BOOL, INT8, UINT8 -> Array.setByte(array, i, (byte) (long) v);
            case INT16, UINT16 -> Array.setShort(array, i, (short) (long) v);
            case INT32, UINT32 -> Array.setInt(array, i, (int) (long) v);
            case INT64, UINT64 -> Array.setLong(array, i, (long) v);
            case FLOAT16 -> Array.setShort(array, i, bits(v, 10, 15));
            case BFLOAT16 -> Array.setShort(array, i, bits(v, 7, 127));
            case FLOAT32 -> Array.setFloat(array, i, (float) v);
            default -> Array.setDouble(array, i, v);
        }
    }

    /** The bits of the nearest number of a 16-bit type, ties to even. */
    static short bits(double v, int fraction, int bias) {
        int sign = Double.doubleToRawLongBits(v) < 0 ? 0x8000 : 0;
        int infinite = 2 * bias + 1 << fraction;
        if (Double.isNaN(v)) {
            return (short) (sign | infinite | 1 << fraction - 1);
        }
        double a = Math.abs(v);
        int exponent = Math.max(Math.getExponent(a), 1 - bias);
        double units = Math.rint(Math.scalb(a, fraction - exponent));
        double magnitude = a == 0 ? 0 : units + (double) (exponent + bias - 1) * (1 << fraction);
        return (short) (sign | (int) Math.min(magnitude, infinite));
    }

    /** The value of a 16-bit type. */
    static double value(short bits, int fraction, int bias) {
        int exponent = (bits & 0x7FFF) >> fraction;
        int rest = bits & (1 << fraction) - 1;
        double a = exponent == 2 * bias + 1 ? (rest == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : exponent == 0 ? Math.scalb((double) rest, 1 - bias - fraction)
                        : Math.scalb((double) (rest + (1 << fraction)), exponent - bias - fraction);
        return bits < 0 ? -a : a;
    }
}
