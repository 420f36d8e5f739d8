package io.wengert.op;

import static io.wengert.op.Input.any;
import static io.wengert.op.Input.in;

import java.util.Arrays;

/** Samples of {@link Normalization}. */
final class NormalizationSamples extends Samples {

    private static final double EPSILON = 0.01;

    NormalizationSamples() {
        each(Normalization.CENTER_SCALE);
        each(Normalization.CENTER_SCALE_SHIFT);
        each(Normalization.INVERSE_DEVIATION, numbers(0.125), any().between(0.2, 2));
        each(Normalization.RUNNING_MEAN, numbers(0.75, 0.25));
        each(Normalization.RUNNING_VARIANCE, numbers(0.75, 0.25, 0.01), any().between(0.2, 2), any().between(0.2, 2));
        over(new int[] {1}, in(3, 5));
        over(new int[] {1}, in(3, 5), in(5));
        over(new int[] {0, 2}, in(4, 3, 2), in(3, 1), in(3, 1));
        over(new int[] {1}, in(2, 67), in(67), in(67));
    }

    private void over(int[] axes, Input... in) {
        sample(Normalization.NORMALIZE, new Normalization.Norm(axes, EPSILON, in.length > 1, in.length > 2), in)
                .in(Sample.FLOATS).terms(70).are(x -> normalized(axes, x));
    }

    private static Host[] normalized(int[] axes, Host... x) {
        Axes a = new Axes(true, axes);
        Host mean = ReductionSamples.reduced(x[0], a, v -> Arrays.stream(v).average().orElse(0));
        Host distance = x[0].like(i -> Math.pow(x[0].at(i) - mean.at(i), 2));
        Host rstd = ReductionSamples.reduced(distance, a, v -> 1 / Math.sqrt(Arrays.stream(v).average().orElse(0) + EPSILON));
        return new Host[] {mean, rstd, x[0].like(i -> (x[0].at(i) - mean.at(i)) * rstd.at(i)
                * (x.length > 1 ? x[1].at(i) : 1) + (x.length > 2 ? x[2].at(i) : 0))};
    }
}
