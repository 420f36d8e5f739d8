package io.wengert.kernel;

import java.util.Arrays;

/**
 * Where the elements of an array lie in a buffer: shape, strides and offset, all counted in elements. Immutable; every
 * change of view (permute, slice, broadcast, reshape) is a new layout over the same buffer.
 */
public final class Layout {

    private static final Layout SCALAR = new Layout(new long[0], new long[0], 0);

    private final long[] shape;
    private final long[] strides;
    private final long offset;
    private final long size;
    private final boolean contiguous;

    private Layout(long[] shape, long[] strides, long offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.size = sizeOf(shape);
        this.contiguous = rowMajor();
    }

    /** The row-major layout of a shape, from offset 0. */
    public static Layout of(long... shape) { return shape.length == 0 ? SCALAR : new Layout(shape.clone(), rowMajor(shape), 0); }

    /** A layout from its parts; strides may be zero or negative. */
    public static Layout of(long[] shape, long[] strides, long offset) {
        if (shape.length != strides.length) {
            throw new IllegalArgumentException(shape.length + " dimensions but " + strides.length + " strides");
        }
        return new Layout(shape.clone(), strides.clone(), offset);
    }

    private static long[] rowMajor(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= shape[i];
        }
        return strides;
    }

    private boolean rowMajor() {
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != step) {
                return size == 0;
            }
            step *= shape[i];
        }
        return true;
    }

    public int rank() { return shape.length; }

    /** The number of elements. */
    public long size() { return size; }

    public long size(int axis) { return shape[axis]; }

    public long stride(int axis) { return strides[axis]; }

    public long offset() { return offset; }

    /** A copy of the shape. */
    public long[] shape() { return shape.clone(); }

    /** True if the elements lie without gaps in row-major order (from {@link #offset()} on). */
    public boolean isContiguous() { return contiguous; }

    /** True if contiguous from the start of its buffer. */
    public boolean isWhole() { return contiguous && offset == 0; }

    public boolean hasShape(long... other) { return Arrays.equals(shape, other); }

    public boolean sameShape(Layout other) { return this == other || Arrays.equals(shape, other.shape); }

    /**
     * The axis counted from the front.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int axis(int axis) { return axis(axis, shape.length); }

    /** The axis of an array of a given rank, counted from the front; negative ones count from the back. */
    public static int axis(int axis, int rank) {
        int a = axis < 0 ? axis + rank : axis;
        if (a < 0 || a >= rank) {
            throw new IndexOutOfBoundsException("axis " + axis + " of an array with " + rank + " dimensions");
        }
        return a;
    }

    /** The same elements with axes in another order. */
    public Layout permute(int... axes) {
        long[] s = new long[axes.length];
        long[] t = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            s[i] = shape[axes[i]];
            t[i] = strides[axes[i]];
        }
        return new Layout(s, t, offset);
    }

    /** Rank at least 2: the last two axes exchanged. */
    public Layout transposed() {
        int[] axes = new int[shape.length];
        Arrays.setAll(axes, i -> i);
        axes[shape.length - 2] = shape.length - 1;
        axes[shape.length - 1] = shape.length - 2;
        return permute(axes);
    }

    /** {@code count} elements of one axis: from, from + step, ...; a negative step walks backwards. */
    public Layout slice(int axis, long from, long count, long step) {
        long[] s = shape.clone();
        long[] t = strides.clone();
        s[axis] = count;
        t[axis] = strides[axis] * step;
        return new Layout(s, t, count == 0 ? offset : offset + from * strides[axis]);
    }

    /** One place of an axis; the axis goes. */
    public Layout select(int axis, long index) { return slice(axis, index, 1, 1).without(axis); }

    private Layout without(int axis) {
        long[] s = new long[shape.length - 1];
        long[] t = new long[shape.length - 1];
        for (int i = 0, j = 0; i < shape.length; i++) {
            if (i != axis) {
                s[j] = shape[i];
                t[j++] = strides[i];
            }
        }
        return new Layout(s, t, offset);
    }

    /** A new axis of size 1 before {@code axis}. */
    public Layout expand(int axis) {
        long[] s = new long[shape.length + 1];
        long[] t = new long[shape.length + 1];
        for (int i = 0, j = 0; i < s.length; i++) {
            s[i] = i == axis ? 1 : shape[j];
            t[i] = i == axis ? 0 : strides[j++];
        }
        return new Layout(s, t, offset);
    }

    /** True if {@link #broadcastTo} would accept the shape. */
    public boolean broadcastsTo(long... to) {
        int lead = to.length - shape.length;
        if (lead < 0) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] != to[lead + i] && shape[i] != 1) {
                return false;
            }
        }
        return true;
    }

    /** The layout repeated to a larger shape by NumPy's rule: axes of size 1 and missing leading axes get stride 0. */
    public Layout broadcastTo(long... to) {
        if (hasShape(to)) {
            return this;
        }
        if (!broadcastsTo(to)) {
            throw new IllegalArgumentException("shape " + text(shape) + " does not broadcast to " + text(to));
        }
        long[] t = new long[to.length];
        int lead = to.length - shape.length;
        for (int i = 0; i < shape.length; i++) {
            t[lead + i] = shape[i] == 1 && to[lead + i] != 1 ? 0 : strides[i];
        }
        return new Layout(to.clone(), t, offset);
    }

    /**
     * The shape that both broadcast to.
     *
     * @return the shape, or null if there is none
     */
    public static long[] broadcast(Layout a, Layout b) {
        long[] x = a.shape.length >= b.shape.length ? a.shape : b.shape;
        long[] y = x == a.shape ? b.shape : a.shape;
        int lead = x.length - y.length;
        long[] r = x.clone();
        for (int i = 0; i < y.length; i++) {
            long p = x[lead + i];
            long q = y[i];
            if (p != q && p != 1 && q != 1) {
                return null;
            }
            r[lead + i] = p == 1 ? q : p;
        }
        return r;
    }

    /**
     * The same elements, in row-major order, under another shape.
     *
     * @return the layout, or null if no strides describe it, so that the elements have to be copied first
     */
    public Layout reshape(long... to) {
        if (contiguous) {
            return new Layout(to.clone(), rowMajor(to), offset);
        }
        long[] t = new long[to.length];
        int i = 0;
        int j = 0;
        while (i < shape.length && j < to.length) {
            int i0 = i;
            int j0 = j;
            long p = shape[i++];
            long q = to[j++];
            while (p != q) {
                if (p < q) {
                    if (i == shape.length) {
                        return null;
                    }
                    p *= shape[i++];
                } else {
                    if (j == to.length) {
                        return null;
                    }
                    q *= to[j++];
                }
            }
            if (!splits(i0, i)) {
                return null;
            }
            long step = strideOf(i0, i);
            for (int k = j - 1; k >= j0; k--) {
                t[k] = step;
                step *= to[k];
            }
        }
        return new Layout(to.clone(), t, offset);
    }

    /** Whether axes [from, to) can be seen as one axis. */
    private boolean splits(int from, int to) {
        long expected = -1;
        for (int k = to - 1; k >= from; k--) {
            if (shape[k] == 1) {
                continue;
            }
            if (expected != -1 && strides[k] != expected) {
                return false;
            }
            expected = strides[k] * shape[k];
            if (strides[k] == 0) {
                expected = 0;
            }
        }
        return true;
    }

    private long strideOf(int from, int to) {
        for (int k = to - 1; k >= from; k--) {
            if (shape[k] != 1) {
                return strides[k];
            }
        }
        return 1;
    }

    /** The fewest axes that walk the same elements in the same order: axes of size 1 dropped, mergeable ones merged. */
    public Layout collapse() {
        if (contiguous) {
            return new Layout(new long[] {size}, new long[] {1}, offset);
        }
        long[] s = new long[shape.length];
        long[] t = new long[shape.length];
        int n = 0;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 1) {
                continue;
            }
            if (n > 0 && t[n - 1] == strides[i] * shape[i]) {
                s[n - 1] *= shape[i];
                t[n - 1] = strides[i];
            } else {
                s[n] = shape[i];
                t[n++] = strides[i];
            }
        }
        return new Layout(Arrays.copyOf(s, n), Arrays.copyOf(t, n), offset);
    }

    /** The same, {@code by} elements further on. */
    public Layout moved(long by) { return new Layout(shape, strides, offset + by); }

    /** The element place of the index given for each axis. */
    public long at(long... index) {
        long p = offset;
        for (int i = 0; i < index.length; i++) {
            p += index[i] * strides[i];
        }
        return p;
    }

    /** The number of elements of a shape. */
    public static long sizeOf(long... shape) {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return n;
    }

    /** A shape as messages show it: {@code (2, 3)}. */
    public static String text(long... shape) {
        StringBuilder b = new StringBuilder("(");
        for (int i = 0; i < shape.length; i++) {
            b.append(i == 0 ? "" : ", ").append(shape[i]);
        }
        return b.append(')').toString();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Layout l && offset == l.offset && Arrays.equals(shape, l.shape) && Arrays.equals(strides, l.strides);
    }

    @Override
    public int hashCode() { return 31 * (31 * Arrays.hashCode(shape) + Arrays.hashCode(strides)) + Long.hashCode(offset); }

    @Override
    public String toString() { return text(shape) + " strides " + text(strides) + " offset " + offset; }
}
