package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;

/**
 * The different elements (or slices) of an array in ascending order, which of them each one is, and how often each
 * occurs. All NaN are one element, as in NumPy.
 *
 * @param values the different elements or slices
 * @param inverse for each element or slice its place (int64) among the values
 * @param counts how often (int64) each of the values occurs
 */
public record Uniques(Tensor values, Tensor inverse, Tensor counts) {

    /** Of all elements: values and counts have one axis, inverse has the array's shape. */
    public static Uniques of(Tensor x) {
        try (Scope scope = Scope.open()) {
            Groups g = Groups.of(ShapeOps.reshape(untracked(x), x.size(), 1));
            Tensor flat = ShapeOps.reshape(x, x.size());
            return kept(scope, IndexOps.TAKE.with(0, flat, g.first), g, x.shape());
        }
    }

    /**
     * Of the slices along an axis, in lexicographic order: values differs from the array in the size of that axis only;
     * inverse and counts have one axis.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public static Uniques along(int axis, Tensor x) {
        int a = Axes.axis("unique", x, axis);
        try (Scope scope = Scope.open()) {
            Tensor keys = rows(a, untracked(x));
            while (keys.size(1) > 1) {
                Tensor[] sorted = Sorting.SORT.all(new Sorting.Order(0, false), keys);
                keys = paired(ranks(ids(sorted[0]), sorted[1]));
            }
            Groups g = Groups.of(keys);
            return kept(scope, IndexOps.TAKE.with(a, x, g.first), g, x.size(a));
        }
    }

    private static Uniques kept(Scope scope, Tensor values, Groups g, long... shape) {
        Tensor inverse = ShapeOps.RESHAPE.with(shape, g.ranks);
        return new Uniques(scope.keep(values), scope.keep(inverse), scope.keep(g.counts));
    }

    private static Tensor untracked(Tensor x) { return x.view(x.layout()); }

    /** One slice a row; of slices without elements, which are all equal, a column of zeros. */
    private static Tensor rows(int axis, Tensor x) {
        long n = x.size(axis);
        if (x.size() == 0) {
            return constant(x, 0, n, 1);
        }
        Tensor columns = ShapeOps.reshape(new Axes(false, axis).rows(x), x.size() / n, n);
        return ShapeOps.PERMUTE.with(new int[] {1, 0}, columns);
    }

    private static Tensor constant(Tensor like, Number value, long... shape) {
        return Conversions.fill(Tensor.empty(like.backend(), DType.INT64, shape), value);
    }

    /** Neighbouring columns of ranks as one: half as many columns in the same lexicographic order. */
    private static Tensor paired(Tensor ranks) {
        long n = ranks.size(0);
        long k = ranks.size(1);
        Tensor pairs = Arithmetic.ADD.on(Arithmetic.MUL_NUMBER.with(everySecond(ranks, 0), n), everySecond(ranks, 1));
        return k % 2 == 0 ? pairs : ShapeOps.CONCAT.with(1, pairs, Sorting.part(ranks, 1, k - 1, 1));
    }

    private static Tensor everySecond(Tensor x, long from) {
        return ShapeOps.SLICE.with(new ShapeOps.Region(new long[] {0, from}, new long[] {x.size(0), x.size(1) / 2},
                new long[] {1, 2}), x);
    }

    /** For each element the number of its value; from the numbers in sorted order and where they come from. */
    private static Tensor ranks(Tensor ids, Tensor places) {
        return IndexOps.SCATTER_ADD.with(new IndexOps.Target(0, ids.shape()), ids, places);
    }

    /** Numbers the different values of sorted columns. */
    private static Tensor ids(Tensor v) {
        long n = v.size(0);
        if (n == 0) {
            return constant(v, 0, v.shape());
        }
        Tensor before = Sorting.part(v, 0, 0, n - 1);
        Tensor differs = Comparisons.NEQ.on(before, Sorting.part(v, 0, 1, n - 1));
        if (v.dtype().isFloating()) {
            // What follows a NaN is a NaN.
            differs = Comparisons.AND.on(differs, Comparisons.NOT.on(Comparisons.IS_NAN.on(before)));
        }
        return ShapeOps.CONCAT.with(0, constant(v, 0, 1, v.size(1)), Sorting.CUM_SUM.with(0, differs));
    }

    /** A column divided into groups of equal values: each element's group, each group's first element and size. */
    private record Groups(Tensor ranks, Tensor first, Tensor counts) {

        static Groups of(Tensor column) {
            long n = column.size(0);
            Tensor[] sorted = Sorting.SORT.all(new Sorting.Order(0, false), column);
            Tensor ids = ids(sorted[0]);
            Tensor one = ShapeOps.BROADCAST.with(new long[] {n}, constant(column, 1, 1));
            long[] groups = {n == 0 ? 0 : last(ids) + 1};
            Tensor counts = IndexOps.SCATTER_ADD.with(new IndexOps.Target(0, groups), one, ShapeOps.reshape(ids, n));
            Tensor starts = Arithmetic.SUB.on(Sorting.CUM_SUM.with(0, counts), counts);
            Tensor first = IndexOps.TAKE.with(0, ShapeOps.reshape(sorted[1], n), starts);
            return new Groups(Uniques.ranks(ids, sorted[1]), first, counts);
        }

        private static long last(Tensor ids) {
            long[] v = new long[1];
            Observer.Installed.read(ids);
            ids.backend().read(ids.buffer(), ids.layout().offset() + ids.size() - 1, v, 0, 1);
            return v[0];
        }
    }
}
