package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The sums of the lanes of four vectors of double at once: each round adds neighbours and halves the vectors. */
final class DoubleSums {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();

    // Where the sums are: the distance of pairs of vectors, and of the two of a pair.
    private static final int PAIR = L >= 4 ? L / 4 : 2;
    private static final int ODD = L >= 4 ? L / 2 : 1;

    private static final VectorShuffle<Double> HALF = neighbours(L / 2);
    private static final VectorShuffle<Double> QUARTER = neighbours(L / 4);
    private static final VectorShuffle<Double> EIGHTH = neighbours(L / 8);
    private static final VectorShuffle<Double> SIXTEENTH = neighbours(L / 16);
    private static final VectorMask<Double> IN_HALF = lanesWith(L / 2);
    private static final VectorMask<Double> IN_QUARTER = lanesWith(L / 4);

    private DoubleSums() {}

    private static VectorShuffle<Double> neighbours(int distance) {
        return VectorShuffle.fromOp(S, lane -> lane ^ distance);
    }

    private static VectorMask<Double> lanesWith(int bit) {
        boolean[] set = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            set[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, set, 0);
    }

    /** Replaces the four vectors from {@code o} on: the sum of vector j is at {@code o + lane(j)} then. */
    static void fold(double[] tile, int o) {
        DoubleVector x = DoubleVector.fromArray(S, tile, o);
        DoubleVector y = DoubleVector.fromArray(S, tile, o + L);
        DoubleVector z = DoubleVector.fromArray(S, tile, o + 2 * L);
        DoubleVector w = DoubleVector.fromArray(S, tile, o + 3 * L);
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
    private static DoubleVector fold(DoubleVector x, DoubleVector y,
            VectorShuffle<Double> distance, VectorMask<Double> mask) {
        return x.blend(y, mask).add(y.blend(x, mask).rearrange(distance));
    }
}
