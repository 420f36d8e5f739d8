package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

/** Parts of arrays by index arrays and masks. */
interface IndexMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray gather(NDArray a, int b) { throw TensorArray.missing("gather"); }
    @Override default NDArray gatherNd(NDArray a) { throw TensorArray.missing("gatherNd"); }
    @Override default NDArray take(NDManager a, NDArray b) { throw TensorArray.missing("take"); }
    @Override default NDArray put(NDArray a, NDArray b) { throw TensorArray.missing("put"); }
    @Override default NDArray scatter(NDArray a, NDArray b, int c) { throw TensorArray.missing("scatter"); }
    @Override default NDArray booleanMask(NDArray a, int b) { throw TensorArray.missing("booleanMask"); }
    @Override default NDArray sequenceMask(NDArray a, float b) { throw TensorArray.missing("sequenceMask"); }
    @Override default NDArray sequenceMask(NDArray a) { throw TensorArray.missing("sequenceMask"); }
    @Override default NDArray nonzero() { throw TensorArray.missing("nonzero"); }
    @Override default NDArray oneHot(int a, float b, float c, DataType d) { throw TensorArray.missing("oneHot"); }
    // @formatter:on
}
