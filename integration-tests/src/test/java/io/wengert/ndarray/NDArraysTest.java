package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The static functions of NDArrays as DJL's documentation shows them.
 *
 * <p>Where an example there contradicts itself NumPy counts: {@code pow(arange(5f), 4f)} and {@code powi} show six cubes;
 * {@code modi(5f, arange(7f))} shows 0 for the remainder by 0, which is NaN; {@code matMul} of two stacks of matrices shows
 * one element of the product; {@code neq(1, array)} does not compile; {@code logicalAnd} shows other operands.
 */
class NDArraysTest {

    private static final double NAN = Double.NaN;

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray f(float... v) { return manager.create(v); }

    private NDArray f(Shape shape, float... v) { return manager.create(v, shape); }

    private NDArray d(double... v) { return manager.create(v); }

    private NDArray b(boolean... v) { return manager.create(v); }

    private NDArray nine() { return manager.arange(9f).reshape(3, 3); }

    private NDArray tens() { return manager.ones(new Shape(3)).mul(10); }

    private static Shape shape(long... extents) { return new Shape(extents); }

    private static void check(NDArray y, Shape shape, double... v) {
        assertEquals(DataType.FLOAT32, y.getDataType());
        assertEquals(shape, y.getShape());
        assertArrayEquals(v, y.toType(DataType.FLOAT64, false).toDoubleArray(), 6e-5);
    }

    private static void check(NDArray y, double... v) { check(y, new Shape(v.length), v); }

    private static void check(NDArray y, Shape shape, boolean... v) {
        assertEquals(DataType.BOOLEAN, y.getDataType());
        assertEquals(shape, y.getShape());
        assertArrayEquals(v, y.toBooleanArray());
    }

    private static void check(NDArray y, boolean... v) { check(y, new Shape(v.length), v); }

    /** In place: the result is the array, which has the new elements. */
    private static void same(NDArray x, NDArray y, Shape shape, double... v) {
        assertSame(x, y);
        check(x, shape, v);
    }

    private static void same(NDArray x, NDArray y, double... v) { same(x, y, new Shape(v.length), v); }

    @Test
    void documentedPredicates() {
        assertTrue(NDArrays.contentEquals(manager.ones(shape(3)), 1));
        assertTrue(NDArrays.contentEquals(manager.arange(6f).reshape(2, 3), f(shape(2, 3), 0, 1, 2, 3, 4, 5)));
        assertTrue(NDArrays.shapeEquals(manager.ones(shape(1, 2, 3)), manager.create(shape(1, 2, 3))));
        assertFalse(NDArrays.allClose(d(1e10, 1e-7), d(1.00001e10, 1e-8)));
        assertTrue(NDArrays.allClose(d(1e10, 1e-8), d(1.00001e10, 1e-9)));
        assertFalse(NDArrays.allClose(d(1e10, 1e-7), d(1.00001e10, 1e-8), 1e-05, 1e-08, false));
        assertTrue(NDArrays.allClose(d(1e10, 1e-8), d(1.00001e10, 1e-9), 1e-05, 1e-08, false));
        assertTrue(NDArrays.allClose(f(1, Float.NaN), f(1, Float.NaN), 1e-05, 1e-08, true));
    }

    @Test
    void documentedComparisons() {
        check(NDArrays.eq(manager.ones(shape(1)), 1), true);
        check(NDArrays.eq(1, manager.ones(shape(1))), true);
        check(NDArrays.eq(f(0, 1, 3), manager.arange(3f)), true, true, false);
        NDArray x = manager.arange(4f).reshape(2, 2);
        check(NDArrays.neq(x, 1), shape(2, 2), true, false, true, true);
        check(NDArrays.neq(1, x), shape(2, 2), true, false, true, true);
        check(NDArrays.neq(f(1, 2), f(1, 3)), false, true);
        check(NDArrays.neq(f(1, 2), f(shape(2, 2), 1, 3, 1, 4)), shape(2, 2), false, true, false, true);
        check(NDArrays.gt(f(4, 2), 2f), true, false);
        check(NDArrays.gt(2f, f(4, 2)), false, false);
        check(NDArrays.gt(f(4, 2), f(2, 2)), true, false);
        check(NDArrays.gte(f(4, 2), 2), true, true);
        check(NDArrays.gte(2, f(4, 2)), false, true);
        check(NDArrays.gte(f(4, 2), f(2, 2)), true, true);
        check(NDArrays.lt(f(1, 2), 2f), true, false);
        check(NDArrays.lt(2f, f(1, 2)), false, false);
        check(NDArrays.lt(f(1, 2), f(2, 2)), true, false);
        check(NDArrays.lte(f(1, 2), 2f), true, true);
        check(NDArrays.lte(2f, f(1, 2)), false, true);
        check(NDArrays.lte(f(1, 2), f(2, 2)), true, true);
    }

    @Test
    void documentedChoices() {
        NDArray x = manager.arange(10f);
        check(NDArrays.where(x.lt(5), x, x.mul(10)), 0, 1, 2, 3, 4, 50, 60, 70, 80, 90);
        NDArray y = f(shape(3, 3), 0, 1, 2, 0, 2, 4, 0, 3, 6);
        check(NDArrays.where(y.lt(4), y, manager.create(-1f)), shape(3, 3), 0, 1, 2, 0, 2, -1, 0, 3, -1);
        check(NDArrays.maximum(f(2, 3, 4), 3f), 3, 3, 4);
        check(NDArrays.maximum(3f, f(2, 3, 4)), 3, 3, 4);
        check(NDArrays.maximum(f(2, 3, 4), f(1, 5, 2)), 2, 5, 4);
        check(NDArrays.maximum(manager.eye(2), f(0.5f, 2)), shape(2, 2), 1, 2, 0.5, 2);
        check(NDArrays.minimum(f(2, 3, 4), 3f), 2, 3, 3);
        check(NDArrays.minimum(3f, f(2, 3, 4)), 2, 3, 3);
        check(NDArrays.minimum(f(2, 3, 4), f(1, 5, 2)), 1, 3, 2);
        check(NDArrays.minimum(manager.eye(2), f(0.5f, 2)), shape(2, 2), 0.5, 0, 0, 1);
    }

    @Test
    void documentedMasks() {
        NDArray x = f(shape(3, 2), 1, 2, 3, 4, 5, 6);
        check(NDArrays.booleanMask(x, b(true, false, true)), shape(2, 2), 1, 2, 5, 6);
        check(NDArrays.booleanMask(x, b(false, true), 1), shape(3, 1), 2, 4, 6);
        NDArray lengths = f(1, 2);
        check(NDArrays.sequenceMask(f(shape(2, 3), 1, 2, 3, 4, 5, 6), lengths), shape(2, 3), 1, 0, 0, 4, 5, 0);
        check(NDArrays.sequenceMask(f(shape(2, 3), 1, 2, 3, 4, 5, 6), lengths, -1), shape(2, 3), 1, -1, -1, 4, 5, -1);
    }

    @Test
    void documentedSumsAndProducts() {
        NDArray x = f(1, 2);
        check(NDArrays.add(x, 2f), 3, 4);
        check(NDArrays.add(2f, x), 3, 4);
        check(NDArrays.add(x, x, x), 3, 6);
        check(NDArrays.sub(x, 2f), -1, 0);
        check(NDArrays.sub(3f, x), 2, 1);
        check(NDArrays.sub(nine(), manager.arange(3f)), shape(3, 3), 0, 0, 0, 3, 3, 3, 6, 6, 6);
        check(NDArrays.mul(x, 3f), 3, 6);
        check(NDArrays.mul(3f, x), 3, 6);
        check(NDArrays.mul(x, x, x), 1, 8);
        check(x, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> NDArrays.add(new NDArray[0]));
        assertThrows(IllegalArgumentException.class, () -> NDArrays.mul(new NDArray[0]));
    }

    @Test
    void documentedQuotientsAndPowers() {
        check(NDArrays.div(manager.arange(5f), 4f), 0, 0.25, 0.5, 0.75, 1);
        check(NDArrays.div(4f, manager.arange(5f).add(1)), 4, 2, 1.3333, 1, 0.8);
        check(NDArrays.div(nine(), tens()), shape(3, 3), 0, .1, .2, .3, .4, .5, .6, .7, .8);
        check(NDArrays.mod(manager.arange(7f), 5f), 0, 1, 2, 3, 4, 0, 1);
        check(NDArrays.mod(5f, manager.arange(7f).add(1)), 0, 1, 2, 1, 0, 5, 5);
        check(NDArrays.mod(f(4, 7), f(2, 3)), 0, 1);
        check(NDArrays.pow(manager.arange(6f), 3f), 0, 1, 8, 27, 64, 125);
        check(NDArrays.pow(manager.arange(5f), 4f), 0, 1, 16, 81, 256);
        check(NDArrays.pow(4f, manager.arange(5f)), 1, 4, 16, 64, 256);
        check(NDArrays.pow(manager.arange(6f).reshape(3, 2), f(2, 3)), shape(3, 2), 0, 1, 4, 27, 16, 125);
    }

    @Test
    void documentedSumsAndProductsInPlace() {
        NDArray x = f(1, 2);
        same(x, NDArrays.addi(x, 2f), 3, 4);
        x = f(1, 2);
        same(x, NDArrays.addi(2f, x), 3, 4);
        x = f(1, 2);
        same(x, NDArrays.addi(x, f(3, 4), f(5, 6)), 9, 12);
        x = f(1, 2);
        same(x, NDArrays.subi(x, 2f), -1, 0);
        x = f(1, 2);
        same(x, NDArrays.subi(3f, x), 2, 1);
        x = nine();
        same(x, NDArrays.subi(x, manager.arange(3f)), shape(3, 3), 0, 0, 0, 3, 3, 3, 6, 6, 6);
        x = f(1, 2);
        same(x, NDArrays.muli(x, 3f), 3, 6);
        x = f(1, 2);
        same(x, NDArrays.muli(3f, x), 3, 6);
        x = f(1, 2);
        same(x, NDArrays.muli(x, f(3, 4), f(5, 6)), 15, 48);
        assertThrows(IllegalArgumentException.class, () -> NDArrays.addi(new NDArray[0]));
        assertThrows(IllegalArgumentException.class, () -> NDArrays.muli(new NDArray[0]));
    }

    @Test
    void documentedQuotientsAndPowersInPlace() {
        NDArray x = manager.arange(5f);
        same(x, NDArrays.divi(x, 4f), 0, 0.25, 0.5, 0.75, 1);
        x = manager.arange(5f).add(1);
        same(x, NDArrays.divi(4f, x), 4, 2, 1.3333, 1, 0.8);
        x = nine();
        same(x, NDArrays.divi(x, tens()), shape(3, 3), 0, .1, .2, .3, .4, .5, .6, .7, .8);
        x = manager.arange(7f);
        same(x, NDArrays.modi(x, 5f), 0, 1, 2, 3, 4, 0, 1);
        x = manager.arange(7f);
        same(x, NDArrays.modi(5f, x), NAN, 0, 1, 2, 1, 0, 5);
        x = f(4, 7);
        same(x, NDArrays.modi(x, f(2, 3)), 0, 1);
        x = manager.arange(6f);
        same(x, NDArrays.powi(x, 3f), 0, 1, 8, 27, 64, 125);
        x = manager.arange(5f);
        same(x, NDArrays.powi(4f, x), 1, 4, 16, 64, 256);
        x = manager.arange(6f).reshape(3, 2);
        same(x, NDArrays.powi(x, f(2, 3)), shape(3, 2), 0, 1, 4, 27, 16, 125);
    }

    @Test
    void documentedDots() {
        check(NDArrays.dot(f(1, 2, 3), f(4, 5, 6)), shape(), 32);
        NDArray x = f(shape(2, 2), 1, 2, 3, 4);
        check(NDArrays.dot(x, f(shape(2, 2), 5, 6, 7, 8)), shape(2, 2), 19, 22, 43, 50);
        check(NDArrays.dot(x, manager.create(5f)), shape(2, 2), 5, 10, 15, 20);
        check(NDArrays.dot(x, f(1, 2)), 5, 11);
        check(NDArrays.dot(f(shape(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8), x), shape(2, 2, 2), 7, 10, 15, 22, 23, 34, 31, 46);
    }

    @Test
    void documentedMatrixProducts() {
        NDArray one = f(shape(2, 2), 1, 0, 0, 1);
        check(NDArrays.matMul(one, f(shape(2, 2), 4, 1, 2, 2)), shape(2, 2), 4, 1, 2, 2);
        check(NDArrays.matMul(one, f(1, 2)), 1, 2);
        NDArray x = manager.arange(16f);
        NDArray y = NDArrays.matMul(x.reshape(2, 2, 4), x.reshape(2, 4, 2));
        check(y, shape(2, 2, 2), 28, 34, 76, 98, 428, 466, 604, 658);
        check(y.get("0, 1, 1"), shape(), 98);
        NDArray fours = manager.ones(shape(2, 1, 4)).batchDot(manager.ones(shape(2, 4, 6)));
        check(fours, shape(2, 1, 6), 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4);
    }

    @Test
    void documentedStacksAndConcatenations() {
        NDArray x = f(0, 1, 2);
        NDArray y = f(3, 4, 5);
        NDArray z = f(6, 7, 8);
        check(NDArrays.stack(new NDList(x, y, z)), shape(3, 3), 0, 1, 2, 3, 4, 5, 6, 7, 8);
        check(NDArrays.stack(new NDList(x, y), 0), shape(2, 3), 0, 1, 2, 3, 4, 5);
        check(NDArrays.stack(new NDList(x, y), 1), shape(3, 2), 0, 3, 1, 4, 2, 5);
        check(NDArrays.concat(new NDList(x, y, z)), 0, 1, 2, 3, 4, 5, 6, 7, 8);
        NDArray square = f(shape(2, 2), 1, 2, 3, 4);
        NDArray row = f(shape(1, 2), 5, 6);
        check(NDArrays.concat(new NDList(square, row), 0), shape(3, 2), 1, 2, 3, 4, 5, 6);
        check(NDArrays.concat(new NDList(square, row.transpose()), 1), shape(2, 3), 1, 2, 5, 3, 4, 6);
        assertThrows(RuntimeException.class, () -> NDArrays.stack(new NDList()));
        assertThrows(RuntimeException.class, () -> NDArrays.concat(new NDList()));
        assertThrows(IllegalArgumentException.class, () -> NDArrays.stack(new NDList(x, square)));
        assertThrows(IllegalArgumentException.class, () -> NDArrays.concat(new NDList(square, row), 1));
    }

    @Test
    void documentedLogicAndErrorFunction() {
        NDArray x = manager.arange(5f);
        check(NDArrays.logicalAnd(b(true), b(false)), false);
        check(NDArrays.logicalAnd(b(true, false), b(false, false)), false, false);
        check(NDArrays.logicalAnd(x.gt(1), x.lt(4)), false, false, true, true, false);
        check(NDArrays.logicalOr(b(true), b(false)), true);
        check(NDArrays.logicalOr(b(true, false), b(false, false)), true, false);
        check(NDArrays.logicalOr(x.lt(1), x.gt(3)), true, false, false, false, true);
        check(NDArrays.logicalXor(b(true), b(false)), true);
        check(NDArrays.logicalXor(b(true, false), b(false, false)), true, false);
        check(NDArrays.logicalXor(x.lt(1), x.gt(3)), true, false, false, false, true);
        check(NDArrays.erfinv(f(0, 0.5f, -1)), 0, 0.4769, Double.NEGATIVE_INFINITY);
        check(NDArrays.erf(f(0, 0.4769f, Float.NEGATIVE_INFINITY)), 0, 0.5, -1);
    }

    @Test
    void badInput() {
        NDArray x = f(1, 2, 3);
        says(() -> NDArrays.where(b(true, false), x, x), "where", "(2", "(3");
        says(() -> NDArrays.where(x.gt(1), x, f(1, 2)), "where", "(2", "(3");
        says(() -> NDArrays.addi(x, f(1, 2, 3), f(1, 2)), "shape");
        check(x, 1, 2, 3);
        says(() -> NDArrays.booleanMask(x, b(true, false)), "mask");
        says(() -> NDArrays.dot(x, f(1, 2)), "dot", "float32", "3", "2");
        says(() -> NDArrays.matMul(x, f(1, 2)), "matmul", "float32", "3", "2");
        NDArray gone = f(1, 2, 3);
        gone.close();
        assertThrows(IllegalStateException.class, () -> NDArrays.where(x.gt(1), gone, x));
        assertThrows(IllegalStateException.class, () -> NDArrays.subi(1, gone));
        assertThrows(IllegalStateException.class, () -> NDArrays.stack(new NDList(x, gone)));
    }

    private static void says(Runnable call, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        for (String part : parts) {
            assertTrue(message.toLowerCase().contains(part), () -> message + " does not name " + part);
        }
    }
}
