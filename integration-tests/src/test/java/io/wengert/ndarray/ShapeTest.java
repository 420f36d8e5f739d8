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
import java.nio.FloatBuffer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shapes and orders of arrays as DJL's documentation shows them. */
class ShapeTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private static Shape shape(long... extents) { return new Shape(extents); }

    private NDArray floats(Shape shape, float... values) { return manager.create(values, shape); }

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

    /** The gradient of the sum of f(x) * weights, weights being 1, 2, 3, ... */
    private void gradient(NDArray x, UnaryOperator<NDArray> f, float... expected) {
        x.setRequiresGradient(true);
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = f.apply(x);
            c.backward(y.mul(count(y.getShape().getShape()).add(1)).sum());
        }
        assertArrayEquals(expected, x.getGradient().toFloatArray());
    }

    @Test
    void reshapes() {
        NDArray x = count(6);
        check(x.reshape(2, 3), shape(2, 3), 0, 1, 2, 3, 4, 5);
        check(x.reshape(new Shape(3, -1)), shape(3, 2), 0, 1, 2, 3, 4, 5);
        check(x.reshape(-1, 1, 2).transpose(2, 0, 1).reshape(6), shape(6), 0, 2, 4, 1, 3, 5);
        check(floats(shape(1), 7).reshape(), shape(), 7);
        check(floats(shape(), 7).reshape(1, 1), shape(1, 1), 7);
        assertEquals(shape(0, 5), manager.create(shape(2, 0)).reshape(0, 5).getShape());
        assertEquals(shape(3, 0), manager.create(shape(2, 0)).reshape(3, -1).getShape());
        wrong(() -> x.reshape(4, 2));
        wrong(() -> x.reshape(4, -1));
        wrong(() -> x.reshape(-1, -1));
        wrong(() -> x.reshape(-2, 3));
        wrong(() -> manager.create(shape(2, 0)).reshape(0, -1));
        gradient(count(2, 3), a -> a.transpose().reshape(6), 1, 3, 5, 2, 4, 6);
    }

    @Test
    void reshapesAnyDtype() {
        NDArray words = manager.create(new String[] {"a", "b", "c", "d"}).reshape(2, 2).transpose();
        assertArrayEquals(new String[] {"a", "c", "b", "d"}, words.flatten().toStringArray());
        FloatBuffer parts = FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
        NDArray complex = manager.create(parts, shape(2, 2), DataType.COMPLEX64).transpose().reshape(4);
        assertArrayEquals(new float[] {1, 2, 5, 6, 3, 4, 7, 8}, read(complex));
    }

    private static float[] read(NDArray complex) {
        FloatBuffer b = complex.toByteBuffer().asFloatBuffer();
        float[] v = new float[b.remaining()];
        b.get(v);
        return v;
    }

    @Test
    void expandsAndSqueezes() {
        NDArray x = floats(shape(2), 1, 2);
        check(x.expandDims(0), shape(1, 2), 1, 2);
        check(x.expandDims(1), shape(2, 1), 1, 2);
        check(x.expandDims(-1), shape(2, 1), 1, 2);
        check(x.expandDims(-2), shape(1, 2), 1, 2);
        check(floats(shape(), 5).expandDims(0), shape(1), 5);
        outside(() -> x.expandDims(2));
        outside(() -> x.expandDims(-3));
        NDArray y = floats(shape(1, 3, 1), 0, 1, 2);
        check(y.squeeze(), shape(3), 0, 1, 2);
        check(y.squeeze(0), shape(3, 1), 0, 1, 2);
        check(y.squeeze(2), shape(1, 3), 0, 1, 2);
        check(y.squeeze(-1), shape(1, 3), 0, 1, 2);
        check(y.squeeze(new int[] {0, 2}), shape(3), 0, 1, 2);
        check(y.squeeze(new int[0]), shape(1, 3, 1), 0, 1, 2);
        check(floats(shape(1, 1), 4).squeeze(), shape(), 4);
        wrong(() -> y.squeeze(1));
        outside(() -> y.squeeze(3));
    }

    @Test
    void flattens() {
        check(floats(shape(2, 2), 1, 2, 3, 4).flatten(), shape(4), 1, 2, 3, 4);
        check(floats(shape(2, 2), 1, 2, 3, 4).transpose().flatten(), shape(4), 1, 3, 2, 4);
        NDArray x = count(2, 2, 2);
        check(x.flatten(0, 1), shape(4, 2), 0, 1, 2, 3, 4, 5, 6, 7);
        check(x.flatten(-2, -1), shape(2, 4), 0, 1, 2, 3, 4, 5, 6, 7);
        check(x.flatten(1, 1), shape(2, 2, 2), 0, 1, 2, 3, 4, 5, 6, 7);
        check(floats(shape(), 3).flatten(), shape(1), 3);
        check(floats(shape(), 3).flatten(0, 0), shape(1), 3);
        assertEquals(shape(0), manager.create(shape(3, 0)).flatten().getShape());
        wrong(() -> x.flatten(2, 1));
        outside(() -> x.flatten(0, 3));
    }

    @Test
    void splits() {
        NDList parts = count(9).split(3);
        assertEquals(3, parts.size());
        check(parts.get(1), shape(3), 3, 4, 5);
        NDList uneven = count(8).split(new long[] {3, 5, 6});
        assertEquals(4, uneven.size());
        check(uneven.get(0), shape(3), 0, 1, 2);
        check(uneven.get(1), shape(2), 3, 4);
        check(uneven.get(2), shape(1), 5);
        check(uneven.get(3), shape(2), 6, 7);
        NDArray x = count(2, 9);
        check(x.split(3, 1).get(2), shape(2, 3), 6, 7, 8, 15, 16, 17);
        check(x.split(3, -1).get(0), shape(2, 3), 0, 1, 2, 9, 10, 11);
        NDList columns = x.split(new long[] {2, 4, 5}, 1);
        check(columns.get(0), shape(2, 2), 0, 1, 9, 10);
        check(columns.get(2), shape(2, 1), 4, 13);
        check(columns.get(3), shape(2, 4), 5, 6, 7, 8, 14, 15, 16, 17);
        NDList beyond = count(3).split(new long[] {0, 2, 7});
        assertEquals(shape(0), beyond.get(0).getShape());
        check(beyond.get(2), shape(1), 2);
        assertEquals(shape(0), beyond.get(3).getShape());
        check(count(3).split(new long[0]).get(0), shape(3), 0, 1, 2);
        wrong(() -> x.split(2, 1));
        wrong(() -> x.split(0));
        outside(() -> x.split(1, 2));
        gradient(count(4), a -> a.split(2).get(1), 0, 0, 1, 2);
    }

    @Test
    void partsDoNotShareChanges() {
        NDArray x = count(4);
        NDList halves = x.split(2);
        halves.get(0).addi(10);
        x.muli(2);
        check(x, shape(4), 0, 2, 4, 6);
        check(halves.get(0), shape(2), 10, 11);
        check(halves.get(1), shape(2), 2, 3);
    }

    @Test
    void transposes() {
        check(floats(shape(2, 2), 1, 2, 3, 4).transpose(), shape(2, 2), 1, 3, 2, 4);
        check(floats(shape(2, 2), 1, 2, 3, 4).transpose(1, 0), shape(2, 2), 1, 3, 2, 4);
        NDArray x = count(2, 2, 2);
        check(x.transpose(1, 0, 2), shape(2, 2, 2), 0, 1, 4, 5, 2, 3, 6, 7);
        check(x.transpose(-2, 0, -1), shape(2, 2, 2), 0, 1, 4, 5, 2, 3, 6, 7);
        check(count(1, 3).swapAxes(0, 1), shape(3, 1), 0, 1, 2);
        check(count(2, 3).swapAxes(-1, 0), shape(3, 2), 0, 3, 1, 4, 2, 5);
        check(floats(shape(), 2).transpose(), shape(), 2);
        wrong(() -> x.transpose(0, 1));
        wrong(() -> x.transpose(0, 1, 3));
        wrong(() -> x.transpose(0, 1, 1));
        outside(() -> x.swapAxes(0, 3));
        gradient(count(2, 3), NDArray::transpose, 1, 3, 5, 2, 4, 6);
    }

    @Test
    void flipsAndRotates() {
        NDArray x = count(2, 3);
        check(x.flip(0), shape(2, 3), 3, 4, 5, 0, 1, 2);
        check(x.flip(-1), shape(2, 3), 2, 1, 0, 5, 4, 3);
        check(x.flip(0, 1), shape(2, 3), 5, 4, 3, 2, 1, 0);
        assertEquals(shape(0, 2), manager.create(shape(0, 2)).flip(0).getShape());
        outside(() -> x.flip(2));
        int[] plane = {0, 1};
        check(x.rotate90(1, plane), shape(3, 2), 2, 5, 1, 4, 0, 3);
        check(x.rotate90(2, plane), shape(2, 3), 5, 4, 3, 2, 1, 0);
        check(x.rotate90(3, plane), shape(3, 2), 3, 0, 4, 1, 5, 2);
        check(x.rotate90(-1, plane), shape(3, 2), 3, 0, 4, 1, 5, 2);
        check(x.rotate90(4, plane), shape(2, 3), 0, 1, 2, 3, 4, 5);
        check(x.rotate90(1, new int[] {1, 0}), shape(3, 2), 3, 0, 4, 1, 5, 2);
        wrong(() -> x.rotate90(1, new int[] {0, 0}));
        wrong(() -> x.rotate90(1, new int[] {0, -2}));
        wrong(() -> x.rotate90(1, new int[] {0}));
        gradient(count(3), a -> a.flip(0), 3, 2, 1);
    }

    @Test
    void broadcasts() {
        NDArray x = floats(shape(2, 2), 1, 2, 3, 4);
        check(x.broadcast(2, 2, 2), shape(2, 2, 2), 1, 2, 3, 4, 1, 2, 3, 4);
        check(x.broadcast(new Shape(1, 2, 2)), shape(1, 2, 2), 1, 2, 3, 4);
        check(floats(shape(2, 1), 1, 2).broadcast(2, 3), shape(2, 3), 1, 1, 1, 2, 2, 2);
        check(floats(shape(), 3).broadcast(2), shape(2), 3, 3);
        assertEquals(shape(0, 2), floats(shape(1, 2), 1, 2).broadcast(0, 2).getShape());
        wrong(() -> x.broadcast(2, 3));
        wrong(() -> x.broadcast(2));
        NDArray wide = floats(shape(1), 1).broadcast(3);
        wide.addi(manager.arange(3f));
        check(wide, shape(3), 1, 2, 3);
        gradient(floats(shape(2, 1), 1, 2), a -> a.broadcast(2, 3), 6, 15);
    }

    @Test
    void pads() {
        NDArray x = count(3, 3, 4, 2);
        NDArray y = x.pad(new Shape(1, 1), 0);
        assertEquals(shape(3, 3, 4, 4), y.getShape());
        assertEquals(x.sum().getFloat(), y.sum().getFloat());
        check(count(2, 2).pad(new Shape(0, 1, 1, 0), 9), shape(3, 3), 9, 9, 9, 0, 1, 9, 2, 3, 9);
        assertArrayEquals(new int[] {7, 1, 7}, manager.create(new int[] {1}).pad(new Shape(1, 1), 7).toIntArray());
        NDArray flag = manager.create(new boolean[] {true}).pad(new Shape(1, 0), 0);
        assertArrayEquals(new boolean[] {false, true}, flag.toBooleanArray());
        check(manager.create(shape(0)).pad(new Shape(1, 1), 2), shape(2), 2, 2);
        wrong(() -> x.pad(new Shape(1), 0));
        wrong(() -> count(2).pad(new Shape(1, 1, 1, 1), 0));
        wrong(() -> count(2).pad(new Shape(-1, 1), 0));
        gradient(count(2), a -> a.pad(new Shape(1, 1), 5), 2, 3);
    }

    @Test
    void tiles() {
        NDArray x = floats(shape(3), 0, 1, 2);
        check(x.tile(2), shape(6), 0, 1, 2, 0, 1, 2);
        check(x.tile(1, 2), shape(1, 6), 0, 1, 2, 0, 1, 2);
        check(x.tile(0, 2), shape(6), 0, 1, 2, 0, 1, 2);
        check(x.tile(-1, 2), shape(6), 0, 1, 2, 0, 1, 2);
        check(x.tile(new long[] {2, 2}), shape(2, 6), 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2);
        check(x.tile(new Shape(6)), shape(6), 0, 1, 2, 0, 1, 2);
        check(count(2, 2).tile(2), shape(4, 4), 0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3);
        check(count(2, 2).tile(new Shape(4)), shape(2, 4), 0, 1, 0, 1, 2, 3, 2, 3);
        check(count(2, 1).tile(new long[] {3}), shape(2, 3), 0, 0, 0, 1, 1, 1);
        check(floats(shape(), 1).tile(3), shape(3), 1, 1, 1);
        assertEquals(shape(0), x.tile(0).getShape());
        wrong(() -> x.tile(-2, 2));
        wrong(() -> x.tile(-1));
        wrong(() -> x.tile(new Shape(7)));
        gradient(count(2), a -> a.tile(2), 4, 6);
    }

    @Test
    void repeats() {
        NDArray x = floats(shape(3), 0, 1, 2);
        check(x.repeat(2), shape(6), 0, 0, 1, 1, 2, 2);
        NDArray y = count(2, 2);
        check(y.repeat(1, 2), shape(2, 4), 0, 0, 1, 1, 2, 2, 3, 3);
        check(y.repeat(-2, 2), shape(4, 2), 0, 1, 0, 1, 2, 3, 2, 3);
        float[] all = {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3};
        check(y.repeat(new long[] {2, 2}), shape(4, 4), all);
        check(y.repeat(2), shape(4, 4), all);
        check(y.repeat(new Shape(4, 4)), shape(4, 4), all);
        check(y.repeat(new Shape(4)), shape(2, 4), 0, 0, 1, 1, 2, 2, 3, 3);
        NDArray words = manager.create(new String[] {"a", "b"}).repeat(2);
        assertArrayEquals(new String[] {"a", "a", "b", "b"}, words.toStringArray());
        wrong(() -> y.repeat(2, 2));
        wrong(() -> y.repeat(0, -1));
        wrong(() -> y.repeat(new Shape(3, 4)));
        gradient(count(2), a -> a.repeat(2), 3, 7);
    }

    @Test
    void viewsOfClosedArraysStayUsable() {
        NDArray x = count(2, 3);
        NDArray t = x.transpose();
        x.close();
        check(t, shape(3, 2), 0, 3, 1, 4, 2, 5);
        assertFalse(t.isReleased());
        assertTrue(x.isReleased());
    }
}
