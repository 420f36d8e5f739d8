package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transposition of squares as wide as a vector: for each bit of a lane's number, vectors in whose own numbers that
 * bit differs swap halves (Eklundh, "A Fast Computer Method for Matrix Transposing", 1972), two bits on the way to a
 * scratch square and two on the way from it.
 */
final class FloatTranspose {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    /** Whether vectors are wide enough for {@link #square}. */
    static final boolean PAYS = L == 8 || L == 16;

    private static final VectorShuffle<Float> HALF = neighbours(L / 2);
    private static final VectorShuffle<Float> QUARTER = neighbours(L / 4);
    private static final VectorShuffle<Float> TWO = neighbours(L == 16 ? 2 : 0);
    private static final VectorShuffle<Float> ONE = neighbours(1);
    private static final VectorMask<Float> IN_HALF = lanesWith(L / 2);
    private static final VectorMask<Float> IN_QUARTER = lanesWith(L / 4);
    private static final VectorMask<Float> IN_TWO = lanesWith(L == 16 ? 2 : 0);
    private static final VectorMask<Float> IN_ONE = lanesWith(1);

    private FloatTranspose() {}

    static VectorShuffle<Float> neighbours(int distance) { return VectorShuffle.fromOp(S, lane -> lane ^ distance); }

    static VectorMask<Float> lanesWith(int bit) {
        boolean[] set = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            set[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, set, 0);
    }

    /**
     * {@code d[o + p * row + r] = s[so + min(r, last) * line + p]} for r and p below the number of lanes, rows written
     * in rising order of p; {@code t} is scratch for a square.
     */
    static void square(int last, float[] s, int so, int line, float[] d, int o, int row, float[] t) {
        int q = L / 4;
        for (int i = 0; i < q; i++) {
            apart(s, so + Math.min(i, last) * line, so + Math.min(i + q, last) * line,
                    so + Math.min(i + 2 * q, last) * line, so + Math.min(i + 3 * q, last) * line, t, i * L, q * L);
        }
        for (int i = 0; i < q; i++) {
            together(t, 4 * i * L, d, o + 4 * i * row, row);
        }
    }

    /** The upper two bits of four vectors' numbers and lanes. */
    private static void apart(float[] s, int s0, int s1, int s2, int s3, float[] t, int o, int row) {
        FloatVector x = FloatVector.fromArray(S, s, s0);
        FloatVector y = FloatVector.fromArray(S, s, s1);
        FloatVector z = FloatVector.fromArray(S, s, s2);
        FloatVector w = FloatVector.fromArray(S, s, s3);
        FloatVector x0 = x.blend(z.rearrange(HALF), IN_HALF);
        FloatVector z0 = x.rearrange(HALF).blend(z, IN_HALF);
        FloatVector y0 = y.blend(w.rearrange(HALF), IN_HALF);
        FloatVector w0 = y.rearrange(HALF).blend(w, IN_HALF);
        x0.blend(y0.rearrange(QUARTER), IN_QUARTER).intoArray(t, o);
        x0.rearrange(QUARTER).blend(y0, IN_QUARTER).intoArray(t, o + row);
        z0.blend(w0.rearrange(QUARTER), IN_QUARTER).intoArray(t, o + 2 * row);
        z0.rearrange(QUARTER).blend(w0, IN_QUARTER).intoArray(t, o + 3 * row);
    }

    /** The lower two bits, or one. */
    private static void together(float[] t, int from, float[] d, int o, int row) {
        FloatVector x = FloatVector.fromArray(S, t, from);
        FloatVector y = FloatVector.fromArray(S, t, from + L);
        FloatVector z = FloatVector.fromArray(S, t, from + 2 * L);
        FloatVector w = FloatVector.fromArray(S, t, from + 3 * L);
        FloatVector x0 = x;
        FloatVector z0 = z;
        FloatVector y0 = y;
        FloatVector w0 = w;
        if (L == 16) {
            x0 = x.blend(z.rearrange(TWO), IN_TWO);
            z0 = x.rearrange(TWO).blend(z, IN_TWO);
            y0 = y.blend(w.rearrange(TWO), IN_TWO);
            w0 = y.rearrange(TWO).blend(w, IN_TWO);
        }
        x0.blend(y0.rearrange(ONE), IN_ONE).intoArray(d, o);
        x0.rearrange(ONE).blend(y0, IN_ONE).intoArray(d, o + row);
        z0.blend(w0.rearrange(ONE), IN_ONE).intoArray(d, o + 2 * row);
        z0.rearrange(ONE).blend(w0, IN_ONE).intoArray(d, o + 3 * row);
    }
}
