package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import java.util.Arrays;

/** The families that need a whole row along one axis at a time: position of the extremum, running sums, sorting. */
final class RowFamily {

    private static final int GRAIN = 8192;

    private RowFamily() {}

    private static void each(Rows rows, double cost, Threads.RangeBody body) {
        int grain = (int) Math.max(1, GRAIN / Math.max(1, cost * rows.length()));
        Threads.team().split(rows.starts().length, grain, 1, body);
    }

    static void argReduce(boolean largest, View out, View in, int axis) {
        Rows x = Rows.of(in.layout(), axis);
        Rows y = Rows.of(out.layout(), axis);
        Object from = CpuBackend.array(in.buffer());
        long[] to = (long[]) CpuBackend.array(out.buffer());
        Lane lane = Lane.of(in.dtype().lane());
        each(x, 1, (a, b) -> {
            RowBundle rows = new RowBundle(lane, x.length());
            for (int r = a, count; r < b; r += count) {
                count = rows.load(x, r, b, in.dtype(), from);
                for (int j = 0; j < count; j++) {
                    to[y.starts()[r + j]] = switch (lane) {
                        case F32 -> best((float[]) rows.row(j), x.length(), largest);
                        case F64 -> best((double[]) rows.row(j), x.length(), largest);
                        default -> best((long[]) rows.row(j), x.length(), largest, lane == Lane.U64);
                    };
                }
            }
        });
    }

    private static int best(float[] row, int n, boolean largest) {
        int at = 0;
        float best = row[0];
        for (int i = 1; i < n && best == best; i++) {
            float v = row[i];
            if (largest ? v > best : v < best) {
                best = v;
                at = i;
            } else if (v != v) {
                return i;
            }
        }
        return at;
    }

    private static int best(double[] row, int n, boolean largest) {
        int at = 0;
        double best = row[0];
        for (int i = 1; i < n && best == best; i++) {
            double v = row[i];
            if (largest ? v > best : v < best) {
                best = v;
                at = i;
            } else if (v != v) {
                return i;
            }
        }
        return at;
    }

    private static int best(long[] row, int n, boolean largest, boolean unsigned) {
        int at = 0;
        for (int i = 1; i < n; i++) {
            int c = unsigned ? Long.compareUnsigned(row[i], row[at]) : Long.compare(row[i], row[at]);
            if (largest ? c > 0 : c < 0) {
                at = i;
            }
        }
        return at;
    }

    static void scan(Reduction reduction, Lane lane, View out, View in, int axis) {
        Rows x = Rows.of(in.layout(), axis);
        Rows y = Rows.of(out.layout(), axis);
        Object from = CpuBackend.array(in.buffer());
        Object to = CpuBackend.array(out.buffer());
        each(x, 2, (a, b) -> {
            RowBundle rows = new RowBundle(lane, x.length());
            for (int r = a, count; r < b; r += count) {
                count = rows.load(x, r, b, in.dtype(), from);
                for (int j = 0; j < count; j++) {
                    running(reduction, lane, rows.row(j), x.length());
                }
                rows.store(y, r, count, out.dtype(), to);
            }
        });
    }

    /** Floats run in double precision, so that long sums keep their accuracy. */
    private static void running(Reduction r, Lane lane, Object row, int n) {
        if (lane == Lane.F32) {
            float[] v = (float[]) row;
            double sum = r.identity();
            for (int i = 0; i < n; i++) {
                sum = PlainLanes.combine(r, sum, v[i]);
                v[i] = (float) sum;
            }
        } else if (lane == Lane.F64) {
            double[] v = (double[]) row;
            for (int i = 1; i < n; i++) {
                v[i] = PlainLanes.combine(r, v[i - 1], v[i]);
            }
        } else {
            long[] v = (long[]) row;
            for (int i = 1; i < n; i++) {
                v[i] = PlainLanes.combine(r, v[i - 1], v[i], lane == Lane.U64);
            }
        }
    }

    static void sort(View values, View indices, View in, int axis, boolean descending) {
        Rows x = Rows.of(in.layout(), axis);
        Rows v = values == null ? null : Rows.of(values.layout(), axis);
        Rows k = indices == null ? null : Rows.of(indices.layout(), axis);
        Object from = CpuBackend.array(in.buffer());
        Lane lane = Lane.of(in.dtype().lane());
        int n = x.length();
        each(x, 16, (a, b) -> {
            Object row = lane.make(n);
            Object sorted = lane.make(n);
            SortKeys keys = new SortKeys(n);
            for (int r = a; r < b; r++) {
                lane.load(in.dtype(), from, x.starts()[r], x.step(), row, 0, n);
                int[] order = keys.order(lane, row, descending);
                if (v != null) {
                    pick(lane, row, order, sorted);
                    lane.store(sorted, 0, in.dtype(), CpuBackend.array(values.buffer()), v.starts()[r], v.step(), n);
                }
                if (k != null) {
                    long[] to = (long[]) CpuBackend.array(indices.buffer());
                    for (int i = 0; i < n; i++) {
                        to[k.starts()[r] + i * k.step()] = order[i];
                    }
                }
            }
        });
    }

    private static void pick(Lane lane, Object row, int[] order, Object to) {
        for (int i = 0; i < order.length; i++) {
            switch (lane) {
                case F32 -> ((float[]) to)[i] = ((float[]) row)[order[i]];
                case F64 -> ((double[]) to)[i] = ((double[]) row)[order[i]];
                default -> ((long[]) to)[i] = ((long[]) row)[order[i]];
            }
        }
    }

}
