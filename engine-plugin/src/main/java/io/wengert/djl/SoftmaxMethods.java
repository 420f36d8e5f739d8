package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.op.Activations;

/** Probabilities along an axis, and their logarithms. */
interface SoftmaxMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray softmax(int axis) { return with(axis, Activations.SOFTMAX); }
    @Override default NDArray logSoftmax(int axis) { return with(axis, Activations.LOG_SOFTMAX); }
    // @formatter:on
}
