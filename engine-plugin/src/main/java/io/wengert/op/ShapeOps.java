package io.wengert.op;

import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Operations that move elements or look at them another way, and compute nothing. */
public final class ShapeOps {

    /** The same elements in row-major order under the shape of the attribute; a view where strides allow it. */
    public static final Primitive<long[]> RESHAPE = op("reshape", ShapeOps::reshaped)
            .vjp((c, g) -> grads(ShapeOps.reshape(g, c.shape(0))));

    /** Axes in the order of the attribute; a view. */
    public static final Primitive<int[]> PERMUTE = op("permute", (Call<int[]> c) -> c.in(0).view(c.layout(0).permute(permutation(c))))
            .vjp((c, g) -> grads(ShapeOps.PERMUTE.with(inverse(permutation(c)), g)));

    /** Repeated to the shape of the attribute by NumPy's rule; a view. The walk sums the gradient down. */
    public static final Primitive<long[]> BROADCAST = op("broadcast", ShapeOps::broadcast).vjp((c, g) -> grads(g));

    /** A regular part of an array; a view. */
    public static final Primitive<Region> SLICE = op("slice", (Call<Region> c) -> c.in(0).view(c.attribute().of(c.layout(0))))
            .vjp((c, g) -> grads(ShapeOps.PLACE.with(new Placement(c.attribute(), c.shape(0)), g)));

    /** The transpose of slice: an array of zeros with the input in the region. */
    public static final Primitive<Placement> PLACE = op("place", ShapeOps::place)
            .vjp((c, g) -> grads(ShapeOps.SLICE.with(c.attribute().region(), g)));

    /** The first array with the region replaced by the second, which broadcasts to it. */
    public static final Primitive<Region> REPLACE = op("replace", ShapeOps::replace).vjp(ShapeOps::replaceGradient);

    /** Arrays one behind the other along the axis of the attribute. */
    public static final Primitive<Integer> CONCAT = op("concat", ShapeOps::concat).vjp(ShapeOps::concatGradient);

    /**
     * A regular part of an array: for each axis the first place, how many, and the step, which may be negative.
     */
    public record Region(long[] from, long[] count, long[] step) {

        /** All of an array but for one axis. */
        public static Region along(long[] shape, int axis, long from, long count) {
            long[] f = new long[shape.length];
            long[] n = shape.clone();
            long[] s = new long[shape.length];
            Arrays.fill(s, 1);
            f[axis] = from;
            n[axis] = count;
            return new Region(f, n, s);
        }

        Layout of(Layout x) {
            Layout l = x;
            for (int i = 0; i < from.length; i++) {
                l = from[i] == 0 && step[i] == 1 && count[i] == x.size(i) ? l : l.slice(i, from[i], count[i], step[i]);
            }
            return l;
        }
    }

    /** A region of an array of a given shape. */
    public record Placement(Region region, long[] shape) {}

    private ShapeOps() {}

    /** {@link #RESHAPE}, unless the shape is the same already. */
    public static Tensor reshape(Tensor x, long... shape) { return x.layout().hasShape(shape) ? x : RESHAPE.with(shape, x); }

    private static Tensor reshaped(Call<long[]> c) {
        Tensor x = c.in(0);
        if (Layout.sizeOf(c.attribute()) != x.size()) {
            throw c.wrong("no reshape to " + Layout.text(c.attribute()) + ", which has another number of elements");
        }
        Layout l = x.layout().reshape(c.attribute());
        if (l != null) {
            return x.view(l);
        }
        Tensor y = c.empty(x.dtype(), c.attribute());
        Layout same = y.layout().reshape(x.shape());
        x.backend().copy(View.of(y.buffer(), same), x);
        return y;
    }

    private static int[] permutation(Call<int[]> c) {
        int rank = c.layout(0).rank();
        int[] axes = c.attribute();
        boolean[] seen = new boolean[rank];
        int[] r = new int[axes.length];
        boolean right = axes.length == rank;
        for (int i = 0; right && i < rank; i++) {
            r[i] = Layout.axis(axes[i], rank);
            right = !seen[r[i]];
            seen[r[i]] = true;
        }
        if (!right) {
            throw c.wrong("axes " + Arrays.toString(axes) + " are no permutation of the array's");
        }
        return r;
    }

    private static int[] inverse(int[] axes) {
        int[] r = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            r[axes[i]] = i;
        }
        return r;
    }

    private static Tensor broadcast(Call<long[]> c) {
        if (!c.layout(0).broadcastsTo(c.attribute())) {
            throw c.wrong("no broadcast to " + Layout.text(c.attribute()));
        }
        return c.in(0).view(c.layout(0).broadcastTo(c.attribute()));
    }

    private static Tensor place(Call<Placement> c) {
        Tensor y = zeros(c.in(0), c.attribute().shape());
        y.backend().copy(View.of(y.buffer(), c.attribute().region().of(y.layout())), c.in(0));
        return y;
    }

    /** Zeros of the dtype and device of x. */
    static Tensor zeros(Tensor x, long... shape) {
        Tensor y = Tensor.empty(x.backend(), x.dtype(), shape);
        return Conversions.fill(y, 0);
    }

    private static Tensor replace(Call<Region> c) {
        Tensor x = c.in(0);
        Layout part = c.attribute().of(Layout.of(x.shape()));
        if (!c.layout(1).broadcastsTo(part.shape())) {
            throw c.wrong("the new values do not broadcast to the region " + Layout.text(part.shape()));
        }
        Tensor v = c.dtype(1) == x.dtype() ? c.in(1) : Conversions.CAST.with(x.dtype(), c.in(1));
        Tensor y = c.empty(x.dtype(), x.shape());
        x.backend().copy(y, x);
        x.backend().copy(View.of(y.buffer(), part), v);
        return y;
    }

    private static Tensor[] replaceGradient(Call<Region> c, Tensor g) {
        Tensor value = c.wants(1) ? SLICE.with(c.attribute(), g) : null;
        Tensor rest = null;
        if (c.wants(0)) {
            rest = REPLACE.with(c.attribute(), g, zeros(g));
        }
        return grads(rest, value);
    }

    private static Tensor concat(Call<Integer> c) {
        Tensor[] in = c.inputs();
        int axis = c.layout(0).axis(c.attribute());
        long[] shape = c.shape(0);
        for (int i = 1; i < in.length; i++) {
            long[] s = c.shape(i);
            boolean fits = s.length == shape.length && c.dtype(i) == c.dtype(0);
            for (int k = 0; fits && k < s.length; k++) {
                fits = k == axis || s[k] == shape[k];
            }
            if (!fits) {
                throw c.wrong("arrays must agree in dtype and in all axes but " + axis);
            }
            shape[axis] += s[axis];
        }
        Tensor y = c.empty(c.dtype(0), shape);
        long at = 0;
        for (Tensor x : in) {
            Layout part = y.layout().slice(axis, at, x.size(axis), 1);
            y.backend().copy(View.of(y.buffer(), part), x);
            at += x.size(axis);
        }
        return y;
    }

    private static Tensor[] concatGradient(Call<Integer> c, Tensor g) {
        int axis = c.layout(0).axis(c.attribute());
        Tensor[] r = new Tensor[c.arity()];
        long at = 0;
        for (int i = 0; i < r.length; i++) {
            long n = c.layout(i).size(axis);
            r[i] = c.wants(i) ? SLICE.with(Region.along(g.shape(), axis, at, n), g) : null;
            at += n;
        }
        return r;
    }
}
