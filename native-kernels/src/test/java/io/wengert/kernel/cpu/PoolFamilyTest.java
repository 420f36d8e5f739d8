package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pooling and its transpose against their definition, on every set of lanes that this JVM has. */
@Tag("lanes")
class PoolFamilyTest {

    static List<Named<CpuBackend>> backends() { return WindowReference.backends(); }

    private final Random random = new Random(5);

    private void check(CpuBackend b, DType type, Pooling pooling, boolean ceil, Window w, long... in) {
        long[] extents = w.extents(ceil, WindowReference.tail(in));
        long[] out = in.clone();
        System.arraycopy(extents, 0, out, 2, extents.length);
        double[] x = new double[(int) Layout.sizeOf(in)];
        double[] h = new double[x.length];
        double[] g = new double[(int) Layout.sizeOf(out)];
        // Small whole numbers: many ties.
        View vx = WindowReference.random(b, type, x, random, true, in);
        View vh = WindowReference.random(b, type, h, random, false, in);
        View vg = WindowReference.random(b, type, g, random, false, out);
        View y = WindowReference.rubbish(b, type, out);
        View z = WindowReference.rubbish(b, type, out);
        View d = WindowReference.rubbish(b, type, in);
        b.pool(pooling, y, vx, vx, w);
        b.pool(pooling, z, vh, vx, w);
        b.poolInput(pooling, d, vg, vx, w);
        String what = pooling + " " + type + " " + w + " of " + Layout.text(in) + " ceil " + ceil;
        same(type, WindowReference.pool(pooling, in, out, x, x, w), y, what);
        same(type, WindowReference.pool(pooling, in, out, h, x, w), z, "guided " + what);
        same(type, WindowReference.poolInput(pooling, in, out, g, x, w), d, "transposed " + what);
        assertTrue(WindowReference.guarded(b, y) && WindowReference.guarded(b, d), what);
    }

    private static void same(DType type, double[] expected, View got, String what) {
        double eps = type == DType.FLOAT64 ? 1e-14 : type == DType.FLOAT32 ? 3e-6 : 2e-2;
        double[] r = WindowReference.read(got);
        for (int i = 0; i < r.length; i++) {
            if (!(Math.abs(expected[i] - r[i]) <= eps * (1 + Math.abs(expected[i])))) {
                fail(what + " at " + i + " is " + r[i] + ", not " + expected[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void windowsOfEveryKind(CpuBackend b) {
        for (Pooling pooling : Pooling.values()) {
            for (int kernel = 1; kernel <= 3; kernel++) {
                for (int stride = 1; stride <= 3; stride++) {
                    for (int padding = 0; padding <= kernel / 2; padding++) {
                        for (boolean ceil : new boolean[] {false, true}) {
                            Window square = new Window(new int[] {kernel, kernel}, new int[] {stride, stride},
                                    new int[] {padding, padding}, new int[] {1, 1});
                            check(b, DType.FLOAT32, pooling, ceil, square, 2, 3, 7, 18);
                            check(b, DType.FLOAT32, pooling, ceil, square, 1, 1, 4, 41);
                            check(b, DType.FLOAT64, pooling, ceil, square, 1, 2, 8, 5);
                        }
                    }
                }
            }
            Window line = new Window(new int[] {3}, new int[] {2}, new int[] {1}, new int[] {2});
            check(b, DType.FLOAT32, pooling, true, line, 2, 2, 41);
            Window box = new Window(new int[] {2, 3, 2}, new int[] {2, 1, 3}, new int[] {1, 1, 0}, new int[] {1, 1, 2});
            check(b, DType.FLOAT32, pooling, true, box, 2, 2, 5, 6, 7);
            check(b, DType.FLOAT16, pooling, false, box, 1, 2, 5, 6, 7);
            check(b, DType.BFLOAT16, pooling, false, line, 2, 2, 9);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void notANumberIsTheLargest(CpuBackend b) {
        Window w = new Window(new int[] {2}, new int[] {2}, new int[] {0}, new int[] {1});
        double nan = Double.NaN;
        double[] x = {1, nan, nan, nan, nan, 5, -1, -2, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        View in = WindowReference.random(b, DType.FLOAT32, new double[10], random, false, 1, 1, 10);
        WindowReference.write(b, in, x);
        View y = WindowReference.rubbish(b, DType.FLOAT32, 1, 1, 5);
        b.pool(Pooling.MAX, y, in, in, w);
        double[] expected = {nan, nan, nan, -1, Double.NEGATIVE_INFINITY};
        assertTrue(Arrays.equals(expected, WindowReference.read(y)));
        View g = WindowReference.rubbish(b, DType.FLOAT32, 1, 1, 5);
        WindowReference.write(b, g, new double[] {1, 2, 3, 4, 5});
        View d = WindowReference.rubbish(b, DType.FLOAT32, 1, 1, 10);
        b.poolInput(Pooling.MAX, d, g, in, w);
        assertTrue(Arrays.equals(new double[] {0, 1, 2, 0, 3, 0, 4, 0, 5, 0}, WindowReference.read(d)));
    }

    /** Windows 2 by 2, side by side, have loops of their own, which run on from short rows into the next. */
    @ParameterizedTest
    @MethodSource("backends")
    void halvesOfEveryWidth(CpuBackend b) {
        Window two = new Window(new int[] {2, 2}, new int[] {2, 2}, new int[] {0, 0}, new int[] {1, 1});
        for (int width = 2; width <= 72; width += width < 40 ? 1 : 16) {
            for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16}) {
                for (Pooling pooling : Pooling.values()) {
                    check(b, type, pooling, false, two, 2, 3, 6, width);
                    check(b, type, pooling, false, two, 1, 2, 5, width);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void halvesGiveTheFirstNotANumberItsShare(CpuBackend b) {
        Window two = new Window(new int[] {2, 2}, new int[] {2, 2}, new int[] {0, 0}, new int[] {1, 1});
        int width = 48;
        double[] x = new double[2 * width];
        double[] g = new double[width / 2];
        double[] want = new double[x.length];
        int[] taps = {0, 1, width, width + 1};
        for (int i = 0; i < g.length; i++) {
            g[i] = i + 1;
            int first = i % 4;
            for (int t = 0; t < 4; t++) {
                x[2 * i + taps[t]] = t < first ? 100 : i % 3 == 0 ? Double.NaN : 101;
            }
            want[2 * i + taps[first]] = g[i];
        }
        View in = WindowReference.random(b, DType.FLOAT32, new double[x.length], random, false, 1, 1, 2, width);
        WindowReference.write(b, in, x);
        View out = WindowReference.rubbish(b, DType.FLOAT32, 1, 1, 1, width / 2);
        WindowReference.write(b, out, g);
        View d = WindowReference.rubbish(b, DType.FLOAT32, 1, 1, 2, width);
        b.poolInput(Pooling.MAX, d, out, in, two);
        assertTrue(Arrays.equals(want, WindowReference.read(d)));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void largeImages(CpuBackend b) {
        Window two = new Window(new int[] {2, 2}, new int[] {2, 2}, new int[] {0, 0}, new int[] {1, 1});
        Window three = new Window(new int[] {3, 3}, new int[] {2, 2}, new int[] {1, 1}, new int[] {1, 1});
        for (Pooling pooling : Pooling.values()) {
            check(b, DType.FLOAT32, pooling, false, two, 1, 4, 56, 56);
            check(b, DType.FLOAT32, pooling, true, three, 2, 2, 55, 57);
        }
    }
}
