package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.nlp.SimpleTextDecoder;
import ai.djl.basicmodelzoo.nlp.SimpleTextEncoder;
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
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.MaskedSoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.Batchifier;
import io.wengert.djl.WgSymbolBlock;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's EncoderDecoder, which reads its decoder's input from the labels, as a graph: trained, saved, and predicting, which DJL cannot. */
class GraphTranslatorTest {

    private static final DefaultVocabulary WORDS = new DefaultVocabulary(List.of("<unk>", "<bos>", "<eos>", "a", "b", "c", "d"));

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @BeforeEach
    void seed() { engine.setRandomSeed(2); }

    @AfterEach
    void close() { manager.close(); }

    private static TrainableTextEmbedding embedding() { return new TrainableTextEmbedding(new TrainableWordEmbedding(WORDS, 6)); }

    private static LSTM.Builder recurrent() { return LSTM.builder().setStateSize(8).setNumLayers(2).optDropRate(0.1f); }

    private Block translator() {
        Block block = new EncoderDecoder(new SimpleTextEncoder(embedding(), recurrent().optReturnState(true).build()),
                new SimpleTextDecoder(embedding(), recurrent().build(), WORDS.size()));
        block.initialize(manager, DataType.FLOAT32, new Shape(2, 5), new Shape(2, 4));
        return block;
    }

    private NDArray ids(long... shape) { return manager.randomInteger(3, 7, new Shape(shape), DataType.INT64); }

    private NDArray trained(Block block, NDArray source, NDArray target) {
        engine.setRandomSeed(4);
        return block.forward(new ParameterStore(manager, false), new NDList(source), new NDList(target), null).head();
    }

    @Test
    void sameInTrainingForSentencesOfAnyLength() {
        Block block = translator();
        WgSymbolBlock graph = WgSymbolBlock.trace(block, new NDList(ids(2, 5), ids(2, 4)), new Shape(-1, -1), new Shape(-1, -1));
        assertEquals(List.of("data0", "decoderInput"), graph.describeInput().keys());
        NDArray source = ids(3, 7);
        NDArray target = ids(3, 6);
        GraphCheck.same("training", new NDList(trained(block, source, target)), new NDList(trained(graph, source, target)));
    }

    /** A batch as DJL's text datasets make it: word ids and lengths, both as data and as labels. */
    private Batch batch(NDArray source, NDArray target) {
        int n = (int) source.getShape().get(0);
        NDArray lengths = manager.full(new Shape(n), (int) source.getShape().get(1)).toType(DataType.INT64, true);
        NDArray words = manager.full(new Shape(n), (int) target.getShape().get(1)).toType(DataType.INT64, true);
        return new Batch(manager.newSubManager(), new NDList(source, lengths), new NDList(target, words), n, Batchifier.STACK,
                Batchifier.STACK, 0, 1);
    }

    @Test
    void savedGraphLearnsOnAndPredicts(@TempDir Path folder) throws Exception {
        Block block = translator();
        WgSymbolBlock graph = WgSymbolBlock.trace(block, new NDList(ids(2, 5), ids(2, 4)), new Shape(-1, -1), new Shape(-1, -1));
        NDArray source = ids(16, 5);
        NDArray target = ids(16, 6);
        DefaultTrainingConfig config = new DefaultTrainingConfig(new MaskedSoftmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.02f)).build());
        try (Model model = new GraphCheck(folder).reloaded(graph); Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(16, 5), new Shape(16, 6));
            for (int step = 0; step < 60; step++) {
                EasyTrain.trainBatch(trainer, batch(source, target));
                trainer.step();
            }
            // DJL's loss compares each word with the one that the decoder has just read.
            NDArray words = target.get(":, :4");
            NDArray scores = trainer.evaluate(new NDList(source, words)).head();
            assertEquals(new Shape(16, 4, WORDS.size()), scores.getShape());
            float right = scores.argMax(-1).eq(words).toType(DataType.FLOAT32, false).mean().getFloat();
            assertTrue(right > 0.9f, "words right: " + right);
        }
    }
}
