package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.AlexNet;
import ai.djl.basicmodelzoo.cv.classification.GoogLeNet;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV1;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV2;
import ai.djl.basicmodelzoo.cv.classification.NiN;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.classification.SqueezeNet;
import ai.djl.basicmodelzoo.cv.classification.VGG;
import ai.djl.basicmodelzoo.cv.object_detection.ssd.SingleShotDetection;
import ai.djl.basicmodelzoo.cv.object_detection.yolo.YOLOV3;
import ai.djl.basicmodelzoo.nlp.SimpleTextDecoder;
import ai.djl.basicmodelzoo.nlp.SimpleTextEncoder;
import ai.djl.basicmodelzoo.tabular.TabNet;
import ai.djl.engine.Engine;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.EncoderDecoder;
import ai.djl.modality.nlp.embedding.TrainableTextEmbedding;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertPretrainingBlock;
import ai.djl.nn.transformer.BertPretrainingLoss;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.evaluator.BoundingBoxError;
import ai.djl.training.evaluator.SingleShotDetectionAccuracy;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.MaskedSoftmaxCrossEntropyLoss;
import ai.djl.training.loss.SingleShotDetectionLoss;
import ai.djl.training.loss.TabNetClassificationLoss;
import ai.djl.training.loss.TabNetRegressionLoss;
import ai.djl.training.loss.YOLOv3Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks of DJL's model zoo and of its transformer package, trained for some steps on one small batch. */
class ModelZooTest {

    private static final int CLASSES = 10;

    private final NDManager manager = Engine.getEngine("Wengert").newBaseManager();

    @BeforeEach
    void seed() { manager.getEngine().setRandomSeed(5); }

    @AfterEach
    void close() { manager.close(); }

    /** Trains, and checks that the loss falls and that all weights change. */
    private void train(Block block, DefaultTrainingConfig config, int steps, NDList data, NDList labels) {
        try (Drill drill = new Drill(block, config, data, labels)) {
            Map<String, Integer> before = drill.fingerprints();
            float[] losses = drill.steps(steps);
            float best = Float.POSITIVE_INFINITY;
            for (int i = 1; i < steps; i++) {
                assertTrue(Float.isFinite(losses[i]), Arrays.toString(losses));
                best = Math.min(best, losses[i]);
            }
            assertTrue(best < losses[0], Arrays.toString(losses));
            Map<String, Integer> after = drill.fingerprints();
            for (Pair<String, Parameter> p : block.getParameters()) {
                if (p.getValue().getType() != Parameter.Type.BIAS && p.getValue().getType() != Parameter.Type.BETA) {
                    assertNotEquals(before.get(p.getKey()), after.get(p.getKey()), p.getKey() + " must learn");
                }
            }
        }
    }

    private static DefaultTrainingConfig sgd(Loss loss, float rate) {
        return Drill.config(loss).optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(rate)).build());
    }

    private static DefaultTrainingConfig adam(Loss loss, float rate) {
        return Drill.config(loss).optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(rate)).build());
    }

    /** A network and how many steps it takes: more where dropout hides what they gain, or the first goes too far. */
    private static Arguments net(String name, Supplier<Block> net, int steps, long... image) {
        return Arguments.of(name, net, steps, new Shape(image));
    }

    static Stream<Arguments> classifiers() {
        return Stream.of(
                net("Mlp", () -> new Mlp(48, CLASSES, new int[] {32, 16}), 3, 3, 4, 4),
                net("LeNet", () -> LeNet.builder().build(), 3, 1, 20, 20),
                net("AlexNet", () -> AlexNet.builder().setDropOutRate(0.1f)
                        .setNumChannels(new int[] {8, 16, 24, 24, 16, 64, 64}).build(), 8, 3, 67, 67),
                net("GoogLeNet", () -> GoogLeNet.builder().build(), 8, 3, 32, 32),
                net("MobileNetV1", () -> MobileNetV1.builder().optWidthMultiplier(0.25f).build(), 3, 3, 32, 32),
                net("MobileNetV2", () -> MobileNetV2.builder().build(), 3, 3, 32, 32),
                net("NiN", () -> NiN.builder().setNumChannels(new int[] {16, 24, 32, CLASSES}).setDropOutRate(0.1f)
                        .build(), 8, 3, 67, 67),
                net("ResNetV1-20", () -> ResNetV1.builder().setNumLayers(20).setOutSize(CLASSES)
                        .setImageShape(new Shape(3, 28, 28)).build(), 3, 3, 28, 28),
                net("ResNetV1-18", () -> ResNetV1.builder().setNumLayers(18).setOutSize(CLASSES)
                        .setImageShape(new Shape(3, 48, 48)).build(), 3, 3, 48, 48),
                net("SqueezeNet", () -> SqueezeNet.squeezenet(CLASSES), 8, 3, 48, 48),
                net("VGG-11", () -> VGG.builder().setNumLayers(11)
                        .setConvArch(new int[][] {{1, 8}, {1, 16}, {2, 16}, {2, 16}, {2, 16}}).build(), 8,
                        3, 32, 32));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("classifiers")
    void classifier(String name, Supplier<Block> net, int steps, Shape image) {
        NDArray data = manager.randomNormal(new Shape(4).addAll(image));
        NDArray labels = manager.create(new float[] {3, 1, 4, 1});
        Block block = net.get();
        DefaultTrainingConfig config = adam(Loss.softmaxCrossEntropyLoss(), 0.001f).addEvaluator(new Accuracy());
        train(block, config, steps, new NDList(data), new NDList(labels));
        assertArrayEquals(new Shape[] {new Shape(4, CLASSES)}, block.getOutputShapes(new Shape[] {data.getShape()}));
    }

    @Test
    void singleShotDetection() {
        SequentialBlock base = new SequentialBlock();
        base.add(SingleShotDetection.getDownSamplingBlock(8)).add(SingleShotDetection.getDownSamplingBlock(16));
        List<Float> ratios = List.of(1f, 2f, 0.5f);
        Block ssd = SingleShotDetection.builder().setNumClasses(1).setNumFeatures(1).optGlobalPool(true)
                .setBaseNetwork(base).setRatios(Collections.nCopies(3, ratios))
                .setSizes(List.of(List.of(0.2f, 0.27f), List.of(0.37f, 0.45f), List.of(0.88f, 0.96f))).build();
        NDArray images = manager.randomUniform(0, 1, new Shape(2, 3, 32, 32));
        // A small, a middling and a large box, so that the predictors of all three scales have something to learn.
        float[] corners = {0, 0.1f, 0.1f, 0.3f, 0.3f, 0, 0.3f, 0.4f, 0.7f, 0.8f, 0, 0, 0, 0.95f, 0.9f};
        NDArray boxes = manager.create(corners, new Shape(1, 3, 5)).repeat(0, 2);
        DefaultTrainingConfig config = sgd(new SingleShotDetectionLoss(), 0.1f)
                .addEvaluator(new SingleShotDetectionAccuracy("classes")).addEvaluator(new BoundingBoxError("boxes"));
        train(ssd, config, 4, new NDList(images), new NDList(boxes));
        // 8x8, 4x4 and 1x1 places with 4 anchors each.
        assertArrayEquals(new Shape[] {new Shape(1, 324, 4), new Shape(2, 324, 2), new Shape(2, 1296)},
                ssd.getOutputShapes(new Shape[] {images.getShape()}));
    }

    @Test
    void yolo() {
        Block yolo = YOLOV3.builder().setNumClasses(2).build();
        NDArray images = manager.randomUniform(0, 1, new Shape(2, 3, 64, 64));
        NDArray boxes = manager.create(new float[] {0, 0.1f, 0.1f, 0.4f, 0.5f, 1, 0.5f, 0.4f, 0.3f, 0.4f},
                new Shape(2, 1, 5));
        Loss loss = YOLOv3Loss.builder().setNumClasses(2).setInputShape(new Shape(64, 64)).build();
        train(yolo, sgd(loss, 1e-4f), 3, new NDList(images), new NDList(boxes));
        Shape[] expected = {new Shape(2, 21, 2, 2), new Shape(2, 21, 4, 4), new Shape(2, 21, 8, 8)};
        assertArrayEquals(expected, yolo.getOutputShapes(new Shape[] {images.getShape()}));
    }

    @Test
    void tabNet() {
        NDArray table = manager.randomNormal(new Shape(16, 8));
        NDArray target = table.get(":, :1").mul(2);
        train(tabNet(1), adam(new TabNetRegressionLoss(), 0.02f), 6, new NDList(table), new NDList(target));
        NDArray kinds = manager.randomInteger(0, 3, new Shape(16), DataType.INT32);
        train(tabNet(3), adam(new TabNetClassificationLoss(), 0.02f), 6, new NDList(table), new NDList(kinds));
    }

    private static Block tabNet(int outputs) {
        return TabNet.builder().setInputDim(8).setOutDim(outputs).optNumD(8).optNumA(8).optNumSteps(3)
                .optVirtualBatchSize(16).build();
    }

    private static BertBlock.Builder smallBert() {
        return BertBlock.builder().setTokenDictionarySize(20).optTypeDictionarySize(2).optEmbeddingSize(16)
                .optTransformerBlockCount(2).optAttentionHeadCount(4).optHiddenSize(32).optMaxSequenceLength(6);
    }

    /** Token, type and mask arrays of 8 sentences of 6 words, of which the last is padding. */
    private NDList sentences() {
        NDArray tokens = manager.randomInteger(0, 20, new Shape(8, 6), DataType.INT32);
        NDArray types = manager.zeros(new Shape(8, 6), DataType.INT32);
        NDArray mask = manager.create(new int[] {1, 1, 1, 1, 1, 0}).expandDims(0).repeat(0, 8);
        return new NDList(tokens, types, mask);
    }

    @Test
    void bertClassifier() {
        NDList data = sentences();
        BertBlock bert = smallBert().build();
        Block block = new SequentialBlock().add(bert).add(new LambdaBlock(l -> new NDList(l.get(1)), "pooled"))
                .add(Linear.builder().setUnits(2).build());
        NDArray labels = data.head().get(":, 0").lt(10).toType(DataType.INT32, false);
        train(block, adam(Loss.softmaxCrossEntropyLoss(), 0.003f), 16, data, new NDList(labels));
        Shape[] shapes = bert.getOutputShapes(data.getShapes());
        assertArrayEquals(new Shape[] {new Shape(8, 6, 16), new Shape(8, 16)}, shapes);
    }

    @Test
    void bertPretraining() {
        NDList data = sentences();
        NDArray places = manager.randomInteger(0, 5, new Shape(8, 2), DataType.INT32);
        data.add(places);
        NDArray next = manager.randomInteger(0, 2, new Shape(8), DataType.INT32);
        NDArray hidden = manager.randomInteger(0, 20, new Shape(8, 2), DataType.INT32);
        NDList labels = new NDList(next, hidden, manager.ones(new Shape(8, 2), DataType.INT32));
        BertPretrainingLoss loss = new BertPretrainingLoss();
        train(new BertPretrainingBlock(smallBert()), adam(loss, 0.01f), 8, data, labels);
    }

    @Test
    void sequenceToSequence() {
        DefaultVocabulary words = new DefaultVocabulary(List.of("<unk>", "<bos>", "<eos>", "a", "b", "c", "d"));
        Block translator = new EncoderDecoder(new SimpleTextEncoder(embedding(words), lstm(true)),
                new SimpleTextDecoder(embedding(words), lstm(false), words.size()));
        NDArray source = manager.randomInteger(3, 7, new Shape(4, 5), DataType.INT32);
        NDArray target = source.flip(1);
        NDArray lengths = manager.create(new int[] {5, 4, 3, 5});
        DefaultTrainingConfig config = adam(new MaskedSoftmaxCrossEntropyLoss(), 0.02f);
        NDList labels = new NDList(target, lengths);
        try (Drill drill = new Drill(translator, config, new NDList(source), labels, source.getShape(),
                target.getShape())) {
            float[] losses = drill.steps(6);
            assertTrue(losses[5] < losses[0], Arrays.toString(losses));
        }
        Shape[] shapes = {source.getShape(), target.getShape()};
        assertEquals(new Shape(4, 5, 7), translator.getOutputShapes(shapes)[0]);
    }

    private static TrainableTextEmbedding embedding(DefaultVocabulary words) {
        return new TrainableTextEmbedding(new TrainableWordEmbedding(words, 6));
    }

    private static LSTM lstm(boolean returnState) {
        LSTM.Builder b = LSTM.builder();
        b.setStateSize(8);
        b.setNumLayers(2);
        b.optReturnState(returnState);
        return b.build();
    }
}
