package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random numbers: their moments, their shapes, and that a seed fixes them. */
class SamplingTest {

    private static final int MANY = 40000;

    private final Engine engine = Engine.getEngine("Wengert");
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = engine.newBaseManager();
        engine.setRandomSeed(11);
    }

    @AfterEach
    void close() { manager.close(); }

    private NDArray vector(float... values) { return manager.create(values); }

    /** Mean and variance of each row, within five standard errors. */
    private static void moments(NDArray x, int row, double mean, double variance, double fourth) {
        NDArray r = x.get(row).toType(DataType.FLOAT64, false);
        double n = r.size();
        double m = r.mean().getDouble();
        double v = r.sub(m).square().mean().getDouble();
        assertEquals(mean, m, 5 * Math.sqrt(variance / n));
        assertEquals(variance, v, 5 * Math.sqrt((fourth - variance * variance) / n));
    }

    @Test
    void normal() {
        NDArray x = manager.sampleNormal(vector(0, -3), vector(1, 0.5f), new Shape(MANY));
        assertEquals(new Shape(2, MANY), x.getShape());
        moments(x, 0, 0, 1, 3);
        moments(x, 1, -3, 0.25, 3 * 0.0625);
        assertEquals(new Shape(2), manager.sampleNormal(vector(0, 1), vector(1, 1)).getShape());
        NDArray table = manager.sampleNormal(vector(0, 1).reshape(2, 1), vector(1, 1, 2), new Shape(4));
        assertEquals(new Shape(2, 3, 4), table.getShape());
        assertArrayEquals(new float[] {5, 6}, manager.sampleNormal(vector(5, 6), vector(0, 0)).toFloatArray());
    }

    @Test
    void poisson() {
        float[] rates = {0.3f, 4, 12, 300};
        NDArray x = manager.samplePoisson(vector(rates), new Shape(MANY));
        assertEquals(DataType.FLOAT32, x.getDataType());
        for (int i = 0; i < rates.length; i++) {
            moments(x, i, rates[i], rates[i], rates[i] + 3 * rates[i] * rates[i]);
        }
        assertArrayEquals(x.toFloatArray(), x.floor().toFloatArray());
        assertEquals(0, manager.samplePoisson(vector(0)).getFloat(0));
        assertEquals(DataType.FLOAT32, manager.samplePoisson(manager.create(new int[] {3})).getDataType());
        // The share of zeros is exp(-rate).
        double zeros = x.get(0).eq(0).sum().getLong() / (double) MANY;
        assertEquals(Math.exp(-0.3), zeros, 0.015);
        assertThrows(IllegalArgumentException.class, () -> manager.samplePoisson(vector(-1)));
    }

    @Test
    void gamma() {
        float[] alpha = {0.4f, 1, 7.5f};
        float[] beta = {2, 0.5f, 3};
        NDArray x = manager.sampleGamma(vector(alpha), vector(beta), new Shape(MANY));
        assertEquals(new Shape(3, MANY), x.getShape());
        for (int i = 0; i < alpha.length; i++) {
            double variance = alpha[i] * beta[i] * beta[i];
            moments(x, i, alpha[i] * beta[i], variance, variance * variance * (3 + 6 / alpha[i]));
        }
        assertTrue(x.min().getFloat() >= 0);
        assertEquals(new Shape(3), manager.sampleGamma(vector(alpha), manager.create(1f)).getShape());
        assertThrows(IllegalArgumentException.class, () -> manager.sampleGamma(vector(0), vector(1)));
        assertThrows(IllegalArgumentException.class, () -> manager.sampleGamma(vector(1, 2), vector(1, 2, 3)));
    }

    @Test
    void multinomial() {
        NDArray p = vector(0.2f, 0, 0.5f, 0.3f);
        NDArray x = manager.randomMultinomial(MANY, p);
        assertEquals(new Shape(4), x.getShape());
        long[] counts = x.toLongArray();
        assertEquals(MANY, counts[0] + counts[1] + counts[2] + counts[3]);
        assertEquals(0, counts[1]);
        assertEquals(0.5 * MANY, counts[2], 5 * Math.sqrt(0.25 * MANY));
        NDArray many = manager.randomMultinomial(3, p, new Shape(2, 1000));
        assertEquals(new Shape(2, 1000, 4), many.getShape());
        assertTrue(many.sum(new int[] {2}).eq(3).all().getBoolean());
        assertEquals(0.3 * 6000, many.get("..., 3").sum().getLong(), 5 * Math.sqrt(0.21 * 6000));
        assertEquals(10, manager.randomMultinomial(10, vector(0, 0, 0)).getLong(2));
        assertThrows(IllegalArgumentException.class, () -> manager.randomMultinomial(1, vector(0.8f, 0.4f)));
        assertThrows(IllegalArgumentException.class, () -> manager.randomMultinomial(1, vector(-0.1f, 1)));
        assertThrows(IllegalArgumentException.class, () -> manager.randomMultinomial(-1, p));
    }

    @Test
    void aSeedFixesThemAll() {
        fixed(() -> manager.randomUniform(0, 1, new Shape(9)));
        fixed(() -> manager.randomNormal(new Shape(9)));
        fixed(() -> manager.sampleNormal(vector(1, 2), vector(3, 4), new Shape(5)));
        fixed(() -> manager.samplePoisson(vector(50, 60), new Shape(20)));
        fixed(() -> manager.sampleGamma(vector(1, 2), vector(3, 4), new Shape(5)));
        fixed(() -> manager.randomMultinomial(1000, vector(0.1f, 0.2f, 0.3f, 0.4f)).toType(DataType.FLOAT32, false));
        fixed(() -> manager.randomPermutation(50).toType(DataType.FLOAT32, false));
    }

    private void fixed(Supplier<NDArray> sample) {
        engine.setRandomSeed(5);
        NDArray first = sample.get();
        NDArray second = sample.get();
        engine.setRandomSeed(5);
        assertArrayEquals(first.toFloatArray(), sample.get().toFloatArray());
        assertArrayEquals(second.toFloatArray(), sample.get().toFloatArray());
        assertNotEquals(first, second);
    }
}
