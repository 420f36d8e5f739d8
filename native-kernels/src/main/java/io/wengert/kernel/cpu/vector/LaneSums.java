package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The sum of a vector's lanes, 128 to 512 bits of them: each half onto the other, until one lane is left.
 * The order of {@code reduceLanes} is not specified, and newer JITs add in
 * another one than the interpreter: a result would change when its loop gets compiled.
 *
 * <p>Lanes are taken out one by one: an array that a vector is stored to is garbage each time, and exchanging lanes brings
 * checks of types that JDK 17 may give up on where floats and doubles meet. No method has more than 35 bytecodes, so that all are
 * inlined wherever they are met: a vector that crosses a real call is an object.
 */
final class LaneSums {

    private static final int F = Species.F32.length();
    private static final int D = Species.F64.length();

    private LaneSums() {}

    static float sum(FloatVector v) { return fourth(v, 0) + fourth(v, 2) + (fourth(v, 1) + fourth(v, 3)); }

    /**
     * The sum of a vector of lanes that have been stored, which are not left as they were: for large loops, where C2 has no room to
     * inline more.
     */
    static float sum(float[] lanes, int at) {
        for (int half = F / 2; half > 0; half /= 2) {
            for (int i = at; i < at + half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[at];
    }

    /** The sum of every fourth lane from the i-th on. */
    private static float fourth(FloatVector v, int i) { return F >= 8 ? eighth(v, i) + eighth(v, i + 4) : v.lane(i); }

    private static float eighth(FloatVector v, int i) { return F >= 16 ? v.lane(i) + v.lane(i + 8) : v.lane(i); }

    static double sum(DoubleVector v) { return second(v, 0) + second(v, 1); }

    /** The sum of every second lane from the i-th on. */
    private static double second(DoubleVector v, int i) { return D >= 4 ? fourth(v, i) + fourth(v, i + 2) : v.lane(i); }

    private static double fourth(DoubleVector v, int i) { return D >= 8 ? v.lane(i) + v.lane(i + 4) : v.lane(i); }
}
