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
    public final void collect(int n, double[] from, int at, int[] places, double[] to, int o, int step) {
        for (int i = 0; i < n; i++, o += step) {
            to[o] = from[at + places[i]];
        }
    }

    @Override
    public void rows(int rows, int n, double[] from, int at, int step, double[] to, int o, int toStep) {
        if (n >= 32) {
            for (int r = 0; r < rows; r++, at += step, o += toStep) {
                System.arraycopy(from, at, to, o, n);
            }
            return;
        }
        for (int r = 0; r < rows; r++, at += step, o += toStep) {
            for (int i = 0; i < n; i++) {
                to[o + i] = from[at + i];
            }
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
    public void sumOfPairs(int n, double[] a, int at, double[] b, int bt, double factor, double[] to, int o) {
        for (int i = 0; i < n; i++) {
            double sum = a[at + 2 * i] + b[bt + 2 * i] + (a[at + 2 * i + 1] + b[bt + 2 * i + 1]);
            to[o + i] = sum * factor;
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

    @Override
    public int tileFilters() { return 4; }

    @Override
    public int tileWindows() { return 256; }

    @Override
    public void convolve(double[] in, int at, int[] offsets, double[] weights, int w, double[] out, int o, int row) {
        int n = tileWindows();
        for (int r = 0; r < 4; r++) {
            Arrays.fill(out, o + r * row, o + r * row + n, 0);
        }
        int o1 = o + row;
        int o2 = o1 + row;
        int o3 = o2 + row;
        for (int p = 0; p < offsets.length; p++) {
            double w0 = weights[w + 4 * p];
            double w1 = weights[w + 4 * p + 1];
            double w2 = weights[w + 4 * p + 2];
            double w3 = weights[w + 4 * p + 3];
            int i = at + offsets[p];
            for (int f = 0; f < n; f++) {
                double x = in[i + f];
                out[o + f] += w0 * x;
                out[o1 + f] += w1 * x;
                out[o2 + f] += w2 * x;
                out[o3 + f] += w3 * x;
            }
        }
    }

    @Override
    public void four(int n, int rows, double[] out, int o, int plane, double[] to, int t) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(out, o + r * plane, to, t + r * n, n);
        }
    }

    @Override
    public void correlate(int n, int rows, int columns, double[] four, int o, double[] in, int at, int[] offsets,
            int first, double[] sums, int s, int row) {
        for (int j = 0; j < columns; j++) {
            int q = at + offsets[first + j];
            for (int i = 0; i < rows; i++) {
                sums[s + i * row + j] += dot(n, four, o + i * n, in, q);
            }
        }
    }

    private static double dot(int n, double[] a, int at, double[] b, int bt) {
        double x = 0;
        double y = 0;
        int f = 0;
        for (; f + 2 <= n; f += 2) {
            x += a[at + f] * b[bt + f];
            y += a[at + f + 1] * b[bt + f + 1];
        }
        return f < n ? x + y + a[at + f] * b[bt + f] : x + y;
    }
}
