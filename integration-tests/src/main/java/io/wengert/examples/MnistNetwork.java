package io.wengert.examples;

import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A network that reads digits: images (batch, 1, 28, 28) become a number for each of the ten digits. */
enum MnistNetwork {

    /** The multilayer perceptron 784-128-64-10. */
    MLP(() -> new Mlp(Mnist.IMAGE_HEIGHT * Mnist.IMAGE_WIDTH, Mnist.NUM_CLASSES, new int[] {128, 64})),

    /** LeCun's convolutional network of 1998, as DJL has it. */
    LENET(() -> LeNet.builder().build()),

    /** A residual network of 8 layers. */
    RESNET(() -> ResNetV1.builder().setNumLayers(8).setOutSize(Mnist.NUM_CLASSES)
            .setImageShape(new Shape(1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH)).build()),

    /** A recurrent network that reads an image row by row, and decides at the last. */
    LSTM(() -> new SequentialBlock()
            .addSingleton(images -> images.reshape(-1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH))
            .add(ai.djl.nn.recurrent.LSTM.builder().setStateSize(64).setNumLayers(1).optBatchFirst(true).build())
            .addSingleton(states -> states.get(":, -1"))
            .add(Linear.builder().setUnits(Mnist.NUM_CLASSES).build()));

    private final Supplier<Block> block;

    MnistNetwork(Supplier<Block> block) { this.block = block; }

    /** The network of that name, in any case. */
    static MnistNetwork of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Option --network must be one of " + names() + ", got: " + name, e);
        }
    }

    /** All names, as {@link #of} takes them. */
    static String names() { return Arrays.stream(values()).map(MnistNetwork::id).collect(Collectors.joining(", ")); }

    /** The name in small letters. */
    String id() { return name().toLowerCase(Locale.ROOT); }

    /** A new network without parameters. */
    Block newBlock() { return block.get(); }
}
