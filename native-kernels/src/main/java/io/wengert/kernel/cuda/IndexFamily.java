package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.Arrays;

/**
 * The indexing family: gather and its transpose, scatter.
 *
 * <p>Where several elements go to one place, they are sorted by it and added up in their order, or the last one is found
 * before anything is written: results do not depend on the order in which threads happen to run.
 */
final class IndexFamily {

    private static final int THREADS = 256;

    /** Sorted elements that one thread adds up. */
    private static final int PIECE = 64;

    private final CudaBackend backend;
    private final SortFamily sort;

    IndexFamily(CudaBackend backend, SortFamily sort) {
        this.backend = backend;
        this.sort = sort;
    }

    void gather(View out, View in, View index, int axis) {
        Layout y = out.layout();
        if (y.size() == 0) {
            return;
        }
        Layout rest = Axes.firsts(in.layout(), axis).broadcastTo(y.shape());
        long[] axes = Axes.of(y, index.layout().broadcastTo(y.shape()), rest);
        long step = in.layout().stride(axis);
        int bytes = out.dtype().bytes();
        long n = y.size();
        // Rows that move as a whole move in pieces of 16 bytes where they can.
        for (; bytes < 16 && pairs(axes, step, CudaBuffer.address(out) | CudaBuffer.address(in), bytes); bytes *= 2) {
            step /= 2;
            n /= 2;
            halve(axes);
        }
        backend.launch(backend.kernel("index", "gather_" + bytes), backend.blocks(n, THREADS), THREADS, 0, out, in, index, n,
                step, axes);
    }

    /** Whether neighbours along the last axis always move together, and both are aligned as one element of twice the size. */
    private static boolean pairs(long[] axes, long step, long addresses, int bytes) {
        int last = (int) axes[0] - 1;
        int out = 1 + Axes.RANK;
        int index = out + Axes.RANK;
        int in = index + Axes.RANK;
        if (last < 0 || axes[1 + last] % 2 != 0 || axes[out + last] != 1 || axes[in + last] != 1 || axes[index + last] != 0
                || step % 2 != 0 || addresses % (2L * bytes) != 0) {
            return false;
        }
        for (int i = 0; i < last; i++) {
            if (axes[out + i] % 2 != 0 || axes[in + i] % 2 != 0) {
                return false;
            }
        }
        return true;
    }

    private static void halve(long[] axes) {
        int last = (int) axes[0] - 1;
        axes[1 + last] /= 2;
        for (int i = 0; i < last; i++) {
            axes[1 + Axes.RANK + i] /= 2;
            axes[1 + 3 * Axes.RANK + i] /= 2;
        }
    }

    void scatter(View out, View index, View in, int axis, boolean add) {
        if (in.layout().size() > 0) {
            new Scatter(out, index, in, axis).run(add);
        }
    }

    /** One scatter: layouts of the shape of what is scattered. */
    private final class Scatter {
        private final View out;
        private final View index;
        private final View in;
        private final Layout from;
        private final Layout places;
        /** Where elements go to, for index 0; in out, and in an array as dense as out. */
        private final Layout to;
        private final Layout dense;
        private final long step;
        private final long denseStep;

        Scatter(View out, View index, View in, int axis) {
            this.out = out;
            this.index = index;
            this.in = in;
            from = in.layout();
            long[] shape = from.shape();
            places = index.layout().broadcastTo(shape);
            to = Axes.firsts(out.layout(), axis).broadcastTo(shape);
            Layout whole = Layout.of(out.layout().shape());
            dense = Axes.firsts(whole, axis).broadcastTo(shape);
            step = out.layout().stride(axis);
            denseStep = whole.stride(axis);
        }

        void run(boolean add) {
            if (add) {
                add();
            } else {
                set();
            }
        }

        private void set() {
            long n = from.size();
            Buffer last = backend.allocate(DType.UINT64, out.layout().size());
            backend.gpu().fill(((CudaBuffer) last).address(), (byte) 0, last.size() * Long.BYTES);
            long[] axes = Axes.of(from, places, to, dense);
            int blocks = backend.blocks(n, THREADS);
            backend.launch(backend.kernel("index", "scatter_claim"), blocks, THREADS, 0, last, index, n, denseStep, axes);
            backend.launch(backend.kernel("index", "scatter_" + out.dtype().bytes()), blocks, THREADS, 0, out, in, last, index,
                    n, step, denseStep, axes);
            last.release();
        }

        private void add() {
            // Axes along which an index is the same and places are not: what lies along them moves together.
            int[] together = new int[from.rank()];
            int count = 0;
            for (int i = 0; i < from.rank(); i++) {
                if (places.stride(i) == 0 && dense.stride(i) != 0) {
                    together[count++] = i;
                }
            }
            together = Arrays.copyOf(together, count);
            int[] apart = Axes.without(from.rank(), together);
            Layout keyed = from.permute(apart);
            long[] axes = Axes.of(keyed, places.permute(apart), to.permute(apart), dense.permute(apart));
            long[] columns = Axes.of(from.permute(together), to.permute(together));
            long n = keyed.size();
            Axes.requireInt(n, "scatter, adding, of so many places");
            long width = from.size() / n;
            int bytes = (64 - Long.numberOfLeadingZeros(Math.max(1, out.layout().size() - 1)) + 7) / 8;
            SortFamily.Keys keys = SortFamily.Keys.allocate(backend, bytes <= 4 ? 4 : 8, n);
            backend.launch(backend.kernel("index", "scatter_keys_" + keys.bits()), backend.blocks(n, THREADS), THREADS, 0,
                    keys.keys(), keys.order(), index, n, denseStep, axes);
            keys = sort.sorted(keys, n, bytes);
            sum(keys, n, width, axes, columns);
            keys.release();
        }

        private void sum(SortFamily.Keys keys, long n, long width, long[] axes, long[] columns) {
            String file = "scatter_add_" + keys.bits();
            String suffix = adding(out.dtype()) + "_" + keys.bits();
            long pieces = Axes.divideUp(n, PIECE);
            DType type = out.dtype();
            boolean half = type == DType.FLOAT16 || type == DType.BFLOAT16;
            Buffer sums = pieces == 1 ? null : backend.allocate(half ? DType.FLOAT32 : type, 2 * pieces * width);
            backend.launch(backend.kernel(file, "scatter_add_" + suffix), backend.blocks(n * width, THREADS), THREADS, 0,
                    out, in, keys.keys(), keys.order(), index, sums, n, width, step, axes, columns);
            if (sums != null) {
                backend.launch(backend.kernel(file, "scatter_pieces_" + suffix), backend.blocks(pieces * width, THREADS),
                        THREADS, 0, out, keys.keys(), keys.order(), index, sums, n, width, step, axes, columns);
                sums.release();
            }
        }

        private static String adding(DType type) {
            return switch (type) {
                case UINT8 -> "int8";
                case UINT16 -> "int16";
                case UINT32 -> "int32";
                case UINT64 -> "int64";
                default -> type.text();
            };
        }
    }
}
