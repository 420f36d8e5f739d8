package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import java.util.List;
import java.util.function.UnaryOperator;

/** Sums, softmax, normalization, pooling, sorting and random numbers. */
final class Reductions {

    private static final String GROUP = "reduction";
    private static final Shape VECTOR = new Shape(1_000_000);
    private static final Shape SQUARE = new Shape(1024, 1024);

    private Reductions() {}

    static List<Workload> all() {
        return List.of(
                of("op sum 1000000", VECTOR, NDArray::sum),
                of("op sum axis 0 1024x1024", SQUARE, x -> x.sum(new int[] {0})),
                of("op sum axis 1 1024x1024", SQUARE, x -> x.sum(new int[] {1})),
                of("op argMax axis 1 1024x1024", SQUARE, x -> x.argMax(1)),
                of("op softmax axis 1 1024x1024", SQUARE, x -> x.softmax(1)),
                of("op log softmax axis 1 1024x1024", SQUARE, x -> x.logSoftmax(1)),
                layerNorm(),
                of("op max pool 2x2 32x64x56x56", new Shape(32, 64, 56, 56), Reductions::maxPool),
                of("op sort 1000000", VECTOR, NDArray::sort),
                of("op random uniform 1000000", VECTOR, x -> x.getManager().randomUniform(0, 1, VECTOR)));
    }

    private static Workload of(String name, Shape shape, UnaryOperator<NDArray> function) {
        return Workload.rate(GROUP, name, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, shape);
            return Job.of(shape.size() * 1e-6, () -> function.apply(x));
        });
    }

    private static Workload layerNorm() {
        return Workload.rate(GROUP, "op layer norm 1024x1024", "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, SQUARE);
            NDArray gamma = manager.ones(new Shape(1024));
            NDArray beta = manager.zeros(new Shape(1024));
            return Job.of(SQUARE.size() * 1e-6,
                    () -> LayerNorm.layerNorm(x, new Shape(1024), gamma, beta, 1e-5f).head());
        });
    }

    private static NDArray maxPool(NDArray x) {
        return Pool.maxPool2d(x, new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), false);
    }
}
