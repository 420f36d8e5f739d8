package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.SpecialFunctions;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Random arrays: a stream that layout, threads and the cut into calls leave alone, of the right distribution. */
class RandomFamilyTest {

    private static final int MANY = 100_000;

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void layoutsAndThreadsDoNotMatter() {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16}) {
            for (Distribution d : Distribution.values()) {
                double[] whole = draw(type, d, Guarded.Lie.WHOLE, 0.25, 5, 0, 11, 30);
                for (Guarded.Lie lie : Guarded.Lie.values()) {
                    assertArrayEquals(whole, draw(type, d, lie, 0.25, 5, 0, 11, 30), d + " " + type + " " + lie);
                }
            }
        }
        double[] many = draw(DType.FLOAT32, Distribution.NORMAL, Guarded.Lie.WHOLE, 0, 1, 0, MANY);
        double[][] alone = new double[1][];
        // Inside a part the team is busy, so that the work is done by this thread alone.
        Threads.team().run(2, part -> {
            if (part == 0) {
                alone[0] = draw(DType.FLOAT32, Distribution.NORMAL, Guarded.Lie.WHOLE, 0, 1, 0, MANY);
            }
        });
        assertArrayEquals(alone[0], many);
    }

    @Test
    void oneCallIsTwoCallsOnTheSameCounters() {
        Guarded all = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 4000);
        assertEquals(1000, backend.random(all, Distribution.UNIFORM, 0, 1, 7, 100));
        Guarded rest = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 2000);
        backend.random(rest, Distribution.UNIFORM, 0, 1, 7, 600);
        assertArrayEquals(Arrays.copyOfRange(all.values(), 2000, 4000), rest.values());
    }

    @Test
    void distributions() {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            distribution(type, Distribution.UNIFORM, -1, 3, x -> Math.max(0, Math.min(1, (x + 1) / 4)));
            distribution(type, Distribution.NORMAL, 1, 2, x -> normal((x - 1) / 2));
            distribution(type, Distribution.TRUNCATED_NORMAL, 1, 2, x -> {
                double share = (normal((x - 1) / 2) - normal(-2)) / (normal(2) - normal(-2));
                return Math.max(0, Math.min(1, share));
            });
        }
    }

    @Test
    void boundsHold() {
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64}) {
            double[] x = draw(type, Distribution.UNIFORM, Guarded.Lie.WHOLE, 2, 3, 0, MANY);
            double most = type == DType.FLOAT16 || type == DType.BFLOAT16 ? 3 : Math.nextDown(3.0);
            assertTrue(Arrays.stream(x).allMatch(v -> v >= 2 && v <= most), type.toString());
        }
        double[] x = draw(DType.FLOAT32, Distribution.TRUNCATED_NORMAL, Guarded.Lie.WHOLE, 0, 1, 0, MANY);
        assertTrue(Arrays.stream(x).allMatch(v -> Math.abs(v) <= 2.0001));
    }

    @Test
    void integersAndCoins() {
        for (DType type : new DType[] {DType.INT32, DType.INT64, DType.UINT8, DType.FLOAT32}) {
            double[] x = draw(type, Distribution.INTEGER, Guarded.Lie.WHOLE, 3, 8, 0, MANY);
            for (int k = 3; k < 8; k++) {
                int value = k;
                assertEquals(0.2, share(x, v -> v == value), 0.01, type + " " + k);
            }
        }
        double[] coins = draw(DType.BOOL, Distribution.BERNOULLI, Guarded.Lie.WHOLE, 0.3, 0, 0, MANY);
        assertEquals(0.3, share(coins, v -> v == 1), 0.01);
    }

    /** Kolmogorov's distance from a distribution function stays below what chance makes of it once in a million runs. */
    private void distribution(DType type, Distribution d, double a, double b, DoubleUnaryOperator below) {
        double[] x = draw(type, d, Guarded.Lie.WHOLE, a, b, 0, MANY);
        Arrays.sort(x);
        double distance = 0;
        for (int i = 0; i < MANY; i++) {
            distance = Math.max(distance, Math.abs(below.applyAsDouble(x[i]) - (i + 0.5) / MANY));
        }
        assertTrue(distance < 2.7 / Math.sqrt(MANY), d + " " + type + ": " + distance);
    }

    private double[] draw(DType type, Distribution d, Guarded.Lie lie, double a, double b, long counter, long... shape) {
        Guarded g = Guarded.empty(backend, type, lie, shape);
        backend.random(g, d, a, b, 42, counter);
        g.assertUnharmed(d + " " + type + " " + lie);
        return g.values();
    }

    private static double share(double[] x, java.util.function.DoublePredicate p) {
        return Arrays.stream(x).filter(p).count() / (double) x.length;
    }

    private static double normal(double x) { return 0.5 * SpecialFunctions.erfc(-x * Math.sqrt(0.5)); }
}
