package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** Arithmetic with the operands exchanged, selection, and several arrays as one. */
interface CombinationMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDArray rdivi(NDArray a) { throw TensorArray.missing("rdivi"); }
    @Override default NDArray rmodi(NDArray a) { throw TensorArray.missing("rmodi"); }
    @Override default NDArray rpowi(Number a) { throw TensorArray.missing("rpowi"); }
    @Override default NDArray where(NDArray a, NDArray b) { throw TensorArray.missing("where"); }
    @Override default NDArray stack(NDList a, int b) { throw TensorArray.missing("stack"); }
    @Override default NDArray concat(NDList a, int b) { throw TensorArray.missing("concat"); }
    // @formatter:on
}
