package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Arrays to bytes and files and back, in all formats that DJL has. */
class SerializationTest {

    private static final Set<DataType> NUMPY = EnumSet.complementOf(
            EnumSet.of(DataType.UNKNOWN, DataType.STRING, DataType.BFLOAT16, DataType.COMPLEX64));
    private static final Set<DataType> SAFETENSORS = EnumSet.of(DataType.FLOAT64, DataType.FLOAT32, DataType.FLOAT16,
            DataType.BFLOAT16, DataType.INT64, DataType.INT32, DataType.INT8, DataType.UINT8, DataType.BOOLEAN);

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray array(DataType type) {
        if (type == DataType.STRING) {
            return manager.create(new String[] {"a", "", "\u00fc", "d", "e", "f"}, new Shape(2, 3));
        }
        return manager.create(new int[] {0, 1, 2, 3, 100, 1}, new Shape(2, 3)).toType(type, false);
    }

    private static void same(NDArray expected, NDArray actual) {
        assertEquals(expected.getDataType(), actual.getDataType());
        assertEquals(expected.getShape(), actual.getShape());
        assertTrue(expected.contentEquals(actual));
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"FLOAT32", "STRING"})
    void damagedLengthsAskForNoMemory(DataType type) {
        byte[] good = array(type).encode();
        int refused = 0;
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            try {
                NDArray.decode(manager, bad).close();
            } catch (RuntimeException e) {
                refused++;
            }
        }
        assertTrue(refused > 30, refused + " of " + good.length);
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = "UNKNOWN", mode = EnumSource.Mode.EXCLUDE)
    void everyDtype(DataType type) throws IOException {
        NDArray x = array(type);
        x.setName("x");
        NDArray y = NDArray.decode(manager, x.encode());
        same(x, y);
        assertEquals("x", y.getName());
        same(x, manager.decode(new ByteArrayInputStream(x.encode())));
        same(x.transpose(), NDArray.decode(manager, x.transpose().encode()));
        NDList list = new NDList(x, manager.ones(new Shape()), manager.zeros(new Shape(0, 2)));
        NDList back = NDList.decode(manager, new ByteArrayInputStream(list.encode()));
        for (int i = 0; i < list.size(); i++) {
            same(list.get(i), back.get(i));
        }
        same(x, NDList.decode(manager, list.encode()).get("x"));
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = "UNKNOWN", mode = EnumSource.Mode.EXCLUDE)
    void numpyAndSafetensors(DataType type, @TempDir Path folder) throws IOException {
        NDArray x = array(type);
        x.setName("x");
        NDList list = new NDList(x, x.get(1), x.transpose());
        list.get(1).setName("row");
        list.get(2).setName("transpose");
        for (NDList.Encoding encoding : NDList.Encoding.values()) {
            Path file = folder.resolve("list." + encoding);
            Set<DataType> holds = encoding == NDList.Encoding.NPZ ? NUMPY
                    : encoding == NDList.Encoding.SAFETENSORS ? SAFETENSORS
                            : EnumSet.complementOf(EnumSet.of(DataType.UNKNOWN));
            if (!holds.contains(type)) {
                assertThrows(RuntimeException.class, () -> list.encode(encoding));
                continue;
            }
            try (OutputStream out = Files.newOutputStream(file)) {
                list.encode(out, encoding);
            }
            NDList back = manager.load(file);
            assertEquals(3, back.size());
            for (NDArray a : list) {
                same(a, back.get(a.getName()));
            }
        }
    }

    @Test
    void names() {
        NDArray x = manager.create(1f);
        assertNull(NDArray.decode(manager, x.encode()).getName());
        x.setName("n".repeat(1000));
        assertEquals("n".repeat(1000), NDArray.decode(manager, x.encode()).getName());
    }

    /** DJL's own count for two numbers, so that files go to and from other engines. */
    @Test
    void theFormatIsThatOfOtherEngines() {
        assertEquals(58, manager.create(new float[] {1, 2}).encode().length);
    }

    @Test
    void sparseFormatsAreKept() {
        NDArray x = manager.create(new float[][] {{0, 1}, {2, 0}}).toSparse(SparseFormat.CSR);
        NDArray y = NDArray.decode(manager, x.encode());
        same(x, y);
        assertEquals(SparseFormat.CSR, y.getSparseFormat());
    }

    @Test
    void bytes() {
        assertArrayEquals(new byte[] {1, 2, 3}, manager.create(new byte[] {1, 2, 3}).toByteArray());
        assertEquals(8, manager.create(new float[] {1, 2}).toByteArray().length);
        NDArray x = manager.create(new float[] {1, 2});
        assertArrayEquals(new Number[] {1f, 2f}, x.toType(DataType.BFLOAT16, false).toArray());
    }

    @Test
    void whatIsNoArray(@TempDir Path folder) {
        byte[] other = {0, 4, 'N', 'D', 'A', 'X', 0, 0, 0, 1};
        assertThrows(IllegalArgumentException.class, () -> manager.decode(other));
        assertThrows(IllegalArgumentException.class, () -> manager.decode(new byte[] {0, 4, 'N'}));
        assertThrows(IllegalArgumentException.class, () -> manager.load(folder.resolve("none")));
    }
}
