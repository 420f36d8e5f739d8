package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;

/**
 * Normalization over the last axes, as in layer normalization, a row at a time while the first-level cache holds it; and over all
 * axes but the second, as in batch normalization, a channel at a time while the second-level cache holds it.
 */
final class NormalizeFamily {

    private static final int BLOCK = 1024;
    private static final int GRAIN = 8192;
    private static final int LEAST_ROW = 8;

    private final Lanes lanes;

    NormalizeFamily(Lanes lanes) { this.lanes = lanes; }

    /** Whether the arrays lie so that it can be done here. */
    boolean takes(View mean, View rstd, View out, View in, View scale, View shift) {
        return lanes.rows() != null && in.dtype() == DType.FLOAT32 && out.dtype() == DType.FLOAT32
                && in.layout().isContiguous() && out.layout().isContiguous() && mean.layout().isContiguous()
                && rstd.layout().isContiguous() && (isByRows(mean, in, scale, shift) || isByChannels(mean, in, scale, shift));
    }

    private static boolean isByRows(View mean, View in, View scale, View shift) {
        Layout x = in.layout();
        int lead = 0;
        while (lead < x.rank() && mean.layout().size(lead) == x.size(lead)) {
            lead++;
        }
        for (int i = lead; i < x.rank(); i++) {
            if (mean.layout().size(i) != 1) {
                return false;
            }
        }
        return isRow(scale, x, lead) && isRow(shift, x, lead);
    }

    /** Whether there is one mean, scale and shift for each place on the second axis, and rows behind it are of some length. */
    private static boolean isByChannels(View mean, View in, View scale, View shift) {
        Layout x = in.layout();
        if (x.rank() < 3 || x.size(0) == 1) {
            return false;
        }
        for (int i = 0; i < x.rank(); i++) {
            if (mean.layout().size(i) != (i == 1 ? x.size(1) : 1)) {
                return false;
            }
        }
        return x.size() / (x.size(0) * x.size(1)) >= LEAST_ROW && isOneEach(scale, x) && isOneEach(shift, x);
    }

    private static boolean isOneEach(View v, Layout x) {
        if (v == null) {
            return true;
        }
        Layout l = v.layout().broadcastTo(x.shape());
        for (int i = 0; i < x.rank(); i++) {
            if (i != 1 && x.size(i) != 1 && l.stride(i) != 0) {
                return false;
            }
        }
        return v.dtype() == DType.FLOAT32;
    }

    /** Whether it is the same contiguous row for every place on the leading axes. */
    private static boolean isRow(View v, Layout x, int lead) {
        if (v == null) {
            return true;
        }
        if (v.dtype() != DType.FLOAT32) {
            return false;
        }
        Layout l = v.layout().broadcastTo(x.shape());
        long step = 1;
        for (int i = x.rank() - 1; i >= 0; i--) {
            if (x.size(i) != 1 && l.stride(i) != (i < lead ? 0 : step)) {
                return false;
            }
            step *= x.size(i);
        }
        return true;
    }

    void run(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        if (isByRows(mean, in, scale, shift)) {
            rows(epsilon, mean, rstd, out, in, scale, shift);
        } else {
            channels(epsilon, mean, rstd, out, in, scale, shift);
        }
    }

    /**
     * An array whose rows of n elements belong to channels, those of an image behind one another. Channels are done a few at a time,
     * so that what is read of an image is long enough to be foreseen.
     */
    private record Channels(int batch, int channels, int n) {

        static Channels of(Layout x) {
            int batch = (int) x.size(0);
            int channels = (int) x.size(1);
            return new Channels(batch, channels, (int) (x.size() / batch / channels));
        }

        private interface Row {
            void run(int channel, int at);
        }

        private interface Some {
            void run(int from, int to);
        }

        double count() { return (double) batch * n; }

        void split(Some some) {
            int step = Math.max(1, Math.min(BLOCK / n, channels / (2 * Threads.team().size())));
            int blocks = (channels + step - 1) / step;
            Threads.team().split(blocks, (int) Math.max(1, GRAIN / (count() * step)), 1, (from, to) -> {
                for (int b = from; b < to; b++) {
                    some.run(b * step, Math.min(channels, b * step + step));
                }
            });
        }

        void rows(int from, int to, Row row) {
            for (int i = 0; i < batch; i++) {
                for (int c = from; c < to; c++) {
                    row.run(c, (i * channels + c) * n);
                }
            }
        }
    }

    private void channels(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        Channels all = Channels.of(in.layout());
        float[] x = floats(in);
        int x0 = start(in);
        PerChannel gamma = PerChannel.of(scale, in, 1);
        PerChannel beta = PerChannel.of(shift, in, -0f);
        all.split((from, to) -> {
            double[] sums = new double[to - from];
            float[] means = new float[to - from];
            float[] scaling = new float[to - from];
            all.rows(from, to, (c, at) -> sums[c - from] += sum(x, x0 + at, all.n()));
            for (int c = from; c < to; c++) {
                means[c - from] = floats(mean)[start(mean) + c] = (float) (sums[c - from] / all.count());
                sums[c - from] = 0;
            }
            all.rows(from, to, (c, at) -> sums[c - from] += lanes.rows().squaredDistances(x, x0 + at, all.n(), means[c - from]));
            for (int c = from; c < to; c++) {
                scaling[c - from] = floats(rstd)[start(rstd) + c] = (float) (1 / Math.sqrt(sums[c - from] / all.count() + epsilon));
            }
            all.rows(from, to, (c, at) -> lanes.rows().normalize(x, x0 + at, means[c - from], scaling[c - from], gamma.get(c),
                    beta.get(c), floats(out), start(out) + at, all.n()));
        });
    }

    /** One number for each channel, or the same for all. */
    private record PerChannel(float[] array, int at, int step, float otherwise) {

        static PerChannel of(View v, View in, float otherwise) {
            return v == null ? new PerChannel(null, 0, 0, otherwise)
                    : new PerChannel(floats(v), start(v), (int) v.layout().broadcastTo(in.layout().shape()).stride(1), otherwise);
        }

        float get(int c) { return array == null ? otherwise : array[at + c * step]; }
    }

    /** {@link io.wengert.kernel.Backend#normalizeGradient}, if it can be done by channels. */
    boolean gradient(View result, View sum, View along, View g, View in, View mean, View rstd, View scale) {
        for (View v : new View[] {result, sum, along, g, in, mean, rstd}) {
            if (v.dtype() != DType.FLOAT32 || !v.layout().isContiguous()) {
                return false;
            }
        }
        if (lanes.rows() == null || !isByChannels(mean, in, scale, null)) {
            return false;
        }
        Channels all = Channels.of(in.layout());
        float[] dy = floats(g);
        float[] x = floats(in);
        int g0 = start(g);
        int x0 = start(in);
        float[] m = floats(mean);
        int m0 = start(mean);
        PerChannel gamma = PerChannel.of(scale, in, 1);
        all.split((from, to) -> {
            double[] totals = new double[to - from];
            double[] products = new double[to - from];
            all.rows(from, to, (c, at) -> {
                totals[c - from] += sum(dy, g0 + at, all.n());
                products[c - from] += lanes.rows().products(dy, g0 + at, x, x0 + at, all.n(), m[m0 + c]);
            });
            float[] factors = new float[to - from];
            float[] constants = new float[to - from];
            float[] slopes = new float[to - from];
            for (int c = from; c < to; c++) {
                double r = floats(rstd)[start(rstd) + c];
                double factor = r * gamma.get(c);
                floats(sum)[start(sum) + c] = (float) totals[c - from];
                floats(along)[start(along) + c] = (float) (products[c - from] * r);
                factors[c - from] = (float) factor;
                constants[c - from] = (float) (factor * totals[c - from] / all.count());
                slopes[c - from] = (float) (factor * r * r * products[c - from] / all.count());
            }
            all.rows(from, to, (c, at) -> lanes.rows().normalizeGradient(dy, g0 + at, x, x0 + at, all.n(), m[m0 + c],
                    factors[c - from], constants[c - from], slopes[c - from], floats(result), start(result) + at));
        });
        return true;
    }

    /** {@link io.wengert.kernel.Backend#normalizeBy}, if there is one of each statistic for a channel. */
    boolean by(double epsilon, View out, View in, View mean, View variance, View scale, View shift) {
        Layout l = in.layout();
        boolean flat = lanes.rows() != null && in.dtype() == DType.FLOAT32 && out.dtype() == DType.FLOAT32 && l.isContiguous()
                && out.layout().isContiguous() && l.rank() > 2 && l.size() >= LEAST_ROW * l.size(0) * l.size(1);
        if (!flat || !isOneEach(mean, l) || !isOneEach(variance, l) || !isOneEach(scale, l) || !isOneEach(shift, l)) {
            return false;
        }
        Channels all = Channels.of(l);
        int n = all.n();
        float[] rstd = new float[all.channels()];
        PerChannel v = PerChannel.of(variance, in, 0);
        for (int c = 0; c < rstd.length; c++) {
            rstd[c] = (float) (1 / Math.sqrt(v.get(c) + epsilon));
        }
        PerChannel m = PerChannel.of(mean, in, 0);
        PerChannel gamma = PerChannel.of(scale, in, 1);
        PerChannel beta = PerChannel.of(shift, in, -0f);
        float[] x = floats(in);
        float[] y = floats(out);
        int x0 = start(in);
        int y0 = start(out);
        Threads.team().split(all.batch() * rstd.length, Math.max(1, GRAIN / n), 1, (from, to) -> {
            for (int r = from; r < to; r++) {
                int c = r % rstd.length;
                lanes.rows().normalize(x, x0 + r * n, m.get(c), rstd[c], gamma.get(c), beta.get(c), y, y0 + r * n, n);
            }
        });
        return true;
    }

    private void rows(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        int rows = (int) mean.layout().size();
        int n = (int) (in.layout().size() / rows);
        RowKernels.Normalization all = new RowKernels.Normalization(elements(in), elements(out), n, epsilon, elements(mean),
                elements(rstd), elements(scale), elements(shift));
        Threads.team().split(rows, Math.max(1, GRAIN / n), 1, (from, to) -> lanes.rows().normalize(all, from, to));
    }

    private static RowKernels.Floats elements(View v) { return v == null ? null : new RowKernels.Floats(floats(v), start(v)); }

    private double sum(float[] x, int at, int n) {
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += lanes.reduce(Reduction.SUM, x, at + i, Math.min(BLOCK, n - i));
        }
        return sum;
    }

    private static float[] floats(View v) { return ((CpuBuffer) v.buffer()).floats(); }

    private static int start(View v) { return v == null ? 0 : (int) v.layout().offset(); }
}
