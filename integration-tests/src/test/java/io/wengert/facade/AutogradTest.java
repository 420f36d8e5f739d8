package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.GradientCollector;
import io.wengert.Autograd;
import io.wengert.autograd.GradReq;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** MXNet's autograd, scope by scope, and hooks. */
class AutogradTest extends Variables {

    @Test
    void theGraphOutlivesItsRecording() {
        NDArray x = variable(1, 2, 3);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.mul(2).mul(x);
        }
        assertFalse(Autograd.isRecording());
        Autograd.backward(y);
        assertArrayEquals(new float[] {4, 8, 12}, gradient(x));
    }

    @Test
    void scopesNestAndSayWhatTheyAre() {
        assertFalse(Autograd.isRecording());
        assertFalse(Autograd.isTraining());
        try (Autograd.Scope recording = Autograd.record()) {
            assertTrue(Autograd.isRecording());
            assertTrue(Autograd.isTraining());
            try (Autograd.Scope pause = Autograd.pause()) {
                assertFalse(Autograd.isRecording());
                assertFalse(Autograd.isTraining());
                try (Autograd.Scope again = Autograd.record(false)) {
                    assertTrue(Autograd.isRecording());
                    assertFalse(Autograd.isTraining());
                }
                assertFalse(Autograd.isRecording());
                try (Autograd.Scope training = Autograd.trainMode()) {
                    assertTrue(Autograd.isTraining());
                }
            }
            try (Autograd.Scope predicting = Autograd.predictMode()) {
                assertFalse(Autograd.isTraining());
                assertTrue(Autograd.isRecording());
            }
            assertTrue(Autograd.isTraining());
        }
        assertFalse(Autograd.isRecording());
        assertFalse(Autograd.isTraining());
    }

    @Test
    void whatIsComputedInAPauseIsAConstant() {
        NDArray x = variable(3);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray constant;
            try (Autograd.Scope pause = Autograd.pause()) {
                constant = x.mul(x);
            }
            Autograd.backward(constant.mul(x));
        }
        assertArrayEquals(new float[] {9}, gradient(x));
    }

    @Test
    void recordingInsideACollectorIsForTheCollector() {
        NDArray x = variable(3);
        try (GradientCollector collector = Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y;
            try (Autograd.Scope pause = Autograd.pause(); Autograd.Scope recording = Autograd.record()) {
                y = x.square();
            }
            collector.backward(y);
        }
        assertArrayEquals(new float[] {6}, gradient(x));
    }

    @Test
    void requestsSayWhatBackwardDoes() {
        NDArray add = manager.create(2f);
        NDArray write = manager.create(2f);
        NDArray none = manager.create(2f);
        Autograd.markVariables(new NDList(add, write, none), GradReq.ADD, GradReq.WRITE, GradReq.NULL);
        try (Autograd.Scope recording = Autograd.record()) {
            for (int i = 0; i < 3; i++) {
                Autograd.backward(add.mul(5).add(write.mul(7)).add(none.mul(9)));
            }
        }
        assertArrayEquals(new float[] {15}, gradient(add));
        assertArrayEquals(new float[] {7}, gradient(write));
        assertArrayEquals(new float[] {0}, gradient(none));
        Autograd.gradReq(none, GradReq.ADD);
        try (Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(none.mul(9));
        }
        assertArrayEquals(new float[] {9}, gradient(none));
    }

    @Test
    void requestsThatFitNothingAreErrors() {
        NDArray x = manager.create(2f);
        assertThrows(IllegalArgumentException.class, () -> Autograd.gradReq(x, GradReq.ADD));
        NDList three = new NDList(x, manager.create(1f), manager.create(1f));
        assertThrows(IllegalArgumentException.class, () -> Autograd.markVariables(three, GradReq.ADD, GradReq.WRITE));
        assertThrows(IllegalArgumentException.class, () -> Autograd.markVariables(new NDList(manager.create(1))));
    }

    @Test
    void headGradientsWeighTheHeads() {
        NDArray x = variable(1, 2);
        NDArray a;
        NDArray b;
        try (Autograd.Scope recording = Autograd.record()) {
            a = x.square();
            b = x.mul(5);
        }
        NDArray weights = manager.create(new float[] {10, 100});
        NDList headGradients = new NDList();
        headGradients.add(weights);
        headGradients.add(null);
        Autograd.backward(new NDList(a, b), headGradients, false, false);
        assertArrayEquals(new float[] {25, 405}, gradient(x));
        assertThrows(IllegalArgumentException.class,
                () -> Autograd.backward(new NDList(a, b), new NDList(weights), false, false));
    }

    @Test
    void aRetainedGraphIsPlayedBackAgain() {
        NDArray x = variable(3);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.square();
        }
        Autograd.backward(new NDList(y), null, true, false);
        Autograd.backward(y);
        assertArrayEquals(new float[] {12}, gradient(x));
        EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(y));
        assertTrue(e.getMessage().contains("square") && e.getMessage().contains("retainGraph"), e.getMessage());
    }

    @Test
    void gradientsOfGradientsOfAnyOrder() {
        NDArray x = variable(2);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.pow(4);
        }
        NDList vars = new NDList(x);
        NDList first = Autograd.grad(new NDList(y), vars, null, true, true);
        NDList second = Autograd.grad(first, vars, null, true, true);
        NDList third = Autograd.grad(second, vars, null, false, false);
        assertArrayEquals(new float[] {32}, first.head().toFloatArray(), 1e-3f);
        assertArrayEquals(new float[] {48}, second.head().toFloatArray(), 1e-3f);
        assertArrayEquals(new float[] {48}, third.head().toFloatArray(), 1e-3f);
        assertArrayEquals(new float[] {0}, gradient(x), "grad leaves getGradient() alone");
    }

    @Test
    void gradOfWhatIsNotReachedIsZero() {
        NDArray x = variable(2, 2);
        NDArray other = variable(1, 1, 1);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.sum();
        }
        NDList g = Autograd.grad(y, x, other);
        assertArrayEquals(new float[] {1, 1}, g.get(0).toFloatArray());
        assertArrayEquals(new float[] {0, 0, 0}, g.get(1).toFloatArray());
        NDArray constant = manager.create(1f);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray z = x.sum();
            assertThrows(EngineException.class, () -> Autograd.grad(z, constant));
        }
    }

    @Test
    void backwardSetsTheModeThatFunctionsSee() {
        NDArray x = variable(2);
        List<Boolean> seen = new ArrayList<>();
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.mul(3);
        }
        try (Autograd.Scope hook = Autograd.onGradient(x, g -> {
            seen.add(Autograd.isTraining());
            return null;
        })) {
            Autograd.backward(new NDList(y), null, true, false, true);
            Autograd.backward(new NDList(y), null, false, false, false);
        }
        assertEquals(List.of(true, false), seen);
    }

    @Test
    void aHookOnAVariableSeesAndReplacesItsWholeGradient() {
        NDArray x = variable(1, 2);
        List<float[]> seen = new ArrayList<>();
        Autograd.Scope hook = Autograd.onGradient(x, g -> {
            seen.add(g.toFloatArray());
            return g.clip(-1, 1);
        });
        try (Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(x.square().add(x.mul(3)));
        }
        assertEquals(1, seen.size(), "once a backward, with the sum over both uses");
        assertArrayEquals(new float[] {5, 7}, seen.get(0));
        assertArrayEquals(new float[] {1, 1}, gradient(x));
        hook.close();
        try (Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(x.square().add(x.mul(3)));
        }
        assertArrayEquals(new float[] {5, 7}, gradient(x));
        assertEquals(1, seen.size());
    }

    @Test
    void aHookMayCloseItsGradientChangeItInPlaceOrFail() {
        NDArray x = variable(1, 2);
        List<UnaryOperator<NDArray>> hooks = List.of(g -> {
            g.close();
            return null;
        }, g -> {
            NDArray twice = g.mul(2);
            g.close();
            return twice;
        }, g -> g.muli(3));
        float[] factors = {1, 2, 3};
        for (int i = 0; i < factors.length; i++) {
            try (Autograd.Scope recording = Autograd.record()) {
                NDArray y = x.square();
                try (Autograd.Scope hook = Autograd.onGradient(y, hooks.get(i))) {
                    Autograd.backward(y);
                }
            }
            assertArrayEquals(new float[] {2 * factors[i], 4 * factors[i]}, gradient(x));
        }
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = x.square();
            try (Autograd.Scope hook = Autograd.onGradient(y, g -> manager.create(new int[] {1}).get(7))) {
                assertThrows(RuntimeException.class, () -> Autograd.backward(y));
            }
            Autograd.backward(y);
        }
        assertArrayEquals(new float[] {2, 4}, gradient(x), "nothing of the one that failed");
    }

    @Test
    void backwardFromNothingIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> Autograd.backward());
    }

    @Test
    void aHookOnARecordedValueChangesWhatFlowsOn() {
        NDArray x = variable(1, 2);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray a = x.mul(3);
            Autograd.onGradient(a, g -> g.neg());
            Autograd.onGradient(a, g -> g.mul(10));
            Autograd.backward(a.square().add(a));
            assertFalse(a.hasGradient(), "a hook alone does not keep the gradient");
        }
        // -(2a + 1) * 10 * 3 at a = 3, 6
        assertArrayEquals(new float[] {-210, -390}, gradient(x));
    }

    @Test
    void aHookOfTheWrongShapeOrOnAConstantIsAnError() {
        NDArray x = variable(1, 2);
        assertThrows(IllegalArgumentException.class, () -> Autograd.onGradient(manager.create(1f), g -> g));
        try (Autograd.Scope recording = Autograd.record(); Autograd.Scope hook = Autograd.onGradient(x, NDArray::sum)) {
            NDArray y = x.mul(2);
            assertThrows(IllegalArgumentException.class, () -> Autograd.backward(y));
        }
        assertArrayEquals(new float[] {0, 0}, gradient(x), "nothing half-written");
    }

    @Test
    void hooksAreDifferentiatedWithTheGraph() {
        NDArray x = variable(3);
        try (Autograd.Scope recording = Autograd.record(); Autograd.Scope hook = Autograd.onGradient(x, g -> g.square())) {
            NDArray y = x.square();
            NDList first = Autograd.grad(new NDList(y), new NDList(x), null, true, true);
            assertArrayEquals(new float[] {36}, first.head().toFloatArray());
            hook.close();
            // (2x)² = 4x², whose derivative is 8x.
            assertArrayEquals(new float[] {24}, Autograd.grad(first.head(), x).head().toFloatArray());
        }
    }

    @Test
    void savedValuesCanBePutAwayAndBroughtBack() {
        NDArray x = variable(1, 2, 3);
        List<String> calls = new ArrayList<>();
        NDArray y;
        try (Autograd.Scope recording = Autograd.record(); Autograd.Scope saving = Autograd.saveWith(a -> {
            calls.add("pack " + a.getShape());
            return a.toFloatArray();
        }, values -> {
            calls.add("unpack");
            return manager.create(values);
        })) {
            y = x.exp().mul(x);
        }
        assertEquals(List.of("pack (3)", "pack (3)", "pack (3)"), calls);
        Autograd.backward(y);
        assertEquals(6, calls.size());
        for (int i = 0; i < 3; i++) {
            assertEquals((i + 2) * Math.exp(i + 1), gradient(x)[i], 1e-3);
        }
    }

    @Test
    void valuesThatComeBackOtherThanTheyWentAreAnError() {
        NDArray x = variable(1, 2, 3);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record();
                Autograd.Scope saving = Autograd.saveWith(a -> 0, packed -> manager.create(1f))) {
            y = x.exp();
        }
        EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(y));
        assertTrue(e.getMessage().contains("(3)"), e.getMessage());
    }

    @Test
    void secondDerivativesOfPackedValues() {
        NDArray x = variable(2);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record();
                Autograd.Scope saving = Autograd.saveWith(NDArray::toFloatArray, v -> manager.create(v))) {
            y = x.pow(3).exp().log();
        }
        NDList first = Autograd.grad(new NDList(y), new NDList(x), null, true, true);
        assertArrayEquals(new float[] {12}, first.head().toFloatArray(), 1e-3f);
        assertArrayEquals(new float[] {12}, Autograd.grad(first.head(), x).head().toFloatArray(), 1e-2f);
    }
}
