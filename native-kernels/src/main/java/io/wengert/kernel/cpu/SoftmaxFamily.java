package io.wengert.kernel.cpu;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.param;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;

/** Softmax and its logarithm, a row at a time, in scratch memory that stays in the first-level cache. */
final class SoftmaxFamily {

    private static final int GRAIN = 2048;

    private static final int[] START = {0};

    /** The loops of one lane type. */
    private record Loops(MapKernel exp, MapKernel scale, MapKernel shift) {}

    private final Lanes lanes;
    private final Loops[] loops = new Loops[Lane.values().length];

    SoftmaxFamily(Lanes lanes) { this.lanes = lanes; }

    private synchronized Loops loops(Lane lane) {
        DType t = lane.dtype();
        if (loops[lane.ordinal()] == null) {
            Expr shift = arg(0).minus(param(0));
            Program scale = Program.of(arg(0).times(param(0)));
            loops[lane.ordinal()] = new Loops(lanes.map(Program.of(shift.exp()), t), lanes.map(scale, t),
                    lanes.map(Program.of(shift), t));
        }
        return loops[lane.ordinal()];
    }

    void run(boolean logarithm, View out, View in, int axis) {
        Rows x = Rows.of(in.layout(), axis);
        Rows y = out.layout().equals(in.layout()) ? x : Rows.of(out.layout(), axis);
        if (lanes.rows() != null && in.dtype() == DType.FLOAT32 && out.dtype() == DType.FLOAT32 && x.step() == 1
                && y.step() == 1) {
            fused(logarithm, out, y, in, x);
            return;
        }
        Lane lane = Lane.of(out.dtype().lane());
        Loops k = loops(lane);
        int n = x.length();
        Object from = CpuBackend.array(in.buffer());
        Object to = CpuBackend.array(out.buffer());
        Threads.team().split(x.starts().length, Math.max(1, GRAIN / Math.max(1, n)), 1, (a, b) -> {
            RowBundle rows = new RowBundle(lane, n);
            for (int r = a, count; r < b; r += count) {
                count = rows.load(x, r, b, in.dtype(), from);
                for (int j = 0; j < count; j++) {
                    if (lane == Lane.F32 && lanes.rows() != null) {
                        float[] row = (float[]) rows.row(j);
                        lanes.rows().softmax(logarithm, row, START, row, START, 0, 1, n);
                    } else {
                        row(logarithm, lane, k, rows.row(j), n);
                    }
                }
                rows.store(y, r, count, out.dtype(), to);
            }
        });
    }

    /** One row, in place. */
    private void row(boolean logarithm, Lane lane, Loops k, Object values, int n) {
        Object[] row = lane.arrays(1);
        Object[] exp = lane.arrays(1);
        row[0] = values;
        exp[0] = logarithm ? lane.take(n + CpuMemory.SLACK) : values;
        int[] start = {0};
        double max = reduce(lane, Reduction.MAX, values, n);
        k.exp.run(row, start, number(lane, max), exp, start, n);
        double sum = reduce(lane, Reduction.SUM, exp[0], n);
        if (logarithm) {
            k.shift.run(row, start, number(lane, max + Math.log(sum)), row, start, n);
            lane.giveBack(exp[0]);
        } else {
            k.scale.run(row, start, number(lane, 1 / sum), row, start, n);
        }
    }

    private void fused(boolean logarithm, View out, Rows y, View in, Rows x) {
        float[] from = ((CpuBuffer) in.buffer()).floats();
        float[] to = ((CpuBuffer) out.buffer()).floats();
        int n = x.length();
        Threads.team().split(x.starts().length, Math.max(1, GRAIN / Math.max(1, n)), 1, (a, b) -> {
            lanes.rows().softmax(logarithm, from, x.starts(), to, y.starts(), a, b, n);
        });
    }

    private static Object number(Lane lane, double v) { return lane.params(new Number[] {v}); }

    private double reduce(Lane lane, Reduction reduction, Object row, int n) {
        double r = reduction.identity();
        for (int i = 0; i < n; i += 1024) {
            int m = Math.min(1024, n - i);
            r = reduction.combine(r, lane == Lane.F32 ? lanes.reduce(reduction, (float[]) row, i, m)
                    : lanes.reduce(reduction, (double[]) row, i, m));
        }
        return r;
    }
}
