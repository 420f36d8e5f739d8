package io.wengert.kernel.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** The template of plain-Java kernels on float lanes; only its hidden copies run. */
final class FloatLoop implements MapKernel {

    private static final MethodHandle FORMULA = KernelFormula.of(MethodHandles.lookup());

    FloatLoop() {}

    @Override
    public void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n) {
        float[][] x = (float[][]) in;
        float[] p = (float[]) params;
        float[][] y = (float[][]) out;
        try {
            for (int i = 0; i < n; i++) {
                FORMULA.invokeExact(x, inAt, p, y, outAt, i);
            }
        } catch (Throwable e) {
            throw KernelFormula.failed(e);
        }
    }

    static float load(int k, float[][] in, int[] at, int i) { return in[k][at[k] + i]; }

    static float param(int k, float[] params) { return params[k]; }

    static float constant(float c) { return c; }

    static void store(int k, float v, float[][] out, int[] at, int i) { out[k][at[k] + i] = v; }
}
