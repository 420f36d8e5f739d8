package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Sums, products and extrema of float rows, with four vectors of partial results so that additions overlap. */
final class FloatReductions {

    private static final int L = Species.F32.length();

    private FloatReductions() {}

    static float sum(float[] x, int at, int n) {
        int end = at + n;
        int i = at;
        float sum = 0;
        if (n >= 4 * L) {
            FloatVector a = FloatVector.zero(Species.F32);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (; i + 4 * L <= end; i += 4 * L) {
                a = a.add(FloatVector.fromArray(Species.F32, x, i));
                b = b.add(FloatVector.fromArray(Species.F32, x, i + L));
                c = c.add(FloatVector.fromArray(Species.F32, x, i + 2 * L));
                d = d.add(FloatVector.fromArray(Species.F32, x, i + 3 * L));
            }
            sum = LaneSums.sum(a.add(b).add(c.add(d)));
        }
        for (; i < end; i++) {
            sum += x[i];
        }
        return sum;
    }

    static float max(float[] x, int at, int n) {
        int end = at + n;
        int i = at;
        float max = Float.NEGATIVE_INFINITY;
        if (n >= 2 * L) {
            FloatVector a = FloatVector.broadcast(Species.F32, max);
            FloatVector b = a;
            for (; i + 2 * L <= end; i += 2 * L) {
                a = a.max(FloatVector.fromArray(Species.F32, x, i));
                b = b.max(FloatVector.fromArray(Species.F32, x, i + L));
            }
            max = a.max(b).reduceLanes(VectorOperators.MAX);
        }
        for (; i < end; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    static float min(float[] x, int at, int n) {
        int end = at + n;
        int i = at;
        float min = Float.POSITIVE_INFINITY;
        if (n >= 2 * L) {
            FloatVector a = FloatVector.broadcast(Species.F32, min);
            FloatVector b = a;
            for (; i + 2 * L <= end; i += 2 * L) {
                a = a.min(FloatVector.fromArray(Species.F32, x, i));
                b = b.min(FloatVector.fromArray(Species.F32, x, i + L));
            }
            min = a.min(b).reduceLanes(VectorOperators.MIN);
        }
        for (; i < end; i++) {
            min = Math.min(min, x[i]);
        }
        return min;
    }

    static void add(float[] acc, int accAt, float[] x, int at, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, acc, accAt + i).add(FloatVector.fromArray(Species.F32, x, at + i))
                    .intoArray(acc, accAt + i);
        }
        for (; i < n; i++) {
            acc[accAt + i] += x[at + i];
        }
    }

    /** Adds eight rows, {@code step} apart, one after the other: the sums are read and written once only. */
    static void addEight(float[] acc, int accAt, float[] x, int at, int step, int n) {
        int at1 = at + step;
        int at2 = at1 + step;
        int at3 = at2 + step;
        int at4 = at3 + step;
        int at5 = at4 + step;
        int at6 = at5 + step;
        int at7 = at6 + step;
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, acc, accAt + i).add(FloatVector.fromArray(Species.F32, x, at + i))
                    .add(FloatVector.fromArray(Species.F32, x, at1 + i)).add(FloatVector.fromArray(Species.F32, x, at2 + i))
                    .add(FloatVector.fromArray(Species.F32, x, at3 + i)).add(FloatVector.fromArray(Species.F32, x, at4 + i))
                    .add(FloatVector.fromArray(Species.F32, x, at5 + i)).add(FloatVector.fromArray(Species.F32, x, at6 + i))
                    .add(FloatVector.fromArray(Species.F32, x, at7 + i)).intoArray(acc, accAt + i);
        }
        for (; i < n; i++) {
            acc[accAt + i] = acc[accAt + i] + x[at + i] + x[at1 + i] + x[at2 + i] + x[at3 + i] + x[at4 + i] + x[at5 + i]
                    + x[at6 + i] + x[at7 + i];
        }
    }

    static void max(float[] acc, int accAt, float[] x, int at, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, acc, accAt + i).max(FloatVector.fromArray(Species.F32, x, at + i))
                    .intoArray(acc, accAt + i);
        }
        for (; i < n; i++) {
            acc[accAt + i] = Math.max(acc[accAt + i], x[at + i]);
        }
    }

    static void min(float[] acc, int accAt, float[] x, int at, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, acc, accAt + i).min(FloatVector.fromArray(Species.F32, x, at + i))
                    .intoArray(acc, accAt + i);
        }
        for (; i < n; i++) {
            acc[accAt + i] = Math.min(acc[accAt + i], x[at + i]);
        }
    }

    static void multiply(float[] acc, int accAt, float[] x, int at, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, acc, accAt + i).mul(FloatVector.fromArray(Species.F32, x, at + i))
                    .intoArray(acc, accAt + i);
        }
        for (; i < n; i++) {
            acc[accAt + i] *= x[at + i];
        }
    }
}
