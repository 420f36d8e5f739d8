package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/** The family of places: where the largest or smallest element of each row lies. */
final class ArgReduceFamily {

    private static final int THREADS = 256;

    private final CudaBackend backend;

    ArgReduceFamily(CudaBackend backend) { this.backend = backend; }

    void run(boolean largest, View out, View in, int axis) {
        if (out.layout().size() == 0) {
            return;
        }
        Layout x = in.layout();
        Layout rows = Axes.firsts(x, axis);
        long n = x.size(axis);
        boolean columns = Math.abs(x.stride(axis)) > 1 && rows.size() >= 32;
        int lanes = columns ? 1 : Math.min(THREADS, Axes.powerOfTwo(Axes.divideUp(n, 2)));
        long busy = (long) backend.gpu().multiprocessors() * 2048;
        long wanted = Math.max(1, busy / (rows.size() * lanes));
        long part = Math.max(Axes.divideUp(n, wanted), 16L * lanes);
        long[] axes = Axes.of(out.layout(), rows);
        Buffer candidates = null;
        for (long count = n;; count = Axes.divideUp(count, part)) {
            long parts = Math.max(1, Axes.divideUp(count, part));
            Buffer next = parts == 1 ? null : backend.allocate(DType.INT64, parts * rows.size());
            long[] call = {rows.size(), count, part, parts, lanes, x.stride(axis), in.dtype().ordinal(), largest ? 1 : 0};
            long blocks = Axes.divideUp(rows.size(), THREADS / lanes) * parts;
            backend.launch(backend.kernel("arg_reduce", "arg_reduce_" + in.dtype().lane().text()), Math.toIntExact(blocks),
                    THREADS, 0, next == null ? out : next, in, candidates, call, axes);
            if (candidates != null) {
                candidates.release();
            }
            if (next == null) {
                return;
            }
            candidates = next;
        }
    }
}
