package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Element-wise operations on a thousand floats (calls count) to ten millions (beyond the caches, memory does). */
final class Elementwise {

    private static final String GROUP = "element-wise";

    private Elementwise() {}

    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        for (int size : new int[] {1_000, 10_000, 100_000, 1_000_000, 10_000_000}) {
            all.add(binary("add", size, NDArray::add));
            all.add(multiplyAdd(size));
            all.add(unary("add scalar", size, x -> x.add(2)));
            all.add(inPlace(size));
            all.add(unary("relu", size, Activation::relu));
            all.add(unary("exp", size, NDArray::exp));
            all.add(unary("log", size, NDArray::log));
            all.add(unary("tanh", size, Activation::tanh));
            all.add(unary("sigmoid", size, Activation::sigmoid));
            all.add(unary("gelu", size, Activation::gelu));
            all.add(unary("sqrt", size, NDArray::sqrt));
            all.add(unary("pow 1.7", size, x -> x.pow(1.7)));
            all.add(binary("greater than", size, NDArray::gt));
            all.add(unary("cast f32 to f64", size, x -> x.toType(DataType.FLOAT64, false)));
            all.add(unary("cast f32 to i32", size, x -> x.toType(DataType.INT32, false)));
        }
        return all;
    }

    private static String name(String operation, int size) {
        return "op " + operation + " " + size;
    }

    private static Workload unary(String operation, int size, UnaryOperator<NDArray> function) {
        return Workload.rate(GROUP, name(operation, size), "Melem/s", manager -> {
            NDArray x = manager.randomUniform(0.1f, 2, new Shape(size));
            return Job.of(size * 1e-6, () -> function.apply(x));
        });
    }

    private static Workload binary(String operation, int size, BinaryOperator<NDArray> function) {
        return Workload.rate(GROUP, name(operation, size), "Melem/s", manager -> {
            NDArray a = manager.randomUniform(0.1f, 2, new Shape(size));
            NDArray b = manager.randomUniform(0.1f, 2, new Shape(size));
            return Job.of(size * 1e-6, () -> function.apply(a, b));
        });
    }

    private static Workload multiplyAdd(int size) {
        return Workload.rate(GROUP, name("a*b+c", size), "Melem/s", manager -> {
            NDArray a = manager.randomUniform(0.1f, 2, new Shape(size));
            NDArray b = manager.randomUniform(0.1f, 2, new Shape(size));
            NDArray c = manager.randomUniform(0.1f, 2, new Shape(size));
            return Job.of(size * 1e-6, () -> {
                try (NDArray product = a.mul(b)) {
                    return product.add(c);
                }
            });
        });
    }

    private static Workload inPlace(int size) {
        return Workload.rate(GROUP, name("addi", size), "Melem/s", manager -> {
            NDArray x = manager.randomUniform(0.1f, 2, new Shape(size));
            return Job.watching(size * 1e-6, x, () -> x.addi(1));
        });
    }
}
