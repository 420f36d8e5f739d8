package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.wengert.kernel.DType;
import io.wengert.kernel.Factor;
import io.wengert.kernel.View;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products by factors that are kept, for operands of every dtype that lie in every way: small integers, so that sums are exact. */
@Tag("lanes")
class FactorTest {

    private static final DType[] TYPES = {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32};

    /** What is added: nothing, an array of the product's shape, a row, a column. */
    private static final long[][] ADDED = {null, {-1, -1}, {-1}, {-1, 1}};

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void operandsOfEveryKind() {
        for (DType type : TYPES) {
            for (Guarded.Lie lie : Guarded.Lie.values()) {
                for (long[] added : ADDED) {
                    check(type, lie, added, 5, 37, 9);
                    check(type, lie, added, 1, 3, 4);
                }
            }
        }
    }

    @Test
    void sizesThatThreadsShare() {
        for (long[] added : ADDED) {
            check(DType.FLOAT32, Guarded.Lie.WHOLE, added, 32, 192, 300);
            check(DType.FLOAT32, Guarded.Lie.TRANSPOSED, added, 70, 130, 260);
            check(DType.FLOAT32, Guarded.Lie.GAPS, added, 0, 10, 5);
            check(DType.FLOAT32, Guarded.Lie.GAPS, added, 4, 10, 0);
            check(DType.FLOAT64, Guarded.Lie.OFFSET, added, 40, 100, 300);
        }
    }

    private void check(DType type, Guarded.Lie lie, long[] added, int m, int n, int k) {
        String what = type + " " + lie + " " + Arrays.toString(added) + " " + m + "x" + n + "x" + k;
        double[] x = integers(m * k);
        double[] y = integers(k * n);
        View a = Guarded.of(backend, type, lie, x, m, k);
        View b = Guarded.of(backend, type, lie, y, k, n);
        Guarded out = Guarded.empty(backend, type, lie == Guarded.Lie.OFFSET ? lie : Guarded.Lie.WHOLE, m, n);
        double[] z = new double[m * n];
        View plus = null;
        if (added != null) {
            long rows = added.length == 2 ? m : 1;
            long columns = added[added.length - 1] < 0 ? n : 1;
            double[] p = integers((int) (rows * columns));
            plus = Guarded.of(backend, type, lie, p, added.length == 1 ? new long[] {n} : new long[] {rows, columns});
            for (int i = 0; i < z.length; i++) {
                z[i] = p[(int) ((rows == 1 ? 0 : i / n * columns) + (columns == 1 ? 0 : i % n))];
            }
        }
        try (Factor factor = backend.factor(b, m)) {
            for (int time = 0; time < 2; time++) {
                factor.multiply(out, a, plus);
                assertArrayEquals(product(m, n, k, x, y, z), out.values(), what);
            }
        }
        out.assertUnharmed(what);
    }

    private static double[] integers(int n) {
        double[] r = new double[n];
        Arrays.setAll(r, i -> i * 7 % 5 - 2);
        return r;
    }

    private static double[] product(int m, int n, int k, double[] x, double[] y, double... plus) {
        double[] z = plus.clone();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < k; p++) {
                    z[i * n + j] += x[i * k + p] * y[p * n + j];
                }
            }
        }
        return z;
    }
}
