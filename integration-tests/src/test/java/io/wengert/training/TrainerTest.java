package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterServer;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What DJL's users do with a trainer, besides training. */
class TrainerTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();
    private NDArray points;
    private NDArray sides;

    /** Points of the plane, labelled by the side of a parabola they lie on. */
    @BeforeEach
    void draw() {
        engine.setRandomSeed(11);
        points = manager.randomNormal(new Shape(64, 2));
        sides = points.get(":, 1").gt(points.get(":, 0").square().sub(0.5)).toType(DataType.INT32, false);
    }

    @AfterEach
    void close() { manager.close(); }

    private static Block network() {
        return new SequentialBlock().add(Linear.builder().setUnits(16).build()).add(BatchNorm.builder().build())
                .add(Activation::tanh).add(Linear.builder().setUnits(2).build());
    }

    private static Block plainNetwork() {
        return new SequentialBlock().add(Linear.builder().setUnits(16).build()).add(Activation::tanh)
                .add(Linear.builder().setUnits(2).build());
    }

    private static DefaultTrainingConfig config(float rate) {
        return Drill.config(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(rate)).build());
    }

    private Drill drill(Block block, DefaultTrainingConfig config) {
        engine.setRandomSeed(1);
        return new Drill(block, config, new NDList(points), new NDList(sides));
    }

    @Test
    void fitEvaluateAndMeasure() throws Exception {
        ArrayDataset data = new ArrayDataset.Builder().setData(points).optLabels(sides).setSampling(16, true).build();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        DefaultTrainingConfig config = Drill.config(Loss.softmaxCrossEntropyLoss()).addEvaluator(new Accuracy())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.05f)).build())
                .optExecutorService(pool).addTrainingListeners(TrainingListener.Defaults.basic());
        try (Model model = Model.newInstance("parabola", "Wengert")) {
            model.setBlock(network());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.setMetrics(new Metrics());
                trainer.initialize(new Shape(16, 2));
                EasyTrain.fit(trainer, 25, data, data);
                Map<String, Float> results = trainer.getTrainingResult().getEvaluations();
                assertEquals(25, trainer.getTrainingResult().getEpoch());
                assertTrue(results.get("validate_Accuracy") > 0.9, results.toString());
                assertTrue(results.get("validate_SoftmaxCrossEntropyLoss") < 0.4, results.toString());
                assertTrue(trainer.getMetrics().hasMetric("backward"));
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aTrainedModelIsSavedLoadedAndTrainedOn(@TempDir Path folder) throws Exception {
        float[] expected;
        try (Drill drill = drill(network(), config(0.1f))) {
            drill.steps(5);
            expected = drill.trainer.evaluate(new NDList(points)).head().toFloatArray();
            drill.model.setProperty("Epoch", "5");
            drill.model.save(folder, "parabola");
        }
        try (Model model = Model.newInstance("parabola", "Wengert")) {
            model.setBlock(network());
            model.load(folder.resolve("parabola-0005.params"));
            assertEquals("5", model.getProperty("Epoch"));
            model.load(folder);
            assertEquals("parabola-0005.params", folder.toFile().list()[0]);
            try (Predictor<NDList, NDList> p = model.newPredictor(new NoopTranslator())) {
                assertArrayEquals(expected, p.predict(new NDList(points)).head().toFloatArray());
            }
            try (Trainer trainer = model.newTrainer(config(0.1f))) {
                trainer.initialize(points.getShape());
                assertArrayEquals(expected, trainer.evaluate(new NDList(points)).head().toFloatArray());
                model.getBlock().getParameters().forEach(p -> assertEquals(!p.getKey().contains("running"),
                        p.getValue().requiresGradient(), p.getKey()));
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDList y = trainer.forward(new NDList(points));
                    collector.backward(trainer.getLoss().evaluate(new NDList(sides), y));
                }
                trainer.step();
                assertNotEquals(expected[0], trainer.evaluate(new NDList(points)).head().toFloatArray()[0]);
            }
        }
    }

    @Test
    void frozenParametersStay() {
        Block block = network();
        try (Drill drill = drill(block, config(0.1f))) {
            block.freezeParameters(true, p -> p.getName().equals("weight"));
            Map<String, Integer> before = drill.fingerprints();
            drill.steps(2);
            Map<String, Integer> after = drill.fingerprints();
            before.forEach((name, print) -> assertEquals(name.contains("weight"), print.equals(after.get(name)), name));
            NDArray frozen = block.getParameters().valueAt(0).getArray();
            assertFalse(frozen.hasGradient() && frozen.getGradient().abs().max().getFloat() != 0);
            block.freezeParameters(false, p -> p.getName().equals("weight"));
            drill.steps(2);
            Map<String, Integer> last = drill.fingerprints();
            before.forEach((name, print) -> assertNotEquals(print, last.get(name), name));
        }
    }

    @Test
    void halvesOfABatchOnTwoThreadsGiveTheGradientOfTheWhole() {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        // The gradients of two halves' means add up, where the whole batch has one mean.
        try (Drill whole = drill(plainNetwork(), config(0.2f)); Drill halves = drill(plainNetwork(), config(0.1f))) {
            whole.steps(10);
            for (int step = 0; step < 10; step++) {
                stepOnThreads(halves, pool);
            }
            float[] expected = whole.trainer.evaluate(new NDList(points)).head().toFloatArray();
            assertArrayEquals(expected, halves.trainer.evaluate(new NDList(points)).head().toFloatArray(), 1e-5f);
        } finally {
            pool.shutdown();
        }
    }

    /** What EasyTrain does with several devices and an executor, but waiting for its threads. */
    private static void stepOnThreads(Drill drill, ExecutorService pool) {
        Trainer trainer = drill.trainer;
        try (Batch batch = drill.batch(); GradientCollector collector = trainer.newGradientCollector()) {
            List<CompletableFuture<Void>> parts = new ArrayList<>();
            for (Batch part : batch.split(new Device[] {Device.cpu(), Device.cpu()}, false)) {
                parts.add(CompletableFuture.runAsync(() -> {
                    NDList y = trainer.forward(part.getData(), part.getLabels());
                    collector.backward(trainer.getLoss().evaluate(part.getLabels(), y));
                }, pool));
            }
            CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).join();
        }
        trainer.step();
    }

    @Test
    void theParameterServerAddsUpTheGradientsOfItsMirrors() {
        Optimizer sgd = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build();
        try (ParameterServer server = engine.newParameterServer(sgd)) {
            NDArray[] mirrors = {manager.create(new float[] {1, 2}), manager.create(new float[] {1, 2})};
            NDArray[] gradients = {manager.create(new float[] {1, 0}), manager.create(new float[] {3, -1})};
            server.init("w", mirrors);
            server.update("w", gradients, mirrors);
            for (NDArray mirror : mirrors) {
                assertArrayEquals(new float[] {0.6f, 2.1f}, mirror.toFloatArray(), 1e-6f);
            }
        }
    }

    @Test
    void aPredictorBesideTrainingDoesNotDisturbIt() throws Exception {
        float[] alone;
        try (Drill drill = drill(network(), config(0.1f))) {
            alone = drill.steps(40);
        }
        AtomicBoolean training = new AtomicBoolean(true);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Drill drill = drill(network(), config(0.1f));
                Predictor<NDList, NDList> predictor = drill.model.newPredictor(new NoopTranslator())) {
            NDArray x = points.duplicate();
            CompletableFuture<Integer> predictions = CompletableFuture.supplyAsync(() -> {
                int n = 0;
                do {
                    assertFalse(predict(predictor, x).isNaN().any().getBoolean());
                    n++;
                } while (training.get());
                return n;
            }, other);
            float[] accompanied = drill.steps(40);
            training.set(false);
            assertTrue(predictions.get() > 0);
            assertArrayEquals(alone, accompanied);
        } finally {
            other.shutdown();
        }
    }

    @Test
    void twoModelsLearnOnTwoThreads() {
        float[][] alone = new float[2][];
        for (int i = 0; i < 2; i++) {
            try (Drill drill = drill(network(), config(0.1f * (i + 1)))) {
                alone[i] = drill.steps(30);
            }
        }
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (Drill a = drill(network(), config(0.1f)); Drill b = drill(network(), config(0.2f))) {
            CompletableFuture<float[]> first = CompletableFuture.supplyAsync(() -> a.steps(30), pool);
            CompletableFuture<float[]> second = CompletableFuture.supplyAsync(() -> b.steps(30), pool);
            assertArrayEquals(alone[0], first.join());
            assertArrayEquals(alone[1], second.join());
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aStepLeavesNoArraysBehind() {
        DefaultTrainingConfig config = Drill.config(Loss.softmaxCrossEntropyLoss()).addEvaluator(new Accuracy());
        try (Drill drill = drill(network(), config)) {
            drill.steps(2);
            int arrays = held(drill);
            drill.steps(5);
            assertTrue(held(drill) <= arrays, arrays + " arrays, then " + held(drill));
        }
    }

    private static int held(Drill drill) {
        int managers = drill.manager.getManagedArrays().size() + drill.trainer.getManager().getManagedArrays().size();
        return managers + drill.model.getNDManager().getManagedArrays().size();
    }

    @Test
    void aFailedBatchDoesNotSpoilTheNext() {
        float[] expected;
        try (Drill drill = drill(network(), config(0.1f))) {
            expected = drill.steps(3);
        }
        try (Drill drill = drill(network(), config(0.1f))) {
            float first = drill.step();
            NDList wrong = new NDList(manager.ones(new Shape(64, 3)));
            assertThrows(IllegalArgumentException.class, () -> {
                try (GradientCollector collector = drill.trainer.newGradientCollector()) {
                    collector.backward(drill.trainer.forward(wrong).head());
                }
            });
            assertArrayEquals(expected, new float[] {first, drill.step(), drill.step()});
        }
    }

    private static NDArray predict(Predictor<NDList, NDList> predictor, NDArray x) {
        try {
            return predictor.predict(new NDList(x)).head();
        } catch (TranslateException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aModelWithoutABlockSaysSo() {
        try (Model model = Model.newInstance("empty", "Wengert")) {
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> model.newPredictor(new NoopTranslator()));
            assertTrue(e.getMessage().contains("empty has no block"), e.getMessage());
            assertThrows(IllegalStateException.class, () -> model.newTrainer(config(0.1f)));
        }
    }

    @Test
    void aStepWithoutGradientsIsRefused() {
        try (Drill drill = drill(plainNetwork(), config(0.1f))) {
            IllegalStateException e = assertThrows(IllegalStateException.class, drill.trainer::step);
            assertTrue(e.getMessage().contains("Gradient values are all zeros"), e.getMessage());
        }
    }

    @Test
    void aParameterStoreMayWorkOnCopies() {
        Block block = Linear.builder().setUnits(2).build();
        block.initialize(manager, DataType.FLOAT32, new Shape(3, 2));
        var weight = block.getParameters().valueAt(0);
        ParameterStore copies = new ParameterStore(manager, true);
        NDArray copy = copies.getValue(weight, Device.cpu(), true);
        assertArrayEquals(weight.getArray().toFloatArray(), copy.toFloatArray());
        copy.addi(1);
        assertNotEquals(weight.getArray().getFloat(0, 0), copy.getFloat(0, 0));
        assertSame(copy, copies.getValue(weight, Device.cpu(), true));
        assertSame(weight.getArray(), new ParameterStore(manager, false).getValue(weight, Device.cpu(), true));
    }

    @Test
    void listenersSeeTheEvaluators() {
        EvaluatorTrainingListener listener = new EvaluatorTrainingListener();
        DefaultTrainingConfig config = config(0.1f).addEvaluator(new Accuracy()).addTrainingListeners(listener);
        try (Drill drill = drill(network(), config)) {
            drill.trainer.setMetrics(new Metrics());
            drill.steps(3);
            float accuracy = drill.trainer.getEvaluators().get(0).getAccumulator(EvaluatorTrainingListener.TRAIN_EPOCH);
            assertTrue(accuracy > 0 && accuracy <= 1, "accuracy " + accuracy);
        }
    }
}
