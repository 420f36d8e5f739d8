package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.Halving;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** The way back through the maximum of windows 2 by 2, side by side, half a vector of windows at a time. */
final class FloatHalving {

    private static final int L = Species.F32.length();
    private static final int HALF = L / 2;

    /** Each lane's neighbour in its window. */
    private static final VectorShuffle<Float> NEIGHBOUR = VectorShuffle.fromOp(Species.F32, lane -> lane ^ 1);
    /** Each of the first lanes twice. */
    private static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(Species.F32, lane -> lane / 2);
    private static final VectorMask<Float> SECOND = second();

    private FloatHalving() {}

    private static VectorMask<Float> second() {
        boolean[] set = new boolean[L];
        for (int lane = 1; lane < L; lane += 2) {
            set[lane] = true;
        }
        return VectorMask.fromArray(Species.F32, set, 0);
    }

    static void deliver(int n, float[] guide, int at, int width, float[] out, int from, float[] to, int o) {
        if (n < HALF || from + n - HALF + L > out.length) {
            Halving.deliver(n, guide, at, width, out, from, to, o);
            return;
        }
        FloatVector none = FloatVector.zero(Species.F32);
        for (int f = 0; f < n; f += HALF) {
            // The last piece overlaps the one before.
            int i = Math.min(f, n - HALF);
            int p = at + 2 * i;
            int q = o + 2 * i;
            FloatVector a = FloatVector.fromArray(Species.F32, guide, p);
            FloatVector b = FloatVector.fromArray(Species.F32, guide, p + width);
            FloatVector most = a.max(b);
            most = most.max(most.rearrange(NEIGHBOUR));
            if (most.compare(VectorOperators.NE, most).anyTrue()) {
                Halving.deliver(HALF, guide, p, width, out, from + i, to, q);
                continue;
            }
            FloatVector g = FloatVector.fromArray(Species.F32, out, from + i).rearrange(TWICE);
            VectorMask<Float> first = a.compare(VectorOperators.EQ, most);
            VectorMask<Float> beside = a.rearrange(NEIGHBOUR).compare(VectorOperators.EQ, most);
            none.blend(g, first).blend(none, beside.and(SECOND)).intoArray(to, q);
            VectorMask<Float> below = b.compare(VectorOperators.EQ, most);
            VectorMask<Float> besideBelow = b.rearrange(NEIGHBOUR).compare(VectorOperators.EQ, most);
            none.blend(g, below).blend(none, besideBelow.and(SECOND)).blend(none, first).blend(none, beside)
                    .intoArray(to, q + width);
        }
    }
}
