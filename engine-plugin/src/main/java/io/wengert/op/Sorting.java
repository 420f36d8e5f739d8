package io.wengert.op;

import static io.wengert.op.Primitive.op;
import static io.wengert.op.Primitive.ops;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.tensor.Tensor;

/** Order: positions of extrema, sorting, and running sums. */
public final class Sorting {

    /** The place (int64) of the first largest element along an axis; NaN counts as the largest. */
    public static final Primitive<Along> ARG_MAX = op("arg_max", (Call<Along> c) -> extreme(c, true));
    /** The place (int64) of the first smallest element along an axis; NaN counts as the smallest. */
    public static final Primitive<Along> ARG_MIN = op("arg_min", (Call<Along> c) -> extreme(c, false));

    /** Sorted values and the places (int64) they came from; stable; NaN last in ascending order. */
    public static final Primitive<Order> SORT = ops("sort", Sorting::sort).saves(Primitive.Value.OUT_1)
            .vjpAll((c, g) -> new Tensor[] {g[0] == null ? null
                    : IndexOps.SCATTER_ADD.with(new IndexOps.Target(c.layout(0).axis(c.attribute().axis()), c.shape(0)), g[0], c.out(1))});

    /** Running sum along the axis; integers in int64. */
    public static final Primitive<Integer> CUM_SUM = op("cum_sum", Sorting::running).vjp((c, g) -> {
        int axis = c.layout(0).axis(c.attribute());
        return Primitive.grads(flipped(Sorting.CUM_SUM.with(axis, flipped(g, axis)), axis));
    });

    /** One axis, and whether it stays with size 1. */
    public record Along(int axis, boolean keep) {}

    /** One axis, and the direction. */
    public record Order(int axis, boolean descending) {}

    private Sorting() {}

    /** The place of an extremum in the flattened array. */
    public static Tensor flat(Primitive<Along> extremum, Tensor x) {
        return extremum.with(new Along(0, false), ShapeOps.reshape(x, x.size()));
    }

    /** Running sum over the flattened array. */
    public static Tensor cumSum(Tensor x) { return CUM_SUM.with(0, ShapeOps.reshape(x, x.size())); }

    private static Tensor extreme(Call<Along> c, boolean largest) {
        Layout x = c.layout(0);
        if (!c.dtype(0).isReal()) {
            throw c.wrong("not defined for " + c.dtype(0).text());
        }
        int axis = x.axis(c.attribute().axis());
        if (x.size(axis) == 0) {
            throw c.wrong("no elements along axis " + axis);
        }
        Axes axes = new Axes(true, axis);
        Tensor y = c.empty(DType.INT64, axes.kept(x));
        c.backend().argReduce(largest, y, c.in(0), axis);
        if (c.attribute().keep()) {
            return y;
        }
        Tensor r = y.view(y.layout().reshape(new Axes(false, axis).result(x)));
        y.close();
        return r;
    }

    private static Tensor[] sort(Call<Order> c) {
        if (!c.dtype(0).isReal()) {
            throw c.wrong("no order among " + c.dtype(0).text());
        }
        int axis = c.layout(0).axis(c.attribute().axis());
        Tensor values = c.empty(c.dtype(0), c.shape(0));
        Tensor places = c.empty(DType.INT64, c.shape(0));
        if (values.size() > 0) {
            c.backend().sort(values, places, c.in(0), axis, c.attribute().descending());
        }
        return new Tensor[] {values, places};
    }

    private static Tensor running(Call<Integer> c) {
        if (!c.dtype(0).isReal()) {
            throw c.wrong("not defined for " + c.dtype(0).text());
        }
        DType type = c.dtype(0).accumulated();
        Tensor y = c.empty(type, c.shape(0));
        if (y.size() > 0) {
            c.backend().scan(Reduction.SUM, type.lane(), y, c.in(0), c.layout(0).axis(c.attribute()));
        }
        return y;
    }

    /** Backwards along one axis; a view. */
    static Tensor flipped(Tensor x, int axis) {
        ShapeOps.Region r = ShapeOps.Region.along(x.shape(), axis, Math.max(0, x.size(axis) - 1), x.size(axis));
        r.step()[axis] = -1;
        return ShapeOps.SLICE.with(r, x);
    }
}
