package io.wengert.kernel.cuda;

import java.nio.ByteBuffer;

/** Primitive Java arrays as the bytes that a device sees; places and sizes are in bytes and fit whole elements. */
final class HostArrays {

    private HostArrays() {}

    /** Copies part of an array to the start of a direct buffer. */
    static void get(Object array, long from, int bytes, ByteBuffer to) {
        ByteBuffer b = to.duplicate().order(to.order()).clear();
        if (array instanceof byte[] a) {
            b.put(a, (int) from, bytes);
        } else if (array instanceof short[] a) {
            b.asShortBuffer().put(a, (int) (from >> 1), bytes >> 1);
        } else if (array instanceof int[] a) {
            b.asIntBuffer().put(a, (int) (from >> 2), bytes >> 2);
        } else if (array instanceof long[] a) {
            b.asLongBuffer().put(a, (int) (from >> 3), bytes >> 3);
        } else if (array instanceof float[] a) {
            b.asFloatBuffer().put(a, (int) (from >> 2), bytes >> 2);
        } else if (array instanceof double[] a) {
            b.asDoubleBuffer().put(a, (int) (from >> 3), bytes >> 3);
        } else {
            throw unknown(array);
        }
    }

    /** Copies the start of a direct buffer to part of an array. */
    static void put(Object array, long to, int bytes, ByteBuffer from) {
        ByteBuffer b = from.duplicate().order(from.order()).clear();
        if (array instanceof byte[] a) {
            b.get(a, (int) to, bytes);
        } else if (array instanceof short[] a) {
            b.asShortBuffer().get(a, (int) (to >> 1), bytes >> 1);
        } else if (array instanceof int[] a) {
            b.asIntBuffer().get(a, (int) (to >> 2), bytes >> 2);
        } else if (array instanceof long[] a) {
            b.asLongBuffer().get(a, (int) (to >> 3), bytes >> 3);
        } else if (array instanceof float[] a) {
            b.asFloatBuffer().get(a, (int) (to >> 2), bytes >> 2);
        } else if (array instanceof double[] a) {
            b.asDoubleBuffer().get(a, (int) (to >> 3), bytes >> 3);
        } else {
            throw unknown(array);
        }
    }

    private static IllegalArgumentException unknown(Object array) {
        return new IllegalArgumentException("no array of numbers: " + array.getClass().getSimpleName());
    }
}
