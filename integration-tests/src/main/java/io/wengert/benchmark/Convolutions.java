package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Two-dimensional convolutions of the shapes that image models are made of, without and with gradients. */
final class Convolutions {

    private Convolutions() {}

    static List<Workload> all() {
        return Stream.of(
                new Layer("conv 3x3 32x64x56x56 to 64", new Shape(32, 64, 56, 56), 64, 3, 1, 1, 1),
                new Layer("conv 7x7/2 16x3x224x224 to 64", new Shape(16, 3, 224, 224), 64, 7, 2, 3, 1),
                new Layer("conv 1x1 32x256x14x14 to 1024", new Shape(32, 256, 14, 14), 1024, 1, 1, 0, 1),
                new Layer("conv 3x3 depthwise 32x64x56x56", new Shape(32, 64, 56, 56), 64, 3, 1, 1, 64))
                .flatMap(layer -> Stream.of(layer.workload(false), layer.workload(true)))
                .toList();
    }

    /** The numbers of one convolution with a square kernel. */
    private record Layer(String name, Shape input, int filters, int kernel, int stride, int padding, int groups) {

        /** Operations of one forward pass in GFLOP: two for each tap of each output element. */
        double gflop() {
            long side = (input.get(2) + 2 * padding - kernel) / stride + 1;
            long taps = input.get(1) / groups * kernel * kernel;
            return 2e-9 * input.get(0) * filters * side * side * taps;
        }

        /** With gradients of input and weight the convolution is done three times over. */
        Workload workload(boolean gradients) {
            String row = gradients ? name + " +grad" : name;
            return Workload.rate("conv", row, "GFLOP/s", manager -> {
                NDArray x = manager.randomUniform(-1, 1, input);
                NDArray weight = manager.randomUniform(-1, 1,
                        new Shape(filters, input.get(1) / groups, kernel, kernel));
                Supplier<NDArray> forward = () -> convolve(x, weight);
                if (!gradients) {
                    return Job.of(gflop(), forward::get);
                }
                x.setRequiresGradient(true);
                weight.setRequiresGradient(true);
                return Job.recorded(3 * gflop(), weight, forward);
            });
        }

        private NDArray convolve(NDArray x, NDArray weight) {
            return Conv2d.conv2d(x, weight, null, square(stride), square(padding), square(1), groups).head();
        }

        private static Shape square(int side) {
            return new Shape(side, side);
        }
    }
}
