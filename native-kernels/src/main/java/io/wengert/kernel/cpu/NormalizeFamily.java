package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;

/** Normalization over the last axes, as in layer normalization, a row at a time while the first-level cache holds it. */
final class NormalizeFamily {

    private static final int BLOCK = 1024;
    private static final int GRAIN = 8192;

    private final Lanes lanes;

    NormalizeFamily(Lanes lanes) { this.lanes = lanes; }

    /** Whether the arrays lie so that whole rows can be done at once. */
    boolean takes(View mean, View rstd, View out, View in, View scale, View shift) {
        Layout x = in.layout();
        if (lanes.rows() == null || in.dtype() != DType.FLOAT32 || out.dtype() != DType.FLOAT32 || !x.isContiguous()
                || !out.layout().isContiguous() || !mean.layout().isContiguous() || !rstd.layout().isContiguous()) {
            return false;
        }
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
