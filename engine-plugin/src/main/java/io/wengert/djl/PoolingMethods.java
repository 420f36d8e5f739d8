package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** Pooling over windows. */
interface PoolingMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDArray maxPool(Shape a, Shape b, Shape c, boolean d) { throw TensorArray.missing("maxPool"); }
    @Override default NDArray globalMaxPool() { throw TensorArray.missing("globalMaxPool"); }
    @Override default NDArray avgPool(Shape a, Shape b, Shape c, boolean d, boolean e) { throw TensorArray.missing("avgPool"); }
    @Override default NDArray globalAvgPool() { throw TensorArray.missing("globalAvgPool"); }
    @Override default NDArray lpPool(float a, Shape b, Shape c, Shape d, boolean e) { throw TensorArray.missing("lpPool"); }
    @Override default NDArray globalLpPool(float a) { throw TensorArray.missing("globalLpPool"); }
    // @formatter:on
}
