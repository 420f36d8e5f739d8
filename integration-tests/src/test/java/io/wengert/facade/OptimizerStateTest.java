package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.FactorTracker;
import ai.djl.training.tracker.MultiFactorTracker;
import ai.djl.training.tracker.Tracker;
import io.wengert.OptimizerState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Training that is interrupted, saved and resumed is, to the bit, training that was not. */
class OptimizerStateTest {

    private static final Shape INPUT = new Shape(4, 3);

    static Stream<Arguments> optimizers() {
        Tracker falling = FactorTracker.builder().setBaseValue(0.1f).setFactor(0.8f).optMaxUpdates(100).build();
        Supplier<Tracker> steps = () -> MultiFactorTracker.builder().setBaseValue(0.1f).setSteps(new int[] {2, 4})
                .optFactor(0.5f).build();
        return Stream.of(
                optimizer("SGD", () -> Optimizer.sgd().setLearningRateTracker(falling).build()),
                optimizer("SGD by steps", () -> Optimizer.sgd().setLearningRateTracker(steps.get()).build()),
                optimizer("SGD with momentum", () -> Optimizer.sgd().setLearningRateTracker(falling).optMomentum(0.9f).build()),
                optimizer("NAG", () -> Optimizer.nag().setLearningRateTracker(falling).setMomentum(0.9f).build()),
                optimizer("Adam", () -> Optimizer.adam().optLearningRateTracker(falling).build()),
                optimizer("AdamW", () -> Optimizer.adamW().optLearningRateTracker(falling).build()),
                optimizer("RMSProp", () -> Optimizer.rmsprop().optLearningRateTracker(falling).build()),
                optimizer("centred RMSProp", () -> Optimizer.rmsprop().optLearningRateTracker(falling).optCentered(true).build()),
                optimizer("Adagrad", () -> Optimizer.adagrad().optLearningRateTracker(falling).build()),
                optimizer("Adadelta", () -> Optimizer.adadelta().build()));
    }

    private static Arguments optimizer(String name, Supplier<Optimizer> make) { return Arguments.of(name, make); }

    private static Block block() {
        return new SequentialBlock().add(Linear.builder().setUnits(5).build()).add(Activation::tanh)
                .add(Linear.builder().setUnits(2).build());
    }

    /** A model with its trainer. */
    private static final class Training implements AutoCloseable {
        final Model model = Model.newInstance("resumed", "Wengert");
        final Trainer trainer;

        Training(Optimizer optimizer, Path parameters) throws IOException, MalformedModelException {
            model.setBlock(block());
            if (parameters != null) {
                model.load(parameters, "resumed");
            }
            trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()})
                    .optOptimizer(optimizer));
            trainer.initialize(INPUT);
        }

        void steps(int from, int to) {
            for (int i = from; i < to; i++) {
                try (NDManager m = trainer.getManager().newSubManager()) {
                    NDArray x = m.arange(12).toType(ai.djl.ndarray.types.DataType.FLOAT32, false).reshape(INPUT).mul(0.1f * (i + 1)).sin();
                    NDArray y = m.ones(new Shape(4, 2)).mul(i);
                    try (GradientCollector c = trainer.newGradientCollector()) {
                        c.backward(trainer.getLoss().evaluate(new NDList(y), trainer.forward(new NDList(x))));
                    }
                    trainer.step();
                }
            }
        }

        float[][] parameters() {
            return model.getBlock().getParameters().stream().map(p -> p.getValue().getArray().toFloatArray()).toArray(float[][]::new);
        }

        @Override
        public void close() {
            trainer.close();
            model.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void resumedTrainingIsUninterruptedTraining(String name, Supplier<Optimizer> make, @TempDir Path folder) throws Exception {
        Engine.getEngine("Wengert").setRandomSeed(11);
        float[][] expected;
        float[][] half;
        Path state = folder.resolve("state");
        try (Training whole = new Training(make.get(), null)) {
            whole.steps(0, 3);
            whole.model.save(folder, "resumed");
            OptimizerState.save(whole.trainer, state);
            half = whole.parameters();
            whole.steps(3, 6);
            expected = whole.parameters();
        }
        try (Training resumed = new Training(make.get(), folder)) {
            OptimizerState.load(resumed.trainer, state);
            assertTrue(Arrays.deepEquals(half, resumed.parameters()));
            resumed.steps(3, 6);
            float[][] got = resumed.parameters();
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], got[i], 0, "parameter " + i);
            }
        }
        try (Training without = new Training(make.get(), folder)) {
            without.steps(3, 6);
            assertFalse(Arrays.deepEquals(expected, without.parameters()), "the state makes no difference");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndChangesNothing(@TempDir Path folder) throws Exception {
        Path state = folder.resolve("state");
        Supplier<Optimizer> adam = () -> Optimizer.adam().build();
        try (Training t = new Training(adam.get(), null)) {
            t.steps(0, 2);
            OptimizerState.save(t.trainer, state);
            assertEquals(1, Files.list(folder).count());
        }
        byte[] bytes = Files.readAllBytes(state);
        try (Training other = new Training(Optimizer.rmsprop().build(), null)) {
            String message = assertThrows(MalformedModelException.class, () -> OptimizerState.load(other.trainer, state)).getMessage();
            assertTrue(message.contains("Adam") && message.contains("RmsProp"), message);
        }
        Optimizer optimizer = adam.get();
        try (Training t = new Training(optimizer, null)) {
            t.steps(0, 1);
            ByteArrayOutputStream before = new ByteArrayOutputStream();
            OptimizerState.save(optimizer, t.model.getBlock(), before);
            for (int length : new int[] {0, 5, 40, bytes.length / 2, bytes.length - 1}) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThrows(MalformedModelException.class,
                        () -> OptimizerState.load(optimizer, t.model.getBlock(), new ByteArrayInputStream(cut)), "of " + length + " bytes");
            }
            ByteArrayOutputStream after = new ByteArrayOutputStream();
            OptimizerState.save(optimizer, t.model.getBlock(), after);
            assertArrayEquals(before.toByteArray(), after.toByteArray());
            Block larger = new SequentialBlock().add(Linear.builder().setUnits(7).build());
            larger.initialize(t.trainer.getManager(), ai.djl.ndarray.types.DataType.FLOAT32, INPUT);
            assertThrows(MalformedModelException.class,
                    () -> OptimizerState.load(optimizer, larger, new ByteArrayInputStream(bytes)));
        }
    }
}
