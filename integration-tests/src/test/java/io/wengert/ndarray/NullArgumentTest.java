package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An argument that is null meets an error that names the method it was given to, or the operation. */
class NullArgumentTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private void array(String name, BiFunction<NDArray, NDArray, Object> f) {
        NDArray x = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> f.apply(x, null));
        assertEquals(name + ": takes an array, not null", e.getMessage());
    }

    @Test
    void arrays() {
        array("add", NDArray::add);
        array("muli", NDArray::muli);
        array("eq", (x, y) -> x.eq(y));
        array("matMul", NDArray::matMul);
        array("dot", NDArray::dot);
        array("gather", (x, y) -> x.gather(y, 0));
        array("where", (x, y) -> x.getNDArrayInternal().where(x, y));
        array("allClose", (x, y) -> x.allClose(y));
    }

    @Test
    void numbers() {
        NDArray x = manager.create(new float[] {1, 2});
        for (var f : java.util.List.<java.util.function.Function<Number, NDArray>>of(x::add, x::muli, x::gt, x::pow)) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> f.apply(null));
            assertTrue(e.getMessage().contains("_number: takes a number, not null: float32 (2)"), e.getMessage());
        }
    }

    @Test
    void shapesAndTypes() {
        NDArray x = manager.create(new float[] {1, 2});
        assertTrue(assertThrows(IllegalArgumentException.class, () -> manager.zeros(new Shape(2), null)).getMessage()
                .contains("a data type"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> manager.randomUniform(0, 1, null, DataType.FLOAT32))
                .getMessage().contains("a shape"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> x.toType(null, true)).getMessage()
                .contains("a data type"));
    }
}
