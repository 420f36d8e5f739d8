package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.wengert.djl.WgGradientCollector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What DJL's GradientCollector promises, and what ours adds to it. */
class GradientContractTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private NDManager manager;

    @BeforeEach
    void open() { manager = engine.newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray variable(float... values) {
        NDArray x = manager.create(values);
        x.setRequiresGradient(true);
        return x;
    }

    private WgGradientCollector collector() { return (WgGradientCollector) engine.newGradientCollector(); }

    @Test
    void gradientsAddUpWithinACollector() {
        NDArray x = variable(1, 2);
        try (GradientCollector c = engine.newGradientCollector()) {
            c.backward(x.mul(3));
            c.backward(x.mul(4));
            assertArrayEquals(new float[] {7, 7}, x.getGradient().toFloatArray());
            c.backward(x.mul(5));
        }
        assertArrayEquals(new float[] {12, 12}, x.getGradient().toFloatArray());
    }

    @Test
    void theNextCollectorStartsAfreshOnceAGradientWasRead() {
        NDArray x = variable(1, 2);
        for (int i = 1; i <= 3; i++) {
            try (GradientCollector c = engine.newGradientCollector()) {
                c.backward(x.mul(i));
            }
            assertArrayEquals(new float[] {i, i}, x.getGradient().toFloatArray());
        }
    }

    @Test
    void gradientsNobodyHasUsedAddUpAcrossCollectors() {
        NDArray x = variable(1, 2);
        for (int i = 1; i <= 3; i++) {
            try (GradientCollector c = engine.newGradientCollector()) {
                c.backward(x.mul(i));
            }
        }
        assertArrayEquals(new float[] {6, 6}, x.getGradient().toFloatArray());
    }

    @Test
    void aGradientReadsAsZerosOfTheRightTypeBeforeBackward() {
        for (DataType t : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT32, DataType.FLOAT64}) {
            NDArray x = manager.ones(new Shape(2, 3), t);
            assertFalse(x.hasGradient());
            x.setRequiresGradient(true);
            assertTrue(x.hasGradient());
            assertEquals(manager.zeros(new Shape(2, 3), t), x.getGradient());
        }
        assertThrows(IllegalArgumentException.class, () -> manager.create(new int[] {1}).setRequiresGradient(true));
        assertThrows(IllegalStateException.class, () -> manager.create(1f).getGradient());
    }

    @Test
    void aGradientHandleIsLiveAndSafeToClose() {
        NDArray x = variable(1, 2);
        NDArray early = x.getGradient();
        try (GradientCollector c = engine.newGradientCollector()) {
            c.backward(x.mul(x));
        }
        assertArrayEquals(new float[] {2, 4}, early.toFloatArray());
        early.muli(10);
        early.close();
        assertArrayEquals(new float[] {20, 40}, x.getGradient().toFloatArray());
    }

    @Test
    void zeroGradientsZeroesAll() {
        NDArray x = variable(1, 2);
        NDArray y = variable(3, 4);
        try (GradientCollector c = engine.newGradientCollector()) {
            c.backward(x.mul(y));
            NDArray handle = x.getGradient();
            c.zeroGradients();
            assertArrayEquals(new float[] {0, 0}, handle.toFloatArray());
            assertArrayEquals(new float[] {0, 0}, y.getGradient().toFloatArray());
            c.backward(x.mul(2));
        }
        assertArrayEquals(new float[] {2, 2}, x.getGradient().toFloatArray());
        assertArrayEquals(new float[] {0, 0}, y.getGradient().toFloatArray());
    }

    @Test
    void aSecondCollectorOnTheThreadThrowsAndLeavesNothingBehind() {
        NDArray x = variable(1, 2);
        try (GradientCollector c = engine.newGradientCollector()) {
            NDArray y = x.mul(3);
            assertThrows(IllegalStateException.class, engine::newGradientCollector);
            c.backward(y);
        }
        assertArrayEquals(new float[] {3, 3}, x.getGradient().toFloatArray());
        engine.newGradientCollector().close();
    }

    @Test
    void arraysAndManagersMayBeClosedBeforeBackward() {
        NDArray x = variable(1, 2, 3);
        try (GradientCollector c = engine.newGradientCollector()) {
            NDArray loss;
            try (NDManager sub = manager.newSubManager()) {
                NDArray h = x.duplicate();
                h.attach(sub);
                NDArray e = h.exp();
                NDArray s = e.mul(h).sum();
                loss = s.mul(2);
                loss.attach(manager);
                e.close();
            }
            // Memory that went back to the pool is used again by others before backward reads what was saved.
            for (int i = 0; i < 10; i++) {
                manager.full(new Shape(3), -7f).close();
            }
            c.backward(loss);
        }
        float[] expected = new float[3];
        for (int i = 0; i < 3; i++) {
            expected[i] = (float) (2 * Math.exp(i + 1) * (i + 2));
        }
        assertArrayEquals(expected, x.getGradient().toFloatArray(), 1e-4f);
    }

    @Test
    void headGradientsSeveralHeadsAndRetainedGraphs() {
        NDArray x = variable(1, 2);
        try (WgGradientCollector c = collector()) {
            NDArray z = x.mul(x);
            c.backward(z, manager.create(new float[] {10, 0.5f}));
            assertArrayEquals(new float[] {20, 2}, x.getGradient().toFloatArray());
        }
        try (WgGradientCollector c = collector()) {
            NDArray a = x.mul(3);
            c.backward(new NDList(a, a.exp().mul(0), x), null, false, false);
            assertArrayEquals(new float[] {4, 4}, x.getGradient().toFloatArray());
        }
        try (WgGradientCollector c = collector()) {
            NDList z = new NDList(x.mul(x));
            c.backward(z, null, true, false);
            c.backward(z, null, false, false);
            assertArrayEquals(new float[] {4, 8}, x.getGradient().toFloatArray());
            EngineException e = assertThrows(EngineException.class, () -> c.backward(z, null, false, false));
            assertTrue(e.getMessage().contains("retainGraph"), e.getMessage());
        }
    }

    @Test
    void higherDerivatives() {
        NDArray x = variable(2, 3);
        try (WgGradientCollector c = collector()) {
            NDList y = new NDList(x.pow(4));
            NDList first = c.grad(y, new NDList(x), null, true, true);
            NDList second = c.grad(first, new NDList(x), null, true, true);
            NDList third = c.grad(second, new NDList(x), null, false, false);
            assertArrayEquals(new float[] {32, 108}, first.head().toFloatArray(), 1e-3f);
            assertArrayEquals(new float[] {48, 108}, second.head().toFloatArray(), 1e-3f);
            assertArrayEquals(new float[] {48, 72}, third.head().toFloatArray(), 1e-3f);
        }
    }

    @Test
    void theGradientOfAnIntermediateValueIsKeptOnRequest() {
        NDArray x = variable(1, 2);
        try (WgGradientCollector c = collector()) {
            NDArray h = x.mul(3);
            h.setRequiresGradient(true);
            c.backward(h.mul(h));
            assertArrayEquals(new float[] {6, 12}, h.getGradient().toFloatArray());
            assertArrayEquals(new float[] {18, 36}, x.getGradient().toFloatArray());
        }
    }

    @Test
    void misuseIsAnErrorInWords() {
        NDArray x = variable(1, 2);
        NDArray before = x.mul(2);
        try (GradientCollector c = engine.newGradientCollector()) {
            assertThrows(EngineException.class, () -> c.backward(before));
            assertThrows(EngineException.class, () -> c.backward(manager.create(1f)));
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> x.addi(1));
            assertTrue(e.getMessage().contains("add_number in place"), e.getMessage());
            assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
            NDArray y = x.mul(2);
            assertThrows(IllegalArgumentException.class, () -> ((WgGradientCollector) c).backward(y, manager.create(1f)));
        }
    }

    @Test
    void inPlaceChangesOfIntermediateValuesAreDifferentiated() {
        NDArray x = variable(1, 2);
        try (GradientCollector c = engine.newGradientCollector()) {
            NDArray y = x.mul(x);
            NDArray z = y.exp();
            y.muli(x).addi(1);
            c.backward(z.add(y));
        }
        float[] expected = {(float) (2 * Math.E + 3), (float) (4 * Math.exp(4) + 12)};
        assertArrayEquals(expected, x.getGradient().toFloatArray(), 1e-3f);
    }

    @Test
    void executorThreadsRecordForTheOpenCollector() {
        NDArray x = variable(1, 2);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (GradientCollector c = engine.newGradientCollector()) {
            CompletableFuture<?>[] work = new CompletableFuture<?>[4];
            for (int i = 0; i < work.length; i++) {
                int k = i + 1;
                work[i] = CompletableFuture.runAsync(() -> c.backward(x.mul(k)), pool);
            }
            CompletableFuture.allOf(work).join();
        } finally {
            pool.shutdown();
        }
        assertArrayEquals(new float[] {10, 10}, x.getGradient().toFloatArray());
    }

    @Test
    void twoThreadsTrainAtOnce() {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            CompletableFuture<?>[] work = new CompletableFuture<?>[2];
            for (int i = 0; i < work.length; i++) {
                float k = i + 1;
                work[i] = CompletableFuture.runAsync(() -> {
                    try (NDManager m = engine.newBaseManager()) {
                        NDArray x = m.create(new float[] {k});
                        x.setRequiresGradient(true);
                        for (int step = 0; step < 300; step++) {
                            try (GradientCollector c = engine.newGradientCollector()) {
                                c.backward(x.mul(x).mul(k));
                            }
                            assertEquals(2 * k * x.getFloat(0), x.getGradient().getFloat(0), 1e-3f);
                            x.subi(x.getGradient().mul(0.001));
                        }
                    }
                }, pool);
            }
            CompletableFuture.allOf(work).join();
        } finally {
            pool.shutdown();
        }
    }
}
