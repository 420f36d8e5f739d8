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
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.util.PairList;
import io.wengert.djl.WgGradientCollector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Arrays of host data, numbers, ranges and strings; sparse arrays; operations by name. */
class CreationTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    @Test
    void numbersAndTables() {
        assertEquals(2.5f, manager.create(2.5f).getFloat());
        assertEquals(2.5, manager.create(2.5).getDouble());
        assertEquals(-7, manager.create(-7).getInt());
        assertEquals(1L << 60, manager.create(1L << 60).getLong());
        assertEquals(-3, manager.create((byte) -3).getByte());
        assertTrue(manager.create(true).getBoolean());
        assertEquals(DataType.INT64, manager.create((Number) 5L).getDataType());
        assertArrayEquals(new float[] {1, 2, 3, 4}, manager.create(new float[][] {{1, 2}, {3, 4}}).toFloatArray());
        assertArrayEquals(new long[] {1, 2, 3, 4}, manager.create(new long[][] {{1, 2}, {3, 4}}).toLongArray());
        assertArrayEquals(new boolean[] {true, false},
                manager.create(new boolean[][] {{true, false}}).toBooleanArray());
        assertThrows(IllegalArgumentException.class, () -> manager.create(new float[3], new Shape(2)));
    }

    @Test
    void theByteOrderOfBuffersCounts() {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            ByteBuffer b = ByteBuffer.allocate(16).order(order);
            b.putFloat(1.5f).putFloat(-2).rewind();
            assertArrayEquals(new float[] {1.5f, -2}, manager.create(b, new Shape(2), DataType.FLOAT32).toFloatArray());
            b.clear().putLong(1L << 40).putLong(-3).rewind();
            assertArrayEquals(new long[] {1L << 40, -3}, manager.create(b, new Shape(2), DataType.INT64).toLongArray());
            b.clear().putShort((short) 258).rewind();
            assertEquals(258, manager.create(b, new Shape(1), DataType.INT16).toShortArray()[0]);
            NDArray x = manager.zeros(new Shape(2), DataType.FLOAT64);
            x.set(b.clear().putDouble(3.5).putDouble(4).rewind());
            assertArrayEquals(new double[] {3.5, 4}, x.toDoubleArray());
        }
        ByteBuffer offset = ByteBuffer.allocate(12).putInt(9).putInt(8).putInt(7).position(4);
        assertArrayEquals(new int[] {8, 7}, manager.create(offset, new Shape(2), DataType.INT32).toIntArray());
        assertEquals(4, offset.position());
        assertThrows(IllegalArgumentException.class, () -> manager.create(IntBuffer.allocate(1), new Shape(2)));
        assertThrows(IllegalArgumentException.class,
                () -> manager.create(IntBuffer.allocate(2), new Shape(2), DataType.FLOAT32));
    }

    @Test
    void documentedRanges() {
        assertArrayEquals(new float[] {0, 1, 2, 3, 4}, manager.arange(5f).toFloatArray());
        assertArrayEquals(new float[] {2, 3, 4}, manager.arange(2f, 5f).toFloatArray());
        assertArrayEquals(new int[] {5, 3, 1}, manager.arange(5, 0, -2).toIntArray());
        assertArrayEquals(new float[] {0, 0.25f, 0.5f, 0.75f}, manager.arange(0f, 1f, 0.25f).toFloatArray());
        assertEquals(0, manager.arange(3, 3).size());
        assertArrayEquals(new float[] {0, 0.5f, 1}, manager.linspace(0, 1, 3).toFloatArray());
        assertArrayEquals(new float[] {0, 0.25f, 0.5f, 0.75f}, manager.linspace(0f, 1f, 4, false).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> manager.arange(0, 3, 0));
    }

    @Test
    void integersAreExact() {
        assertEquals(16777217, manager.full(new Shape(1), 16777217).getInt(0));
        int start = (1 << 24) + 1;
        assertArrayEquals(new int[] {start, start + 1, start + 2}, manager.arange(start, start + 3).toIntArray());
        long[] up = manager.arange(Integer.MAX_VALUE - 2, Integer.MAX_VALUE, 1, DataType.INT64).toLongArray();
        assertArrayEquals(new long[] {Integer.MAX_VALUE - 2L, Integer.MAX_VALUE - 1L}, up);
        assertArrayEquals(new double[] {start, start + 1},
                manager.arange(start, start + 2, 1, DataType.FLOAT64).toDoubleArray());
        assertEquals(Long.MAX_VALUE, manager.create(new long[] {Long.MAX_VALUE}).add(0).getLong(0));
        NDArray largest = manager.create(LongBuffer.wrap(new long[] {-1}), new Shape(), DataType.UINT64);
        assertEquals(-1, largest.add(0).getLong());
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"UNKNOWN", "STRING"}, mode = EnumSource.Mode.EXCLUDE)
    void zerosAndOnes(DataType type) {
        NDArray zeros = manager.zeros(new Shape(2, 3), type);
        NDArray ones = manager.ones(new Shape(2, 3), type);
        assertEquals(type, zeros.getDataType());
        assertEquals(type, ones.getDataType());
        assertEquals(type, manager.create(new Shape(2), type).getDataType());
        assertTrue(zeros.contentEquals(0));
        assertTrue(ones.contentEquals(1));
        assertTrue(zeros.onesLike().contentEquals(ones));
        assertTrue(manager.eye(2, 3, 1, type).contentEquals(
                manager.create(new int[] {0, 1, 0, 0, 0, 1}, new Shape(2, 3)).toType(type, false)));
        assertFalse(ones.toString().isEmpty());
    }

    @Test
    void strings() {
        NDArray s = manager.create(new String[] {"a", "\u00fc\u4e2d", "", "d"}, new Shape(2, 2));
        assertEquals(DataType.STRING, s.getDataType());
        assertArrayEquals(new String[] {"a", "\u00fc\u4e2d", "", "d"}, s.toStringArray());
        assertArrayEquals(new String[] {"", "d"}, s.get(1).toStringArray());
        assertArrayEquals(new String[] {"a", "", "\u00fc\u4e2d", "d"}, s.transpose().toStringArray());
        assertArrayEquals(new String[] {"a", "\u00fc\u4e2d", "", "d", "x", "y"},
                s.concat(manager.create(new String[] {"x", "y"}, new Shape(1, 2))).toStringArray());
        assertEquals("one", manager.create("one").toStringArray()[0]);
        assertTrue(s.contentEquals(s.duplicate()));
        assertFalse(s.contentEquals(s.transpose()));
        assertArrayEquals(new boolean[] {true, false, false, true}, s.eq(s.transpose()).toBooleanArray());
        assertArrayEquals(new boolean[] {true, true, true, false}, s.neq(manager.create("d")).toBooleanArray());
        assertArrayEquals(new String[] {"", ""}, manager.create(new Shape(2), DataType.STRING).toStringArray());
        assertThrows(IllegalArgumentException.class, () -> s.add(1));
        assertThrows(IllegalArgumentException.class, () -> s.toType(DataType.FLOAT32, false));
        assertThrows(IllegalStateException.class, s::toByteBuffer);
        assertThrows(IllegalArgumentException.class,
                () -> manager.create(ByteBuffer.allocate(4), new Shape(1), DataType.STRING));
    }

    @Test
    void coordinates() {
        FloatBuffer values = FloatBuffer.wrap(new float[] {3, 4, 5});
        NDArray a = manager.createCoo(values, new long[][] {{0, 1, 1}, {2, 0, 2}}, new Shape(2, 4));
        assertEquals(SparseFormat.COO, a.getSparseFormat());
        assertTrue(a.isSparse());
        assertArrayEquals(new float[] {0, 0, 3, 0, 4, 0, 5, 0}, a.toDense().toFloatArray());
        assertFalse(a.toDense().isSparse());
        NDArray twice = manager.createCoo(LongBuffer.wrap(new long[] {3, 4}), new long[][] {{1, 1}}, new Shape(3));
        assertArrayEquals(new long[] {0, 7, 0}, twice.toLongArray());
        assertThrows(IndexOutOfBoundsException.class,
                () -> manager.createCoo(FloatBuffer.allocate(1), new long[][] {{2}, {0}}, new Shape(2, 2)));
        assertThrows(IllegalArgumentException.class,
                () -> manager.createCoo(FloatBuffer.allocate(1), new long[][] {{1}}, new Shape(2, 2)));
    }

    @Test
    void compressedRows() {
        NDArray a = manager.createCSR(new float[] {7, 8, 9}, new long[] {0, 2, 2, 3}, new long[] {0, 2, 1},
                new Shape(3, 4), manager.getDevice());
        assertEquals(SparseFormat.CSR, a.getSparseFormat());
        assertArrayEquals(new float[] {7, 0, 8, 0, 0, 0, 0, 0, 0, 9, 0, 0}, a.toDense().toFloatArray());
        assertThrows(IllegalArgumentException.class,
                () -> manager.createCSR(FloatBuffer.allocate(3), new long[] {0, 2, 1, 3}, new long[3],
                        new Shape(3, 4)));
        assertThrows(IndexOutOfBoundsException.class,
                () -> manager.createCSR(FloatBuffer.allocate(1), new long[] {0, 1}, new long[] {4}, new Shape(1, 4)));
    }

    @Test
    void sparseRows() {
        FloatBuffer values = FloatBuffer.wrap(new float[] {1, 2, 3, 4});
        NDArray a = manager.createRowSparse(values, new Shape(2, 2), new long[] {0, 2}, new Shape(4, 2));
        assertEquals(SparseFormat.ROW_SPARSE, a.getSparseFormat());
        assertArrayEquals(new float[] {1, 2, 0, 0, 3, 4, 0, 0}, a.toDense().toFloatArray());
        assertThrows(IllegalArgumentException.class,
                () -> manager.createRowSparse(FloatBuffer.allocate(4), new Shape(2, 2), new long[] {0},
                        new Shape(4, 2)));
    }

    @Test
    void sparseArraysCalculateAndGradientsFlowThroughThem() {
        NDArray x = manager.create(new float[][] {{0, 2}, {3, 0}});
        x.setRequiresGradient(true);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray s = x.mul(2).toSparse(SparseFormat.CSR);
            assertEquals(SparseFormat.CSR, s.getSparseFormat());
            NDArray y = s.matMul(x);
            assertFalse(y.isSparse());
            c.backward(s.toDense().square().sum());
        }
        assertArrayEquals(new float[] {0, 16, 24, 0}, x.getGradient().toFloatArray());
        assertEquals(SparseFormat.ROW_SPARSE, x.getGradient().toSparse(SparseFormat.ROW_SPARSE).getSparseFormat());
        assertThrows(IllegalArgumentException.class, () -> manager.create(1f).toSparse(SparseFormat.COO));
        assertThrows(IllegalArgumentException.class, () -> manager.ones(new Shape(2)).toSparse(SparseFormat.CSR));
    }

    private NDList invoke(String name, PairList<String, Object> params, NDArray... in) {
        return manager.invoke(name, new NDList(in), params);
    }

    private static PairList<String, Object> params(Object... keysAndValues) {
        PairList<String, Object> p = new PairList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            p.add((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return p;
    }

    @Test
    void operationsByName() {
        NDArray a = manager.arange(6f).reshape(2, 3);
        assertTrue(invoke("add", null, a, a).singletonOrThrow().contentEquals(a.mul(2)));
        assertTrue(invoke("mul_number", params("scalar", 3), a).head().contentEquals(a.mul(3)));
        assertTrue(invoke("clip", params("0", "1", "1", 4), a).head().contentEquals(a.clip(1f, 4f)));
        NDArray sum = invoke("sum", params("axis", 1, "keepdims", true), a).head();
        assertTrue(sum.contentEquals(a.sum(new int[] {1}, true)));
        assertTrue(invoke("sum", params("axis", "(0, 1)"), a).head().contentEquals(a.sum()));
        assertTrue(invoke("reshape", params("shape", new Shape(3, 2)), a).head().contentEquals(a.reshape(3, 2)));
        assertTrue(invoke("concat", params("axis", 1), a, a).head().contentEquals(a.concat(a, 1)));
        assertTrue(invoke("cast", params("dtype", "int32"), a).head().contentEquals(a.toType(DataType.INT32, false)));
        assertEquals(2, invoke("sort", params("descending", true), a).size());
        NDArray result = manager.zeros(new Shape(2, 2));
        manager.invoke("matmul", new NDArray[] {a, a.transpose()}, new NDArray[] {result}, null);
        assertTrue(result.contentEquals(a.matMul(a.transpose())));
    }

    @Test
    void wrongNamesAndParameters() {
        NDArray a = manager.ones(new Shape(2));
        assertThrows(IllegalArgumentException.class, () -> invoke("addd", null, a));
        assertThrows(IllegalArgumentException.class, () -> invoke("add_number", null, a));
        assertThrows(IllegalArgumentException.class, () -> invoke("sum", params("axes", 1), a));
        assertThrows(IllegalArgumentException.class, () -> invoke("reshape", null, a));
        assertThrows(IllegalArgumentException.class, () -> invoke("fourier", params("n", 2), a));
        assertThrows(IllegalArgumentException.class, () -> invoke("add", null));
    }
}
