package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;

/**
 * The family of running combinations along an axis: a thread for each row where rows lie side by side, a block for each
 * otherwise, and several blocks where rows are few and long, whose totals are scanned first.
 */
final class ScanFamily {

    private static final int THREADS = 256;

    /** Elements that a block takes at once. */
    private static final int TILE = 4 * THREADS;

    private final CudaBackend backend;

    ScanFamily(CudaBackend backend) { this.backend = backend; }

    void run(Reduction reduction, DType lane, View out, View in, int axis) {
        if (out.layout().size() == 0) {
            return;
        }
        Layout x = in.layout();
        Layout y = out.layout();
        Layout rows = Axes.firsts(x, axis);
        scan(reduction, lane, out, in, x.size(axis), x.stride(axis), y.stride(axis), Axes.firsts(y, axis), rows);
    }

    private void scan(Reduction reduction, DType lane, View out, View in, long n, long inStep, long outStep, Layout to,
            Layout from) {
        long rows = from.size();
        long busy = (long) backend.gpu().multiprocessors() * 512;
        long[] axes = Axes.of(to, from);
        long[] call = {rows, n, inStep, outStep, in.dtype().ordinal(), out.dtype().ordinal(), reduction.ordinal(), n, 1, 0};
        if (n <= 32 || Math.abs(inStep) > 1 && rows >= busy) {
            backend.launch(kernel("rows", lane), backend.blocks(rows, THREADS), THREADS, 0, out, in, call, axes);
            return;
        }
        long chunks = Math.max(1, Math.min(Axes.divideUp(n, 4L * TILE), busy / 64 / rows));
        long chunk = Axes.divideUp(Axes.divideUp(n, chunks), TILE) * TILE;
        chunks = Axes.divideUp(n, chunk);
        call[7] = chunk;
        call[8] = chunks;
        Buffer totals = null;
        if (chunks > 1) {
            DType wide = lane.isFloating() ? DType.FLOAT64 : lane;
            totals = backend.allocate(wide, rows * chunks);
            long[] first = call.clone();
            first[9] = 1;
            launch(lane, rows * chunks, totals, in, null, first, axes);
            View t = View.of(totals, Layout.of(rows, chunks));
            Layout starts = Axes.firsts(t.layout(), 1);
            scan(reduction, wide, t, t, chunks, 1, 1, starts, starts);
        }
        launch(lane, rows * chunks, out, in, totals, call, axes);
        if (totals != null) {
            totals.release();
        }
    }

    private void launch(DType lane, long blocks, Object out, View in, Buffer carried, long[] call, long[] axes) {
        backend.launch(kernel("chunks", lane), Math.toIntExact(blocks), THREADS, 0, out, in, carried, call, axes);
    }

    private CudaKernel kernel(String way, DType lane) { return backend.kernel("scan", "scan_" + way + "_" + lane.text()); }
}
