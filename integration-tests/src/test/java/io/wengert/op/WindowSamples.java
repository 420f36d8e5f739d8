package io.wengert.op;

import static io.wengert.op.Input.any;
import static io.wengert.op.Input.in;

import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.Window;
import java.util.Arrays;

/** Samples of {@link Windows}. */
final class WindowSamples extends Samples {

    WindowSamples() {
        each(Windows.ABS_POWER, numbers(2.5), any().awayFrom(0));
        each(Windows.ROOT, numbers(2.5), any().between(0.3, 2));
        Window line = window(ints(3), ints(2), ints(1), ints(1));
        Window square = window(ints(3, 2), ints(1, 2), ints(1, 0), ints(2, 1));
        Window box = window(ints(2, 1, 2), ints(1, 2, 1), ints(0, 1, 1), ints(1, 1, 2));
        convolutions(line, 2, new long[] {2, 4, 6}, new long[] {2, 2, 3}, new long[] {2, 2, 3});
        convolutions(square, 1, new long[] {2, 2, 5, 4}, new long[] {2, 3, 3, 2}, new long[] {3, 2, 3, 2});
        convolutions(square, 3, new long[] {1, 3, 5, 4}, new long[] {1, 6, 3, 2}, new long[] {6, 1, 3, 2});
        convolutions(box, 1, new long[] {1, 2, 3, 3, 3}, new long[] {1, 2, 2, 3, 3}, new long[] {2, 2, 2, 1, 2});
        convolutions(line, 1, new long[] {0, 1, 6}, new long[] {0, 1, 3}, new long[] {1, 1, 3});
        pools(line, new long[] {2, 2, 6}, new long[] {2, 2, 3});
        pools(square, new long[] {1, 2, 5, 4}, new long[] {1, 2, 3, 2});
        pools(box, new long[] {1, 1, 3, 3, 3}, new long[] {1, 1, 2, 3, 3});
    }

    private static int[] ints(int... a) { return a; }

    private static Window window(int[] kernel, int[] stride, int[] padding, int[] dilation) {
        return new Window(kernel, stride, padding, dilation);
    }

    /** Convolution and both transposes: x, y and w are the shapes. */
    private void convolutions(Window window, int groups, long[] x, long[] y, long[] w) {
        Windows.Sliding s = new Windows.Sliding(window, groups, tail(x), tail(y));
        sample(Windows.CONVOLVE, s, in(x), in(w)).is(a -> form(s, y, x, w,
                (t, r) -> r[t.y] += a[0].values()[t.x] * a[1].values()[t.w]))
                .in(Sample.FLOATS).terms(30);
        sample(Windows.CONVOLVE, s, in(x), in(w), in(w[0])).is(a -> {
            Host r = form(s, y, x, w, (t, v) -> v[t.y] += a[0].values()[t.x] * a[1].values()[t.w]);
            return r.like(i -> r.at(i) + a[2].at(i[1]));
        }).in(Sample.FLOATS).terms(60);
        sample(Windows.CONVOLVE_INPUT, s, in(y), in(w)).is(a -> form(s, x, x, w,
                (t, r) -> r[t.x] += a[0].values()[t.y] * a[1].values()[t.w]))
                .in(Sample.FLOATS).terms(30);
        sample(Windows.CONVOLVE_WEIGHT, s, in(x), in(y)).is(a -> form(s, w, x, w,
                (t, r) -> r[t.w] += a[0].values()[t.x] * a[1].values()[t.y]))
                .in(Sample.FLOATS).terms(60);
    }

    /** One product of the trilinear form: the places of its factors. */
    private record Term(int y, int x, int w) {}

    private interface Adding {
        void add(Term t, double[] result);
    }

    private static Host form(Windows.Sliding s, long[] result, long[] x, long[] w, Adding adding) {
        double[] r = new double[(int) Layout.sizeOf(result)];
        int perGroup = (int) (w[0] / s.groups());
        int in = (int) Layout.sizeOf(s.in());
        int out = (int) Layout.sizeOf(s.out());
        int taps = s.window().taps();
        for (int n = 0; n < x[0]; n++) {
            for (int f = 0; f < w[0]; f++) {
                for (int c = 0; c < w[1]; c++) {
                    int plane = (n * (int) x[1] + f / perGroup * (int) w[1] + c) * in;
                    for (int o = 0; o < out; o++) {
                        for (int t = 0; t < taps; t++) {
                            int i = seen(s, o, t);
                            if (i >= 0) {
                                int at = (n * (int) w[0] + f) * out + o;
                                adding.add(new Term(at, plane + i, (f * (int) w[1] + c) * taps + t), r);
                            }
                        }
                    }
                }
            }
        }
        return new Host(result, r);
    }

    /** The place that a tap of a window sees; -1 for padding. */
    private static int seen(Windows.Sliding s, int out, int tap) {
        Window w = s.window();
        int place = 0;
        int below = 1;
        for (int a = w.rank() - 1; a >= 0; a--) {
            int i = out % (int) s.out()[a] * w.stride()[a] - w.padding()[a] + tap % w.kernel()[a] * w.dilation()[a];
            if (i < 0 || i >= s.in()[a]) {
                return -1;
            }
            place += i * below;
            below *= (int) s.in()[a];
            out /= (int) s.out()[a];
            tap /= w.kernel()[a];
        }
        return place;
    }

    private void pools(Window window, long[] x, long[] y) {
        Windows.Sliding s = new Windows.Sliding(window, 1, tail(x), tail(y));
        for (Pooling pooling : new Pooling[] {Pooling.SUM, Pooling.MEAN, Pooling.MEAN_PADDED}) {
            Windows.Pool p = new Windows.Pool(pooling, s);
            sample(Windows.POOL, p, in(x)).is(a -> shared(s, y,
                    (o, i, r) -> r[o] += share(pooling, s, o) * a[0].values()[i]))
                    .in(Sample.FLOATS).terms(9);
            sample(Windows.POOL_INPUT, p, in(y)).is(a -> shared(s, x,
                    (o, i, r) -> r[i] += share(pooling, s, o) * a[0].values()[o]))
                    .in(Sample.FLOATS).terms(9);
        }
        sample(Windows.MAX_POOL, s, in(x), in(x).apart()).in(Sample.FLOATS).is(a -> shared(s, y,
                (o, i, r) -> r[o] = i == winner(s, o, a[1].values()) ? a[0].values()[i] : r[o]));
        sample(Windows.MAX_POOL_INPUT, s, in(y), in(x).apart()).in(Sample.FLOATS).terms(9).is(a -> shared(s, x,
                (o, i, r) -> r[i] += i == winner(s, o, a[1].values()) ? a[0].values()[o] : 0));
    }

    private interface Sharing {
        void add(int out, int in, double[] result);
    }

    /** All pairs of a window and what it sees, in all channels. */
    private static Host shared(Windows.Sliding s, long[] result, Sharing sharing) {
        double[] r = new double[(int) Layout.sizeOf(result)];
        int in = (int) Layout.sizeOf(s.in());
        int out = (int) Layout.sizeOf(s.out());
        for (int o = 0; o < result[0] * result[1] * out; o++) {
            for (int t = 0; t < s.window().taps(); t++) {
                int i = seen(s, o % out, t);
                if (i >= 0) {
                    sharing.add(o, o / out * in + i, r);
                }
            }
        }
        return new Host(result, r);
    }

    private static int winner(Windows.Sliding s, int o, double[] guide) {
        int in = (int) Layout.sizeOf(s.in());
        int out = (int) Layout.sizeOf(s.out());
        int best = -1;
        for (int t = 0; t < s.window().taps(); t++) {
            int i = seen(s, o % out, t);
            int at = o / out * in + i;
            best = i >= 0 && (best < 0 || guide[at] > guide[best]) ? at : best;
        }
        return best;
    }

    private static double share(Pooling pooling, Windows.Sliding s, int o) {
        int n = 0;
        Window w = s.window();
        int out = (int) Layout.sizeOf(s.out());
        for (int t = 0; t < w.taps(); t++) {
            if (pooling == Pooling.MEAN) {
                n += seen(s, o % out, t) >= 0 ? 1 : 0;
            } else {
                long[] wider = s.in().clone();
                Arrays.setAll(wider, a -> wider[a] + 2L * w.padding()[a]);
                Window bare = window(w.kernel(), w.stride(), new int[w.rank()], w.dilation());
                n += seen(new Windows.Sliding(bare, 1, wider, s.out()), o % out, t) >= 0 ? 1 : 0;
            }
        }
        return pooling == Pooling.SUM ? 1 : 1.0 / n;
    }

    private static long[] tail(long[] shape) { return Arrays.copyOfRange(shape, 2, shape.length); }
}
