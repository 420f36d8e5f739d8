package io.wengert.kernel.cpu;

/**
 * A thread that multiplies tiny matrices while a program still prepares its first large ones.
 *
 * <p>Until they are compiled, kernels over vectors are a thousand times slower than afterwards. The JIT compiler counts calls, not
 * work: many calls of little work bring that forward, on a processor that has nothing else to do yet.
 */
final class WarmUp implements Runnable {

    private static final int SIZE = 64;
    private static final int ROUNDS = 3000;
    private static final long LIMIT_NANOS = 1_000_000_000L;

    private final GemmKernel<float[]> kernel;
    private final float[] a = new float[SIZE * SIZE];
    private final float[] b = new float[SIZE * SIZE];
    private final float[] c = new float[SIZE * SIZE];

    private WarmUp(GemmKernel<float[]> kernel) { this.kernel = kernel; }

    static void start(Lanes lanes) {
        Thread t = new Thread(new WarmUp(lanes.gemm().f32()), "wengert-warm-up");
        t.setDaemon(true);
        t.setPriority(Thread.MIN_PRIORITY);
        t.start();
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS && System.nanoTime() - start < LIMIT_NANOS; i++) {
            // As in a forward pass, in the gradient of a weight, and in that of an input.
            multiply(16, 32, 2, 2, 1, 1, 2);
            multiply(16, 32, 2, 1, 16, 32, 1);
            multiply(16, 32, 2, 2, 1, 32, 1);
            multiply(16, 8, 2, 2, 1, 8, 1);
        }
    }

    private void multiply(int m, int n, int k, int aRow, int aCol, int bRow, int bCol) {
        GemmShape s = new GemmShape(m, n, k, aRow, aCol, bRow, bCol, n);
        kernel.multiply(s, s, a, 0, b, 0, c, 0);
    }
}
