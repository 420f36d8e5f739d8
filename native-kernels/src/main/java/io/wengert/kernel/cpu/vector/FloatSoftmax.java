package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of rows of floats, or its logarithm, as one loop a row: while a row's exponentials are calculated, the row
 * before is written and the next one read, so that memory and arithmetic do not wait for each other.
 *
 * <p>Sums go in blocks whose results are added in double precision. What is left of a row behind its last whole vector goes through
 * a vector of its own, so that every element meets the same arithmetic.
 */
final class FloatSoftmax {

    private static final int L = Species.F32.length();
    private static final int BLOCK = 4096;
    private static final int MAGNITUDE = 0x7FFFFFFF;

    /** Each thread's scratch memory: of three parts, for two rows or blocks and a vector. */
    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[0]);

    private final boolean logarithm;
    private final float[] x;
    private final float[] y;
    private final int n;
    /** The exponentials of two rows in turn, or where they are not needed again. */
    private final float[] scratch;
    private final int turns;
    /** The largest element of the row to come, {@link #ordered}. */
    private int ahead = Integer.MIN_VALUE;
    // How the row before is written: y[yAt + i] = z[zAt + i] * factor + addend.
    private float[] z;
    private int zAt;
    private int yAt;
    private float factor = 1;
    private float addend;

    private FloatSoftmax(boolean logarithm, float[] x, float[] y, int n) {
        this.logarithm = logarithm;
        this.x = x;
        this.y = y;
        this.n = n;
        turns = Math.min(n, BLOCK) + L;
        scratch = scratch(2 * turns + L);
    }

    private static float[] scratch(int length) {
        float[] a = SCRATCH.get();
        if (a.length < length) {
            a = new float[length];
            SCRATCH.set(a);
        }
        return a;
    }

    static void rows(boolean logarithm, float[] x, int[] xAt, float[] y, int[] yAt, int from, int to, int n) {
        if (FloatShortSoftmax.pays(to - from, n)) {
            FloatShortSoftmax.rows(logarithm, x, xAt, y, yAt, from, to, n);
            return;
        }
        FloatSoftmax s = new FloatSoftmax(logarithm, x, y, n);
        s.begin(xAt[from], yAt[from]);
        for (int r = from; r < to; r++) {
            s.row(r & 1, xAt[r], xAt[Math.min(r + 1, to - 1)], yAt[r]);
        }
        s.finish(0, n);
    }

    /** As there is no row before the first, that one itself is "written", as it is. */
    private void begin(int at, int to) {
        z = x;
        zAt = at;
        yAt = to;
        look(at, n);
    }

    private void row(int turn, int at, int next, int to) {
        float max = Float.intBitsToFloat(ordered(ahead));
        ahead = Integer.MIN_VALUE;
        boolean apart = logarithm || n <= BLOCK;
        float[] e = apart ? scratch : y;
        int eAt = apart ? turn * turns : to;
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += block(i, Math.min(BLOCK, n - i), at, max, next, e, logarithm ? eAt : eAt + i);
        }
        z = logarithm ? x : e;
        zAt = logarithm ? at : eAt;
        yAt = to;
        factor = logarithm ? 1 : (float) (1 / sum);
        addend = logarithm ? -(float) (max + Math.log(sum)) : 0;
    }

    /** Elements from {@code first} on; gives the sum of the exponentials. */
    private float block(int first, int count, int at, float max, int next, float[] e, int eAt) {
        int whole = count / L * L;
        float sum = whole == 0 ? 0
                : vectors(whole, x, at + first, max, e, eAt, next + first, z, zAt + first, factor, addend, y, yAt + first);
        if (whole < count) {
            finish(first + whole, count - whole);
            look(next + first + whole, count - whole);
            sum = rest(count - whole, at + first + whole, max, e, eAt + whole, sum);
        }
        return sum;
    }

    /**
     * Exponentials of fewer elements than a vector has; gives their sum, added to another. A method by itself: where C2 has no room
     * to inline it, numbers and arrays cross the call, and vectors do not.
     */
    private float rest(int n, int at, float max, float[] e, int eAt, float sum) {
        int part = 2 * turns;
        System.arraycopy(x, at, scratch, part, n);
        FloatVectorFns.exp(FloatVector.fromArray(Species.F32, scratch, part).sub(max)).intoArray(scratch, part);
        System.arraycopy(scratch, part, e, eAt, n);
        float s = sum;
        for (int k = part; k < part + n; k++) {
            s += scratch[k];
        }
        return s;
    }

    private float vectors(int n, float[] x, int at, float max, float[] e, int eAt, int next,
            float[] z, int zAt, float factor, float addend, float[] y, int yAt) {
        FloatVector m = FloatVector.broadcast(Species.F32, max);
        FloatVector f = FloatVector.broadcast(Species.F32, factor);
        FloatVector g = FloatVector.broadcast(Species.F32, addend);
        FloatVector sum = FloatVector.zero(Species.F32);
        IntVector most = IntVector.broadcast(Species.I32, ahead);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVectorFns.exp(FloatVector.fromArray(Species.F32, x, at + i).sub(m));
            // First the row before: of a long first row, that is itself, these elements are not its last.
            FloatVector.fromArray(Species.F32, z, zAt + i).fma(f, g).intoArray(y, yAt + i);
            v.intoArray(e, eAt + i);
            sum = sum.add(v);
            most = most.max(ordered(FloatVector.fromArray(Species.F32, x, next + i).reinterpretAsInts()));
        }
        ahead = most.reduceLanes(VectorOperators.MAX);
        sum.intoArray(scratch, 2 * turns);
        return LaneSums.sum(scratch, 2 * turns);
    }

    /** Writes elements of the row before. */
    private void finish(int first, int count) {
        int i = first;
        for (; i + L <= first + count; i += L) {
            FloatVector.fromArray(Species.F32, z, zAt + i).fma(FloatVector.broadcast(Species.F32, factor),
                    FloatVector.broadcast(Species.F32, addend)).intoArray(y, yAt + i);
        }
        for (; i < first + count; i++) {
            y[yAt + i] = Math.fma(z[zAt + i], factor, addend);
        }
    }

    /** Brings elements into {@link #ahead}. */
    private void look(int at, int count) {
        int i = 0;
        if (count >= L) {
            IntVector most = IntVector.broadcast(Species.I32, ahead);
            for (; i + L <= count; i += L) {
                most = most.max(ordered(FloatVector.fromArray(Species.F32, x, at + i).reinterpretAsInts()));
            }
            ahead = most.reduceLanes(VectorOperators.MAX);
        }
        for (; i < count; i++) {
            ahead = Math.max(ahead, ordered(Float.floatToRawIntBits(x[at + i])));
        }
    }

    /**
     * Bits of floats as integers in the order of the floats, and back: a NaN is larger than all, or smaller, by its sign, and never
     * lost as it may be among floats.
     */
    static int ordered(int bits) { return bits >> 31 & MAGNITUDE ^ bits; }

    static IntVector ordered(IntVector bits) {
        return bits.lanewise(VectorOperators.ASHR, 31).and(MAGNITUDE).lanewise(VectorOperators.XOR, bits);
    }
}
