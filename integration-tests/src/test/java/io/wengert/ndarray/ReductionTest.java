package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.wengert.djl.WgGradientCollector;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sums, means, extrema, norms and percentiles, as DJL's documentation states them and NumPy computes them. */
class ReductionTest {

    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;
    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray floats(Shape shape, float... values) { return manager.create(values, shape); }

    private NDArray vector(float... values) { return manager.create(values); }

    private static void is(NDArray actual, Shape shape, float... expected) {
        assertEquals(shape, actual.getShape());
        assertEquals(DataType.FLOAT32, actual.getDataType());
        assertArrayEquals(expected, actual.toFloatArray(), 1e-4f);
    }

    private static void is(NDArray actual, Shape shape, long... expected) {
        assertEquals(shape, actual.getShape());
        assertEquals(DataType.INT64, actual.getDataType());
        assertArrayEquals(expected, actual.toLongArray());
    }

    private static void is(NDArray actual, boolean expected) {
        assertEquals(new Shape(), actual.getShape());
        assertEquals(DataType.BOOLEAN, actual.getDataType());
        assertEquals(expected, actual.getBoolean());
    }

    @Test
    void documentedExtrema() {
        NDArray a = floats(new Shape(2, 2), 0, 1, 2, 3);
        is(a.max(), new Shape(), 3f);
        is(a.max(new int[] {0}), new Shape(2), 2f, 3f);
        is(a.max(new int[] {1}), new Shape(2), 1f, 3f);
        is(a.max(new int[] {0}, true), new Shape(1, 2), 2f, 3f);
        is(a.max(new int[] {1}, true), new Shape(2, 1), 1f, 3f);
        is(a.min(), new Shape(), 0f);
        is(a.min(new int[] {0}), new Shape(2), 0f, 1f);
        is(a.min(new int[] {1}), new Shape(2), 0f, 2f);
        is(a.min(new int[] {0}, true), new Shape(1, 2), 0f, 1f);
        is(a.min(new int[] {1}, true), new Shape(2, 1), 0f, 2f);
    }

    @Test
    void documentedSumsProductsAndMeans() {
        is(vector(0.5f, 1.5f).sum(), new Shape(), 2f);
        NDArray a = floats(new Shape(2, 2), 0, 1, 0, 5);
        is(a.sum(), new Shape(), 6f);
        is(a.sum(new int[] {0}), new Shape(2), 0f, 6f);
        is(a.sum(new int[] {1}), new Shape(2), 1f, 5f);
        is(a.sum(new int[] {0}, true), new Shape(1, 2), 0f, 6f);
        is(a.sum(new int[] {1}, true), new Shape(2, 1), 1f, 5f);
        NDArray b = floats(new Shape(2, 2), 1, 2, 3, 4);
        is(vector(2, 3).prod(), new Shape(), 6f);
        is(b.prod(), new Shape(), 24f);
        is(b.prod(new int[] {0}), new Shape(2), 3f, 8f);
        is(b.prod(new int[] {1}), new Shape(2), 2f, 12f);
        is(b.prod(new int[] {0}, true), new Shape(1, 2), 3f, 8f);
        is(b.prod(new int[] {1}, true), new Shape(2, 1), 2f, 12f);
        is(vector(2, 3).mean(), new Shape(), 2.5f);
        is(b.mean(), new Shape(), 2.5f);
        is(b.mean(new int[] {0}), new Shape(2), 2f, 3f);
        is(b.mean(new int[] {1}), new Shape(2), 1.5f, 3.5f);
        is(b.mean(new int[] {0}, true), new Shape(1, 2), 2f, 3f);
        is(b.mean(new int[] {1}, true), new Shape(2, 1), 1.5f, 3.5f);
    }

    @Test
    void documentedNorms() {
        is(vector(-3, -4).norm(), new Shape(), 5f);
        is(vector(-3, -4).norm(new int[] {0}), new Shape(), 5f);
        is(vector(-3, -4).norm(true), new Shape(1), 5f);
        NDArray a = floats(new Shape(2, 2), 1, 2, 3, 4);
        is(a.norm(), new Shape(), 5.4772f);
        is(a.norm(true), new Shape(1, 1), 5.4772f);
        is(a.norm(new int[] {0}), new Shape(2), 3.1623f, 4.4721f);
        is(a.norm(new int[] {0}, true), new Shape(1, 2), 3.1623f, 4.4721f);
        is(a.norm(2, new int[] {0}, true), new Shape(1, 2), 3.1623f, 4.4721f);
        is(a.norm(2, new int[] {0}, false), new Shape(2), 3.1623f, 4.4721f);
        NDArray b = floats(new Shape(2, 3), 1, 2, 3, 4, 5, 6);
        float[] unit = {0.2673f, 0.5345f, 0.8018f, 0.4558f, 0.5698f, 0.6838f};
        is(b.normalize(), new Shape(2, 3), unit);
        is(b.normalize(2, 1), new Shape(2, 3), unit);
        is(b.normalize(2, -1, 1e-12), new Shape(2, 3), unit);
    }

    @Test
    void normsOfAnyOrder() {
        NDArray a = floats(new Shape(2, 2), -1, 2, 0, -4);
        int[] last = {-1};
        is(a.norm(1, last, false), new Shape(2), 3f, 4f);
        is(a.norm(3, last, false), new Shape(2), 2.0801f, 4f);
        is(a.norm(0, last, false), new Shape(2), 2f, 1f);
        is(a.norm(-1, last, false), new Shape(2), 0.6667f, 0f);
        is(a.norm(Integer.MAX_VALUE, last, false), new Shape(2), 2f, 4f);
        is(a.norm(Integer.MIN_VALUE, last, false), new Shape(2), 1f, 0f);
        is(a.norm(new int[] {0, 1}, true), new Shape(1, 1), 4.5826f);
        is(manager.create(new int[] {3, 4}).norm(), new Shape(), 5f);
        // Squares of 300 are beyond float16, the norm is not.
        NDArray half = vector(300, 400).toType(DataType.FLOAT16, false);
        assertEquals(500f, half.norm().toType(DataType.FLOAT32, false).getFloat());
        is(a.normalize(1, 1, 1e-12), new Shape(2, 2), -0.3333f, 0.6667f, 0f, -1f);
        is(vector(0, 0).normalize(2, 0), new Shape(2), 0f, 0f);
        assertThrows(IndexOutOfBoundsException.class, () -> vector(1).normalize());
        assertThrows(IndexOutOfBoundsException.class, () -> a.normalize(2, 1L << 32));
        assertThrows(IllegalArgumentException.class, () -> a.normalize(Double.NaN, 0));
    }

    @Test
    void documentedQuestions() {
        is(manager.create(new boolean[] {true, false, true, true}, new Shape(2, 2)).all(), false);
        is(vector(-1, 4, 5).all(), true);
        is(manager.create(new boolean[] {true, false, true, true}, new Shape(2, 2)).any(), true);
        is(vector(-1, 0, 5).any(), true);
        is(manager.create(new boolean[] {false, false}).none(), true);
        is(vector(-1, 0, 5).none(), false);
        NDArray a = floats(new Shape(2, 3), 0, 0, 1, 2, 7, 0);
        is(a.countNonzero(), new Shape(), 3);
        is(a.countNonzero(0), new Shape(3), 1, 1, 1);
        is(a.countNonzero(1), new Shape(2), 1, 2);
    }

    @Test
    void questionsAboutNothingAndNaN() {
        NDArray none = manager.create(new Shape(0, 3));
        is(none.all(), true);
        is(none.any(), false);
        is(none.none(), true);
        is(none.countNonzero(0), new Shape(3), 0, 0, 0);
        is(vector(NAN, 0).countNonzero(), new Shape(), 1);
        is(manager.create(5).all(), true);
    }

    @Test
    void closeness() {
        NDArray big = manager.create(new double[] {1.00001e10, 1e-8});
        assertFalse(manager.create(new double[] {1e10, 1e-7}).allClose(big));
        assertTrue(manager.create(new double[] {1e10, 1e-8}).allClose(manager.create(new double[] {1.00001e10, 1e-9})));
        assertFalse(vector(1, NAN).allClose(vector(1, NAN)));
        assertTrue(vector(1, NAN).allClose(vector(1, NAN), 1e-05, 1e-08, true));
        assertFalse(vector(1, NAN).allClose(vector(1, 2), 1e-05, 1e-08, true));
        assertFalse(vector(1).allClose(floats(new Shape(1, 1), 1)));
        assertTrue(vector(INF, -INF).allClose(vector(INF, -INF)));
        assertFalse(vector(1).allClose(vector(INF)));
        assertFalse(vector(-INF).allClose(vector(INF)));
        assertTrue(manager.create(new int[] {1, 2}).allClose(vector(1, 2)));
        assertTrue(manager.create(new Shape(0)).allClose(manager.create(new Shape(0))));
    }

    @Test
    void integersAreExact() {
        is(manager.create(new int[] {Integer.MAX_VALUE, 1}).sum(), new Shape(), 1L << 31);
        is(manager.create(new boolean[] {true, true, false}).sum(), new Shape(), 2);
        is(manager.create(new byte[] {100, 100, 100}).sum(), new Shape(), 300);
        is(manager.create(new byte[] {100, 100}).prod(), new Shape(), 10_000);
        long big = (1L << 53) + 1;
        NDArray longs = manager.create(new long[] {big, big - 1, -big});
        is(longs.max(), new Shape(), big);
        is(longs.min(), new Shape(), -big);
        is(longs.sum(), new Shape(), big - 1);
        NDArray unsigned = manager.create(new long[] {-1, 1, 5}).toType(DataType.UINT64, false);
        assertEquals(DataType.UINT64, unsigned.max().getDataType());
        assertEquals(-1, unsigned.max().toLongArray()[0]);
        assertEquals(1, unsigned.min().toLongArray()[0]);
        is(manager.create(new int[] {1, 2}).mean(), new Shape(), 1.5f);
        is(manager.create(new int[] {16777217, 16777219}).mean(), new Shape(), 16777218f);
        assertEquals(DataType.INT8, manager.create(new byte[] {3, -3}).max().getDataType());
        assertTrue(manager.create(new boolean[] {true, false}).max().getBoolean());
    }

    @Test
    void halfMeansDoNotOverflow() {
        NDArray a = manager.full(new Shape(70_000), 2f).toType(DataType.FLOAT16, false);
        assertEquals(DataType.FLOAT16, a.mean().getDataType());
        assertEquals(2f, a.mean().toType(DataType.FLOAT32, false).getFloat());
    }

    @Test
    void nanSpreads() {
        NDArray a = floats(new Shape(2, 2), 1, NAN, 3, 4);
        is(a.max(new int[] {1}), new Shape(2), NAN, 4f);
        is(a.min(new int[] {0}), new Shape(2), 1f, NAN);
        is(a.sum(), new Shape(), NAN);
        is(a.median(new int[] {1}), new Shape(2), NAN, 3.5f);
        is(a.percentile(0, new int[] {1}), new Shape(2), NAN, 3f);
    }

    @Test
    void emptyAndScalar() {
        NDArray none = manager.create(new Shape(0, 3));
        is(none.sum(), new Shape(), 0f);
        is(none.prod(new int[] {0}), new Shape(3), 1f, 1f, 1f);
        is(none.mean(), new Shape(), NAN);
        is(none.norm(), new Shape(), 0f);
        is(none.max(new int[] {1}), new Shape(0), new float[0]);
        is(none.median(new int[] {1}), new Shape(0), new float[0]);
        assertThrows(IllegalArgumentException.class, none::max);
        assertThrows(IllegalArgumentException.class, none::median);
        NDArray scalar = manager.create(-7f);
        is(scalar.sum(), new Shape(), -7f);
        is(scalar.prod(), new Shape(), -7f);
        is(scalar.mean(), new Shape(), -7f);
        is(scalar.max(), new Shape(), -7f);
        is(scalar.norm(true), new Shape(), 7f);
        is(scalar.median(), new Shape(), -7f);
        is(vector(1, 2).sum(new int[0]), new Shape(2), 1f, 2f);
        is(vector(1, 2).percentile(10, new int[0]), new Shape(2), 1f, 2f);
    }

    @Test
    void badArguments() {
        NDArray a = floats(new Shape(2, 2), 1, 2, 3, 4);
        Throwable e = assertThrows(IndexOutOfBoundsException.class, () -> a.sum(new int[] {2}));
        assertEquals("sum: there is no axis 2: float32 (2, 2)", e.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> a.max(new int[] {-3}));
        assertThrows(IndexOutOfBoundsException.class, () -> a.norm(new int[] {5}));
        assertThrows(IndexOutOfBoundsException.class, () -> a.median(new int[] {5}));
        e = assertThrows(IllegalArgumentException.class, () -> a.mean(new int[] {0, -2}));
        assertEquals("mean: axis -2 is named twice in [0, -2]: float32 (2, 2)", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> a.norm(1, new int[] {0, 0}, false));
        assertThrows(IllegalArgumentException.class, () -> a.percentile(101));
        assertThrows(IllegalArgumentException.class, () -> a.percentile(-0.5));
        assertThrows(IllegalArgumentException.class, () -> a.percentile(Double.NaN));
    }

    @Test
    void percentiles() {
        NDArray a = floats(new Shape(2, 3), 10, 7, 4, 3, 2, 1);
        is(a.median(), new Shape(), 3.5f);
        is(a.percentile(30), new Shape(), 2.5f);
        is(a.percentile(30, new int[] {0}), new Shape(3), 5.1f, 3.5f, 1.9f);
        is(a.percentile(30, new int[] {1}), new Shape(2), 5.8f, 1.6f);
        is(a.median(new int[] {-1}), new Shape(2), 7f, 2f);
        is(a.percentile(0), new Shape(), 1f);
        is(a.percentile(100f), new Shape(), 10f);
        float[] v = new float[24];
        for (int i = 0; i < v.length; i++) {
            v[i] = i;
        }
        NDArray b = floats(new Shape(2, 3, 4), v);
        is(b.percentile(25, new int[] {0, 2}), new Shape(3), 1.75f, 5.75f, 9.75f);
        is(b.percentile(90, new int[] {2, 0}), new Shape(3), 14.3f, 18.3f, 22.3f);
        is(b.median(new int[] {1, 2}), new Shape(2), 5.5f, 17.5f);
        is(manager.create(new int[] {1, 2, 3, 4}).median(), new Shape(), 2.5f);
        is(vector(-INF, INF, INF, INF).percentile(50), new Shape(), INF);
        is(vector(-3e38f, 3e38f).median(), new Shape(), 0f);
    }

    @Test
    void complexNumbers() {
        NDArray z = floats(new Shape(2, 2), 3, 4, 0, 5).complex();
        assertEquals(DataType.COMPLEX64, z.sum().getDataType());
        is(z.sum().real(), new Shape(2), 3f, 9f);
        is(z.mean().real(), new Shape(2), 1.5f, 4.5f);
        is(z.cumSum(0).real(), new Shape(2, 2), 3f, 4f, 3f, 9f);
        is(z.norm(), new Shape(), 7.0711f);
        is(z.norm(1, new int[] {0}, true), new Shape(1), 10f);
        assertTrue(z.allClose(z.mul(1.000001)));
        assertFalse(z.allClose(z.conj()));
        assertFalse(z.allClose(vector(3, 0)));
        assertThrows(IllegalArgumentException.class, z::max);
        assertThrows(IllegalArgumentException.class, z::median);
        assertThrows(IndexOutOfBoundsException.class, () -> z.sum(new int[] {1}));
        assertThrows(IllegalArgumentException.class, () -> z.sum(new int[] {0, 0}));
    }

    @Test
    void anyLayout() {
        NDArray a = floats(new Shape(2, 3), 10, 7, 4, 3, 2, 1).transpose();
        is(a.sum(new int[] {0}), new Shape(2), 21f, 6f);
        is(a.prod(new int[] {1}), new Shape(3), 30f, 14f, 4f);
        is(a.max(new int[] {1}), new Shape(3), 10f, 7f, 4f);
        is(a.norm(1, new int[] {0}, false), new Shape(2), 21f, 6f);
        is(a.median(new int[] {0}), new Shape(2), 7f, 2f);
    }

    private float[] gradient(UnaryOperator<NDArray> f, float... values) {
        NDArray x = vector(values);
        x.setRequiresGradient(true);
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            c.backward(f.apply(x).sum());
        }
        return x.getGradient().toFloatArray();
    }

    @Test
    void gradientsWhereTheyAreDelicate() {
        assertArrayEquals(new float[] {0, 0.5f, 0.5f}, gradient(NDArray::max, 1, 3, 3));
        assertArrayEquals(new float[] {0.5f, 0, 0.5f}, gradient(NDArray::min, 1, 3, 1));
        assertArrayEquals(new float[] {0, 30, 0}, gradient(NDArray::prod, 5, 0, 6));
        assertArrayEquals(new float[] {0, 0, 0}, gradient(NDArray::prod, 5, 0, 0));
        assertArrayEquals(new float[] {1}, gradient(NDArray::prod, 0));
        assertArrayEquals(new float[] {3, 2}, gradient(NDArray::prod, 2, 3));
        assertArrayEquals(new float[] {0, 0}, gradient(NDArray::norm, 0, 0));
        assertArrayEquals(new float[] {0.6f, -0.8f}, gradient(NDArray::norm, 3, -4), 1e-6f);
        assertArrayEquals(new float[] {-1, 0, 1}, gradient(x -> x.norm(1, new int[] {0}, false), -2, 0, 5));
        assertArrayEquals(new float[] {0, 0}, gradient(x -> x.norm(3, new int[] {0}, false), 0, 0));
        assertArrayEquals(new float[] {0.5f, 0, 0, 0.5f}, gradient(NDArray::median, 2, 9, 0, 3));
        assertArrayEquals(new float[] {0.25f, 0.75f, 0}, gradient(x -> x.percentile(37.5), 1, 2, 3), 1e-6f);
        assertArrayEquals(new float[] {0, 1}, gradient(x -> x.normalize(2, 0), 1, 0), 1e-6f);
        assertArrayEquals(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, gradient(NDArray::mean, 1, 2, 3, 4));
    }

    /** The second derivative of a product by two of its factors is the product of the others, whatever is zero. */
    @Test
    void secondDerivativeOfAProductWithZeros() {
        float[][] cases = {{2, 3, 4}, {0, 3, 4}, {0, 0, 4, 5}, {0, 0, 0}, {0, 7}};
        for (float[] v : cases) {
            NDArray x = vector(v);
            x.setRequiresGradient(true);
            for (int i = 0; i < v.length; i++) {
                float[] expected = new float[v.length];
                for (int j = 0; j < v.length; j++) {
                    expected[j] = j == i ? 0 : 1;
                    for (int k = 0; k < v.length && j != i; k++) {
                        expected[j] *= k == i || k == j ? 1 : v[k];
                    }
                }
                assertArrayEquals(expected, hessianRow(x, i), Arrays.toString(v) + " row " + i);
            }
        }
    }

    private float[] hessianRow(NDArray x, int i) {
        float[] unit = new float[(int) x.size()];
        unit[i] = 1;
        NDList xs = new NDList(x);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray g = c.grad(new NDList(x.prod()), xs, null, true, true).get(0);
            return c.grad(new NDList(g.mul(vector(unit)).sum()), xs, null, false, false).get(0).toFloatArray();
        }
    }

    /** As PyTorch's max and amax: ties share equally, and all NaN are one extremum. */
    @Test
    void gradientsOfExtremaWithTiesAndNaN() {
        assertArrayEquals(new float[] {0, 0.5f, 0.5f}, gradient(NDArray::max, 1, 2, 2));
        assertArrayEquals(new float[] {1, 0, 0}, gradient(NDArray::min, 1, 2, 2));
        assertArrayEquals(new float[] {0, 1, 0}, gradient(NDArray::max, 1, NAN, 2));
        assertArrayEquals(new float[] {0.5f, 0, 0.5f}, gradient(NDArray::min, NAN, -INF, NAN));
        assertArrayEquals(new float[] {0.5f, 0, 0.5f}, gradient(NDArray::max, INF, 1, INF));
        assertArrayEquals(new float[] {0, 1, 0.5f, 0.5f},
                gradient(x -> x.reshape(2, 2).max(new int[] {1}).sum(), 3, NAN, 4, 4));
    }
}
