package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.GemmKernel;
import io.wengert.kernel.cpu.GemmKernels;

/** Matrix multiplication with the Vector API, at the one vector width of this JVM. */
public final class VectorGemm implements GemmKernels {

    private static final boolean MANY_REGISTERS = Species.F32.vectorBitSize() >= 512;

    private final GemmKernel<float[]> f32 = MANY_REGISTERS ? new FloatGemm8x2() : new FloatGemm6x2();
    private final GemmKernel<double[]> f64 = MANY_REGISTERS ? new DoubleGemm8x2() : new DoubleGemm6x2();

    @Override
    public GemmKernel<float[]> f32() { return f32; }

    @Override
    public GemmKernel<double[]> f64() { return f64; }
}
