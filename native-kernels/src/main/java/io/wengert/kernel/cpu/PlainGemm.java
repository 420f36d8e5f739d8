package io.wengert.kernel.cpu;

/** Matrix multiplication in plain Java, right on every JVM. */
public final class PlainGemm implements GemmKernels {

    private final GemmKernel<float[]> f32 = new PlainFloatGemm();
    private final GemmKernel<double[]> f64 = new PlainDoubleGemm();

    @Override
    public GemmKernel<float[]> f32() { return f32; }

    @Override
    public GemmKernel<double[]> f64() { return f64; }
}
