package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.wengert.kernel.Distribution;
import io.wengert.op.Networks;
import io.wengert.op.Normalization;
import io.wengert.op.Op;
import io.wengert.tensor.Tensor;

/** Layers of neural networks. */
interface NetworkMethods extends TensorArrayEx {

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

    /** In a sparse format, optimizers that update lazily change only the rows of the table that have a gradient. */
    @Override
    default NDList embedding(NDArray input, NDArray weight, SparseFormat sparse) {
        if (sparse != SparseFormat.DENSE && weight instanceof WgNDArray own) {
            SparseWeights.add(own.cell());
        }
        return new NDList(give(Networks.embedding(operand(input), operand(weight))));
    }

    @Override
    default NDList layerNorm(NDArray input, Shape normalizedShape, NDArray gamma, NDArray beta, float eps) {
        return new NDList(give(Normalization.layer(operand(input), DTypes.extents(normalizedShape), optional(gamma),
                optional(beta), eps)));
    }

    /**
     * In training by the statistics of the batch, which go into the running ones:
     * {@code running = momentum * running + (1 - momentum) * batch}, with the population's variance (as MXNet documents
     * it; PyTorch takes the sample's). Otherwise by the running statistics. Without running statistics always by those
     * of the batch.
     */
    @Override
    default NDList batchNorm(NDArray input, NDArray runningMean, NDArray runningVar, NDArray gamma, NDArray beta,
            int axis, float momentum, float eps, boolean training) {
        Tensor x = operand(input);
        if (!training && runningMean != null && runningVar != null) {
            return new NDList(give(Normalization.batch(x, axis, operand(runningMean), operand(runningVar),
                    optional(gamma), optional(beta), eps)));
        }
        Tensor[] r = Normalization.batch(x, axis, optional(gamma), optional(beta), eps);
        if (training && x.size() > 0) {
            if (runningMean != null) {
                WgNDArray.own(runningMean, "batchNorm")
                        .update("batchNorm", t -> Normalization.runningMean(t, r[0], momentum));
            }
            if (runningVar != null) {
                WgNDArray.own(runningVar, "batchNorm")
                        .update("batchNorm", t -> Normalization.runningVariance(t, r[1], momentum, eps));
            }
        }
        r[0].close();
        r[1].close();
        return new NDList(give(r[2]));
    }

    private Tensor optional(NDArray array) { return array == null ? null : operand(array); }
}
