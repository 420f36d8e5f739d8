package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Comparisons, logic and predicates as DJL's documentation shows them. */
class ComparisonTest {

    private static final List<BinaryOperator<NDArray>> OPS = List.of(NDArray::eq, NDArray::neq, NDArray::gt, NDArray::gte,
            NDArray::lt, NDArray::lte, NDArray::logicalAnd, NDArray::logicalOr, NDArray::logicalXor);
    private static final List<String> NAMES = List.of("eq", "neq", "gt", "gte", "lt", "lte", "logical_and", "logical_or",
            "logical_xor");

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray f(float... v) { return manager.create(v); }

    private NDArray d(double... v) { return manager.create(v); }

    private NDArray b(boolean... v) { return manager.create(v); }

    private NDArray i(DataType type, long... v) { return manager.create(v).toType(type, false); }

    private static void check(NDArray y, Shape shape, boolean... v) {
        assertEquals(DataType.BOOLEAN, y.getDataType());
        assertEquals(shape, y.getShape());
        assertArrayEquals(v, y.toBooleanArray());
    }

    private static void check(NDArray y, boolean... v) { check(y, new Shape(v.length), v); }

    @Test
    void documentedComparisonsWithNumbers() {
        check(manager.ones(new Shape(1)).eq(1), true);
        check(manager.arange(4f).reshape(2, 2).neq(1), new Shape(2, 2), true, false, true, true);
        check(f(4, 2).gt(2f), true, false);
        check(f(4, 2).gte(2f), true, true);
        check(f(1, 2).lt(2f), true, false);
        check(f(1, 2).lte(2f), true, true);
    }

    @Test
    void documentedComparisonsOfArrays() {
        check(f(0, 1, 3).eq(manager.arange(3f)), true, true, false);
        check(f(1, 2).neq(f(1, 3)), false, true);
        check(f(1, 2).neq(manager.create(new float[] {1, 3, 1, 4}, new Shape(2, 2))), new Shape(2, 2),
                false, true, false, true);
        check(f(4, 2).neq(f(2, 2)), true, false);
        check(f(4, 2).gt(f(2, 2)), true, false);
        check(f(4, 2).gte(f(2, 2)), true, true);
        check(f(1, 2).lt(f(2, 2)), true, false);
        check(f(1, 2).lte(f(2, 2)), true, true);
    }

    /** The first example of logicalXor shows none of its operands; true and false is what gives its output. */
    @Test
    void documentedLogic() {
        NDArray x = manager.arange(5f);
        check(b(true).logicalAnd(b(false)), false);
        check(b(true, false).logicalAnd(b(false, false)), false, false);
        check(x.gt(1).logicalAnd(x.lt(4)), false, false, true, true, false);
        check(b(true).logicalOr(b(false)), true);
        check(b(true, false).logicalOr(b(false, false)), true, false);
        check(x.lt(1).logicalOr(x.gt(3)), true, false, false, false, true);
        check(b(true).logicalXor(b(false)), true);
        check(b(true, false).logicalXor(b(false, false)), true, false);
        check(x.lt(1).logicalXor(x.gt(3)), true, false, false, false, true);
        check(b(true).logicalNot(), false);
        check(x.lt(1).logicalNot(), false, true, true, true, true);
    }

    @Test
    void documentedPredicates() {
        NDArray x = f(Float.POSITIVE_INFINITY, 0, Float.NaN);
        check(x.isNaN(), false, false, true);
        check(x.isInfinite(), true, false, false);
        check(i(DataType.INT64, 5, -5).isNaN(), false, false);
        check(f(Float.NEGATIVE_INFINITY).toType(DataType.FLOAT16, false).isInfinite(), true);
        NDArray ones = manager.ones(new Shape(2, 3));
        assertTrue(ones.contentEquals(1));
        assertFalse(ones.contentEquals(2));
        NDArray count = manager.arange(6f).reshape(2, 3);
        assertTrue(count.contentEquals(manager.create(new float[] {0, 1, 2, 3, 4, 5}, new Shape(2, 3))));
        assertTrue(manager.ones(new Shape(1, 2, 3)).shapeEquals(manager.create(new Shape(1, 2, 3))));
        assertFalse(ones.shapeEquals(manager.create(new Shape(3, 2))));
        assertTrue(manager.create(new Shape(2, 0, 1)).isEmpty());
        assertFalse(ones.isEmpty());
        check(b(true, false, true, true).reshape(2, 2).all(), new Shape(), false);
        check(f(-1, 4, 5).all(), new Shape(), true);
        check(b(true, false, true, true).reshape(2, 2).any(), new Shape(), true);
        check(f(-1, 0, 5).any(), new Shape(), true);
        check(b(false, false).none(), new Shape(), true);
        check(f(-1, 0, 5).none(), new Shape(), false);
    }

    @Test
    void documentedCloseness() {
        assertFalse(d(1e10, 1e-7).allClose(d(1.00001e10, 1e-8)));
        assertTrue(d(1e10, 1e-8).allClose(d(1.00001e10, 1e-9)));
        assertFalse(d(1e10, 1e-7).allClose(d(1.00001e10, 1e-8), 1e-05, 1e-08, false));
        assertTrue(d(1e10, 1e-8).allClose(d(1.00001e10, 1e-9), 1e-05, 1e-08, false));
        assertTrue(f(1, Float.NaN).allClose(f(1, Float.NaN), 1e-05, 1e-08, true));
        assertFalse(f(1, Float.NaN).allClose(f(1, Float.NaN)));
        assertFalse(f(1, 2).allClose(f(1)));
        assertTrue(f(1, 2).allClose(d(1, 2)));
        assertTrue(f(1.5f).toType(DataType.BFLOAT16, false).allClose(f(1.5f)));
    }

    @Test
    void contentIsShapeTypeAndElements() {
        assertFalse(f(1, 2).contentEquals(d(1, 2)));
        assertFalse(f(1, 2).contentEquals(f(1, 2).reshape(1, 2)));
        assertFalse(f(1, 2).contentEquals((NDArray) null));
        assertFalse(f(Float.NaN).contentEquals(f(Float.NaN)));
        assertTrue(f(0f).contentEquals(f(-0f)));
        NDArray square = manager.arange(9f).reshape(3, 3);
        assertTrue(square.transpose().contentEquals(square.transpose().duplicate()));
        assertTrue(manager.create(new Shape(0)).contentEquals(manager.create(new Shape(0))));
        assertTrue(manager.create(new String[] {"a", "b"}).contentEquals(manager.create(new String[] {"a", "b"})));
        assertFalse(manager.create(new String[] {"a", "b"}).contentEquals(manager.create(new String[] {"a", "c"})));
        NDArray foreign = PassthroughNDManager.INSTANCE.create(FloatBuffer.wrap(new float[] {1, 2}), new Shape(2),
                DataType.FLOAT32);
        assertTrue(f(1, 2).contentEquals(foreign));
        check(f(1, 3).gt(foreign), false, true);
        assertEquals(f(1, 2), f(1, 2));
        assertNotEquals(f(1, 2), f(1, 3));
        assertNotEquals("text", f(1).toString());
    }

    @Test
    void integersCompareExactly() {
        long big = (1L << 53) + 1;
        check(i(DataType.INT64, big).eq(big - 1), false);
        check(i(DataType.INT64, big).gt(i(DataType.INT64, big - 1)), true);
        check(i(DataType.INT64, Long.MIN_VALUE, Long.MAX_VALUE).lt(0), true, false);
        check(i(DataType.UINT64, -1, 1).gt(i(DataType.UINT64, 1, -1)), true, false);
        check(i(DataType.UINT64, -1).gt(5), true);
        check(i(DataType.UINT64, -1).eq(i(DataType.UINT64, -1)), true);
        check(i(DataType.UINT8, 200).gt(i(DataType.INT8, -56)), true);
        check(i(DataType.UINT32, 0xFFFFFFFFL).gt(i(DataType.INT32, -1)), true);
        check(i(DataType.INT32, 2, 3).lt(2.5), true, false);
        assertFalse(i(DataType.INT64, big).contentEquals(i(DataType.INT64, big - 1)));
    }

    @Test
    void truthOfNumbers() {
        check(f(0, 2, -1, Float.NaN).logicalNot(), true, false, false, false);
        check(f(0, 2).logicalAnd(i(DataType.INT32, 1, 4)), false, true);
        check(f(0, 2, 3).logicalXor(b(true, true, false)), true, false, true);
        check(i(DataType.UINT8, 0, 7).logicalOr(i(DataType.UINT8, 0, 0)), false, true);
    }

    @Test
    void nothingIsOrderedWithNaN() {
        NDArray nan = f(Float.NaN);
        for (int k = 0; k < 6; k++) {
            check(OPS.get(k).apply(nan, nan), k == 1);
            check(OPS.get(k).apply(nan, f(1)), k == 1);
        }
        check(nan.eq(Float.NaN), false);
        check(nan.neq(0), true);
    }

    @Test
    void halvesEmptyAndBroadcast() {
        NDArray half = f(1, 2).toType(DataType.FLOAT16, false);
        check(half.eq(f(1, 3).toType(DataType.BFLOAT16, false)), true, false);
        check(half.gte(1.5), false, true);
        check(f(1, 2).gt(f(1, 2).reshape(2, 1)), new Shape(2, 2), false, true, false, false);
        check(manager.create(new Shape(0, 2)).lt(f(1, 2)), new Shape(0, 2));
        NDArray z = f(1, 2).toType(DataType.COMPLEX64, false);
        check(z.eq(f(1, 3)), true, false);
        check(z.neq(1), false, true);
    }

    @Test
    void stringsAreEqualOrNot() {
        NDArray words = manager.create(new String[] {"a", "b"});
        check(words.eq(manager.create(new String[] {"a", "c"})), true, false);
        check(words.neq(manager.create(new String[] {"a", "c"})), false, true);
        says(() -> words.gt(words), "gt", "string");
        says(() -> words.eq(f(1, 2)), "eq", "string");
        says(() -> words.logicalNot(), "logical_not", "string");
    }

    @Test
    void operandsThatDoNotFit() {
        NDArray x = f(1, 2, 3);
        NDArray gone = f(1, 2, 3);
        gone.close();
        for (int k = 0; k < NAMES.size(); k++) {
            BinaryOperator<NDArray> op = OPS.get(k);
            says(() -> op.apply(x, f(1, 2)), NAMES.get(k), "(3", "(2", "float32");
            assertThrows(IllegalStateException.class, () -> op.apply(x, gone));
            assertThrows(IllegalStateException.class, () -> op.apply(gone, x));
        }
        NDArray z = x.toType(DataType.COMPLEX64, false);
        for (int k = 2; k < 6; k++) {
            BinaryOperator<NDArray> op = OPS.get(k);
            says(() -> op.apply(z, x), NAMES.get(k), "complex64");
        }
        says(() -> z.lt(1), "lt", "complex64");
        assertThrows(IllegalStateException.class, () -> gone.contentEquals(1));
        assertThrows(IllegalStateException.class, gone::isNaN);
    }

    private static void says(Runnable call, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> message + " does not name " + part);
        }
    }
}
