package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/**
 * The indexing family: gather and its transpose, scatter.
 *
 * <p>Threads that scatter share another axis than the indexed one, so that sums over equal indices have one order.
 */
final class IndexFamily {

    private static final int GRAIN = 16384;

    /** Elements that threads leave together on the last axis: a cache line. */
    private static final int LINE = 16;

    /** One inner run: elements {@code out + i * os}, {@code index + i * is} and {@code in + i * ns} belong together. */
    private interface Run {
        void run(int out, int os, int index, int is, int in, int ns, int n);
    }

    private IndexFamily() {}

    static void gather(View out, View in, View index, int axis) {
        Layout x = in.layout();
        int step = Math.toIntExact(x.stride(axis));
        Layout rest = x.slice(axis, 0, 1, 1).broadcastTo(out.layout().shape());
        long[] places = (long[]) CpuBackend.array(index.buffer());
        Object from = CpuBackend.array(in.buffer());
        Object to = CpuBackend.array(out.buffer());
        int unit = out.dtype() == DType.COMPLEX64 ? 2 : 1;
        walk(out.layout(), index.layout(), rest, -1, (o, os, p, ps, s, ss, n) -> {
            if (ps == 0) {
                CopyRun.copy(from, s + (int) places[p] * step, ss, to, o, os, n, unit);
            } else {
                CopyRun.gather(from, s, ss, places, p, ps, step, to, o, os, n, unit);
            }
        });
    }

    static void scatter(View out, View index, View in, int axis, boolean add) {
        Layout y = out.layout();
        int step = Math.toIntExact(y.stride(axis));
        Layout rest = y.slice(axis, 0, 1, 1).broadcastTo(in.layout().shape());
        long[] places = (long[]) CpuBackend.array(index.buffer());
        Object from = CpuBackend.array(in.buffer());
        Object to = CpuBackend.array(out.buffer());
        DType type = out.dtype();
        int unit = type == DType.COMPLEX64 ? 2 : 1;
        walk(in.layout(), index.layout(), rest, axis, (i, is, p, ps, d, ds, n) -> {
            if (add) {
                ScatterRun.add(type, from, i, is, places, p, ps, step, to, d, ds, n);
            } else if (ps == 0) {
                CopyRun.copy(from, i, is, to, d + (int) places[p] * step, ds, n, unit);
            } else {
                CopyRun.scatter(from, i, is, places, p, ps, step, to, d, ds, n, unit);
            }
        });
    }

    /** Walks three layouts of one shape; threads share an axis other than {@code whole}, the outermost that is long enough. */
    private static void walk(Layout a, Layout b, Layout c, int whole, Run body) {
        if (a.size() == 0) {
            return;
        }
        Layout index = b.sameShape(a) ? b : b.broadcastTo(a.shape());
        int axis = a.size() <= GRAIN ? -1 : shared(a, whole);
        if (axis < 0) {
            serial(JointLayouts.collapse(a, index, c), body);
            return;
        }
        int n = (int) a.size(axis);
        int grain = (int) Math.max(1, GRAIN * (long) n / a.size());
        Threads.team().split(n, grain, axis == a.rank() - 1 ? Math.min(LINE, n) : 1, (from, to) -> {
            Layout[] l = {a, index, c};
            for (int k = 0; k < 3; k++) {
                l[k] = l[k].slice(axis, from, to - from, 1);
            }
            serial(JointLayouts.collapse(l), body);
        });
    }

    /** The axis that threads share; -1 if none is long enough for two. */
    private static int shared(Layout a, int whole) {
        int best = -1;
        for (int i = 0; i < a.rank(); i++) {
            if (i != whole && a.size(i) >= Threads.team().size()) {
                return i;
            }
            best = i != whole && a.size(i) > 1 && best < 0 ? i : best;
        }
        return best;
    }

    private static void serial(Layout[] l, Run body) {
        int last = l[0].rank() - 1;
        if (last < 0) {
            body.run((int) l[0].offset(), 0, (int) l[1].offset(), 0, (int) l[2].offset(), 0, 1);
            return;
        }
        int n = (int) l[0].size(last);
        int[] at = new int[3];
        int[] step = new int[3];
        for (int k = 0; k < 3; k++) {
            at[k] = (int) l[k].offset();
            step[k] = (int) l[k].stride(last);
        }
        int[] index = new int[last];
        while (true) {
            body.run(at[0], step[0], at[1], step[1], at[2], step[2], n);
            int axis = last - 1;
            for (; axis >= 0; axis--) {
                int size = (int) l[0].size(axis);
                boolean carry = ++index[axis] == size;
                for (int k = 0; k < 3; k++) {
                    at[k] += (int) l[k].stride(axis) * (carry ? 1 - size : 1);
                }
                if (!carry) {
                    break;
                }
                index[axis] = 0;
            }
            if (axis < 0) {
                return;
            }
        }
    }
}
