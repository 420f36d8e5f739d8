package io.wengert.op;

import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Along which axes to reduce, and whether they stay with size 1.
 *
 * @param keep whether reduced axes stay
 * @param axes counted from the front, or from the back if negative; each at most once; with none, nothing is reduced
 */
public record Axes(boolean keep, int... axes) {

    /** Callers may reuse their array while a gradient rule still needs ours. */
    public Axes {
        axes = Required.of(axes, "axes").clone();
    }

    /** All axes of an array of some rank. */
    public static Axes all(int rank, boolean keep) {
        int[] all = new int[rank];
        Arrays.setAll(all, i -> i);
        return new Axes(keep, all);
    }

    /** The same axes, to stay with size 1. */
    Axes kept() { return keep ? this : new Axes(true, axes); }

    /**
     * Checks the axes for an operation on an array.
     *
     * @throws IllegalArgumentException if one is named twice
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    void check(String op, Tensor x) {
        boolean[] seen = new boolean[x.rank()];
        for (int a : axes) {
            int i = axis(op, x, a);
            if (seen[i]) {
                throw Op.wrong(op, "axis " + a + " is named twice in " + Arrays.toString(axes), x);
            }
            seen[i] = true;
        }
    }

    /**
     * An axis counted from the front.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    static int axis(String op, Tensor x, int axis) {
        int i = axis < 0 ? axis + x.rank() : axis;
        if (i < 0 || i >= x.rank()) {
            throw new IndexOutOfBoundsException(op + ": there is no axis " + axis + ": " + x.text());
        }
        return i;
    }

    /** Which axes go. */
    boolean[] of(Layout x) {
        boolean[] gone = new boolean[x.rank()];
        for (int a : axes) {
            gone[x.axis(a)] = true;
        }
        return gone;
    }

    /** The shape with 1 for every axis that goes. */
    long[] kept(Layout x) {
        long[] shape = x.shape();
        for (int a : axes) {
            shape[x.axis(a)] = 1;
        }
        return shape;
    }

    /** The shape of the result. */
    long[] result(Layout x) {
        if (keep) {
            return kept(x);
        }
        boolean[] gone = of(x);
        long[] shape = new long[gone.length];
        int n = 0;
        for (int i = 0; i < gone.length; i++) {
            if (!gone[i]) {
                shape[n++] = x.size(i);
            }
        }
        return Arrays.copyOf(shape, n);
    }

    /** The array with the axes that go behind the others, as one last axis. */
    Tensor rows(Tensor x) {
        long[] front = new Axes(false, axes).result(x.layout());
        long[] shape = Arrays.copyOf(front, front.length + 1);
        shape[front.length] = count(x.layout());
        return ShapeOps.reshape(moved(x, order(x.layout())), shape);
    }

    /** The inverse of {@link #rows}, for an array of the layout x. */
    Tensor unrolled(Tensor rows, Layout x) {
        int[] order = order(x);
        int[] back = new int[order.length];
        long[] shape = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            back[order[i]] = i;
            shape[i] = x.size(order[i]);
        }
        return moved(ShapeOps.reshape(rows, shape), back);
    }

    /** How many elements go into each result. */
    long count(Layout x) {
        long n = 1;
        for (int a : axes) {
            n *= x.size(x.axis(a));
        }
        return n;
    }

    /** The axes that stay, then those that go. */
    private int[] order(Layout x) {
        boolean[] gone = of(x);
        IntStream stay = IntStream.range(0, gone.length).filter(i -> !gone[i]);
        return IntStream.concat(stay, IntStream.range(0, gone.length).filter(i -> gone[i])).toArray();
    }

    private static Tensor moved(Tensor x, int[] order) {
        boolean sorted = true;
        for (int i = 0; i < order.length; i++) {
            sorted &= order[i] == i;
        }
        return sorted ? x : ShapeOps.PERMUTE.with(order, x);
    }
}
