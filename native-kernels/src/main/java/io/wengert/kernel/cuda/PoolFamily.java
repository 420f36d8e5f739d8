package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;

/** The pooling family: a thread for each element that is written. */
final class PoolFamily {

    private static final int THREADS = 256;

    private final CudaBackend backend;

    PoolFamily(CudaBackend backend) { this.backend = backend; }

    void pool(Pooling pooling, View out, View in, View guide, Window window) {
        long n = out.layout().size();
        if (n == 0) {
            return;
        }
        boolean guided = pooling == Pooling.MAX && guide != in;
        launch("pool_", out, n, out, in, guided ? guide : null, pooling.ordinal(), n,
                Windows.numbers(in.layout(), out.layout(), window, 1), Windows.image(out.layout()),
                Windows.image(in.layout()), Windows.image(guided ? guide.layout() : in.layout()));
    }

    void poolInput(Pooling pooling, View in, View out, View guide, Window window) {
        long n = in.layout().size();
        if (n == 0) {
            return;
        }
        int[] w = Windows.numbers(in.layout(), out.layout(), window, 1);
        Buffer taps = null;
        long windows = out.layout().size();
        if (pooling == Pooling.MAX) {
            taps = backend.allocate(DType.INT32, Math.max(1, windows));
            if (windows > 0) {
                launch("pool_places_", out, windows, taps, guide, windows, w, Windows.image(guide.layout()));
            }
        }
        launch("pool_input_", out, n, in, out, taps, pooling.ordinal(), n, w, Windows.image(in.layout()),
                Windows.image(out.layout()));
        if (taps != null) {
            taps.release();
        }
    }

    private void launch(String name, View typed, long n, Object... arguments) {
        backend.launch(backend.kernel("pool", name + typed.dtype().text()), backend.blocks(n, THREADS), THREADS, 0, arguments);
    }
}
