package io.wengert.op;

import static io.wengert.op.Input.in;

/** Samples of {@link LinearAlgebra}. */
final class LinearAlgebraSamples extends Samples {

    LinearAlgebraSamples() {
        product(in(2, 3), in(3, 4));
        product(in(1, 1), in(1, 1));
        product(in(5, 2, 3), in(3, 4));
        product(in(2, 3), in(5, 3, 4));
        product(in(2, 1, 2, 3), in(3, 3, 2));
        product(in(2, 0), in(0, 3));
        product(in(0, 2), in(2, 3));
        product(in(17, 65), in(65, 33));
    }

    private void product(Input a, Input b) {
        sample(LinearAlgebra.MATMUL, a, b).in(Sample.NUMBERS).terms(2 * (int) a.shape()[a.shape().length - 1])
                .is(x -> matmul(x[0], x[1]));
    }

    static Host matmul(Host a, Host b) {
        int p = a.shape().length;
        int q = b.shape().length;
        int rank = Math.max(p, q);
        long[] shape = new long[rank];
        for (int i = 0; i < rank; i++) {
            long m = i < rank - p ? 1 : a.shape()[i - rank + p];
            long n = i < rank - q ? 1 : b.shape()[i - rank + q];
            shape[i] = i == rank - 2 ? m : i == rank - 1 ? n : m == 1 ? n : m;
        }
        return Host.of(i -> Host.sum(a.size(p - 1),
                k -> a.at(Host.with(i, rank - 1, k)) * b.at(Host.with(i, rank - 2, k))), shape);
    }
}
