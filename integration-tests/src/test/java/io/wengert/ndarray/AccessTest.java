package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements in Java, copies, other dtypes, and the life of arrays, as DJL's documentation tells it. */
class AccessTest {

    private static final long BIG = (1L << 53) + 1;

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray f(float... v) { return manager.create(v); }

    private NDArray i(DataType type, long... v) { return manager.create(v).toType(type, false); }

    private NDArray six() { return manager.arange(6f).reshape(2, 3); }

    @Test
    void documentedArraysLikeThis() {
        NDArray zeros = six().zerosLike();
        assertEquals(new Shape(2, 3), zeros.getShape());
        assertArrayEquals(new float[6], zeros.toFloatArray());
        NDArray ones = six().onesLike();
        assertEquals(new Shape(2, 3), ones.getShape());
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, ones.toFloatArray());
        NDArray like = i(DataType.UINT8, 1, 2).like();
        assertEquals(new Shape(2), like.getShape());
        assertEquals(DataType.UINT8, like.getDataType());
        assertSame(manager, like.getManager());
        NDArray sparse = six().toSparse(SparseFormat.CSR);
        for (NDArray x : List.of(sparse.zerosLike(), sparse.onesLike(), sparse.like())) {
            assertEquals(SparseFormat.CSR, x.getSparseFormat());
        }
        assertEquals("ND: (2, 3) cpu() float32\n[[0., 1., 2.],\n [3., 4., 5.],\n]\n", six().toString());
        assertEquals("ND: (2, 0, 1) cpu() float32\n[]\n", manager.create(new Shape(2, 0, 1)).toString());
    }

    @Test
    void javaArraysOfTheirTypes() {
        NDArray x = six().transpose();
        float[] turned = {0, 3, 1, 4, 2, 5};
        assertArrayEquals(turned, x.toFloatArray());
        assertArrayEquals(turned, x.toType(DataType.FLOAT16, false).toFloatArray());
        assertArrayEquals(turned, x.toType(DataType.BFLOAT16, false).toFloatArray());
        assertArrayEquals(new double[] {0, 3, 1, 4, 2, 5}, x.toType(DataType.FLOAT64, false).toDoubleArray());
        assertArrayEquals(new int[] {0, 3, 1, 4, 2, 5}, x.toType(DataType.INT32, false).toIntArray());
        assertArrayEquals(new long[] {0, 3, 1, 4, 2, 5}, x.toType(DataType.INT64, false).toLongArray());
        assertArrayEquals(new short[] {0, 3, 1, 4, 2, 5}, x.toType(DataType.INT16, false).toShortArray());
        assertArrayEquals(new byte[] {0, 3, 1, 4, 2, 5}, x.toType(DataType.INT8, false).toByteArray());
        assertArrayEquals(new boolean[] {false, true, true, true, true, true},
                x.toType(DataType.BOOLEAN, false).toBooleanArray());
        assertArrayEquals(new long[] {BIG, -BIG}, i(DataType.INT64, BIG, -BIG).toLongArray());
        assertArrayEquals(new int[] {200, 255}, i(DataType.UINT8, 200, -1).toUint8Array());
        assertArrayEquals(new int[] {65535, 1}, i(DataType.UINT16, -1, 1).toUnsignedShortArray());
        assertArrayEquals(new long[] {0xFFFFFFFFL, 1}, i(DataType.UINT32, -1, 1).toUnsignedIntArray());
        assertArrayEquals(new String[] {"a", "\u00e9"}, manager.create(new String[] {"a", "\u00e9"}).toStringArray());
        assertArrayEquals(new float[0], manager.create(new Shape(0, 3)).toFloatArray());
        assertEquals(1f, ByteBuffer.wrap(f(1).toByteArray()).order(java.nio.ByteOrder.nativeOrder()).getFloat());
        ByteBuffer direct = x.toByteBuffer(true);
        assertTrue(direct.isDirect());
        assertEquals(24, direct.remaining());
        assertEquals(3, direct.getFloat(4));
    }

    @Test
    void boxedNumbers() {
        assertArrayEquals(new Number[] {1.5f}, f(1.5f).toArray());
        assertArrayEquals(new Number[] {1.5f}, f(1.5f).toType(DataType.FLOAT16, false).toArray());
        assertArrayEquals(new Number[] {1.5f}, f(1.5f).toType(DataType.BFLOAT16, false).toArray());
        assertArrayEquals(new Number[] {1.5}, f(1.5f).toType(DataType.FLOAT64, false).toArray());
        assertArrayEquals(new Number[] {BIG}, i(DataType.INT64, BIG).toArray());
        assertArrayEquals(new Number[] {-7}, i(DataType.INT32, -7).toArray());
        assertArrayEquals(new Number[] {(short) -7}, i(DataType.INT16, -7).toArray());
        assertArrayEquals(new Number[] {(byte) -7}, i(DataType.INT8, -7).toArray());
        assertArrayEquals(new Number[] {200}, i(DataType.UINT8, 200).toArray());
        assertArrayEquals(new Number[] {65535}, i(DataType.UINT16, -1).toArray());
        assertArrayEquals(new Number[] {0xFFFFFFFFL}, i(DataType.UINT32, -1).toArray());
        assertArrayEquals(new Number[] {(byte) 1}, manager.create(new boolean[] {true}).toArray());
        assertThrows(IllegalStateException.class, () -> manager.create(new String[] {"a"}).toArray());
    }

    @Test
    void singleElements() {
        NDArray x = six().transpose();
        assertEquals(4, x.getFloat(1, 1));
        assertEquals(5, x.getFloat(-1, -1));
        assertEquals(3, x.toType(DataType.BFLOAT16, false).getFloat(0, 1));
        for (float v : new float[] {-2.5f, 0x1p-24f, 0, -0f, Float.POSITIVE_INFINITY, Float.NaN}) {
            for (DataType type : List.of(DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT64)) {
                assertEquals(v, f(0, v).toType(type, false).getFloat(-1));
            }
        }
        NDArray half = f(1, 2).toType(DataType.FLOAT16, false);
        assertTrue(assertThrows(IndexOutOfBoundsException.class, () -> half.getFloat(7)).getMessage()
                .contains("index 7 on axis 0 of float16 (2)"));
        assertEquals(2.5, manager.create(2.5).getDouble());
        assertEquals(-7, i(DataType.INT32, 1, -7).getInt(1));
        assertEquals(BIG, i(DataType.INT64, BIG).getLong(0));
        assertEquals(-3, i(DataType.INT8, -3).getByte(0));
        assertEquals(253, i(DataType.UINT8, -3).getUint8(0));
        assertTrue(manager.create(new boolean[] {false, true}).getBoolean(1));
        assertEquals(3, six().get(1).getFloat(0));
        assertEquals(5, six().get(1, 2).getFloat());
        for (long[] place : new long[][] {{3, 0}, {0, 2}, {-4, 0}}) {
            assertThrows(IndexOutOfBoundsException.class, () -> x.getFloat(place));
        }
        assertThrows(IllegalArgumentException.class, () -> x.getFloat(1));
        assertThrows(IllegalArgumentException.class, () -> x.getFloat());
    }

    @Test
    void theWrongJavaTypeIsNamed() {
        NDArray ints = i(DataType.INT32, 1, 2);
        NDArray floats = f(1, 2);
        Map<String, Consumer<NDArray>> onFloats = new LinkedHashMap<>();
        onFloats.put("toDoubleArray", NDArray::toDoubleArray);
        onFloats.put("toIntArray", NDArray::toIntArray);
        onFloats.put("toLongArray", NDArray::toLongArray);
        onFloats.put("toShortArray", NDArray::toShortArray);
        onFloats.put("toBooleanArray", NDArray::toBooleanArray);
        onFloats.put("toStringArray", NDArray::toStringArray);
        onFloats.put("toUint8Array", NDArray::toUint8Array);
        onFloats.put("getDouble", x -> x.getDouble(0));
        onFloats.put("getInt", x -> x.getInt(0));
        onFloats.put("getLong", x -> x.getLong(0));
        onFloats.put("getByte", x -> x.getByte(0));
        onFloats.put("getUint8", x -> x.getUint8(0));
        onFloats.put("getBoolean", x -> x.getBoolean(0));
        onFloats.forEach((name, call) -> says(IllegalStateException.class, () -> call.accept(floats), name, "float32",
                "(2)", "toType"));
        says(IllegalStateException.class, ints::toFloatArray, "toFloatArray", "int32");
        says(IllegalStateException.class, () -> ints.getFloat(0), "getFloat", "int32");
        says(IllegalStateException.class, () -> manager.create(new String[] {"a"}).toFloatArray(), "string");
        says(IllegalStateException.class, () -> manager.create(new String[] {"a"}).toByteBuffer(), "toByteBuffer");
    }

    private static void says(Class<? extends Exception> type, Runnable call, String... parts) {
        String message = assertThrows(type, call::run).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> message + " does not name " + part);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"UNKNOWN", "STRING", "COMPLEX64"}, mode = EnumSource.Mode.EXCLUDE)
    void everyTypeToEveryOther(DataType from) {
        NDArray x = manager.create(new float[] {0, 1, 3}).toType(from, false);
        for (DataType to : DataType.values()) {
            if (to == DataType.UNKNOWN || to == DataType.STRING) {
                continue;
            }
            NDArray y = x.toType(to, false);
            assertEquals(to, y.getDataType());
            NDArray narrow = from == DataType.BOOLEAN || to == DataType.BOOLEAN ? f(0, 1, 1) : f(0, 1, 3);
            if (to == DataType.COMPLEX64) {
                assertTrue(y.eq(narrow).toType(DataType.INT32, false).contentEquals(1));
            } else {
                assertArrayEquals(narrow.toFloatArray(), y.toType(DataType.FLOAT32, false).toFloatArray());
            }
        }
        says(IllegalArgumentException.class, () -> x.toType(DataType.STRING, false), "cast", "string");
    }

    @Test
    void conversionsRoundTowardsZero() {
        assertArrayEquals(new int[] {1, -1, 0}, f(1.9f, -1.9f, -0.5f).toType(DataType.INT32, false).toIntArray());
        assertArrayEquals(new boolean[] {true, false, true},
                f(0.5f, 0, Float.NaN).toType(DataType.BOOLEAN, false).toBooleanArray());
        assertArrayEquals(new long[] {BIG}, i(DataType.INT64, BIG).toType(DataType.UINT64, false).toLongArray());
        assertEquals(0x1p64, i(DataType.UINT64, -1).toType(DataType.FLOAT64, false).getDouble(0));
        assertArrayEquals(new byte[] {1}, i(DataType.INT32, 257).toType(DataType.UINT8, false).toByteArray());
        assertEquals(Float.POSITIVE_INFINITY, f(1e6f).toType(DataType.FLOAT16, false).getFloat(0));
        assertEquals(1e6f, f(1e6f).toType(DataType.BFLOAT16, false).getFloat(0), 4e3f);
    }

    @Test
    void copiesStandAlone() {
        NDArray x = six();
        x.setName("six");
        for (NDArray copy : List.of(x.duplicate(), x.toType(DataType.FLOAT32, true), x.toDevice(Device.cpu(), true),
                x.toDense())) {
            assertNotSame(x, copy);
            assertEquals("six", copy.getName());
            copy.addi(1);
            assertEquals(1, copy.getFloat(0, 0));
        }
        assertEquals(0, x.getFloat(0, 0));
        assertSame(x, x.toType(DataType.FLOAT32, false));
        assertSame(x, x.toDevice(Device.cpu(), false));
        assertEquals("six", x.toType(DataType.INT32, false).getName());
        assertEquals(Device.cpu(), x.getDevice());
        assertFalse(x.isSparse());
        assertEquals(SparseFormat.DENSE, x.getSparseFormat());
        assertThrows(RuntimeException.class, () -> x.toDevice(Device.of("nowhere", 0), false));
    }

    @Test
    void copyToAndSet() {
        NDArray x = six();
        NDArray y = manager.create(new Shape(2, 3));
        x.copyTo(y);
        assertEquals(x, y);
        NDArray ints = manager.create(new Shape(2, 3), DataType.INT32);
        x.add(0.5).copyTo(ints);
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5}, ints.toIntArray());
        says(IllegalArgumentException.class, () -> x.copyTo(f(1, 2)), "copyTo", "(2, 3)", "(2)");
        says(IllegalArgumentException.class, () -> manager.create(new String[] {"a"}).copyTo(f(1)), "string");
        y.set(new float[] {9, 8, 7, 6, 5, 4});
        assertArrayEquals(new float[] {9, 8, 7, 6, 5, 4}, y.toFloatArray());
        y.set(FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5, 6}));
        assertEquals(6, y.getFloat(1, 2));
        says(IllegalArgumentException.class, () -> y.set(FloatBuffer.allocate(2)), "2", "6");
        says(IllegalArgumentException.class, () -> y.set(LongBuffer.allocate(6)), "LongBuffer", "float32");
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, y.toFloatArray());
    }

    @Test
    void arraysOfAnotherEngine() {
        NDArray foreign = PassthroughNDManager.INSTANCE.create(FloatBuffer.wrap(new float[] {1, 2}), new Shape(2),
                DataType.FLOAT32);
        foreign.setName("pair");
        NDArray own = manager.from(foreign);
        assertEquals("pair", own.getName());
        own.addi(1);
        assertArrayEquals(new float[] {1, 2}, manager.from(foreign).toFloatArray());
        assertArrayEquals(new float[] {1, 2, 1, 2}, f(1, 2).concat(foreign).toFloatArray());
        assertNull(manager.from(null));
    }

    @Test
    void shapesAndSizes() {
        NDArray x = six();
        assertEquals(6, x.size());
        assertEquals(3, x.size(1));
        assertFalse(x.isScalar());
        assertTrue(manager.create(1f).isScalar());
        assertEquals(new Shape(2, 3), x.getShape());
        assertEquals(List.of(x), x.getResourceNDArrays());
        assertEquals(24, x.toByteBuffer().remaining());
        assertSame(manager, x.getManager());
        assertSame(manager, x.add(1).getManager());
        assertNotEquals(x.getUid(), six().getUid());
        assertEquals(x.getUid(), x.getUid());
    }

    @Test
    void closedArraysSaySo() {
        NDArray x = six();
        x.setName("six");
        assertFalse(x.isReleased());
        x.close();
        x.close();
        assertTrue(x.isReleased());
        List<Function<NDArray, Object>> uses = List.of(NDArray::toFloatArray, NDArray::neg, a -> a.addi(1), NDArray::sum,
                a -> a.getFloat(0, 0), a -> a.get(new NDIndex("0")), NDArray::duplicate, NDArray::transpose,
                a -> a.toType(DataType.INT32, false), NDArray::toByteBuffer, NDArray::zerosLike,
                NDArray::getGradient, a -> a.contentEquals(0), NDArray::getDataType, NDArray::hasGradient);
        uses.forEach(use -> says(IllegalStateException.class, () -> use.apply(x), "six", "(2, 3)", "closed"));
        assertFalse(x.toString().isEmpty());
        NDArray y = six();
        assertThrows(IllegalStateException.class, () -> x.copyTo(y));
        assertThrows(IllegalStateException.class, () -> y.copyTo(x));
        assertEquals(six(), y);
    }

    @Test
    void managersDecideTheLife() {
        NDArray kept;
        NDArray moved = six();
        NDArray left;
        try (NDManager child = manager.newSubManager()) {
            kept = child.arange(2f);
            left = child.arange(3f);
            NDArray lost = moved.add(1);
            lost.attach(child);
            assertSame(child, lost.getManager());
            assertSame(child, lost.neg().getManager());
            kept.attach(manager);
            left.detach();
            moved.tempAttach(child);
        }
        assertEquals(1, kept.getFloat(1));
        assertEquals(2, left.getFloat(2));
        left.close();
        assertSame(manager, moved.getManager());
        assertFalse(moved.isReleased());
        NDManager other = manager.newSubManager();
        NDArray dead = other.arange(2f);
        other.close();
        assertTrue(dead.isReleased());
        assertThrows(IllegalStateException.class, () -> dead.add(1));
        assertThrows(IllegalStateException.class, () -> other.arange(2f));
    }

    @Test
    void internTakesOver() {
        NDArray x = six();
        NDArray y = f(7, 8);
        x.intern(y);
        assertEquals(new Shape(2), x.getShape());
        assertArrayEquals(new float[] {7, 8}, x.toFloatArray());
        assertTrue(y.isReleased());
        assertThrows(IllegalStateException.class, () -> x.intern(y));
        assertArrayEquals(new float[] {7, 8}, x.toFloatArray());
    }
}
