package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import io.wengert.Autograd;
import org.junit.jupiter.api.Test;

/** The first NaN or infinity is found where it arises, with the line of the program. */
class AnomalyTest extends Variables {

    private static String thisLine(int offset) {
        StackTraceElement caller = Thread.currentThread().getStackTrace()[2];
        return caller.getFileName() + ":" + (caller.getLineNumber() + offset);
    }

    @Test
    void anOperationThatGivesNaN() {
        NDArray x = manager.create(new float[] {1, -1});
        try (Autograd.Scope search = Autograd.detectAnomaly()) {
            String line = thisLine(1);
            ArithmeticException e = assertThrows(ArithmeticException.class, () -> x.mul(2).log().add(1));
            assertTrue(e.getMessage().startsWith("log: the result float32 (2) holds NaN"), e.getMessage());
            assertTrue(e.getMessage().contains(line), e.getMessage());
        }
        assertTrue(x.log().isNaN().any().getBoolean(), "only while somebody looks");
    }

    @Test
    void anInfinityThatComesInIsNobodysFault() {
        NDArray mask = manager.create(new float[] {0, Float.NEGATIVE_INFINITY});
        try (Autograd.Scope search = Autograd.detectAnomaly()) {
            assertArrayEquals(new float[] {1, 0}, mask.add(3).softmax(0).toFloatArray());
            ArithmeticException e = assertThrows(ArithmeticException.class, () -> manager.create(1000f).exp());
            assertTrue(e.getMessage().contains("an infinity"), e.getMessage());
        }
    }

    @Test
    void aGradientThatIsNotFiniteNamesTheForwardLine() {
        NDArray x = variable(0, 4);
        try (Autograd.Scope search = Autograd.detectAnomaly(); Autograd.Scope recording = Autograd.record()) {
            String line = thisLine(1);
            NDArray y = x.sqrt().sum();
            ArithmeticException e = assertThrows(ArithmeticException.class, () -> Autograd.backward(y));
            assertTrue(e.getMessage().contains("sqrt") && e.getMessage().contains("an infinity"), e.getMessage());
            assertTrue(e.getMessage().contains(line), e.getMessage());
        }
        assertArrayEquals(new float[] {0, 0}, gradient(x), "nothing half-written");
    }

    @Test
    void errorsNameTheLineOfTheRecordedCall() {
        NDArray x = variable(3);
        try (Autograd.Scope search = Autograd.detectAnomaly(); Autograd.Scope recording = Autograd.record()) {
            String line = thisLine(1);
            NDArray a = x.square();
            NDArray b = a.exp();
            Autograd.backward(b);
            for (NDArray again : new NDArray[] {b, a.sin()}) {
                EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(again));
                assertTrue(e.getMessage().contains(again == b ? "exp" : line), e.getMessage());
            }
        }
    }

    @Test
    void anInPlaceChangeOfAVariableNamesItsLine() {
        NDArray x = variable(3);
        try (Autograd.Scope recording = Autograd.record()) {
            String line = thisLine(1);
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> x.addi(1));
            assertTrue(e.getMessage().contains("add") && e.getMessage().contains(line), e.getMessage());
        }
        assertEquals(3, x.getFloat(0));
    }

    @Test
    void errorsNameTheLineThatAsksForGradients() {
        NDArray x = variable(3);
        NDArray constant = manager.create(3f).exp();
        EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(constant));
        assertTrue(e.getMessage().contains("not recorded") && e.getMessage().contains(thisLine(-1)), e.getMessage());
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = x.square();
            Autograd.backward(y);
            e = assertThrows(EngineException.class, () -> Autograd.backward(y));
            assertTrue(e.getMessage().contains("square") && e.getMessage().contains(thisLine(-1)), e.getMessage());
            e = assertThrows(EngineException.class, () -> Autograd.grad(y.exp(), constant));
            assertTrue(e.getMessage().contains("neither") && e.getMessage().contains(thisLine(-1)), e.getMessage());
        }
    }

    @Test
    void searchesNest() {
        NDArray x = manager.create(-1f);
        try (Autograd.Scope outer = Autograd.detectAnomaly()) {
            Autograd.detectAnomaly().close();
            assertThrows(ArithmeticException.class, x::sqrt);
        }
        assertTrue(Float.isNaN(x.sqrt().getFloat()));
    }
}
