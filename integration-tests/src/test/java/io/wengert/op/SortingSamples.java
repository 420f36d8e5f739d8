package io.wengert.op;

import static io.wengert.op.Input.in;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Samples of {@link Sorting}. */
final class SortingSamples extends Samples {

    SortingSamples() {
        for (int axis : new int[] {1, 0, -1}) {
            for (boolean keep : new boolean[] {true, false}) {
                sample(Sorting.ARG_MAX, new Sorting.Along(axis, keep), in(3, 5)).is(x -> extreme(x[0], axis, 1, keep));
                sample(Sorting.ARG_MIN, new Sorting.Along(axis, keep), in(3, 5)).is(x -> extreme(x[0], axis, -1, keep));
            }
        }
        for (boolean descending : new boolean[] {true, false}) {
            for (Input x : new Input[] {in(3, 5).apart(), in(17, 2), in(2, 65), in(2, 0)}) {
                Sample<?> s = sample(Sorting.SORT, new Sorting.Order(1, descending), x).are(v -> sorted(v[0], 1, descending));
                if (!x.distinct()) {
                    s.in(Sample.NUMBERS.subList(1, Sample.NUMBERS.size()));
                }
                sample(Sorting.ARG_SORT, new Sorting.Order(0, descending), x)
                        .is(v -> sorted(v[0], 0, descending)[1]);
            }
        }
        sample(Sorting.CUM_SUM, 0, in(4, 3)).terms(4).is(x -> running(x[0], 0, 0, Double::sum));
        sample(Sorting.CUM_SUM, -1, in(2, 3, 2)).terms(4).is(x -> running(x[0], 2, 0, Double::sum));
        sample(Sorting.CUM_SUM, 1, in(2, 65)).terms(65).is(x -> running(x[0], 1, 0, Double::sum));
        sample(Sorting.CUM_PROD, 1, in(2, 5).awayFrom(0)).terms(5).is(x -> running(x[0], 1, 1, (a, b) -> a * b));
        sample(Sorting.CUM_PROD, 0, in(4, 2).awayFrom(0)).terms(5).is(x -> running(x[0], 0, 1, (a, b) -> a * b));
    }

    private static Host extreme(Host x, int axis, int sign, boolean keep) {
        int a = axis < 0 ? axis + x.shape().length : axis;
        long[] shape = x.shape().clone();
        shape[a] = 1;
        Host y = Host.of(i -> IntStream.range(0, x.size(a)).boxed().max(Comparator.<Integer>comparingDouble(
                k -> sign * x.at(Host.with(i, a, k))).thenComparing(Comparator.reverseOrder())).orElseThrow(), shape);
        return keep ? y : y.as(x.shape()[1 - a]);
    }

    private static Host[] sorted(Host x, int axis, boolean descending) {
        Host places = x.like(i -> IntStream.range(0, x.size(axis)).boxed().sorted(Comparator.comparingDouble(
                k -> (descending ? -1 : 1) * x.at(Host.with(i, axis, k)))).skip(i[axis]).findFirst().orElseThrow());
        return new Host[] {x.like(i -> x.at(Host.with(i, axis, (int) places.at(i)))), places};
    }

    private static Host running(Host x, int axis, double first, java.util.function.DoubleBinaryOperator f) {
        return x.like(i -> {
            double r = first;
            for (int k = 0; k <= i[axis]; k++) {
                r = f.applyAsDouble(r, x.at(Host.with(i, axis, k)));
            }
            return r;
        });
    }
}
