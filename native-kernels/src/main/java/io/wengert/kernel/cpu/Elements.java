package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;

/**
 * Moves elements between stored arrays of any real dtype and the lane types float, double and long.
 *
 * <p>Floating to integer goes towards zero, then keeps the low bits; anything but zero becomes true. Long lanes hold
 * uint64 as its bit pattern.
 */
final class Elements {

    private Elements() {}

    // @formatter:off
    static void load(DType type, Object array, int at, int step, float[] to, int off, int n) {
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case FLOAT64 -> { double[] a = (double[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = (float) a[p]; }
            case FLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = Half.toFloat(a[p]); }
            case BFLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = Half.bfloatToFloat(a[p]); }
            case BOOL, INT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFF; }
            case INT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFFFF; }
            case INT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFFFFFFFFL; }
            case INT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = (float) unsigned(a[p]); }
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        }
    }

    static void load(DType type, Object array, int at, int step, double[] to, int off, int n) {
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case FLOAT64 -> { double[] a = (double[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case FLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = Half.toFloat(a[p]); }
            case BFLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = Half.bfloatToFloat(a[p]); }
            case BOOL, INT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFF; }
            case INT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFFFF; }
            case INT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFFFFFFFFL; }
            case INT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = unsigned(a[p]); }
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        }
    }

    static void load(DType type, Object array, int at, int step, long[] to, int off, int n) {
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = (long) a[p]; }
            case FLOAT64 -> { double[] a = (double[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = (long) a[p]; }
            case FLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = (long) Half.toFloat(a[p]); }
            case BFLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = (long) Half.bfloatToFloat(a[p]); }
            case BOOL, INT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFF; }
            case INT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFFFF; }
            case INT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            case UINT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p] & 0xFFFFFFFFL; }
            case INT64, UINT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) to[off + i] = a[p]; }
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        }
    }

    static void store(float[] from, int off, DType type, Object array, int at, int step, int n) {
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = from[off + i]; }
            case FLOAT64 -> { double[] a = (double[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = from[off + i]; }
            case FLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = Half.fromFloat(from[off + i]); }
            case BFLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = Half.bfloatFromFloat(from[off + i]); }
            case BOOL -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (byte) (from[off + i] != 0 ? 1 : 0); }
            case INT8, UINT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (byte) from[off + i]; }
            case INT16, UINT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (short) from[off + i]; }
            case INT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (int) from[off + i]; }
            case UINT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (int) (long) from[off + i]; }
            case INT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (long) from[off + i]; }
            case UINT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = unsigned((double) from[off + i]); }
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        }
    }

    static void store(double[] from, int off, DType type, Object array, int at, int step, int n) {
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (float) from[off + i]; }
            case FLOAT64 -> { double[] a = (double[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = from[off + i]; }
            case FLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = Half.fromFloat((float) from[off + i]); }
            case BFLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = Half.bfloatFromFloat((float) from[off + i]); }
            case BOOL -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (byte) (from[off + i] != 0 ? 1 : 0); }
            case INT8, UINT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (byte) from[off + i]; }
            case INT16, UINT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (short) from[off + i]; }
            case INT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (int) from[off + i]; }
            case UINT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (int) (long) from[off + i]; }
            case INT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (long) from[off + i]; }
            case UINT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = unsigned(from[off + i]); }
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        }
    }

    static void store(long[] from, int off, boolean unsigned, DType type, Object array, int at, int step, int n) {
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = unsigned ? (float) unsigned(from[off + i]) : from[off + i]; }
            case FLOAT64 -> { double[] a = (double[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = unsigned ? unsigned(from[off + i]) : from[off + i]; }
            case FLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = Half.fromFloat(unsigned ? (float) unsigned(from[off + i]) : from[off + i]); }
            case BFLOAT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = Half.bfloatFromFloat(unsigned ? (float) unsigned(from[off + i]) : from[off + i]); }
            case BOOL -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (byte) (from[off + i] != 0 ? 1 : 0); }
            case INT8, UINT8 -> { byte[] a = (byte[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (byte) from[off + i]; }
            case INT16, UINT16 -> { short[] a = (short[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (short) from[off + i]; }
            case INT32, UINT32 -> { int[] a = (int[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = (int) from[off + i]; }
            case INT64, UINT64 -> { long[] a = (long[]) array; for (int i = 0, p = at; i < n; i++, p += step) a[p] = from[off + i]; }
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        }
    }
    // @formatter:on

    /** The value of 64 bits without sign. */
    static double unsigned(long bits) {
        return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
    }

    /** The 64 bits of a value: negative ones wrap around. */
    static long unsigned(double value) {
        return value >= 0x1p63 ? (long) (value - 0x1p63) ^ Long.MIN_VALUE : (long) value;
    }
}
