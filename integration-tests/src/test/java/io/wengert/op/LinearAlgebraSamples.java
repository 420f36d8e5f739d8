package io.wengert.op;

import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.op.LinearAlgebra.Diagonal;
import io.wengert.op.LinearAlgebra.OnDiagonal;
import java.util.Arrays;
import java.util.stream.IntStream;

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
        diagonal(new Diagonal(0, 0, 1), 3, 4);
        diagonal(new Diagonal(1, 0, 1), 3, 3);
        diagonal(new Diagonal(-2, 0, 1), 4, 3);
        diagonal(new Diagonal(5, 0, 1), 3, 4);
        diagonal(new Diagonal(-1, 2, 0), 3, 2, 4);
        inverse(1, 1);
        inverse(2, 2);
        inverse(2, 3, 3);
        inverse(0, 2, 2);
    }

    private void diagonal(Diagonal d, long... shape) {
        long[] taken = d.of(Layout.of(shape)).shape();
        int[] others = IntStream.range(0, shape.length).filter(a -> a != d.axis1() && a != d.axis2()).toArray();
        sample(LinearAlgebra.DIAGONAL, d, in(shape)).is(x -> Host.of(i -> x[0].at(place(d, i)), taken));
        sample(LinearAlgebra.PLACE_DIAGONAL, new OnDiagonal(d, shape), in(taken)).is(x -> Host.of(i -> {
            int along = i[d.axis1()] - Math.max(0, -d.offset());
            boolean on = i[d.axis2()] - i[d.axis1()] == d.offset();
            int[] at = IntStream.concat(Arrays.stream(others).map(a -> i[a]), IntStream.of(along)).toArray();
            return on ? x[0].at(at) : 0;
        }, shape));
    }

    /** The place of an element of a diagonal in the array. */
    private static int[] place(Diagonal d, int[] i) {
        int[] at = new int[i.length + 1];
        int along = i[i.length - 1];
        for (int axis = 0, k = 0; axis < at.length; axis++) {
            at[axis] = axis == d.axis1() ? along + Math.max(0, -d.offset())
                    : axis == d.axis2() ? along + Math.max(0, d.offset()) : i[k++];
        }
        return at;
    }

    /** By Cramer's rule. */
    private void inverse(long... shape) {
        int n = (int) shape[shape.length - 1];
        sample(LinearAlgebra.INVERSE, in(shape).between(2, 3).apart()).in(DType.FLOAT64, DType.FLOAT32).terms(400)
                .is(x -> x[0].like(i -> cofactor(x[0], i, n) / determinant(x[0], i, n)));
    }

    /** By the first row. */
    private static double determinant(Host a, int[] i, int n) {
        return Host.sum(n, k -> at(a, i, 0, k) * minor(a, i, n, 0, k));
    }

    private static double cofactor(Host a, int[] i, int n) { return minor(a, i, n, i[i.length - 1], i[i.length - 2]); }

    /** The signed determinant without one row and one column, of matrices up to 3 by 3. */
    private static double minor(Host a, int[] i, int n, int row, int column) {
        int r = (row + 1) % n;
        int c = (column + 1) % n;
        if (n < 3) {
            return n == 1 ? 1 : at(a, i, r, c) * ((row + column) % 2 == 0 ? 1 : -1);
        }
        int r2 = (row + 2) % n;
        int c2 = (column + 2) % n;
        return at(a, i, r, c) * at(a, i, r2, c2) - at(a, i, r, c2) * at(a, i, r2, c);
    }

    private static double at(Host a, int[] i, int row, int column) {
        return a.at(Host.with(Host.with(i, i.length - 2, row), i.length - 1, column));
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
