package io.wengert.op;

import static io.wengert.op.Input.in;

/** Samples of {@link IndexOps}. */
final class IndexSamples extends Samples {

    IndexSamples() {
        sample(IndexOps.GATHER, 1, in(2, 4), in(2, 3).indices(4)).is(x -> {
            return Host.of(i -> x[0].at(i[0], place(x[1].at(i), 4)), 2, 3);
        });
        sample(IndexOps.GATHER, -2, in(3, 4), in(5, 2).indices(3)).is(x -> {
            return Host.of(i -> x[0].at(place(x[1].at(i), 3), i[1]), 5, 2);
        });
        sample(IndexOps.GATHER, 0, in(3, 2), in(0, 2).indices(3)).is(x -> new Host(new long[] {0, 2}, new double[0]));
        sample(IndexOps.SCATTER_ADD, new IndexOps.Target(1, new long[] {2, 4}), in(2, 6), in(2, 6).indices(4)).terms(6).is(x -> {
            return Host.of(i -> Host.sum(6, k -> place(x[1].at(i[0], k), 4) == i[1] ? x[0].at(i[0], k) : 0), 2, 4);
        }).in(Sample.NUMBERS);
        sample(IndexOps.TAKE, 0, in(4, 3), in(2, 2).indices(4)).is(x -> {
            return Host.of(i -> x[0].at(place(x[1].at(i[0], i[1]), 4), i[2]), 2, 2, 3);
        });
        sample(IndexOps.TAKE, 1, in(2, 4, 3), in(5).indices(4)).is(x -> {
            return Host.of(i -> x[0].at(i[0], place(x[1].at(i[1]), 4), i[2]), 2, 5, 3);
        });
        sample(IndexOps.TAKE, 1, in(2, 4), in().indices(4)).is(x -> Host.of(i -> x[0].at(i[0], place(x[1].at(), 4)), 2));
        sample(IndexOps.PUT_ADD, new IndexOps.Target(0, new long[] {4, 3}), in(6, 3), in(6).indices(4)).terms(6).is(x -> {
            return Host.of(i -> Host.sum(6, k -> place(x[1].at(k), 4) == i[0] ? x[0].at(k, i[1]) : 0), 4, 3);
        }).in(Sample.NUMBERS);
        sample(IndexOps.SCATTER, 1, in(2, 4), in(2, 3).indices(4), in(2, 3)).is(x -> x[0].like(i -> {
            return last(3, k -> place(x[1].at(i[0], k), 4) == i[1] ? x[2].at(i[0], k) : Double.NaN, x[0].at(i));
        }));
        sample(IndexOps.PUT, 0, in(4, 3), in(2).indices(4), in(2, 3)).is(x -> x[0].like(i -> {
            return last(2, k -> place(x[1].at(k), 4) == i[0] ? x[2].at(k, i[1]) : Double.NaN, x[0].at(i));
        }));
        sample(IndexOps.PUT, 1, in(2, 4), in(2).indices(4), in()).is(x -> x[0].like(i -> {
            return last(2, k -> place(x[1].at(k), 4) == i[1] ? x[2].at() : Double.NaN, x[0].at(i));
        }));
    }

    private static int place(double index, int n) { return (int) (index < 0 ? index + n : index); }

    /** The last of n values that is there, else another. */
    private static double last(int n, java.util.function.IntToDoubleFunction f, double none) {
        for (int k = n - 1; k >= 0; k--) {
            if (!Double.isNaN(f.applyAsDouble(k))) {
                return f.applyAsDouble(k);
            }
        }
        return none;
    }
}
