package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.wengert.nn.ReferenceNetwork.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** RNN, GRU and LSTM in all their configurations. */
class RecurrentTest {

    private static final Engine ENGINE = Engine.getEngine("Wengert");
    private static final int TIME = 3;
    private static final int BATCH = 2;
    private static final int FEATURES = 3;
    private static final int UNITS = 2;

    private NDManager manager;

    @BeforeEach
    void open() {
        ENGINE.setRandomSeed(7);
        manager = ENGINE.newBaseManager();
    }

    @AfterEach
    void close() { manager.close(); }

    /** One way to call the engine. */
    private record Configuration(Kind kind, int layers, boolean bidirectional, boolean biases, boolean batchFirst) {

        ReferenceNetwork reference(int units) { return new ReferenceNetwork(kind, layers, bidirectional, biases, units); }

        int states() { return kind == Kind.LSTM ? 2 : 1; }

        int cells() { return layers * (bidirectional ? 2 : 1); }

        /** Arrays x, h (and c), parameters; without dropout. */
        NDList run(NDArray... a) { return run(0, false, a); }

        NDList run(double rate, boolean training, NDArray... a) {
            NDList states = new NDList(Arrays.copyOfRange(a, 1, 1 + states()));
            NDList p = new NDList(Arrays.copyOfRange(a, 1 + states(), a.length));
            var ex = a[0].getNDArrayInternal();
            return switch (kind) {
                case LSTM -> ex.lstm(a[0], states, p, biases, layers, rate, training, bidirectional, batchFirst);
                case GRU -> ex.gru(a[0], states.head(), p, biases, layers, rate, training, bidirectional, batchFirst);
                default -> ex.rnn(a[0], states.head(), p, biases, layers,
                        kind == Kind.RNN_RELU ? RNN.Activation.RELU : RNN.Activation.TANH, rate, training, bidirectional, batchFirst);
            };
        }

        /** Everything that comes out, in one row. */
        NDArray row(NDArray... a) {
            NDList r = run(a);
            return NDArrays.concat(new NDList(r.stream().map(NDArray::flatten).toList()));
        }
    }

    private static List<Configuration> configurations() {
        List<Configuration> r = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            r.add(new Configuration(Kind.values()[i / 16], 1 + i / 8 % 2, i / 4 % 2 == 1, i / 2 % 2 == 1, i % 2 == 1));
        }
        return r;
    }

    private NDArray waves(double frequency, long... shape) {
        Shape s = new Shape(shape);
        double[] v = new double[(int) s.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = 0.8 * Math.sin(frequency * (i + 1)) + 0.25 * Math.cos(i);
        }
        return manager.create(v, s);
    }

    /** x, states and parameters for a configuration. */
    private NDArray[] arrays(Configuration c, int time, int batch, int features, int units) {
        ReferenceNetwork reference = c.reference(units);
        NDArray[] a = new NDArray[1 + c.states() + reference.parameters()];
        a[0] = c.batchFirst() ? waves(0.7, batch, time, features) : waves(0.7, time, batch, features);
        for (int i = 1; i < a.length; i++) {
            a[i] = i <= c.states() ? waves(0.9 + i, c.cells(), batch, units)
                    : waves(0.37 * i, reference.shape(i - 1 - c.states(), features));
        }
        return a;
    }

    @TestFactory
    Stream<DynamicTest> valuesAreThoseOfTheReference() {
        return configurations().stream().map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            compare(c, TIME, BATCH, FEATURES, UNITS);
            compare(c, 5, 3, 4, 37);
            compare(c, 4, 1, 3, 37);
            compare(c, 1, 1, 1, 1);
        }));
    }

    private void compare(Configuration c, int time, int batch, int features, int units) {
        NDArray[] a = arrays(c, time, batch, features, units);
        double[][][] x = nested(c.batchFirst() ? a[0].swapAxes(0, 1) : a[0]);
        double[][][] h = nested(a[1]);
        double[][][] cell = nested(a[c.states()]);
        double[][] p = Arrays.stream(a).skip(1 + c.states()).map(NDArray::toDoubleArray).toArray(double[][]::new);
        double[][][] y = c.reference(units).run(x, h, cell, p);
        NDList r = c.run(a);
        assertEquals(1 + c.states(), r.size());
        double[][][][] expected = {y, h, cell};
        for (int i = 0; i < r.size(); i++) {
            NDArray found = i == 0 && c.batchFirst() ? r.get(0).swapAxes(0, 1) : r.get(i);
            double[][][] e = expected[i];
            assertEquals(new Shape(e.length, e[0].length, e[0][0].length), found.getShape());
            assertEquals(DataType.FLOAT64, found.getDataType());
            assertArrayEquals(Arrays.stream(e).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray(),
                    found.toDoubleArray(), 1e-12);
        }
    }

    private static double[][][] nested(NDArray a) {
        int m = (int) a.size(1);
        int n = (int) a.size(2);
        double[] flat = a.toDoubleArray();
        double[][][] r = new double[(int) a.size(0)][m][n];
        for (int i = 0; i < flat.length; i++) {
            r[i / n / m][i / n % m][i % n] = flat[i];
        }
        return r;
    }

    @TestFactory
    Stream<DynamicTest> gradientsOfFirstAndSecondOrder() {
        return configurations().stream().filter(c -> c.batchFirst() == c.biases())
                .map(c -> DynamicTest.dynamicTest(c.toString(),
                        () -> FiniteDifferences.check(c::row, arrays(c, TIME, BATCH, 2, UNITS))));
    }

    @Test
    void gradientsWhereOnlyTheLastStateCounts() {
        for (Kind kind : Kind.values()) {
            Configuration c = new Configuration(kind, 1, true, true, true);
            int last = c.states();
            FiniteDifferences.check(a -> c.run(a).get(last), arrays(c, TIME, BATCH, FEATURES, UNITS));
        }
    }

    @Test
    void transposedAndSlicedArraysCountAsTheirValues() {
        Configuration c = new Configuration(Kind.GRU, 2, true, true, true);
        NDArray[] a = arrays(c, TIME, BATCH, FEATURES, 16);
        NDArray[] strided = Arrays.stream(a).map(x -> {
            int[] reverse = new int[x.getShape().dimension()];
            Arrays.setAll(reverse, i -> reverse.length - 1 - i);
            return x.transpose(reverse).duplicate().transpose(reverse);
        }).toArray(NDArray[]::new);
        assertArrayEquals(c.row(a).toDoubleArray(), c.row(strided).toDoubleArray(), 1e-13);
    }

    @Test
    void lowerPrecisions() {
        for (Kind kind : Kind.values()) {
            Configuration c = new Configuration(kind, 2, true, true, true);
            NDArray[] a = Arrays.stream(arrays(c, TIME, BATCH, FEATURES, 16)).map(x -> x.mul(0.5)).toArray(NDArray[]::new);
            double[] exact = c.row(a).toDoubleArray();
            for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16)) {
                NDArray[] low = Arrays.stream(a).map(x -> x.toType(type, false)).toArray(NDArray[]::new);
                NDArray y = c.row(low);
                assertEquals(type, y.getDataType());
                double tolerance = type == DataType.FLOAT32 ? 1e-5 : type == DataType.FLOAT16 ? 0.01 : 0.08;
                double[] found = y.toType(DataType.FLOAT64, false).toDoubleArray();
                for (int i = 0; i < exact.length; i++) {
                    assertEquals(exact[i], found[i], tolerance * Math.max(1, Math.abs(exact[i])), kind + " " + type);
                }
            }
        }
    }

    @Test
    void dropoutActsBetweenLayersInTrainingOnly() {
        Configuration two = new Configuration(Kind.LSTM, 2, false, true, true);
        NDArray[] a = arrays(two, TIME, BATCH, FEATURES, 16);
        double[] without = two.run(a).head().toDoubleArray();
        assertArrayEquals(without, two.run(0.5, false, a).head().toDoubleArray());
        ENGINE.setRandomSeed(3);
        double[] dropped = two.run(0.5, true, a).head().toDoubleArray();
        assertFalse(Arrays.equals(without, dropped));
        ENGINE.setRandomSeed(3);
        assertArrayEquals(dropped, two.run(0.5, true, a).head().toDoubleArray(), "the engine's seed decides");
        Configuration one = new Configuration(Kind.LSTM, 1, false, true, true);
        NDArray[] b = arrays(one, TIME, BATCH, FEATURES, 16);
        assertArrayEquals(one.row(b).toDoubleArray(), one.run(0.5, true, b).stream().map(NDArray::flatten)
                .reduce((x, y) -> x.concat(y)).orElseThrow().toDoubleArray());
        assertThrows(IllegalArgumentException.class, () -> two.run(1.5, true, a));
    }

    @Test
    void messagesNameWhatDoesNotFit() {
        Configuration c = new Configuration(Kind.LSTM, 1, false, true, true);
        NDArray[] a = arrays(c, TIME, BATCH, FEATURES, UNITS);
        wrong("4 parameters, not 7", () -> c.run(Arrays.copyOf(append(a, a[3], a[3], a[3]), 10)));
        wrong("a state must have the shape (1, 2, 2)", () -> c.run(replaced(a, 2, waves(1, 1, 3, 2))));
        wrong("takes an input of three axes", () -> c.run(replaced(a, 0, waves(1, 2, 3))));
        wrong("the state's weight must have the shape", () -> c.run(replaced(a, 4, waves(1, 9, 2))));
        wrong("takes an input (.., in) and a weight (out, in)", () -> c.run(replaced(a, 3, waves(1, 8, 5))));
        wrong("at least one step of time", () -> c.run(replaced(a, 0, waves(1, 2, 0, 3))));
        assertEquals(new Shape(0, TIME, UNITS), c.run(replaced(replaced(replaced(a, 0, waves(1, 0, TIME, 3)), 1, waves(1, 1, 0, 2)),
                2, waves(1, 1, 0, 2))).head().getShape(), "an empty batch is fine");
    }

    private static NDArray[] replaced(NDArray[] a, int i, NDArray by) {
        NDArray[] r = a.clone();
        r[i] = by;
        return r;
    }

    private static NDArray[] append(NDArray[] a, NDArray... more) {
        NDArray[] r = Arrays.copyOf(a, a.length + more.length);
        System.arraycopy(more, 0, r, a.length, more.length);
        return r;
    }

    private static void wrong(String what, Runnable r) {
        String message = assertThrows(IllegalArgumentException.class, r::run).getMessage();
        assertTrue(message.contains(what), message);
    }

    @Test
    void blocksLearn() {
        learns(RNN.builder().setActivation(RNN.Activation.TANH).setStateSize(16).setNumLayers(1).build());
        learns(RNN.builder().setActivation(RNN.Activation.RELU).setStateSize(16).setNumLayers(2).optHasBiases(false).build());
        learns(GRU.builder().setStateSize(16).setNumLayers(2).optBidirectional(true).optDropRate(0.1f).build());
        learns(LSTM.builder().setStateSize(16).setNumLayers(2).optBidirectional(true).build());
    }

    /** Whether the sum of a sequence is positive. */
    private void learns(Block recurrent) {
        Block block = new SequentialBlock().add(recurrent).add(new LambdaBlock(l -> new NDList(l.head().get(":, -1"))))
                .add(Linear.builder().setUnits(2).build());
        try (Model model = Model.newInstance("recurrent", "Wengert")) {
            model.setBlock(block);
            Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                    .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.02f)).build()));
            NDArray x = manager.randomUniform(-1, 1, new Shape(32, 6, 3));
            NDArray labels = x.sum(new int[] {1, 2}).gt(0).toType(DataType.FLOAT32, false);
            trainer.initialize(x.getShape());
            float first = 0;
            float last = 0;
            for (int i = 0; i < 25; i++) {
                try (GradientCollector g = trainer.newGradientCollector()) {
                    NDArray loss = trainer.getLoss().evaluate(new NDList(labels), trainer.forward(new NDList(x)));
                    g.backward(loss);
                    last = loss.getFloat();
                    first = i == 0 ? last : first;
                }
                trainer.step();
            }
            trainer.close();
            assertTrue(last < 0.7 * first, recurrent.getClass().getSimpleName() + ": loss from " + first + " to " + last);
        }
    }

    @Test
    void returnedStatesContinueASequence() {
        for (boolean batchFirst : new boolean[] {true, false}) {
            Configuration c = new Configuration(Kind.LSTM, 2, false, true, batchFirst);
            NDArray[] a = arrays(c, 4, BATCH, FEATURES, UNITS);
            NDList whole = c.run(a);
            int time = batchFirst ? 1 : 0;
            NDList halves = a[0].split(2, time);
            NDList first = c.run(replaced(a, 0, halves.get(0)));
            NDList second = c.run(replaced(replaced(replaced(a, 0, halves.get(1)), 1, first.get(1)), 2, first.get(2)));
            assertArrayEquals(whole.head().toDoubleArray(), first.head().concat(second.head(), time).toDoubleArray(), 1e-13);
            assertArrayEquals(whole.get(2).toDoubleArray(), second.get(2).toDoubleArray(), 1e-13);
        }
    }
}
