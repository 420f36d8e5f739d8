package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** Matrix products from 16 to 2048, transposed, skinny, batched and as a linear layer; 2mnk operations each. */
final class MatrixProducts {

    private static final String GROUP = "gemm";
    private static final String UNIT = "GFLOP/s";

    private MatrixProducts() {}

    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        for (int n : new int[] {16, 32, 64, 128, 256, 512, 1024, 2048}) {
            all.add(product("gemm " + n, new Shape(n, n), new Shape(n, n), NDArray::matMul));
        }
        all.add(product("gemm 1024x4096 by 4096x32", new Shape(1024, 4096), new Shape(4096, 32), NDArray::matMul));
        all.add(product("gemm 32x4096 by 4096x1024", new Shape(32, 4096), new Shape(4096, 1024), NDArray::matMul));
        all.add(product("gemm 1024x1024 by a vector", new Shape(1024, 1024), new Shape(1024), NDArray::matMul));
        all.add(product("gemm batch 64x(128x64 by 64x128)", new Shape(64, 128, 64), new Shape(64, 64, 128), NDArray::matMul));
        all.add(product("gemm 512 with the left one transposed", new Shape(512, 512), new Shape(512, 512),
                (a, b) -> a.transpose().matMul(b)));
        all.add(product("gemm 512 with the right one transposed", new Shape(512, 512), new Shape(512, 512),
                (a, b) -> a.matMul(b.transpose())));
        all.add(linear("gemm linear 256x1024 to 1024", false));
        all.add(linear("gemm linear 256x1024 to 1024 +grad", true));
        return all;
    }

    private static Workload product(String name, Shape left, Shape right, BinaryOperator<NDArray> function) {
        // Each element of the left operand meets as many as the right one has columns.
        double gflop = 2e-9 * left.size() * (right.dimension() == 1 ? 1 : right.get(right.dimension() - 1));
        return Workload.rate(GROUP, name, UNIT, manager -> {
            NDArray a = manager.randomUniform(-1, 1, left);
            NDArray b = manager.randomUniform(-1, 1, right);
            return Job.of(gflop, () -> function.apply(a, b));
        });
    }

    /** A linear layer; with gradients of input, weight and bias it does three products of the same size. */
    private static Workload linear(String name, boolean gradients) {
        return Workload.rate(GROUP, name, UNIT, manager -> {
            NDArray x = manager.randomUniform(-1, 1, new Shape(256, 1024));
            NDArray weight = manager.randomUniform(-1, 1, new Shape(1024, 1024));
            NDArray bias = manager.randomUniform(-1, 1, new Shape(1024));
            double gflop = 2e-9 * 256 * 1024 * 1024;
            if (!gradients) {
                return Job.of(gflop, () -> Linear.linear(x, weight, bias).head());
            }
            List.of(x, weight, bias).forEach(array -> array.setRequiresGradient(true));
            return Job.recorded(3 * gflop, weight, () -> Linear.linear(x, weight, bias).head());
        });
    }
}
