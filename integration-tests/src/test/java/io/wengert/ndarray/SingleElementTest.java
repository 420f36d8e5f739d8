package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The only element of an array is read without indices whatever the number of axes, as {@code loss.getFloat()} does. */
class SingleElementTest {

    private final NDManager manager = Engine.getEngine("Wengert").newBaseManager();

    @AfterEach
    void close() { manager.close(); }

    @Test
    void axesOfSizeOneMayBeLeftOut() {
        NDArray one = manager.create(new float[] {2.5f});
        assertEquals(2.5f, one.getFloat());
        assertEquals(2.5f, one.reshape(1, 1, 1).getFloat());
        assertEquals(2.5f, one.reshape(1, 1, 1).getFloat(0, -1));
        assertEquals(7L, manager.create(new long[] {7}).getLong());
        assertTrue(manager.create(new boolean[] {true}, new Shape(1, 1)).getBoolean());
        NDArray column = manager.create(new int[] {4, 5, 6}, new Shape(3, 1));
        assertEquals(6, column.getInt(2));
        assertEquals(5, column.get("1:2").transpose().getInt());
    }

    @Test
    void severalElementsNeedIndices() {
        NDArray row = manager.create(new float[] {1, 2, 3}, new Shape(1, 3));
        assertThrows(IllegalArgumentException.class, row::getFloat);
        assertThrows(IllegalArgumentException.class, () -> row.getFloat(0));
        assertThrows(IllegalArgumentException.class, () -> manager.zeros(new Shape(0)).getFloat());
        assertThrows(IllegalArgumentException.class, () -> manager.create(1f).getFloat(0));
        assertEquals(3, row.getFloat(0, 2));
    }
}
