package io.wengert.op;

import static io.wengert.op.Input.any;
import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;

/** Samples of {@link Activations} and {@link Networks}. */
final class ActivationSamples extends Samples {

    ActivationSamples() {
        each(Activations.RELU, any().awayFrom(0));
        each(Activations.SIGMOID);
        each(Activations.SOFT_PLUS);
        each(Activations.SOFT_SIGN, any().awayFrom(0));
        each(Activations.LEAKY_RELU, numbers(0.25), any().awayFrom(0));
        each(Activations.ELU, numbers(1.5), any().awayFrom(0));
        each(Activations.SELU, any().awayFrom(0));
        each(Activations.GELU);
        each(Activations.SWISH, numbers(1.5));
        each(Activations.MISH);
        each(Networks.DROPOUT, numbers(2), any(), any().between(0, 1).of(DType.BOOL));
        each(Networks.PRELU, any().awayFrom(0), any());

        sample(Activations.SOFTMAX, 1, in(2, 5)).is(x -> softmax(x[0], 1, false));
        sample(Activations.SOFTMAX, 0, in(3, 2, 2)).is(x -> softmax(x[0], 0, false));
        sample(Activations.SOFTMAX, -2, in(2, 65, 3).between(-30, 30)).is(x -> softmax(x[0], 1, false)).terms(65);
        sample(Activations.SOFTMAX, -1, in(0, 3)).is(x -> x[0]);
        sample(Activations.LOG_SOFTMAX, 1, in(2, 5)).is(x -> softmax(x[0], 1, true));
        sample(Activations.LOG_SOFTMAX, 0, in(3, 2, 2)).is(x -> softmax(x[0], 0, true));
        sample(Activations.LOG_SOFTMAX, -2, in(2, 65, 3).between(-30, 30)).is(x -> softmax(x[0], 1, true)).terms(65);

        sample(Networks.LINEAR, in(4, 3), in(2, 3)).in(Sample.FLOATS).is(x -> linear(x, 3)).terms(6);
        sample(Networks.LINEAR, in(4, 3), in(2, 3), in(2)).in(Sample.FLOATS).is(x -> linear(x, 3)).terms(6);
        sample(Networks.LINEAR, in(2, 2, 3), in(5, 3), in(5)).in(Sample.FLOATS).is(x -> linear(x, 3)).terms(6);
        sample(Networks.LINEAR, in(3), in(2, 3), in(2)).in(Sample.FLOATS).is(x -> linear(x, 3)).terms(6);
    }

    private static Host softmax(Host x, int axis, boolean log) {
        return x.like(i -> {
            double sum = Host.sum(x.size(axis), k -> Math.exp(x.at(Host.with(i, axis, k)) - x.at(i)));
            return log ? -Math.log(sum) : 1 / sum;
        });
    }

    private static Host linear(Host[] x, int inner) {
        long[] shape = x[0].shape().clone();
        int last = shape.length - 1;
        shape[last] = x[1].size(0);
        return Host.of(i -> Host.sum(inner, k -> x[0].at(Host.with(i, last, k)) * x[1].at(i[last], k))
                + (x.length > 2 ? x[2].at(i[last]) : 0), shape);
    }
}
