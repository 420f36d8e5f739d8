package io.wengert.training;

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
import ai.djl.basicmodelzoo.cv.object_detection.yolo.YOLOV3;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.wengert.djl.WgSymbolBlock;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks of DJL's model zoo as graphs. */
class GraphZooTest {

    private static Arguments net(String name, Supplier<Block> net, long... image) { return Arguments.of(name, net, new Shape(image)); }

    static Stream<Arguments> networks() {
        return Stream.of(
                net("Mlp", () -> new Mlp(48, 10, new int[] {32, 16}), 3, 4, 4),
                net("LeNet", () -> LeNet.builder().build(), 1, 20, 20),
                net("AlexNet", () -> AlexNet.builder().setDropOutRate(0.1f).setNumChannels(new int[] {8, 16, 24, 24, 16, 64, 64}).build(),
                        3, 67, 67),
                net("GoogLeNet", () -> GoogLeNet.builder().build(), 3, 32, 32),
                net("MobileNetV1", () -> MobileNetV1.builder().optWidthMultiplier(0.25f).build(), 3, 32, 32),
                net("MobileNetV2", () -> MobileNetV2.builder().build(), 3, 32, 32),
                net("NiN", () -> NiN.builder().setNumChannels(new int[] {16, 24, 32, 10}).setDropOutRate(0.1f).build(), 3, 67, 67),
                net("ResNetV1-20", () -> ResNetV1.builder().setNumLayers(20).setOutSize(10).setImageShape(new Shape(3, 28, 28)).build(),
                        3, 28, 28),
                net("SqueezeNet", () -> SqueezeNet.squeezenet(10), 3, 48, 48),
                net("VGG-11", () -> VGG.builder().setNumLayers(11).setConvArch(new int[][] {{1, 8}, {1, 16}, {2, 16}, {2, 16}, {2, 16}})
                        .build(), 3, 32, 32));
    }

    /** By outputs alone: the gradients of its 61 million parameters are those of the same steps. */
    @Test
    void detector() {
        Engine engine = Engine.getEngine("Wengert");
        engine.setRandomSeed(5);
        try (NDManager manager = engine.newBaseManager()) {
            Block block = YOLOV3.builder().setNumClasses(2).build();
            block.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 32, 32));
            Block graph = WgSymbolBlock.trace(block, new NDList(manager.randomNormal(new Shape(2, 3, 32, 32))));
            NDList in = new NDList(manager.randomNormal(new Shape(3, 3, 32, 32)));
            ParameterStore store = new ParameterStore(manager, false);
            GraphCheck.same("prediction", block.forward(store, in, false), graph.forward(store, in, false));
            GraphCheck.same("training", block.forward(store, in, true), graph.forward(store, in, true));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void imageNetwork(String name, Supplier<Block> net, Shape image, @TempDir Path folder) throws Exception {
        Engine engine = Engine.getEngine("Wengert");
        engine.setRandomSeed(5);
        try (NDManager manager = engine.newBaseManager()) {
            Block block = net.get();
            Shape shape = new Shape(2).addAll(image);
            block.initialize(manager, DataType.FLOAT32, shape);
            new GraphCheck(folder).check(block, new NDList(manager.randomNormal(shape)),
                    new NDList(manager.randomNormal(new Shape(5).addAll(image))));
        }
    }
}
