package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.FloatBuffer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several arrays as one, selection, and arithmetic with the operands exchanged. */
class CombinationTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private static Shape shape(long... extents) { return new Shape(extents); }

    private NDArray floats(float... values) { return manager.create(values); }

    private static void check(NDArray actual, Shape shape, float... values) {
        assertEquals(shape, actual.getShape());
        assertArrayEquals(values, actual.toFloatArray(), 1e-6f);
    }

    private static void wrong(Runnable call) { assertThrows(IllegalArgumentException.class, call::run); }

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
    void stacks() {
        NDArray a = floats(0, 1);
        NDArray b = floats(2, 3);
        check(a.stack(b), shape(2, 2), 0, 1, 2, 3);
        check(a.stack(b, 0), shape(2, 2), 0, 1, 2, 3);
        check(a.stack(b, 1), shape(2, 2), 0, 2, 1, 3);
        check(a.stack(b, -1), shape(2, 2), 0, 2, 1, 3);
        check(NDArrays.stack(new NDList(a, b, a)), shape(3, 2), 0, 1, 2, 3, 0, 1);
        check(NDArrays.stack(new NDList(a)), shape(1, 2), 0, 1);
        check(manager.create(1f).stack(manager.create(2f)), shape(2), 1, 2);
        assertEquals(shape(2, 0), manager.create(shape(0)).stack(manager.create(shape(0))).getShape());
        wrong(() -> a.stack(floats(1)));
        assertThrows(IndexOutOfBoundsException.class, () -> a.stack(b, 2));
    }

    @Test
    void concatenates() {
        NDArray a = floats(0, 1);
        NDArray b = floats(2, 3);
        check(a.concat(b), shape(4), 0, 1, 2, 3);
        check(a.concat(b, 0), shape(4), 0, 1, 2, 3);
        NDArray wide = manager.create(new float[] {1, 2, 3, 4}, shape(2, 2)).transpose();
        check(wide.concat(manager.create(new float[] {8, 9}, shape(2, 1)), -1), shape(2, 3), 1, 3, 8, 2, 4, 9);
        check(NDArrays.concat(new NDList(a, manager.create(shape(0)), b)), shape(4), 0, 1, 2, 3);
        NDArray mixed = manager.create(new int[] {1}).concat(manager.create(new double[] {0.5}));
        assertEquals(DataType.FLOAT64, mixed.getDataType());
        wrong(() -> wide.concat(a));
        wrong(() -> wide.concat(manager.create(shape(3, 1)), 1));
        assertThrows(IndexOutOfBoundsException.class, () -> a.concat(b, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> manager.create(1f).concat(manager.create(2f)));
    }

    @Test
    void joinsAnyDtype() {
        NDArray words = manager.create(new String[] {"a", "b"}).stack(manager.create(new String[] {"c", "d"}), 1);
        assertArrayEquals(new String[] {"a", "c", "b", "d"}, words.toStringArray());
        wrong(() -> manager.create(new String[] {"a"}).concat(floats(1)));
        NDArray i = manager.create(FloatBuffer.wrap(new float[] {0, 1}), shape(1), DataType.COMPLEX64);
        NDArray two = i.concat(i);
        assertEquals(DataType.COMPLEX64, two.getDataType());
        assertEquals(shape(2), two.getShape());
        NDArray whole = manager.create(new int[] {1}).concat(manager.create(new int[] {2}));
        assertArrayEquals(new int[] {1, 2}, whole.toIntArray());
    }

    @Test
    void joiningIsDifferentiable() {
        NDArray a = variable(floats(1, 2));
        NDArray b = variable(floats(3, 4));
        backward(() -> a.concat(b).mul(floats(1, 2, 3, 4))
                .add(a.stack(b, 1).flatten().mul(floats(10, 20, 30, 40))).sum());
        check(a.getGradient(), shape(2), 11, 32);
        check(b.getGradient(), shape(2), 23, 44);
    }

    @Test
    void selects() {
        NDArray x = manager.arange(10f);
        check(NDArrays.where(x.lt(5), x, x.mul(10)), shape(10), 0, 1, 2, 3, 4, 50, 60, 70, 80, 90);
        NDArray y = manager.create(new float[] {0, 1, 2, 0, 2, 4, 0, 3, 6}, shape(3, 3));
        check(NDArrays.where(y.lt(4), y, manager.create(-1f)), shape(3, 3), 0, 1, 2, 0, 2, -1, 0, 3, -1);
        NDArray column = manager.create(new boolean[] {true, false}, shape(2, 1));
        check(NDArrays.where(column, floats(1, 2), manager.create(0f)), shape(2, 2), 1, 2, 0, 0);
        check(NDArrays.where(floats(0, 2), floats(1, 1), floats(5, 5)), shape(2), 5, 1);
        NDArray letters = manager.create(new String[] {"a", "b"});
        NDArray words = NDArrays.where(column, letters, manager.create(new String[] {"c"}));
        assertArrayEquals(new String[] {"a", "b", "c", "c"}, words.toStringArray());
        wrong(() -> NDArrays.where(column, floats(1, 2, 3), floats(1, 2)));
        wrong(() -> NDArrays.where(letters, floats(1, 2), floats(1, 2)));
    }

    @Test
    void selectionIsDifferentiable() {
        NDArray a = variable(floats(1, 2, 3));
        NDArray b = variable(manager.create(5f));
        backward(() -> NDArrays.where(a.gt(1), a.mul(2), b).sum());
        check(a.getGradient(), shape(3), 0, 2, 2);
        check(b.getGradient(), shape(), 1);
    }

    @Test
    void exchangesOperands() {
        NDArray x = floats(1, 2, 4);
        check(NDArrays.sub(8, x), shape(3), 7, 6, 4);
        check(NDArrays.div(8, x), shape(3), 8, 4, 2);
        check(NDArrays.mod(5, x), shape(3), 0, 1, 1);
        check(NDArrays.pow(2, x), shape(3), 2, 4, 16);
        check(x.getNDArrayInternal().rsub(floats(1, 1, 1)), shape(3), 0, -1, -3);
        check(x.getNDArrayInternal().rdiv(floats(4, 4, 4)), shape(3), 4, 2, 1);
        check(x.getNDArrayInternal().rmod(floats(4, 5, 6)), shape(3), 0, 1, 2);
        check(x, shape(3), 1, 2, 4);
    }

    @Test
    void exchangesOperandsInPlace() {
        check(NDArrays.subi(8, floats(1, 2)), shape(2), 7, 6);
        check(NDArrays.divi(8, floats(1, 2)), shape(2), 8, 4);
        check(NDArrays.modi(5, floats(3, 2)), shape(2), 2, 1);
        check(NDArrays.powi(2, floats(3, 2)), shape(2), 8, 4);
        NDArray x = floats(1, 2);
        assertSame(x, x.getNDArrayInternal().rsubi(floats(5, 5)));
        check(x, shape(2), 4, 3);
        x.getNDArrayInternal().rdivi(floats(12, 12));
        check(x, shape(2), 3, 4);
        x.getNDArrayInternal().rmodi(floats(7, 7));
        check(x, shape(2), 1, 3);
        wrong(() -> x.getNDArrayInternal().rsubi(manager.ones(shape(3, 2))));
    }

    @Test
    void exchangedOperandsAreDifferentiable() {
        NDArray x = variable(floats(1, 2));
        backward(() -> NDArrays.sub(8, x).add(NDArrays.div(8, x)).sum());
        check(x.getGradient(), shape(2), -9, -3);
        NDArray y = variable(floats(1, 2));
        backward(() -> y.getNDArrayInternal().rsub(floats(1, 1)).mul(floats(2, 3)).sum());
        check(y.getGradient(), shape(2), -2, -3);
    }
}
