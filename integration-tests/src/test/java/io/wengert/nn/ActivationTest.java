package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Prelu;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** DJL's activations by their definitions, as values and as gradients of first and second order. */
class ActivationTest {

    private static final double[] PLACES = {-30, -4.5, -2, -1.25, -0.5, -0.01, 0.01, 0.4, 1, 1.75, 3, 20};

    private NDManager manager;

    /** An activation and its definition. */
    private record Case(String name, UnaryOperator<NDArray> activation, DoubleUnaryOperator meaning) {
        @Override
        public String toString() { return name; }
    }

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("relu", Activation::relu, x -> Math.max(x, 0)),
                new Case("sigmoid", Activation::sigmoid, ActivationTest::sigmoid),
                new Case("tanh", Activation::tanh, Math::tanh),
                new Case("softPlus", Activation::softPlus, ActivationTest::softPlus),
                new Case("softSign", Activation::softSign, x -> x / (1 + Math.abs(x))),
                new Case("leakyRelu", x -> Activation.leakyRelu(x, 0.125f), x -> x > 0 ? x : 0.125 * x),
                new Case("elu", x -> Activation.elu(x, 1.5f), x -> x > 0 ? x : 1.5 * Math.expm1(x)),
                new Case("selu", Activation::selu,
                        x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
                new Case("gelu", Activation::gelu, x -> x * normal(x)),
                new Case("swish", x -> Activation.swish(x, 1.25f), x -> x * sigmoid(1.25 * x)),
                new Case("mish", Activation::mish, x -> x * Math.tanh(softPlus(x))));
    }

    private static double sigmoid(double x) { return 1 / (1 + Math.exp(-x)); }

    private static double softPlus(double x) { return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))); }

    /** The normal distribution function by Simpson's rule. */
    private static double normal(double x) {
        int n = 4000;
        double h = x / n;
        double sum = density(0) + density(x);
        for (int i = 1; i < n; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * density(i * h);
        }
        return 0.5 + sum * h / 3;
    }

    private static double density(double x) { return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI); }

    @ParameterizedTest
    @MethodSource("cases")
    void valueFollowsTheDefinition(Case c) {
        for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT32, DataType.FLOAT16}) {
            NDArray x = manager.create(PLACES).toType(type, false);
            NDArray y = c.activation.apply(x);
            assertEquals(type, y.getDataType());
            double[] at = x.toType(DataType.FLOAT64, false).toDoubleArray();
            double[] found = y.toType(DataType.FLOAT64, false).toDoubleArray();
            double accuracy = type == DataType.FLOAT64 ? 1e-12 : type == DataType.FLOAT32 ? 2e-6 : 2e-3;
            for (int i = 0; i < at.length; i++) {
                double expected = c.meaning.applyAsDouble(at[i]);
                assertEquals(expected, found[i], accuracy * Math.max(1, Math.abs(expected)),
                        c + " of " + at[i] + " in " + type);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfTheFunction(Case c) {
        NDArray x = manager.create(new double[] {-4.5, -2, -1.25, -0.5, 0.4, 1, 1.75, 3}, new Shape(2, 4));
        FiniteDifferences.check(v -> c.activation.apply(v[0]), x);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void layoutsAndSizesDoNotMatter(Case c) {
        NDArray x = manager.arange(0f, 35f).reshape(5, 7).sub(17).div(9);
        float[] whole = c.activation.apply(x).toFloatArray();
        float[] turned = c.activation.apply(x.transpose()).transpose().toFloatArray();
        assertArrayEquals(whole, turned, 1e-6f);
        assertEquals(new Shape(0, 3), c.activation.apply(manager.zeros(new Shape(0, 3))).getShape());
        NDArray one = c.activation.apply(manager.create(-0.5f));
        assertEquals(new Shape(), one.getShape());
        assertEquals(c.meaning.applyAsDouble(-0.5), one.getFloat(), 1e-6);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void integersGiveFloatsExceptForRelu(Case c) {
        NDArray y = c.activation.apply(manager.create(new int[] {-3, 0, 2}));
        assertEquals(c.name.equals("relu") ? DataType.INT32 : DataType.FLOAT32, y.getDataType());
        assertEquals(c.meaning.applyAsDouble(2), y.toType(DataType.FLOAT64, false).getDouble(2), 1e-6);
    }

    @Test
    void reluKeepsEveryIntegerType() {
        for (DataType type : new DataType[] {DataType.INT8, DataType.UINT8, DataType.INT32, DataType.INT64}) {
            NDArray y = Activation.relu(manager.create(new int[] {0, 5}).toType(type, false));
            assertEquals(type, y.getDataType());
            assertEquals(5, y.toType(DataType.INT64, false).getLong(1));
        }
    }

    @Test
    void extremesNeitherOverflowNorVanish() {
        NDArray x = manager.create(new float[] {-1000, 1000});
        assertArrayEquals(new float[] {0, 1}, Activation.sigmoid(x).toFloatArray());
        assertArrayEquals(new float[] {0, 1000}, Activation.softPlus(x).toFloatArray());
        assertArrayEquals(new float[] {0, 1000}, Activation.mish(x).toFloatArray(), 1e-3f);
        assertArrayEquals(new float[] {-1, 1000}, Activation.elu(x, 1).toFloatArray());
        assertTrue(Float.isNaN(Activation.relu(manager.create(Float.NaN)).getFloat()));
    }

    @Test
    void relu6IsBoundedOnBothSides() {
        NDArray y = Activation.relu6(manager.create(new float[] {-2, 3, 8}));
        assertArrayEquals(new float[] {0, 3, 6}, y.toFloatArray());
    }

    @Test
    void preluTakesOneSlopeOrOneForEachChannel() {
        NDArray x = manager.create(new float[] {-1, 2, -3, 4, -5, 6}, new Shape(1, 2, 3));
        NDArray one = Prelu.prelu(x, manager.create(new float[] {0.5f})).singletonOrThrow();
        assertArrayEquals(new float[] {-0.5f, 2, -1.5f, 4, -2.5f, 6}, one.toFloatArray());
        NDArray two = Prelu.prelu(x, manager.create(new float[] {0.5f, 0.1f})).singletonOrThrow();
        assertArrayEquals(new float[] {-0.5f, 2, -1.5f, 4, -0.5f, 6}, two.toFloatArray());
        NDArray alpha = manager.create(new float[] {1, 2, 3});
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Prelu.prelu(x, alpha));
        assertTrue(e.getMessage().startsWith("prelu: alpha"), e.getMessage());
    }

    @Test
    void preluHasGradientsOfInputAndSlope() {
        NDArray x = manager.create(new double[] {-1, 2, -3, 4, -5, 6, -0.5, -0.25}, new Shape(2, 2, 2));
        FiniteDifferences.check(v -> Prelu.prelu(v[0], v[1]).head(), x, manager.create(new double[] {0.25}));
        NDArray each = manager.create(new double[] {0.25, -0.5});
        FiniteDifferences.check(v -> Prelu.prelu(v[0], v[1]).head(), x, each);
    }

    @Test
    void softmaxAndItsLogarithmAlongAnyAxis() {
        double[] v = {1, 2, 3, 1000, 1001, 1002};
        NDArray x = manager.create(v, new Shape(2, 3));
        double sum = Math.exp(-2) + Math.exp(-1) + 1;
        double[] row = {Math.exp(-2) / sum, Math.exp(-1) / sum, 1 / sum};
        double[] expected = {row[0], row[1], row[2], row[0], row[1], row[2]};
        assertArrayEquals(expected, x.softmax(1).toDoubleArray(), 1e-13);
        assertArrayEquals(expected, x.softmax(-1).toDoubleArray(), 1e-13);
        assertArrayEquals(expected, x.transpose().softmax(0).transpose().toDoubleArray(), 1e-13);
        assertArrayEquals(expected, x.logSoftmax(1).exp().toDoubleArray(), 1e-13);
        assertEquals(-Math.log(sum), x.logSoftmax(1).getDouble(0, 2), 1e-13);
        assertEquals(DataType.FLOAT32, manager.create(new int[] {1, 2}).softmax(0).getDataType());
        assertEquals(new Shape(2, 0), manager.zeros(new Shape(2, 0)).softmax(1).getShape());
        assertThrows(IndexOutOfBoundsException.class, () -> x.softmax(2));
    }

    @Test
    void softmaxGradients() {
        NDArray x = manager.create(new double[] {0.1, -2, 0.7, 1.5, 0.2, -0.3}, new Shape(2, 3));
        for (int axis : new int[] {0, 1}) {
            FiniteDifferences.check(v -> v[0].softmax(axis), x);
            FiniteDifferences.check(v -> v[0].logSoftmax(axis), x);
        }
    }
}
