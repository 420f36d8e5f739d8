package io.wengert.kernel.cpu;

/** {@code x y + z}, rounded once on processors that have an instruction for it. */
final class MultiplyAdd {

    /** Without the instruction {@link Math#fma} goes through big decimals. */
    private static final boolean FUSED = fusedIsFast();

    private MultiplyAdd() {}

    static float multiplyAdd(float x, float y, float z) { return FUSED ? Math.fma(x, y, z) : x * y + z; }

    static double multiplyAdd(double x, double y, double z) { return FUSED ? Math.fma(x, y, z) : x * y + z; }

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
