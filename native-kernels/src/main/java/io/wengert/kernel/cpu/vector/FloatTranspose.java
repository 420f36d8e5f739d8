package io.wengert.kernel.cpu.vector;

import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes of 8 and of at most 16 lines of float, for vectors of 16 lanes.
 *
 * <p>A round exchanges one bit of the line's number with one of the lane's (Eklundh, "A Fast Computer Method for Matrix
 * Transposing", 1972): two vectors swap half their lanes. Eight lines stay in registers. Of sixteen the compiler would
 * spill most: two rounds on four vectors at a time, through memory, and the other two. Their lanes are chosen bit
 * by bit, one instruction, where a blend makes its mask anew each time.
 */
final class FloatTranspose {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    /** Whether vectors have 16 lanes. */
    static final boolean FITS = L == 16;

    private static final VectorShuffle<Float> BY_TWO = by(S, 2);
    private static final VectorShuffle<Float> BY_FOUR = by(S, 4);
    private static final VectorShuffle<Float> BY_EIGHT = by(S, 8);
    private static final VectorMask<Float> IN_TWO = VectorMask.fromArray(S, in(2), 0);
    private static final VectorMask<Float> IN_FOUR = VectorMask.fromArray(S, in(4), 0);
    private static final VectorMask<Float> IN_EIGHT = VectorMask.fromArray(S, in(8), 0);

    /** Makes the last bit of a lane's number the first. */
    private static final VectorShuffle<Float> LAST_FIRST = VectorShuffle.fromOp(S, lane -> (lane << 1 | lane >> 3) & L - 1);

    static final VectorShuffle<Integer> BITS_BY_ONE = by(Species.I32, 1);
    static final VectorShuffle<Integer> BITS_BY_TWO = by(Species.I32, 2);
    static final VectorShuffle<Integer> BITS_BY_FOUR = by(Species.I32, 4);
    static final VectorShuffle<Integer> BITS_BY_EIGHT = by(Species.I32, 8);
    static final IntVector BITS_IN_ONE = bitsIn(1);
    static final IntVector BITS_IN_TWO = bitsIn(2);
    static final IntVector BITS_IN_FOUR = bitsIn(4);
    static final IntVector BITS_IN_EIGHT = bitsIn(8);

    /** Blocks of 16 by 16 that a thread takes at once. */
    private static final int BLOCKS = 16;
    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[BLOCKS * 16 * 16]);

    private FloatTranspose() {}

    private static <E> VectorShuffle<E> by(VectorSpecies<E> species, int distance) {
        return VectorShuffle.fromOp(species, lane -> (lane ^ distance) & species.length() - 1);
    }

    private static boolean[] in(int bit) {
        boolean[] set = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            set[lane] = (lane & bit) != 0;
        }
        return set;
    }

    /** All bits of the lanes in whose number a bit is set. */
    private static IntVector bitsIn(int bit) {
        return (IntVector) VectorMask.fromArray(Species.I32, in(bit), 0).toVector();
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

    /**
     * Writes {@code lines}, 1 to 16, of {@code k} elements, at least 16, {@code line} apart, to
     * {@code d[o + p * width + r]}. Every p is 16 elements, of which those without a line are anything and overwritten
     * by the next p if the width is less.
     */
    static void lines(int k, float[] s, int so, int line, int lines, float[] d, int o, int width) {
        float[] t = SCRATCH.get();
        int blocks = (k + 15) / 16;
        for (int b = 0; b < blocks; b += BLOCKS) {
            int quads = 4 * Math.min(BLOCKS, blocks - b);
            farRounds(quads, 16 * b, k - 16, s, so, line, lines - 1, t);
            nearRounds(quads, 16 * b, k - 16, t, d, o, width);
        }
    }

    // Written out, as C2 inlines no small methods of ours into loops that are as large as these.

    /** Blocks from p on, none of which begins after {@code end}: lines 8 and 4 apart swap lanes. */
    private static void farRounds(int quads, int p, int end, float[] s, int so, int line, int last, float[] t) {
        for (int x = 0; x < quads; x++) {
            int r = x & 3;
            int i = so + Math.min(p + (x >> 2) * 16, end);
            IntVector v0 = FloatVector.fromArray(S, s, i + Math.min(r, last) * line).reinterpretAsInts();
            IntVector v1 = FloatVector.fromArray(S, s, i + Math.min(r + 4, last) * line).reinterpretAsInts();
            IntVector v2 = FloatVector.fromArray(S, s, i + Math.min(r + 8, last) * line).reinterpretAsInts();
            IntVector v3 = FloatVector.fromArray(S, s, i + Math.min(r + 12, last) * line).reinterpretAsInts();
            IntVector w0 = v0.rearrange(BITS_BY_EIGHT);
            IntVector w1 = v1.rearrange(BITS_BY_EIGHT);
            IntVector w2 = v2.rearrange(BITS_BY_EIGHT);
            IntVector w3 = v3.rearrange(BITS_BY_EIGHT);
            v0 = v0.lanewise(XOR, v0.lanewise(XOR, w2).and(BITS_IN_EIGHT));
            v1 = v1.lanewise(XOR, v1.lanewise(XOR, w3).and(BITS_IN_EIGHT));
            v2 = w0.lanewise(XOR, w0.lanewise(XOR, v2).and(BITS_IN_EIGHT));
            v3 = w1.lanewise(XOR, w1.lanewise(XOR, v3).and(BITS_IN_EIGHT));
            w0 = v0.rearrange(BITS_BY_FOUR);
            w1 = v1.rearrange(BITS_BY_FOUR);
            w2 = v2.rearrange(BITS_BY_FOUR);
            w3 = v3.rearrange(BITS_BY_FOUR);
            int j = (x >> 2) * 256 + r * 16;
            v0.lanewise(XOR, v0.lanewise(XOR, w1).and(BITS_IN_FOUR)).reinterpretAsFloats().intoArray(t, j);
            w0.lanewise(XOR, w0.lanewise(XOR, v1).and(BITS_IN_FOUR)).reinterpretAsFloats().intoArray(t, j + 64);
            v2.lanewise(XOR, v2.lanewise(XOR, w3).and(BITS_IN_FOUR)).reinterpretAsFloats().intoArray(t, j + 128);
            w2.lanewise(XOR, w2.lanewise(XOR, v3).and(BITS_IN_FOUR)).reinterpretAsFloats().intoArray(t, j + 192);
        }
    }

    /** Lines 2 and 1 apart swap lanes, the former by loading from 2 lanes further on, and go where they belong. */
    private static void nearRounds(int quads, int p, int end, float[] t, float[] d, int o, int width) {
        for (int x = 0; x < quads; x++) {
            int i = x * 64;
            IntVector v0 = FloatVector.fromArray(S, t, i).reinterpretAsInts();
            IntVector v1 = FloatVector.fromArray(S, t, i + 16).reinterpretAsInts();
            IntVector v2 = FloatVector.fromArray(S, t, i + 2).reinterpretAsInts();
            IntVector v3 = FloatVector.fromArray(S, t, i + 18).reinterpretAsInts();
            IntVector w0 = FloatVector.fromArray(S, t, i + 30).reinterpretAsInts();
            IntVector w1 = FloatVector.fromArray(S, t, i + 46).reinterpretAsInts();
            IntVector w2 = FloatVector.fromArray(S, t, i + 32).reinterpretAsInts();
            IntVector w3 = FloatVector.fromArray(S, t, i + 48).reinterpretAsInts();
            v0 = v0.lanewise(XOR, v0.lanewise(XOR, w0).and(BITS_IN_TWO));
            v1 = v1.lanewise(XOR, v1.lanewise(XOR, w1).and(BITS_IN_TWO));
            v2 = v2.lanewise(XOR, v2.lanewise(XOR, w2).and(BITS_IN_TWO));
            v3 = v3.lanewise(XOR, v3.lanewise(XOR, w3).and(BITS_IN_TWO));
            w0 = v0.rearrange(BITS_BY_ONE);
            w1 = v1.rearrange(BITS_BY_ONE);
            w2 = v2.rearrange(BITS_BY_ONE);
            w3 = v3.rearrange(BITS_BY_ONE);
            int j = o + (Math.min(p + (x >> 2) * 16, end) + (x & 3) * 4) * width;
            v0.lanewise(XOR, v0.lanewise(XOR, w1).and(BITS_IN_ONE)).reinterpretAsFloats().intoArray(d, j);
            w0.lanewise(XOR, w0.lanewise(XOR, v1).and(BITS_IN_ONE)).reinterpretAsFloats().intoArray(d, j + width);
            v2.lanewise(XOR, v2.lanewise(XOR, w3).and(BITS_IN_ONE)).reinterpretAsFloats().intoArray(d, j + 2 * width);
            w2.lanewise(XOR, w2.lanewise(XOR, v3).and(BITS_IN_ONE)).reinterpretAsFloats().intoArray(d, j + 3 * width);
        }
    }
}
