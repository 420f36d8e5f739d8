package io.wengert.kernel.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** The template of plain-Java kernels on double lanes; only its hidden copies run. */
final class DoubleLoop implements MapKernel {

    private static final MethodHandle FORMULA = KernelFormula.of(MethodHandles.lookup());

    DoubleLoop() {}

    @Override
    public void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n) {
        double[][] x = (double[][]) in;
        double[] p = (double[]) params;
        double[][] y = (double[][]) out;
        try {
            for (int i = 0; i < n; i++) {
                FORMULA.invokeExact(x, inAt, p, y, outAt, i);
            }
        } catch (Throwable e) {
            throw KernelFormula.failed(e);
        }
    }

    static double load(int k, double[][] in, int[] at, int i) { return in[k][at[k] + i]; }

    static double param(int k, double[] params) { return params[k]; }

    static double constant(double c) { return c; }

    static void store(int k, double v, double[][] out, int[] at, int i) { out[k][at[k] + i] = v; }
}
