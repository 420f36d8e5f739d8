package io.wengert.kernel.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Conversions by vectors against Java's casts, for any bits and any length. */
class FloatConversionsTest {

    private static final int AT = 3;
    private static final float[] SPECIAL = {0f, -0f, 0.5f, -0.5f, 0.99999994f, -1f, 1.5f, -2.5f, Float.MIN_VALUE, -Float.MIN_NORMAL,
        8388607.5f, -8388607.5f, 8388608f, -8388609f, 16777217f, 2147483500f, 2147483648f, -2147483648f, 3e9f, -3e9f,
        Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0xFFC00001)};

    private static float[] numbers(int n, int kind) {
        Random random = new Random(n);
        float[] x = new float[AT + n];
        for (int i = AT; i < x.length; i++) {
            x[i] = switch (kind) {
                case 0 -> Float.intBitsToFloat(random.nextInt());
                case 1 -> (random.nextFloat() - 0.5f) * (1 << random.nextInt(24));
                default -> SPECIAL[i % SPECIAL.length];
            };
        }
        return x;
    }

    @Test
    void intsAsByCasts() {
        for (int kind = 0; kind < 3; kind++) {
            for (int n : new int[] {0, 1, 15, 16, 17, 100, 10_000}) {
                float[] x = numbers(n, kind);
                int[] expected = new int[n + 2];
                Arrays.fill(expected, 7);
                int[] y = expected.clone();
                for (int i = 0; i < n; i++) {
                    expected[1 + i] = (int) x[AT + i];
                }
                FloatConversions.toInts(x, AT, y, 1, n);
                assertArrayEquals(expected, y, "kind " + kind + " of " + n);
            }
        }
    }

    @Test
    void truthsAsByComparison() {
        for (int kind = 0; kind < 3; kind++) {
            for (int n : new int[] {0, 1, 15, 16, 17, 100, 10_000}) {
                float[] x = numbers(n, kind);
                byte[] expected = new byte[n + 2];
                Arrays.fill(expected, (byte) 7);
                byte[] y = expected.clone();
                for (int i = 0; i < n; i++) {
                    expected[1 + i] = (byte) (x[AT + i] != 0 ? 1 : 0);
                }
                FloatConversions.toTruths(x, AT, y, 1, n);
                assertArrayEquals(expected, y, "kind " + kind + " of " + n);
            }
        }
    }
}
