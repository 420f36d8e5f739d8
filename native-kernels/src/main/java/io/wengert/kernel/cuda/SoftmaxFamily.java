package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/** The softmax family: a group of threads for each row, which keeps rows of up to 2048 elements in registers. */
final class SoftmaxFamily {

    private static final int THREADS = 256;

    /** Elements of a row that a thread keeps. */
    private static final int KEPT = 8;

    private final CudaBackend backend;

    SoftmaxFamily(CudaBackend backend) { this.backend = backend; }

    void run(boolean logarithm, View out, View in, int axis) {
        if (out.layout().size() == 0) {
            return;
        }
        Layout x = in.layout();
        Layout rows = Axes.firsts(x, axis);
        long n = x.size(axis);
        boolean columns = Math.abs(x.stride(axis)) > 1 && rows.size() >= 4096;
        int lanes = columns ? 1 : Math.min(THREADS, Axes.powerOfTwo(n <= 32L * KEPT ? Math.min(n, 32) : n / KEPT));
        DType type = out.dtype();
        String suffix = in.dtype() == type ? type.text() : "any_" + type.lane().text();
        long[] call = {rows.size(), n, x.stride(axis), out.layout().stride(axis), in.dtype().ordinal(), type.ordinal(), lanes,
            logarithm ? 1 : 0};
        backend.launch(backend.kernel("softmax", "softmax_" + suffix),
                Math.toIntExact(Axes.divideUp(rows.size(), THREADS / lanes)), THREADS, 0, out, in, call,
                Axes.of(Axes.firsts(out.layout(), axis), rows));
    }
}
