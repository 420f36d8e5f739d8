package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.wengert.kernel.Distribution;
import io.wengert.op.Networks;
import io.wengert.op.Op;
import io.wengert.tensor.Tensor;

/** Layers of neural networks. */
interface NetworkMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDList convolution(NDArray a, NDArray b, NDArray c, Shape d, Shape e, Shape f, int g) { throw TensorArray.missing("convolution"); }
    @Override default NDList deconvolution(NDArray a, NDArray b, NDArray c, Shape d, Shape e, Shape f, Shape g, int h) { throw TensorArray.missing("deconvolution"); }
    @Override default NDList embedding(NDArray a, NDArray b, SparseFormat c) { throw TensorArray.missing("embedding"); }
    @Override default NDList layerNorm(NDArray a, Shape b, NDArray c, NDArray d, float e) { throw TensorArray.missing("layerNorm"); }
    @Override default NDList batchNorm(NDArray a, NDArray b, NDArray c, NDArray d, NDArray e, int f, float g, float h, boolean i) { throw TensorArray.missing("batchNorm"); }
    // @formatter:on

    @Override
    default NDList linear(NDArray input, NDArray weight, NDArray bias) {
        Tensor x = operand(input);
        Tensor w = operand(weight);
        return new NDList(give(bias == null ? Networks.LINEAR.on(x, w) : Networks.LINEAR.on(x, w, operand(bias))));
    }

    /** The mask comes from the engine's stream of random numbers, and is kept for the gradient. */
    @Override
    default NDList dropout(NDArray input, float rate, boolean training) {
        Tensor x = operand(input);
        if (!(rate >= 0 && rate <= 1)) {
            throw Op.wrong("dropout", "the rate must be between 0 and 1, not " + rate, x);
        }
        if (!training || rate == 0) {
            return new NDList(give(x.share()));
        }
        try (Tensor mask = Tensor.empty(x.backend(), Networks.maskType(x), x.shape())) {
            array().manager().engine().random().fill(mask, Distribution.BERNOULLI, 1.0 - rate, 0);
            return new NDList(give(Networks.dropout(x, mask, rate)));
        }
    }
}
