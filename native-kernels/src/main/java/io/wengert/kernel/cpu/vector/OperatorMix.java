package io.wengert.kernel.cpu.vector;

import java.util.concurrent.locks.LockSupport;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A short calculation that uses all operators of kernels, so that the JIT compiler takes none for the only one.
 *
 * <p>All vector operations pass through a few methods of the JDK that cast their operator, look up in a cache what implements it,
 * and cast that. If a program starts with additions only, C2 compiles those methods for additions, and the first other operator, up
 * to four times over, is a trap that stays in the method's profile; so is the first use of an operator that is not in the
 * cache yet. When C2 later compiles a loop, it adds up the traps of all it inlines, call by call; from a hundred on
 * ({@code PerMethodTrapLimit}), which is 25 operations, it stops to inline by profiled type. Vectors are objects then, and
 * the loop is 3 to 12 times slower for as long as the process lives.
 */
final class OperatorMix implements Runnable {

    /** C1 compiles a method so that it takes a profile when it has been called some hundred times. */
    private static final int ROUNDS = 300;

    /** Pauses give C1 the time for it, before the last rounds. */
    private static final int ROUNDS_AT_ONCE = 10;
    private static final int PAUSE_NANOS = 2_000_000;

    private OperatorMix() {}

    /** Starts it beside whatever else goes on; some milliseconds of work in a tenth of a second, on the thread returned. */
    static Thread start() {
        Thread thread = new Thread(new OperatorMix(), "wengert-operators");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void run() {
        float[] x = new float[Species.F32.length()];
        int[] k = new int[Species.I32.length()];
        cache(FloatVector.fromArray(Species.F32, x, 0)).intoArray(x, 0);
        cache(IntVector.fromArray(Species.I32, k, 0)).intoArray(k, 0);
        for (int i = 1; i <= ROUNDS; i++) {
            mix(FloatVector.fromArray(Species.F32, x, 0)).intoArray(x, 0);
            mix(IntVector.fromArray(Species.I32, k, 0)).intoArray(k, 0);
            if (i % ROUNDS_AT_ONCE == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        x[0] = surprise(FloatVector.fromArray(Species.F32, x, 0), IntVector.fromArray(Species.I32, k, 0));
    }

    /** Two unary operators, a binary and an associative one, one of three operands, a comparison. */
    private static FloatVector mix(FloatVector x) {
        FloatVector y = x.neg().sub(x).fma(x, x.add(x)).abs();
        return y.blend(0f, y.compare(VectorOperators.LT, x));
    }

    /** Two shifts, a binary operator and an associative one. */
    private static IntVector mix(IntVector x) {
        return x.lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.ASHR, 1).sub(x).and(x);
    }

    /** The other operators of kernels, which so come into the cache before C2 compiles what looks them up there. */
    private static FloatVector cache(FloatVector x) {
        FloatVector y = x.mul(x).div(x).sqrt().min(x).max(x);
        return y.mul(y.reduceLanes(VectorOperators.MAX) - y.reduceLanes(VectorOperators.MIN));
    }

    private static IntVector cache(IntVector x) {
        IntVector y = x.lanewise(VectorOperators.LSHR, 1).lanewise(VectorOperators.XOR, x).or(x).min(x).max(x).add(x).neg();
        return y.add(y.reduceLanes(VectorOperators.MAX));
    }

    /**
     * Operators that no kernel has, of more than two kinds, while the look-up is profiled: C2 then expects any, and the
     * first use of one that comes later, a double's for example, is no trap.
     */
    private static float surprise(FloatVector x, IntVector k) {
        float y = x.lanewise(VectorOperators.ATAN2, x).lanewise(VectorOperators.CBRT).reduceLanes(VectorOperators.ADD);
        return y + k.mul(k).abs().reduceLanes(VectorOperators.ADD);
    }
}
