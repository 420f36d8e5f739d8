package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.View;

/**
 * The random family: the stream of {@link io.wengert.kernel.Philox} that the CPU gives. Uniform numbers, integers and
 * decisions are equal bit for bit; normal ones differ by rounding, in float32 by less than 1e-6 of the standard deviation.
 */
final class RandomFamily {

    private static final int THREADS = 256;

    private final CudaBackend backend;

    RandomFamily(CudaBackend backend) { this.backend = backend; }

    long run(View out, Distribution d, double a, double b, long key, long counter) {
        long n = out.layout().size();
        DType type = out.dtype();
        boolean integers = d == Distribution.INTEGER;
        boolean narrow = type.isFloating() && type != DType.FLOAT64 && !integers;
        long counters = Axes.divideUp(n, narrow ? 4 : 2);
        if (n == 0) {
            return 0;
        }
        int blocks = backend.blocks(counters, THREADS);
        long[] axes = Axes.of(out.layout());
        if (integers) {
            long from = (long) a;
            backend.launch(backend.kernel("random", "random_integers"), blocks, THREADS, 0, out, type.ordinal(), from,
                    (long) b - from, key, counter, n, axes);
        } else {
            backend.launch(backend.kernel("random", narrow ? "random_floats" : "random_doubles"), blocks, THREADS, 0, out,
                    type.ordinal(), d.ordinal(), a, b, key, counter, n, axes);
        }
        return counters;
    }
}
