package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** DJL's optimizers over several steps, against their formulas in double precision. */
class OptimizerTest {

    private static final int STEPS = 6;
    private static final int SIZE = 37;
    private static final float RATE = 0.05f;
    private static final float DECAY = 0.02f;
    private static final float RESCALE = 0.5f;
    private static final float CLIP = 0.3f;

    private NDManager manager;

    /** One number's weight and states, and how one step changes them. */
    private interface Reference {
        double step(double w, double g, double[] state, int t);
    }

    /**
     * An optimizer and its formula. The gradient that a formula gets has been rescaled and clipped, and holds the decay
     * unless the optimizer decouples it.
     */
    private record Case(String name, Function<Float, Optimizer> optimizer, boolean decoupled, Reference formula) {
        @Override
        public String toString() { return name; }
    }

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private static <T extends Optimizer.OptimizerBuilder<T>> T with(T builder, float clip) {
        builder.setRescaleGrad(RESCALE);
        builder.optWeightDecays(DECAY);
        return builder.optClipGrad(clip);
    }

    static Stream<Case> cases() {
        Tracker rate = Tracker.fixed(RATE);
        return Stream.of(
                new Case("sgd", c -> with(Optimizer.sgd().setLearningRateTracker(rate), c).build(), false,
                        (w, g, s, t) -> w - RATE * g),
                new Case("sgd with momentum",
                        c -> with(Optimizer.sgd().setLearningRateTracker(rate).optMomentum(0.9f), c).build(), false,
                        (w, g, s, t) -> w - (s[0] = 0.9 * s[0] + RATE * g)),
                new Case("nag",
                        c -> with(Optimizer.nag().setLearningRateTracker(rate).setMomentum(0.9f), c).build(), false,
                        (w, g, s, t) -> w - RATE * (g + 0.9 * (s[0] = 0.9 * s[0] + g))),
                new Case("adam", c -> with(Optimizer.adam().optLearningRateTracker(rate), c).build(), false,
                        (w, g, s, t) -> w - adam(g, s, t)),
                new Case("adamW", c -> with(Optimizer.adamW().optLearningRateTracker(rate), c).build(), true,
                        (w, g, s, t) -> w * (1 - RATE * (double) DECAY) - adam(g, s, t)),
                new Case("rmsProp", c -> with(Optimizer.rmsprop().optLearningRateTracker(rate), c).build(), false,
                        (w, g, s, t) -> w - RATE * g / (Math.sqrt(s[0] = 0.9 * s[0] + 0.1 * g * g) + 1e-8)),
                new Case("centered rmsProp", c -> with(Optimizer.rmsprop().optLearningRateTracker(rate)
                        .optCentered(true).optMomentum(0.8f).optEpsilon(1e-4f), c).build(), false,
                        OptimizerTest::graves),
                new Case("adagrad", c -> with(Optimizer.adagrad().optLearningRateTracker(rate), c).build(), false,
                        (w, g, s, t) -> w - RATE * g / (Math.sqrt(s[0] += g * g) + 1e-8)),
                new Case("adadelta", c -> with(Optimizer.adadelta().optRho(0.9f).optEpsilon(1e-4f), c).build(), false,
                        OptimizerTest::zeiler));
    }

    private static double adam(double g, double[] s, int t) {
        s[0] = 0.9 * s[0] + 0.1 * g;
        s[1] = 0.999 * s[1] + 0.001 * g * g;
        double rate = RATE * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
        return rate * s[0] / (Math.sqrt(s[1]) + 1e-8);
    }

    private static double graves(double w, double g, double[] s, int t) {
        s[0] = 0.9 * s[0] + 0.1 * g;
        s[1] = 0.9 * s[1] + 0.1 * g * g;
        s[2] = 0.8 * s[2] - RATE * g / Math.sqrt(s[1] - s[0] * s[0] + 1e-4);
        return w + s[2];
    }

    private static double zeiler(double w, double g, double[] s, int t) {
        s[0] = 0.9 * s[0] + 0.1 * g * g;
        double u = Math.sqrt(s[1] + 1e-4) / Math.sqrt(s[0] + 1e-4) * g;
        s[1] = 0.9 * s[1] + 0.1 * u * u;
        return w - u;
    }

    private static double weight(int i) { return Math.sin(i + 1) * 2; }

    private static double gradient(int i, int t) { return Math.cos(3 * i + t) * 1.5; }

    private static double[] expected(Case c, float clip) {
        double[] w = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
            w[i] = weight(i);
            double[] state = new double[3];
            for (int t = 1; t <= STEPS; t++) {
                double g = RESCALE * gradient(i, t);
                g = clip > 0 ? Math.max(-clip, Math.min(clip, g)) : g;
                w[i] = c.formula.step(w[i], c.decoupled ? g : g + DECAY * w[i], state, t);
            }
        }
        return w;
    }

    private static float[] floats(int t) {
        float[] f = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            f[i] = (float) (t == 0 ? weight(i) : gradient(i, t));
        }
        return f;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void severalStepsFollowTheFormula(Case c) {
        for (float clip : new float[] {-1, 0, CLIP}) {
            Optimizer optimizer = c.optimizer.apply(clip);
            NDArray w = manager.create(floats(0));
            for (int t = 1; t <= STEPS; t++) {
                optimizer.update("w", w, manager.create(floats(t)));
            }
            double[] found = w.toType(DataType.FLOAT64, false).toDoubleArray();
            assertArrayEquals(expected(c, clip), found, 2e-5, c + ", clip " + clip);
        }
    }

    /** Transposed and wider gradients, a weight whose memory somebody else sees, a weight of half precision. */
    @ParameterizedTest
    @MethodSource("cases")
    void layoutsAndTypesOfTheGradientDoNotMatter(Case c) {
        Optimizer plain = c.optimizer.apply(CLIP);
        Optimizer other = c.optimizer.apply(CLIP);
        Optimizer half = c.optimizer.apply(CLIP);
        NDArray w = manager.arange(0f, 20f).reshape(4, 5).div(10);
        NDArray v = w.duplicate();
        NDArray h = w.toType(DataType.FLOAT16, true);
        for (int t = 1; t <= 3; t++) {
            NDArray g = manager.arange(0f, 20f).reshape(5, 4).sub(9.5f * t).div(7).transpose();
            plain.update("w", w, g.duplicate());
            NDArray view = v.reshape(20);
            float[] before = view.toFloatArray();
            other.update("v", v, g.toType(DataType.FLOAT64, false));
            assertArrayEquals(before, view.toFloatArray());
            half.update("h", h, g);
        }
        assertArrayEquals(w.toFloatArray(), v.toFloatArray(), 1e-6f);
        assertEquals(DataType.FLOAT16, h.getDataType());
        assertArrayEquals(w.toFloatArray(), h.toType(DataType.FLOAT32, false).toFloatArray(), 2e-2f);
    }

    @Test
    void aVariableStaysOneAndItsUsedGradientStartsAfresh() {
        NDArray w = manager.create(new float[] {1, 2});
        w.setRequiresGradient(true);
        Optimizer sgd = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).build();
        float[][] after = {{0, 0}, {0, 0}};
        for (float[] expected : after) {
            try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
                c.backward(w.mul(w));
                sgd.update("w", w, w.getGradient());
                assertArrayEquals(expected, w.toFloatArray());
                c.backward(w.mul(3));
            }
            assertTrue(w.hasGradient());
            assertArrayEquals(new float[] {3, 3}, w.getGradient().toFloatArray());
        }
    }

    @Test
    void anUpdateWhileRecordingLeavesRecordedValuesAlone() {
        NDArray w = manager.create(new float[] {3});
        w.setRequiresGradient(true);
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = w.mul(w);
            NDList inputs = new NDList(w, manager.create(new float[] {1}));
            w.getNDArrayInternal().sgdUpdate(inputs, new NDList(w), 1, 0, 1, 0, 0, true);
            c.backward(y);
        }
        assertArrayEquals(new float[] {2}, w.toFloatArray());
        assertArrayEquals(new float[] {6}, w.getGradient().toFloatArray());
    }

    @Test
    void nesterovWithoutAStateIsPlainDescent() {
        NDArray w = manager.create(new float[] {3});
        NDList inputs = new NDList(w, manager.create(new float[] {1}));
        w.getNDArrayInternal().nagUpdate(inputs, new NDList(w), 0.5f, 0.5f, 1, 0, 0);
        assertArrayEquals(new float[] {1.75f}, w.toFloatArray());
    }

    @Test
    void theResultMayGoToAnotherArray() {
        NDArray w = manager.create(new float[] {3});
        NDArray to = manager.create(new float[] {0});
        NDList inputs = new NDList(w, manager.create(new float[] {1}));
        w.getNDArrayInternal().sgdUpdate(inputs, new NDList(to), 1, 0, 1, 0, 0, true);
        assertArrayEquals(new float[] {3}, w.toFloatArray());
        assertArrayEquals(new float[] {2}, to.toFloatArray());
    }

    @Test
    void emptyWeightsAreFine() {
        NDArray w = manager.create(new Shape(0, 3));
        Optimizer.adam().build().update("w", w, manager.create(new Shape(0, 3)));
        assertEquals(new Shape(0, 3), w.getShape());
    }

    @Test
    void wrongArgumentsAreNamed() {
        NDArray w = manager.create(new float[] {1, 2});
        Optimizer sgd = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).build();
        NDArray wide = manager.create(new float[3]);
        assertTrue(message(() -> sgd.update("w", w, wide)).contains("one shape: float32 (2), float32 (3)"));
        NDArray whole = manager.create(new int[] {1, 2});
        assertTrue(message(() -> sgd.update("i", whole, w)).contains("not defined for int32"));
        assertTrue(message(() -> adagrad(w, w, w)).contains("takes a weight, a gradient and 1 states"));
        assertTrue(message(() -> adagrad(w, w, w, w)).contains("different arrays"));
        assertArrayEquals(new float[] {1, 2}, w.toFloatArray());
    }

    private static void adagrad(NDArray to, NDArray... inputs) {
        to.getNDArrayInternal().adagradUpdate(new NDList(inputs), new NDList(to), 1, 0, 1, 0, 0);
    }

    private static String message(Runnable r) {
        return assertThrows(IllegalArgumentException.class, r::run).getMessage();
    }
}
