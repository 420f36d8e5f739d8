package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reductions along any axes of any layout, in every dtype, against loops in double precision. */
@Tag("lanes")
class ReduceFamilyTest {

    /** Shapes of the input and of the result. */
    private static final long[][][] CASES = {{{7}, {1}}, {{3, 5}, {3, 1}}, {{3, 5}, {1, 5}}, {{3, 5}, {1, 1}},
        {{2, 3, 4}, {2, 1, 4}}, {{2, 3, 4}, {1, 3, 1}}, {{4, 65}, {4, 1}}, {{65, 17}, {1, 17}}, {{300, 9}, {1, 9}},
        {{2, 130, 16}, {2, 1, 16}}, {{270, 2, 10}, {1, 2, 10}}, {{20, 13, 9}, {1, 1, 9}}, {{0, 3}, {1, 3}}, {{3, 0}, {3, 1}},
        {{}, {}}, {{5, 1}, {5, 1}}};

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void everyDtypeAndLayout() {
        for (DType type : Numbers.REALS) {
            for (Reduction r : Reduction.values()) {
                for (long[][] c : CASES) {
                    boolean empty = Layout.sizeOf(c[0]) == 0;
                    for (Guarded.Lie lie : Guarded.Lie.values()) {
                        if (r.allowsEmpty() || !empty) {
                            check(r, type, lie, c[0], c[1]);
                        }
                    }
                }
            }
        }
    }

    @Test
    void sizesAroundTheLaneCount() {
        for (int n : MapFamilyTest.SIZES) {
            for (Reduction r : new Reduction[] {Reduction.SUM, Reduction.MAX, Reduction.MIN}) {
                if (n > 0 || r == Reduction.SUM) {
                    check(r, DType.FLOAT32, Guarded.Lie.OFFSET, new long[] {n}, new long[] {1});
                    check(r, DType.FLOAT64, Guarded.Lie.OFFSET, new long[] {n}, new long[] {1});
                    check(r, DType.FLOAT32, Guarded.Lie.WHOLE, new long[] {3, n}, new long[] {1, n});
                }
            }
        }
    }

    @Test
    void nanAndInfinities() {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16}) {
            for (int n : new int[] {1, 5, 17, 64, 1025}) {
                for (int at : new int[] {0, n / 2, n - 1}) {
                    double[] x = new double[n];
                    x[at] = Double.NaN;
                    for (Reduction r : Reduction.values()) {
                        assertEquals(Double.NaN, reduced(r, type, x), r + " of NaN at " + at + " of " + n);
                    }
                    Arrays.fill(x, Double.NEGATIVE_INFINITY);
                    assertEquals(Double.NEGATIVE_INFINITY, reduced(Reduction.MAX, type, x));
                    x[at] = Double.POSITIVE_INFINITY;
                    assertEquals(Double.POSITIVE_INFINITY, reduced(Reduction.MAX, type, x));
                    assertEquals(n == 1 ? Double.POSITIVE_INFINITY : Double.NaN, reduced(Reduction.SUM, type, x));
                }
            }
        }
    }

    @Test
    void extremesOfIntegers() {
        Guarded out = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, 1);
        View x = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, 3);
        backend.write(x.buffer(), 0, new long[] {Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE}, 0, 3);
        backend.reduce(Reduction.MAX, DType.INT64, out, x);
        assertEquals(Long.MIN_VALUE, ((long[]) CpuBackend.array(out.buffer()))[0]);
        View u = Guarded.of(backend, DType.UINT64, Guarded.Lie.WHOLE, new double[] {1, -1, 2}, 3);
        View most = Guarded.empty(backend, DType.UINT64, Guarded.Lie.WHOLE, 1);
        backend.reduce(Reduction.MAX, DType.UINT64, most, u);
        assertEquals(-1, ((long[]) CpuBackend.array(most.buffer()))[0], "2^64 - 1 is the largest");
    }

    @Test
    void oneThreadAndSeveralAgreeToTheBit() {
        double[] x = new java.util.Random(1).doubles(400_000).map(v -> (float) v).toArray();
        long[][][] cases = {{{400_000}, {1}}, {{400, 1000}, {400, 1}}, {{400, 1000}, {1, 1000}}, {{40, 100, 100}, {1, 100, 1}},
            {{200, 2000}, {1, 2000}}, {{200, 2, 1000}, {1, 2, 1000}}, {{4, 200, 500}, {4, 1, 500}}};
        for (long[][] c : cases) {
            Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, c[0]);
            Guarded many = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, c[1]);
            backend.reduce(Reduction.SUM, DType.FLOAT32, many, in);
            Guarded one = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, c[1]);
            // Inside a part the team is busy, so that the work is done by this thread alone.
            Threads.team().run(2, part -> {
                if (part == 0) {
                    backend.reduce(Reduction.SUM, DType.FLOAT32, one, in);
                }
            });
            assertArrayEquals(one.values(), many.values(), Layout.text(c[0]) + " to " + Layout.text(c[1]));
        }
    }

    @Test
    void longFloatSumsStayAccurate() {
        float[] x = new float[1 << 20];
        Arrays.fill(x, 0.1f);
        View in = View.of(backend.allocate(DType.FLOAT32, x.length), Layout.of(x.length));
        backend.write(in.buffer(), 0, x, 0, x.length);
        Guarded out = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 1);
        backend.reduce(Reduction.SUM, DType.FLOAT32, out, in);
        assertEquals(0.1f * (double) x.length, out.values()[0], 1e-6 * x.length);
    }

    private double reduced(Reduction r, DType type, double... x) {
        Guarded out = Guarded.empty(backend, type, Guarded.Lie.WHOLE, 1);
        backend.reduce(r, type.lane(), out, Guarded.of(backend, type, Guarded.Lie.OFFSET, x, x.length));
        return out.values()[0];
    }

    private void check(Reduction r, DType type, Guarded.Lie lie, long[] shape, long[] result) {
        double[] x = Guarded.numbers((int) Layout.sizeOf(shape), 5, type);
        DType outType = r.allowsEmpty() ? type.accumulated() : type;
        if (r == Reduction.PROD) {
            Arrays.setAll(x, i -> i % 7 == 0 ? 2 : 1);
            x = type == DType.BOOL || x.length > 50 ? Arrays.stream(x).map(v -> 1).toArray() : x;
        }
        Guarded out = Guarded.empty(backend, outType, lie, result);
        backend.reduce(r, outType.lane(), out, Guarded.of(backend, type, lie, x, shape));
        double[] expected = new double[(int) Layout.sizeOf(result)];
        Arrays.fill(expected, r.identity());
        int[] to = Guarded.places(Layout.of(result).broadcastTo(broadcast(shape, result)));
        for (int i = 0; i < x.length; i++) {
            expected[to[i]] = r.combine(expected[to[i]], x[i]);
        }
        String what = r + " " + type + " " + lie + " " + Layout.text(shape) + " to " + Layout.text(result);
        // All numbers are small multiples of 1/16, so that sums are exact but for the last rounding.
        double tolerance = outType == DType.FLOAT16 ? 1e-3 : outType == DType.BFLOAT16 ? 8e-3 : 1e-7;
        double[] y = out.values();
        for (int i = 0; i < y.length; i++) {
            assertEquals(expected[i], y[i], tolerance * Math.max(1, Math.abs(expected[i])), what);
        }
        out.assertUnharmed(what);
    }

    private static long[] broadcast(long[] shape, long[] result) { return Layout.sizeOf(shape) == 0 ? result : shape; }
}
