package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import io.wengert.Autograd;
import io.wengert.kernel.Backends;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Stretches that are computed again in backward. */
class CheckpointTest extends Variables {

    private static NDList layers(NDList in) {
        NDArray a = in.head();
        for (int i = 0; i < 4; i++) {
            a = Dropout.dropout(a.tanh().mul(1.1f).exp(), 0.3f, true).head().sin();
        }
        return new NDList(a);
    }

    private float[] gradientOf(Function<NDList, NDList> f) {
        Engine.getEngine("Wengert").setRandomSeed(5);
        NDArray x = manager.arange(24f).div(24).reshape(4, 6);
        x.setRequiresGradient(true);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = f.apply(new NDList(x.mul(1))).head().add(manager.randomUniform(0, 1, new Shape(4, 6)));
            Autograd.backward(y.square().sum());
        }
        return x.getGradient().toFloatArray();
    }

    @Test
    void givesTheSameGradientsWithTheSameDropout() {
        AtomicInteger runs = new AtomicInteger();
        float[] plain = gradientOf(CheckpointTest::layers);
        float[] again = gradientOf(in -> Autograd.checkpoint(x -> {
            runs.incrementAndGet();
            return layers(x);
        }, in));
        assertArrayEquals(plain, again);
        assertEquals(2, runs.get());
    }

    @Test
    void checkpointsNest() {
        float[] plain = gradientOf(in -> layers(layers(in)));
        float[] nested = gradientOf(in -> Autograd.checkpoint(x -> layers(Autograd.checkpoint(CheckpointTest::layers, x)), in));
        assertArrayEquals(plain, nested);
    }

    @Test
    void variablesOutsideTheInputsGetTheirGradientToo() {
        NDArray weight = variable(3);
        NDArray x = variable(2);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = Autograd.checkpoint(in -> new NDList(in.head().mul(weight).exp()), new NDList(x)).head();
        }
        NDList g = Autograd.grad(new NDList(y), new NDList(x, weight), null, true, true);
        assertEquals(3 * Math.exp(6), g.get(0).getFloat(0), 0.1);
        assertEquals(2 * Math.exp(6), g.get(1).getFloat(0), 0.1);
        assertEquals(9 * Math.exp(6), Autograd.grad(g.get(0), x).head().getFloat(0), 1, "second derivative");
    }

    @Test
    void lessIsHeldUntilBackward() {
        long plain = heldBy(in -> deep(in));
        long less = heldBy(in -> Autograd.checkpoint(CheckpointTest::deep, in));
        assertTrue(less * 4 < plain, less + " bytes with a checkpoint, " + plain + " without");
    }

    private static NDList deep(NDList in) {
        NDArray a = in.head();
        for (int i = 0; i < 20; i++) {
            NDArray next = a.tanh();
            if (i > 0) {
                a.close();
            }
            a = next;
        }
        return new NDList(a);
    }

    private long heldBy(Function<NDList, NDList> f) {
        NDArray x = manager.ones(new Shape(100_000));
        x.setRequiresGradient(true);
        long before = Backends.cpu().memory().used();
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = f.apply(new NDList(x)).head();
        }
        long held = Backends.cpu().memory().used() - before;
        Autograd.backward(y);
        return held;
    }

    @Test
    void aVariableThatHasChangedSinceIsAnError() {
        NDArray weight = variable(3);
        NDArray x = variable(2);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = Autograd.checkpoint(in -> new NDList(in.head().add(weight).exp()), new NDList(x)).head();
        }
        weight.muli(2);
        EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(y));
        assertTrue(e.getMessage().contains("that add takes at CheckpointTest"), e.getMessage());
        assertArrayEquals(new float[] {0}, gradient(x), "nothing half-written");
    }

    @Test
    void itKeepsItsInputsAsTheyWere() {
        NDArray x = variable(2);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = Autograd.checkpoint(in -> new NDList(in.head().add(1).exp()), new NDList(x)).head();
        }
        x.muli(2);
        Autograd.backward(y);
        assertEquals(Math.exp(3), gradient(x)[0], 1e-4);
    }

    @Test
    void inPlaceChangesInsideAreRunAgain() {
        Function<NDList, NDList> f = in -> {
            NDArray a = in.head().mul(2);
            NDArray b = a.sin();
            a.addi(1).muli(b);
            a.set(new NDIndex("1:3, ::2"), b.get("0:2, ::2"));
            return new NDList(a.mul(b));
        };
        assertArrayEquals(gradientOf(f), gradientOf(in -> Autograd.checkpoint(f, in)));
    }

    @Test
    void aStretchThatIsNotTheSameAgainIsAnError() {
        NDArray x = variable(1, 2);
        AtomicInteger runs = new AtomicInteger();
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = Autograd.checkpoint(in -> {
                NDArray a = in.head().exp().sin();
                return new NDList(runs.getAndIncrement() == 0 ? a.exp() : a);
            }, new NDList(x)).head();
            EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(y));
            assertTrue(e.getMessage().startsWith("checkpoint"), e.getMessage());
        }
    }
}
