package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.object_detection.ssd.SingleShotDetection;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.metric.Metrics;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.MultiBoxDetection;
import ai.djl.modality.cv.output.DetectedObjects;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.modality.cv.translator.ImageClassificationTranslator;
import ai.djl.modality.cv.translator.SingleShotDetectionTranslator;
import ai.djl.modality.rl.ActionSpace;
import ai.djl.modality.rl.LruReplayBuffer;
import ai.djl.modality.rl.agent.EpsilonGreedy;
import ai.djl.modality.rl.agent.QAgent;
import ai.djl.modality.rl.agent.RlAgent;
import ai.djl.modality.rl.env.RlEnv;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EarlyStoppingListener;
import ai.djl.training.listener.MemoryTrainingListener;
import ai.djl.training.listener.SaveModelTrainingListener;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DJL's tools around training: data types, listeners, translators, reinforcement learning. */
class TrainingToolsTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @BeforeEach
    void seed() { engine.setRandomSeed(2); }

    @AfterEach
    void close() { manager.close(); }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
    void aModelLearnsInAnyFloatingType(DataType type) {
        Block block = new SequentialBlock()
                .add(Conv2d.builder().setFilters(4).setKernelShape(new Shape(3, 3)).build()).add(BatchNorm.builder()
                        .build())
                .add(Activation::relu).add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .addSingleton(x -> x.flatten(1, -1)).add(Linear.builder().setUnits(3).build());
        NDArray images = manager.randomNormal(new Shape(6, 1, 6, 6)).toType(type, false);
        NDArray labels = manager.create(new int[] {0, 1, 2, 0, 1, 2});
        Optimizer sgd = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).optMomentum(0.9f).build();
        try (Model model = Model.newInstance("typed", "Wengert")) {
            model.setDataType(type);
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(Drill.config(Loss.softmaxCrossEntropyLoss()).optOptimizer(sgd))) {
                trainer.initialize(images.getShape());
                double first = step(trainer, images, labels);
                double last = first;
                for (int i = 0; i < 10; i++) {
                    last = step(trainer, images, labels);
                }
                assertTrue(last < 0.5 * first, first + " to " + last);
                block.getParameters().values().forEach(p -> assertEquals(type, p.getArray().getDataType(),
                        p.getName()));
            }
        }
    }

    private static double step(Trainer trainer, NDArray data, NDArray labels) {
        NDArray loss;
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDList y = trainer.forward(new NDList(data));
            loss = trainer.getLoss().evaluate(new NDList(labels), y);
            collector.backward(loss);
        }
        trainer.step();
        return loss.toType(DataType.FLOAT64, false).getDouble();
    }

    @Test
    void listenersLogSaveAndStop(@TempDir Path folder) throws Exception {
        NDArray x = manager.randomNormal(new Shape(32, 3));
        NDArray y = x.get(":, 0").gt(0).toType(DataType.INT32, false);
        ArrayDataset data = new ArrayDataset.Builder().setData(x).optLabels(y).setSampling(8, true).build();
        EarlyStoppingListener stop = EarlyStoppingListener.builder().optEpochPatience(1).optMinEpochs(1)
                .optEarlyStopPctImprovement(99).build();
        SaveModelTrainingListener save = new SaveModelTrainingListener(folder.toString(), "kept", 1);
        DefaultTrainingConfig config = Drill.config(Loss.softmaxCrossEntropyLoss()).addEvaluator(new Accuracy())
                .addTrainingListeners(TrainingListener.Defaults.logging(folder.toString()))
                .addTrainingListeners(new MemoryTrainingListener(folder.toString()), save, stop);
        try (Model model = Model.newInstance("tool", "Wengert")) {
            // Of the last layer alone all gradients sum to nearly zero, and DJL's first step takes zero for "no backward".
            model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(3).build()).add(Activation::relu)
                    .add(Linear.builder().setUnits(2).build()));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.setMetrics(new Metrics());
                trainer.initialize(new Shape(8, 3));
                assertThrows(EarlyStoppingListener.EarlyStoppedException.class,
                        () -> EasyTrain.fit(trainer, 20, data, data));
            }
        }
        assertTrue(Files.exists(folder.resolve("kept-0001.params")));
        assertTrue(Files.size(folder.resolve("training.log")) > 0);
    }

    /** A picture of 40 by 30 random pixels, made without an image file. */
    private Image picture() {
        return ImageFactory.getInstance().fromNDArray(
                manager.randomUniform(0, 255, new Shape(30, 40, 3)).toType(DataType.UINT8, false));
    }

    @Test
    void anImageIsClassified() throws Exception {
        ImageClassificationTranslator translator = ImageClassificationTranslator.builder().setImageSize(28, 28)
                .addTransform(new Resize(28, 28))
                .addTransform(new ToTensor())
                .addTransform(new Normalize(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.2f, 0.2f, 0.2f}))
                .optSynset(List.of("cat", "dog", "cow")).optApplySoftmax(true).build();
        Block net = ResNetV1.builder().setNumLayers(20).setOutSize(3).setImageShape(new Shape(3, 28, 28)).build();
        try (Model model = Model.newInstance("resnet", "Wengert")) {
            model.setBlock(net);
            net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 28, 28));
            try (Predictor<Image, Classifications> predictor = model.newPredictor(translator)) {
                Classifications one = predictor.predict(picture());
                assertEquals(1, one.getProbabilities().stream().mapToDouble(p -> p).sum(), 1e-5);
                List<Classifications> many = predictor.batchPredict(List.of(picture(), picture()));
                assertEquals(2, many.size());
            }
        }
    }

    @Test
    void objectsAreDetected() throws Exception {
        SequentialBlock base = new SequentialBlock();
        base.add(SingleShotDetection.getDownSamplingBlock(8)).add(SingleShotDetection.getDownSamplingBlock(8));
        Block ssd = SingleShotDetection.builder().setNumClasses(1).setNumFeatures(1).optGlobalPool(true)
                .setBaseNetwork(base).setRatios(Collections.nCopies(3, List.of(1f, 2f, 0.5f)))
                .setSizes(List.of(List.of(0.2f, 0.27f), List.of(0.37f, 0.45f), List.of(0.88f, 0.96f))).build();
        // As DJL's example does: the network's three outputs become detections in a last block.
        Block detector = new SequentialBlock().add(ssd).add(out -> {
            NDArray scores = out.get(1).softmax(-1).transpose(0, 2, 1);
            NDArray found = MultiBoxDetection.builder().build()
                    .detection(new NDList(scores, out.get(2), out.get(0))).head();
            return found.split(new long[] {1, 2}, 2);
        });
        SingleShotDetectionTranslator translator = SingleShotDetectionTranslator.builder().setImageSize(32, 32)
                .addTransform(new Resize(32, 32))
                .addTransform(new ToTensor()).optSynset(List.of("thing")).optThreshold(0.1f).build();
        try (Model model = Model.newInstance("ssd", "Wengert")) {
            model.setBlock(detector);
            ssd.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 32, 32));
            try (Predictor<Image, DetectedObjects> predictor = model.newPredictor(translator)) {
                DetectedObjects found = predictor.predict(picture());
                assertTrue(found.getNumberOfObjects() > 0);
                assertEquals("thing", found.item(0).getClassName());
            }
        }
    }

    /** One step of a game of two arms, of which the second is worth 1. */
    private record Pull(NDArray state, NDList action, NDArray reward) implements RlEnv.Step {
        @Override
        public NDList getPreObservation() { return new NDList(state); }

        @Override
        public NDList getAction() { return action; }

        @Override
        public NDList getPostObservation() { return new NDList(state); }

        @Override
        public ActionSpace getPostActionSpace() { return new ActionSpace(); }

        @Override
        public NDArray getReward() { return reward; }

        @Override
        public boolean isDone() { return true; }

        @Override
        public void close() {}
    }

    private static final class TwoArms implements RlEnv {
        private final NDManager manager;
        private final LruReplayBuffer replay = new LruReplayBuffer(8, 64);

        TwoArms(NDManager manager) { this.manager = manager; }

        @Override
        public void reset() {}

        @Override
        public NDList getObservation() { return new NDList(manager.ones(new Shape(1))); }

        @Override
        public ActionSpace getActionSpace() {
            ActionSpace arms = new ActionSpace();
            arms.add(new NDList(manager.create(new float[] {0})));
            arms.add(new NDList(manager.create(new float[] {1})));
            return arms;
        }

        @Override
        public Step step(NDList action, boolean training) {
            Step pull = new Pull(manager.ones(new Shape(1)), action, manager.create(action.head().getFloat(0)));
            if (training) {
                replay.addStep(pull);
            }
            return pull;
        }

        @Override
        public Step[] getBatch() { return replay.getBatch(); }

        @Override
        public void close() {}
    }

    @Test
    void anAgentLearnsWhichArmToPull() {
        Block q = new SequentialBlock().add(list -> new NDList(NDArrays.concat(list, 1)))
                .add(Linear.builder().setUnits(1).build());
        Optimizer sgd = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.02f)).build();
        try (Model model = Model.newInstance("bandit", "Wengert")) {
            model.setBlock(q);
            try (Trainer trainer = model.newTrainer(Drill.config(Loss.l2Loss()).optOptimizer(sgd))) {
                trainer.initialize(new Shape(1, 1), new Shape(1, 1));
                TwoArms game = new TwoArms(manager);
                QAgent learner = new QAgent(trainer, 0.9f);
                RlAgent agent = new EpsilonGreedy(learner, Tracker.fixed(0.5f));
                for (int i = 0; i < 80; i++) {
                    game.runEnvironment(agent, true);
                    learner.trainBatch(game.getBatch());
                    trainer.step();
                }
                assertEquals(1f, game.runEnvironment(learner, false));
                NDList arms = new NDList(manager.ones(new Shape(2, 1)), manager.create(new float[] {0, 1},
                        new Shape(2, 1)));
                float[] worth = trainer.evaluate(arms).head().toFloatArray();
                assertFalse(Math.abs(worth[0]) > 0.25 || Math.abs(worth[1] - 1) > 0.25, worth[0] + ", " + worth[1]);
            }
        }
    }
}
