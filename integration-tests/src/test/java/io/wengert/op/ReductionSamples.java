package io.wengert.op;

import static io.wengert.op.Input.any;
import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** Samples of {@link Reductions}. */
final class ReductionSamples extends Samples {

    ReductionSamples() {
        over(Reductions.SUM, a -> Arrays.stream(a).sum());
        over(Reductions.PROD, a -> Arrays.stream(a).reduce(1, (p, q) -> p * q));
        over(Reductions.MEAN, a -> Arrays.stream(a).average().orElse(Double.NaN));
        over(Reductions.MAX, a -> Arrays.stream(a).max().orElseThrow());
        over(Reductions.MIN, a -> Arrays.stream(a).min().orElseThrow());
        for (double p : new double[] {1, 2, 3}) {
            sample(Reductions.NORM, new Reductions.Power(p, new Axes(true, 1)), in(2, 4).awayFrom(0)).terms(8)
                    .is(x -> reduced(x[0], new Axes(true, 1), a -> norm(a, p)));
        }
        sample(Reductions.NORM, new Reductions.Power(2, new Axes(false, 0, 1)), in(3, 41)).in(Sample.FLOATS).terms(123)
                .is(x -> reduced(x[0], new Axes(false, 0, 1), a -> norm(a, 2)));
        each(Reductions.LERP, numbers(0.25));
        each(Reductions.DIV_AT_LEAST, numbers(0.5), any(), any().between(0.1, 2).awayFrom(0.5));
        each(Reductions.IS_CLOSE, numbers(0.25, 0.25, 1));
    }

    private void over(Primitive<Axes> op, ToDoubleFunction<double[]> f) {
        boolean extremum = op == Reductions.MAX || op == Reductions.MIN;
        Input[] inputs = {in(3, 4), in(3, 4), in(3, 4), in(2, 3, 2), in(2, 3, 2), in(5), in(), in(9, 37), in(17, 9), in(3, 0)};
        Axes[] axes = {new Axes(false, 1), new Axes(true, 0), new Axes(false), new Axes(false, 2, 0), new Axes(true, -2),
            new Axes(false, 0), new Axes(false), new Axes(false, 1), new Axes(false, 0), new Axes(false, 0)};
        for (int i = 0; i < axes.length; i++) {
            Axes a = axes[i];
            // Products of many integers would not fit in a double.
            Input x = op == Reductions.PROD ? inputs[i].between(0.75, 1.25) : extremum ? inputs[i].apart() : inputs[i];
            sample(op, a, x).is(h -> reduced(h[0], a, f)).terms(40).in(extremum ? Sample.FLOATS : Sample.REALS);
        }
        if (extremum) {
            sample(op, new Axes(false, 1), in(4, 6)).is(h -> reduced(h[0], new Axes(false, 1), f))
                    .in(DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.UINT8, DType.UINT16, DType.UINT32,
                            DType.UINT64, DType.BOOL);
        } else {
            sample(op, new Axes(false, 0), in(0, 3)).is(h -> reduced(h[0], new Axes(false, 0), f));
        }
    }

    private static double norm(double[] a, double p) {
        return Math.pow(Arrays.stream(a).map(v -> Math.pow(Math.abs(v), p)).sum(), 1 / p);
    }

    /** Each result of those elements that agree with it on the axes that stay. */
    static Host reduced(Host x, Axes axes, ToDoubleFunction<double[]> f) {
        int rank = x.shape().length;
        boolean[] gone = new boolean[rank];
        for (int a : axes.axes()) {
            gone[a < 0 ? a + rank : a] = true;
        }
        long[] kept = x.shape().clone();
        for (int i = 0; i < rank; i++) {
            kept[i] = gone[i] ? 1 : kept[i];
        }
        Host y = Host.of(i -> f.applyAsDouble(java.util.stream.IntStream.range(0, x.values().length).filter(p -> {
            int[] at = x.index(p);
            boolean same = true;
            for (int k = 0; k < rank; k++) {
                same &= gone[k] || at[k] == i[k];
            }
            return same;
        }).mapToDouble(p -> x.values()[p]).toArray()), kept);
        return axes.keep() ? y : y.as(java.util.stream.IntStream.range(0, rank).filter(i -> !gone[i]).mapToLong(x::size)
                .toArray());
    }
}
