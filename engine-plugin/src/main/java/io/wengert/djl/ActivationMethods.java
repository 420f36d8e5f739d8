package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** The non-linear functions of neural networks. */
interface ActivationMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDArray relu() { throw TensorArray.missing("relu"); }
    @Override default NDArray sigmoid() { throw TensorArray.missing("sigmoid"); }
    @Override default NDArray tanh() { throw TensorArray.missing("tanh"); }
    @Override default NDArray softPlus() { throw TensorArray.missing("softPlus"); }
    @Override default NDArray softSign() { throw TensorArray.missing("softSign"); }
    @Override default NDArray leakyRelu(float a) { throw TensorArray.missing("leakyRelu"); }
    @Override default NDArray elu(float a) { throw TensorArray.missing("elu"); }
    @Override default NDArray selu() { throw TensorArray.missing("selu"); }
    @Override default NDArray gelu() { throw TensorArray.missing("gelu"); }
    @Override default NDList prelu(NDArray a, NDArray b) { throw TensorArray.missing("prelu"); }
    // @formatter:on
}
