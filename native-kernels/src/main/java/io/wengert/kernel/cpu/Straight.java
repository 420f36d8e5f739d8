package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The conversions that are met most, of elements one behind the other: each in a method of its own, small enough to be compiled
 * soon and simple enough to be compiled well. The meaning is that of {@link Elements}.
 */
final class Straight {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Loops over rows of floats, better than those below; null if there are none. */
    private static final RowKernels ROWS = LanesProvider.lookup().rows();

    private Straight() {}

    /** Converts to float lanes; false if there is no such loop. */
    static boolean load(DType type, Object array, int at, float[] to, int off, int n) {
        switch (type) {
            case FLOAT64 -> narrow((double[]) array, at, to, off, n);
            case INT32 -> floats((int[]) array, at, to, off, n);
            case INT64 -> floats((long[]) array, at, to, off, n);
            case BOOL, INT8 -> floats((byte[]) array, at, to, off, n);
            case UINT8 -> unsigned((byte[]) array, at, to, off, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Converts to double lanes; false if there is no such loop. */
    static boolean load(DType type, Object array, int at, double[] to, int off, int n) {
        if (type != DType.FLOAT32) {
            return false;
        }
        widen((float[]) array, at, to, off, n);
        return true;
    }

    /** Converts float lanes; false if there is no such loop. */
    static boolean store(float[] from, int off, DType type, Object array, int at, int n) {
        switch (type) {
            case FLOAT64 -> widen(from, off, (double[]) array, at, n);
            case INT32 -> ints(from, off, (int[]) array, at, n);
            case INT64 -> longs(from, off, (long[]) array, at, n);
            case BOOL -> truths(from, off, (byte[]) array, at, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Converts to long lanes; false if there is no such loop. */
    static boolean load(DType type, Object array, int at, long[] to, int off, int n) {
        switch (type) {
            case INT64, UINT64 -> System.arraycopy(array, at, to, off, n);
            case INT32 -> longs((int[]) array, at, to, off, n);
            case BOOL, INT8 -> longs((byte[]) array, at, to, off, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Converts long lanes; false if there is no such loop. */
    static boolean store(long[] from, int off, DType type, Object array, int at, int n) {
        switch (type) {
            case INT64, UINT64 -> System.arraycopy(from, off, array, at, n);
            case INT32, UINT32 -> ints(from, off, (int[]) array, at, n);
            case BOOL -> truths(from, off, (byte[]) array, at, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void longs(int[] x, int at, long[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i];
        }
    }

    private static void longs(byte[] x, int at, long[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i];
        }
    }

    private static void longs(float[] x, int at, long[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (long) x[at + i];
        }
    }

    private static void ints(long[] x, int at, int[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (int) x[at + i];
        }
    }

    private static void truths(long[] x, int at, byte[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (byte) ((x[at + i] | -x[at + i]) >>> 63);
        }
    }

    private static void unsigned(byte[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i] & 0xFF;
        }
    }

    private static void widen(float[] x, int at, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i];
        }
    }

    private static void narrow(double[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (float) x[at + i];
        }
    }

    private static void floats(int[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i];
        }
    }

    private static void floats(long[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i];
        }
    }

    private static void floats(byte[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = x[at + i];
        }
    }

    private static void ints(float[] x, int at, int[] y, int yAt, int n) {
        if (ROWS != null) {
            ROWS.toInts(x, at, y, yAt, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (int) x[at + i];
        }
    }

    /** Eight at a time: one wide store instead of eight narrow ones. */
    private static void truths(float[] x, int at, byte[] y, int yAt, int n) {
        if (ROWS != null) {
            ROWS.toTruths(x, at, y, yAt, n);
            return;
        }
        int i = 0;
        for (; i + 8 <= n; i += 8) {
            int p = at + i;
            long low = truth(x[p]) | truth(x[p + 1]) << 8 | truth(x[p + 2]) << 16 | truth(x[p + 3]) << 24;
            long high = truth(x[p + 4]) | truth(x[p + 5]) << 8 | truth(x[p + 6]) << 16 | truth(x[p + 7]) << 24;
            EIGHT.set(y, yAt + i, low | high << 32);
        }
        for (; i < n; i++) {
            y[yAt + i] = (byte) truth(x[at + i]);
        }
    }

    /** 1 for anything but zero, without a branch. */
    private static int truth(float v) {
        int size = Float.floatToRawIntBits(v) << 1;
        return (size | -size) >>> 31;
    }
}
