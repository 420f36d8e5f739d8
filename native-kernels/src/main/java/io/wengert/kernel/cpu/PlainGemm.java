package io.wengert.kernel.cpu;

/** Matrix multiplication in plain Java, right on every JVM. */
public final class PlainGemm implements GemmKernels {

    /** Whether the processor has fused multiply-add: without, {@link Math#fma} goes through big decimals. */
    static final boolean FUSED = fusedIsFast();

    private final GemmKernel<float[]> f32 = new PlainFloatGemm();
    private final GemmKernel<double[]> f64 = new PlainDoubleGemm();

    @Override
    public GemmKernel<float[]> f32() { return f32; }

    @Override
    public GemmKernel<double[]> f64() { return f64; }

    /** Times calls of both kinds: big decimals take microseconds each, the instruction nanoseconds. */
    private static boolean fusedIsFast() {
        double x = 0.1;
        float y = 0.1f;
        for (int attempt = 0; attempt < 10; attempt++) {
            long start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                x = Math.fma(x, 0.9, 0.01);
                y = Math.fma(y, 0.9f, 0.01f);
            }
            if (System.nanoTime() - start < 10_000 && x + y > 0) {
                return true;
            }
        }
        return false;
    }
}
