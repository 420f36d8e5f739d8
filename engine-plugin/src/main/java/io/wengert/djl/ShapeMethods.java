package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

/** Another shape or order of the same elements. */
interface ShapeMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray rotate90(int a, int[] b) { throw TensorArray.missing("rotate90"); }
    @Override default NDList split(long[] a, int b) { throw TensorArray.missing("split"); }
    @Override default NDArray flatten() { throw TensorArray.missing("flatten"); }
    @Override default NDArray flatten(int a, int b) { throw TensorArray.missing("flatten"); }
    @Override default NDArray pad(Shape a, double b) { throw TensorArray.missing("pad"); }
    @Override default NDArray reshape(Shape a) { throw TensorArray.missing("reshape"); }
    @Override default NDArray expandDims(int a) { throw TensorArray.missing("expandDims"); }
    @Override default NDArray squeeze(int[] a) { throw TensorArray.missing("squeeze"); }
    @Override default NDArray tile(long a) { throw TensorArray.missing("tile"); }
    @Override default NDArray tile(int a, long b) { throw TensorArray.missing("tile"); }
    @Override default NDArray tile(long[] a) { throw TensorArray.missing("tile"); }
    @Override default NDArray tile(Shape a) { throw TensorArray.missing("tile"); }
    @Override default NDArray repeat(long a) { throw TensorArray.missing("repeat"); }
    @Override default NDArray repeat(int a, long b) { throw TensorArray.missing("repeat"); }
    @Override default NDArray repeat(long[] a) { throw TensorArray.missing("repeat"); }
    @Override default NDArray repeat(Shape a) { throw TensorArray.missing("repeat"); }
    @Override default NDArray flip(int... a) { throw TensorArray.missing("flip"); }
    @Override default NDArray transpose() { throw TensorArray.missing("transpose"); }
    @Override default NDArray transpose(int... a) { throw TensorArray.missing("transpose"); }
    @Override default NDArray broadcast(Shape a) { throw TensorArray.missing("broadcast"); }
    // @formatter:on
}
