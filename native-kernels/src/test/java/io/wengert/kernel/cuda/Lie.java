package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** How an array lies in its memory, between elements that are not its own. */
enum Lie {
    WHOLE,
    OFFSET,
    TRANSPOSED,
    GAPS,
    BACKWARDS;

    private Layout of(long... shape) {
        int rank = shape.length;
        int[] reversed = IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        long[] doubled = Arrays.stream(shape).map(n -> 2 * n + 2).toArray();
        return switch (this) {
            case WHOLE -> Layout.of(shape);
            case OFFSET -> Layout.of(shape, strides(Layout.of(shape)), 3);
            case TRANSPOSED -> Layout.of(Layout.of(shape).permute(reversed).shape()).permute(reversed);
            case GAPS -> sliced(Layout.of(doubled), 1, 2, shape);
            case BACKWARDS -> sliced(Layout.of(doubled), -1, -2, shape);
        };
    }

    private static long[] strides(Layout l) { return IntStream.range(0, l.rank()).mapToLong(l::stride).toArray(); }

    private static Layout sliced(Layout l, int first, int step, long... shape) {
        for (int i = 0; i < shape.length; i++) {
            l = l.slice(i, shape[i] == 0 ? 0 : first > 0 ? first : 2 * shape[i] - 1, shape[i], step);
        }
        return l;
    }

    /** A twin of the shape that lies in this way, of small numbers that every dtype holds exactly, in steps of 1/16. */
    Twin twin(CudaBackend gpu, DType type, long seed, long... shape) {
        Layout l = of(shape);
        long size = l.offset() + 5;
        for (int i = 0; i < l.rank(); i++) {
            size += Math.max(0, l.stride(i)) * Math.max(0, l.size(i) - 1);
        }
        Random random = new Random(seed);
        Object array = type.array((int) size);
        for (int i = 0; i < Array.getLength(array); i++) {
            put(type, array, i, random.nextDouble());
        }
        return Twin.of(gpu, type, array, size, l);
    }

    private static void put(DType type, Object array, int i, double u) {
        double v = Math.rint(64 * u) / 16 - 2;
        switch (type) {
            case BOOL -> Array.setByte(array, i, (byte) (u < 0.5 ? 0 : 1));
            case INT8 -> Array.setByte(array, i, (byte) (9 * u - 4));
            case UINT8 -> Array.setByte(array, i, (byte) (200 + 9 * u));
            case INT16, UINT16 -> Array.setShort(array, i, (short) (9 * u - 4));
            case FLOAT16 -> Array.setShort(array, i, half((float) v));
            case BFLOAT16 -> Array.setShort(array, i, (short) (Float.floatToRawIntBits((float) v) >>> 16));
            case INT32, UINT32 -> Array.setInt(array, i, (int) (9 * u - 4));
            case INT64, UINT64 -> Array.setLong(array, i, (long) (9 * u - 4));
            case FLOAT32, COMPLEX64 -> Array.setFloat(array, i, (float) v);
            default -> Array.setDouble(array, i, v);
        }
    }

    /** The binary16 of a number that has one, zero or normal. */
    private static short half(float v) {
        int bits = Float.floatToRawIntBits(v);
        return (short) (v == 0 ? 0 : bits >>> 16 & 0x8000 | (bits >>> 13 & 0x3FFFF) - (112 << 10) & 0x7FFF);
    }
}
