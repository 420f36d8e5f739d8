package io.wengert.djl;

import ai.djl.ndarray.NDList;

/** One step of an optimizer, in place on weights and states. */
interface OptimizerMethods extends TensorArrayEx {
    // @formatter:off
    @Override default void adadeltaUpdate(NDList a, NDList b, float c, float d, float e, float f, float g) { throw TensorArray.missing("adadeltaUpdate"); }
    @Override default void adagradUpdate(NDList a, NDList b, float c, float d, float e, float f, float g) { throw TensorArray.missing("adagradUpdate"); }
    @Override default void adamUpdate(NDList a, NDList b, float c, float d, float e, float f, float g, float h, float i, float j, boolean k, boolean l) { throw TensorArray.missing("adamUpdate"); }
    @Override default void nagUpdate(NDList a, NDList b, float c, float d, float e, float f, float g) { throw TensorArray.missing("nagUpdate"); }
    @Override default void rmspropUpdate(NDList a, NDList b, float c, float d, float e, float f, float g, float h, float i, boolean j) { throw TensorArray.missing("rmspropUpdate"); }
    @Override default void sgdUpdate(NDList a, NDList b, float c, float d, float e, float f, float g, boolean h) { throw TensorArray.missing("sgdUpdate"); }
    // @formatter:on
}
