package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Sums, softmax, normalization, pooling, sorting and random numbers, small enough for a classifier's last layer and large. */
final class Reductions {

    private static final String GROUP = "reduction";

    private Reductions() {}

    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        for (int size : new int[] {1_000, 1_000_000}) {
            Shape vector = new Shape(size);
            all.add(of("sum " + size, vector, NDArray::sum));
            all.add(of("sort " + size, vector, NDArray::sort));
            all.add(of("random uniform " + size, vector, x -> x.getManager().randomUniform(0, 1, vector)));
        }
        for (int side : new int[] {64, 1024}) {
            Shape square = new Shape(side, side);
            String shape = " " + side + "x" + side;
            all.add(of("sum axis 0" + shape, square, x -> x.sum(new int[] {0})));
            all.add(of("sum axis 1" + shape, square, x -> x.sum(new int[] {1})));
            all.add(of("argMax axis 1" + shape, square, x -> x.argMax(1)));
            all.add(of("softmax axis 1" + shape, square, x -> x.softmax(1)));
            all.add(of("log softmax axis 1" + shape, square, x -> x.logSoftmax(1)));
            all.add(layerNorm(side));
        }
        for (int batch : new int[] {1, 32}) {
            Shape images = new Shape(batch, 64, 56, 56);
            all.add(of("max pool 2x2 " + batch + "x64x56x56", images, Reductions::maxPool));
            all.add(of("avg pool 2x2 " + batch + "x64x56x56", images, Reductions::avgPool));
            all.add(recorded("max pool 2x2 " + batch + "x64x56x56 +grad", images, Reductions::maxPool));
        }
        return all;
    }

    private static Workload of(String name, Shape shape, UnaryOperator<NDArray> function) {
        return Workload.rate(GROUP, "op " + name, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, shape);
            return Job.of(shape.size() * 1e-6, () -> function.apply(x));
        });
    }

    private static Workload recorded(String name, Shape shape, UnaryOperator<NDArray> function) {
        return Workload.rate(GROUP, "op " + name, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, shape);
            x.setRequiresGradient(true);
            return Job.recorded(shape.size() * 1e-6, x, () -> function.apply(x));
        });
    }

    private static Workload layerNorm(int side) {
        return Workload.rate(GROUP, "op layer norm " + side + "x" + side, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, new Shape(side, side));
            NDArray gamma = manager.ones(new Shape(side));
            NDArray beta = manager.zeros(new Shape(side));
            return Job.of(x.size() * 1e-6, () -> LayerNorm.layerNorm(x, gamma.getShape(), gamma, beta, 1e-5f).head());
        });
    }

    private static NDArray maxPool(NDArray x) {
        return Pool.maxPool2d(x, new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), false);
    }

    private static NDArray avgPool(NDArray x) {
        return Pool.avgPool2d(x, new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), false, true);
    }
}
