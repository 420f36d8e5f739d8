package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;

/** Sums of double rows. */
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
}
