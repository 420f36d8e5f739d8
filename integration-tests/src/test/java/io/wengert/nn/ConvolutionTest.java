package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv1dTranspose;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** DJL's convolutional layers by their definitions, as values and as gradients of first and second order. */
class ConvolutionTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray numbers(Shape shape) {
        double[] v = new double[(int) shape.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.sin(1.3 * i + shape.get(0)) + 0.1 * Math.cos(5.1 * i);
        }
        return manager.create(v, shape);
    }

    private static Shape two(long a) { return new Shape(a, a); }

    @Test
    void smallExampleByHand() {
        NDArray x = manager.arange(1f, 10f).reshape(1, 1, 3, 3);
        NDArray w = manager.create(new float[] {1, 2, 3, 4}, new Shape(1, 1, 2, 2));
        NDArray b = manager.create(new float[] {100});
        NDArray y = Conv2d.conv2d(x, w, b).head();
        assertEquals(new Shape(1, 1, 2, 2), y.getShape());
        assertArrayEquals(new float[] {137, 147, 167, 177}, y.toFloatArray());
        assertArrayEquals(new float[] {4, 11, 18, 9, 18, 37, 47, 21, 36, 67, 77, 33, 14, 23, 26, 9},
                Conv2d.conv2d(x, w, null, two(1), two(1)).head().toFloatArray());
        assertArrayEquals(new float[] {4, 9, 14, 9}, Conv2d.conv2d(x, w, null, two(3), two(1)).head().toFloatArray());
    }

    @Test
    void gradientsOfFirstAndSecondOrder() {
        FiniteDifferences.check(a -> a[0].getNDArrayInternal()
                .convolution(a[0], a[1], a[2], two(2), two(1), two(1), 2).head(),
                numbers(new Shape(2, 4, 4, 3)), numbers(new Shape(4, 2, 3, 2)), numbers(new Shape(4)));
        FiniteDifferences.check(a -> a[0].getNDArrayInternal()
                .convolution(a[0], a[1], null, two(1), two(2), two(2), 3).head(),
                numbers(new Shape(1, 3, 4, 3)), numbers(new Shape(6, 1, 3, 2)));
        FiniteDifferences.check(a -> a[0].getNDArrayInternal()
                .deconvolution(a[0], a[1], a[2], two(2), two(1), two(1), two(1), 2).head(),
                numbers(new Shape(2, 4, 3, 2)), numbers(new Shape(6, 2, 3, 2)), numbers(new Shape(6)));
    }

    /** out[n, f, o] = b[f] + the sum of x[n, c, i] w[f, c, o - i s + p]. */
    @Test
    void deconvolutionAddsWhatEachElementGives() {
        NDArray x = numbers(new Shape(2, 3, 4));
        NDArray w = numbers(new Shape(5, 3, 3));
        NDArray b = numbers(new Shape(5));
        NDArray y = x.getNDArrayInternal().deconvolution(x, w, b, new Shape(3),
                new Shape(1), new Shape(1), new Shape(2), 1).head();
        int length = 3 * 3 - 2 + 2 * 2 + 1 + 1;
        assertEquals(new Shape(2, 5, length), y.getShape());
        double[] expected = new double[2 * 5 * length];
        for (int n = 0; n < 2; n++) {
            for (int f = 0; f < 5; f++) {
                for (int o = 0; o < length; o++) {
                    expected[(n * 5 + f) * length + o] = b.getDouble(f);
                }
                for (int c = 0; c < 3; c++) {
                    for (int i = 0; i < 4; i++) {
                        for (int k = 0; k < 3; k++) {
                            int o = i * 3 - 1 + k * 2;
                            if (o >= 0 && o < length) {
                                expected[(n * 5 + f) * length + o] += x.getDouble(n, c, i) * w.getDouble(f, c, k);
                            }
                        }
                    }
                }
            }
        }
        assertArrayEquals(expected, y.toDoubleArray(), 1e-12);
    }

    @Test
    void groupsOfADeconvolutionAreDeconvolutionsOfTheirOwn() {
        NDArray x = numbers(new Shape(2, 4, 5, 4));
        NDArray w = numbers(new Shape(6, 2, 3, 3));
        NDArray y = deconvolved(x, w, 2);
        NDArray left = deconvolved(x.get(":, :2"), w.get(":3"), 1);
        NDArray right = deconvolved(x.get(":, 2:"), w.get("3:"), 1);
        assertArrayEquals(left.concat(right, 1).toDoubleArray(), y.toDoubleArray(), 1e-12);
    }

    private static NDArray deconvolved(NDArray x, NDArray w, int groups) {
        return x.getNDArrayInternal().deconvolution(x, w, null, two(2), two(1), two(1), two(1), groups).head();
    }

    @Test
    void layersHaveTheShapesThatTheyPromise() {
        promised(Conv1d.builder().setKernelShape(new Shape(3)).optStride(new Shape(2)).optPadding(new Shape(1))
                .setFilters(5).build(), new Shape(2, 3, 9));
        promised(Conv2d.builder().setKernelShape(new Shape(3, 2)).optStride(new Shape(2, 1)).optPadding(new Shape(1, 0))
                .optDilation(new Shape(1, 2)).optGroups(3).setFilters(6).build(), new Shape(2, 3, 9, 8));
        promised(Conv2d.builder().setKernelShape(new Shape(3, 3)).optBias(false).setFilters(20).build(),
                new Shape(2, 17, 9, 8));
        promised(Conv3d.builder().setKernelShape(new Shape(3, 1, 2)).optStride(new Shape(1, 2, 2))
                .setFilters(4).build(), new Shape(1, 2, 5, 6, 7));
        promised(Conv1dTranspose.builder().setKernelShape(new Shape(3)).optStride(new Shape(2))
                .optOutPadding(new Shape(1)).setFilters(5).build(), new Shape(2, 3, 9));
        promised(Conv2dTranspose.builder().setKernelShape(new Shape(4, 3)).optStride(new Shape(2, 3))
                .optPadding(new Shape(1, 0)).setFilters(6).build(), new Shape(2, 3, 5, 4));
    }

    private void promised(Block block, Shape input) {
        block.setInitializer(new NormalInitializer(0.1f), Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, input);
        NDArray x = numbers(input).toType(DataType.FLOAT32, false);
        NDArray y = block.forward(new ParameterStore(manager, false), new NDList(x), false).singletonOrThrow();
        assertEquals(block.getOutputShapes(new Shape[] {input})[0], y.getShape());
    }

    /** The fast ways for large float arrays against double precision. */
    @Test
    void floatsFollowDoubles() {
        int[][] cases = {{3, 1, 1, 1, 1, 32}, {3, 1, 0, 1, 1, 48}, {3, 2, 1, 1, 1, 32}, {1, 1, 0, 1, 1, 64},
            {5, 1, 2, 1, 1, 16}, {3, 1, 1, 1, 32, 32}, {3, 1, 2, 2, 1, 32}, {3, 1, 1, 1, 2, 32}};
        for (int[] c : cases) {
            NDArray x = numbers(new Shape(3, 32, 17, 15));
            NDArray w = numbers(new Shape(c[5], 32 / c[4], c[0], c[0])).mul(0.1);
            double[][] exact = gradients(x, w, c);
            double[][] fast = gradients(x.toType(DataType.FLOAT32, true), w.toType(DataType.FLOAT32, true), c);
            for (int i = 0; i < 3; i++) {
                double most = 0;
                for (double v : exact[i]) {
                    most = Math.max(most, Math.abs(v));
                }
                assertArrayEquals(exact[i], fast[i], 1e-4 * most);
            }
        }
    }

    private double[][] gradients(NDArray x, NDArray w, int[] c) {
        x.setRequiresGradient(true);
        w.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = Conv2d.conv2d(x, w, null, two(c[1]), two(c[2]), two(c[3]), c[4]).head();
            collector.backward(y.mul(y).sum());
            return new double[][] {doubles(y), doubles(x.getGradient()), doubles(w.getGradient())};
        }
    }

    private static double[] doubles(NDArray a) { return a.toType(DataType.FLOAT64, true).toDoubleArray(); }

    @Test
    void halfPrecisionIsCalculatedInFloat() {
        NDArray x = numbers(new Shape(1, 4, 5, 5)).toType(DataType.FLOAT16, false);
        NDArray w = numbers(new Shape(3, 4, 3, 3)).toType(DataType.FLOAT16, false);
        NDArray y = Conv2d.conv2d(x, w).head();
        assertEquals(DataType.FLOAT16, y.getDataType());
        NDArray z = Conv2d.conv2d(x.toType(DataType.FLOAT32, false), w.toType(DataType.FLOAT32, false)).head();
        assertTrue(y.toType(DataType.FLOAT32, false).allClose(z, 2e-3, 2e-3, false));
    }

    @Test
    void errorsNameWhatIsWrong() {
        NDArray x = numbers(new Shape(1, 4, 5, 5));
        wrong("convolution", () -> Conv2d.conv2d(x, numbers(new Shape(3, 4, 7, 3))));
        wrong("convolve", () -> Conv2d.conv2d(x, numbers(new Shape(3, 3, 3, 3))));
        wrong("convolve", () -> Conv2d.conv2d(x, numbers(new Shape(3, 2, 3, 3)), null, two(1), two(0), two(1), 2));
        wrong("dtype", () -> Conv2d.conv2d(x, numbers(new Shape(3, 4, 3, 3)).toType(DataType.FLOAT32, false)));
        wrong("floating", () -> Conv2d.conv2d(x.toType(DataType.INT32, false),
                numbers(new Shape(3, 4, 3, 3)).toType(DataType.INT32, false)));
        wrong("bias", () -> Conv2d.conv2d(x, numbers(new Shape(3, 4, 3, 3)), numbers(new Shape(4))));
        wrong("stride", () -> Conv2d.conv2d(x, numbers(new Shape(3, 4, 3, 3)), null, two(0)));
        wrong("deconvolution", () -> deconvolved(x, numbers(new Shape(4, 3, 3, 3)), 1));
    }

    private static void wrong(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
