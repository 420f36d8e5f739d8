package io.wengert.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers of the tutorial, on the engine named by the system property {@code wengert.test.engine}. */
class AutogradTutorialTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Engine.getEngine(System.getProperty("wengert.test.engine", "Wengert")).newBaseManager();
    }

    @AfterEach
    void close() { manager.close(); }

    @Test
    void gradientIsFourTimesTheInput() {
        assertGradient(AutogradTutorial.gradient(manager), 4, 8, 12, 16);
    }

    @Test
    void headGradientScalesTheGradient() {
        NDArray head = manager.create(new float[] {10, 1, 0.1f, 0.01f}, new Shape(2, 2));
        assertGradient(AutogradTutorial.headGradient(manager, head), 40, 8, 1.2f, 0.16f);
    }

    /** |a| = sqrt(14), so a is doubled 9 times to reach 1000; the branch for negative sums multiplies by 100. */
    @ParameterizedTest
    @CsvSource({"1, 512", "-1, 51200", "0.25, 2048", "-1000, 200"})
    void gradientFollowsThePathTaken(float scale, float slope) {
        NDArray a = manager.create(new float[] {scale, 2 * scale, 3 * scale});
        NDArray head = manager.create(new float[] {0.01f, 1, 0.1f});
        assertGradient(AutogradTutorial.controlFlow(a, head), 0.01f * slope, slope, 0.1f * slope);
    }

    private static void assertGradient(NDArray gradient, float... expected) {
        float[] actual = gradient.toFloatArray();
        float largest = 0;
        for (float e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        assertArrayEquals(expected, actual, 1e-6f * largest);
    }
}
