package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.KernelFormula;
import io.wengert.kernel.cpu.MapKernel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;

/** The template of kernels on vectors of doubles; only its hidden copies run. */
final class DoubleVectorLoop implements MapKernel {

    private static final MethodHandle FORMULA = KernelFormula.of(MethodHandles.lookup());

    DoubleVectorLoop() {}

    @Override
    public void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n) {
        double[][] x = (double[][]) in;
        double[] p = (double[]) params;
        double[][] y = (double[][]) out;
        try {
            for (int i = 0; i < n; i += Species.F64.length()) {
                FORMULA.invokeExact(x, inAt, p, y, outAt, i);
            }
        } catch (Throwable e) {
            throw KernelFormula.failed(e);
        }
    }

    static DoubleVector load(int k, double[][] in, int[] at, int i) { return DoubleVector.fromArray(Species.F64, in[k], at[k] + i); }

    static DoubleVector param(int k, double[] params) { return DoubleVector.broadcast(Species.F64, params[k]); }

    static DoubleVector constant(double c) { return DoubleVector.broadcast(Species.F64, c); }

    static void store(int k, DoubleVector v, double[][] out, int[] at, int i) { v.intoArray(out[k], at[k] + i); }
}
