package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.kernel.cuda.MapShape.Operand;
import io.wengert.kernel.cuda.MapShape.Walk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How one element-wise call is spread over threads: the kernel's shape, and the numbers that it takes besides. */
final class MapPlan {

    /** Above this many steps of a program, elements of one thread would compete for its registers. */
    private static final int LONG_PROGRAM = 64;

    private final MapShape shape;
    private final long threads;
    private final long[] axes;

    MapPlan(DType lane, View[] outs, View[] ins, int steps) {
        int n = outs.length + ins.length;
        View[] views = Arrays.copyOf(outs, n);
        System.arraycopy(ins, 0, views, outs.length, ins.length);
        Layout first = outs[0].layout();
        Layout[] layouts = new Layout[n];
        for (int i = 0; i < n; i++) {
            Layout l = views[i].layout();
            layouts[i] = l.sameShape(first) ? l : l.broadcastTo(first.shape());
        }
        long[] sizes = first.shape();
        long[][] strides = new long[n][sizes.length];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < sizes.length; k++) {
                strides[i][k] = layouts[i].stride(k);
            }
        }
        int rank = collapse(sizes, strides);
        int width = width(views, layouts, sizes, strides, rank, steps);
        threads = first.size() / width;
        boolean wide = threads > Integer.MAX_VALUE;
        List<Operand> operands = new ArrayList<>(n);
        boolean strided = false;
        for (int i = 0; i < n; i++) {
            Walk walk = walk(strides[i], rank);
            strided |= walk.isStrided();
            operands.add(new Operand(views[i].dtype(), walk));
        }
        shape = new MapShape(operands, outs.length, lane, strided ? rank : 0, wide, width);
        axes = strided ? axes(views, sizes, strides, rank, width) : null;
    }

    MapShape shape() { return shape; }

    /** How many threads have elements to do. */
    long threads() { return threads; }

    /** The numbers of the axes and the strides, as {@link MapShape} lays them out. */
    long[] axes() { return axes; }

    /** Drops axes of size 1 and joins those that every operand walks as one; gives how many are left, at the front. */
    private static int collapse(long[] sizes, long[][] strides) {
        int rank = 0;
        for (int k = 0; k < sizes.length; k++) {
            if (sizes[k] == 1) {
                continue;
            }
            boolean joins = rank > 0;
            for (long[] s : strides) {
                joins &= rank > 0 && s[rank - 1] == s[k] * sizes[k];
            }
            int to = joins ? rank - 1 : rank++;
            sizes[to] = joins ? sizes[to] * sizes[k] : sizes[k];
            for (long[] s : strides) {
                s[to] = s[k];
            }
        }
        return rank;
    }

    private static Walk walk(long[] strides, int rank) {
        boolean scalar = true;
        for (int k = 0; k < rank; k++) {
            scalar &= strides[k] == 0;
        }
        if (scalar) {
            return Walk.SCALAR;
        }
        if (rank == 1 && strides[0] == 1) {
            return Walk.LINEAR;
        }
        return strides[rank - 1] == 0 ? Walk.REPEATED : Walk.STRIDED;
    }

    /** How many elements a thread does: four, if the inner axis allows for vector access to every operand. */
    private static int width(View[] views, Layout[] layouts, long[] sizes, long[][] strides, int rank, int steps) {
        if (rank == 0 || steps > LONG_PROGRAM) {
            return 1;
        }
        int width = 4;
        while (width > 1 && !fits(width, views, layouts, sizes, strides, rank)) {
            width /= 2;
        }
        return width;
    }

    private static boolean fits(int width, View[] views, Layout[] layouts, long[] sizes, long[][] strides, int rank) {
        if (sizes[rank - 1] % width != 0) {
            return false;
        }
        for (int i = 0; i < views.length; i++) {
            long inner = strides[i][rank - 1];
            if (inner == 0) {
                continue;
            }
            if (inner != 1 || layouts[i].offset() % width != 0) {
                return false;
            }
            for (int k = 0; k < rank - 1; k++) {
                if (strides[i][k] % width != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private long[] axes(View[] views, long[] sizes, long[][] strides, int rank, int width) {
        long[] r = new long[shape.structure() / Long.BYTES];
        sizes[rank - 1] /= width;
        for (int k = 1; k < rank; k++) {
            int at = MapShape.axisAt(k) / Long.BYTES;
            int shift = 64 - Long.numberOfLeadingZeros(sizes[k] - 1);
            r[at] = sizes[k];
            if (!shape.wide()) {
                r[at + 1] = (((1L << shift) - sizes[k] << 32) / sizes[k]) + 1;
                r[at + 2] = shift;
            }
        }
        for (int i = 0, s = 0; i < views.length; i++) {
            if (shape.operands().get(i).walk().isStrided()) {
                int at = shape.stridesAt(s++) / Long.BYTES;
                for (int k = 0; k < rank; k++) {
                    r[at + k] = strides[i][k] * views[i].dtype().bytes() * (k == rank - 1 ? width : 1);
                }
            }
        }
        return r;
    }
}
