package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_BY_EIGHT;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_BY_FOUR;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_BY_ONE;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_BY_TWO;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_IN_EIGHT;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_IN_FOUR;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_IN_ONE;
import static io.wengert.kernel.cpu.vector.FloatTranspose.BITS_IN_TWO;

import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes of matrices of float, for vectors of 8 or 16 lanes, by the rounds of {@link FloatTranspose}.
 *
 * <p>Tiles go through a scratch that the second-level cache holds: three rounds on eight lines at a time, along the lines, whose
 * pages are read as streams; then what 16 lanes want more, along the lines of the result, which are written as streams. Lines
 * that are a power of two apart fall into few sets of the caches, but each is read or written as a whole, and once. Every index
 * is a loop's variable plus a constant of the loop, so that C2 checks it before the loop.
 */
final class FloatTiledTranspose {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    /** Whether vectors have as many lanes as the rounds suit. */
    static final boolean FITS = L == 8 || L == 16;

    /** The most lines, and elements of each, of a tile. */
    private static final int LINES = 32 * L;
    private static final int ELEMENTS = 16 * L;

    /** The distance of two groups of L lines in the scratch, by line. */
    private static final int GROUP = ELEMENTS;

    /** Where the scratch begins: behind the array's header, with a cache line. */
    private static final int LEAD = 12;
    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[LEAD + LINES * ELEMENTS]);

    private FloatTiledTranspose() {}

    /**
     * {@code d[o + i * dLine + j] = s[so + j * sLine + i]} for j in [0, {@code lines}) and i in [{@code from}, {@code to}), and
     * for some i before if that is less than L. Neither {@code lines} nor {@code to} is less than L.
     */
    static void transpose(int lines, int from, int to, float[] s, int so, int sLine, float[] d, int o, int dLine) {
        float[] t = SCRATCH.get();
        for (int c = from; c < to; c += ELEMENTS) {
            int i = Math.min(c, to - L);
            for (int r = 0; r < lines; r += LINES) {
                int j = Math.min(r, lines - L);
                tile(Math.min(LINES, lines - j), Math.min(ELEMENTS, to - i), s, so + j * sLine + i, sLine,
                        d, o + i * dLine + j, dLine, t);
            }
        }
    }

    /** What is left over by whole vectors is done once more with some that are done already. */
    private static void tile(int lines, int n, float[] s, int so, int sLine, float[] d, int o, int dLine, float[] t) {
        int wholeLines = lines / L * L;
        int whole = n / L * L;
        for (int r = 0; r < lines; r += L) {
            for (int h = 0; h < L; h += 8) {
                int at = so + (Math.min(r, lines - L) + h) * sLine;
                int slot = LEAD + r * GROUP + h * L;
                farRounds(whole, s, at, sLine, t, slot);
                if (whole < n) {
                    farRounds(L, s, at + n - L, sLine, t, slot + whole * L);
                }
            }
        }
        for (int p = 0; p < n; p += L) {
            int at = o + Math.min(p, n - L) * dLine;
            int slot = LEAD + p * L;
            results(wholeLines, t, slot, d, at, dLine);
            if (wholeLines < lines) {
                results(L, t, slot + wholeLines * GROUP, d, at + lines - L, dLine);
            }
        }
    }

    /** L lines of the result. */
    private static void results(int n, float[] t, int from, float[] d, int o, int line) {
        if (L == 16) {
            lastRound(n, t, from, d, o, line);
            lastRound(n, t, from + 4 * L, d, o + 4 * line, line);
        } else {
            copy(n, t, from, d, o, line);
        }
    }

    // Written out, as C2 inlines no small methods of ours into loops that are as large as these.

    /** Of eight lines: those 4, 2 and 1 apart swap lanes. */
    private static void farRounds(int n, float[] s, int so, int line, float[] t, int to) {
        for (int p = 0; p < n; p += L) {
            IntVector v0 = FloatVector.fromArray(S, s, so + p).reinterpretAsInts();
            IntVector v1 = FloatVector.fromArray(S, s, so + p + line).reinterpretAsInts();
            IntVector v2 = FloatVector.fromArray(S, s, so + p + 2 * line).reinterpretAsInts();
            IntVector v3 = FloatVector.fromArray(S, s, so + p + 3 * line).reinterpretAsInts();
            IntVector v4 = FloatVector.fromArray(S, s, so + p + 4 * line).reinterpretAsInts();
            IntVector v5 = FloatVector.fromArray(S, s, so + p + 5 * line).reinterpretAsInts();
            IntVector v6 = FloatVector.fromArray(S, s, so + p + 6 * line).reinterpretAsInts();
            IntVector v7 = FloatVector.fromArray(S, s, so + p + 7 * line).reinterpretAsInts();
            IntVector w0;
            IntVector w1;
            w0 = v0.rearrange(BITS_BY_FOUR);
            w1 = v4.rearrange(BITS_BY_FOUR);
            v0 = v0.lanewise(XOR, v0.lanewise(XOR, w1).and(BITS_IN_FOUR));
            v4 = w0.lanewise(XOR, w0.lanewise(XOR, v4).and(BITS_IN_FOUR));
            w0 = v1.rearrange(BITS_BY_FOUR);
            w1 = v5.rearrange(BITS_BY_FOUR);
            v1 = v1.lanewise(XOR, v1.lanewise(XOR, w1).and(BITS_IN_FOUR));
            v5 = w0.lanewise(XOR, w0.lanewise(XOR, v5).and(BITS_IN_FOUR));
            w0 = v2.rearrange(BITS_BY_FOUR);
            w1 = v6.rearrange(BITS_BY_FOUR);
            v2 = v2.lanewise(XOR, v2.lanewise(XOR, w1).and(BITS_IN_FOUR));
            v6 = w0.lanewise(XOR, w0.lanewise(XOR, v6).and(BITS_IN_FOUR));
            w0 = v3.rearrange(BITS_BY_FOUR);
            w1 = v7.rearrange(BITS_BY_FOUR);
            v3 = v3.lanewise(XOR, v3.lanewise(XOR, w1).and(BITS_IN_FOUR));
            v7 = w0.lanewise(XOR, w0.lanewise(XOR, v7).and(BITS_IN_FOUR));
            w0 = v0.rearrange(BITS_BY_TWO);
            w1 = v2.rearrange(BITS_BY_TWO);
            v0 = v0.lanewise(XOR, v0.lanewise(XOR, w1).and(BITS_IN_TWO));
            v2 = w0.lanewise(XOR, w0.lanewise(XOR, v2).and(BITS_IN_TWO));
            w0 = v1.rearrange(BITS_BY_TWO);
            w1 = v3.rearrange(BITS_BY_TWO);
            v1 = v1.lanewise(XOR, v1.lanewise(XOR, w1).and(BITS_IN_TWO));
            v3 = w0.lanewise(XOR, w0.lanewise(XOR, v3).and(BITS_IN_TWO));
            w0 = v4.rearrange(BITS_BY_TWO);
            w1 = v6.rearrange(BITS_BY_TWO);
            v4 = v4.lanewise(XOR, v4.lanewise(XOR, w1).and(BITS_IN_TWO));
            v6 = w0.lanewise(XOR, w0.lanewise(XOR, v6).and(BITS_IN_TWO));
            w0 = v5.rearrange(BITS_BY_TWO);
            w1 = v7.rearrange(BITS_BY_TWO);
            v5 = v5.lanewise(XOR, v5.lanewise(XOR, w1).and(BITS_IN_TWO));
            v7 = w0.lanewise(XOR, w0.lanewise(XOR, v7).and(BITS_IN_TWO));
            w0 = v0.rearrange(BITS_BY_ONE);
            w1 = v1.rearrange(BITS_BY_ONE);
            v0 = v0.lanewise(XOR, v0.lanewise(XOR, w1).and(BITS_IN_ONE));
            v1 = w0.lanewise(XOR, w0.lanewise(XOR, v1).and(BITS_IN_ONE));
            w0 = v2.rearrange(BITS_BY_ONE);
            w1 = v3.rearrange(BITS_BY_ONE);
            v2 = v2.lanewise(XOR, v2.lanewise(XOR, w1).and(BITS_IN_ONE));
            v3 = w0.lanewise(XOR, w0.lanewise(XOR, v3).and(BITS_IN_ONE));
            w0 = v4.rearrange(BITS_BY_ONE);
            w1 = v5.rearrange(BITS_BY_ONE);
            v4 = v4.lanewise(XOR, v4.lanewise(XOR, w1).and(BITS_IN_ONE));
            v5 = w0.lanewise(XOR, w0.lanewise(XOR, v5).and(BITS_IN_ONE));
            w0 = v6.rearrange(BITS_BY_ONE);
            w1 = v7.rearrange(BITS_BY_ONE);
            v6 = v6.lanewise(XOR, v6.lanewise(XOR, w1).and(BITS_IN_ONE));
            v7 = w0.lanewise(XOR, w0.lanewise(XOR, v7).and(BITS_IN_ONE));
            v0.reinterpretAsFloats().intoArray(t, to + p * L);
            v1.reinterpretAsFloats().intoArray(t, to + p * L + L);
            v2.reinterpretAsFloats().intoArray(t, to + p * L + 2 * L);
            v3.reinterpretAsFloats().intoArray(t, to + p * L + 3 * L);
            v4.reinterpretAsFloats().intoArray(t, to + p * L + 4 * L);
            v5.reinterpretAsFloats().intoArray(t, to + p * L + 5 * L);
            v6.reinterpretAsFloats().intoArray(t, to + p * L + 6 * L);
            v7.reinterpretAsFloats().intoArray(t, to + p * L + 7 * L);
        }
    }

    /** Eight lines from each half of a group become lines j and j + 8 of the result, for j below 4. */
    private static void lastRound(int n, float[] t, int from, float[] d, int o, int line) {
        for (int r = 0; r < n; r += L) {
            IntVector v0 = FloatVector.fromArray(S, t, from + r * GROUP).reinterpretAsInts();
            IntVector v1 = FloatVector.fromArray(S, t, from + r * GROUP + L).reinterpretAsInts();
            IntVector v2 = FloatVector.fromArray(S, t, from + r * GROUP + 2 * L).reinterpretAsInts();
            IntVector v3 = FloatVector.fromArray(S, t, from + r * GROUP + 3 * L).reinterpretAsInts();
            IntVector w0 = FloatVector.fromArray(S, t, from + r * GROUP + 8 * L).reinterpretAsInts();
            IntVector w1 = FloatVector.fromArray(S, t, from + r * GROUP + 9 * L).reinterpretAsInts();
            IntVector w2 = FloatVector.fromArray(S, t, from + r * GROUP + 10 * L).reinterpretAsInts();
            IntVector w3 = FloatVector.fromArray(S, t, from + r * GROUP + 11 * L).reinterpretAsInts();
            IntVector x0 = v0.rearrange(BITS_BY_EIGHT);
            IntVector y0 = w0.rearrange(BITS_BY_EIGHT);
            IntVector x1 = v1.rearrange(BITS_BY_EIGHT);
            IntVector y1 = w1.rearrange(BITS_BY_EIGHT);
            IntVector x2 = v2.rearrange(BITS_BY_EIGHT);
            IntVector y2 = w2.rearrange(BITS_BY_EIGHT);
            IntVector x3 = v3.rearrange(BITS_BY_EIGHT);
            IntVector y3 = w3.rearrange(BITS_BY_EIGHT);
            v0.lanewise(XOR, v0.lanewise(XOR, y0).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r);
            v1.lanewise(XOR, v1.lanewise(XOR, y1).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + line);
            v2.lanewise(XOR, v2.lanewise(XOR, y2).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + 2 * line);
            v3.lanewise(XOR, v3.lanewise(XOR, y3).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + 3 * line);
            x0.lanewise(XOR, x0.lanewise(XOR, w0).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + 8 * line);
            x1.lanewise(XOR, x1.lanewise(XOR, w1).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + 9 * line);
            x2.lanewise(XOR, x2.lanewise(XOR, w2).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + 10 * line);
            x3.lanewise(XOR, x3.lanewise(XOR, w3).and(BITS_IN_EIGHT)).reinterpretAsFloats().intoArray(d, o + r + 11 * line);
        }
    }

    /** Eight lines that are done. */
    private static void copy(int n, float[] t, int from, float[] d, int o, int line) {
        for (int r = 0; r < n; r += L) {
            FloatVector.fromArray(S, t, from + r * GROUP).intoArray(d, o + r);
            FloatVector.fromArray(S, t, from + r * GROUP + L).intoArray(d, o + r + line);
            FloatVector.fromArray(S, t, from + r * GROUP + 2 * L).intoArray(d, o + r + 2 * line);
            FloatVector.fromArray(S, t, from + r * GROUP + 3 * L).intoArray(d, o + r + 3 * line);
            FloatVector.fromArray(S, t, from + r * GROUP + 4 * L).intoArray(d, o + r + 4 * line);
            FloatVector.fromArray(S, t, from + r * GROUP + 5 * L).intoArray(d, o + r + 5 * line);
            FloatVector.fromArray(S, t, from + r * GROUP + 6 * L).intoArray(d, o + r + 6 * line);
            FloatVector.fromArray(S, t, from + r * GROUP + 7 * L).intoArray(d, o + r + 7 * line);
        }
    }
}
