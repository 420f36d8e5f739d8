package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Two-dimensional convolutions of the shapes that image models are made of, without and with gradients. */
final class Convolutions {

    private Convolutions() {}

    static List<Workload> all() {
        Stream<Workload> layers = Stream.of(
                new Layer("conv 3x3 32x64x56x56 to 64", new Shape(32, 64, 56, 56), 64, 3, 1, 1, 1),
                new Layer("conv 7x7/2 16x3x224x224 to 64", new Shape(16, 3, 224, 224), 64, 7, 2, 3, 1),
                new Layer("conv 1x1 32x256x14x14 to 1024", new Shape(32, 256, 14, 14), 1024, 1, 1, 0, 1),
                new Layer("conv 3x3 depthwise 32x64x56x56", new Shape(32, 64, 56, 56), 64, 3, 1, 1, 64))
                .flatMap(layer -> Stream.of(layer.workload(false), layer.workload(true)));
        return Stream.concat(layers, Stream.of(upsampling(false), upsampling(true))).toList();
    }

    /** A transposed convolution that doubles the sides, as generators have them: each input element meets all taps of all filters. */
    private static Workload upsampling(boolean gradients) {
        Shape input = new Shape(32, 64, 28, 28);
        Shape filters = new Shape(64, 64, 4, 4);
        double gflop = 2e-9 * input.size() * filters.size() / 64;
        return workload("conv transposed 4x4/2 32x64x28x28 to 64", gflop, input, filters, gradients,
                (x, weight) -> Conv2dTranspose.conv2dTranspose(x, weight, null, square(2), square(1)).head());
    }

    /** With gradients of input and weight the convolution is done three times over. */
    private static Workload workload(String name, double gflop, Shape input, Shape filters, boolean gradients,
            BinaryOperator<NDArray> convolution) {
        return Workload.rate("conv", gradients ? name + " +grad" : name, "GFLOP/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, input);
            NDArray weight = manager.randomUniform(-1, 1, filters);
            Supplier<NDArray> forward = () -> convolution.apply(x, weight);
            if (!gradients) {
                return Job.of(gflop, forward::get);
            }
            x.setRequiresGradient(true);
            weight.setRequiresGradient(true);
            return Job.recorded(3 * gflop, weight, forward);
        });
    }

    private static Shape square(int side) {
        return new Shape(side, side);
    }

    /** The numbers of one convolution with a square kernel. */
    private record Layer(String name, Shape input, int filters, int kernel, int stride, int padding, int groups) {

        /** Operations of one forward pass in GFLOP: two for each tap of each output element. */
        double gflop() {
            long side = (input.get(2) + 2 * padding - kernel) / stride + 1;
            long taps = input.get(1) / groups * kernel * kernel;
            return 2e-9 * input.get(0) * filters * side * side * taps;
        }

        Workload workload(boolean gradients) {
            Shape weight = new Shape(filters, input.get(1) / groups, kernel, kernel);
            return Convolutions.workload(name, gflop(), input, weight, gradients, this::convolve);
        }

        private NDArray convolve(NDArray x, NDArray weight) {
            return Conv2d.conv2d(x, weight, null, square(stride), square(padding), square(1), groups).head();
        }
    }
}
