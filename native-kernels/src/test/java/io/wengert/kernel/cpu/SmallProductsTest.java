package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.DType;
import io.wengert.kernel.View;
import org.junit.jupiter.api.Test;

/** Products of a few floats against plain loops: every size up to those that are left to other kernels, and every layout. */
class SmallProductsTest {

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void everySizeAndLayout() {
        for (int m = 0; m <= 5; m++) {
            for (int n = 0; n <= 5; n++) {
                for (int k = 0; k <= 5; k++) {
                    for (Guarded.Lie left : Guarded.Lie.values()) {
                        for (Guarded.Lie right : Guarded.Lie.values()) {
                            check(left, right, m, n, k);
                        }
                    }
                }
            }
        }
    }

    /** Numbers whose sums of products are exact. */
    private void check(Guarded.Lie left, Guarded.Lie right, int m, int n, int k) {
        double[] a = Guarded.numbers(m * k, 1, DType.FLOAT32);
        double[] b = Guarded.numbers(k * n, 2, DType.FLOAT32);
        double[] expected = new double[m * n];
        for (int i = 0; i < m * n; i++) {
            for (int p = 0; p < k; p++) {
                expected[i] += a[i / n * k + p] * b[p * n + i % n];
            }
        }
        Guarded x = Guarded.of(backend, DType.FLOAT32, left, a, m, k);
        Guarded y = Guarded.of(backend, DType.FLOAT32, right, b, k, n);
        Guarded z = Guarded.empty(backend, DType.FLOAT32, left, m, n);
        String what = m + " by " + k + " by " + n + ", " + left + ", " + right;
        backend.matmul(z, x, y);
        assertArrayEquals(expected, z.values(), what);
        z.assertUnharmed(what);
        assertEquals(Math.max(m, Math.max(n, k)) <= 4, SmallProducts.multiply(z, x, y), what);
        assertArrayEquals(expected, z.values(), what);
    }

    @Test
    void broadcastRowsAndColumns() {
        Guarded row = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, new double[] {1, 2, 3}, 1, 3);
        Guarded column = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, new double[] {4, 5, 6}, 3, 1);
        Guarded z = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.GAPS, 2, 2);
        backend.matmul(z, View.of(row.buffer(), row.layout().broadcastTo(2, 3)),
                View.of(column.buffer(), column.layout().broadcastTo(3, 2)));
        assertArrayEquals(new double[] {32, 32, 32, 32}, z.values());
        z.assertUnharmed("product of broadcast views");
    }

    @Test
    void needNoLanes() {
        CpuBackend without = new CpuBackend(() -> {
            throw new AssertionError("a small product waits for lanes");
        });
        Guarded x = Guarded.of(without, DType.FLOAT32, Guarded.Lie.WHOLE, new double[] {1, 2, 3, 4}, 2, 2);
        Guarded z = Guarded.empty(without, DType.FLOAT32, Guarded.Lie.WHOLE, 2, 2);
        without.matmul(z, x, x);
        assertArrayEquals(new double[] {7, 10, 15, 22}, z.values());
    }

    @Test
    void otherDtypesAndBatchesAreForOthers() {
        Guarded x = Guarded.of(backend, DType.FLOAT64, Guarded.Lie.WHOLE, new double[] {1, 2, 3, 4}, 2, 2);
        assertEquals(false, SmallProducts.multiply(Guarded.empty(backend, DType.FLOAT64, Guarded.Lie.WHOLE, 2, 2), x, x));
        Guarded batch = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, new double[] {1, 2, 3, 4}, 1, 2, 2);
        assertEquals(false, SmallProducts.multiply(Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 1, 2, 2), batch, batch));
    }
}
