package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.autograd.Gradient;
import io.wengert.autograd.Leaf;
import io.wengert.op.Required;
import io.wengert.op.RowGradient;
import io.wengert.op.RowUpdates;
import io.wengert.op.SparseTensor;
import io.wengert.op.Updates;
import io.wengert.tensor.Tensor;

/** One step of an optimizer, in place on weights and states. */
interface OptimizerMethods extends TensorArrayEx {

    @Override
    default void adadeltaUpdate(NDList inputs, NDList weights, float weightDecay, float rescaleGrad, float clipGrad,
            float rho, float epsilon) {
        Updates.Start start = new Updates.Start(rescaleGrad, clipGrad, weightDecay);
        apply(Updates.ADADELTA, false, inputs, weights, start, epsilon, rho, 1.0 - rho);
    }

    @Override
    default void adagradUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
            float clipGrad, float epsilon) {
        Updates.Start start = new Updates.Start(rescaleGrad, clipGrad, weightDecay);
        apply(Updates.ADAGRAD, weightDecay == 0, inputs, weights, start, learningRate, epsilon);
    }

    @Override
    default void adamUpdate(NDList inputs, NDList weights, float learningRate, float learningRateBiasCorrection,
            float weightDecay, float rescaleGrad, float clipGrad, float beta1, float beta2, float epsilon,
            boolean lazyUpdate, boolean adamw) {
        Updates.Start start = new Updates.Start(rescaleGrad, clipGrad, weightDecay);
        apply(adamw ? Updates.ADAMW : Updates.ADAM, lazyUpdate, inputs, weights, start, learningRateBiasCorrection, beta1,
                1.0 - beta1, beta2, 1.0 - beta2, epsilon, (double) learningRate * weightDecay);
    }

    @Override
    default void nagUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
            float clipGrad, float momentum) {
        Updates.Start start = new Updates.Start(rescaleGrad, clipGrad, weightDecay);
        apply(Required.of(inputs, "arrays").size() == 2 ? Updates.SGD : Updates.NAG, false, inputs, weights, start, learningRate, momentum);
    }

    @Override
    default void rmspropUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
            float clipGrad, float rho, float momentum, float epsilon, boolean centered) {
        Updates.Start start = new Updates.Start(rescaleGrad, clipGrad, weightDecay);
        apply(centered ? Updates.CENTERED_RMSPROP : Updates.RMSPROP, false, inputs, weights, start, learningRate, rho,
                1.0 - rho, epsilon, momentum);
    }

    @Override
    default void sgdUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
            float clipGrad, float momentum, boolean lazyUpdate) {
        Updates.Start start = new Updates.Start(rescaleGrad, clipGrad, weightDecay);
        apply(Required.of(inputs, "arrays").size() == 2 ? Updates.SGD : Updates.MOMENTUM, lazyUpdate, inputs, weights, start, learningRate,
                momentum);
    }

    /**
     * Takes one step: the next weight goes to the first of {@code weights}, the next states to where they came from.
     * The weight stays the variable that it is; its gradient, if it is the live one, has been used up.
     *
     * @param lazy whether rows without a gradient stay as they are, if the gradient is sparse
     * @param inputs weight, gradient, states
     */
    private void apply(Updates.Step step, boolean lazy, NDList inputs, NDList weights, Updates.Start start,
            Number... numbers) {
        WgNDArray weight = WgNDArray.own(Required.of(weights, "weights").head(), step.name());
        Required.of(inputs, "arrays");
        SparseTensor sparse = lazy && inputs.size() == step.states() + 2 ? rows(weight, inputs.get(1)) : null;
        SparseTensor rows = sparse == null && inputs.size() == 2 && step.restsAtZero(start) ? pending(inputs.get(1)) : sparse;
        Tensor[] in = new Tensor[inputs.size()];
        for (int i = 0; i < in.length; i++) {
            if (i != 1 || rows == null) {
                in[i] = i == 1 ? operand(inputs.get(i)) : WgNDArray.own(inputs.get(i), step.name()).tensor();
            }
        }
        boolean inPlace = in.length > 0 && in[0] == weight.tensor();
        Tensor[] next;
        if (rows == null) {
            next = Updates.step(step, start, numbers, inPlace, in);
        } else {
            try (rows) {
                next = RowUpdates.step(step, start, numbers, inPlace, rows, in);
            }
        }
        put(weight, next[0]);
        for (int i = 1; i < next.length; i++) {
            put(inputs.get(i + 1), next[i]);
        }
        if (inputs.get(1) instanceof WgNDArray g && g.cell() instanceof Gradient gradient) {
            gradient.consumed();
        }
    }

    /** The rows of a sparse gradient; null if it is not one. */
    private SparseTensor rows(WgNDArray weight, NDArray gradient) {
        SparseTensor stored = gradient instanceof WgNDArray g ? g.sparse() : null;
        if (stored != null && stored.hasDistinctRows()) {
            return stored.share();
        }
        boolean sparse = stored != null && stored.format() == SparseTensor.Format.ROWS;
        return sparse || SparseWeights.contains(weight.cell())
                ? SparseTensor.of(SparseTensor.Format.ROWS, operand(gradient)) : null;
    }

    /** The rows of a variable's gradient that has not been written out yet; null if it has. */
    private static SparseTensor pending(NDArray gradient) {
        if (gradient instanceof WgNDArray g && !g.isReleased() && g.cell() instanceof Gradient variable) {
            try (RowGradient rows = variable.rows()) {
                return rows == null ? null : rows.sums();
            }
        }
        return null;
    }

    private static void put(NDArray array, Tensor next) {
        WgNDArray own = (WgNDArray) array;
        Leaf leaf = Leaf.of(own.tensor());
        own.cell().put(leaf == null ? next : next.from(leaf, 0));
    }
}
