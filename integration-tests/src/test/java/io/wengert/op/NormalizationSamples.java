package io.wengert.op;

import static io.wengert.op.Input.any;
import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
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
        by(false, false, in(4, 3), in(4, 1), in(3).between(0.2, 2));
        by(true, false, in(2, 3, 17), in(3, 1), in(3, 1).between(0.2, 2), in(3, 1));
        by(false, true, in(1, 5, 2, 4), in(5, 1, 1), in(5, 1, 1).between(0.2, 2), in(1, 5, 1, 1));
        by(true, true, in(2, 3, 8), in(1, 3, 1), in(1).between(0.2, 2), in(3, 1), in(1, 3, 1));
        back(in(4, 3, 9), in(4, 3, 9), in(1, 3, 1), in(1, 3, 1).between(0.2, 2));
        back(in(4, 3, 9), in(4, 3, 9), in(1, 3, 1), in(1, 3, 1).between(0.2, 2), in(3, 1));
        back(in(2, 3, 2), in(2, 3, 2), in(1, 3, 1), in(1, 3, 1).between(0.2, 2), in(3, 1));
    }

    /** Over the first and the last of three axes; g, x, mean, rstd and perhaps gamma. */
    private void back(Input... in) {
        int[] axes = {0, 2};
        sample(Normalization.NORMALIZE_GRADIENT, new Normalization.Norm(axes, EPSILON, in.length > 4, true), in)
                .in(DType.FLOAT64, DType.FLOAT32).terms(140).are(x -> backward(new Axes(true, axes), x));
    }

    private static Host[] backward(Axes axes, Host... x) {
        Host h = x[1].like(i -> (x[1].at(i) - x[2].at(i)) * x[3].at(i));
        Host sum = ReductionSamples.reduced(x[0], axes, v -> Arrays.stream(v).sum());
        Host along = ReductionSamples.reduced(x[0].like(i -> x[0].at(i) * h.at(i)), axes, v -> Arrays.stream(v).sum());
        double n = (double) x[0].values().length / sum.values().length;
        return new Host[] {x[0].like(i -> x[3].at(i) * (x.length > 4 ? x[4].at(i) : 1)
                * (x[0].at(i) - sum.at(i) / n - h.at(i) * along.at(i) / n)), sum, along};
    }

    private void by(boolean scaled, boolean shifted, Input... in) {
        sample(Normalization.NORMALIZE_BY, new Normalization.Norm(new int[0], EPSILON, scaled, shifted), in)
                .in(Sample.FLOATS).is(x -> x[0].like(i -> (x[0].at(i) - x[1].at(i)) / Math.sqrt(x[2].at(i) + EPSILON)
                        * (scaled ? x[3].at(i) : 1) + (shifted ? x[x.length - 1].at(i) : 0)));
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
