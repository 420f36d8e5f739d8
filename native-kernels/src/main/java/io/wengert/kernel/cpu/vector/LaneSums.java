package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The sum of a vector's lanes, first to last. The order of {@code reduceLanes} is not specified, and newer JITs add in
 * another one than the interpreter: a result would change when its loop gets compiled.
 */
final class LaneSums {

    private LaneSums() {}

    static float sum(FloatVector v) {
        float[] lanes = v.toArray();
        float sum = 0;
        for (float x : lanes) {
            sum += x;
        }
        return sum;
    }

    static double sum(DoubleVector v) {
        double[] lanes = v.toArray();
        double sum = 0;
        for (double x : lanes) {
            sum += x;
        }
        return sum;
    }
}
