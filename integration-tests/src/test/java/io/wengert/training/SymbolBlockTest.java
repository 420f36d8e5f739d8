package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.SymbolBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.NoopTranslator;
import ai.djl.util.PairList;
import io.wengert.djl.WgSymbolBlock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are saved as graphs and loaded without the Java classes they were made of. */
class SymbolBlockTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @TempDir private Path folder;

    @BeforeEach
    void seed() { engine.setRandomSeed(4); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray normal(long... shape) { return manager.randomNormal(new Shape(shape)); }

    private Block network() {
        Block b = new SequentialBlock().add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(4).build())
                .add(BatchNorm.builder().build()).add(Activation::relu).add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(5).build());
        b.initialize(manager, DataType.FLOAT32, new Shape(2, 1, 6, 6));
        return b;
    }

    private static NDList forward(Block b, NDArray... x) {
        return b.forward(new ParameterStore(x[0].getManager(), false), new NDList(x), false);
    }

    private Path saved(Block block) throws Exception {
        try (Model model = Model.newInstance("digits", "Wengert")) {
            model.setBlock(block);
            model.setProperty("Epoch", "3");
            model.save(folder, "digits");
        }
        return folder.resolve("digits-0003.params");
    }

    @Test
    void aSavedGraphIsAModelByItself() throws Exception {
        Block block = network();
        NDArray x = normal(3, 1, 6, 6);
        NDList y = forward(block, x);
        Path file = saved(WgSymbolBlock.trace(block, new NDList(normal(2, 1, 6, 6))));
        try (Model model = Model.newInstance("digits", "Wengert"); InputStream in = Files.newInputStream(file);
                Model streamed = Model.newInstance("other", "Wengert")) {
            model.load(folder);
            streamed.load(in);
            GraphCheck.same("loaded", y, forward(model.getBlock(), x));
            GraphCheck.same("streamed", y, forward(streamed.getBlock(), x));
            assertEquals("3", model.getProperty("Epoch"));
            assertEquals(new Shape(-1, 1, 6, 6), model.describeInput().get("data0"));
            assertEquals(new Shape(-1, 5), model.describeOutput().get("output0"));
        }
        Criteria<NDList, NDList> criteria = Criteria.builder().setTypes(NDList.class, NDList.class).optModelPath(folder)
                .optModelName("digits").optEngine("Wengert").optTranslator(new NoopTranslator(null)).build();
        try (ZooModel<NDList, NDList> model = criteria.loadModel(); Predictor<NDList, NDList> p = model.newPredictor()) {
            GraphCheck.same("from criteria", y, p.predict(new NDList(x)));
        }
    }

    @Test
    void theEngineMakesEmptySymbolBlocks() throws Exception {
        Block block = network();
        NDArray x = normal(2, 1, 6, 6);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WgSymbolBlock.trace(block, new NDList(x)).saveParameters(new DataOutputStream(bytes));
        SymbolBlock empty = SymbolBlock.newInstance(manager);
        assertTrue(!empty.isInitialized());
        assertThrows(IllegalStateException.class, () -> forward(empty, x));
        empty.loadParameters(manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        GraphCheck.same("loaded", forward(block, x), forward(empty, x));
    }

    private void malformed(byte[] bytes, String what) {
        try (Model model = Model.newInstance("damaged", "Wengert")) {
            assertThrows(MalformedModelException.class, () -> model.load(new ByteArrayInputStream(bytes)), what);
        }
    }

    @Test
    void damageIsNoticed() throws Exception {
        byte[] good = Files.readAllBytes(saved(WgSymbolBlock.trace(network(), new NDList(normal(2, 1, 6, 6)))));
        for (int n = 0; n < good.length; n += 1 + good.length / 97) {
            malformed(Arrays.copyOf(good, n), "the first " + n + " bytes");
        }
        malformed(Arrays.copyOf(good, good.length - 1), "all but one byte");
        int start = new String(good, StandardCharsets.ISO_8859_1).indexOf("WGRAPH");
        for (int i = start; i < good.length; i += 1 + good.length / 211) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            malformed(bad, "another byte " + i);
        }
    }

    @Test
    void parametersOfJavaBlocksNeedTheirBlock() throws Exception {
        Path file = saved(network());
        try (Model model = Model.newInstance("digits", "Wengert")) {
            MalformedModelException e = assertThrows(MalformedModelException.class, () -> model.load(folder));
            assertTrue(e.getMessage().contains("setBlock") && e.getMessage().contains(file.toString()), e.getMessage());
            model.setBlock(network());
            model.load(folder);
        }
    }

    private String refusal(Block block, NDArray... example) {
        block.initialize(manager, DataType.FLOAT32, new NDList(example).getShapes());
        return assertThrows(IllegalArgumentException.class, () -> WgSymbolBlock.trace(block, new NDList(example))).getMessage();
    }

    private static Block lambda(Function<NDArray, NDArray> f) {
        return new SequentialBlock().add(Linear.builder().setUnits(2).build()).add(new LambdaBlock(l -> new NDList(f.apply(l.head()))));
    }

    @Test
    void whatCannotBeAGraphIsRefused() {
        NDArray x = normal(4, 3);
        String m = refusal(lambda(y -> y.mul(y.sum().getFloat())), x);
        assertTrue(m.contains("does not follow from their sizes") && m.contains("mul_number"), m);
        m = refusal(lambda(y -> y.getShape().get(0) > 4 ? y.exp() : y), x);
        assertTrue(m.contains("another computation"), m);
        m = refusal(lambda(y -> y.add(y.getManager().create(y.sum(new int[] {0}).toFloatArray()))), x);
        assertTrue(m.contains("outside of arrays"), m);
        m = refusal(lambda(y -> y.getManager().create(y.toFloatArray(), y.getShape())), x);
        assertTrue(m.contains("outside of arrays"), m);
        m = refusal(lambda(y -> y.getShape().get(0) == 4 || y.getShape().get(0) == 5 ? y : y.mul(2)), x);
        assertTrue(m.contains("treats this size apart"), m);
        m = refusal(lambda(y -> y.reshape(4, 2)), x);
        assertTrue(m.contains("fails in prediction on inputs") && m.contains("reshape"), m);
        Block empty = Linear.builder().setUnits(2).build();
        assertThrows(IllegalStateException.class, () -> WgSymbolBlock.trace(empty, new NDList(x)));
        assertThrows(IllegalArgumentException.class, () -> WgSymbolBlock.trace(network(), new NDList(x), new Shape(-1)));
    }

    @Test
    void whatCannotBeTracedInTrainingPredictsOnly() {
        Block block = new SequentialBlock().add(Linear.builder().setUnits(2).build()).add(new LambdaBlock(l -> l) {
            @Override
            protected NDList forwardInternal(ParameterStore s, NDList in, boolean training, PairList<String, Object> p) {
                return training ? new NDList(in.head().mul(in.head().sum().getFloat())) : in;
            }
        });
        NDArray x = normal(4, 3);
        block.initialize(manager, DataType.FLOAT32, x.getShape());
        Block graph = WgSymbolBlock.trace(block, new NDList(x));
        GraphCheck.same("prediction", forward(block, x), forward(graph, x));
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> graph.forward(new ParameterStore(manager, false), new NDList(x), true));
        assertTrue(e.getMessage().contains("prediction only"), e.getMessage());
    }

    @Test
    void severalSizesMayChange() throws Exception {
        Block encoder = new TransformerEncoderBlock(8, 2, 16, 0, Activation::gelu);
        NDArray x = normal(2, 3, 8);
        encoder.initialize(manager, DataType.FLOAT32, x.getShape());
        changes(WgSymbolBlock.trace(encoder, new NDList(x), new Shape(-1, -1, 8)), encoder, normal(3, 7, 8));
        Block filter = Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(2).optPadding(new Shape(1, 1)).build();
        NDArray image = normal(2, 1, 5, 7);
        filter.initialize(manager, DataType.FLOAT32, image.getShape());
        WgSymbolBlock graph = WgSymbolBlock.trace(filter, new NDList(image), new Shape(-1, 1, -1, -1));
        changes(graph, filter, normal(1, 1, 11, 4));
        assertEquals(new Shape(-1, 2, -1, -1), graph.describeOutput().get("output0"));
        assertArrayEquals(new Shape[] {new Shape(3, 2, 8, 9)}, graph.getOutputShapes(new Shape[] {new Shape(3, 1, 8, 9)}));
    }

    private static void changes(Block graph, Block block, NDArray x) {
        GraphCheck.same("of another size", forward(block, x), forward(graph, x));
    }

    /** The steps of time of a recurrent layer are one operation. */
    @Test
    void sequencesMayBeOfAnyLength() {
        LSTM lstm = LSTM.builder().setNumLayers(2).setStateSize(4).optBatchFirst(true).build();
        NDArray x = normal(2, 3, 5);
        lstm.initialize(manager, DataType.FLOAT32, x.getShape());
        changes(WgSymbolBlock.trace(lstm, new NDList(x), new Shape(-1, -1, 5)), lstm, normal(4, 9, 5));
    }

    @Test
    void otherInputsAreRefused() {
        Block graph = WgSymbolBlock.trace(network(), new NDList(normal(2, 1, 6, 6)));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> forward(graph, normal(2, 1, 7, 6)));
        assertEquals("graph: recorded for inputs [(N, 1, 6, 6)], not [(2, 1, 7, 6)]", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> forward(graph, normal(2, 6)));
        assertThrows(IllegalArgumentException.class, () -> forward(graph, normal(2, 1, 6, 6), normal(2)));
    }

    @Test
    void theLastBlockComesOff() throws Exception {
        Block block = network();
        NDArray x = normal(2, 1, 6, 6);
        WgSymbolBlock graph = WgSymbolBlock.trace(block, new NDList(x));
        assertEquals(List.of("01Conv2d", "02BatchNorm", "03LambdaBlock", "04LambdaBlock", "05Linear"),
                graph.layers().stream().map(n -> n.replaceAll("batchFlatten|relu", "LambdaBlock")).toList());
        ((SequentialBlock) block).removeLastBlock();
        graph.removeLastBlock();
        GraphCheck.same("without the last", forward(block, x), forward(graph, x));
        assertEquals(block.getParameters().keys(), graph.getParameters().keys());
        try (Model loaded = new GraphCheck(folder).reloaded(graph)) {
            ((SequentialBlock) block).removeLastBlock();
            SymbolBlock again = assertInstanceOf(SymbolBlock.class, loaded.getBlock());
            again.removeLastBlock();
            GraphCheck.same("without two", forward(block, x), forward(again, x));
            again.removeLastBlock();
            again.removeLastBlock();
            assertThrows(IllegalStateException.class, again::removeLastBlock);
        }
    }

    /** A block that is no sequence is cut before the last child with parameters; BERT pools its second token. */
    @Test
    void theLastChildOfAnyBlockComesOff() {
        BertBlock bert = BertBlock.builder().setTokenDictionarySize(20).optTypeDictionarySize(2).optEmbeddingSize(8)
                .optTransformerBlockCount(1).optAttentionHeadCount(2).optHiddenSize(16).optMaxSequenceLength(6).build();
        NDArray tokens = manager.randomInteger(0, 20, new Shape(2, 6), DataType.INT32);
        NDList in = new NDList(tokens, tokens.zerosLike(), tokens.onesLike());
        bert.initialize(manager, DataType.FLOAT32, in.getShapes());
        WgSymbolBlock graph = WgSymbolBlock.trace(bert, in);
        int before = graph.getParameters().size();
        graph.removeLastBlock();
        assertEquals(before - 2, graph.getParameters().size());
        NDArray words = forward(bert, in.toArray(new NDArray[0])).head();
        GraphCheck.same("what the pooling takes", new NDList(words.get(":, 1")),
                forward(graph, in.toArray(new NDArray[0])));
    }

    @Test
    void aLoadedGraphLearns() throws Exception {
        Block block = network();
        NDList x = new NDList(normal(6, 1, 6, 6));
        NDList labels = new NDList(manager.create(new float[] {0, 1, 2, 3, 4, 0}));
        Model loaded = new GraphCheck(folder).reloaded(WgSymbolBlock.trace(block, x));
        try (Drill graph = new Drill(loaded.getBlock(), Drill.config(Loss.softmaxCrossEntropyLoss()), x, labels);
                Drill java = new Drill(block, Drill.config(Loss.softmaxCrossEntropyLoss()), x, labels)) {
            float[] losses = java.steps(8);
            assertArrayEquals(losses, graph.steps(8));
            assertTrue(losses[7] < losses[0], Arrays.toString(losses));
            assertEquals(java.fingerprints(), graph.fingerprints());
        }
        loaded.close();
    }

    /** Predictors on other threads see the graph as it was before a step of training, or after it. */
    @Test
    void aGraphPredictsOnManyThreadsWhileItLearns() throws Exception {
        NDList x = new NDList(normal(6, 1, 6, 6));
        NDList labels = new NDList(manager.create(new float[] {0, 1, 2, 3, 4, 0}));
        WgSymbolBlock graph = WgSymbolBlock.trace(network(), x);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try (Drill drill = new Drill(graph, Drill.config(Loss.softmaxCrossEntropyLoss()), x, labels)) {
            List<Future<Integer>> wrong = new ArrayList<>();
            AtomicBoolean learning = new AtomicBoolean(true);
            for (int i = 0; i < 3; i++) {
                NDArray batch = normal(1 + i, 1, 6, 6);
                wrong.add(pool.submit(() -> {
                    int bad = 0;
                    try (Predictor<NDList, NDList> p = drill.model.newPredictor(new NoopTranslator(null))) {
                        while (learning.get()) {
                            NDArray y = p.predict(new NDList(batch)).head();
                            bad += y.getShape().get(0) != batch.getShape().get(0) || y.isNaN().any().getBoolean() ? 1 : 0;
                        }
                    }
                    return bad;
                }));
            }
            float[] losses = drill.steps(60);
            learning.set(false);
            for (Future<Integer> f : wrong) {
                assertEquals(0, f.get());
            }
            assertTrue(losses[59] < losses[0] / 2, Arrays.toString(losses));
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void parametersAreFrozenOnRequest() throws Exception {
        saved(WgSymbolBlock.trace(network(), new NDList(normal(2, 1, 6, 6))));
        try (Model model = Model.newInstance("digits", "Wengert")) {
            model.load(folder, null, Map.of("trainParam", "false"));
            assertTrue(model.getBlock().getParameters().stream().noneMatch(p -> p.getValue().requiresGradient()));
        }
    }

    @Test
    void weightsBecomeSmallIntegers() throws Exception {
        Block block = new SequentialBlock().add(Linear.builder().setUnits(64).build()).add(Activation::relu)
                .add(BatchNorm.builder().build()).add(Linear.builder().setUnits(10).build());
        NDArray x = normal(32, 100);
        block.initialize(manager, DataType.FLOAT32, x.getShape());
        NDArray exact = forward(block, x).head();
        long large = Files.size(saved(WgSymbolBlock.trace(block, new NDList(x))));
        try (Model model = Model.newInstance("narrow", "Wengert"); Model loaded = Model.newInstance("digits", "Wengert")) {
            model.setBlock(block);
            assertThrows(IllegalStateException.class, model::quantize);
            model.setBlock(WgSymbolBlock.trace(block, new NDList(x)));
            model.quantize();
            NDArray y = forward(model.getBlock(), x).head();
            float error = y.sub(exact).norm().getFloat() / exact.norm().getFloat();
            assertTrue(error > 0 && error < 0.02, "relative error " + error);
            assertTrue(Files.size(saved(model.getBlock())) < large / 2);
            loaded.load(folder);
            GraphCheck.same("loaded", new NDList(y), forward(loaded.getBlock(), x));
            assertEquals(DataType.INT8, loaded.getBlock().getParameters().get("01Linear_weight").getArray().getDataType());
            assertThrows(IllegalStateException.class,
                    () -> loaded.getBlock().forward(new ParameterStore(manager, false), new NDList(x), true));
            loaded.cast(DataType.FLOAT16);
            NDArray half = forward(loaded.getBlock(), x.toType(DataType.FLOAT16, false)).head();
            assertEquals(DataType.FLOAT16, half.getDataType());
            assertTrue(half.toType(DataType.FLOAT32, false).allClose(y, 0.01, 0.01, false), half + " is not " + y);
            loaded.cast(DataType.FLOAT32);
            ((SymbolBlock) loaded.getBlock()).removeLastBlock();
            assertEquals(new Shape(32, 64), forward(loaded.getBlock(), x).head().getShape());
        }
        GraphCheck.same("the block stays as it was", new NDList(exact), forward(block, x));
    }

    /** The model's dtype is that of new parameters; inputs are to have it too. */
    @Test
    void modelsLearnInOtherPrecisions() {
        for (DataType type : new DataType[] {DataType.FLOAT64, DataType.BFLOAT16, DataType.FLOAT16}) {
            NDArray x = normal(8, 3).toType(type, false);
            NDArray target = x.sum(new int[] {1}, true);
            try (Model model = Model.newInstance("wide", "Wengert")) {
                model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(6).build()).add(Activation::tanh)
                        .add(Linear.builder().setUnits(1).build()));
                model.setDataType(type);
                try (Trainer trainer = model.newTrainer(Drill.config(Loss.l2Loss())
                        .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build()))) {
                    trainer.initialize(x.getShape());
                    float first = 0;
                    float last = 0;
                    for (int i = 0; i < 30; i++) {
                        try (GradientCollector c = trainer.newGradientCollector()) {
                            NDArray loss = trainer.getLoss().evaluate(new NDList(target), trainer.forward(new NDList(x)));
                            assertEquals(type, loss.getDataType());
                            c.backward(loss);
                            last = loss.toType(DataType.FLOAT32, false).getFloat();
                            first = i == 0 ? last : first;
                        }
                        trainer.step();
                    }
                    assertTrue(last < first / 4, type + " " + first + " " + last);
                }
                assertTrue(model.getBlock().getParameters().stream().allMatch(p -> p.getValue().getArray().getDataType() == type));
            }
        }
    }

    @Test
    void modelsChangeTheirPrecision() {
        Block block = network();
        NDArray x = normal(3, 1, 6, 6);
        Block graph = WgSymbolBlock.trace(block, new NDList(x));
        NDArray before = forward(block, x).head();
        try (Model model = Model.newInstance("narrow", "Wengert")) {
            model.setBlock(graph);
            for (DataType type : new DataType[] {DataType.FLOAT64, DataType.BFLOAT16, DataType.FLOAT16}) {
                model.cast(type);
                assertEquals(type, model.getDataType());
                NDArray y = forward(graph, x.toType(type, false)).head();
                assertEquals(type, y.getDataType());
                assertTrue(y.toType(DataType.FLOAT32, false).allClose(before, 0.05, 0.05, false), y + " is not " + before);
            }
            assertThrows(IllegalArgumentException.class, () -> model.cast(DataType.INT8));
        }
    }
}
