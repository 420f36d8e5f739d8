package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The element-wise family: runs a program's kernel over arrays of any layout and dtype.
 *
 * <p>Three ways, by how the arrays lie. <i>Direct</i>: everything is contiguous and of the lane type, one loop. <i>Rows</i>:
 * the inner axis is long and each array has it contiguous or broadcast, one loop a row. <i>Blocks</i>: whatever does not
 * fit is converted to and from a block of lanes that stays in the first-level cache.
 */
final class MapFamily {

    static final int BLOCK = 1024;

    /** Elements times cost below which a second thread does not pay. */
    private static final int GRAIN = 32768;

    /** Elements of whose multiples threads begin. */
    private static final int ALIGNMENT = 64;

    /** Shorter rows are put together to blocks. */
    private static final int MIN_ROW = 512;

    private static final int CACHED_BYTES = 1 << 20;
    private static final int BYTES_A_NANO = 32;

    /** Elements up to which one thread does it without further planning. */
    private static final int SMALL = 2048;

    /** Offsets of arrays that are taken from their start. */
    private static final int[] START = new int[4];

    private final Lanes lanes;
    private volatile AtomicReferenceArray<MapKernel[]> kernels = new AtomicReferenceArray<>(256);

    MapFamily(Lanes lanes) { this.lanes = lanes; }

    void run(Program program, DType laneType, Number[] params, View[] outs, View[] ins) {
        int n = Math.toIntExact(outs[0].layout().size());
        if (n == 0) {
            return;
        }
        Lane lane = Lane.of(laneType);
        if (program.isIdentity() && converts(lane, outs[0], ins[0])) {
            convert(lane, outs[0], ins[0], n);
            return;
        }
        MapKernel kernel = kernel(program, lane);
        Object p = program.params() == 0 ? null : lane.params(params);
        if (n < SMALL && outs.length == 1 && isPlain(lane, outs[0], ins)) {
            small(kernel, lane, p, outs[0], ins, n);
            return;
        }
        Call call = new Call(kernel, lane, p, lanes.width(laneType), outs, ins);
        int grain = (int) Math.max(ALIGNMENT, GRAIN / program.cost());
        if (call.staged == 0) {
            Threads.team().split(n, grain, ALIGNMENT, call.memoryNanos(n), call::direct);
        } else if (call.rows()) {
            Threads.team().split(n, grain, ALIGNMENT, call.memoryNanos(n), call::byRows);
        } else {
            Threads.team().split(n, grain, ALIGNMENT, call.memoryNanos(n), call::byBlocks);
        }
    }

    /** Whether elements go from one array to the other with a single loop: one of the two holds lanes. */
    private static boolean converts(Lane lane, View out, View in) {
        return (out.dtype() == lane.dtype()) != (in.dtype() == lane.dtype()) && out.layout().isContiguous()
                && in.layout().isContiguous() && in.layout().sameShape(out.layout());
    }

    private static void convert(Lane lane, View out, View in, int n) {
        Object x = CpuBackend.array(in.buffer());
        Object y = CpuBackend.array(out.buffer());
        int xAt = (int) in.layout().offset();
        int yAt = (int) out.layout().offset();
        boolean loads = out.dtype() == lane.dtype();
        Threads.team().split(n, GRAIN, ALIGNMENT, (from, to) -> {
            if (loads) {
                lane.load(in.dtype(), x, xAt + from, 1, y, yAt + from, to - from);
            } else {
                lane.store(x, xAt + from, out.dtype(), y, yAt + from, 1, to - from);
            }
        });
    }

    /** Whether all arrays are of one shape, the output is a whole buffer and the inputs are of the lane type. */
    private static boolean isPlain(Lane lane, View out, View[] ins) {
        Layout shape = out.layout();
        if (!shape.isWhole() || shape.size() != out.buffer().size()) {
            return false;
        }
        for (View x : ins) {
            if (x.dtype() != lane.dtype() || !x.layout().isContiguous() || !x.layout().sameShape(shape)) {
                return false;
            }
        }
        return true;
    }

    /** The shortest way for small arrays, where every allocation counts. */
    private static void small(MapKernel kernel, Lane lane, Object params, View out, View[] ins, int n) {
        Object[] x = lane.arrays(ins.length);
        boolean whole = ins.length <= START.length;
        for (int i = 0; i < ins.length; i++) {
            x[i] = ((CpuBuffer) ins[i].buffer()).array();
            whole &= ins[i].layout().offset() == 0;
        }
        Object[] y = lane.arrays(1);
        Object to = ((CpuBuffer) out.buffer()).array();
        boolean direct = out.dtype() == lane.dtype();
        y[0] = direct ? to : lane.take(n + CpuMemory.SLACK);
        kernel.run(x, whole ? START : offsets(ins), params, y, START, n);
        if (!direct) {
            lane.store(y[0], 0, out.dtype(), to, 0, 1, n);
            lane.giveBack(y[0]);
        }
    }

    private static int[] offsets(View[] views) {
        int[] at = new int[views.length];
        Arrays.setAll(at, i -> (int) views[i].layout().offset());
        return at;
    }

    private MapKernel kernel(Program program, Lane lane) {
        AtomicReferenceArray<MapKernel[]> table = kernels;
        int id = program.id();
        MapKernel[] made = id < table.length() ? table.get(id) : null;
        if (made != null && made[lane.ordinal()] != null) {
            return made[lane.ordinal()];
        }
        return make(program, lane);
    }

    private synchronized MapKernel make(Program program, Lane lane) {
        int id = program.id();
        if (id >= kernels.length()) {
            AtomicReferenceArray<MapKernel[]> larger = new AtomicReferenceArray<>(Math.max(id + 1, 2 * kernels.length()));
            for (int i = 0; i < kernels.length(); i++) {
                larger.set(i, kernels.get(i));
            }
            kernels = larger;
        }
        MapKernel[] made = kernels.get(id);
        MapKernel[] next = made == null ? new MapKernel[Lane.values().length] : made.clone();
        if (next[lane.ordinal()] == null) {
            next[lane.ordinal()] = KernelTrain.of(program, lane, p -> lanes.map(p, lane.dtype()));
            kernels.set(id, next);
        }
        return next[lane.ordinal()];
    }

    /** One call with its operands: outputs first, then inputs. */
    private static final class Call {
        private final MapKernel kernel;
        private final Lane lane;
        private final Object params;
        private final int width;
        private final int outs;
        private final Layout[] layouts;
        private final DType[] types;
        private final Object[] arrays;
        private final boolean[] staging;
        /** Whether all outputs may be overrun to a multiple of the width. */
        private boolean padded = true;
        private int staged;
        private int rowLength;
        private Layout[] rowLayouts;

        Call(MapKernel kernel, Lane lane, Object params, int width, View[] outs, View[] ins) {
            this.kernel = kernel;
            this.lane = lane;
            this.params = params;
            this.width = width;
            this.outs = outs.length;
            int n = outs.length + ins.length;
            layouts = new Layout[n];
            types = new DType[n];
            arrays = new Object[n];
            staging = new boolean[n];
            Layout shape = outs[0].layout();
            for (int i = 0; i < n; i++) {
                View v = i < outs.length ? outs[i] : ins[i - outs.length];
                CpuBuffer b = (CpuBuffer) v.buffer();
                Layout l = v.layout();
                layouts[i] = l.sameShape(shape) ? l : l.broadcastTo(shape.shape());
                types[i] = b.dtype();
                arrays[i] = b.array();
                staging[i] = types[i] != lane.dtype() || !layouts[i].isContiguous();
                staged += staging[i] ? 1 : 0;
                padded &= i >= outs.length || l.offset() == b.lead() && l.size() == b.size();
            }
        }

        /** About how long it takes to bring n elements of all arrays through a core, if caches do not hold them. */
        long memoryNanos(int n) {
            long bytes = 0;
            for (DType type : types) {
                bytes += (long) n * type.bytes();
            }
            return bytes < CACHED_BYTES ? 0 : bytes / BYTES_A_NANO;
        }

        /** Elements [from, to) in one go; an end that may not be overrun goes through a block. */
        void direct(int from, int to) {
            int n = to - from;
            int whole = padded ? n : n / width * width;
            if (whole > 0) {
                Object[] x = lane.arrays(arrays.length - outs);
                Object[] y = lane.arrays(outs);
                int[] xAt = new int[x.length];
                int[] yAt = new int[outs];
                for (int i = 0; i < outs; i++) {
                    y[i] = arrays[i];
                    yAt[i] = (int) layouts[i].offset() + from;
                }
                for (int i = 0; i < x.length; i++) {
                    x[i] = arrays[outs + i];
                    xAt[i] = (int) layouts[outs + i].offset() + from;
                }
                kernel.run(x, xAt, params, y, yAt, whole);
            }
            if (whole < n) {
                blocks(from + whole, to, true);
            }
        }

        /** Whether an inner axis that all operands share is long enough to be looped over alone. */
        boolean rows() {
            for (int i = 0; i < layouts.length; i++) {
                if (types[i] != lane.dtype()) {
                    return false;
                }
            }
            Layout[] l = JointLayouts.collapse(layouts);
            int last = l[0].rank() - 1;
            if (last < 0) {
                return false;
            }
            long length = l[0].size(last);
            if (length < MIN_ROW || length % width != 0) {
                return false;
            }
            for (int i = 0; i < l.length; i++) {
                long s = l[i].stride(last);
                if (s != 1 && (s != 0 || i < outs)) {
                    return false;
                }
            }
            rowLength = (int) length;
            rowLayouts = l;
            return true;
        }

        /** Elements [from, to), where both are multiples of the width. */
        void byRows(int from, int to) {
            int k = arrays.length;
            int last = rowLayouts[0].rank() - 1;
            Object[] x = lane.arrays(k - outs);
            Object[] y = lane.arrays(outs);
            int[] xAt = new int[k - outs];
            int[] yAt = new int[outs];
            boolean[] splat = new boolean[k];
            for (int i = 0; i < k; i++) {
                splat[i] = rowLayouts[i].stride(last) == 0;
                Object a = splat[i] ? lane.take(Math.min(rowLength, BLOCK) + CpuMemory.SLACK) : arrays[i];
                (i < outs ? y : x)[i < outs ? i : i - outs] = a;
            }
            long[] index = new long[last];
            for (int done = from; done < to;) {
                int row = done / rowLength;
                int column = done % rowLength;
                for (int i = last - 1, rest = row; i >= 0; i--) {
                    index[i] = rest % rowLayouts[0].size(i);
                    rest /= (int) rowLayouts[0].size(i);
                }
                int n = Math.min(Math.min(rowLength - column, BLOCK), to - done);
                for (int i = 0; i < k; i++) {
                    int at = (int) rowLayouts[i].at(index);
                    if (i < outs) {
                        yAt[i] = at + column;
                    } else if (splat[i]) {
                        lane.load(lane.dtype(), arrays[i], at, 0, x[i - outs], 0, n);
                    } else {
                        xAt[i - outs] = at + column;
                    }
                }
                kernel.run(x, xAt, params, y, yAt, n);
                done += n;
            }
            for (int i = outs; i < k; i++) {
                if (splat[i]) {
                    lane.giveBack(x[i - outs]);
                }
            }
        }

        void byBlocks(int from, int to) { blocks(from, to, false); }

        /** The elements of a block: as many as let inputs that repeat begin each block alike, so that they are loaded once. */
        private int block(Runs[] runs) {
            int common = width;
            for (int i = outs; i < runs.length; i++) {
                if (runs[i] != null && runs[i].period() <= BLOCK) {
                    int together = common / gcd(common, runs[i].period()) * runs[i].period();
                    common = together <= BLOCK ? together : common;
                }
            }
            return BLOCK / common * common;
        }

        private static int gcd(int a, int b) { return b == 0 ? a : gcd(b, a % b); }

        private void blocks(int from, int to, boolean all) {
            int k = arrays.length;
            Object[] x = lane.arrays(k - outs);
            Object[] y = lane.arrays(outs);
            int[] xAt = new int[k - outs];
            int[] yAt = new int[outs];
            Runs[] runs = new Runs[k];
            for (int i = 0; i < k; i++) {
                // A block that overruns its end must not spoil what lies behind it.
                boolean stage = all || staging[i] || i < outs && !padded && to % width != 0;
                runs[i] = stage ? Runs.of(layouts[i]) : null;
            }
            int block = block(runs);
            int size = Math.min(block, to - from) + CpuMemory.SLACK;
            for (int i = 0; i < k; i++) {
                (i < outs ? y : x)[i < outs ? i : i - outs] = runs[i] == null ? arrays[i] : lane.take(size);
            }
            for (int at = from; at < to; at += block) {
                int n = Math.min(block, to - at);
                for (int i = 0; i < k; i++) {
                    if (runs[i] == null) {
                        (i < outs ? yAt : xAt)[i < outs ? i : i - outs] = (int) layouts[i].offset() + at;
                    } else if (i >= outs && (at == from || block % runs[i].period() != 0)) {
                        runs[i].load(lane, types[i], arrays[i], 0, at, n, x[i - outs]);
                    }
                }
                kernel.run(x, xAt, params, y, yAt, n);
                for (int i = 0; i < outs; i++) {
                    if (runs[i] != null) {
                        runs[i].store(lane, y[i], types[i], arrays[i], 0, at, n);
                    }
                }
            }
            for (int i = 0; i < k; i++) {
                if (runs[i] != null) {
                    lane.giveBack(i < outs ? y[i] : x[i - outs]);
                }
            }
        }
    }
}
