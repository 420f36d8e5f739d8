package io.wengert.op;

import static io.wengert.kernel.Expr.arg;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;

/**
 * The inverse of one matrix in double precision: Gaussian elimination with partial pivoting on the matrix with the
 * identity beside it, a block of columns at a time (Golub and Van Loan, "Matrix Computations", section 3.4), so that
 * nearly all of the work is in products of matrices.
 */
final class Inversion implements AutoCloseable {

    /** The columns eliminated at a time; up to three times as many it is done without products. */
    private static final int BLOCK = 32;

    private static final Program LESS = Program.of(arg(0).minus(arg(1)));

    private final Backend backend;
    private final int n;
    /** The matrix and the identity, n rows of 2 n; becomes an upper triangle and, in the end, the inverse. */
    private final Tensor rows;

    private Inversion(Backend backend, int n, double... a) {
        this.backend = backend;
        this.n = n;
        double[] wide = new double[2 * n * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(a, i * n, wide, 2 * i * n, n);
            wide[2 * i * n + n + i] = 1;
        }
        rows = Tensor.of(backend, DType.FLOAT64, wide, n, 2L * n);
    }

    /**
     * The inverse of a matrix of n rows, which is used up.
     *
     * @return row by row; null if a pivot is 0
     */
    static double[] of(Backend backend, int n, double... a) {
        if (n < 3 * BLOCK) {
            return Elimination.inverse(a, n);
        }
        try (Inversion work = new Inversion(backend, n, a)) {
            for (int k = 0; k < n; k += BLOCK) {
                if (!work.forward(k, Math.min(BLOCK, n - k))) {
                    return null;
                }
            }
            for (int k = (n - 1) / BLOCK * BLOCK; k >= 0; k -= BLOCK) {
                work.backward(k, Math.min(BLOCK, n - k));
            }
            return work.read(work.part(0, n, n, n), n * n);
        }
    }

    @Override
    public void close() { rows.close(); }

    /** Rows from r on and columns from c on. */
    private View part(int r, int height, int c, int width) {
        return View.of(rows.buffer(), rows.layout().slice(0, r, height, 1).slice(1, c, width, 1));
    }

    private double[] read(View v, int size) {
        double[] host = new double[size];
        try (Tensor whole = Tensor.empty(backend, DType.FLOAT64, v.layout().shape())) {
            backend.copy(whole, v);
            backend.read(whole.buffer(), 0, host, 0, size);
        }
        return host;
    }

    /** Makes b columns from k on zero below the diagonal; false if there is no pivot. */
    private boolean forward(int k, int b) {
        int height = n - k;
        double[] panel = read(part(k, height, k, b), height * b);
        int[] order = Elimination.panel(panel, height, b);
        if (order == null) {
            return false;
        }
        int rest = 2 * n - k - b;
        View right = part(k, height, k + b, rest);
        long[] places = new long[height];
        for (int i = 0; i < height; i++) {
            places[i] = order[i];
        }
        try (Tensor index = Tensor.of(backend, DType.INT64, places, height, 1);
                Tensor sorted = Tensor.empty(backend, DType.FLOAT64, height, rest);
                Tensor factors = Tensor.of(backend, DType.FLOAT64, panel, height, b);
                Tensor inverse = Tensor.of(backend, DType.FLOAT64, Elimination.lowerInverse(panel, b), b, b)) {
            View spread = View.of(index.buffer(), index.layout().broadcastTo(sorted.shape()));
            backend.gather(sorted, right, spread, 0);
            backend.copy(part(k, height, k, b), factors);
            View top = part(k, b, k + b, rest);
            backend.matmul(top, inverse, first(sorted, b));
            Layout below = Layout.of(height - b, b);
            subtract(part(k + b, height - b, k + b, rest), last(sorted, height - b),
                    View.of(factors.buffer(), Layout.of(below.shape(), new long[] {b, 1}, (long) b * b)), top);
        }
        return true;
    }

    /** Divides b rows from k on by their block of the diagonal, and makes the columns above it zero. */
    private void backward(int k, int b) {
        double[] corner = read(part(k, b, k, b), b * b);
        View right = part(k, b, n, n);
        try (Tensor inverse = Tensor.of(backend, DType.FLOAT64, Elimination.upperInverse(corner, b), b, b);
                Tensor solved = Tensor.empty(backend, DType.FLOAT64, b, n)) {
            backend.matmul(solved, inverse, right);
            backend.copy(right, solved);
            View above = part(0, k, n, n);
            subtract(above, above, part(0, k, k, b), solved);
        }
    }

    private static View first(Tensor t, int count) { return View.of(t.buffer(), t.layout().slice(0, 0, count, 1)); }

    private static View last(Tensor t, int count) {
        return View.of(t.buffer(), t.layout().slice(0, t.size(0) - count, count, 1));
    }

    /** {@code out = from - a b}. */
    private void subtract(View out, View from, View a, View b) {
        if (out.layout().size() > 0) {
            try (Tensor product = Tensor.empty(backend, DType.FLOAT64, out.layout().shape())) {
                backend.matmul(product, a, b);
                backend.map(LESS, DType.FLOAT64, new Number[0], new View[] {out}, new View[] {from, product});
            }
        }
    }
}
