package io.wengert.op;

import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Operations that address elements by arrays of indices. Indices count from the back if negative. */
public final class IndexOps {

    /**
     * {@code y[.., i, ..] = x[.., index[.., i, ..], ..]} along the axis of the attribute: x and index have the same rank,
     * and index is no larger than x on the other axes.
     */
    public static final Primitive<Integer> GATHER = op("gather", IndexOps::gather).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.SCATTER_ADD.with(new Target(c.layout(0).axis(c.attribute()), c.shape(0)), g, c.in(1)), null));

    /** The transpose of gather: zeros of a shape, with the elements of x added at the indices. */
    public static final Primitive<Target> SCATTER_ADD = op("scatter_add", IndexOps::scatterAdd).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.GATHER.with(c.attribute().axis(), g, c.in(1)), null));

    /** Whole slices along the axis of the attribute: the axis is replaced by the axes of index. */
    public static final Primitive<Integer> TAKE = op("take", IndexOps::take).saves(IN_1).vjp(IndexOps::takeGradient);

    /** The transpose of take. */
    public static final Primitive<Target> PUT_ADD = op("put_add", IndexOps::putAdd).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.TAKE.with(c.attribute().axis(), g, c.in(1)), null));

    /** An array of some shape, indexed along an axis. */
    public record Target(int axis, long[] shape) {}

    private IndexOps() {}

    /** Indices as int64 within [0, n): any integral type, booleans excepted, negative ones counted from the back. */
    static Tensor places(Call<?> c, Tensor index, long n) {
        if (!index.dtype().isInteger() && !index.dtype().isFloating()) {
            throw c.wrong("indices must be integers");
        }
        Tensor p = index.dtype() == DType.INT64 ? index : Conversions.CAST.with(DType.INT64, index);
        if (p.size() == 0) {
            return p;
        }
        long least = extreme(Reductions.MIN, p);
        long most = extreme(Reductions.MAX, p);
        if (least < -n || most >= n) {
            throw new IndexOutOfBoundsException(c.op().name() + ": index " + (most >= n ? most : least)
                    + " is out of range for an axis of size " + n + " (" + c.in(0).text() + ")");
        }
        return least >= 0 ? p : Arithmetic.MOD_NUMBER.with(p, n);
    }

    private static long extreme(Primitive<Axes> reduction, Tensor p) {
        try (Tensor r = reduction.with(Axes.all(p.rank(), false), p)) {
            long[] v = new long[1];
            r.backend().read(r.buffer(), r.layout().offset(), v, 0, 1);
            return v[0];
        }
    }

    private static Tensor gather(Call<Integer> c) {
        Tensor x = c.in(0);
        Tensor index = c.in(1);
        if (index.rank() != x.rank()) {
            throw c.wrong("the indices must have as many axes as the array");
        }
        int axis = c.layout(0).axis(c.attribute());
        Layout l = x.layout();
        for (int i = 0; i < x.rank(); i++) {
            if (i != axis && index.size(i) > x.size(i)) {
                throw c.wrong("the indices are larger than the array on axis " + i);
            }
            l = i == axis ? l : l.slice(i, 0, index.size(i), 1);
        }
        Tensor p = places(c, index, x.size(axis));
        Tensor y = c.empty(x.dtype(), index.shape());
        x.backend().gather(y, View.of(x.buffer(), l), p, axis);
        return y;
    }

    private static Tensor scatterAdd(Call<Target> c) {
        Tensor x = c.in(0);
        int axis = c.attribute().axis();
        Tensor p = places(c, c.in(1), c.attribute().shape()[axis]);
        Tensor y = ShapeOps.zeros(x, c.attribute().shape());
        Layout l = y.layout();
        for (int i = 0; i < x.rank(); i++) {
            l = i == axis ? l : l.slice(i, 0, x.size(i), 1);
        }
        x.backend().scatter(View.of(y.buffer(), l), p, x, axis, true);
        return y;
    }

    /** Index arrays of take, flattened: the array is seen as (before, axis, after). */
    private static long[] three(Layout x, int axis, long n) {
        long before = 1;
        long after = 1;
        for (int i = 0; i < x.rank(); i++) {
            before *= i < axis ? x.size(i) : 1;
            after *= i > axis ? x.size(i) : 1;
        }
        return new long[] {before, n, after};
    }

    private static Tensor take(Call<Integer> c) {
        Tensor index = c.in(1);
        int axis = c.layout(0).axis(c.attribute());
        Tensor x = c.in(0);
        long n = x.size(axis);
        Tensor p = places(c, index, n);
        Tensor flat = ShapeOps.reshape(x, three(x.layout(), axis, n));
        Tensor y = c.empty(x.dtype(), spliced(x.shape(), axis, index.shape()));
        Layout out = y.layout().reshape(three(x.layout(), axis, index.size()));
        Tensor q = ShapeOps.reshape(p, index.size());
        x.backend().gather(View.of(y.buffer(), out), flat,
                View.of(q.buffer(), rows(q, out)), 1);
        return y;
    }

    /** One index a slice, repeated over what lies before and after the axis. */
    private static Layout rows(Tensor p, Layout out) {
        return Layout.of(out.shape(), new long[] {0, p.layout().stride(0), 0}, p.layout().offset());
    }

    /** The shape with one axis replaced by several. */
    static long[] spliced(long[] shape, int axis, long[] by) {
        long[] s = Arrays.copyOf(shape, shape.length - 1 + by.length);
        System.arraycopy(by, 0, s, axis, by.length);
        System.arraycopy(shape, axis + 1, s, axis + by.length, shape.length - 1 - axis);
        return s;
    }

    private static Tensor[] takeGradient(Call<Integer> c, Tensor g) {
        Target target = new Target(c.layout(0).axis(c.attribute()), c.shape(0));
        return grads(PUT_ADD.with(target, g, c.in(1)), null);
    }

    private static Tensor putAdd(Call<Target> c) {
        Tensor x = c.in(0);
        Tensor index = c.in(1);
        int axis = c.attribute().axis();
        long n = c.attribute().shape()[axis];
        Tensor y = ShapeOps.zeros(x, c.attribute().shape());
        Layout out = y.layout().reshape(three(y.layout(), axis, n));
        Tensor flat = ShapeOps.reshape(x, three(y.layout(), axis, index.size()));
        Tensor p = ShapeOps.reshape(places(c, index, n), index.size());
        x.backend().scatter(View.of(y.buffer(), out),
                View.of(p.buffer(), rows(p, flat.layout())), flat, 1, true);
        return y;
    }
}
