package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.wengert.op.Sorting;

/** Order and running values: sorting, positions of extrema, cumulative sums and products, differences. */
interface SortingMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray cumProd(int a) { throw TensorArray.missing("cumProd"); }
    @Override default NDArray cumProd(int a, DataType b) { throw TensorArray.missing("cumProd"); }
    @Override default NDList unique(Integer a, boolean b, boolean c, boolean d) { throw TensorArray.missing("unique"); }
    @Override default NDArray argSort(int a, boolean b) { throw TensorArray.missing("argSort"); }
    @Override default NDArray sort() { throw TensorArray.missing("sort"); }
    @Override default NDArray sort(int a) { throw TensorArray.missing("sort"); }
    @Override default NDArray cumSum() { return give(Sorting.cumSum(tensor())); }
    @Override default NDArray cumSum(int axis) { return with(axis, Sorting.CUM_SUM); }
    @Override default NDArray argMax() { return give(Sorting.flat(Sorting.ARG_MAX, tensor())); }
    @Override default NDArray argMax(int axis) { return with(new Sorting.Along(axis, false), Sorting.ARG_MAX); }
    @Override default NDList topK(int a, int b, boolean c, boolean d) { throw TensorArray.missing("topK"); }
    @Override default NDArray argMin() { return give(Sorting.flat(Sorting.ARG_MIN, tensor())); }
    @Override default NDArray argMin(int axis) { return with(new Sorting.Along(axis, false), Sorting.ARG_MIN); }
    @Override default NDArray diff(int a, int b) { throw TensorArray.missing("diff"); }
    // @formatter:on
}
