package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv1dTranspose;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.ConstantEmbedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.core.LinearCollection;
import ai.djl.nn.core.Multiplication;
import ai.djl.nn.core.Prelu;
import ai.djl.nn.core.SparseMax;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.GhostBatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import ai.djl.nn.transformer.IdEmbedding;
import ai.djl.nn.transformer.PointwiseFeedForwardBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.ConstantInitializer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every block of {@code ai.djl.nn}: shapes, gradients, saving. */
class BlocksTest {

    private final BlockCheck check = new BlockCheck();

    @AfterEach
    void close() { check.close(); }

    @Test
    void linear() throws Exception {
        NDList y = check.check(() -> Linear.builder().setUnits(5).build(), check.normal(3, 4));
        assertEquals(new Shape(3, 5), y.head().getShape());
        y = check.check(() -> Linear.builder().setUnits(5).optBias(false).build(), check.normal(3, 2, 4));
        assertEquals(new Shape(3, 2, 5), y.head().getShape());
        check.check(() -> LinearCollection.builder().setUnits(3).build(), check.normal(6, 2, 4));
        check.check(() -> Multiplication.builder().setUnits(3).build(), check.normal(2, 4));
    }

    @Test
    void convolutions() throws Exception {
        check.check(() -> Conv1d.builder().setFilters(4).setKernelShape(new Shape(3)).optPadding(new Shape(1)).build(),
                check.normal(2, 3, 7));
        check.check(() -> Conv1d.builder().setFilters(4).setKernelShape(new Shape(3)).optDilation(new Shape(2))
                .optStride(new Shape(2)).optBias(false).build(), check.normal(2, 3, 9));
        NDList y = check.check(() -> Conv2d.builder().setFilters(6).setKernelShape(new Shape(3, 2))
                .optStride(new Shape(2, 1)).optPadding(new Shape(1, 0)).build(), check.normal(2, 4, 7, 5));
        assertEquals(new Shape(2, 6, 4, 4), y.head().getShape());
        check.check(() -> Conv2d.builder().setFilters(6).setKernelShape(new Shape(3, 3)).optGroups(2).build(),
                check.normal(2, 4, 6, 6));
        check.check(() -> Conv2d.builder().setFilters(4).setKernelShape(new Shape(3, 3)).optGroups(4)
                .optBias(false).build(), check.normal(2, 4, 6, 6));
        check.check(() -> Conv3d.builder().setFilters(3).setKernelShape(new Shape(2, 3, 2))
                .optPadding(new Shape(1, 1, 0)).build(), check.normal(1, 2, 4, 5, 4));
    }

    @Test
    void transposedConvolutions() throws Exception {
        NDList y = check.check(() -> Conv1dTranspose.builder().setFilters(3).setKernelShape(new Shape(3))
                .optStride(new Shape(2)).build(), check.normal(2, 3, 5));
        assertEquals(new Shape(2, 3, 11), y.head().getShape());
        y = check.check(() -> Conv2dTranspose.builder().setFilters(4).setKernelShape(new Shape(3, 3))
                .optStride(new Shape(2, 2)).optPadding(new Shape(1, 1)).optOutPadding(new Shape(1, 1)).build(),
                check.normal(2, 4, 3, 4));
        assertEquals(new Shape(2, 4, 6, 8), y.head().getShape());
    }

    @Test
    void transposedConvolutionsThatChangeTheChannels() throws Exception {
        check.check(() -> Conv2dTranspose.builder().setFilters(2).setKernelShape(new Shape(2, 2)).build(),
                check.normal(2, 4, 3, 4));
        check.check(() -> Conv1dTranspose.builder().setFilters(6).setKernelShape(new Shape(2)).build(),
                check.normal(2, 4, 3));
    }

    static Stream<Arguments> pools() {
        return Stream.of(
                Arguments.of(Pool.maxPool1dBlock(new Shape(2), new Shape(2)), 3),
                Arguments.of(Pool.avgPool1dBlock(new Shape(3), new Shape(2), new Shape(1)), 3),
                Arguments.of(Pool.lpPool1dBlock(2, new Shape(2), new Shape(1), new Shape(0)), 3),
                Arguments.of(Pool.globalMaxPool1dBlock(), 3),
                Arguments.of(Pool.globalAvgPool1dBlock(), 3),
                Arguments.of(Pool.globalLpPool1dBlock(2), 3),
                Arguments.of(Pool.maxPool2dBlock(new Shape(3, 2), new Shape(2, 2), new Shape(1, 1), true), 4),
                Arguments.of(Pool.avgPool2dBlock(new Shape(3, 2), new Shape(2, 2), new Shape(1, 1), true, false), 4),
                Arguments.of(Pool.lpPool2dBlock(3, new Shape(2, 2)), 4),
                Arguments.of(Pool.globalMaxPool2dBlock(), 4),
                Arguments.of(Pool.globalAvgPool2dBlock(), 4),
                Arguments.of(Pool.globalLpPool2dBlock(1), 4),
                Arguments.of(Pool.maxPool3dBlock(new Shape(2, 2, 2), new Shape(1, 2, 2)), 5),
                Arguments.of(Pool.avgPool3dBlock(new Shape(2, 2, 2), new Shape(1, 2, 2)), 5),
                Arguments.of(Pool.lpPool3dBlock(2, new Shape(2, 2, 2)), 5),
                Arguments.of(Pool.globalMaxPool3dBlock(), 5),
                Arguments.of(Pool.globalAvgPool3dBlock(), 5),
                Arguments.of(Pool.globalLpPool3dBlock(2), 5));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void pooling(Block pool, int dimensions) throws Exception {
        long[] shape = Arrays.copyOf(new long[] {2, 3, 5, 6, 4}, dimensions);
        check.withKinks().check(() -> pool, check.normal(shape).abs().add(0.1));
    }

    static Stream<Block> activations() {
        return Stream.of(Activation.reluBlock(), Activation.relu6Block(), Activation.sigmoidBlock(),
                Activation.tanhBlock(), Activation.softPlusBlock(), Activation.softSignBlock(),
                Activation.leakyReluBlock(0.1f),
                Activation.eluBlock(0.5f), Activation.seluBlock(), Activation.geluBlock(), Activation.swishBlock(1.5f),
                Activation.mishBlock(), Blocks.identityBlock(), Blocks.batchFlattenBlock(), new SparseMax());
    }

    @ParameterizedTest
    @MethodSource("activations")
    void activation(Block block) throws Exception {
        check.withKinks().check(() -> block, check.normal(4, 5).mul(3));
    }

    @Test
    void prelu() throws Exception {
        check.withKinks().check(() -> {
            Block prelu = new Prelu();
            prelu.setInitializer(new ConstantInitializer(0.25f), p -> true);
            return prelu;
        }, check.normal(4, 5));
    }

    @Test
    void normalization() throws Exception {
        NDList y = check.check(() -> BatchNorm.builder().build(), check.normal(6, 3, 2, 2).mul(3).add(1));
        assertEquals(0, y.head().mean(new int[] {0, 2, 3}).abs().max().getFloat(), 1e-5);
        check.check(() -> BatchNorm.builder().optAxis(2).optScale(false).build(), check.normal(4, 3, 2));
        check.check(() -> BatchNorm.builder().optCenter(false).build(), check.normal(8, 3));
        check.check(() -> LayerNorm.builder().build(), check.normal(4, 6));
        check.check(() -> LayerNorm.builder().axis(1, 2).optCenter(false).build(), check.normal(2, 3, 4));
        check.check(() -> LayerNorm.builder().axis(2).optScale(false).build(), check.normal(2, 3, 4));
        check.check(() -> GhostBatchNorm.builder().optVirtualBatchSize(8).build(), check.normal(8, 3));
    }

    @Test
    void batchNormKeepsRunningAverages() {
        Block norm = BatchNorm.builder().optMomentum(0.8f).build();
        norm.initialize(check.manager, DataType.FLOAT32, new Shape(4, 1));
        NDArray x = check.manager.create(new float[] {0, 2, 4, 6}, new Shape(4, 1));
        norm.forward(new ParameterStore(check.manager, false), new NDList(x), true);
        assertEquals(0.6f, norm.getParameters().get("runningMean").getArray().getFloat(0), 1e-6);
        // 0.8 * 1 + 0.2 * 5: of the population's variance.
        assertEquals(1.8f, norm.getParameters().get("runningVar").getArray().getFloat(0), 1e-5);
    }

    @Test
    void dropout() throws Exception {
        NDList y = check.check(() -> Dropout.builder().optRate(0.4f).build(), check.normal(20, 30).abs().add(1));
        assertEquals(0.6, y.head().gt(0).toType(DataType.FLOAT32, false).mean().getFloat(), 0.1);
    }

    @Test
    void embeddings() throws Exception {
        List<String> words = List.of("<unk>", "a", "b", "c");
        NDList y = check.check(() -> new TrainableWordEmbedding(new DefaultVocabulary(words), 3), check.ints(4, 2, 5));
        assertEquals(new Shape(2, 5, 3), y.head().getShape());
        check.check(() -> TrainableWordEmbedding.builder().setVocabulary(new DefaultVocabulary(words))
                .setEmbeddingSize(3)
                .optSparseFormat(SparseFormat.ROW_SPARSE).optUseDefault(false).build(), check.ints(4, 2, 5));
        check.check(() -> new IdEmbedding.Builder().setDictionarySize(5).setEmbeddingSize(3).build(),
                check.ints(5, 2, 4));
        ConstantEmbedding constant = new ConstantEmbedding(check.normal(3));
        NDList c = constant.forward(new ParameterStore(check.manager, false), new NDList(check.ints(4, 2, 5)), true);
        assertEquals(new Shape(2, 5, 3), c.head().getShape());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RELU", "TANH", "LSTM", "GRU"})
    void recurrent(String kind) throws Exception {
        for (boolean bidirectional : new boolean[] {false, true}) {
            for (boolean batchFirst : new boolean[] {true, false}) {
                for (int layers = 1; layers <= 2; layers++) {
                    int n = layers;
                    NDList y = check.withKinks().check(() -> recurrent(kind, n, bidirectional, batchFirst),
                            check.normal(2, 3, 4));
                    assertEquals(new Shape(2, 3, bidirectional ? 10 : 5), y.head().getShape());
                }
            }
        }
    }

    private static RecurrentBlock recurrent(String kind, int layers, boolean bidirectional, boolean batchFirst) {
        RecurrentBlock.BaseBuilder<?> b = switch (kind) {
            case "LSTM" -> LSTM.builder();
            case "GRU" -> GRU.builder();
            default -> RNN.builder().setActivation(RNN.Activation.valueOf(kind));
        };
        b.setStateSize(5);
        b.setNumLayers(layers);
        b.optBidirectional(bidirectional);
        b.optBatchFirst(batchFirst);
        b.optHasBiases(batchFirst);
        if (b instanceof LSTM.Builder l) {
            return l.build();
        }
        return b instanceof GRU.Builder g ? g.build() : ((RNN.Builder) b).build();
    }

    @Test
    void recurrentStates() {
        LSTM.Builder b = LSTM.builder();
        b.setStateSize(5).setNumLayers(2);
        b.optReturnState(true).optDropRate(0.2f);
        Block lstm = b.build();
        NDArray x = check.normal(2, 3, 4);
        lstm.initialize(check.manager, DataType.FLOAT32, x.getShape());
        NDList y = lstm.forward(new ParameterStore(check.manager, false), new NDList(x), true);
        assertEquals(new Shape(2, 2, 5), y.get(1).getShape());
        assertEquals(new Shape(2, 2, 5), y.get(2).getShape());
        NDList z = lstm.forward(new ParameterStore(check.manager, false), new NDList(x, y.get(1), y.get(2)), false);
        assertEquals(new Shape(2, 3, 5), z.head().getShape());
    }

    @Test
    void attention() throws Exception {
        NDArray mask = check.manager.create(new float[] {1, 1, 0, 1, 0, 0}, new Shape(2, 1, 3)).repeat(1, 3);
        NDList y = check.check(BlocksTest::attentionBlock, check.normal(2, 3, 8));
        assertEquals(new Shape(2, 3, 8), y.head().getShape());
        Block block = attentionBlock();
        block.initialize(check.manager, DataType.FLOAT32, new Shape(2, 3, 8));
        ParameterStore store = new ParameterStore(check.manager, false);
        NDArray x = check.normal(2, 3, 8);
        NDArray masked = block.forward(store, new NDList(x, mask), false).head();
        NDArray changed = x.duplicate();
        changed.set(new NDIndex("0, 2"), 7f);
        NDArray again = block.forward(store, new NDList(changed, mask), false).head();
        assertEquals(0, masked.get("0, :2").sub(again.get("0, :2")).abs().max().getFloat(), 1e-6,
                "what is masked is not seen");
        assertEquals(new Shape(2, 3, 8),
                block.forward(store, new NDList(x, x, x), false).singletonOrThrow().getShape());
    }

    private static Block attentionBlock() {
        return ScaledDotProductAttentionBlock.builder().setEmbeddingSize(8).setHeadCount(2).build();
    }

    @Test
    void transformer() throws Exception {
        check.check(() -> new TransformerEncoderBlock(8, 2, 16, 0.1f, Activation::gelu), check.normal(4, 5, 8));
        check.check(() -> new PointwiseFeedForwardBlock(List.of(7, 6), 4, Activation::tanh), check.normal(4, 3));
    }

    @Test
    void composedBlocks() throws Exception {
        NDList y = check.check(() -> new SequentialBlock()
                .add(Linear.builder().setUnits(6).build())
                .add(Activation::tanh)
                .add(new ParallelBlock(
                        l -> new NDList(NDArrays.concat(new NDList(l.get(0).head(), l.get(1).head()), 1)),
                        List.of(Linear.builder().setUnits(2).build(), LambdaBlock.singleton(NDArray::square, "sq"))))
                .addSingleton(x -> x.flip(1)), check.normal(3, 4));
        assertEquals(new Shape(3, 8), y.head().getShape());
    }

    @Test
    void aBlockSaysWhatIsWrongWithItsInput() {
        Block linear = Linear.builder().setUnits(5).build();
        linear.initialize(check.manager, DataType.FLOAT32, new Shape(3, 4));
        ParameterStore store = new ParameterStore(check.manager, false);
        assertThrows(IllegalArgumentException.class, () -> linear.forward(store, new NDList(check.normal(3, 6)), true));
    }
}
