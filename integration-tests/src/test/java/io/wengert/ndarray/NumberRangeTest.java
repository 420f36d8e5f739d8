package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Java numbers beyond the range of an integer dtype: as in NumPy 2, arithmetic refuses them, comparisons answer by value.
 */
class NumberRangeTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray of(DataType type, long... values) {
        return manager.create(LongBuffer.wrap(values), new Shape(values.length), DataType.INT64).toType(type, false);
    }

    private NDArray unsigned(long... values) {
        return manager.create(LongBuffer.wrap(values), new Shape(values.length), DataType.UINT64);
    }

    private static void refuses(String name, Function<NDArray, NDArray> f, NDArray x) {
        NDArray before = x.duplicate();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> f.apply(x));
        assertTrue(e.getMessage().startsWith(name + ":"), e.getMessage());
        assertTrue(e.getMessage().contains("range"), e.getMessage());
        assertTrue(x.contentEquals(before), "the array has changed");
    }

    @Test
    void arithmeticRefusesNumbersOutOfRange() {
        NDArray x = of(DataType.INT8, 1, 2);
        refuses("maximum_number", a -> a.maximum(300), x);
        refuses("minimum_number", a -> a.minimum(-129), x);
        refuses("add_number", a -> a.add(128), x);
        refuses("add_number", a -> a.addi(1L << 40), x);
        refuses("clip", a -> a.clip(0, 300), x);
        refuses("pow_number", a -> a.pow(1000), x);
        refuses("mod_number", a -> a.modi(200), x);
        refuses("add_number", a -> a.add(1L << 40), of(DataType.INT32, 1, 2));
        refuses("sub_number", a -> a.sub(65536), of(DataType.UINT16, 1, 2));
        refuses("add_number", a -> a.add(-1), of(DataType.UINT8, 1, 2));
        refuses("mul_number", a -> a.mul(-1), of(DataType.UINT64, 1, 2));
        refuses("add_number", a -> a.add(BigInteger.ONE.shiftLeft(63)), of(DataType.INT64, 1, 2));
        refuses("set", a -> {
            a.set(new NDIndex("0"), 300);
            return a;
        }, x);
    }

    @Test
    void theLimitsThemselvesAreFine() {
        assertArrayEquals(new byte[] {127, 127}, of(DataType.INT8, 1, 2).maximum(127).toByteArray());
        assertArrayEquals(new byte[] {-128, -128}, of(DataType.INT8, 1, 2).minimum(-128).toByteArray());
        assertArrayEquals(new int[] {255, 255}, of(DataType.UINT8, 1, 2).maximum(255).toUint8Array());
        assertArrayEquals(new long[] {-1, -1},
                of(DataType.UINT64, 1, 2).maximum(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)).toLongArray());
        assertEquals(DataType.INT64, manager.create(true).add(300).getDataType());
        assertEquals(DataType.FLOAT32, of(DataType.INT8, 1).add(300f).getDataType());
        assertArrayEquals(new float[] {1f / 300}, of(DataType.INT8, 1).div(300).toFloatArray());
    }

    private static void is(NDArray comparison, boolean... expected) {
        assertArrayEquals(expected, comparison.toBooleanArray());
    }

    @Test
    void comparisonsAnswerByValue() {
        for (DataType type : List.of(DataType.INT8, DataType.UINT8, DataType.INT16, DataType.UINT64, DataType.INT64)) {
            NDArray x = of(type, 0, 44);
            is(x.lt(1L << 62), true, true);
            is(x.eq(300), false, false);
            is(x.neq(300), true, true);
            is(x.gte(-1), true, true);
            is(x.lt(-1), false, false);
            is(x.eq(-1), false, false);
            is(x.lt(BigInteger.ONE.shiftLeft(70)), true, true);
            is(x.gt(43.5), false, true);
            is(x.eq(44.0), false, true);
            is(x.eq(43.9999), false, false);
            is(x.lt(Double.POSITIVE_INFINITY), true, true);
            is(x.neq(Double.NaN), true, true);
            is(x.lte(Double.NaN), false, false);
        }
        NDArray big = unsigned(-1, Long.MIN_VALUE, 5);
        is(big.gt(Long.MAX_VALUE), true, true, false);
        is(big.eq(-1), false, false, false);
        is(big.gt(-1), true, true, true);
        is(big.eq(BigInteger.ONE.shiftLeft(63)), false, true, false);
        is(big.gte(0x1p63), true, true, false);
        is(of(DataType.INT64, Long.MAX_VALUE, Long.MIN_VALUE).eq(0x1p63), false, false);
        is(of(DataType.INT64, Long.MAX_VALUE, Long.MIN_VALUE).eq(-0x1p63), false, true);
        is(of(DataType.INT64, (1L << 53) + 1, 1L << 53).eq(0x1p53), false, true);
        is(of(DataType.INT32, 16777217, 16777216).eq(16777216f), false, true);
        is(manager.create(new boolean[] {true, false}).eq(1), true, false);
        is(manager.create(new boolean[] {true, false}).gt(0.5), true, false);
    }

    @Test
    void createdOfNumbers() {
        assertThrows(IllegalArgumentException.class, () -> manager.create(new Shape(2), DataType.INT8).set(new NDIndex("0"), -200));
        NDArray bytes = manager.create(ByteBuffer.wrap(new byte[] {(byte) 200}), new Shape(1), DataType.UINT8);
        assertEquals(200, bytes.toType(DataType.INT32, false).getInt(0));
        assertEquals(-56, bytes.toType(DataType.INT8, false).getByte(0));
    }

    @Test
    void conversionsOutOfRangeAreAsDocumented() {
        NDArray x = manager.create(new float[] {300.7f, -1.5f, 1e20f, -1e20f, Float.NaN});
        assertArrayEquals(new byte[] {44, -1, -1, 0, 0}, x.toType(DataType.INT8, false).toByteArray());
        assertArrayEquals(new int[] {44, 255, 255, 0, 0}, x.toType(DataType.UINT8, false).toUint8Array());
        assertArrayEquals(new int[] {300, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0},
                x.toType(DataType.INT32, false).toIntArray());
        assertArrayEquals(new long[] {300, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0},
                x.toType(DataType.INT64, false).toLongArray());
        assertArrayEquals(new long[] {300, -1, -1, Long.MIN_VALUE, 0}, x.toType(DataType.UINT64, false).toLongArray());
        NDArray wide = x.toType(DataType.FLOAT64, false);
        for (DataType type : List.of(DataType.INT8, DataType.UINT16, DataType.INT32, DataType.UINT32, DataType.UINT64)) {
            assertArrayEquals(x.toType(type, false).toByteArray(), wide.toType(type, false).toByteArray(), type.toString());
        }
        assertArrayEquals(new byte[] {-128, 127}, of(DataType.INT8, 127, -128).add(of(DataType.INT8, 1, -1)).toByteArray());
        assertArrayEquals(new int[] {255, 44}, of(DataType.INT32, -1, 300).toType(DataType.UINT8, false).toUint8Array());
        assertArrayEquals(new int[] {255}, of(DataType.UINT8, 1).neg().toUint8Array());
    }
}
