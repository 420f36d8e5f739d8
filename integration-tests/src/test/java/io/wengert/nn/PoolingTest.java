package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.GradientCollector;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** DJL's pooling by its definitions, as values and as gradients of first and second order. */
class PoolingTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private static Shape two(long a) { return new Shape(a, a); }

    private NDArray numbers(long... shape) {
        double[] v = new double[(int) new Shape(shape).size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.sin(37.0 * i + 1);
        }
        return manager.create(v, new Shape(shape));
    }

    private float[] gradient(NDArray x, UnaryOperator<NDArray> f) {
        x.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = f.apply(x);
            NDArray weights = manager.arange(1f, y.size() + 1f).reshape(y.getShape());
            collector.backward(y.mul(weights).sum());
            return x.getGradient().toFloatArray();
        }
    }

    @Test
    void maximumOfEachWindow() {
        NDArray x = manager.create(new float[] {1, 5, 2, 0, 3, 4, 8, 7, 6, 9, -1, -2}, new Shape(1, 1, 3, 4));
        assertArrayEquals(new float[] {5, 8}, Pool.maxPool2d(x, two(2), two(2), two(0), false).toFloatArray());
        NDArray ceil = Pool.maxPool2d(x, two(2), two(2), two(0), true);
        assertEquals(new Shape(1, 1, 2, 2), ceil.getShape());
        assertArrayEquals(new float[] {5, 8, 9, -1}, ceil.toFloatArray());
        assertArrayEquals(new float[] {1, 5, 0, 6, 9, 7}, Pool.maxPool2d(x, two(2), two(2), two(1),
                false).toFloatArray());
    }

    @Test
    void paddingIsNeverTheMaximum() {
        NDArray x = manager.create(new float[] {-3, -5, -4}, new Shape(1, 1, 3));
        assertArrayEquals(new float[] {-3, -3, -4}, Pool.maxPool1d(x, new Shape(3), new Shape(1), new Shape(1), false)
                .toFloatArray());
    }

    @Test
    void theFirstMaximumGetsTheGradient() {
        NDArray x = manager.create(new float[] {2, 2, 2, 1, 3, 3}, new Shape(1, 1, 6));
        assertArrayEquals(new float[] {1, 0, 2, 0, 3, 0},
                gradient(x, a -> Pool.maxPool1d(a, new Shape(2), new Shape(2), new Shape(0), false)));
        NDArray y = manager.create(new float[] {2, 2, 5, 1, 3, 3}, new Shape(1, 1, 6));
        assertArrayEquals(new float[] {0, 0, 6, 0, 4, 0},
                gradient(y, a -> Pool.maxPool1d(a, new Shape(3), new Shape(1), new Shape(0), false)));
        NDArray z = manager.create(new float[] {7, 7, 5, 1, 3, 3}, new Shape(1, 2, 3));
        assertArrayEquals(new float[] {1, 0, 0, 0, 2, 0}, gradient(z, Pool::globalMaxPool1d));
    }

    @Test
    void notANumberComesThrough() {
        NDArray x = manager.create(new float[] {1, Float.NaN, 3, 4}, new Shape(1, 1, 4));
        float[] y = Pool.maxPool1d(x, new Shape(2), new Shape(2), new Shape(0), false).toFloatArray();
        assertTrue(Float.isNaN(y[0]));
        assertEquals(4, y[1]);
    }

    /** PyTorch's rules: the padding counts, but what sticks out behind it in ceil mode does not. */
    @Test
    void meanWithAndWithoutPadding() {
        NDArray x = manager.create(new float[] {1, 2, 3, 4, 5}, new Shape(1, 1, 5));
        Shape k = new Shape(3);
        Shape s = new Shape(3);
        assertArrayEquals(new float[] {1, 4}, Pool.avgPool1d(x, k, s, new Shape(1), false, true).toFloatArray());
        assertArrayEquals(new float[] {1.5f, 4}, Pool.avgPool1d(x, k, s, new Shape(1), false, false).toFloatArray());
        assertArrayEquals(new float[] {2, 4.5f}, Pool.avgPool1d(x, k, s, new Shape(0), true, true).toFloatArray());
        NDArray wide = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(1, 1, 6));
        assertArrayEquals(new float[] {1, 4, 3}, Pool.avgPool1d(wide, k, s, new Shape(1), true, true).toFloatArray(),
                1e-6f);
        assertArrayEquals(new float[] {0.5f, 0.5f, 2 / 3f, 2 / 3f, 2 / 3f},
                gradient(x, a -> Pool.avgPool1d(a, k, s, new Shape(1), false, false)), 1e-6f);
    }

    @Test
    void aWindowDoesNotStartBehindThePadding() {
        NDArray x = manager.arange(4f).reshape(1, 1, 4);
        assertEquals(new Shape(1, 1, 2), Pool.maxPool1d(x, new Shape(1), new Shape(3), new Shape(0), true).getShape());
        assertEquals(new Shape(1, 1, 2), Pool.maxPool1d(x, new Shape(2), new Shape(2), new Shape(0), true).getShape());
    }

    @Test
    void normsOfWindows() {
        NDArray x = manager.create(new float[] {3, -4, 0, 0, 1, 2}, new Shape(1, 1, 6));
        UnaryOperator<NDArray> norm = a -> Pool.lpPool1d(a, 2, new Shape(2), new Shape(2), new Shape(0), false);
        assertArrayEquals(new float[] {5, 0, (float) Math.sqrt(5)}, norm.apply(x).toFloatArray(), 1e-6f);
        float root = (float) Math.sqrt(5);
        assertArrayEquals(new float[] {0.6f, -0.8f, 0, 0, 3 / root, 6 / root}, gradient(x, norm), 1e-6f);
        assertArrayEquals(new float[] {7, 0, 3},
                Pool.lpPool1d(x, 1, new Shape(2), new Shape(2), new Shape(0), false).toFloatArray());
        assertArrayEquals(new float[] {(float) Math.cbrt(91), 0, (float) Math.cbrt(9)},
                Pool.lpPool1d(x, 3, new Shape(2), new Shape(2), new Shape(0), false).toFloatArray(), 1e-5f);
        assertArrayEquals(new float[] {4, 0, 2}, Pool.lpPool1d(x, Float.POSITIVE_INFINITY, new Shape(2), new Shape(2),
                new Shape(0), false).toFloatArray());
    }

    @Test
    void wholeChannels() {
        NDArray x = manager.arange(16f).reshape(2, 2, 2, 2);
        assertEquals(new Shape(2, 2), Pool.globalMaxPool2d(x).getShape());
        assertArrayEquals(new float[] {3, 7, 11, 15}, Pool.globalMaxPool2d(x).toFloatArray());
        assertArrayEquals(new float[] {1.5f, 5.5f, 9.5f, 13.5f}, Pool.globalAvgPool2d(x).toFloatArray());
        assertArrayEquals(new float[] {6, 22, 38, 54}, Pool.globalLpPool2d(x, 1).toFloatArray());
        assertEquals(new Shape(1, 4), Pool.globalAvgPool1d(manager.zeros(new Shape(1, 4, 3))).getShape());
        assertEquals(new Shape(1, 4), Pool.globalMaxPool3d(manager.zeros(new Shape(1, 4, 3, 2, 2))).getShape());
    }

    @Test
    void gradientsOfFirstAndSecondOrder() {
        NDArray x = numbers(2, 2, 5, 4);
        FiniteDifferences.check(a -> squared(Pool.maxPool2d(a[0], two(3), two(2), two(1), true)), x);
        FiniteDifferences.check(a -> squared(Pool.avgPool2d(a[0], two(3), two(2), two(1), true, true)), x);
        FiniteDifferences.check(a -> squared(Pool.avgPool2d(a[0], two(2), two(1), two(1), false, false)), x);
        FiniteDifferences.check(a -> Pool.lpPool2d(a[0], 2, two(3), two(2), two(1), false), x);
        FiniteDifferences.check(a -> Pool.globalLpPool2d(a[0], 3), x);
        FiniteDifferences.check(a -> squared(Pool.globalMaxPool2d(a[0])), x);
        FiniteDifferences.check(a -> squared(Pool.globalAvgPool2d(a[0])), x);
    }

    private static NDArray squared(NDArray a) { return a.mul(a); }

    @Test
    void halfPrecisionAndViews() {
        NDArray x = numbers(2, 3, 6, 8);
        NDArray half = x.toType(DataType.FLOAT16, false);
        assertEquals(DataType.FLOAT16, Pool.avgPool2d(half, two(2), two(2), two(0), false, true).getDataType());
        NDArray turned = x.transpose(0, 1, 3, 2);
        NDArray y = Pool.maxPool2d(turned, new Shape(2, 3), new Shape(2, 3), new Shape(0, 0), false);
        NDArray z = Pool.maxPool2d(x, new Shape(3, 2), new Shape(3, 2), new Shape(0, 0), false).transpose(0, 1, 3, 2);
        assertArrayEquals(z.toDoubleArray(), y.toDoubleArray());
        assertEquals(new Shape(0, 3, 3, 4), Pool.maxPool2d(manager.zeros(new Shape(0, 3, 6, 8)), two(2), two(2), two(0),
                false)
                .getShape());
    }

    @Test
    void errorsNameWhatIsWrong() {
        NDArray x = numbers(1, 1, 4, 4);
        wrong("larger", () -> Pool.maxPool2d(x, two(5), two(1), two(0), false));
        wrong("padding", () -> Pool.maxPool2d(x, two(2), two(1), two(2), false));
        wrong("stride", () -> Pool.maxPool2d(x, two(2), two(0), two(0), false));
        wrong("floating", () -> Pool.maxPool2d(x.toType(DataType.INT32, false), two(2), two(2), two(0), false));
        wrong("norm", () -> Pool.lpPool2d(x, 0, two(2), two(2), two(0), false));
        wrong("spatial", () -> x.getNDArrayInternal().maxPool(new Shape(2), new Shape(2), new Shape(0), false));
    }

    private static void wrong(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
