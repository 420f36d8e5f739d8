package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading and writing parts of arrays. Expected values of mixed expressions are NumPy's. */
class IndexTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private static Shape shape(long... extents) { return new Shape(extents); }

    private NDArray floats(float... values) { return manager.create(values); }

    private NDArray longs(long... values) { return manager.create(values); }

    private NDArray flags(int... values) {
        boolean[] b = new boolean[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = values[i] != 0;
        }
        return manager.create(b);
    }

    /** 0, 1, 2, ... in a shape. */
    private NDArray count(long... extents) {
        float[] v = new float[(int) shape(extents).size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = i;
        }
        return manager.create(v, shape(extents));
    }

    private static void check(NDArray actual, Shape shape, float... values) {
        assertEquals(shape, actual.getShape());
        assertArrayEquals(values, actual.toFloatArray());
    }

    private static void wrong(Runnable call) { assertThrows(IllegalArgumentException.class, call::run); }

    private static void outside(Runnable call) { assertThrows(IndexOutOfBoundsException.class, call::run); }

    private static NDArray variable(NDArray x) {
        x.setRequiresGradient(true);
        return x;
    }

    private void backward(Supplier<NDArray> loss) {
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            c.backward(loss.get());
        }
    }

    @Test
    void shapesOfTheDocumentation() {
        NDArray a = count(5, 4, 3);
        Object[][] table = {
            {"2", shape(4, 3)}, {"-2", shape(4, 3)}, {":, 2", shape(5, 3)}, {"*, 2", shape(5, 3)},
            {":, 1:3", shape(5, 2, 3)}, {":, :3", shape(5, 3, 3)}, {":, 1:", shape(5, 3, 3)},
            {":, 1::2", shape(5, 2, 3)}, {"::-1", shape(5, 4, 3)}, {"...", shape(5, 4, 3)}, {"..., 2", shape(5, 4)},
            {":2, null, 0, :2", shape(2, 1, 2)}, {"1, ..., 2", shape(4)}, {"..., :2, 0", shape(5, 2)},
            {"null, ..., null", shape(1, 5, 4, 3, 1)},
        };
        for (Object[] row : table) {
            assertEquals(row[1], a.get(new NDIndex((String) row[0])).getShape(), (String) row[0]);
        }
        assertEquals(shape(2, 3), a.get(new NDIndex("{}, {}:{}", 0, 1, 3)).getShape());
        NDArray mixed = a.get(new NDIndex(":{}, {}, {}, {}", 2, longs(0, 1, 1).get("1:"), flags(1, 0, 1), null));
        check(mixed, shape(2, 2, 1), 3, 5, 15, 17);
    }

    @Test
    void readsIntegers() {
        NDArray x = count(2, 3);
        check(x.get(1), shape(3), 3, 4, 5);
        check(x.get(-1, -3), shape(), 3);
        check(x.get(manager.newSubManager(), 0), shape(3), 0, 1, 2);
        check(x.get(), shape(2, 3), 0, 1, 2, 3, 4, 5);
        assertEquals(4, x.getFloat(1, 1));
        assertEquals(5, x.toType(DataType.INT32, true).getInt(1, 2));
        check(manager.create(7f).get(new NDIndex()), shape(), 7);
        wrong(() -> x.get(0, 0, 0));
        wrong(() -> x.getScalar(0));
        String message = assertThrows(IndexOutOfBoundsException.class, () -> x.get(1, 3)).getMessage();
        for (String part : new String[] {"index 3", "size 3", "float32 (2, 3)"}) {
            assertTrue(message.contains(part), message);
        }
        outside(() -> x.get(-3));
        outside(() -> manager.create(shape(0)).get(0));
    }

    @Test
    void readsSlices() {
        NDArray x = count(7);
        Object[][] table = {
            {"::2", new float[] {0, 2, 4, 6}}, {"::-1", new float[] {6, 5, 4, 3, 2, 1, 0}},
            {"5:1:-2", new float[] {5, 3}}, {"-3:", new float[] {4, 5, 6}}, {":-5", new float[] {0, 1}},
            {"4:2", new float[] {}}, {"5:100", new float[] {5, 6}}, {"-100:2", new float[] {0, 1}},
            {"-2::-3", new float[] {5, 2}}, {"100::-4", new float[] {6, 2}},
        };
        for (Object[] row : table) {
            assertArrayEquals((float[]) row[1], x.get((String) row[0]).toFloatArray(), (String) row[0]);
        }
        check(x.get(new NDIndex().addSliceDim(1, 6, 2)), shape(3), 1, 3, 5);
        check(count(2, 3).get(NDIndex.sliceAxis(1, 0, 2)), shape(2, 2), 0, 1, 3, 4);
        wrong(() -> x.get("::0"));
        wrong(() -> x.get("0, :"));
    }

    @Test
    void readsByArraysAsNumPy() {
        NDArray x = count(2, 3, 4);
        NDArray rows = longs(1, 0);
        NDArray places = manager.create(new int[] {0, -1, 2, 1}, shape(2, 2));
        check(count(5).get(places), shape(2, 2), 0, 4, 2, 1);
        check(x.get("{}, {}, 1", rows, longs(2, -3)), shape(2), 21, 1);
        check(x.get("{}, :, {}", rows, longs(3, 0)), shape(2, 3), 15, 19, 23, 0, 4, 8);
        check(x.get("0, :, {}", longs(3, 0)), shape(2, 3), 3, 7, 11, 0, 4, 8);
        check(x.get(":, 1, {}", longs(3, 0)), shape(2, 2), 7, 4, 19, 16);
        check(x.get("{}, ::-2, :2", rows), shape(2, 2, 2), 20, 21, 12, 13, 8, 9, 0, 1);
        check(x.get("{}, {}, 0", longs(0, 1).reshape(2, 1), longs(0, 2)), shape(2, 2), 0, 8, 12, 20);
        check(x.get("null, {}, 0, 0", rows), shape(1, 2), 12, 0);
        check(x.get("1, {}", flags(0, 1, 0)), shape(1, 4), 16, 17, 18, 19);
        check(x.get("{}, {}", flags(1, 1), longs(2, 0)), shape(2, 4), 8, 9, 10, 11, 12, 13, 14, 15);
        assertEquals(shape(0, 3, 4), x.get(manager.create(new long[0])).getShape());
        wrong(() -> x.get("{}, {}", longs(0, 1), longs(0, 1, 2)));
        outside(() -> x.get(longs(2)));
        outside(() -> x.get(longs(0, -3)));
    }

    @Test
    void indicesOfAnyDtype() {
        NDArray x = floats(1, 2, 3);
        for (DataType t : new DataType[] {DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, DataType.UINT8,
            DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT64}) {
            check(x.get(longs(2, 0).toType(t, true)), shape(2), 3, 1);
        }
        check(x.take(longs(-1).toType(DataType.FLOAT32, true)), shape(1), 3);
        wrong(() -> x.get(floats(0.5f)));
        wrong(() -> x.get(floats(Float.NaN)));
        wrong(() -> x.take(flags(1)));
    }

    @Test
    void readsByMasks() {
        NDArray x = manager.create(new float[] {1, 2, 3, 4, 5, 6}, shape(3, 2));
        NDArray mask = flags(1, 0, 1);
        check(x.booleanMask(mask), shape(2, 2), 1, 2, 5, 6);
        check(x.get(mask), shape(2, 2), 1, 2, 5, 6);
        check(x.get(new NDIndex().addBooleanIndex(mask)), shape(2, 2), 1, 2, 5, 6);
        check(x.booleanMask(flags(0, 1), 1), shape(3, 1), 2, 4, 6);
        check(x.booleanMask(flags(0, 1), -1), shape(3, 1), 2, 4, 6);
        check(x.get(x.gt(4)), shape(2), 5, 6);
        check(x.get(x.gt(9)), shape(0));
        NDArray y = count(2, 2, 3);
        check(y.get(flags(1, 0, 0, 1).reshape(2, 2)), shape(2, 3), 0, 1, 2, 9, 10, 11);
        NDArray last = manager.create(new boolean[] {true, false, false, false, false, true}, shape(2, 3));
        check(y.booleanMask(last, 1), shape(2, 2), 0, 5, 6, 11);
        check(y.get("..., {}, 0", flags(0, 1)), shape(2, 1), 3, 9);
        check(x.booleanMask(floats(0, 2, 0)), shape(1, 2), 3, 4);
        wrong(() -> x.get(flags(1, 0)));
        wrong(() -> x.booleanMask(mask, 1));
        wrong(() -> x.booleanMask(manager.ones(shape(3, 2, 1), DataType.BOOLEAN)));
    }

    @Test
    void picks() {
        NDArray x = count(3, 4);
        check(x.get(new NDIndex().addAllDim().addPickDim(longs(1, 0, 3))), shape(3, 1), 1, 4, 11);
        NDArray column = manager.create(new float[] {1, 0, -1}, shape(3, 1));
        check(x.get(new NDIndex().addAllDim().addPickDim(column)), shape(3, 1), 1, 4, 11);
        check(x.get(new NDIndex().addPickDim(longs(2, 0))), shape(2, 4), 8, 9, 10, 11, 0, 1, 2, 3);
        NDArray images = count(2, 2, 3);
        NDArray labels = manager.create(new int[] {0, 1, 1, 0, 1, 0}, shape(2, 3));
        check(images.get(new NDIndex().addAllDim().addPickDim(labels)), shape(2, 1, 3), 0, 4, 5, 6, 10, 8);
        x.set(new NDIndex().addAllDim().addPickDim(longs(0, 1, 2)), -1);
        check(x, shape(3, 4), -1, 1, 2, 3, 4, -1, 6, 7, 8, 9, -1, 11);
        outside(() -> x.get(new NDIndex().addAllDim().addPickDim(longs(0, 4, 0))));
        wrong(() -> x.get(new NDIndex().addAllDim().addPickDim(longs(0, 1))));
        wrong(() -> x.get(new NDIndex().addAllDim().addPickDim(longs(0, 1).reshape(2, 1))));
        wrong(() -> x.set(new NDIndex().addAllDim().addPickDim(longs(0, 1)), -1));
        check(x, shape(3, 4), -1, 1, 2, 3, 4, -1, 6, 7, 8, 9, -1, 11);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Loss.softmaxCrossEntropyLoss()
                .evaluate(new NDList(longs(0, 1)), new NDList(count(3, 4).toType(DataType.FLOAT32, false))));
        assertTrue(e.getMessage().contains("labels") && e.getMessage().contains("(3, 4)"), e.getMessage());
        NDArray logits = variable(count(2, 3));
        backward(() -> logits.get(new NDIndex().addAllDim().addPickDim(longs(2, 0))).mul(3).sum());
        check(logits.getGradient(), shape(2, 3), 0, 0, 3, 3, 0, 0);
    }

    @Test
    void writes() {
        NDArray x = count(3, 3);
        NDArray other = x.get("1");
        x.set(new NDIndex("1"), 9);
        x.set(new NDIndex(":, ::2"), manager.create(new float[] {7, 8, 6}, shape(3, 1)));
        check(x, shape(3, 3), 7, 1, 7, 8, 9, 8, 6, 7, 6);
        check(other, shape(3), 3, 4, 5);
        x.set(new NDIndex("::-1, 0"), floats(1, 2, 3));
        check(x, shape(3, 3), 3, 1, 7, 2, 9, 8, 1, 7, 6);
        x.set(new NDIndex("0, 1:"), a -> a.mul(10));
        check(x.get(0), shape(3), 3, 10, 70);
        x.set(new NDIndex("..."), 0);
        check(x, shape(3, 3), new float[9]);
        x.set(new NDIndex("null, 2"), manager.ones(shape(1, 1, 3)));
        check(x.get(2), shape(3), 1, 1, 1);
        x.setScalar(new NDIndex(0, 0), 5);
        assertEquals(5, x.getFloat(0, 0));
        wrong(() -> x.setScalar(new NDIndex("0"), 5));
        wrong(() -> x.set(new NDIndex("0"), floats(1, 2)));
        outside(() -> x.set(new NDIndex("3"), 1));
        check(x.get(0), shape(3), 5, 0, 0);
    }

    @Test
    void writesByArraysAndMasks() {
        NDArray x = count(2, 3);
        x.set(new NDIndex("{}, {}", longs(0, 1), longs(2, -3)), floats(10, 20));
        check(x, shape(2, 3), 0, 1, 10, 20, 4, 5);
        x.set(new NDIndex(":, {}", longs(1, 1)), manager.create(new float[] {-1, -2}));
        check(x, shape(2, 3), 0, -2, 10, 20, -2, 5);
        x.set(x.lt(0), 3);
        check(x, shape(2, 3), 0, 3, 10, 20, 3, 5);
        x.set(new NDIndex("{}", x.gt(5)), x.neg());
        check(x, shape(2, 3), 0, 3, -10, -20, 3, 5);
        x.set(new NDIndex("{}", x.lt(0)), floats(1, 2));
        check(x, shape(2, 3), 0, 3, 1, 2, 3, 5);
        x.set(flags(0, 1), 4);
        check(x, shape(2, 3), 0, 3, 1, 4, 4, 4);
        x.set(longs(0), -1);
        check(x, shape(2, 3), -1, -1, -1, 4, 4, 4);
        x.set(new NDIndex("1:, {}", flags(1, 0, 1)), floats(8, 9));
        check(x, shape(2, 3), -1, -1, -1, 8, 4, 9);
        wrong(() -> x.set(new NDIndex("{}", x.lt(0)), floats(1, 2)));
        outside(() -> x.set(new NDIndex("{}", longs(2)), 1));
    }

    @Test
    void writesInTheArraysDtype() {
        NDArray i = manager.create(new int[] {1, 2});
        i.set(new NDIndex("0"), 3.9);
        i.set(new NDIndex("1:"), floats(-2.5f));
        assertArrayEquals(new int[] {3, -2}, i.toIntArray());
        NDArray l = longs(0);
        l.set(new NDIndex("0"), Long.MAX_VALUE);
        assertArrayEquals(new long[] {Long.MAX_VALUE}, l.toLongArray());
        NDArray b = flags(0, 0);
        b.set(new NDIndex("1"), 1);
        assertArrayEquals(new boolean[] {false, true}, b.toBooleanArray());
        NDArray words = manager.create(new String[] {"a", "b", "c"});
        words.set(new NDIndex("::2"), manager.create(new String[] {"x"}));
        words.set(new NDIndex("{}", longs(1)), manager.create(new String[] {"y"}));
        assertArrayEquals(new String[] {"x", "y", "x"}, words.toStringArray());
        wrong(() -> words.set(new NDIndex("0"), 1));
        NDArray c = manager.create(FloatBuffer.wrap(new float[] {1, 2, 3, 4}), shape(2), DataType.COMPLEX64);
        c.set(new NDIndex("0"), 5);
        c.set(new NDIndex("{}", longs(1)), c.get("0"));
        FloatBuffer parts = c.toByteBuffer().asFloatBuffer();
        assertEquals(5, parts.get(0));
        assertEquals(0, parts.get(1));
        assertEquals(5, parts.get(2));
    }

    @Test
    void readsStringsAndComplexNumbers() {
        NDArray words = manager.create(new String[] {"a", "b", "c", "d"}, shape(2, 2));
        assertArrayEquals(new String[] {"b", "d"}, words.get(":, 1").toStringArray());
        assertArrayEquals(new String[] {"c", "a"}, words.get("{}, 0", longs(1, 0)).toStringArray());
        assertArrayEquals(new String[] {"c", "d"}, words.booleanMask(flags(0, 1)).toStringArray());
        NDArray c = manager.create(FloatBuffer.wrap(new float[] {1, 2, 3, 4}), shape(2), DataType.COMPLEX64);
        assertEquals(3, c.get(longs(1)).toByteBuffer().asFloatBuffer().get(0));
        assertEquals(4, c.take(longs(1)).toByteBuffer().asFloatBuffer().get(1));
    }

    @Test
    void handlesOfOneArraySeeWrites() {
        NDArray x = variable(floats(1, 2));
        backward(() -> x.square().sum());
        NDArray g = x.getGradient();
        x.getGradient().set(new NDIndex("0"), 9);
        check(g, shape(2), 9, 4);
    }

    @Test
    void readingIsDifferentiable() {
        NDArray x = variable(count(2, 3));
        backward(() -> x.get("1, ::-1").mul(floats(1, 2, 3)).sum());
        check(x.getGradient(), shape(2, 3), 0, 0, 0, 3, 2, 1);
        backward(() -> x.get("{}, {}", longs(0, 0, 1), longs(1, 1, 2)).mul(floats(1, 2, 3)).sum());
        check(x.getGradient(), shape(2, 3), 0, 3, 0, 0, 0, 3);
        backward(() -> x.booleanMask(flags(1, 0, 1), 1).sum());
        check(x.getGradient(), shape(2, 3), 1, 0, 1, 1, 0, 1);
        backward(() -> x.gatherNd(manager.create(new long[] {1, 0}, shape(1, 2))).square().sum());
        check(x.getGradient(), shape(2, 3), 0, 2, 4, 6, 8, 10);
    }

    @Test
    void writingIsDifferentiable() {
        NDArray x = variable(floats(1, 2, 3));
        NDArray v = variable(floats(4, 5));
        backward(() -> {
            NDArray y = x.mul(2);
            y.set(new NDIndex(":2"), v);
            return y.mul(floats(1, 10, 100)).sum();
        });
        check(x.getGradient(), shape(3), 0, 0, 200);
        check(v.getGradient(), shape(2), 1, 10);
        backward(() -> {
            NDArray y = x.mul(2);
            y.set(new NDIndex("{}", longs(2, 2)), v);
            return y.mul(floats(1, 10, 100)).sum();
        });
        check(x.getGradient(), shape(3), 2, 20, 0);
        check(v.getGradient(), shape(2), 0, 100);
        assertThrows(IllegalStateException.class, () -> backward(() -> {
            x.set(new NDIndex("0"), 1);
            return x.sum();
        }));
        x.set(new NDIndex("0"), 7);
        check(x, shape(3), 7, 2, 3);
        backward(() -> x.square().sum());
        check(x.getGradient(), shape(3), 14, 4, 6);
    }

    @Test
    void gathers() {
        NDArray x = count(2, 3);
        NDArray index = manager.create(new long[] {2, 0, -1, 1}, shape(2, 2));
        check(x.gather(index, 1), shape(2, 2), 2, 0, 5, 4);
        check(x.gather(manager.create(new int[] {1, 0, 1}, shape(1, 3)), 0), shape(1, 3), 3, 1, 5);
        check(x.gather(index, -1), shape(2, 2), 2, 0, 5, 4);
        wrong(() -> x.gather(longs(0), 0));
        wrong(() -> x.gather(manager.zeros(shape(3, 1), DataType.INT64), 1));
        outside(() -> x.gather(manager.create(new long[] {3}, shape(1, 1)), 1));
        outside(() -> x.gather(index, 2));
        NDArray y = count(2, 2, 2);
        check(y.gatherNd(manager.create(new long[] {0, 1, 1, 0}, shape(2, 2))), shape(2, 2), 2, 3, 4, 5);
        check(y.gatherNd(manager.create(new long[] {0, 1, 1, 0, 1, -2}, shape(3, 2))), shape(2), 3, 4);
        wrong(() -> y.gatherNd(manager.zeros(shape(4, 1), DataType.INT64)));
        wrong(() -> y.gatherNd(manager.create(0L)));
    }

    @Test
    void takesAndPutsByPlaceInTheFlatArray() {
        NDArray x = count(2, 3).add(1);
        NDArray index = manager.create(new long[] {0, 5, -2, 1}, shape(2, 2));
        check(x.take(index), shape(2, 2), 1, 6, 5, 2);
        NDManager other = manager.newSubManager();
        assertSame(other, x.take(other, index).getManager());
        assertSame(other, x.get(other, new NDIndex("0")).getManager());
        NDArray y = x.put(longs(0, -1), floats(10, 60));
        check(y, shape(2, 3), 10, 2, 3, 4, 5, 60);
        check(x, shape(2, 3), 1, 2, 3, 4, 5, 6);
        wrong(() -> x.put(longs(0, 1), floats(1)));
        outside(() -> x.take(longs(6)));
        outside(() -> x.put(longs(6), floats(1)));
    }

    @Test
    void scatters() {
        NDArray x = manager.zeros(shape(2, 3));
        NDArray index = manager.create(new long[] {0, 2, 1, -1}, shape(2, 2));
        NDArray value = manager.create(new float[] {1, 2, 3, 4}, shape(2, 2));
        check(x.scatter(index, value, 1), shape(2, 3), 1, 0, 2, 0, 3, 4);
        check(x.scatter(manager.create(new long[] {1, 0}, shape(1, 2)), value, 0), shape(2, 3), 0, 2, 0, 1, 0, 0);
        check(x.scatter(manager.create(new long[0], shape(0, 2)), value, 0), shape(2, 3), new float[6]);
        outside(() -> x.scatter(index, value, 0));
        wrong(() -> x.scatter(index, floats(1, 2, 3), 1));
        NDArray v = variable(value.duplicate());
        NDArray base = variable(manager.ones(shape(2, 3)));
        NDArray same = manager.create(new long[] {1, 1, 0, 2}, shape(2, 2));
        backward(() -> base.scatter(same, v, 1).mul(count(2, 3)).sum());
        check(v.getGradient(), shape(2, 2), 0, 1, 3, 5);
        check(base.getGradient(), shape(2, 3), 0, 0, 2, 0, 4, 0);
    }

    @Test
    void masksSequences() {
        NDArray x = count(2, 3).add(1);
        check(x.sequenceMask(floats(1, 2)), shape(2, 3), 1, 0, 0, 4, 5, 0);
        check(x.sequenceMask(manager.create(new int[] {3, 0}), -1), shape(2, 3), 1, 2, 3, -1, -1, -1);
        check(count(1, 2, 2).sequenceMask(longs(1), 7), shape(1, 2, 2), 0, 1, 7, 7);
        assertEquals(DataType.INT32, manager.ones(shape(1, 2), DataType.INT32).sequenceMask(longs(1)).getDataType());
        wrong(() -> x.sequenceMask(floats(1)));
        wrong(() -> floats(1, 2).sequenceMask(floats(1, 2)));
        NDArray y = variable(count(2, 3));
        backward(() -> y.sequenceMask(floats(1, 2), 5).sum());
        check(y.getGradient(), shape(2, 3), 1, 0, 0, 1, 1, 0);
    }

    @Test
    void encodesOneHot() {
        NDArray x = manager.create(new int[] {1, 0, 2, 0});
        check(x.oneHot(3), shape(4, 3), 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0);
        NDArray y = x.oneHot(3, 8f, 1f, x.getDataType());
        assertArrayEquals(new int[] {1, 8, 1, 8, 1, 1, 1, 1, 8, 8, 1, 1}, y.toIntArray());
        NDArray z = manager.create(new int[] {1, 0, 1, 0, 2, 0}, shape(3, 2)).oneHot(3);
        check(z, shape(3, 2, 3), 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0);
        check(manager.create(1f).oneHot(2), shape(2), 0, 1);
        check(longs(-1, 5).oneHot(2), shape(2, 2), 0, 0, 0, 0);
        assertEquals(DataType.BOOLEAN, x.oneHot(3, DataType.BOOLEAN).getDataType());
        wrong(() -> x.oneHot(-1));
    }

    @Test
    void findsWhatIsNotZero() {
        NDArray a = floats(1, 1, 1, 0, 1).nonzero();
        assertEquals(shape(4, 1), a.getShape());
        assertArrayEquals(new long[] {0, 1, 2, 4}, a.toLongArray());
        NDArray b = manager.create(new float[] {3, 0, 0, 0, 4, 0, 5, 6, 0}, shape(3, 3)).nonzero();
        assertEquals(shape(4, 2), b.getShape());
        assertArrayEquals(new long[] {0, 0, 1, 1, 2, 0, 2, 1}, b.toLongArray());
        NDArray t = manager.create(new boolean[] {true, true, false, false}, shape(2, 2)).transpose().nonzero();
        assertArrayEquals(new long[] {0, 0, 1, 0}, t.toLongArray());
        assertEquals(shape(0, 2), manager.zeros(shape(2, 2)).nonzero().getShape());
        assertEquals(shape(1, 0), manager.create(5).nonzero().getShape());
        assertEquals(shape(0, 1), manager.create(shape(0)).nonzero().getShape());
    }

    @Test
    void readsAndWritesInPlaceOfOtherViews() {
        NDArray x = count(4);
        NDArray view = x.get("1:3");
        x.set(new NDIndex("1"), 50);
        view.set(new NDIndex("1"), 60);
        check(x, shape(4), 0, 50, 2, 3);
        check(view, shape(2), 1, 60);
        NDArray wide = floats(1).broadcast(3);
        wide.set(new NDIndex("1"), 5);
        check(wide, shape(3), 1, 5, 1);
        NDArray y = count(3);
        y.set(new NDIndex("::-1"), y);
        check(y, shape(3), 2, 1, 0);
        assertEquals(4, Arrays.stream(new NDArray[] {x, view, wide, y}).distinct().count());
    }
}
