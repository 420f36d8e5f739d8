package io.wengert.op;

import io.wengert.kernel.DType;

/** Elements of every real dtype as doubles: an independent reading of their bits. */
final class HostElements {

    private HostElements() {}

    /** A Java array of the dtype's storage. */
    static Object make(DType t, int n) {
        return switch (t) {
            case BOOL, INT8, UINT8 -> new byte[n];
            case INT16, UINT16, FLOAT16, BFLOAT16 -> new short[n];
            case INT32, UINT32 -> new int[n];
            case INT64, UINT64 -> new long[n];
            case FLOAT32 -> new float[n];
            case COMPLEX64 -> new float[2 * n];
            case FLOAT64 -> new double[n];
            case STRING -> new String[n];
        };
    }

    static Object pack(DType t, double... v) {
        Object a = make(t, v.length);
        for (int i = 0; i < v.length; i++) {
            switch (t) {
                case BOOL -> ((byte[]) a)[i] = (byte) (v[i] != 0 ? 1 : 0);
                case INT8, UINT8 -> ((byte[]) a)[i] = (byte) (long) v[i];
                case INT16, UINT16 -> ((short[]) a)[i] = (short) (long) v[i];
                case FLOAT16 -> ((short[]) a)[i] = bits(v[i], 10, 15);
                case BFLOAT16 -> ((short[]) a)[i] = bits(v[i], 7, 127);
                case INT32, UINT32 -> ((int[]) a)[i] = (int) (long) v[i];
                case INT64, UINT64 -> ((long[]) a)[i] = (long) v[i];
                case FLOAT32 -> ((float[]) a)[i] = (float) v[i];
                case COMPLEX64 -> ((float[]) a)[2 * i] = (float) v[i];
                case FLOAT64 -> ((double[]) a)[i] = v[i];
                case STRING -> ((String[]) a)[i] = String.valueOf(v[i]);
            }
        }
        return a;
    }

    static double[] unpack(DType t, Object a) {
        double[] v = new double[java.lang.reflect.Array.getLength(a)];
        for (int i = 0; i < v.length; i++) {
            v[i] = switch (t) {
                case BOOL, INT8 -> ((byte[]) a)[i];
                case UINT8 -> ((byte[]) a)[i] & 0xFF;
                case INT16 -> ((short[]) a)[i];
                case UINT16 -> ((short[]) a)[i] & 0xFFFF;
                case FLOAT16 -> value(((short[]) a)[i], 10, 15);
                case BFLOAT16 -> value(((short[]) a)[i], 7, 127);
                case INT32 -> ((int[]) a)[i];
                case UINT32 -> ((int[]) a)[i] & 0xFFFFFFFFL;
                case INT64 -> ((long[]) a)[i];
                case UINT64 -> new java.math.BigDecimal(Long.toUnsignedString(((long[]) a)[i])).doubleValue();
                case FLOAT32, COMPLEX64 -> ((float[]) a)[i];
                case FLOAT64 -> ((double[]) a)[i];
                case STRING -> Double.parseDouble(((String[]) a)[i]);
            };
        }
        return v;
    }

    /** The nearest value that the dtype holds; integers towards zero and wrapped. */
    static double rounded(DType t, double v) { return unpack(t, pack(t, v))[0]; }

    /** Half the distance from 1 to the next number; 0 of integers. */
    static double epsilon(DType t) {
        return switch (t) {
            case FLOAT16 -> 0x1p-11;
            case BFLOAT16 -> 0x1p-8;
            case FLOAT32, COMPLEX64 -> 0x1p-24;
            case FLOAT64 -> 0x1p-53;
            default -> 0;
        };
    }

    /** The smallest normal number of a floating dtype. */
    static double smallest(DType t) {
        return switch (t) {
            case FLOAT16 -> 0x1p-14;
            case FLOAT64 -> Double.MIN_NORMAL;
            default -> Float.MIN_NORMAL;
        };
    }

    private static short bits(double v, int fraction, int bias) {
        int sign = Double.doubleToRawLongBits(v) < 0 ? 0x8000 : 0;
        int infinite = 2 * bias + 1 << fraction;
        if (Double.isNaN(v)) {
            return (short) (infinite | 1 << fraction - 1);
        }
        double a = Math.abs(v);
        int exponent = Math.max(Math.getExponent(a), 1 - bias);
        double units = Math.rint(Math.scalb(a, fraction - exponent));
        double magnitude = a == 0 ? 0 : units + ((double) (exponent + bias - 1) * (1 << fraction));
        return (short) (sign | (int) Math.min(magnitude, infinite));
    }

    private static double value(short bits, int fraction, int bias) {
        int exponent = (bits & 0x7FFF) >> fraction;
        int rest = bits & (1 << fraction) - 1;
        double a = exponent == 2 * bias + 1 ? (rest == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : exponent == 0 ? Math.scalb((double) rest, 1 - bias - fraction)
                        : Math.scalb((double) (rest + (1 << fraction)), exponent - bias - fraction);
        return bits < 0 ? -a : a;
    }
}
