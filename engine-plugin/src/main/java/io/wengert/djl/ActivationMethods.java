package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.op.Activations;
import io.wengert.op.Elementary;
import io.wengert.op.Networks;

/** The non-linear functions of neural networks. */
interface ActivationMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDArray relu() { return array().on(Activations.RELU); }
    @Override default NDArray sigmoid() { return array().on(Activations.SIGMOID); }
    @Override default NDArray tanh() { return array().on(Elementary.TANH); }
    @Override default NDArray softPlus() { return array().on(Activations.SOFT_PLUS); }
    @Override default NDArray softSign() { return array().on(Activations.SOFT_SIGN); }
    @Override default NDArray leakyRelu(float alpha) { return array().on(Activations.LEAKY_RELU, alpha); }
    @Override default NDArray elu(float alpha) { return array().on(Activations.ELU, alpha); }
    @Override default NDArray selu() { return array().on(Activations.SELU); }
    @Override default NDArray gelu() { return array().on(Activations.GELU); }
    @Override default NDArray swish(float beta) { return array().on(Activations.SWISH, beta); }
    @Override default NDArray mish() { return array().on(Activations.MISH); }
    @Override default NDList prelu(NDArray input, NDArray alpha) { return new NDList(give(Networks.prelu(operand(input), operand(alpha)))); }
    // @formatter:on
}
