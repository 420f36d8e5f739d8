package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes of small blocks of float within registers, for vectors of 16 lanes.
 *
 * <p>A round exchanges one bit of the line's number with one of the lane's (Eklundh, "A Fast Computer Method for Matrix
 * Transposing", 1972): two vectors swap half their lanes.
 */
final class FloatTranspose {

    private static final VectorSpecies<Float> S = Species.F32;

    /** Whether vectors have 16 lanes. */
    static final boolean FITS = S.length() == 16;

    private static final VectorShuffle<Float> BY_ONE = by(1);
    private static final VectorShuffle<Float> BY_TWO = by(2);
    private static final VectorShuffle<Float> BY_FOUR = by(4);
    private static final VectorShuffle<Float> BY_EIGHT = by(8);
    private static final VectorMask<Float> IN_ONE = in(1);
    private static final VectorMask<Float> IN_TWO = in(2);
    private static final VectorMask<Float> IN_FOUR = in(4);
    private static final VectorMask<Float> IN_EIGHT = in(8);

    /** Makes the last bit of a lane's number the first. */
    private static final VectorShuffle<Float> LAST_FIRST =
            VectorShuffle.fromOp(S, lane -> (lane << 1 | lane >> 3) & S.length() - 1);

    private FloatTranspose() {}

    private static VectorShuffle<Float> by(int distance) {
        return VectorShuffle.fromOp(S, lane -> (lane ^ distance) & S.length() - 1);
    }

    private static VectorMask<Float> in(int bit) {
        boolean[] set = new boolean[S.length()];
        for (int lane = 0; lane < set.length; lane++) {
            set[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, set, 0);
    }

    /** Eight lines of 16 elements, {@code line} apart, to {@code d[o + p * 8 + r]}. */
    static void eight(float[] s, int so, int line, float[] d, int o) {
        FloatVector v0 = FloatVector.fromArray(S, s, so);
        FloatVector v1 = FloatVector.fromArray(S, s, so + line);
        FloatVector v2 = FloatVector.fromArray(S, s, so + 2 * line);
        FloatVector v3 = FloatVector.fromArray(S, s, so + 3 * line);
        FloatVector v4 = FloatVector.fromArray(S, s, so + 4 * line);
        FloatVector v5 = FloatVector.fromArray(S, s, so + 5 * line);
        FloatVector v6 = FloatVector.fromArray(S, s, so + 6 * line);
        FloatVector v7 = FloatVector.fromArray(S, s, so + 7 * line);
        FloatVector t;
        t = v0.rearrange(BY_EIGHT);
        v0 = v0.blend(v4.rearrange(BY_EIGHT), IN_EIGHT);
        v4 = t.blend(v4, IN_EIGHT);
        t = v1.rearrange(BY_EIGHT);
        v1 = v1.blend(v5.rearrange(BY_EIGHT), IN_EIGHT);
        v5 = t.blend(v5, IN_EIGHT);
        t = v2.rearrange(BY_EIGHT);
        v2 = v2.blend(v6.rearrange(BY_EIGHT), IN_EIGHT);
        v6 = t.blend(v6, IN_EIGHT);
        t = v3.rearrange(BY_EIGHT);
        v3 = v3.blend(v7.rearrange(BY_EIGHT), IN_EIGHT);
        v7 = t.blend(v7, IN_EIGHT);
        t = v0.rearrange(BY_FOUR);
        v0 = v0.blend(v2.rearrange(BY_FOUR), IN_FOUR);
        v2 = t.blend(v2, IN_FOUR);
        t = v1.rearrange(BY_FOUR);
        v1 = v1.blend(v3.rearrange(BY_FOUR), IN_FOUR);
        v3 = t.blend(v3, IN_FOUR);
        t = v4.rearrange(BY_FOUR);
        v4 = v4.blend(v6.rearrange(BY_FOUR), IN_FOUR);
        v6 = t.blend(v6, IN_FOUR);
        t = v5.rearrange(BY_FOUR);
        v5 = v5.blend(v7.rearrange(BY_FOUR), IN_FOUR);
        v7 = t.blend(v7, IN_FOUR);
        t = v0.rearrange(BY_TWO);
        v0 = v0.blend(v1.rearrange(BY_TWO), IN_TWO);
        v1 = t.blend(v1, IN_TWO);
        t = v2.rearrange(BY_TWO);
        v2 = v2.blend(v3.rearrange(BY_TWO), IN_TWO);
        v3 = t.blend(v3, IN_TWO);
        t = v4.rearrange(BY_TWO);
        v4 = v4.blend(v5.rearrange(BY_TWO), IN_TWO);
        v5 = t.blend(v5, IN_TWO);
        t = v6.rearrange(BY_TWO);
        v6 = v6.blend(v7.rearrange(BY_TWO), IN_TWO);
        v7 = t.blend(v7, IN_TWO);
        v0.rearrange(LAST_FIRST).intoArray(d, o);
        v1.rearrange(LAST_FIRST).intoArray(d, o + 16);
        v2.rearrange(LAST_FIRST).intoArray(d, o + 32);
        v3.rearrange(LAST_FIRST).intoArray(d, o + 48);
        v4.rearrange(LAST_FIRST).intoArray(d, o + 64);
        v5.rearrange(LAST_FIRST).intoArray(d, o + 80);
        v6.rearrange(LAST_FIRST).intoArray(d, o + 96);
        v7.rearrange(LAST_FIRST).intoArray(d, o + 112);
    }

    /** Sixteen lines of 16 elements, {@code line} apart, to {@code d[o + p * width + r]}. */
    static void sixteen(float[] s, int so, int line, float[] d, int o, int width) {
        FloatVector v0 = FloatVector.fromArray(S, s, so);
        FloatVector v1 = FloatVector.fromArray(S, s, so + line);
        FloatVector v2 = FloatVector.fromArray(S, s, so + 2 * line);
        FloatVector v3 = FloatVector.fromArray(S, s, so + 3 * line);
        FloatVector v4 = FloatVector.fromArray(S, s, so + 4 * line);
        FloatVector v5 = FloatVector.fromArray(S, s, so + 5 * line);
        FloatVector v6 = FloatVector.fromArray(S, s, so + 6 * line);
        FloatVector v7 = FloatVector.fromArray(S, s, so + 7 * line);
        FloatVector v8 = FloatVector.fromArray(S, s, so + 8 * line);
        FloatVector v9 = FloatVector.fromArray(S, s, so + 9 * line);
        FloatVector v10 = FloatVector.fromArray(S, s, so + 10 * line);
        FloatVector v11 = FloatVector.fromArray(S, s, so + 11 * line);
        FloatVector v12 = FloatVector.fromArray(S, s, so + 12 * line);
        FloatVector v13 = FloatVector.fromArray(S, s, so + 13 * line);
        FloatVector v14 = FloatVector.fromArray(S, s, so + 14 * line);
        FloatVector v15 = FloatVector.fromArray(S, s, so + 15 * line);
        FloatVector t;
        t = v0.rearrange(BY_EIGHT);
        v0 = v0.blend(v8.rearrange(BY_EIGHT), IN_EIGHT);
        v8 = t.blend(v8, IN_EIGHT);
        t = v1.rearrange(BY_EIGHT);
        v1 = v1.blend(v9.rearrange(BY_EIGHT), IN_EIGHT);
        v9 = t.blend(v9, IN_EIGHT);
        t = v2.rearrange(BY_EIGHT);
        v2 = v2.blend(v10.rearrange(BY_EIGHT), IN_EIGHT);
        v10 = t.blend(v10, IN_EIGHT);
        t = v3.rearrange(BY_EIGHT);
        v3 = v3.blend(v11.rearrange(BY_EIGHT), IN_EIGHT);
        v11 = t.blend(v11, IN_EIGHT);
        t = v4.rearrange(BY_EIGHT);
        v4 = v4.blend(v12.rearrange(BY_EIGHT), IN_EIGHT);
        v12 = t.blend(v12, IN_EIGHT);
        t = v5.rearrange(BY_EIGHT);
        v5 = v5.blend(v13.rearrange(BY_EIGHT), IN_EIGHT);
        v13 = t.blend(v13, IN_EIGHT);
        t = v6.rearrange(BY_EIGHT);
        v6 = v6.blend(v14.rearrange(BY_EIGHT), IN_EIGHT);
        v14 = t.blend(v14, IN_EIGHT);
        t = v7.rearrange(BY_EIGHT);
        v7 = v7.blend(v15.rearrange(BY_EIGHT), IN_EIGHT);
        v15 = t.blend(v15, IN_EIGHT);
        t = v0.rearrange(BY_FOUR);
        v0 = v0.blend(v4.rearrange(BY_FOUR), IN_FOUR);
        v4 = t.blend(v4, IN_FOUR);
        t = v1.rearrange(BY_FOUR);
        v1 = v1.blend(v5.rearrange(BY_FOUR), IN_FOUR);
        v5 = t.blend(v5, IN_FOUR);
        t = v2.rearrange(BY_FOUR);
        v2 = v2.blend(v6.rearrange(BY_FOUR), IN_FOUR);
        v6 = t.blend(v6, IN_FOUR);
        t = v3.rearrange(BY_FOUR);
        v3 = v3.blend(v7.rearrange(BY_FOUR), IN_FOUR);
        v7 = t.blend(v7, IN_FOUR);
        t = v8.rearrange(BY_FOUR);
        v8 = v8.blend(v12.rearrange(BY_FOUR), IN_FOUR);
        v12 = t.blend(v12, IN_FOUR);
        t = v9.rearrange(BY_FOUR);
        v9 = v9.blend(v13.rearrange(BY_FOUR), IN_FOUR);
        v13 = t.blend(v13, IN_FOUR);
        t = v10.rearrange(BY_FOUR);
        v10 = v10.blend(v14.rearrange(BY_FOUR), IN_FOUR);
        v14 = t.blend(v14, IN_FOUR);
        t = v11.rearrange(BY_FOUR);
        v11 = v11.blend(v15.rearrange(BY_FOUR), IN_FOUR);
        v15 = t.blend(v15, IN_FOUR);
        t = v0.rearrange(BY_TWO);
        v0 = v0.blend(v2.rearrange(BY_TWO), IN_TWO);
        v2 = t.blend(v2, IN_TWO);
        t = v1.rearrange(BY_TWO);
        v1 = v1.blend(v3.rearrange(BY_TWO), IN_TWO);
        v3 = t.blend(v3, IN_TWO);
        t = v4.rearrange(BY_TWO);
        v4 = v4.blend(v6.rearrange(BY_TWO), IN_TWO);
        v6 = t.blend(v6, IN_TWO);
        t = v5.rearrange(BY_TWO);
        v5 = v5.blend(v7.rearrange(BY_TWO), IN_TWO);
        v7 = t.blend(v7, IN_TWO);
        t = v8.rearrange(BY_TWO);
        v8 = v8.blend(v10.rearrange(BY_TWO), IN_TWO);
        v10 = t.blend(v10, IN_TWO);
        t = v9.rearrange(BY_TWO);
        v9 = v9.blend(v11.rearrange(BY_TWO), IN_TWO);
        v11 = t.blend(v11, IN_TWO);
        t = v12.rearrange(BY_TWO);
        v12 = v12.blend(v14.rearrange(BY_TWO), IN_TWO);
        v14 = t.blend(v14, IN_TWO);
        t = v13.rearrange(BY_TWO);
        v13 = v13.blend(v15.rearrange(BY_TWO), IN_TWO);
        v15 = t.blend(v15, IN_TWO);
        t = v0.rearrange(BY_ONE);
        v0 = v0.blend(v1.rearrange(BY_ONE), IN_ONE);
        v1 = t.blend(v1, IN_ONE);
        t = v2.rearrange(BY_ONE);
        v2 = v2.blend(v3.rearrange(BY_ONE), IN_ONE);
        v3 = t.blend(v3, IN_ONE);
        t = v4.rearrange(BY_ONE);
        v4 = v4.blend(v5.rearrange(BY_ONE), IN_ONE);
        v5 = t.blend(v5, IN_ONE);
        t = v6.rearrange(BY_ONE);
        v6 = v6.blend(v7.rearrange(BY_ONE), IN_ONE);
        v7 = t.blend(v7, IN_ONE);
        t = v8.rearrange(BY_ONE);
        v8 = v8.blend(v9.rearrange(BY_ONE), IN_ONE);
        v9 = t.blend(v9, IN_ONE);
        t = v10.rearrange(BY_ONE);
        v10 = v10.blend(v11.rearrange(BY_ONE), IN_ONE);
        v11 = t.blend(v11, IN_ONE);
        t = v12.rearrange(BY_ONE);
        v12 = v12.blend(v13.rearrange(BY_ONE), IN_ONE);
        v13 = t.blend(v13, IN_ONE);
        t = v14.rearrange(BY_ONE);
        v14 = v14.blend(v15.rearrange(BY_ONE), IN_ONE);
        v15 = t.blend(v15, IN_ONE);
        v0.intoArray(d, o);
        v1.intoArray(d, o + width);
        v2.intoArray(d, o + 2 * width);
        v3.intoArray(d, o + 3 * width);
        v4.intoArray(d, o + 4 * width);
        v5.intoArray(d, o + 5 * width);
        v6.intoArray(d, o + 6 * width);
        v7.intoArray(d, o + 7 * width);
        v8.intoArray(d, o + 8 * width);
        v9.intoArray(d, o + 9 * width);
        v10.intoArray(d, o + 10 * width);
        v11.intoArray(d, o + 11 * width);
        v12.intoArray(d, o + 12 * width);
        v13.intoArray(d, o + 13 * width);
        v14.intoArray(d, o + 14 * width);
        v15.intoArray(d, o + 15 * width);
    }
}
