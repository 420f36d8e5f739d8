package io.wengert.training;

import ai.djl.basicmodelzoo.cv.object_detection.ssd.SingleShotDetection;
import ai.djl.basicmodelzoo.nlp.SimpleTextEncoder;
import ai.djl.basicmodelzoo.tabular.TabNet;
import ai.djl.engine.Engine;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableTextEmbedding;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.GhostBatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertPretrainingBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.training.initializer.Initializer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's blocks as graphs: same values, gradients and running averages, for other sizes of the batch too. */
class GraphBlocksTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @TempDir private Path folder;

    @BeforeEach
    void seed() { engine.setRandomSeed(9); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray normal(long... shape) { return manager.randomNormal(new Shape(shape)); }

    private NDArray ints(int bound, long... shape) { return manager.randomInteger(0, bound, new Shape(shape), DataType.INT32); }

    /** Checks on a batch of 2, and of 6 made of the same elements. */
    private void check(Block block, NDArray... example) throws Exception {
        block.setInitializer(Initializer.ONES, p -> p.getName().equals("alpha"));
        NDList in = new NDList(example);
        block.initialize(manager, DataType.FLOAT32, in.getShapes());
        NDList more = new NDList(in.stream().map(a -> a.repeat(0, 3)).toList());
        new GraphCheck(folder).check(block, in, more);
    }

    @Test
    void convolutions() throws Exception {
        check(new SequentialBlock().add(Conv1d.builder().setKernelShape(new Shape(3)).setFilters(4).build()).add(Activation::gelu)
                .add(Pool.avgPool1dBlock(new Shape(2), new Shape(2))), normal(2, 3, 12));
        check(new SequentialBlock().add(Conv3d.builder().setKernelShape(new Shape(2, 2, 2)).setFilters(2).build()).add(Activation::relu)
                .add(Pool.maxPool3dBlock(new Shape(2, 2, 2), new Shape(1, 1, 1))), normal(2, 2, 4, 4, 4));
        check(new SequentialBlock().add(Conv2dTranspose.builder().setKernelShape(new Shape(3, 3)).setFilters(3)
                .optStride(new Shape(2, 2)).build()).add(Activation.preluBlock()).add(Pool.globalAvgPool2dBlock()), normal(2, 2, 4, 4));
    }

    @Test
    void normalizations() throws Exception {
        check(new SequentialBlock().add(BatchNorm.builder().build()).add(LayerNorm.builder().build())
                .add(Dropout.builder().optRate(0.4f).build()), normal(2, 3, 4));
        check(GhostBatchNorm.builder().optVirtualBatchSize(128).build(), normal(4, 3));
    }

    private static <T extends RecurrentBlock.BaseBuilder<T>> T recurrent(T b) {
        return b.setNumLayers(2).setStateSize(5).optBidirectional(true).optReturnState(true).optDropRate(0.2f).optBatchFirst(true);
    }

    @Test
    void recurrentNetworks() throws Exception {
        check(recurrent(RNN.builder()).build(), normal(2, 4, 3));
        check(recurrent(GRU.builder()).build(), normal(2, 4, 3));
        check(recurrent(LSTM.builder()).build(), normal(2, 4, 3));
    }

    @Test
    void attention() throws Exception {
        ScaledDotProductAttentionBlock attention = ScaledDotProductAttentionBlock.builder().setEmbeddingSize(8).setHeadCount(2)
                .optAttentionProbsDropoutProb(0.1f).build();
        check(attention, normal(2, 5, 8));
        check(new TransformerEncoderBlock(8, 2, 16, 0.1f, Activation::gelu), normal(2, 5, 8));
    }

    private static BertBlock.Builder bert() {
        return BertBlock.builder().setTokenDictionarySize(20).optTypeDictionarySize(2).optEmbeddingSize(16).optTransformerBlockCount(2)
                .optAttentionHeadCount(4).optHiddenSize(32).optMaxSequenceLength(6);
    }

    @Test
    void bertBlocks() throws Exception {
        NDArray tokens = ints(20, 2, 6);
        NDArray mask = manager.create(new int[] {1, 1, 1, 1, 1, 0}).expandDims(0).repeat(0, 2);
        check(bert().build(), tokens, tokens.zerosLike(), mask);
        check(new BertPretrainingBlock(bert()), tokens, tokens.zerosLike(), mask, ints(5, 2, 2));
    }

    @Test
    void branches() throws Exception {
        ParallelBlock both = new ParallelBlock(l -> new NDList(l.get(0).head().add(l.get(1).head()), l.get(0).head().softmax(-1)));
        both.add(Linear.builder().setUnits(4).build()).add(new LambdaBlock(l -> new NDList(l.head().get(":, :4").mul(2))));
        check(both, normal(2, 6));
        check(new SequentialBlock().add(Linear.builder().setUnits(4).build())
                .add(new LambdaBlock(l -> new NDList(l.head().scaleGradient(0.25)))).add(Linear.builder().setUnits(2).build()),
                normal(2, 6));
    }

    @Test
    void valuesPutInPlace() throws Exception {
        check(new SequentialBlock().add(Linear.builder().setUnits(4).build()).add(new LambdaBlock(l -> {
            NDArray x = l.head();
            NDArray wide = x.getManager().zeros(new Shape(x.getShape().get(0), 6));
            wide.set(new NDIndex(":, 1:5"), x);
            return new NDList(wide.addi(1).get(":, 2"), x.get(0));
        })), normal(2, 3));
    }

    @Test
    void detection() throws Exception {
        SequentialBlock base = new SequentialBlock().add(SingleShotDetection.getDownSamplingBlock(8));
        check(SingleShotDetection.builder().setNumClasses(1).setNumFeatures(1).optGlobalPool(true).setBaseNetwork(base)
                .setRatios(Collections.nCopies(3, List.of(1f, 2f)))
                .setSizes(List.of(List.of(0.2f, 0.27f), List.of(0.37f, 0.45f), List.of(0.88f, 0.96f))).build(), normal(2, 3, 32, 32));
    }

    /** The reading half of a translator; GraphTranslatorTest has the whole. */
    @Test
    void sequences() throws Exception {
        DefaultVocabulary words = new DefaultVocabulary(List.of("<unk>", "<bos>", "<eos>", "a", "b", "c", "d"));
        LSTM reader = LSTM.builder().setStateSize(8).setNumLayers(2).optReturnState(true).build();
        check(new SimpleTextEncoder(new TrainableTextEmbedding(new TrainableWordEmbedding(words, 6)), reader), ints(7, 2, 5));
    }

    @Test
    void tables() throws Exception {
        check(TabNet.builder().setInputDim(8).setOutDim(2).optNumD(8).optNumA(8).optNumSteps(3).optVirtualBatchSize(64).build(),
                normal(4, 8));
    }
}
