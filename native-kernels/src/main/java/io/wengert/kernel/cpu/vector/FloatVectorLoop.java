package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.KernelFormula;
import io.wengert.kernel.cpu.MapKernel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The template of kernels on vectors of floats; only its hidden copies run. */
final class FloatVectorLoop implements MapKernel {

    private static final MethodHandle FORMULA = KernelFormula.of(MethodHandles.lookup());

    FloatVectorLoop() {}

    @Override
    public void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n) {
        float[][] x = (float[][]) in;
        float[] p = (float[]) params;
        float[][] y = (float[][]) out;
        try {
            for (int i = 0; i < n; i += Species.F32.length()) {
                FORMULA.invokeExact(x, inAt, p, y, outAt, i);
            }
        } catch (Throwable e) {
            throw KernelFormula.failed(e);
        }
    }

    static FloatVector load(int k, float[][] in, int[] at, int i) { return FloatVector.fromArray(Species.F32, in[k], at[k] + i); }

    static FloatVector param(int k, float[] params) { return FloatVector.broadcast(Species.F32, params[k]); }

    static FloatVector constant(float c) { return FloatVector.broadcast(Species.F32, c); }

    static void store(int k, FloatVector v, float[][] out, int[] at, int i) { v.intoArray(out[k], at[k] + i); }
}
