package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a GPU is measured by: large products, memory at its full speed, and training steps. */
final class GpuWorkloads {

    static final String COPY = "copy";
    static final String GEMM = "gemm";
    static final String TRAIN = "train";

    private final List<Workload> all = new ArrayList<>();
    private final boolean small;

    private GpuWorkloads(boolean small) {
        this.small = small;
        products();
        memory();
        training();
    }

    static List<Workload> all(boolean small) { return new GpuWorkloads(small).all; }

    private void products() {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16)) {
            for (int n : small ? new int[] {192} : new int[] {4096, 8192}) {
                String name = "gemm " + type.name().toLowerCase() + " " + n;
                all.add(Workload.rate(GEMM, name, "TFLOP/s", manager -> {
                    NDArray a = manager.randomUniform(-1, 1, new Shape(n, n)).toType(type, false);
                    NDArray b = manager.randomUniform(-1, 1, new Shape(n, n)).toType(type, false);
                    return Job.of(2e-12 * n * n * n, () -> a.matMul(b));
                }));
            }
        }
    }

    /** Rates count the bytes that are read and written. */
    private void memory() {
        streaming(COPY, "copy", 4, x -> NDArrays.concat(new NDList(x.get(0), x.get(1))));
        streaming("element-wise", "add scalar", 2, x -> x.get(0).add(2));
        streaming("element-wise", "add", 3, x -> x.get(0).add(x.get(1)));
        streaming("element-wise", "relu", 2, x -> Activation.relu(x.get(0)));
        streaming("element-wise", "exp", 2, x -> x.get(0).exp());
        streaming("element-wise", "gelu", 2, x -> Activation.gelu(x.get(0)));
        streaming("reduction", "sum", 1, x -> x.get(0).sum());
        streaming("reduction", "max", 1, x -> x.get(0).max());
        streaming("reduction", "sum axis 0", 1, x -> x.get(0).sum(new int[] {0}));
        streaming("reduction", "sum axis 1", 1, x -> x.get(0).sum(new int[] {1}));
        streaming("reduction", "softmax axis 1", 2, x -> x.get(0).softmax(1));
    }

    /** A workload on two square matrices of floats that reads and writes as much as so many of them. */
    private void streaming(String group, String what, int matrices, Function<NDList, NDArray> f) {
        int n = small ? 48 : 8192;
        double bytes = 4.0 * n * n * matrices;
        all.add(Workload.rate(group, what + " " + n + "x" + n, "GB/s", manager -> {
            NDList x = new NDList(manager.randomUniform(-1, 1, new Shape(n, n)), manager.randomUniform(-1, 1, new Shape(n, n)));
            return Job.of(1e-9 * bytes, () -> f.apply(x));
        }));
    }

    private void training() {
        classifier("MLP", Models::mlp, small ? 4 : 256, 784);
        classifier("LeNet", Models::leNet, small ? 2 : 256, 1, 28, 28);
        classifier("ResNet18", Models::resNet18, small ? 1 : 128, 3, 32, 32);
        classifier("LSTM", Models::lstm, small ? 1 : 32, small ? 2 : 64, 256);
        Shape tokens = small ? new Shape(1, 8, 256) : new Shape(8, 128, 256);
        all.add(Training.row("train Transformer encoder " + text(tokens), manager -> Training.transformer(manager, tokens)));
    }

    private void classifier(String name, Supplier<Block> block, long... input) {
        Shape shape = new Shape(input);
        all.add(Training.row("train " + name + " " + text(shape),
                manager -> Training.classifier(manager, block.get(), shape, 10)));
    }

    private static String text(Shape shape) {
        StringBuilder s = new StringBuilder();
        for (long n : shape.getShape()) {
            s.append(s.length() == 0 ? "" : "x").append(n);
        }
        return s.toString();
    }
}
