package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists of arrays: names, parts, lifetime, and their encodings. */
class NDListTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray named(String name, float... v) {
        NDArray x = manager.create(v);
        x.setName(name);
        return x;
    }

    @Test
    void namesAndPlaces() {
        NDArray a = named("a", 1);
        NDArray b = named("b", 2, 3);
        NDArray plain = manager.create(4f);
        NDList list = new NDList(plain, a, b);
        assertSame(plain, list.head());
        assertSame(b, list.get("b"));
        assertNull(list.get("c"));
        assertTrue(list.contains("a"));
        assertFalse(list.contains("c"));
        assertArrayEquals(new Shape[] {new Shape(), new Shape(1), new Shape(2)}, list.getShapes());
        assertSame(a, list.remove("a"));
        assertNull(list.remove("a"));
        assertEquals(2, list.size());
        assertSame(plain, new NDList(plain).singletonOrThrow());
        assertThrows(IndexOutOfBoundsException.class, list::singletonOrThrow);
        assertThrows(IndexOutOfBoundsException.class, () -> new NDList().head());
        assertTrue(list.toString().contains("(2) float32"), list.toString());
    }

    @Test
    void partsAndSums() {
        NDArray a = named("a", 1);
        NDArray b = named("b", 2);
        NDArray c = named("c", 3);
        NDList list = new NDList(List.of(a, b));
        assertSame(list, list.addAll(new NDList(c)));
        assertEquals(List.of(b, c), list.subNDList(1));
        assertEquals(List.of(b), list.subNDList(1, 2));
        assertEquals(new NDList(a, b, c), list);
        assertEquals(list, list.getResourceNDArrays());
        assertThrows(IndexOutOfBoundsException.class, () -> list.subNDList(1, 9));
    }

    @Test
    void devices() {
        NDList list = new NDList(named("a", 1), manager.create(2f));
        assertSame(list.get(0), list.toDevice(Device.cpu(), false).get(0));
        NDList copy = list.toDevice(Device.cpu(), true);
        assertNotSame(list.get(0), copy.get(0));
        list.get(0).addi(1);
        assertEquals(1, copy.get(0).getFloat(0));
        assertEquals("a", copy.get(0).getName());
    }

    @Test
    void managersOfAllArrays() {
        NDList list = new NDList(manager.create(1f), manager.create(2f));
        assertSame(manager, list.getManager());
        NDList kept = new NDList(manager.create(3f));
        try (NDManager child = manager.newSubManager()) {
            list.attach(child);
            assertSame(child, list.getManager());
            list.get(1).attach(manager);
            kept.tempAttach(child);
            assertSame(child, kept.getManager());
        }
        assertTrue(list.get(0).isReleased());
        assertFalse(list.get(1).isReleased());
        assertSame(manager, kept.getManager());
        assertEquals(3, kept.head().getFloat());
        NDList outlasting = new NDList(manager.create(7f));
        outlasting.detach();
        manager.close();
        assertEquals(7, outlasting.head().getFloat());
        outlasting.close();
    }

    @Test
    void closingEmptiesTheList() {
        NDArray x = manager.create(1f);
        NDList list = new NDList(x);
        list.close();
        assertTrue(list.isEmpty());
        assertTrue(x.isReleased());
        assertThrows(IllegalStateException.class, x::neg);
        list.close();
    }

    @Test
    void scopesCloseWhatIsNotKept() {
        NDList all = new NDList();
        NDArray kept;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            kept = manager.create(new float[] {1, 2});
            all.add(kept.add(1));
            all.add(kept);
            NDScope.unregister(kept);
        }
        assertTrue(all.get(0).isReleased());
        assertArrayEquals(new float[] {1, 2}, kept.toFloatArray());
    }

    @ParameterizedTest
    @EnumSource(NDList.Encoding.class)
    void encodingsKeepArraysAndNames(NDList.Encoding encoding) throws IOException {
        NDArray square = manager.arange(6f).reshape(2, 3).transpose();
        square.setName("square");
        NDArray longs = manager.create(new long[] {1L << 60, -1});
        longs.setName("longs");
        NDArray bytes = manager.create(new byte[] {1, -2, 3});
        bytes.setName("bytes");
        NDArray zero = manager.create(2.5);
        zero.setName("zero");
        NDList list = new NDList(square, longs, bytes, zero);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        list.encode(stream, encoding);
        for (NDList back : List.of(NDList.decode(manager, list.encode(encoding)),
                NDList.decode(manager, new ByteArrayInputStream(stream.toByteArray())))) {
            assertEquals(4, back.size());
            for (NDArray x : list) {
                NDArray y = back.get(x.getName());
                assertTrue(x.contentEquals(y), () -> x + " became " + y);
                assertSame(manager, y.getManager());
            }
        }
    }

    @Test
    void bytesOfTheDefaultEncoding() {
        NDList list = new NDList(manager.create(new String[] {"a", "bc"}), manager.ones(new Shape(2), DataType.BFLOAT16),
                manager.create(new boolean[] {true, false}), manager.create(new Shape(0, 3)));
        for (byte[] bytes : List.of(list.encode(), list.getAsBytes(), list.toByteBuffer().array())) {
            NDList back = NDList.decode(manager, bytes);
            assertArrayEquals(new String[] {"a", "bc"}, back.get(0).toStringArray());
            assertEquals(list.subNDList(1), back.subNDList(1));
        }
        assertTrue(NDList.decode(manager, new NDList(manager.create(1f)).encode()).head().contentEquals(1));
    }

    @Test
    void badBytes() {
        assertThrows(IllegalArgumentException.class, () -> NDList.decode(manager, new byte[3]));
        assertThrows(IllegalArgumentException.class, () -> NDList.decode(manager, new byte[] {-1, 0, 0, 0, 0, 0, 0, 0, 0}));
        byte[] good = new NDList(manager.arange(9f)).encode();
        byte[] half = java.util.Arrays.copyOf(good, good.length / 2);
        assertThrows(IllegalArgumentException.class, () -> NDList.decode(manager, half));
        assertThrows(IllegalArgumentException.class, () -> NDList.decode(manager, new ByteArrayInputStream(half)));
        NDArray gone = manager.create(1f);
        gone.close();
        assertThrows(IllegalStateException.class, () -> new NDList(gone).encode());
    }
}
