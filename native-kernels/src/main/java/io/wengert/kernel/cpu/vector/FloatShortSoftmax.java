package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Softmax of many rows of floats, or its logarithm, where a row is shorter than a vector: as many rows at a time as a vector has
 * lanes, each in a lane of its own. To the last bit it is what {@link FloatSoftmax} makes of a row.
 */
final class FloatShortSoftmax {

    private static final int L = Species.F32.length();

    /** Each thread's scratch memory: elements and their exponentials, place by place, and two numbers of each row. */
    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[(2 * L + 2) * L]);

    private static final int EXP = L * L;
    private static final int MAX = 2 * L * L;
    private static final int SUM = MAX + L;

    private FloatShortSoftmax() {}

    /** Whether this is the faster way. */
    static boolean pays(int rows, int n) { return n < L && 2 * rows >= L; }

    static void rows(boolean logarithm, float[] x, int[] xAt, float[] y, int[] yAt, int from, int to, int n) {
        float[] s = SCRATCH.get();
        for (int r = from; r < to; r += L) {
            int rows = Math.min(L, to - r);
            load(x, xAt, r, rows, n, s);
            exponentials(n, s);
            if (logarithm) {
                logarithms(rows, s);
                shift(n, s);
            } else {
                quotients(rows, s);
                scale(n, s);
            }
            store(y, yAt, r, rows, n, s);
        }
    }

    /** Lanes without a row repeat the last one. */
    private static void load(float[] x, int[] xAt, int first, int rows, int n, float[] s) {
        for (int r = 0; r < L; r++) {
            int at = xAt[first + Math.min(r, rows - 1)];
            for (int i = 0; i < n; i++) {
                s[i * L + r] = x[at + i];
            }
        }
    }

    private static void store(float[] y, int[] yAt, int first, int rows, int n, float[] s) {
        for (int r = 0; r < rows; r++) {
            int at = yAt[first + r];
            for (int i = 0; i < n; i++) {
                y[at + i] = s[i * L + r];
            }
        }
    }

    private static void exponentials(int n, float[] s) {
        IntVector most = IntVector.broadcast(Species.I32, Integer.MIN_VALUE);
        for (int i = 0; i < n * L; i += L) {
            most = most.max(FloatSoftmax.ordered(FloatVector.fromArray(Species.F32, s, i).reinterpretAsInts()));
        }
        FloatVector max = FloatSoftmax.ordered(most).reinterpretAsFloats();
        max.intoArray(s, MAX);
        FloatVector sum = FloatVector.zero(Species.F32);
        for (int i = 0; i < n * L; i += L) {
            FloatVector e = FloatVectorFns.exp(FloatVector.fromArray(Species.F32, s, i).sub(max));
            e.intoArray(s, EXP + i);
            sum = sum.add(e);
        }
        sum.intoArray(s, SUM);
    }

    private static void logarithms(int rows, float[] s) {
        for (int r = 0; r < rows; r++) {
            s[SUM + r] = -(float) (s[MAX + r] + Math.log(s[SUM + r]));
        }
    }

    private static void quotients(int rows, float[] s) {
        for (int r = 0; r < rows; r++) {
            s[SUM + r] = (float) (1 / (double) s[SUM + r]);
        }
    }

    private static void shift(int n, float[] s) {
        FloatVector addend = FloatVector.fromArray(Species.F32, s, SUM);
        for (int i = 0; i < n * L; i += L) {
            FloatVector.fromArray(Species.F32, s, i).add(addend).intoArray(s, i);
        }
    }

    private static void scale(int n, float[] s) {
        FloatVector factor = FloatVector.fromArray(Species.F32, s, SUM);
        for (int i = 0; i < n * L; i += L) {
            FloatVector.fromArray(Species.F32, s, EXP + i).mul(factor).intoArray(s, i);
        }
    }
}
