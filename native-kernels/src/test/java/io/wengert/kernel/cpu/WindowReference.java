package io.wengert.kernel.cpu;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Named;

/** Convolution and pooling as their definitions say it, in double precision; and arrays to try them on. */
final class WindowReference {

    private WindowReference() {}

    /** The CPU with each set of lanes that this JVM has. */
    static List<Named<CpuBackend>> backends() {
        List<Named<CpuBackend>> all = new ArrayList<>(List.of(Named.of("plain", CpuBackend.with(new PlainLanes()))));
        try {
            Class<?> vector = Class.forName("io.wengert.kernel.cpu.vector.VectorLanes");
            all.add(Named.of("vector", CpuBackend.with((Lanes) vector.getConstructor().newInstance())));
        } catch (ReflectiveOperationException | LinkageError e) {
            // The JVM runs without jdk.incubator.vector: plain Java is all there is.
        }
        return all;
    }

    /** Called for each tap of each window; the place in the input is -1 for padding. */
    interface Tap {
        void at(int in, int out, int tap);
    }

    /** All taps of one channel pair; places counted within a channel. */
    static void walk(long[] in, long[] out, Window w, Tap tap) {
        long[] extents = tail(out);
        int outSize = (int) Layout.sizeOf(extents);
        long[] kernel = longs(w.kernel());
        for (int o = 0; o < outSize; o++) {
            int[] oi = index(o, extents);
            for (int t = 0; t < w.taps(); t++) {
                int place = 0;
                boolean inside = true;
                int[] ti = index(t, kernel);
                for (int a = 0; a < kernel.length; a++) {
                    int i = oi[a] * w.stride()[a] - w.padding()[a] + ti[a] * w.dilation()[a];
                    inside &= i >= 0 && i < in[2 + a];
                    place = place * (int) in[2 + a] + i;
                }
                tap.at(inside ? place : -1, o, t);
            }
        }
    }

    static long[] tail(long[] shape) { return Arrays.copyOfRange(shape, 2, shape.length); }

    private static long[] longs(int[] a) { return Arrays.stream(a).asLongStream().toArray(); }

    static int[] index(int place, long[] shape) {
        int[] r = new int[shape.length];
        for (int i = shape.length - 1; i >= 0; i--) {
            r[i] = place % (int) shape[i];
            place /= (int) shape[i];
        }
        return r;
    }

    /** What is added up: one term of out, input and weight each. */
    interface Term {
        void at(int y, int x, int w);
    }

    /** All products of a convolution, as places in the three arrays. */
    static void products(long[] in, long[] out, long[] weight, Window w, int groups, Term term) {
        int inSize = (int) Layout.sizeOf(tail(in));
        int outSize = (int) Layout.sizeOf(tail(out));
        int c = (int) weight[1];
        int m = (int) weight[0];
        walk(in, out, w, (i, o, t) -> {
            for (int n = 0; n < in[0] && i >= 0; n++) {
                for (int f = 0; f < m; f++) {
                    for (int j = 0; j < c; j++) {
                        int channel = f / (m / groups) * c + j;
                        term.at((n * m + f) * outSize + o, (n * (int) in[1] + channel) * inSize + i, (f * c
                                + j) * w.taps() + t);
                    }
                }
            }
        });
    }

    /** Random elements as an array of the dtype, whose double values are left in {@code values}. */
    static View random(Backend b, DType type, double[] values, Random random, boolean small, long... shape) {
        View v = View.of(b.allocate(type, values.length), Layout.of(shape));
        for (int i = 0; i < values.length; i++) {
            double x = small ? random.nextInt(7) - 3 : random.nextGaussian();
            values[i] = type == DType.FLOAT64 ? x : type == DType.FLOAT32 ? (float) x
                    : (float) (Math.round(x * 8) / 8.0);
        }
        write(b, v, values);
        return v;
    }

    static void write(Backend b, View v, double[] values) {
        Runs.of(CpuBackend.placed(v).layout()).store(Lane.F64, values, v.dtype(), CpuBackend.array(v.buffer()), 0, 0, values.length);
    }

    static double[] read(View v) {
        double[] r = new double[(int) v.layout().size()];
        Runs.of(CpuBackend.placed(v).layout()).load(Lane.F64, v.dtype(), CpuBackend.array(v.buffer()), 0, 0, r.length, r);
        return r;
    }

    /** An output full of rubbish, somewhere inside a larger buffer. */
    static View rubbish(Backend b, DType type, long... shape) {
        int n = (int) Layout.sizeOf(shape);
        View all = View.of(b.allocate(type, n + 11), Layout.of(n + 11));
        double[] x = new double[n + 11];
        Arrays.fill(x, 768);
        write(b, all, x);
        Layout l = Layout.of(shape);
        long[] strides = new long[shape.length];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = l.stride(i);
        }
        return View.of(all.buffer(), Layout.of(shape, strides, 5));
    }

    /** Whether what surrounds {@link #rubbish} is untouched. */
    static boolean guarded(Backend b, View v) {
        int n = (int) v.buffer().size();
        double[] x = read(View.of(v.buffer(), Layout.of(n)));
        for (int i = 0; i < n; i++) {
            if ((i < 5 || i >= n - 6) && x[i] != 768) {
                return false;
            }
        }
        return true;
    }

    /** Pooling by definition. */
    static double[] pool(Pooling pooling, long[] in, long[] out, double[] x, double[] guide, Window w) {
        double[] y = new double[(int) Layout.sizeOf(out)];
        winners(pooling, in, out, guide, w, (o, i, weight) -> y[o] += weight * x[i]);
        return y;
    }

    static double[] poolInput(Pooling pooling, long[] in, long[] out, double[] y, double[] guide, Window w) {
        double[] x = new double[(int) Layout.sizeOf(in)];
        winners(pooling, in, out, guide, w, (o, i, weight) -> x[i] += weight * y[o]);
        return x;
    }

    interface Share {
        void at(int out, int in, double weight);
    }

    private static void winners(Pooling pooling, long[] in, long[] out, double[] guide, Window w, Share share) {
        int inSize = (int) Layout.sizeOf(tail(in));
        int outSize = (int) Layout.sizeOf(tail(out));
        int[] best = new int[outSize];
        double[] counts = new double[outSize];
        for (int plane = 0; plane < in[0] * in[1]; plane++) {
            int p = plane;
            Arrays.fill(best, -1);
            Arrays.fill(counts, 0);
            walk(in, out, w, (i, o, t) -> {
                if (i >= 0 && (best[o] < 0 || !Double.isNaN(guide[p * inSize + best[o]])
                        && !(guide[p * inSize + i] <= guide[p * inSize + best[o]]))) {
                    best[o] = i;
                }
                counts[o] += i >= 0 || pooling == Pooling.MEAN_PADDED && padded(in, out, w, o, t) ? 1 : 0;
            });
            walk(in, out, w, (i, o, t) -> {
                boolean counts1 = pooling == Pooling.MAX ? i == best[o] : i >= 0;
                if (i >= 0 && counts1) {
                    boolean mean = pooling == Pooling.MEAN || pooling == Pooling.MEAN_PADDED;
                    share.at(p * outSize + o, p * inSize + i, mean ? 1 / counts[o] : 1);
                }
            });
        }
    }

    private static boolean padded(long[] in, long[] out, Window w, int o, int t) {
        int[] oi = index(o, tail(out));
        int[] ti = index(t, longs(w.kernel()));
        for (int a = 0; a < w.rank(); a++) {
            int i = oi[a] * w.stride()[a] - w.padding()[a] + ti[a] * w.dilation()[a];
            if (i < -w.padding()[a] || i >= in[2 + a] + w.padding()[a]) {
                return false;
            }
        }
        return true;
    }
}
