package io.wengert.op;

import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Several copies of an array side by side (tile), or of each of its elements (repeat). */
public final class ShapeRepeats {

    private ShapeRepeats() {}

    /** The whole array so many times along every axis; along one axis if it has none. */
    public static Tensor tileAll(Tensor x, long repeats) { return tile(x, every(Math.max(1, x.rank()), repeats)); }

    /**
     * The whole array so many times along one axis, which may lie beyond its last one: then it first gets more axes in
     * front.
     *
     * @throws IllegalArgumentException if a negative axis is less than minus the rank
     */
    public static Tensor tile(Tensor x, int axis, long repeats) {
        int a = axis < 0 ? axis + x.rank() : axis;
        if (a < 0) {
            throw Op.wrong("tile", "no axis " + axis, x);
        }
        long[] r = every(Math.max(a + 1, x.rank()), 1);
        r[a] = repeats;
        return tile(x, r);
    }

    /** The whole array so many times along each axis; the shorter of shape and repeats gets ones in front. */
    public static Tensor tile(Tensor x, long... repeats) {
        int rank = Math.max(x.rank(), Required.of(repeats, "repeats").length);
        return copies("tile", true, x, leading(x.shape(), rank), leading(repeats, rank));
    }

    /** The whole array as often as fills the shape, whose axes are the array's last ones. */
    public static Tensor tileTo(Tensor x, long... shape) { return tile(x, times("tile", x, shape)); }

    /** Every element so many times along every axis; along one axis if there is none. */
    public static Tensor repeatAll(Tensor x, long repeats) { return repeat(x, every(Math.max(1, x.rank()), repeats)); }

    /**
     * Every element so many times along one axis.
     *
     * @throws IllegalArgumentException if there is no such axis
     */
    public static Tensor repeat(Tensor x, int axis, long repeats) {
        int a = axis < 0 ? axis + x.rank() : axis;
        if (a < 0 || a >= x.rank()) {
            throw Op.wrong("repeat", "no axis " + axis, x);
        }
        long[] r = every(x.rank(), 1);
        r[a] = repeats;
        return repeat(x, r);
    }

    /** Every element so many times along each axis; the shorter of shape and repeats gets ones in front. */
    public static Tensor repeat(Tensor x, long... repeats) {
        int rank = Math.max(x.rank(), Required.of(repeats, "repeats").length);
        return copies("repeat", false, x, leading(x.shape(), rank), leading(repeats, rank));
    }

    /** Every element as often as fills the shape, whose axes are the array's last ones. */
    public static Tensor repeatTo(Tensor x, long... shape) { return repeat(x, times("repeat", x, shape)); }

    /** Each axis that is repeated becomes two, of which one is broadcast; joined again they are the result. */
    private static Tensor copies(String name, boolean outside, Tensor x, long[] shape, long[] repeats) {
        int rank = shape.length;
        long[] split = new long[2 * rank];
        long[] wide = new long[2 * rank];
        long[] result = new long[rank];
        for (int i = 0; i < rank; i++) {
            if (repeats[i] < 0) {
                throw Op.wrong(name, "a negative number of times: " + Arrays.toString(repeats), x);
            }
            int times = outside ? 2 * i : 2 * i + 1;
            int own = outside ? 2 * i + 1 : 2 * i;
            split[times] = 1;
            wide[times] = repeats[i];
            split[own] = shape[i];
            wide[own] = shape[i];
            result[i] = shape[i] * repeats[i];
        }
        return ShapeOps.scoped(() -> {
            Tensor spread = ShapeOps.BROADCAST.with(wide, ShapeOps.RESHAPE.with(split, x));
            return ShapeOps.RESHAPE.with(result, spread);
        });
    }

    private static long[] times(String name, Tensor x, long[] shape) {
        long[] r = new long[shape.length];
        for (int i = 0; i < r.length; i++) {
            int axis = x.rank() - shape.length + i;
            long n = axis < 0 ? 1 : x.size(axis);
            if (n == 0 ? shape[i] != 0 : shape[i] % n != 0) {
                throw Op.wrong(name, "no number of times makes it " + Layout.text(shape), x);
            }
            r[i] = n == 0 ? 1 : shape[i] / n;
        }
        return r;
    }

    private static long[] every(int rank, long repeats) {
        long[] r = new long[rank];
        Arrays.fill(r, repeats);
        return r;
    }

    private static long[] leading(long[] values, int rank) {
        long[] r = every(rank, 1);
        System.arraycopy(values, 0, r, rank - values.length, values.length);
        return r;
    }
}
