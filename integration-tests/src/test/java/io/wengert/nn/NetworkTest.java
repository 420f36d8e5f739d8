package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Linear layers, embeddings, dropout and normalization as DJL's blocks call them. */
class NetworkTest {

    private static final Engine ENGINE = Engine.getEngine("Wengert");

    private NDManager manager;

    @BeforeEach
    void open() {
        ENGINE.setRandomSeed(7);
        manager = ENGINE.newBaseManager();
    }

    @AfterEach
    void close() { manager.close(); }

    private NDArray waves(double frequency, long... shape) {
        Shape s = new Shape(shape);
        double[] v = new double[(int) s.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.sin(frequency * (i + 1)) + 0.25 * Math.cos(i);
        }
        return manager.create(v, s);
    }

    private static NDArray linear(NDArray x, NDArray w, NDArray b) { return Linear.linear(x, w, b).singletonOrThrow(); }

    @Test
    void linearOfAnyRank() {
        NDArray w = waves(1, 2, 3);
        NDArray b = waves(2, 2);
        for (long[] lead : new long[][] {{}, {4}, {2, 1, 5}, {0}}) {
            long[] shape = java.util.Arrays.copyOf(lead, lead.length + 1);
            shape[lead.length] = 3;
            NDArray x = waves(0.7, shape);
            double[] xs = x.toDoubleArray();
            double[] ws = w.toDoubleArray();
            double[] expected = new double[xs.length / 3 * 2];
            double[] biased = new double[expected.length];
            for (int i = 0; i < expected.length; i++) {
                for (int k = 0; k < 3; k++) {
                    expected[i] += xs[i / 2 * 3 + k] * ws[i % 2 * 3 + k];
                }
                biased[i] = expected[i] + b.getDouble(i % 2);
            }
            shape[lead.length] = 2;
            assertEquals(new Shape(shape), linear(x, w, null).getShape());
            assertArrayEquals(expected, linear(x, w, null).toDoubleArray(), 1e-13);
            assertArrayEquals(biased, linear(x, w, b).toDoubleArray(), 1e-13);
        }
    }

    @Test
    void linearOfTransposedArrays() {
        NDArray x = waves(0.7, 3, 4).transpose();
        NDArray w = waves(1, 3, 2).transpose();
        NDArray plain = linear(x.duplicate(), w.duplicate(), null);
        assertArrayEquals(plain.toDoubleArray(), linear(x, w, null).toDoubleArray(), 1e-14);
        NDArray y = x.expandDims(0).transpose(1, 0, 2);
        assertArrayEquals(linear(x, w, null).toDoubleArray(), linear(y, w, null).toDoubleArray(), 1e-14);
    }

    @Test
    void linearGradients() {
        NDArray w = waves(1, 2, 3);
        FiniteDifferences.check(v -> linear(v[0], v[1], null), waves(0.7, 2, 2, 3), w);
        FiniteDifferences.check(v -> linear(v[0], v[1], v[2]), waves(0.7, 4, 3), w, waves(2, 2));
        FiniteDifferences.check(v -> linear(v[0], v[1], v[2]), waves(0.7, 3), w, waves(2, 2));
    }

    @Test
    void linearNamesWhatDoesNotFit() {
        NDArray x = waves(1, 2, 4);
        assertTrue(message(() -> linear(x, waves(1, 2, 3), null)).startsWith("linear: takes an input (.., in)"));
        assertTrue(message(() -> linear(x, waves(1, 2, 4), waves(1, 3))).startsWith("linear: the bias must have"));
        assertThrows(IllegalArgumentException.class, () -> linear(manager.create(1.0), waves(1, 2, 4), null));
    }

    private static String message(Runnable r) {
        return assertThrows(IllegalArgumentException.class, r::run).getMessage();
    }

    private static NDArray embedding(NDArray index, NDArray table) {
        return Embedding.embedding(index, table, SparseFormat.DENSE).singletonOrThrow();
    }

    @Test
    void embeddingLooksUpRows() {
        NDArray table = waves(1, 4, 3);
        NDArray index = manager.create(new int[] {3, 0, 3, 1}, new Shape(2, 2));
        NDArray y = embedding(index, table);
        assertEquals(new Shape(2, 2, 3), y.getShape());
        double[] t = table.toDoubleArray();
        assertArrayEquals(new double[] {t[9], t[10], t[11], t[0], t[1], t[2], t[9], t[10], t[11], t[3], t[4], t[5]},
                y.toDoubleArray());
        NDArray floats = index.toType(DataType.FLOAT32, false);
        assertArrayEquals(y.toDoubleArray(), embedding(floats, table).toDoubleArray());
        NDArray one = embedding(manager.create(2L), table);
        assertEquals(new Shape(3), one.getShape());
        NDArray outside = manager.create(new long[] {4});
        assertThrows(IndexOutOfBoundsException.class, () -> embedding(outside, table));
    }

    @Test
    void embeddingGradientsAddUpWhereARowIsUsedTwice() {
        NDArray index = manager.create(new long[] {3, 0, 3});
        for (SparseFormat format : new SparseFormat[] {SparseFormat.DENSE, SparseFormat.ROW_SPARSE}) {
            NDArray table = manager.ones(new Shape(4, 2));
            table.setRequiresGradient(true);
            try (GradientCollector c = ENGINE.newGradientCollector()) {
                c.backward(Embedding.embedding(index, table, format).head());
            }
            assertArrayEquals(new float[] {1, 1, 0, 0, 0, 0, 2, 2}, table.getGradient().toFloatArray());
        }
        FiniteDifferences.check(v -> embedding(index, v[0].square()), waves(1, 4, 2));
    }

    @Test
    void dropoutDropsTheRateAndScalesTheRest() {
        NDArray x = manager.ones(new Shape(100, 100));
        NDArray y = Dropout.dropout(x, 0.2f, true).singletonOrThrow();
        int kept = 0;
        for (float f : y.toFloatArray()) {
            assertTrue(f == 0 || f == 1.25f);
            kept += f == 0 ? 0 : 1;
        }
        assertEquals(8000, kept, 200);
        assertFalse(java.util.Arrays.equals(y.toFloatArray(), Dropout.dropout(x, 0.2f).head().toFloatArray()));
        ENGINE.setRandomSeed(7);
        assertArrayEquals(y.toFloatArray(), Dropout.dropout(x, 0.2f, true).head().toFloatArray());
    }

    @Test
    void dropoutAtItsLimits() {
        NDArray x = manager.create(new float[] {1, Float.POSITIVE_INFINITY, -3});
        assertArrayEquals(x.toFloatArray(), Dropout.dropout(x, 0.5f, false).head().toFloatArray());
        assertArrayEquals(x.toFloatArray(), Dropout.dropout(x, 0, true).head().toFloatArray());
        assertArrayEquals(new float[3], Dropout.dropout(x, 1, true).head().toFloatArray());
        assertEquals(new Shape(0, 2), Dropout.dropout(manager.create(new Shape(0, 2)), 0.5f, true).head().getShape());
        NDArray half = Dropout.dropout(x.toType(DataType.FLOAT16, false), 0.5f, true).head();
        assertEquals(DataType.FLOAT16, half.getDataType());
        assertThrows(IllegalArgumentException.class, () -> Dropout.dropout(x, 1.5f, true));
        assertThrows(IllegalArgumentException.class, () -> Dropout.dropout(x, Float.NaN, true));
        NDArray same = Dropout.dropout(x, 0.5f, false).head();
        same.addi(1);
        assertEquals(1, x.getFloat(0));
    }

    @Test
    void dropoutUsesOneMaskForBothDirections() {
        NDArray x = manager.ones(new Shape(50));
        x.setRequiresGradient(true);
        NDArray y;
        try (GradientCollector c = ENGINE.newGradientCollector()) {
            y = Dropout.dropout(x, 0.5f, true).head();
            c.backward(y);
        }
        assertArrayEquals(y.toFloatArray(), x.getGradient().toFloatArray());
    }

    private static NDArray layerNorm(NDArray x, Shape shape, NDArray gamma, NDArray beta) {
        return LayerNorm.layerNorm(x, shape, gamma, beta, 1e-3f).singletonOrThrow();
    }

    /** Rows of n elements, each normalized by its own mean and population variance. */
    private static double[] normalized(double[] x, int n, double epsilon) {
        double[] y = new double[x.length];
        for (int from = 0; from < x.length; from += n) {
            double mean = 0;
            for (int i = 0; i < n; i++) {
                mean += x[from + i] / n;
            }
            double variance = 0;
            for (int i = 0; i < n; i++) {
                variance += (x[from + i] - mean) * (x[from + i] - mean) / n;
            }
            for (int i = 0; i < n; i++) {
                y[from + i] = (x[from + i] - mean) / Math.sqrt(variance + epsilon);
            }
        }
        return y;
    }

    @Test
    void layerNormOverTheLastAxes() {
        NDArray x = waves(0.9, 2, 3, 4);
        double[] rows = normalized(x.toDoubleArray(), 4, 1e-3f);
        assertArrayEquals(rows, layerNorm(x, new Shape(4), null, null).toDoubleArray(), 1e-13);
        double[] planes = normalized(x.toDoubleArray(), 12, 1e-3f);
        NDArray gamma = waves(2, 3, 4);
        NDArray beta = waves(3, 3, 4);
        double[] expected = new double[24];
        for (int i = 0; i < 24; i++) {
            expected[i] = planes[i] * gamma.toDoubleArray()[i % 12] + beta.toDoubleArray()[i % 12];
        }
        assertArrayEquals(expected, layerNorm(x, new Shape(3, 4), gamma, beta).toDoubleArray(), 1e-13);
        NDArray turned = x.transpose(2, 0, 1).duplicate().transpose(1, 2, 0);
        assertArrayEquals(expected, layerNorm(turned, new Shape(3, 4), gamma, beta).toDoubleArray(), 1e-13);
        NDArray half = layerNorm(x.toType(DataType.FLOAT16, false), new Shape(4), null, null);
        assertEquals(DataType.FLOAT16, half.getDataType());
        assertArrayEquals(rows, half.toType(DataType.FLOAT64, false).toDoubleArray(), 5e-3);
        assertEquals(new Shape(0, 4), layerNorm(manager.create(new Shape(0, 4)), new Shape(4), null, null).getShape());
        assertTrue(message(() -> layerNorm(x, new Shape(3), null, null)).startsWith("layer_norm: the last axes"));
        assertTrue(message(() -> layerNorm(x, new Shape(4), beta, null)).startsWith("layer_norm: gamma and beta"));
    }

    @Test
    void layerNormGradients() {
        NDArray x = waves(0.9, 3, 4);
        NDArray g = waves(2, 4);
        NDArray b = waves(3, 4);
        Shape s = new Shape(4);
        FiniteDifferences.check(v -> layerNorm(v[0], s, v[1], v[2]), x, g, b);
        FiniteDifferences.check(v -> layerNorm(v[0], s, v[1], null), x, g);
        FiniteDifferences.check(v -> layerNorm(v[0], s, null, v[1]), x, b);
        FiniteDifferences.check(v -> layerNorm(v[0], s, null, null), x);
        FiniteDifferences.check(v -> layerNorm(v[0], new Shape(2, 2), v[1], v[2]), waves(0.9, 2, 2, 2),
                waves(2, 2, 2), waves(3, 2, 2));
        FiniteDifferences.check(v -> layerNorm(x, s, v[0], v[1]), g, b);
    }

    private static NDArray batchNorm(NDArray x, NDArray mean, NDArray var, NDArray gamma, NDArray beta, int axis,
            boolean training) {
        return BatchNorm.batchNorm(x, mean, var, gamma, beta, axis, 0.75f, 1e-3f, training).singletonOrThrow();
    }

    @Test
    void batchNormInTrainingUsesAndKeepsTheStatisticsOfTheBatch() {
        NDArray x = waves(0.9, 5, 2, 3);
        NDArray mean = manager.create(new double[] {1, -1});
        NDArray var = manager.create(new double[] {2, 0.5});
        NDArray gamma = manager.create(new double[] {2, -1});
        NDArray beta = manager.create(new double[] {0.5, 3});
        NDArray handle = mean;
        NDArray y = batchNorm(x, mean, var, gamma, beta, 1, true);
        NDArray rows = x.transpose(1, 0, 2).duplicate();
        double[] expected = normalized(rows.toDoubleArray(), 15, 1e-3f);
        double[] found = y.transpose(1, 0, 2).duplicate().toDoubleArray();
        for (int channel = 0; channel < 2; channel++) {
            double m = 0;
            double v = 0;
            for (int i = 0; i < 15; i++) {
                m += rows.toDoubleArray()[15 * channel + i] / 15;
            }
            for (int i = 0; i < 15; i++) {
                int k = 15 * channel + i;
                v += Math.pow(rows.toDoubleArray()[k] - m, 2) / 15;
                assertEquals(expected[k] * gamma.getDouble(channel) + beta.getDouble(channel), found[k], 1e-13);
            }
            assertEquals(0.75 * (channel == 0 ? 1 : -1) + 0.25 * m, handle.getDouble(channel), 1e-13);
            assertEquals(0.75 * (channel == 0 ? 2 : 0.5) + 0.25 * v, var.getDouble(channel), 1e-13);
        }
    }

    @Test
    void batchNormInPredictionUsesTheRunningStatistics() {
        NDArray x = waves(0.9, 2, 3, 2);
        NDArray mean = manager.create(new double[] {1, -1});
        NDArray var = manager.create(new double[] {2, 0.5});
        NDArray gamma = manager.create(new double[] {2, -1});
        NDArray beta = manager.create(new double[] {0.5, 3});
        for (int axis : new int[] {2, -1}) {
            double[] y = batchNorm(x, mean, var, gamma, beta, axis, false).toDoubleArray();
            double[] plain = batchNorm(x, mean, var, null, null, axis, false).toDoubleArray();
            for (int i = 0; i < y.length; i++) {
                int c = i % 2;
                double h = (x.toDoubleArray()[i] - mean.getDouble(c)) / Math.sqrt(var.getDouble(c) + 1e-3f);
                assertEquals(h, plain[i], 1e-13);
                assertEquals(h * gamma.getDouble(c) + beta.getDouble(c), y[i], 1e-13);
            }
        }
        assertArrayEquals(new double[] {1, -1}, mean.toDoubleArray());
        assertArrayEquals(normalized(x.transpose(2, 0, 1).duplicate().toDoubleArray(), 6, 1e-3f),
                batchNorm(x, null, null, null, null, 2, false).transpose(2, 0, 1).duplicate().toDoubleArray(), 1e-13);
    }

    @Test
    void batchNormGradients() {
        NDArray x = waves(0.9, 3, 2, 2);
        NDArray g = waves(2, 2);
        NDArray b = waves(3, 2);
        for (boolean training : new boolean[] {true, false}) {
            NDArray m = manager.create(new double[] {0.5, -0.5});
            NDArray s = manager.create(new double[] {0.5, 1.5});
            FiniteDifferences.check(v -> batchNorm(v[0], m, s, v[1], v[2], 1, training), x, g, b);
            FiniteDifferences.check(v -> batchNorm(v[0], m, s, null, v[1], 1, training), x, b);
            FiniteDifferences.check(v -> batchNorm(v[0], m, s, v[1], null, 1, training), x, g);
            FiniteDifferences.check(v -> batchNorm(v[0], m, s, null, null, 1, training), x);
        }
    }

    @Test
    void batchNormOfOneElementAndOfNothing() {
        NDArray mean = manager.zeros(new Shape(2));
        NDArray var = manager.ones(new Shape(2));
        NDArray y = batchNorm(manager.create(new float[] {3, 4}, new Shape(1, 2)), mean, var, null, null, 1, true);
        assertArrayEquals(new float[2], y.toFloatArray());
        assertArrayEquals(new float[] {0.75f, 1}, mean.toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {0.75f, 0.75f}, var.toFloatArray(), 1e-6f);
        batchNorm(manager.create(new Shape(0, 2)), mean, var, null, null, 1, true);
        assertArrayEquals(new float[] {0.75f, 1}, mean.toFloatArray(), 1e-6f);
        NDArray x = manager.ones(new Shape(2, 3));
        assertTrue(message(() -> batchNorm(x, mean, var, null, null, 1, true)).contains("3 channels"));
        assertTrue(message(() -> batchNorm(x, mean, var, mean, null, 1, true)).contains("3 channels"));
        assertThrows(IndexOutOfBoundsException.class, () -> batchNorm(x, mean, var, null, null, 2, true));
    }

    /** A large mean must not spoil the variance. */
    @Test
    void normalizationIsStableFarFromZero() {
        NDArray x = manager.create(new float[] {10000, 10001, 10002, 10003}, new Shape(1, 4));
        double[] expected = normalized(new double[] {0, 1, 2, 3}, 4, 1e-3f);
        NDArray y = layerNorm(x, new Shape(4), null, null);
        assertArrayEquals(expected, y.toType(DataType.FLOAT64, false).toDoubleArray(), 1e-5);
    }
}
