package io.wengert.peers;

import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv1dTranspose;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.core.Prelu;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertPretrainingBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** All kinds of layers with parameters. */
final class Layers {

    /** An array of numbers, or of integers below a bound that is not 0. */
    record Input(int bound, Shape shape) {}

    /**
     * One layer, or a network of them.
     *
     * @param not the peers that do not have it, or have it wrong
     * @param random whether it drops numbers at random in training
     */
    record Layer(String name, Supplier<Block> block, Set<String> not, boolean random, Input... inputs) {

        /** The same, but not on some peers. */
        Layer not(String... names) { return new Layer(name, block, Set.of(names), random, inputs); }
    }

    private static final List<Layer> ALL = new ArrayList<>();

    static {
        simple();
        convolutions();
        recurrent();
        attention();
    }

    private Layers() {}

    static List<Layer> all() { return ALL; }

    private static Input in(long... shape) { return new Input(0, new Shape(shape)); }

    private static Input ints(int bound, long... shape) { return new Input(bound, new Shape(shape)); }

    private static void list(String name, Supplier<Block> block, Input... inputs) {
        ALL.add(new Layer(name, block, Set.of(), name.startsWith("BERT"), inputs));
    }

    private static void not(String... peers) { ALL.set(ALL.size() - 1, ALL.get(ALL.size() - 1).not(peers)); }

    private static void simple() {
        list("Linear", () -> Linear.builder().setUnits(5).build(), in(3, 4));
        list("Linear of three axes", () -> Linear.builder().setUnits(5).build(), in(3, 2, 4));
        list("Linear without bias", () -> Linear.builder().setUnits(5).optBias(false).build(), in(3, 4));
        list("Embedding", () -> new TrainableWordEmbedding(new DefaultVocabulary(List.of("a", "b", "c", "d", "e")), 3), ints(5, 2, 4));
        list("Prelu", Prelu::new, in(3, 4));
        not("PyTorch");
        list("BatchNorm", () -> BatchNorm.builder().build(), in(4, 3));
        list("BatchNorm of images", () -> BatchNorm.builder().optEpsilon(1e-3f).optMomentum(0.8f).build(), in(4, 3, 2, 5));
        list("LayerNorm", () -> LayerNorm.builder().build(), in(4, 6));
        list("LayerNorm of two axes", () -> LayerNorm.builder().axis(1, 2).build(), in(3, 2, 6));
        list("a network of layers", () -> new SequentialBlock().add(Linear.builder().setUnits(6).build()).add(Activation::tanh)
                .add(BatchNorm.builder().build()).add(Linear.builder().setUnits(2).build()), in(5, 4));
    }

    /** Transposed convolutions have one channel and one filter: MXNet takes the weight as (in, out, ..), DJL says (out, in, ..). */
    private static void convolutions() {
        list("Conv1d", () -> Conv1d.builder().setKernelShape(new Shape(3)).setFilters(4).optStride(new Shape(2)).build(), in(2, 3, 9));
        list("Conv2d", () -> Conv2d.builder().setKernelShape(new Shape(3, 2)).setFilters(4).optPadding(new Shape(1, 1)).build(),
                in(2, 3, 5, 6));
        list("Conv2d, dilated, without bias", () -> Conv2d.builder().setKernelShape(new Shape(2, 2)).setFilters(4)
                .optDilation(new Shape(2, 2)).optBias(false).build(), in(2, 3, 6, 6));
        list("Conv2d in groups", () -> Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(4).optGroups(2).build(), in(2, 4, 5, 5));
        list("Conv3d", () -> Conv3d.builder().setKernelShape(new Shape(2, 2, 2)).setFilters(2).build(), in(2, 2, 3, 4, 3));
        list("Conv1dTranspose", () -> Conv1dTranspose.builder().setKernelShape(new Shape(3)).setFilters(1).optStride(new Shape(2)).build(),
                in(2, 1, 5));
        not("PyTorch");
        list("Conv2dTranspose", () -> Conv2dTranspose.builder().setKernelShape(new Shape(3, 3)).setFilters(1)
                .optStride(new Shape(2, 2)).optPadding(new Shape(1, 1)).optOutPadding(new Shape(1, 1)).build(), in(2, 1, 4, 4));
        not("PyTorch");
        list("ResNet", () -> ResNetV1.builder().setNumLayers(20).setOutSize(10).setImageShape(new Shape(3, 28, 28)).build(),
                in(2, 3, 28, 28));
    }

    private static <T extends RecurrentBlock.BaseBuilder<T>> T built(T b, int layers, boolean both, boolean biases, boolean batchFirst) {
        return b.setNumLayers(layers).setStateSize(3).optBidirectional(both).optHasBiases(biases).optReturnState(true)
                .optBatchFirst(batchFirst);
    }

    /** PyTorch reads DJL's parameters right in one direction only, MXNet those of one layer with biases. */
    private static void recurrent() {
        for (int i = 0; i < 16; i++) {
            int layers = 1 + i % 2;
            boolean both = i / 2 % 2 == 1;
            boolean biases = i / 4 % 2 == 1;
            boolean batchFirst = i / 8 == 1;
            String name = " of " + layers + (layers == 1 ? " layer" : " layers") + (both ? " both ways" : "")
                    + (biases ? "" : " without biases") + (batchFirst ? ", the batch first" : "");
            list("RNN" + name, () -> built(RNN.builder().setActivation(RNN.Activation.TANH), layers, both, biases, batchFirst).build(),
                    in(4, 2, 5));
            exclude(layers, both, biases);
            list("GRU" + name, () -> built(GRU.builder(), layers, both, biases, batchFirst).build(), in(4, 2, 5));
            exclude(layers, both, biases);
            list("LSTM" + name, () -> built(LSTM.builder(), layers, both, biases, batchFirst).build(), in(4, 2, 5));
            exclude(layers, both, biases);
        }
    }

    private static void exclude(int layers, boolean both, boolean biases) {
        List<String> wrong = new ArrayList<>();
        if (both) {
            wrong.add("PyTorch");
        }
        if (layers > 1 || !biases) {
            wrong.add("MXNet");
        }
        not(wrong.toArray(String[]::new));
    }

    private static BertBlock.Builder bert() {
        return BertBlock.builder().setTokenDictionarySize(20).optTypeDictionarySize(2).optEmbeddingSize(8).optTransformerBlockCount(2)
                .optAttentionHeadCount(2).optHiddenSize(16).optHiddenDropoutProbability(0).optMaxSequenceLength(6);
    }

    private static void attention() {
        list("attention", () -> ScaledDotProductAttentionBlock.builder().setEmbeddingSize(8).setHeadCount(2)
                .optAttentionProbsDropoutProb(0).build(), in(2, 5, 8));
        list("attention over other words", () -> ScaledDotProductAttentionBlock.builder().setEmbeddingSize(8).setHeadCount(4)
                .optAttentionProbsDropoutProb(0).build(), in(2, 5, 8), in(2, 5, 8), in(2, 5, 8));
        list("a Transformer's encoder", () -> new TransformerEncoderBlock(8, 2, 16, 0, Activation::gelu), in(2, 5, 8));
        Input[] words = {ints(20, 3, 6), ints(2, 3, 6), ints(2, 3, 6)};
        list("BERT", () -> bert().build(), words);
        Input[] hidden = Arrays.copyOf(words, 4);
        hidden[3] = ints(6, 3, 2);
        list("BERT's pre-training", () -> new BertPretrainingBlock(bert()), hidden);
        list("BERT's classifier", () -> new SequentialBlock().add(bert().build()).add(new LambdaBlock(l -> new NDList(l.get(1))))
                .add(Linear.builder().setUnits(2).build()), words);
    }
}
