package io.wengert.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.wengert.kernel.Backends;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gradients of which most rows are zero, as those of an embedding: kept by their rows, and never to be told from others. */
class RowGradientTest {

    private static final int ROWS = 40;
    private static final int WIDTH = 7;

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();
    private final NDArray index = manager.create(new long[] {3, 9, 3, -1, 0, 9}, new Shape(2, 3));
    private final NDArray scale = manager.arange(1f, 6 * WIDTH + 1).reshape(2, 3, WIDTH).div(7);

    @AfterEach
    void close() { manager.close(); }

    private NDArray weight() {
        engine.setRandomSeed(5);
        NDArray w = manager.randomNormal(new Shape(ROWS, WIDTH));
        w.setRequiresGradient(true);
        return w;
    }

    private NDArray rows(NDArray w) { return w.get(new NDIndex("{}", index)); }

    /** What the gradient of {@code (rows * scale).sum()} is, added up one by one. */
    private float[] expected(float factor) {
        float[] g = new float[ROWS * WIDTH];
        float[] s = scale.toFloatArray();
        long[] at = index.toLongArray();
        for (int i = 0; i < at.length; i++) {
            for (int j = 0; j < WIDTH; j++) {
                g[(int) Math.floorMod(at[i], (long) ROWS) * WIDTH + j] += factor * s[i * WIDTH + j];
            }
        }
        return g;
    }

    private void backward(NDArray w, BiFunction<NDArray, NDArray, NDArray> loss) {
        try (GradientCollector collector = engine.newGradientCollector()) {
            collector.backward(loss.apply(w, rows(w)));
        }
    }

    private void backward(NDArray w) { backward(w, (x, y) -> y.mul(scale).sum()); }

    @Test
    void readsAsAnyOther() {
        NDArray w = weight();
        backward(w);
        NDArray g = w.getGradient();
        assertEquals(w.getShape(), g.getShape());
        assertEquals(DataType.FLOAT32, g.getDataType());
        assertArrayEquals(expected(1), g.toFloatArray());
        assertArrayEquals(expected(1), w.getGradient().toFloatArray());
    }

    @Test
    void isAddedToWhateverElseArrives() {
        NDArray twice = weight();
        backward(twice, (w, y) -> y.mul(scale).sum().add(rows(w).mul(scale).sum()));
        assertArrayEquals(expected(2), twice.getGradient().toFloatArray(), 1e-5f);
        NDArray before = weight();
        backward(before, (w, y) -> w.sum().add(y.mul(scale).sum()));
        NDArray after = weight();
        backward(after, (w, y) -> y.mul(scale).sum().add(w.sum()));
        float[] more = expected(1);
        for (int i = 0; i < more.length; i++) {
            more[i]++;
        }
        assertArrayEquals(more, before.getGradient().toFloatArray(), 1e-5f);
        assertArrayEquals(more, after.getGradient().toFloatArray(), 1e-5f);
    }

    @Test
    void accumulatesWithinACollectorAndBeginsAfreshInTheNext() {
        NDArray w = weight();
        try (GradientCollector collector = engine.newGradientCollector()) {
            collector.backward(rows(w).mul(scale).sum());
            collector.backward(rows(w).mul(scale).sum());
        }
        assertArrayEquals(expected(2), w.getGradient().toFloatArray(), 1e-5f);
        backward(w);
        assertArrayEquals(expected(1), w.getGradient().toFloatArray());
        try (GradientCollector collector = engine.newGradientCollector()) {
            collector.zeroGradients();
        }
        assertArrayEquals(new float[ROWS * WIDTH], w.getGradient().toFloatArray());
    }

    @Test
    void doesNotSeeWhatBecomesOfIndicesAndHeadGradients() {
        NDArray w = weight();
        float[] expected = expected(1);
        backward(w);
        index.set(new long[] {1, 1, 1, 1, 1, 1});
        scale.muli(0);
        assertArrayEquals(expected, w.getGradient().toFloatArray());
    }

    @Test
    void followsTheChainRule() {
        NDArray w = weight();
        try (GradientCollector collector = engine.newGradientCollector()) {
            NDArray y = rows(w);
            collector.backward(y.mul(y).mul(y).sum());
        }
        float[] x = w.toFloatArray();
        float[] g = w.getGradient().toFloatArray();
        assertEquals(3 * x[9 * WIDTH] * x[9 * WIDTH] * 2, g[9 * WIDTH], 1e-4f);
        assertEquals(0, g[WIDTH], 0);
    }

    /** Every step with the rows alone gives to the last bit what it gives with the gradient written out. */
    @Test
    void stepsAreTheSameAsWithAllRows() {
        expectSameSteps(w -> sgd(w, 0, 0, -1), w -> sgd(w, 0, 0, -1));
        expectSameSteps(w -> sgd(w, 0, 0, 0.4f), w -> sgd(w, 0, 0, 0.4f));
        expectSameSteps(w -> sgd(w, 0.1f, 0, -1), w -> sgd(w, 0.1f, 0, -1));
        NDArray one = manager.zeros(new Shape(ROWS, WIDTH));
        NDArray two = manager.zeros(new Shape(ROWS, WIDTH));
        expectSameSteps(w -> momentum(w, one), w -> momentum(w, two));
    }

    private void expectSameSteps(Consumer<NDArray> byRows, Consumer<NDArray> written) {
        NDArray a = weight();
        NDArray b = weight();
        for (int i = 0; i < 3; i++) {
            backward(a);
            byRows.accept(a);
            backward(b);
            b.getGradient().toFloatArray();
            written.accept(b);
            assertArrayEquals(b.toFloatArray(), a.toFloatArray());
        }
        assertArrayEquals(b.getGradient().toFloatArray(), a.getGradient().toFloatArray());
    }

    private static void sgd(NDArray w, float decay, float momentum, float clip) {
        w.getNDArrayInternal().sgdUpdate(new NDList(w, w.getGradient()), new NDList(w), 0.1f, decay, 0.5f, clip, momentum, true);
    }

    private static void momentum(NDArray w, NDArray state) {
        w.getNDArrayInternal().sgdUpdate(new NDList(w, w.getGradient(), state), new NDList(w), 0.1f, 0, 1, -1, 0.9f, true);
    }

    /** A step that writes the whole gradient out needs memory for it. */
    @Test
    void takesNoMemoryForTheOtherRows() {
        int many = 20_000;
        NDArray w = manager.randomNormal(new Shape(many, 16));
        w.setRequiresGradient(true);
        long before = Backends.cpu().memory().used();
        for (int i = 0; i < 3; i++) {
            backward(w, (x, y) -> y.square().sum());
            sgd(w, 0, 0, -1);
        }
        assertTrue(Backends.cpu().memory().used() - before < many * 16 * Float.BYTES / 4);
    }
}
