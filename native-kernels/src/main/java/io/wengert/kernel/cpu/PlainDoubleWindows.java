package io.wengert.kernel.cpu;

import java.util.Arrays;

/** Inner loops over windows of doubles in plain Java. */
public class PlainDoubleWindows implements WindowKernels<double[]> {

    @Override
    public int width() { return 1; }

    @Override
    public final double[] allocate(int length) { return new double[length]; }

    @Override
    public final void fill(double[] a, int at, int n, double value) { Arrays.fill(a, at, at + n, value); }

    @Override
    public void take(int n, double[] from, int at, int step, double[] to, int o) {
        for (int i = 0; i < n; i++) {
            to[o + i] = from[at + i * step];
        }
    }

    @Override
    public void put(int n, double[] from, int at, double[] to, int o, int step) {
        for (int i = 0; i < n; i++) {
            to[o + i * step] = from[at + i];
        }
    }

    @Override
    public void add(int n, double[] from, int at, double[] to, int o, int step) {
        for (int i = 0; i < n; i++) {
            to[o + i * step] += from[at + i];
        }
    }

    @Override
    public void multiply(int n, double[] a, int at, double[] b, int bt, double[] to, int o) {
        for (int i = 0; i < n; i++) {
            to[o + i] = a[at + i] * b[bt + i];
        }
    }

    @Override
    public void weigh(int n, double[] in, int[] offsets, double[] weights, int w, double[] out) {
        Arrays.fill(out, 0, n, 0);
        for (int t = 0; t < offsets.length; t++) {
            double x = weights[w + t];
            int o = offsets[t];
            for (int f = 0; f < n; f++) {
                out[f] += x * in[o + f];
            }
        }
    }

    @Override
    public void spread(int n, double[] out, int[] offsets, double[] weights, int w, double[] in) {
        for (int t = 0; t < offsets.length; t++) {
            double x = weights[w + t];
            int o = offsets[t];
            for (int f = 0; f < n; f++) {
                in[o + f] += x * out[f];
            }
        }
    }

    @Override
    public void correlate(int n, double[] out, double[] in, int[] offsets, double[] sums) {
        for (int t = 0; t < offsets.length; t++) {
            int o = offsets[t];
            double a = 0;
            double b = 0;
            int f = 0;
            for (; f + 2 <= n; f += 2) {
                a += out[f] * in[o + f];
                b += out[f + 1] * in[o + f + 1];
            }
            sums[t] += f < n ? a + b + out[f] * in[o + f] : a + b;
        }
    }

    @Override
    public void max(int n, double[] in, int[] offsets, double[] out) {
        System.arraycopy(in, offsets[0], out, 0, n);
        for (int t = 1; t < offsets.length; t++) {
            int o = offsets[t];
            for (int f = 0; f < n; f++) {
                out[f] = Math.max(out[f], in[o + f]);
            }
        }
    }

    @Override
    public void maxOfPairs(int n, double[] a, int at, double[] b, int bt, double[] to, int o) {
        for (int i = 0; i < n; i++) {
            double first = Math.max(a[at + 2 * i], a[at + 2 * i + 1]);
            to[o + i] = Math.max(first, Math.max(b[bt + 2 * i], b[bt + 2 * i + 1]));
        }
    }

    @Override
    public void select(int n, double[] guide, int[] offsets, double[] in, double[] out) {
        for (int f = 0; f < n; f++) {
            out[f] = in[f + offsets[largestTap(guide, f, offsets)]];
        }
    }

    @Override
    public void deliver(int n, double[] guide, int[] offsets, double[] out, double[] in) {
        for (int f = 0; f < n; f++) {
            in[f + offsets[largestTap(guide, f, offsets)]] += out[f];
        }
    }

    /** The tap of the first largest element, or of the first NaN. */
    protected static int largestTap(double[] guide, int f, int[] offsets) {
        int best = 0;
        double most = guide[f + offsets[0]];
        for (int t = 1; t < offsets.length && most == most; t++) {
            double x = guide[f + offsets[t]];
            if (!(x <= most)) {
                most = x;
                best = t;
            }
        }
        return best;
    }
}
