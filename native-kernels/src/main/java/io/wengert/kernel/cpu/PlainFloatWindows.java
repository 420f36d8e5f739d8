package io.wengert.kernel.cpu;

import java.util.Arrays;

/** Inner loops over windows of floats in plain Java. */
public class PlainFloatWindows implements WindowKernels<float[]> {

    @Override
    public int width() { return 1; }

    @Override
    public final float[] allocate(int length) { return new float[length]; }

    @Override
    public final void fill(float[] a, int at, int n, double value) { Arrays.fill(a, at, at + n, (float) value); }

    @Override
    public void take(int n, float[] from, int at, int step, float[] to, int o) {
        for (int i = 0; i < n; i++) {
            to[o + i] = from[at + i * step];
        }
    }

    @Override
    public void put(int n, float[] from, int at, float[] to, int o, int step) {
        for (int i = 0; i < n; i++) {
            to[o + i * step] = from[at + i];
        }
    }

    @Override
    public final void collect(int n, float[] from, int at, int[] places, float[] to, int o, int step) {
        for (int i = 0; i < n; i++, o += step) {
            to[o] = from[at + places[i]];
        }
    }

    @Override
    public void rows(int rows, int n, float[] from, int at, int step, float[] to, int o, int toStep) {
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
    public void add(int n, float[] from, int at, float[] to, int o, int step) {
        for (int i = 0; i < n; i++) {
            to[o + i * step] += from[at + i];
        }
    }

    @Override
    public void multiply(int n, float[] a, int at, float[] b, int bt, float[] to, int o) {
        for (int i = 0; i < n; i++) {
            to[o + i] = a[at + i] * b[bt + i];
        }
    }

    @Override
    public void weigh(int n, float[] in, int[] offsets, float[] weights, int w, float[] out) {
        Arrays.fill(out, 0, n, 0);
        for (int t = 0; t < offsets.length; t++) {
            float x = weights[w + t];
            int o = offsets[t];
            for (int f = 0; f < n; f++) {
                out[f] += x * in[o + f];
            }
        }
    }

    @Override
    public void spread(int n, float[] out, int[] offsets, float[] weights, int w, float[] in) {
        for (int t = 0; t < offsets.length; t++) {
            float x = weights[w + t];
            int o = offsets[t];
            for (int f = 0; f < n; f++) {
                in[o + f] += x * out[f];
            }
        }
    }

    @Override
    public void correlate(int n, float[] out, float[] in, int[] offsets, double[] sums) {
        for (int t = 0; t < offsets.length; t++) {
            int o = offsets[t];
            double a = 0;
            double b = 0;
            int f = 0;
            for (; f + 2 <= n; f += 2) {
                a += (double) out[f] * in[o + f];
                b += (double) out[f + 1] * in[o + f + 1];
            }
            sums[t] += f < n ? a + b + (double) out[f] * in[o + f] : a + b;
        }
    }

    @Override
    public void max(int n, float[] in, int[] offsets, float[] out) {
        System.arraycopy(in, offsets[0], out, 0, n);
        for (int t = 1; t < offsets.length; t++) {
            int o = offsets[t];
            for (int f = 0; f < n; f++) {
                out[f] = Math.max(out[f], in[o + f]);
            }
        }
    }

    @Override
    public void maxOfPairs(int n, float[] a, int at, float[] b, int bt, float[] to, int o) {
        for (int i = 0; i < n; i++) {
            float first = Math.max(a[at + 2 * i], a[at + 2 * i + 1]);
            to[o + i] = Math.max(first, Math.max(b[bt + 2 * i], b[bt + 2 * i + 1]));
        }
    }

    @Override
    public void sumOfPairs(int n, float[] a, int at, float[] b, int bt, double factor, float[] to, int o) {
        for (int i = 0; i < n; i++) {
            float sum = a[at + 2 * i] + b[bt + 2 * i] + (a[at + 2 * i + 1] + b[bt + 2 * i + 1]);
            to[o + i] = sum * (float) factor;
        }
    }

    @Override
    public void select(int n, float[] guide, int[] offsets, float[] in, float[] out) {
        for (int f = 0; f < n; f++) {
            out[f] = in[f + offsets[largestTap(guide, f, offsets)]];
        }
    }

    @Override
    public void deliver(int n, float[] guide, int[] offsets, float[] out, float[] in) {
        for (int f = 0; f < n; f++) {
            in[f + offsets[largestTap(guide, f, offsets)]] += out[f];
        }
    }

    /** The tap of the first largest element, or of the first NaN. */
    protected static int largestTap(float[] guide, int f, int[] offsets) {
        int best = 0;
        float most = guide[f + offsets[0]];
        for (int t = 1; t < offsets.length && most == most; t++) {
            float x = guide[f + offsets[t]];
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
    public void convolve(float[] in, int at, int[] offsets, float[] weights, int w, float[] out, int o, int row) {
        int n = tileWindows();
        for (int r = 0; r < 4; r++) {
            Arrays.fill(out, o + r * row, o + r * row + n, 0);
        }
        int o1 = o + row;
        int o2 = o1 + row;
        int o3 = o2 + row;
        for (int p = 0; p < offsets.length; p++) {
            float w0 = weights[w + 4 * p];
            float w1 = weights[w + 4 * p + 1];
            float w2 = weights[w + 4 * p + 2];
            float w3 = weights[w + 4 * p + 3];
            int i = at + offsets[p];
            for (int f = 0; f < n; f++) {
                float x = in[i + f];
                out[o + f] += w0 * x;
                out[o1 + f] += w1 * x;
                out[o2 + f] += w2 * x;
                out[o3 + f] += w3 * x;
            }
        }
    }

    @Override
    public void four(int n, int rows, float[] out, int o, int plane, float[] to, int t) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(out, o + r * plane, to, t + r * n, n);
        }
    }

    @Override
    public void correlate(int n, int rows, int columns, float[] four, int o, float[] in, int at, int[] offsets,
            int first, float[] sums, int s, int row) {
        for (int j = 0; j < columns; j++) {
            int q = at + offsets[first + j];
            for (int i = 0; i < rows; i++) {
                sums[s + i * row + j] += dot(n, four, o + i * n, in, q);
            }
        }
    }

    private static float dot(int n, float[] a, int at, float[] b, int bt) {
        double x = 0;
        double y = 0;
        int f = 0;
        for (; f + 2 <= n; f += 2) {
            x += (double) a[at + f] * b[bt + f];
            y += (double) a[at + f + 1] * b[bt + f + 1];
        }
        return (float) (f < n ? x + y + (double) a[at + f] * b[bt + f] : x + y);
    }
}
