package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.core.Linear;
import ai.djl.nn.core.Prelu;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import io.wengert.kernel.Backends;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Training steps give all their memory back at once, without a garbage collection. */
class StepMemoryTest {

    /** Blocks, each with the shape of its input: large enough that every array counts. */
    static Stream<Arguments> blocks() {
        Shape rows = new Shape(64, 48);
        Shape images = new Shape(16, 3, 16, 16);
        Shape series = new Shape(8, 12, 48);
        return Stream.of(
                of("linear", Linear.builder().setUnits(40).build(), rows),
                of("linear without bias", Linear.builder().setUnits(40).optBias(false).build(), rows),
                of("linear of three axes", Linear.builder().setUnits(40).build(), series),
                of("two linear and relu", new SequentialBlock().add(Linear.builder().setUnits(40).build()).add(Activation::relu)
                        .add(Linear.builder().setUnits(30).build()), rows),
                of("flatten", new SequentialBlock().add(Blocks.batchFlattenBlock()).add(Linear.builder().setUnits(40).build()), images),
                of("convolution", convolution(3), images),
                of("pointwise convolution", convolution(1), images),
                of("transposed convolution", Conv2dTranspose.builder().setKernelShape(new Shape(3, 3)).setFilters(8).build(), images),
                of("max pool", convolution(3, Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2))), images),
                of("average pool", convolution(3, Pool.avgPool2dBlock(new Shape(3, 3))), images),
                of("batch norm", BatchNorm.builder().build(), images),
                of("layer norm", LayerNorm.builder().build(), rows),
                of("dropout", new SequentialBlock().add(Linear.builder().setUnits(40).build()).add(Dropout.builder().build()), rows),
                of("prelu", new SequentialBlock().add(Linear.builder().setUnits(40).build()).add(prelu()), rows),
                of("activations", new SequentialBlock().add(Linear.builder().setUnits(40).build()).add(Activation::sigmoid)
                        .add(Activation::tanh).add(Activation::gelu).add(Activation::softPlus).add(Activation::selu), rows),
                of("softmax", new SequentialBlock().add(Linear.builder().setUnits(40).build())
                        .add(new LambdaBlock(x -> new NDList(x.head().logSoftmax(-1)))), rows),
                of("embedding", new SequentialBlock().add(new LambdaBlock(x -> new NDList(x.head().mul(9).toType(DataType.INT32, false))))
                        .add(embedding()), rows),
                of("rnn", RNN.builder().setStateSize(32).setNumLayers(1).build(), series),
                of("lstm", LSTM.builder().setStateSize(32).setNumLayers(2).build(), series),
                of("gru", GRU.builder().setStateSize(32).setNumLayers(1).optBidirectional(true).build(), series),
                of("attention", ScaledDotProductAttentionBlock.builder().setEmbeddingSize(48).setHeadCount(4).build(), series));
    }

    private static Arguments of(String name, Block block, Shape input) { return Arguments.of(Named.of(name, block), input); }

    private static Block convolution(int kernel) {
        Shape padding = new Shape(kernel / 2, kernel / 2);
        return Conv2d.builder().setKernelShape(new Shape(kernel, kernel)).setFilters(8).optPadding(padding).build();
    }

    private static Block convolution(int kernel, Block next) { return new SequentialBlock().add(convolution(kernel)).add(next); }

    private static Block prelu() {
        Block prelu = new Prelu();
        prelu.setInitializer(new ConstantInitializer(0.25f), p -> true);
        return prelu;
    }

    /** An embedding of the indices 0 to 9. */
    private static Block embedding() {
        DefaultVocabulary words = new DefaultVocabulary(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
        return TrainableWordEmbedding.builder().setVocabulary(words).setEmbeddingSize(32).optUseDefault(false).build();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void comesBackAtOnce(Block block, Shape input) {
        try (Model model = Model.newInstance("memory", "Wengert")) {
            model.setBlock(block);
            DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(Optimizer.adam().build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(input);
                long[] used = new long[6];
                for (int i = 0; i < used.length; i++) {
                    step(trainer, input);
                    used[i] = Backends.cpu().memory().used();
                }
                assertTrue(block.getParameters().values().stream().anyMatch(Parameter::requiresGradient));
                for (int i = 3; i < used.length; i++) {
                    assertEquals(used[2], used[i], "bytes in use after step " + (i + 1));
                }
            }
        }
    }

    private static void step(Trainer trainer, Shape input) {
        try (NDManager manager = trainer.getManager().newSubManager()) {
            NDArray x = manager.randomUniform(0, 1, input);
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray y = trainer.forward(new NDList(x)).head();
                collector.backward(y.square().mean());
                y.close();
            }
            trainer.step();
        }
    }
}
