package io.wengert.op;

import io.wengert.kernel.Layout;

/**
 * Along which axes to reduce, and whether they stay with size 1.
 *
 * @param keep whether reduced axes stay
 * @param axes counted from the front, or from the back if negative; each at most once
 */
public record Axes(boolean keep, int... axes) {

    /** All axes of an array of some rank. */
    public static Axes all(int rank, boolean keep) {
        int[] a = new int[rank];
        java.util.Arrays.setAll(a, i -> i);
        return new Axes(keep, a);
    }

    /**
     * Which axes go.
     *
     * @throws IllegalArgumentException if one is named twice
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    boolean[] of(Layout x) {
        boolean[] gone = new boolean[x.rank()];
        for (int a : axes) {
            int i = x.axis(a);
            if (gone[i]) {
                throw new IllegalArgumentException("axis " + a + " is named twice");
            }
            gone[i] = true;
        }
        return gone;
    }

    /** The shape with 1 for every axis that goes. */
    long[] kept(Layout x) {
        boolean[] gone = of(x);
        long[] shape = x.shape();
        for (int i = 0; i < shape.length; i++) {
            shape[i] = gone[i] ? 1 : shape[i];
        }
        return shape;
    }

    /** The shape of the result. */
    long[] result(Layout x) {
        if (keep) {
            return kept(x);
        }
        boolean[] gone = of(x);
        return java.util.stream.IntStream.range(0, gone.length).filter(i -> !gone[i]).mapToLong(x::size).toArray();
    }
}
