package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;

/** Sums and extrema of double rows. */
final class DoubleReductions {

    private static final int L = Species.F64.length();

    private DoubleReductions() {}

    static double sum(double[] x, int at, int n) {
        int end = at + n;
        int i = at;
        double sum = 0;
        if (n >= 2 * L) {
            DoubleVector a = DoubleVector.zero(Species.F64);
            DoubleVector b = a;
            for (; i + 2 * L <= end; i += 2 * L) {
                a = a.add(DoubleVector.fromArray(Species.F64, x, i));
                b = b.add(DoubleVector.fromArray(Species.F64, x, i + L));
            }
            sum = LaneSums.sum(a.add(b));
        }
        for (; i < end; i++) {
            sum += x[i];
        }
        return sum;
    }

    static double max(double[] x, int at, int n) {
        int end = at + n;
        int i = at;
        double max = Double.NEGATIVE_INFINITY;
        if (n >= 2 * L) {
            DoubleVector a = DoubleVector.broadcast(Species.F64, max);
            DoubleVector b = a;
            for (; i + 2 * L <= end; i += 2 * L) {
                a = a.max(DoubleVector.fromArray(Species.F64, x, i));
                b = b.max(DoubleVector.fromArray(Species.F64, x, i + L));
            }
            max = a.max(b).reduceLanes(VectorOperators.MAX);
        }
        for (; i < end; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    static double min(double[] x, int at, int n) {
        int end = at + n;
        int i = at;
        double min = Double.POSITIVE_INFINITY;
        if (n >= 2 * L) {
            DoubleVector a = DoubleVector.broadcast(Species.F64, min);
            DoubleVector b = a;
            for (; i + 2 * L <= end; i += 2 * L) {
                a = a.min(DoubleVector.fromArray(Species.F64, x, i));
                b = b.min(DoubleVector.fromArray(Species.F64, x, i + L));
            }
            min = a.min(b).reduceLanes(VectorOperators.MIN);
        }
        for (; i < end; i++) {
            min = Math.min(min, x[i]);
        }
        return min;
    }

    static void add(double[] acc, int accAt, double[] x, int at, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            DoubleVector.fromArray(Species.F64, acc, accAt + i).add(DoubleVector.fromArray(Species.F64, x, at + i))
                    .intoArray(acc, accAt + i);
        }
        for (; i < n; i++) {
            acc[accAt + i] += x[at + i];
        }
    }
}
