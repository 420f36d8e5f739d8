package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The sums of the lanes of four vectors of float at once: each round adds neighbours and halves the vectors. */
final class FloatSums {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    // Where the sums are: the distance of pairs of vectors, and of the two of a pair.
    private static final int PAIR = L >= 4 ? L / 4 : 2;
    private static final int ODD = L >= 4 ? L / 2 : 1;

    private static final VectorShuffle<Float> HALF = neighbours(L / 2);
    private static final VectorShuffle<Float> QUARTER = neighbours(L / 4);
    private static final VectorShuffle<Float> EIGHTH = neighbours(L / 8);
    private static final VectorShuffle<Float> SIXTEENTH = neighbours(L / 16);
    private static final VectorMask<Float> IN_HALF = lanesWith(L / 2);
    private static final VectorMask<Float> IN_QUARTER = lanesWith(L / 4);

    private FloatSums() {}

    private static VectorShuffle<Float> neighbours(int distance) {
        return VectorShuffle.fromOp(S, lane -> lane ^ distance);
    }

    private static VectorMask<Float> lanesWith(int bit) {
        boolean[] set = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            set[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, set, 0);
    }

    /** Replaces the four vectors from {@code o} on: the sum of vector j is at {@code o + lane(j)} then. */
    static void fold(float[] tile, int o) {
        FloatVector x = FloatVector.fromArray(S, tile, o);
        FloatVector y = FloatVector.fromArray(S, tile, o + L);
        FloatVector z = FloatVector.fromArray(S, tile, o + 2 * L);
        FloatVector w = FloatVector.fromArray(S, tile, o + 3 * L);
        if (L >= 4) {
            x = fold(fold(x, y, HALF, IN_HALF), fold(z, w, HALF, IN_HALF), QUARTER, IN_QUARTER);
            x = L >= 8 ? x.add(x.rearrange(EIGHTH)) : x;
            x = L >= 16 ? x.add(x.rearrange(SIXTEENTH)) : x;
            x.intoArray(tile, o);
        } else {
            tile[o] = LaneSums.sum(x);
            tile[o + ODD] = LaneSums.sum(y);
            tile[o + PAIR] = LaneSums.sum(z);
            tile[o + PAIR + ODD] = LaneSums.sum(w);
        }
    }

    /** Where {@link #fold} leaves the sum of vector j. */
    static int lane(int j) { return (j >> 1) * PAIR + (j & 1) * ODD; }

    /** Adds neighbours at a power-of-two distance: those of x where the mask is clear, of y where it is set. */
    private static FloatVector fold(FloatVector x, FloatVector y,
            VectorShuffle<Float> distance, VectorMask<Float> mask) {
        return x.blend(y, mask).add(y.blend(x, mask).rearrange(distance));
    }
}
