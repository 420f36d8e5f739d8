package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.initializer.TruncatedNormalInitializer;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.CyclicalTracker;
import ai.djl.training.tracker.FactorTracker;
import ai.djl.training.tracker.LinearTracker;
import ai.djl.training.tracker.MultiFactorTracker;
import ai.djl.training.tracker.ParameterTracker;
import ai.djl.training.tracker.PolynomialDecayTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** DJL's optimizers, learning-rate trackers and initializers, through a trainer. */
class OptimizersTest {

    private final NDManager manager = Engine.getEngine("Wengert").newBaseManager();

    @BeforeEach
    void seed() { manager.getEngine().setRandomSeed(3); }

    @AfterEach
    void close() { manager.close(); }

    static Stream<Arguments> optimizers() {
        Tracker fast = Tracker.fixed(0.1f);
        return Stream.of(
                Arguments.of("SGD", Optimizer.sgd().setLearningRateTracker(fast).build()),
                Arguments.of("SGD with momentum", Optimizer.sgd().setLearningRateTracker(fast).optMomentum(0.8f)
                        .build()),
                Arguments.of("NAG", Optimizer.nag().setLearningRateTracker(fast).setMomentum(0.8f).build()),
                Arguments.of("Adam", Optimizer.adam().optLearningRateTracker(fast).build()),
                Arguments.of("AdamW", Optimizer.adamW().optLearningRateTracker(fast).optWeightDecays(1e-3f).build()),
                Arguments.of("RMSProp", Optimizer.rmsprop().optLearningRateTracker(fast).build()),
                Arguments.of("centred RMSProp", Optimizer.rmsprop().optLearningRateTracker(fast).optCentered(true)
                        .build()),
                Arguments.of("Adagrad", Optimizer.adagrad().optLearningRateTracker(Tracker.fixed(0.5f)).build()),
                Arguments.of("Adadelta", Optimizer.adadelta().optRho(0.5f).optEpsilon(1e-2f).build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void anOptimizerFitsALine(String name, Optimizer optimizer) {
        NDArray x = manager.randomNormal(new Shape(32, 3));
        NDArray y = x.matMul(manager.create(new float[] {1, -2, 0.5f}, new Shape(3, 1))).add(0.3f);
        Block line = Linear.builder().setUnits(1).build();
        try (Drill drill = new Drill(line, Drill.config(Loss.l2Loss()).optOptimizer(optimizer), new NDList(x),
                new NDList(y))) {
            float[] losses = drill.steps(60);
            assertTrue(losses[59] < 0.05 * losses[0], Arrays.toString(losses));
        }
    }

    /** Drills the single weight w of the loss 2w, whose gradient is always 2, and returns it after each step. */
    private float[] slide(Optimizer optimizer, int steps) {
        Loss twice = new Loss("twice") {
            @Override
            public NDArray evaluate(NDList labels, NDList predictions) { return predictions.head().sum().mul(2); }
        };
        Block weight = Linear.builder().setUnits(1).optBias(false).build();
        NDArray one = manager.ones(new Shape(1, 1));
        float[] path = new float[steps];
        var config = Drill.config(twice).optOptimizer(optimizer).optInitializer(new ConstantInitializer(1), p -> true);
        try (Drill drill = new Drill(weight, config, new NDList(one), new NDList(one))) {
            for (int i = 0; i < steps; i++) {
                drill.step();
                path[i] = weight.getParameters().valueAt(0).getArray().getFloat(0, 0);
            }
        }
        return path;
    }

    @Test
    void weightDecayClippingAndRescaling() {
        Tracker rate = Tracker.fixed(0.1f);
        // w - 0.1 (2 + 0.5 w), twice.
        assertArrayEquals(new float[] {0.75f, 0.5125f},
                slide(Optimizer.sgd().setLearningRateTracker(rate).optWeightDecays(0.5f).build(), 2), 1e-6f);
        assertArrayEquals(new float[] {0.95f, 0.9f},
                slide(Optimizer.sgd().setLearningRateTracker(rate).optClipGrad(0.5f).build(), 2), 1e-6f);
        assertArrayEquals(new float[] {0.98f, 0.96f},
                slide(Optimizer.sgd().setLearningRateTracker(rate).setRescaleGrad(0.1f).build(), 2), 1e-6f);
        // Momentum: v = 0.5 v + 0.1 * 2.
        assertArrayEquals(new float[] {0.8f, 0.5f, 0.15f},
                slide(Optimizer.sgd().setLearningRateTracker(rate).optMomentum(0.5f).build(), 3), 1e-6f);
        // Under a constant gradient Adam goes the learning rate at each step.
        assertArrayEquals(new float[] {0.9f, 0.8f, 0.7f},
                slide(Optimizer.adam().optLearningRateTracker(rate).build(), 3), 1e-5f);
    }

    static Stream<Tracker> trackers() {
        return Stream.of(
                FactorTracker.builder().setBaseValue(0.1f).setFactor(0.5f).build(),
                MultiFactorTracker.builder().setBaseValue(0.1f).setSteps(new int[] {2, 4}).optFactor(0.5f).build(),
                CosineTracker.builder().setBaseValue(0.1f).setMaxUpdates(4).build(),
                LinearTracker.builder().setBaseValue(0.1f).optSlope(-0.02f).optMinValue(0).build(),
                PolynomialDecayTracker.builder().setBaseValue(0.1f).setEndLearningRate(0.01f).setDecaySteps(4).build(),
                CyclicalTracker.builder().optBaseValue(0.01f).optMaxValue(0.1f).optStepSizeUp(2).build(),
                WarmUpTracker.builder().optWarmUpSteps(3).setMainTracker(Tracker.fixed(0.1f)).build());
    }

    @ParameterizedTest
    @MethodSource("trackers")
    void aStepIsTheTrackersRateTimesTheGradient(Tracker tracker) {
        float[] rates = new float[5];
        ParameterTracker recording = (parameter, update) -> rates[update - 1] = tracker.getNewValue(update);
        float[] path = slide(Optimizer.sgd().setLearningRateTracker(recording).build(), 5);
        float w = 1;
        for (int i = 0; i < 5; i++) {
            w -= 2 * rates[i];
            assertEquals(w, path[i], 1e-5, "step " + i + ", rate " + rates[i]);
        }
    }

    @Test
    void initializers() {
        Shape shape = new Shape(200, 100);
        assertMoments(0, 0, Initializer.ZEROS.initialize(manager, shape, DataType.FLOAT32));
        assertMoments(0, 0.01, new NormalInitializer().initialize(manager, shape, DataType.FLOAT32));
        assertMoments(1, 0, Initializer.ONES.initialize(manager, shape, DataType.FLOAT32));
        assertMoments(0.25, 0, new ConstantInitializer(0.25f).initialize(manager, shape, DataType.FLOAT64));
        assertMoments(0, 0.5, new NormalInitializer(0.5f).initialize(manager, shape, DataType.FLOAT32));
        assertMoments(0, 0.5 / Math.sqrt(3), new UniformInitializer(0.5f).initialize(manager, shape, DataType.FLOAT64));
        // The normal distribution cut off at two standard deviations has 0.88 of the deviation.
        assertMoments(0, 0.44, new TruncatedNormalInitializer(0.5f).initialize(manager, shape, DataType.FLOAT32));
        // DJL's Xavier: uniform within sqrt(6 / 2 / ((in + out) / 2)) by default, "magnitude 6" and "average factor".
        NDArray xavier = new XavierInitializer().initialize(manager, shape, DataType.FLOAT32);
        assertMoments(0, Math.sqrt(6. / 150) / Math.sqrt(3), xavier);
        NDArray gaussian = new XavierInitializer(XavierInitializer.RandomType.GAUSSIAN,
                XavierInitializer.FactorType.IN, 2).initialize(manager, shape, DataType.FLOAT32);
        assertMoments(0, Math.sqrt(2. / 100), gaussian);
    }

    private static void assertMoments(double mean, double deviation, NDArray a) {
        NDArray x = a.toType(DataType.FLOAT64, false);
        double m = x.mean().getDouble();
        assertEquals(mean, m, 0.02 * Math.max(deviation, 1e-3), "mean");
        assertEquals(deviation, Math.sqrt(x.sub(m).square().mean().getDouble()), 0.03 * deviation + 1e-9, "deviation");
    }

    @Test
    void aConfigurationInitializesByTypeAndName() {
        Block block = Linear.builder().setUnits(2).build();
        var config = Drill.config(Loss.l2Loss()).optInitializer(new ConstantInitializer(3), Parameter.Type.WEIGHT)
                .optInitializer(new ConstantInitializer(4), "bias");
        NDArray x = manager.ones(new Shape(1, 2));
        try (Drill drill = new Drill(block, config, new NDList(x), new NDList(x))) {
            assertArrayEquals(new float[] {10, 10},
                    drill.trainer.evaluate(new NDList(x)).head().toFloatArray());
        }
    }
}
