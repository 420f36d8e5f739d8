package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.wengert.op.Sorting;
import io.wengert.op.Uniques;

/** Order and running values: sorting, positions of extrema, cumulative sums and products, differences. */
interface SortingMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray argMax() { return give(Sorting.flat(Sorting.ARG_MAX, tensor())); }
    @Override default NDArray argMax(int axis) { return with(new Sorting.Along(axis, false), Sorting.ARG_MAX); }
    @Override default NDArray argMin() { return give(Sorting.flat(Sorting.ARG_MIN, tensor())); }
    @Override default NDArray argMin(int axis) { return with(new Sorting.Along(axis, false), Sorting.ARG_MIN); }
    @Override default NDArray argSort() { return give(Sorting.argSort(tensor())); }
    @Override default NDArray sort() { return give(Sorting.sort(tensor())); }
    @Override default NDArray sort(int axis) { return with(new Sorting.Order(axis, false), Sorting.SORT); }
    @Override default NDArray cumSum() { return give(Sorting.cumSum(tensor())); }
    @Override default NDArray cumSum(int axis) { return with(axis, Sorting.CUM_SUM); }
    @Override default NDArray cumProd(int axis) { return with(axis, Sorting.CUM_PROD); }
    @Override default NDArray diff(int n, int axis) { return give(Sorting.diff(n, axis, tensor())); }
    // @formatter:on

    @Override
    default NDArray argSort(int axis, boolean ascending) {
        return with(new Sorting.Order(axis, !ascending), Sorting.ARG_SORT);
    }

    @Override
    default NDArray cumProd(int axis, DataType type) { return give(Sorting.cumProd(axis, DTypes.of(type), tensor())); }

    /** Of equal elements the first ones; in order whether asked for or not. */
    @Override
    default NDList topK(int k, int axis, boolean largest, boolean sorted) {
        return give(Sorting.topK(k, axis, largest, tensor()));
    }

    /** The values always come sorted: sorting is how they are found. */
    @Override
    default NDList unique(Integer axis, boolean sorted, boolean returnInverse, boolean returnCounts) {
        Uniques u = axis == null ? Uniques.of(tensor()) : Uniques.along(axis, tensor());
        NDList r = give(u.values(), u.inverse(), u.counts());
        if (!returnCounts) {
            r.remove(2).close();
        }
        if (!returnInverse) {
            r.remove(1).close();
        }
        return r;
    }
}
