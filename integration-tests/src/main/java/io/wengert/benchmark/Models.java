package io.wengert.benchmark;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import java.util.List;
import java.util.stream.IntStream;

/** The models that are trained and asked for predictions, all of DJL's own blocks. */
final class Models {

    private Models() {}

    /** 784-128-64-10 with ReLU. */
    static Block mlp() {
        return new Mlp(784, 10, new int[] {128, 64});
    }

    /** LeNet-5 on (batch, 1, 28, 28). */
    static Block leNet() {
        return new SequentialBlock()
                .add(convolution(6, 5, 2)).add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(convolution(16, 5, 0)).add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(Blocks.batchFlattenBlock())
                .add(linear(120)).add(Activation::relu)
                .add(linear(84)).add(Activation::relu)
                .add(linear(10));
    }

    /** ResNet-18 on (batch, 3, 32, 32). */
    static Block resNet18() {
        return ResNetV1.builder().setImageShape(new Shape(3, 32, 32)).setNumLayers(18).setOutSize(10).build();
    }

    /** One LSTM layer of 256 on (batch, time, features), classified by its last state. */
    static Block lstm() {
        return new SequentialBlock()
                .add(LSTM.builder().setNumLayers(1).setStateSize(256).optBatchFirst(true).build())
                .add(new LambdaBlock(states -> new NDList(states.head().get(":, -1"))))
                .add(linear(10));
    }

    /** One encoder block on (batch, token, 256): four heads, feed-forward of 1024, GELU, no dropout. */
    static Block transformerEncoder() {
        return new TransformerEncoderBlock(256, 4, 1024, 0, Activation::gelu);
    }

    /** The mean of 128-wide embeddings of (batch, token) over a vocabulary of 20,000, in two classes. */
    static Block embeddingClassifier() {
        List<String> words = IntStream.range(0, 20_000).mapToObj(Integer::toString).toList();
        return new SequentialBlock()
                .add(TrainableWordEmbedding.builder()
                        .setVocabulary(new DefaultVocabulary(words)).setEmbeddingSize(128).optUseDefault(false)
                        .build())
                .add(new LambdaBlock(vectors -> new NDList(vectors.head().mean(new int[] {1}))))
                .add(linear(2));
    }

    private static Block convolution(int filters, int kernel, int padding) {
        return Conv2d.builder().setFilters(filters).setKernelShape(new Shape(kernel, kernel))
                .optPadding(new Shape(padding, padding)).build();
    }

    private static Block linear(int units) {
        return Linear.builder().setUnits(units).build();
    }
}
