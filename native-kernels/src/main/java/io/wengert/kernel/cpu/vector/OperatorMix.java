package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A short calculation that uses operators of every kind in turn, so that the JIT compiler takes none for the only one.
 *
 * <p>All vector operations pass through a few methods of the JDK that cast their operator. If a program starts with additions
 * only, C2 compiles those methods for additions, and the first other operator, four times over, is a trap that stays in
 * the method's profile. When C2 later compiles a loop, it adds up the traps of all it inlines, method by method; from a
 * hundred on ({@code PerMethodTrapLimit}), which is 25 operations, it stops to inline by profiled type. Vectors
 * are objects then, and the loop is 6 to 12 times slower for as long as the process lives.
 */
final class OperatorMix implements Runnable {

    /** Enough for the methods in question to be compiled to the end: C2 takes what has been called 5000 times. */
    private static final int ROUNDS = 1000;

    private OperatorMix() {}

    /** Starts it beside whatever else goes on; a few milliseconds on a thread of its own. */
    static void start() {
        Thread thread = new Thread(new OperatorMix(), "wengert-operators");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        float[] x = new float[Species.F32.length()];
        for (int i = 0; i < ROUNDS; i++) {
            mix(FloatVector.fromArray(Species.F32, x, 0)).intoArray(x, 0);
        }
    }

    /** A unary operator, a binary and an associative one, one of three operands, a comparison. */
    private static FloatVector mix(FloatVector x) {
        FloatVector y = x.neg().sub(x).fma(x, x.add(x));
        return y.blend(0f, y.compare(VectorOperators.LT, x));
    }
}
