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

    private void channels(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        Layout l = in.layout();
        int batch = (int) l.size(0);
        int channels = (int) l.size(1);
        int n = (int) (l.size() / batch / channels);
        double count = (double) batch * n;
        float[] x = floats(in);
        float[] y = floats(out);
        int gStep = scale == null ? 0 : (int) scale.layout().broadcastTo(l.shape()).stride(1);
        int bStep = shift == null ? 0 : (int) shift.layout().broadcastTo(l.shape()).stride(1);
        Threads.team().split(channels, (int) Math.max(1, GRAIN / count), 1, (from, to) -> {
            for (int c = from; c < to; c++) {
                double sum = 0;
                for (int i = 0; i < batch; i++) {
                    sum += sum(x, start(in) + (i * channels + c) * n, n);
                }
                float average = (float) (sum / count);
                double squares = 0;
                for (int i = 0; i < batch; i++) {
                    squares += lanes.rows().squaredDistances(x, start(in) + (i * channels + c) * n, n, average);
                }
                float scaling = (float) (1 / Math.sqrt(squares / count + epsilon));
                floats(mean)[start(mean) + c] = average;
                floats(rstd)[start(rstd) + c] = scaling;
                float gamma = scale == null ? 1 : floats(scale)[start(scale) + c * gStep];
                float beta = shift == null ? -0f : floats(shift)[start(shift) + c * bStep];
                for (int i = 0; i < batch; i++) {
                    int at = (i * channels + c) * n;
                    lanes.rows().normalize(x, start(in) + at, average, scaling, gamma, beta, y, start(out) + at, n);
                }
            }
        });
    }

    private void rows(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        int rows = (int) mean.layout().size();
        int n = (int) (in.layout().size() / rows);
        float[] x = floats(in);
        float[] y = floats(out);
        float[] m = floats(mean);
        float[] r = floats(rstd);
        float[] gamma = scale == null ? null : floats(scale);
        float[] beta = shift == null ? null : floats(shift);
        int g = start(scale);
        int b = start(shift);
        Threads.team().split(rows, Math.max(1, GRAIN / n), 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                int at = start(in) + i * n;
                float average = (float) (sum(x, at, n) / n);
                float scaling = (float) (1 / Math.sqrt(lanes.rows().squaredDistances(x, at, n, average) / n + epsilon));
                m[start(mean) + i] = average;
                r[start(rstd) + i] = scaling;
                lanes.rows().normalize(x, at, average, scaling, gamma, g, beta, b, y, start(out) + i * n, n);
            }
        });
    }

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
