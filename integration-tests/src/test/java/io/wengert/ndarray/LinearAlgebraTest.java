package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.djl.WgGradientCollector;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Products, diagonals, traces and inverses. */
class LinearAlgebraTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray range(int n, long... shape) { return manager.arange((float) n).reshape(shape); }

    private NDArray random(long... shape) {
        Random r = new Random(3);
        return manager.create(r.doubles(new Shape(shape).size(), -1, 1).toArray(), new Shape(shape));
    }

    private static void is(NDArray actual, Shape shape, float... expected) {
        assertEquals(shape, actual.getShape());
        assertArrayEquals(expected, actual.toFloatArray(), 1e-5f);
    }

    @Test
    void documentedDiagonals() {
        NDArray a = range(9, 3, 3);
        is(a.diagonal(), new Shape(3), 0, 4, 8);
        is(a.diagonal(1), new Shape(2), 1, 5);
        is(a.diagonal(-1), new Shape(2), 3, 7);
        is(range(27, 3, 3, 3).diagonal(0, 1, 2), new Shape(3, 3), 0, 4, 8, 9, 13, 17, 18, 22, 26);
    }

    @Test
    void diagonalsOfAnyPlane() {
        NDArray a = range(12, 3, 4);
        is(a.diagonal(2), new Shape(2), 2, 7);
        is(a.diagonal(-2), new Shape(1), 8);
        is(a.diagonal(4), new Shape(0));
        is(a.diagonal(-3), new Shape(0));
        is(a.transpose().diagonal(1), new Shape(2), 4, 9);
        is(range(24, 2, 3, 4).diagonal(1, -1, 0), new Shape(3, 1), 12, 16, 20);
        is(range(24, 2, 3, 4).diagonal(0, 0, 2), new Shape(3, 2), 0, 13, 4, 17, 8, 21);
        NDArray strings = manager.create(new String[] {"a", "b", "c", "d"}, new Shape(2, 2));
        assertArrayEquals(new String[] {"a", "d"}, strings.diagonal().toStringArray());
        assertThrows(IndexOutOfBoundsException.class, () -> a.diagonal(0, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> a.diagonal(0, 1, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> range(3, 3).diagonal());
    }

    @Test
    void documentedTraces() {
        is(manager.eye(3).trace(), new Shape(), 3);
        is(manager.eye(3).trace(1), new Shape(), 0);
        NDArray a = range(8, 2, 2, 2);
        is(a.trace(), new Shape(2), 6, 8);
        is(a.trace(1), new Shape(2), 2, 3);
        is(a.trace(1, 1, 2), new Shape(2), 1, 5);
        assertEquals(10, manager.create(new int[][] {{3, 1}, {2, 7}}).trace().getLong());
    }

    @Test
    void products() {
        is(range(6, 2, 3).dot(range(3, 3)), new Shape(2), 5, 14);
        is(range(6, 2, 3).matMul(range(6, 3, 2)), new Shape(2, 2), 10, 13, 28, 40);
        is(range(3, 3).matMul(range(3, 3)), new Shape(), 5);
        is(range(4, 2, 1, 2).batchMatMul(range(4, 2, 2, 1)), new Shape(2, 1, 1), 1, 13);
        assertEquals(new Shape(2, 3, 5, 4), random(2, 3, 6).dot(random(5, 6, 4)).getShape());
        assertThrows(IllegalArgumentException.class, () -> range(6, 2, 3).matMul(range(6, 2, 3)));
    }

    @Test
    void inverses() {
        is(manager.create(new float[][] {{4, 7}, {2, 6}}).inverse(), new Shape(2, 2), 0.6f, -0.7f, -0.2f, 0.4f);
        is(manager.create(new float[][] {{0, 1}, {1, 0}}).inverse(), new Shape(2, 2), 0, 1, 1, 0);
        is(manager.create(new int[][] {{2, 0}, {0, 4}}).inverse(), new Shape(2, 2), 0.5f, 0, 0, 0.25f);
        NDArray a = random(3, 2, 40, 40);
        NDArray one = a.matMul(a.inverse()).sub(manager.eye(40, 40, 0, DataType.FLOAT64));
        assertTrue(one.abs().max().getDouble() < 1e-10);
        NDArray t = a.transpose(0, 1, 3, 2);
        assertTrue(t.inverse().sub(a.inverse().transpose(0, 1, 3, 2)).abs().max().getDouble() < 1e-10);
        assertEquals(new Shape(0, 2, 2), manager.zeros(new Shape(0, 2, 2)).inverse().getShape());
        assertEquals(new Shape(2, 0, 0), manager.zeros(new Shape(2, 0, 0)).inverse().getShape());
    }

    /** Sizes at which the elimination goes by blocks, with rows to exchange: min(i, j) + 1 has an inverse of whole numbers. */
    @Test
    void inversesOfLargeMatrices() {
        for (int n : new int[] {95, 96, 97, 128, 150, 300}) {
            double[] v = new double[n * n];
            double[] inverse = new double[n * n];
            for (int i = 0; i < n * n; i++) {
                int row = n - 1 - i / n;
                v[i] = Math.min(row, i % n) + 1;
                int column = n - 1 - i % n;
                int distance = Math.abs(i / n - column);
                inverse[i] = distance == 1 ? -1 : distance > 0 ? 0 : i / n == n - 1 ? 1 : 2;
            }
            NDArray a = manager.create(v, new Shape(1, n, n));
            NDArray expected = manager.create(inverse, new Shape(1, n, n));
            assertEquals(0, a.inverse().sub(expected).abs().max().getDouble(), 1e-9, "size " + n);
            NDArray single = a.toType(DataType.FLOAT32, false).inverse();
            assertEquals(0, single.sub(expected.toType(DataType.FLOAT32, false)).abs().max().getFloat(), 1e-6f);
            v[5 * n + 7] = Double.NaN;
            assertTrue(Double.isNaN(manager.create(v, new Shape(n, n)).inverse().sum().getDouble()));
            NDArray flat = a.duplicate();
            flat.set(new ai.djl.ndarray.index.NDIndex("0, 3"), a.get(0, 90));
            assertThrows(IllegalArgumentException.class, flat::inverse);
        }
        NDArray x = manager.randomNormal(0, 1, new Shape(2, 200, 200), DataType.FLOAT64);
        NDArray rest = x.matMul(x.inverse()).sub(manager.eye(200, 200, 0, DataType.FLOAT64));
        assertTrue(rest.abs().max().getDouble() < 1e-9);
        NDArray z = manager.randomNormal(0, 1, new Shape(60, 60, 2), DataType.FLOAT32).complex();
        assertTrue(z.matMul(z.inverse()).sub(manager.eye(60)).abs().max().getFloat() < 1e-3f);
    }

    @Test
    void whatHasNoInverse() {
        NDArray singular = manager.create(new float[] {1, 0, 0, 1, 1, 2, 2, 4}, new Shape(2, 2, 2));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, singular::inverse);
        assertTrue(e.getMessage().contains("matrix 1 is singular"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> range(6, 2, 3).inverse());
        assertThrows(IllegalArgumentException.class, () -> range(4, 4).inverse());
        assertTrue(Float.isNaN(manager.create(new float[][] {{Float.NaN, 1}, {1, 1}}).inverse().getFloat(0, 0)));
    }

    /** First and second derivative along a direction against central differences. */
    private void gradient(UnaryOperator<NDArray> f, NDArray x) {
        NDArray v = random(x.getShape().getShape()).mul(1e-5);
        NDArray w = random(f.apply(x).getShape().getShape());
        x.setRequiresGradient(true);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray g = c.grad(new NDList(f.apply(x)), new NDList(x), new NDList(w), true, true).get(0);
            assertEquals(along(f, w, x, v), g.mul(v).sum().getDouble(), 1e-12);
            // A linear function has no second derivative.
            c.backward(g.mul(g).add(x.mul(0)).sum());
        }
        double second = along(y -> derivative(f, w, y).square(), null, x, v);
        assertEquals(second, x.getGradient().mul(v).sum().getDouble(), 1e-10);
    }

    private NDArray derivative(UnaryOperator<NDArray> f, NDArray w, NDArray at) {
        NDArray x = at.stopGradient();
        x.setRequiresGradient(true);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            c.backward(f.apply(x), w);
        }
        return x.getGradient();
    }

    private static double along(UnaryOperator<NDArray> f, NDArray w, NDArray x, NDArray v) {
        NDArray at = x.stopGradient();
        NDArray d = f.apply(at.add(v)).sub(f.apply(at.sub(v)));
        return (w == null ? d : d.mul(w)).sum().getDouble() / 2;
    }

    @Test
    void gradients() {
        gradient(NDArray::inverse, random(2, 3, 3).add(manager.eye(3, 3, 0, DataType.FLOAT64).mul(3)));
        gradient(x -> x.diagonal(1, 2, 0), random(3, 2, 4));
        gradient(x -> x.square().trace(-1, 0, 1), random(3, 4, 2));
        gradient(x -> x.matMul(x), random(2, 3, 3));
    }
}
