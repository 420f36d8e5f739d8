package io.wengert.op;

import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.Value.OUT_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;
import static io.wengert.op.Primitive.ops;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;

/** Order and running values: positions of extrema, sorting, running sums and products, differences. */
public final class Sorting {

    /** The place (int64) of the first largest element along an axis; NaN counts as the largest. */
    public static final Primitive<Along> ARG_MAX = op("arg_max", (Call<Along> c) -> extreme(c, true));
    /** The place (int64) of the first smallest element along an axis; NaN counts as the smallest. */
    public static final Primitive<Along> ARG_MIN = op("arg_min", (Call<Along> c) -> extreme(c, false));

    /** Sorted values and the places (int64) they came from; stable; NaN counts as the largest. */
    public static final Primitive<Order> SORT = ops("sort", Sorting::sorted).saves(OUT_1)
            .vjpAll((c, g) -> grads(g[0] == null ? null : IndexOps.SCATTER_ADD.with(target(c), g[0], c.out(1))));
    /** The places (int64) of {@link #SORT} alone. */
    public static final Primitive<Order> ARG_SORT = op("arg_sort", Sorting::places);

    /** Running sum along the axis; integers in int64. */
    public static final Primitive<Integer> CUM_SUM = op("cum_sum", (Call<Integer> c) -> running(c, Reduction.SUM))
            .vjp((c, g) -> {
                int axis = c.layout(0).axis(c.attribute());
                return grads(flipped(Sorting.CUM_SUM.with(axis, flipped(g, axis)), axis));
            });
    /** Running product along the axis; integers in int64. */
    public static final Primitive<Integer> CUM_PROD = op("cum_prod", (Call<Integer> c) -> running(c, Reduction.PROD))
            .saves(IN_0, OUT_0).vjp(Sorting::cumProdGradient);

    /** One axis, and whether it stays with size 1. */
    public record Along(int axis, boolean keep) {}

    /** One axis, and the direction. */
    public record Order(int axis, boolean descending) {}

    private Sorting() {}

    /** The place of an extremum in the flattened array. */
    public static Tensor flat(Primitive<Along> extremum, Tensor x) {
        return ShapeOps.scoped(() -> extremum.with(new Along(0, false), ShapeOps.reshape(x, x.size())));
    }

    /** Running sum over the flattened array. */
    public static Tensor cumSum(Tensor x) {
        return ShapeOps.scoped(() -> CUM_SUM.with(0, ShapeOps.reshape(x, x.size())));
    }

    /** Running product of the array converted to a type, in that type. */
    public static Tensor cumProd(int axis, DType type, Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor y = CUM_PROD.with(axis, Conversions.CAST.with(type, x));
            return scope.keep(y.dtype() == type ? y : Conversions.CAST.with(type, y));
        }
    }

    /** The values along the last axis in ascending order; an array without axes is in order already. */
    public static Tensor sort(Tensor x) { return x.rank() == 0 ? x.share() : SORT.with(new Order(-1, false), x); }

    /** The places along the last axis in ascending order of the values. */
    public static Tensor argSort(Tensor x) {
        return x.rank() > 0 ? ARG_SORT.with(new Order(-1, false), x)
                : Conversions.fill(Tensor.empty(x.backend(), DType.INT64), 0);
    }

    /**
     * The k largest or smallest elements along an axis, best first, and their places (int64); of equal ones the first.
     *
     * @throws IllegalArgumentException if there are less than k
     */
    public static Tensor[] topK(long k, int axis, boolean largest, Tensor x) {
        int a = Axes.axis("top_k", x, axis);
        if (k < 0 || k > x.size(a)) {
            throw Op.wrong("top_k", "no " + k + " elements along axis " + axis, x);
        }
        try (Scope scope = Scope.open()) {
            Tensor[] sorted = SORT.all(new Order(a, largest), x);
            if (k == x.size(a)) {
                return new Tensor[] {scope.keep(sorted[0]), scope.keep(sorted[1])};
            }
            // Copies, so that a few elements do not hold on to all.
            return new Tensor[] {scope.keep(Conversions.COPY.on(part(sorted[0], a, 0, k))),
                scope.keep(Conversions.COPY.on(part(sorted[1], a, 0, k)))};
        }
    }

    /**
     * The differences between neighbours along an axis, taken n times; of booleans whether they differ.
     *
     * @throws IllegalArgumentException if n is negative
     */
    public static Tensor diff(int n, int axis, Tensor x) {
        int a = Axes.axis("diff", x, axis);
        if (n < 0) {
            throw Op.wrong("diff", "the order " + n + " is negative", x);
        }
        try (Scope scope = Scope.open()) {
            Tensor y = x;
            for (int i = 0; i < n && y.size(a) > 0; i++) {
                long m = y.size(a) - 1;
                y = (x.dtype() == DType.BOOL ? Comparisons.XOR : Arithmetic.SUB).on(part(y, a, 1, m), part(y, a, 0, m));
            }
            return scope.keep(y);
        }
    }

    /** A part of an array along one axis; a view. */
    static Tensor part(Tensor x, int axis, long from, long count) {
        return ShapeOps.SLICE.with(ShapeOps.Region.along(x.shape(), axis, from, count), x);
    }

    /** Backwards along one axis; a view. */
    static Tensor flipped(Tensor x, int axis) {
        ShapeOps.Region r = ShapeOps.Region.along(x.shape(), axis, Math.max(0, x.size(axis) - 1), x.size(axis));
        r.step()[axis] = -1;
        return ShapeOps.SLICE.with(r, x);
    }

    private static int check(Call<?> c, int axis) {
        if (!c.dtype(0).isReal()) {
            throw c.wrong("not defined for " + c.dtype(0).text());
        }
        return Axes.axis(c.op().name(), c.in(0), axis);
    }

    private static Tensor extreme(Call<Along> c, boolean largest) {
        Layout x = c.layout(0);
        int axis = check(c, c.attribute().axis());
        if (x.size(axis) == 0) {
            throw c.wrong("no elements along axis " + c.attribute().axis());
        }
        Tensor y = c.empty(DType.INT64, new Axes(true, axis).kept(x));
        c.backend().argReduce(largest, y, c.in(0), axis);
        if (c.attribute().keep()) {
            return y;
        }
        Tensor r = y.view(y.layout().reshape(new Axes(false, axis).result(x)));
        y.close();
        return r;
    }

    private static Tensor[] sorted(Call<Order> c) {
        int axis = check(c, c.attribute().axis());
        Tensor values = c.empty(c.dtype(0), c.shape(0));
        Tensor places = c.empty(DType.INT64, c.shape(0));
        if (values.size() > 0) {
            c.backend().sort(values, places, c.in(0), axis, c.attribute().descending());
        }
        return new Tensor[] {values, places};
    }

    private static IndexOps.Target target(Call<Order> c) {
        return new IndexOps.Target(c.layout(0).axis(c.attribute().axis()), c.shape(0));
    }

    private static Tensor places(Call<Order> c) {
        int axis = check(c, c.attribute().axis());
        Tensor places = c.empty(DType.INT64, c.shape(0));
        if (places.size() > 0) {
            c.backend().sort(null, places, c.in(0), axis, c.attribute().descending());
        }
        return places;
    }

    private static Tensor running(Call<Integer> c, Reduction reduction) {
        if (c.dtype(0).isComplex()) {
            return complexRunning(c, reduction, Axes.axis(c.op().name(), c.in(0), c.attribute()));
        }
        int axis = check(c, c.attribute());
        DType type = c.dtype(0).accumulated();
        Tensor y = c.empty(type, c.shape(0));
        if (y.size() > 0) {
            c.backend().scan(reduction, type.lane(), y, c.in(0), axis);
        }
        return y;
    }

    /** Products by doubling the distance, as {@link #recurrence}. */
    private static Tensor complexRunning(Call<Integer> c, Reduction reduction, int axis) {
        Tensor x = c.in(0);
        if (reduction == Reduction.SUM) {
            Tensor y = c.empty(DType.COMPLEX64, c.shape(0));
            c.backend().scan(reduction, DType.FLOAT32, Complex.parts(y), Complex.parts(x), axis);
            return y;
        }
        long n = x.size(axis);
        return ShapeOps.scoped(() -> {
            Tensor y = Conversions.COPY.on(x);
            for (long k = 1; k < n; k *= 2) {
                Tensor tail = Arithmetic.MUL.on(part(y, axis, k, n - k), part(y, axis, 0, n - k));
                y = ShapeOps.CONCAT.with(axis, part(y, axis, 0, k), tail);
            }
            return y;
        });
    }

    /**
     * The product of those before times {@code s[j] = g[j] + x[j + 1] s[j + 1]}, the gradient of what follows: no
     * division, and so right for zeros.
     */
    private static Tensor[] cumProdGradient(Call<Integer> c, Tensor g) {
        int axis = c.layout(0).axis(c.attribute());
        long n = c.layout(0).size(axis);
        if (n < 2) {
            return grads(g);
        }
        Tensor factors = Complex.conjugate(part(flipped(c.in(0), axis), axis, 0, n - 1));
        Tensor s = flipped(recurrence(factors, flipped(g, axis), axis), axis);
        Tensor before = Complex.conjugate(part(c.out(0), axis, 0, n - 1));
        Tensor rest = Arithmetic.MUL.on(before, part(s, axis, 1, n - 1));
        return grads(ShapeOps.CONCAT.with(axis, part(s, axis, 0, 1), rest));
    }

    /**
     * {@code y[i] = b[i] + a[i - 1] y[i - 1]} by doubling the distance (Kogge and Stone, 1973), so that it consists of
     * few operations which can all be differentiated.
     */
    private static Tensor recurrence(Tensor a, Tensor b, int axis) {
        long n = b.size(axis);
        Tensor y = b;
        Tensor p = a;
        for (long k = 1; k < n; k *= 2) {
            // p[i] is the product of k factors, from y[i] to y[i + k].
            Tensor tail = Arithmetic.ADD.on(part(y, axis, k, n - k), Arithmetic.MUL.on(p, part(y, axis, 0, n - k)));
            y = ShapeOps.CONCAT.with(axis, part(y, axis, 0, k), tail);
            if (2 * k < n) {
                p = Arithmetic.MUL.on(part(p, axis, k, n - 2 * k), part(p, axis, 0, n - 2 * k));
            }
        }
        return y;
    }
}
