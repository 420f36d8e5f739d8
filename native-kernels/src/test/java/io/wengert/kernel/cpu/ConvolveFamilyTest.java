package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolution and its transposes against their definition, on every set of lanes that this JVM has. */
@Tag("lanes")
class ConvolveFamilyTest {

    static List<Named<CpuBackend>> backends() { return WindowReference.backends(); }

    private final Random random = new Random(3);

    /** One convolution: shapes and window. */
    private record Shapes(long[] in, long[] out, long[] weight, Window window, int groups) {

        static Shapes of(int n, int c, int m, int groups, Window w, long... extents) {
            return of(n, c, m, groups, w, extents, w.extents(false, extents));
        }

        static Shapes of(int n, int c, int m, int groups, Window w, long[] extents, long[] out) {
            long[] weight = Arrays.stream(w.kernel()).asLongStream().toArray();
            return new Shapes(joined(n, c, extents), joined(n, m, out), joined(m, c / groups, weight), w, groups);
        }

        private static long[] joined(long a, long b, long[] rest) {
            long[] r = new long[rest.length + 2];
            r[0] = a;
            r[1] = b;
            System.arraycopy(rest, 0, r, 2, rest.length);
            return r;
        }

        @Override
        public String toString() {
            return Layout.text(in) + " to " + Layout.text(out) + " " + window + " groups " + groups;
        }
    }

    private static Window window(int[] kernel, int[] stride, int[] padding, int[] dilation) {
        return new Window(kernel, stride, padding, dilation);
    }

    private static Window square(int kernel, int stride, int padding, int dilation) {
        return window(new int[] {kernel, kernel}, new int[] {stride, stride}, new int[] {padding, padding},
                new int[] {dilation, dilation});
    }

    private void check(CpuBackend b, DType type, Shapes s) { check(b, type, s, 0); }

    /** The tolerance is relative to the root of the number of terms; Winograd needs more. */
    private void check(CpuBackend b, DType type, Shapes s, double more) {
        double[] x = new double[(int) Layout.sizeOf(s.in)];
        double[] w = new double[(int) Layout.sizeOf(s.weight)];
        double[] y = new double[(int) Layout.sizeOf(s.out)];
        View vx = WindowReference.random(b, type, x, random, false, s.in);
        View vw = WindowReference.random(b, type, w, random, false, s.weight);
        View vy = WindowReference.random(b, type, y, random, false, s.out);
        double[][] sums = {new double[y.length], new double[x.length], new double[w.length]};
        double[][] sizes = {new double[y.length], new double[x.length], new double[w.length]};
        WindowReference.products(s.in, s.out, s.weight, s.window, s.groups, (yi, xi, wi) -> {
            add(sums[0], sizes[0], yi, x[xi] * w[wi]);
            add(sums[1], sizes[1], xi, y[yi] * w[wi]);
            add(sums[2], sizes[2], wi, y[yi] * x[xi]);
        });
        View ry = WindowReference.rubbish(b, type, s.out);
        View rx = WindowReference.rubbish(b, type, s.in);
        View rw = WindowReference.rubbish(b, type, s.weight);
        b.convolve(ry, vx, vw, s.window, s.groups);
        b.convolveInput(rx, vy, vw, s.window, s.groups);
        b.convolveWeight(rw, vx, vy, s.window, s.groups);
        double eps = type == DType.FLOAT64 ? 1.2e-16 : type == DType.FLOAT32 ? 6e-8 : type == DType.FLOAT16 ? 5e-4
                : 4e-3;
        View[] results = {ry, rx, rw};
        String[] names = {"forward", "input", "weight"};
        for (int i = 0; i < 3; i++) {
            double[] r = WindowReference.read(results[i]);
            double most = Arrays.stream(sizes[i]).max().orElse(0);
            for (int q = 0; q < r.length; q++) {
                double tolerance = eps * (2 * Math.abs(sums[i][q]) + 12 * sizes[i][q] + more * most + 1e-3);
                if (!(Math.abs(sums[i][q] - r[q]) <= tolerance)) {
                    fail(names[i] + " " + type + " " + s + " at " + q + " is " + r[q] + ", not " + sums[i][q]);
                }
            }
            assertTrue(WindowReference.guarded(b, results[i]), names[i] + " writes outside: " + s);
        }
    }

    private static void add(double[] sums, double[] sizes, int at, double term) {
        sums[at] += term;
        sizes[at] += Math.abs(term);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void windowsOfEveryKind(CpuBackend b) {
        int[][] twos = {{1, 1}, {2, 3}, {3, 2}};
        for (int kernel = 1; kernel <= 5; kernel += 2) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int padding = 0; padding <= 2; padding++) {
                    for (int dilation = 1; dilation <= 2; dilation++) {
                        Window w = square(kernel, stride, padding, dilation);
                        check(b, DType.FLOAT32, Shapes.of(2, 4, 6, 2, w, 11, 13));
                        check(b, DType.FLOAT64, Shapes.of(2, 3, 5, 1, w, 9, 12));
                        check(b, DType.FLOAT32, Shapes.of(2, 4, 8, 4, w, 12, 10));
                        check(b, DType.FLOAT32, Shapes.of(3, 1, 2, 1, w, 10, 23));
                    }
                }
            }
        }
        for (int[] stride : twos) {
            for (int[] dilation : twos) {
                Window w = window(new int[] {2, 4}, stride, new int[] {1, 3}, dilation);
                check(b, DType.FLOAT64, Shapes.of(1, 4, 4, 4, w, 9, 14));
                check(b, DType.FLOAT32, Shapes.of(2, 4, 2, 2, w, 9, 14));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void manySmallImages(CpuBackend b) {
        for (int batch : new int[] {16, 21, 32}) {
            check(b, DType.FLOAT32, Shapes.of(batch, 6, 16, 1, square(5, 1, 0, 1), 14, 14));
            check(b, DType.FLOAT32, Shapes.of(batch, 1, 6, 1, square(5, 1, 2, 1), 9, 11));
            check(b, DType.FLOAT32, Shapes.of(batch, 6, 10, 2, square(3, 1, 2, 2), 7, 5));
            check(b, DType.FLOAT32, Shapes.of(batch, 3, 5, 1, square(4, 1, 3, 1), 4, 6));
            check(b, DType.FLOAT32, Shapes.of(batch, 4, 17, 1, window(new int[] {5}, new int[] {1}, new int[] {4}, new int[] {1}), 16));
            Window cube = window(new int[] {2, 3, 2}, new int[] {1, 1, 1}, new int[] {1, 2, 0}, new int[] {1, 1, 2});
            check(b, DType.FLOAT32, Shapes.of(batch, 2, 9, 1, cube, 4, 3, 5));
        }
        check(b, DType.FLOAT32, Shapes.of(18, 64, 64, 1, square(3, 1, 1, 1), 4, 4), 60);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void oneAndThreeAxes(CpuBackend b) {
        for (int stride = 1; stride <= 2; stride++) {
            Window line = window(new int[] {4}, new int[] {stride}, new int[] {2}, new int[] {2});
            check(b, DType.FLOAT32, Shapes.of(3, 6, 4, 2, line, 37));
            check(b, DType.FLOAT64, Shapes.of(3, 6, 6, 6, line, 19));
            check(b, DType.FLOAT32, Shapes.of(2, 6, 12, 6, line, 70));
            Window box = window(new int[] {2, 3, 2}, new int[] {1, stride, 2}, new int[] {1, 0, 1}, new int[] {2, 1,
                1});
            check(b, DType.FLOAT32, Shapes.of(2, 2, 3, 1, box, 5, 6, 7));
            check(b, DType.FLOAT64, Shapes.of(2, 4, 4, 4, box, 4, 6, 9));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anyExtentsOfTheOutput(CpuBackend b) {
        Window w = square(3, 2, 1, 1);
        check(b, DType.FLOAT32, Shapes.of(2, 3, 4, 1, w, new long[] {7, 8}, new long[] {6, 3}));
        check(b, DType.FLOAT32, Shapes.of(2, 4, 4, 4, w, new long[] {7, 8}, new long[] {2, 7}));
        check(b, DType.FLOAT32, Shapes.of(2, 3, 4, 1, square(3, 1, 1, 1), new long[] {7, 8}, new long[] {4, 11}));
        check(b, DType.FLOAT32, Shapes.of(2, 20, 20, 1, square(3, 1, 4, 1), new long[] {7, 8}, new long[] {14, 5}), 40);
        check(b, DType.FLOAT32, Shapes.of(1, 2, 2, 1, square(1, 1, 2, 1), new long[] {3, 3}, new long[] {7, 7}));
    }

    /** Few and many channels either way, groups, steps, images that fill no vector, outputs cut short, and padding. */
    @ParameterizedTest
    @MethodSource("backends")
    void windowsOfASingleElement(CpuBackend b) {
        Window box = window(new int[] {1, 1, 1}, new int[] {2, 1, 2}, new int[3], new int[] {1, 1, 1});
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            check(b, type, Shapes.of(3, 16, 64, 1, square(1, 1, 0, 1), 32, 32));
            check(b, type, Shapes.of(3, 64, 16, 1, square(1, 1, 0, 1), 16, 17));
            check(b, type, Shapes.of(33, 40, 24, 1, square(1, 1, 0, 1), 2, 2));
            check(b, type, Shapes.of(9, 24, 40, 2, square(1, 1, 0, 1), 4, 5));
            check(b, type, Shapes.of(9, 24, 40, 2, square(1, 2, 0, 1), 9, 8));
            check(b, type, Shapes.of(7, 12, 20, 1, square(1, 2, 0, 1), 5, 34));
            check(b, type, Shapes.of(5, 5, 3, 1, square(1, 1, 0, 1), 7, 3));
            check(b, type, Shapes.of(4, 24, 36, 3, square(1, 1, 0, 1), 8, 8));
            check(b, type, Shapes.of(4, 24, 36, 3, square(1, 2, 0, 1), 9, 8));
            check(b, type, Shapes.of(2, 20, 70, 1, window(new int[] {1, 1}, new int[] {3, 1}, new int[2], new int[] {1, 1}), 11, 5));
            check(b, type, Shapes.of(2, 6, 9, 1, box, 5, 4, 6));
            check(b, type, Shapes.of(2, 6, 9, 1, square(1, 1, 0, 1), new long[] {6, 7}, new long[] {5, 4}));
            check(b, type, Shapes.of(2, 6, 9, 1, square(1, 1, 0, 1), new long[] {6, 7}, new long[] {8, 7}));
            check(b, type, Shapes.of(2, 6, 9, 1, square(1, 2, 1, 1), 6, 7));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void halfTypes(CpuBackend b) {
        check(b, DType.FLOAT16, Shapes.of(2, 3, 4, 1, square(3, 1, 1, 1), 6, 6));
        check(b, DType.BFLOAT16, Shapes.of(2, 4, 4, 4, square(3, 2, 1, 1), 6, 6));
    }

    /** 1 x 1, 3 x 3 and others at sizes where pieces, tiles and blocks have edges. */
    @ParameterizedTest
    @MethodSource("backends")
    void layersOfImageModels(CpuBackend b) {
        check(b, DType.FLOAT32, Shapes.of(2, 40, 70, 1, square(1, 1, 0, 1), 9, 9));
        check(b, DType.FLOAT32, Shapes.of(2, 32, 16, 1, square(1, 2, 0, 1), 9, 9));
        check(b, DType.FLOAT32, Shapes.of(1, 3, 8, 1, square(7, 2, 3, 1), 61, 67));
        check(b, DType.FLOAT32, Shapes.of(9, 80, 16, 1, square(3, 2, 1, 1), 8, 8));
        check(b, DType.FLOAT32, Shapes.of(2, 21, 37, 1, square(3, 1, 1, 1), 10, 7));
        check(b, DType.FLOAT32, Shapes.of(2, 40, 24, 1, square(3, 1, 1, 1), 4, 5));
        check(b, DType.FLOAT32, Shapes.of(3, 12, 24, 2, window(new int[] {2, 4}, new int[] {1, 2}, new int[] {1, 3},
                new int[] {2, 1}), 7, 9));
        check(b, DType.FLOAT32, Shapes.of(33, 16, 16, 1, square(3, 1, 1, 1), 4, 4), 40);
        check(b, DType.FLOAT32, Shapes.of(2, 16, 16, 1, square(3, 1, 2, 1), 1, 1), 40);
        check(b, DType.FLOAT32, Shapes.of(1, 70, 80, 1, square(3, 1, 1, 1), 8, 12), 40);
        check(b, DType.FLOAT64, Shapes.of(1, 30, 20, 1, square(3, 1, 1, 1), 20, 20));
    }

    /** Three by three windows of the extents for which floats go Winograd's way. */
    @ParameterizedTest
    @MethodSource("backends")
    void tilesOfFourByFour(CpuBackend b) {
        int[][] channels = {{21, 37, 1}, {48, 16, 1}, {16, 64, 1}, {32, 48, 2}};
        for (int[] c : channels) {
            check(b, DType.FLOAT32, Shapes.of(4, c[0], c[1], c[2], square(3, 1, 1, 1), 16, 15), 40);
        }
        for (int padding = 0; padding <= 4; padding++) {
            check(b, DType.FLOAT32, Shapes.of(4, 20, 18, 1, square(3, 1, padding, 1), 18 - 2 * padding,
                    17 - 2 * padding), 40);
        }
        check(b, DType.FLOAT32, Shapes.of(2, 16, 32, 1, square(3, 1, 1, 1), new long[] {21, 30}, new long[] {23, 24}),
                40);
        check(b, DType.FLOAT32, Shapes.of(1, 16, 32, 1, square(3, 1, 1, 1), 9, 120), 40);
        check(b, DType.FLOAT32, Shapes.of(1, 16, 16, 1, square(3, 1, 1, 1), 120, 5), 40);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void viewsAndEmptyArrays(CpuBackend b) {
        Window w = square(3, 1, 1, 1);
        double[] x = new double[2 * 3 * 5 * 6];
        View whole = WindowReference.random(b, DType.FLOAT32, x, random, false, 5, 2, 6, 3);
        View turned = View.of(whole.buffer(), whole.layout().permute(1, 3, 0, 2));
        View straight = View.of(b.allocate(DType.FLOAT32, x.length), Layout.of(2, 3, 5, 6));
        b.copy(straight, turned);
        View weight = WindowReference.random(b, DType.FLOAT32, new double[4 * 27], random, false, 4, 3, 3, 3);
        View y = WindowReference.rubbish(b, DType.FLOAT32, 2, 4, 5, 6);
        View z = WindowReference.rubbish(b, DType.FLOAT32, 2, 4, 5, 6);
        View across = View.of(b.allocate(DType.FLOAT32, 240), Layout.of(4, 6, 5, 2).permute(3, 0, 2, 1));
        b.convolve(y, turned, weight, w, 1);
        b.convolve(z, straight, weight, w, 1);
        b.convolve(across, turned, weight, w, 1);
        assertTrue(Arrays.equals(WindowReference.read(y), WindowReference.read(z)));
        assertTrue(Arrays.equals(WindowReference.read(y), WindowReference.read(across)));

        View none = View.of(b.allocate(DType.FLOAT32, 0), Layout.of(0, 3, 5, 6));
        View nothing = View.of(b.allocate(DType.FLOAT32, 0), Layout.of(0, 4, 5, 6));
        b.convolve(nothing, none, weight, w, 1);
        b.convolveInput(none, nothing, weight, w, 1);
        View g = WindowReference.rubbish(b, DType.FLOAT32, 4, 3, 3, 3);
        b.convolveWeight(g, none, nothing, w, 1);
        assertTrue(Arrays.stream(WindowReference.read(g)).allMatch(v -> v == 0));
    }

    /** The parts that work is split into, and so all roundings, do not depend on how many threads there are. */
    @ParameterizedTest
    @MethodSource("backends")
    void oneThreadGivesTheSameBits(CpuBackend b) {
        Shapes[] all = {Shapes.of(5, 32, 32, 1, square(3, 1, 1, 1), 31, 22), Shapes.of(3, 20, 24, 2, square(3, 2, 1, 1),
                19, 22),
            Shapes.of(9, 40, 70, 1, square(1, 2, 0, 1), 9, 8), Shapes.of(9, 40, 70, 1, square(1, 1, 0, 1), 4, 4),
            Shapes.of(1, 20, 24, 1, square(3, 1, 1, 1), 6, 5),
            Shapes.of(3, 24, 24, 24, square(3, 1, 1, 1), 19, 22), Shapes.of(1, 40, 70, 1, square(1, 1, 0, 1), 30, 31)};
        for (Shapes s : all) {
            View x = WindowReference.random(b, DType.FLOAT32, new double[(int) Layout.sizeOf(s.in)], random, false,
                    s.in);
            View y = WindowReference.random(b, DType.FLOAT32, new double[(int) Layout.sizeOf(s.out)], random, false,
                    s.out);
            View w = WindowReference.random(b, DType.FLOAT32, new double[(int) Layout.sizeOf(s.weight)], random, false,
                    s.weight);
            double[][] together = results(b, s, x, y, w);
            double[][][] alone = new double[2][][];
            // Within a part of the team's work everything is done by one thread.
            Threads.team().run(2, part -> alone[part] = results(b, s, x, y, w));
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(together[i], alone[0][i]);
                assertArrayEquals(together[i], alone[1][i]);
            }
        }
    }

    private static double[][] results(CpuBackend b, Shapes s, View x, View y, View w) {
        View[] r = {WindowReference.rubbish(b, DType.FLOAT32, s.out), WindowReference.rubbish(b, DType.FLOAT32, s.in),
            WindowReference.rubbish(b, DType.FLOAT32, s.weight)};
        b.convolve(r[0], x, w, s.window, s.groups);
        b.convolveInput(r[1], y, w, s.window, s.groups);
        b.convolveWeight(r[2], x, y, s.window, s.groups);
        return Arrays.stream(r).map(WindowReference::read).toArray(double[][]::new);
    }

    /** Infinity times a zero of the padding is not to be seen; NaN and infinity stay where their windows are. */
    @ParameterizedTest
    @MethodSource("backends")
    void notANumberSpreadsAsFarAsWindows(CpuBackend b) {
        double[] x = new double[4 * 64];
        View in = WindowReference.random(b, DType.FLOAT32, x, random, false, 1, 4, 8, 8);
        x[3 * 64 + 7] = Double.NaN;
        WindowReference.write(b, in, x);
        View weight = WindowReference.random(b, DType.FLOAT32, new double[4 * 4 * 9], random, false, 4, 4, 3, 3);
        View out = WindowReference.rubbish(b, DType.FLOAT32, 1, 4, 8, 8);
        b.convolve(out, in, weight, square(3, 1, 1, 1), 1);
        double[] y = WindowReference.read(out);
        for (int i = 0; i < y.length; i++) {
            boolean near = i % 64 / 8 <= 1 && i % 8 >= 6;
            assertEquals(near, Double.isNaN(y[i]), "at " + i);
        }
    }
}
