package io.wengert.kernel.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** The template of plain-Java kernels on long lanes; only its hidden copies run. */
final class LongLoop implements MapKernel {

    private static final MethodHandle FORMULA = KernelFormula.of(MethodHandles.lookup());

    LongLoop() {}

    @Override
    public void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n) {
        long[][] x = (long[][]) in;
        long[] p = (long[]) params;
        long[][] y = (long[][]) out;
        try {
            for (int i = 0; i < n; i++) {
                FORMULA.invokeExact(x, inAt, p, y, outAt, i);
            }
        } catch (Throwable e) {
            throw KernelFormula.failed(e);
        }
    }

    static long load(int k, long[][] in, int[] at, int i) { return in[k][at[k] + i]; }

    static long param(int k, long[] params) { return params[k]; }

    static long constant(long c) { return c; }

    static void store(int k, long v, long[][] out, int[] at, int i) { out[k][at[k] + i] = v; }
}
