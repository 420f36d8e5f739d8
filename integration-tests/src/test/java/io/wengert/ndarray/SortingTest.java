package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.wengert.djl.WgGradientCollector;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sorting, positions of extrema, unique elements, and running sums and products. */
class SortingTest {

    private static final float NAN = Float.NaN;
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

    @Test
    void documentedPositions() {
        NDArray a = floats(new Shape(2, 3), 0, 1, 2, 3, 4, 5);
        is(a.argMax(), new Shape(), 5);
        is(a.argMax(0), new Shape(3), 1, 1, 1);
        is(a.argMax(1), new Shape(2), 2, 2);
        is(a.argMin(), new Shape(), 0);
        is(a.argMin(0), new Shape(3), 0, 0, 0);
        is(a.argMin(1), new Shape(2), 0, 0);
    }

    @Test
    void positionsOfTiesAndNaN() {
        is(vector(1, 3, 3).argMax(), new Shape(), 1);
        is(vector(1, NAN, 3, NAN).argMax(), new Shape(), 1);
        is(vector(1, NAN, -3).argMin(), new Shape(), 1);
        is(manager.create(new long[] {1L << 60, (1L << 60) + 1}).argMax(), new Shape(), 1);
        is(manager.create(new long[] {1, -1}).toType(DataType.UINT64, false).argMax(-1), new Shape(), 1);
        is(manager.create(7f).argMin(), new Shape(), 0);
        is(manager.create(new Shape(0, 2)).argMax(1), new Shape(0), new long[0]);
        assertThrows(IllegalArgumentException.class, () -> manager.create(new Shape(0, 2)).argMax());
        assertThrows(IllegalArgumentException.class, () -> manager.create(new Shape(0, 2)).argMin(0));
        Throwable e = assertThrows(IndexOutOfBoundsException.class, () -> vector(1).argMax(1));
        assertEquals("arg_max: there is no axis 1: float32 (1)", e.getMessage());
    }

    @Test
    void documentedSorting() {
        is(vector(3, 1, 2).argSort(), new Shape(3), 1, 2, 0);
        NDArray a = floats(new Shape(2, 2), 0, 3, 2, 2);
        is(a.argSort(), new Shape(2, 2), 0, 1, 0, 1);
        is(a.argSort(0), new Shape(2, 2), 0, 1, 1, 0);
        is(a.argSort(1), new Shape(2, 2), 0, 1, 0, 1);
        is(a.argSort(0, false), new Shape(2, 2), 1, 0, 0, 1);
        NDArray b = floats(new Shape(2, 2), 1, 4, 3, 1);
        is(b.sort(), new Shape(2, 2), 1f, 4f, 1f, 3f);
        is(b.sort(0), new Shape(2, 2), 1f, 1f, 3f, 4f);
    }

    @Test
    void sortingOfSpecialValues() {
        is(vector(NAN, 1, -0f, 0, -5, NAN).argSort(), new Shape(6), 4, 2, 3, 1, 0, 5);
        is(vector(NAN, 1, 1, NAN).argSort(0, false), new Shape(4), 0, 3, 1, 2);
        is(vector(2, NAN, 1).sort(), new Shape(3), 1f, 2f, NAN);
        is(manager.create(new long[] {(1L << 60) + 1, 1L << 60}).sort(), new Shape(2), 1L << 60, (1L << 60) + 1);
        NDArray unsigned = manager.create(new long[] {-1, 1}).toType(DataType.UINT64, false);
        assertArrayEquals(new long[] {1, -1}, unsigned.sort().toLongArray());
        is(manager.create(3f).sort(), new Shape(), 3f);
        is(manager.create(3f).argSort(), new Shape(), 0);
        is(manager.create(new Shape(2, 0)).sort(), new Shape(2, 0), new float[0]);
        is(manager.create(new Shape(0, 2)).argSort(), new Shape(0, 2), new long[0]);
        assertThrows(IndexOutOfBoundsException.class, () -> vector(1).sort(2));
        assertThrows(IllegalArgumentException.class, () -> manager.create(new String[] {"b", "a"}).sort());
    }

    @Test
    void topElements() {
        NDArray a = floats(new Shape(2, 4), 1, 5, 5, 2, 8, 0, 3, 9);
        NDList best = a.topK(2, 1);
        is(best.get(0), new Shape(2, 2), 5f, 5f, 9f, 8f);
        is(best.get(1), new Shape(2, 2), 1, 2, 3, 0);
        NDList least = a.topK(1, -2, false, true);
        is(least.get(0), new Shape(1, 4), 1f, 0f, 3f, 2f);
        is(least.get(1), new Shape(1, 4), 0, 1, 1, 0);
        is(a.topK(4, 1, true, false).get(0), new Shape(2, 4), 5f, 5f, 2f, 1f, 9f, 8f, 3f, 0f);
        is(a.topK(0, 0).get(1), new Shape(0, 4), new long[0]);
        is(vector(1, NAN, 2).topK(2, 0).get(1), new Shape(2), 1, 2);
        Throwable e = assertThrows(IllegalArgumentException.class, () -> a.topK(3, 0));
        assertEquals("top_k: no 3 elements along axis 0: float32 (2, 4)", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> a.topK(-1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> a.topK(1, 2));
    }

    @Test
    void uniqueElements() {
        NDArray a = floats(new Shape(2, 3), 3, 1, 3, 2, 1, 3);
        assertEquals(1, a.unique().size());
        is(a.unique().singletonOrThrow(), new Shape(3), 1f, 2f, 3f);
        NDList all = a.unique(true, true, true);
        is(all.get(1), new Shape(2, 3), 2, 0, 2, 1, 0, 2);
        is(all.get(2), new Shape(3), 2, 1, 3);
        is(a.unique(false, false, true).get(1), new Shape(3), 2, 1, 3);
        is(a.unique(null, true, true, false).get(1), new Shape(2, 3), 2, 0, 2, 1, 0, 2);
        NDList nan = vector(NAN, 1, NAN, -0f, 0).unique(true, true, true);
        is(nan.get(0), new Shape(3), 0f, 1f, NAN);
        is(nan.get(1), new Shape(5), 2, 1, 2, 0, 0);
        is(nan.get(2), new Shape(3), 2, 1, 2);
        NDList scalar = manager.create(4f).unique(true, true, true);
        is(scalar.get(0), new Shape(1), 4f);
        is(scalar.get(1), new Shape(), 0);
        NDList none = manager.create(new Shape(0, 2)).unique(true, true, true);
        is(none.get(0), new Shape(0), new float[0]);
        is(none.get(1), new Shape(0, 2), new long[0]);
        is(none.get(2), new Shape(0), new long[0]);
        NDArray longs = manager.create(new long[] {5, (1L << 60) + 1, 1L << 60});
        is(longs.unique().get(0), new Shape(3), 5, 1L << 60, (1L << 60) + 1);
        assertArrayEquals(new boolean[] {false, true},
                manager.create(new boolean[] {true, false, true}).unique().get(0).toBooleanArray());
    }

    @Test
    void uniqueSlices() {
        NDArray a = floats(new Shape(4, 3), 1, 2, 3, 1, 2, 0, 1, 2, 3, 0, 9, 9);
        NDList rows = a.unique(0, true, true, true);
        is(rows.get(0), new Shape(3, 3), 0f, 9f, 9f, 1f, 2f, 0f, 1f, 2f, 3f);
        is(rows.get(1), new Shape(4), 2, 1, 2, 0);
        is(rows.get(2), new Shape(3), 1, 1, 2);
        NDList columns = floats(new Shape(2, 3), 2, 1, 2, 0, 5, 0).unique(-1, true, true, true);
        is(columns.get(0), new Shape(2, 2), 1f, 2f, 5f, 0f);
        is(columns.get(1), new Shape(3), 1, 0, 1);
        is(columns.get(2), new Shape(2), 1, 2);
        is(manager.create(new Shape(3, 0)).unique(0, true, true, true).get(2), new Shape(1), 3);
        is(manager.create(new Shape(0, 3)).unique(0, true, false, false).get(0), new Shape(0, 3), new float[0]);
        is(vector(2, 1, 2).unique(0, true, false, true).get(1), new Shape(2), 1, 2);
        assertThrows(IndexOutOfBoundsException.class, () -> a.unique(2, true, false, false));
    }

    @Test
    void uniqueSlicesOfAnyWidth() {
        Random random = new Random(5);
        for (int width = 1; width < 9; width++) {
            int n = 200;
            float[] v = new float[n * width];
            TreeMap<String, Long> counts = new TreeMap<>();
            for (int i = 0; i < n; i++) {
                StringBuilder row = new StringBuilder();
                for (int j = 0; j < width; j++) {
                    v[i * width + j] = random.nextInt(width < 3 ? 5 : 2);
                    row.append((int) v[i * width + j]);
                }
                counts.merge(row.toString(), 1L, Long::sum);
            }
            NDList u = floats(new Shape(n, width), v).unique(0, true, true, true);
            long[] expected = counts.values().stream().mapToLong(x -> x).toArray();
            is(u.get(2), new Shape(expected.length), expected);
            float[] values = u.get(0).toFloatArray();
            long[] inverse = u.get(1).toLongArray();
            for (int i = 0; i < n; i++) {
                int at = (int) inverse[i] * width;
                float[] row = Arrays.copyOfRange(v, i * width, (i + 1) * width);
                assertArrayEquals(row, Arrays.copyOfRange(values, at, at + width));
            }
        }
    }

    @Test
    void runningSumsAndProducts() {
        NDArray a = floats(new Shape(2, 3), 1, 2, 3, 4, 5, 6);
        is(a.cumSum(), new Shape(6), 1f, 3f, 6f, 10f, 15f, 21f);
        is(a.cumSum(0), new Shape(2, 3), 1f, 2f, 3f, 5f, 7f, 9f);
        is(a.cumSum(1), new Shape(2, 3), 1f, 3f, 6f, 4f, 9f, 15f);
        is(a.cumProd(1), new Shape(2, 3), 1f, 2f, 6f, 4f, 20f, 120f);
        is(a.cumProd(-2), new Shape(2, 3), 1f, 2f, 3f, 4f, 10f, 18f);
        is(a.cumProd(1, DataType.INT64), new Shape(2, 3), 1, 2, 6, 4, 20, 120);
        assertEquals(DataType.INT32, a.cumProd(1, DataType.INT32).getDataType());
        is(manager.create(new int[] {1, 2, 3}).cumProd(0, DataType.FLOAT32), new Shape(3), 1f, 2f, 6f);
        is(manager.create(new int[] {Integer.MAX_VALUE, 1}).cumSum(0), new Shape(2), Integer.MAX_VALUE, 1L << 31);
        is(manager.create(new boolean[] {true, true}).cumSum(), new Shape(2), 1, 2);
        is(manager.create(new int[] {1 << 30, 4}).cumProd(0), new Shape(2), 1 << 30, 1L << 32);
        is(manager.create(new Shape(0)).cumSum(), new Shape(0), new float[0]);
        is(manager.create(new Shape(2, 0)).cumProd(1), new Shape(2, 0), new float[0]);
        is(manager.create(3f).cumSum(), new Shape(1), 3f);
        assertThrows(IndexOutOfBoundsException.class, () -> a.cumSum(2));
        assertThrows(IndexOutOfBoundsException.class, () -> a.cumProd(-3));
    }

    @Test
    void differences() {
        NDArray a = floats(new Shape(2, 3), 1, 4, 9, 0, 1, 0);
        is(a.diff(1, 1), new Shape(2, 2), 3f, 5f, 1f, -1f);
        is(a.diff(1, 0), new Shape(1, 3), -1f, -3f, -9f);
        is(a.diff(2, -1), new Shape(2, 1), 2f, -2f);
        is(a.diff(0, 0), new Shape(2, 3), 1f, 4f, 9f, 0f, 1f, 0f);
        is(a.diff(5, 1), new Shape(2, 0), new float[0]);
        assertArrayEquals(new boolean[] {true, false},
                manager.create(new boolean[] {true, false, false}).diff(1, 0).toBooleanArray());
        assertThrows(IllegalArgumentException.class, () -> a.diff(-1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> manager.create(1f).diff(1, 0));
    }

    @Test
    void anyLayout() {
        NDArray a = floats(new Shape(2, 3), 1, 4, 9, 0, 7, 0).transpose();
        is(a.argMax(0), new Shape(2), 2, 1);
        is(a.sort(0), new Shape(3, 2), 1f, 0f, 4f, 0f, 9f, 7f);
        is(a.argMax(), new Shape(), 4);
        is(a.cumSum(), new Shape(6), 1f, 1f, 5f, 12f, 21f, 21f);
        is(a.topK(1, 1).get(1), new Shape(3, 1), 0, 1, 0);
        is(a.unique(1, true, true, false).get(1), new Shape(2), 1, 0);
    }

    private float[] gradient(UnaryOperator<NDArray> f, float[] weights, float... values) {
        NDArray x = vector(values);
        x.setRequiresGradient(true);
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            c.backward(f.apply(x).mul(vector(weights)).sum());
        }
        return x.getGradient().toFloatArray();
    }

    @Test
    void gradientsGoBackToWhereValuesCameFrom() {
        assertArrayEquals(new float[] {3, 1, 2}, gradient(NDArray::sort, new float[] {1, 2, 3}, 9, 4, 5));
        assertArrayEquals(new float[] {1, 0, 2}, gradient(x -> x.topK(2, 0).get(0), new float[] {1, 2}, 9, 4, 5));
        assertArrayEquals(new float[] {6, 5, 3}, gradient(x -> x.cumSum(0), new float[] {1, 2, 3}, 9, 4, 5));
        assertArrayEquals(new float[] {-1, -1, 2}, gradient(x -> x.diff(1, 0), new float[] {1, 2}, 9, 4, 5));
    }

    /** Values, first and second derivatives against the definition, with zeros at all places. */
    @Test
    void runningProductsAroundZeros() {
        float[][] cases = {{2, 3, 4, 5}, {0, 3, 4, 5, 6}, {2, 0, 4}, {2, 0, 0, 5}, {0, 0, 0}, {7, 0}, {0}};
        for (float[] v : cases) {
            int n = v.length;
            float[] w = new float[n];
            for (int i = 0; i < n; i++) {
                w[i] = i + 1;
            }
            for (int a = 0; a < n; a++) {
                float[] first = new float[n];
                float[] second = new float[n];
                for (int b = 0; b < n; b++) {
                    first[b] = derivative(v, w, b, b);
                    second[b] = a == b ? 0 : derivative(v, w, a, b);
                }
                assertArrayEquals(first, gradient(x -> x.cumProd(0), w, v), Arrays.toString(v));
                assertArrayEquals(second, hessianRow(v, w, a), Arrays.toString(v) + " row " + a);
            }
        }
    }

    /** Of the weighted sum of running products, by the factors a and b (by one if they are the same). */
    private static float derivative(float[] v, float[] w, int a, int b) {
        float sum = 0;
        for (int i = Math.max(a, b); i < v.length; i++) {
            float product = w[i];
            for (int k = 0; k <= i; k++) {
                product *= k == a || k == b ? 1 : v[k];
            }
            sum += product;
        }
        return sum;
    }

    private float[] hessianRow(float[] v, float[] weights, int row) {
        NDArray x = vector(v);
        x.setRequiresGradient(true);
        float[] unit = new float[v.length];
        unit[row] = 1;
        NDList xs = new NDList(x);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = x.cumProd(0).mul(vector(weights)).sum();
            NDArray g = c.grad(new NDList(y), xs, null, true, true).get(0);
            NDList h = v.length == 1 ? null : c.grad(new NDList(g.mul(vector(unit)).sum()), xs, null, false, false);
            return h == null ? new float[1] : h.get(0).toFloatArray();
        }
    }
}
