package io.wengert.op;

import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;
import static io.wengert.op.ShapeOps.scoped;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Operations that address elements by arrays of indices. Indices count from the back if negative. */
public final class IndexOps {

    /**
     * {@code y[.., i, ..] = x[.., index[.., i, ..], ..]} along the axis of the attribute: x and index have the same
     * rank, and index is no larger than x on the other axes.
     */
    public static final Primitive<Integer> GATHER = indexed("gather", IndexOps::gather).takes(2).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.SCATTER_ADD.with(target(c), g, c.in(1)), null));

    /** The transpose of gather: zeros of a shape, with the elements of x added at the indices. */
    public static final Primitive<Target> SCATTER_ADD = indexed("scatter_add", IndexOps::scatterAdd).takes(2).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.GATHER.with(c.attribute().axis(), g, c.in(1)), null));

    /** Whole slices along the axis of the attribute: the axis is replaced by the axes of index. */
    public static final Primitive<Integer> TAKE = indexed("take", IndexOps::take).takes(2).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.PUT_ADD.with(target(c), g, c.in(1)), null)).rows(IndexOps::takenRows);

    /** The transpose of take. */
    public static final Primitive<Target> PUT_ADD = indexed("put_add", IndexOps::putAdd).takes(2).saves(IN_1)
            .vjp((c, g) -> grads(IndexOps.TAKE.with(c.attribute().axis(), g, c.in(1)), null));

    /**
     * The first array with {@code y[.., index[.., i, ..], ..] = value[.., i, ..]} along the axis of the attribute;
     * index as for gather, and value broadcasts to it. Of several values for one place the last one wins, and gets the
     * gradient.
     */
    public static final Primitive<Integer> SCATTER = indexed("scatter", IndexOps::scattered).takes(3).saves(IN_1)
            .vjp(IndexOps::scatterGradient);

    /**
     * The first array with the slices along the axis of the attribute that the second names replaced by those of the
     * third, which broadcasts to the shape that take gives. Of several values for one place the last one wins.
     */
    public static final Primitive<Integer> PUT = indexed("put", IndexOps::put).takes(3).saves(IN_1).vjp(IndexOps::putGradient);

    /** An array of some shape, indexed along an axis. */
    public record Target(int axis, long[] shape) {}

    /** How many indices are brought to the host at a time to be checked. */
    private static final int CHUNK = 1 << 16;

    /** So many times more rows than indices there must be for a gradient to be kept by its rows. */
    private static final int FEW_ROWS = 2;

    private IndexOps() {}

    /** An operation whose temporary tensors are closed when it ends. */
    private static <A> Primitive<A> indexed(String name, Primitive.Forward<A> forward) {
        return op(name, c -> scoped(() -> forward.run(c)));
    }

    /** What is indexed in a call, as the target of its transpose. */
    private static Target target(Call<Integer> c) { return new Target(c.layout(0).axis(c.attribute()), c.shape(0)); }

    /**
     * Indices as int64 within [0, n): any integer type, or floating with integral values; negative ones counted from
     * the back.
     *
     * @param of the array that is indexed, for messages
     * @throws IndexOutOfBoundsException naming the first wrong extreme, the size of the axis and the array
     */
    static Tensor places(String name, Tensor index, long n, String of) {
        if (!index.dtype().isInteger() && !index.dtype().isFloating()) {
            throw Op.wrong(name, "indices must be integers, not " + index.dtype().text() + " (of " + of + ")");
        }
        Tensor p = index.dtype() == DType.INT64 ? index : Conversions.CAST.with(DType.INT64, index);
        if (p.size() == 0) {
            return p;
        }
        if (index.dtype().isFloating() && !isExact(index, p)) {
            throw Op.wrong(name, "floating indices must have integral values (of " + of + ")", index);
        }
        long[] range = range(p);
        // A uint64 beyond int64 has become negative.
        boolean wrapped = index.dtype() == DType.UINT64 && range[0] < 0;
        if (wrapped || range[0] < -n || range[1] >= n) {
            throw new IndexOutOfBoundsException(name + ": index " + (wrapped ? Long.toUnsignedString(range[0])
                    : Long.toString(range[1] >= n ? range[1] : range[0])) + " is out of range for an axis of size " + n
                    + " of the array " + of);
        }
        return range[0] >= 0 ? p : Arithmetic.MOD_NUMBER.with(p, n);
    }

    private static boolean isExact(Tensor index, Tensor places) {
        return !IndexMasks.any(Comparisons.NEQ.on(index, Conversions.CAST.with(index.dtype(), places)));
    }

    /** The least and the largest element of an int64 array that is not empty. */
    private static long[] range(Tensor p) {
        Observer.Installed.read(p);
        Tensor row = Conversions.contiguous(p);
        long[] v = new long[(int) Math.min(p.size(), CHUNK)];
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long at = 0; at < p.size(); at += v.length) {
            int n = (int) Math.min(v.length, p.size() - at);
            row.backend().read(row.buffer(), row.layout().offset() + at, v, 0, n);
            for (int i = 0; i < n; i++) {
                least = Math.min(least, v[i]);
                most = Math.max(most, v[i]);
            }
        }
        return new long[] {least, most};
    }

    private static Tensor places(Call<?> c, Tensor index, long n) {
        return places(c.op().name(), index, n, c.in(0).text());
    }

    /** The part of a layout that indices along an axis can reach: no larger than they are on the other axes. */
    private static Layout reach(Call<?> c, Layout x, Tensor index, int axis) {
        if (index.rank() != x.rank()) {
            throw c.wrong("the indices must have as many axes as the array");
        }
        Layout l = x;
        for (int i = 0; i < x.rank(); i++) {
            if (i != axis && index.size(i) > x.size(i)) {
                throw c.wrong("the indices are larger than the array on axis " + i);
            }
            l = i == axis ? l : l.slice(i, 0, index.size(i), 1);
        }
        return l;
    }

    private static Tensor gather(Call<Integer> c) {
        Tensor x = c.in(0);
        Tensor index = c.in(1);
        int axis = c.layout(0).axis(c.attribute());
        Layout l = reach(c, x.layout(), index, axis);
        Tensor p = places(c, index, x.size(axis));
        Tensor y = c.empty(x.dtype(), index.shape());
        x.backend().gather(y, View.of(x.buffer(), l), p, axis);
        return y;
    }

    private static Tensor scattered(Call<Integer> c) {
        Tensor x = c.in(0);
        Tensor index = c.in(1);
        int axis = c.layout(0).axis(c.attribute());
        Tensor y = c.empty(x.dtype(), x.shape());
        Layout l = reach(c, y.layout(), index, axis);
        Tensor p = places(c, index, x.size(axis));
        x.backend().copy(y, x);
        x.backend().scatter(View.of(y.buffer(), l), p, values(c, index.shape()), axis, false);
        return y;
    }

    /** The values to be stored (input 2) in the array's dtype and the shape of their places. */
    private static Tensor values(Call<?> c, long[] shape) {
        Tensor v = c.in(2);
        if (!v.layout().broadcastsTo(shape)) {
            throw c.wrong("the values do not broadcast to their places, " + Layout.text(shape));
        }
        Tensor same = v.dtype() == c.dtype(0) ? v : Conversions.CAST.with(c.dtype(0), v);
        return same.view(same.layout().broadcastTo(shape));
    }

    private static Tensor[] scatterGradient(Call<Integer> c, Tensor g) {
        int axis = c.layout(0).axis(c.attribute());
        Tensor index = c.in(1);
        Tensor rest = c.wants(0) ? SCATTER.with(axis, g, index, ShapeOps.zeros(g)) : null;
        if (!c.wants(2)) {
            return grads(rest, null, null);
        }
        Tensor number = IndexMasks.count(g.backend(), index.shape());
        Tensor base = Conversions.fill(Tensor.empty(g.backend(), DType.INT64, c.shape(0)), 0);
        Tensor last = GATHER.with(axis, SCATTER.with(axis, base, index, number), index);
        Tensor won = Comparisons.EQ.on(last, number);
        Tensor value = IndexMasks.where(won, GATHER.with(axis, g, index), ShapeOps.zeros(g));
        return grads(rest, null, value);
    }

    private static Tensor put(Call<Integer> c) {
        Tensor x = c.in(0);
        int axis = c.layout(0).axis(c.attribute());
        Tensor p = places(c, c.in(1), x.size(axis));
        long[] shape = spliced(x.shape(), axis, p.shape());
        Tensor v = values(c, shape);
        Tensor y = c.empty(x.dtype(), x.shape());
        x.backend().copy(y, x);
        store(y, p, v, axis, false);
        return y;
    }

    /** Writes or adds slices of v, whose axis is replaced by the axes of the places p, into the row-major y. */
    static void store(Tensor y, Tensor p, Tensor v, int axis, boolean add) {
        Layout out = y.layout().reshape(three(y.layout(), axis, y.size(axis)));
        Tensor flat = ShapeOps.seen(v, three(y.layout(), axis, p.size()));
        Tensor q = ShapeOps.seen(p, p.size());
        y.backend().scatter(View.of(y.buffer(), out), View.of(q.buffer(), rows(q, flat.layout())), flat, 1, add);
    }

    private static Tensor[] putGradient(Call<Integer> c, Tensor g) {
        int axis = c.layout(0).axis(c.attribute());
        Tensor index = c.in(1);
        Tensor rest = c.wants(0) ? PUT.with(axis, g, index, ShapeOps.zeros(g)) : null;
        if (!c.wants(2)) {
            return grads(rest, null, null);
        }
        Tensor number = IndexMasks.count(g.backend(), index.shape());
        Tensor base = Conversions.fill(Tensor.empty(g.backend(), DType.INT64, c.layout(0).size(axis)), 0);
        Tensor last = Comparisons.EQ.on(TAKE.with(0, PUT.with(0, base, index, number), index), number);
        long[] shape = Arrays.copyOf(index.shape(), index.rank() + c.layout(0).rank() - 1 - axis);
        Arrays.fill(shape, index.rank(), shape.length, 1);
        Tensor value = IndexMasks.where(ShapeOps.reshape(last, shape), TAKE.with(axis, g, index), ShapeOps.zeros(g));
        return grads(rest, null, value);
    }

    private static Tensor scatterAdd(Call<Target> c) {
        Tensor x = c.in(0);
        int axis = c.attribute().axis();
        if (x.dtype() == DType.STRING || !x.layout().sameShape(c.layout(1))) {
            throw c.wrong("numbers, and as many indices, are needed");
        }
        Tensor p = places(c, c.in(1), c.attribute().shape()[axis]);
        Tensor y = ShapeOps.zeros(x, c.attribute().shape());
        Layout l = reach(c, y.layout(), c.in(1), axis);
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
        Tensor flat = ShapeOps.seen(x, three(x.layout(), axis, n));
        Tensor y = c.empty(x.dtype(), spliced(x.shape(), axis, index.shape()));
        Layout out = y.layout().reshape(three(x.layout(), axis, index.size()));
        Tensor q = ShapeOps.seen(p, index.size());
        x.backend().gather(View.of(y.buffer(), out), flat, View.of(q.buffer(), rows(q, out)), 1);
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

    /** With few indices the gradient is mostly zeros. */
    private static RowGradient takenRows(Call<Integer> c, Tensor g) {
        Target t = target(c);
        Tensor index = c.in(1);
        if (t.axis() != 0 || FEW_ROWS * index.size() > t.shape()[0] || g.dtype() != c.dtype(0) || t.shape()[0] > Integer.MAX_VALUE) {
            return null;
        }
        try (Scope scope = Scope.open()) {
            return RowGradient.of(t.shape(), g, places(c.op().name(), index, t.shape()[0], Layout.text(t.shape())));
        }
    }

    private static Tensor putAdd(Call<Target> c) {
        Tensor x = c.in(0);
        Tensor index = c.in(1);
        int axis = c.attribute().axis();
        long[] shape = c.attribute().shape();
        long n = shape[axis];
        if (x.dtype() == DType.STRING || !x.layout().hasShape(spliced(shape, axis, index.shape()))) {
            throw c.wrong("numbers of the shape " + Layout.text(spliced(shape, axis, index.shape())) + " are needed");
        }
        Tensor y = ShapeOps.zeros(x, shape);
        store(y, places(c, index, n), x, axis, true);
        return y;
    }

    /** Elements by their places in the flattened array; of the shape of the indices. */
    public static Tensor takeFlat(Tensor x, Tensor index) {
        return scoped(() -> TAKE.with(0, ShapeOps.reshape(x, x.size()), index));
    }

    /** The array with the elements at places in the flattened array replaced by values of the shape of the indices. */
    public static Tensor putFlat(Tensor x, Tensor index, Tensor value) {
        if (!value.layout().sameShape(index.layout())) {
            throw Op.wrong("put", "values and indices must have one shape", x, index, value);
        }
        return scoped(() -> ShapeOps.reshape(PUT.with(0, ShapeOps.reshape(x, x.size()), index, value), x.shape()));
    }

    /** {@link #SCATTER} of values of which there may be more than indices; without indices the array itself. */
    public static Tensor scatter(Tensor x, Tensor index, Tensor value, int axis) {
        if (index.size() == 0) {
            return x.share();
        }
        boolean larger = value.rank() == index.rank() && !value.layout().broadcastsTo(index.shape());
        for (int i = 0; larger && i < index.rank(); i++) {
            larger = value.size(i) >= index.size(i);
        }
        ShapeOps.Region part = ShapeOps.Region.first(index.shape());
        boolean cut = larger;
        return scoped(() -> SCATTER.with(axis, x, index, cut ? ShapeOps.SLICE.with(part, value) : value));
    }

    /**
     * The elements (or slices) at the places that the columns of index name.
     *
     * @param index (depth, ..): for each of the first axes of x its indices; the other axes of x stay
     */
    public static Tensor gatherNd(Tensor x, Tensor index) {
        if (index.rank() == 0 || index.size(0) > x.rank()) {
            throw Op.wrong("gather_nd", "the indices' first axis must not be longer than the array has axes", x, index);
        }
        if (index.size(0) == 0) {
            long[] rest = Arrays.copyOfRange(index.shape(), 1, index.rank());
            return ShapeOps.BROADCAST.with(spliced(ShapeOps.expandDims(x, 0).shape(), 0, rest), x);
        }
        return scoped(() -> {
            IndexExpression.Item[] items = new IndexExpression.Item[(int) index.size(0)];
            for (int i = 0; i < items.length; i++) {
                items[i] = new IndexExpression.Places(IndexExpression.at(index, i));
            }
            return new IndexExpression(items).get(x);
        });
    }

    /**
     * What {@code NDIndex.addPickDim} names: one element for each place of the other axes if index has their shape,
     * with or without the axis, which stays with size 1; else, and along the first axis if it has not the same rank,
     * whole slices as {@link #TAKE} gives them.
     *
     * @throws IllegalArgumentException if index has as many axes as would pick elements, but other sizes
     */
    public static Tensor pick(Tensor x, Tensor index, int axis) {
        int a = x.layout().axis(axis);
        return scoped(() -> {
            Tensor i = aligned(x, index, a);
            return i == null ? TAKE.with(a, x, index) : GATHER.with(a, x, i);
        });
    }

    /** The array with what {@link #pick} gives replaced by the value, which broadcasts. */
    public static Tensor replacePicked(Tensor x, Tensor index, int axis, Tensor value) {
        int a = x.layout().axis(axis);
        return scoped(() -> {
            Tensor i = aligned(x, index, a);
            return i == null ? PUT.with(a, x, index, value) : SCATTER.with(a, x, i, value);
        });
    }

    /** The index array in the form that gather takes, or null if it names slices. */
    private static Tensor aligned(Tensor x, Tensor index, int axis) {
        boolean picks = axis > 0 && (index.rank() == x.rank() || index.rank() == x.rank() - 1);
        Tensor i = picks && index.rank() < x.rank() ? ShapeOps.expandDims(index, axis) : index;
        boolean fits = i.rank() == x.rank();
        for (int k = 0; fits && k < x.rank(); k++) {
            fits = k == axis || i.size(k) == x.size(k);
        }
        if (picks && !fits) {
            throw Op.wrong("pick", "one index for each place of the other axes than " + axis
                    + " is needed: the array and its indices (or labels) do not go together", x, index);
        }
        return fits ? i : null;
    }
}
