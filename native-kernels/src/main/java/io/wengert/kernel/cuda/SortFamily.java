package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/** The sorting family: by integer keys, short rows within a block, long ones by a radix sort. */
final class SortFamily {

    private static final int THREADS = 256;

    /** The longest row that a block sorts in shared memory. */
    private static final int ROOM = 2048;

    /** Elements that a block of the radix sort takes. */
    private static final int TILE = 8 * THREADS;

    private static final int RADIX = 256;

    private final CudaBackend backend;

    SortFamily(CudaBackend backend) { this.backend = backend; }

    /** Keys of rows of n, one behind the other, and the elements' numbers that go with them. */
    record Keys(Buffer keys, Buffer order) {

        /** Of the given bytes each: 4 or 8. */
        static Keys allocate(CudaBackend backend, int bytes, long size) {
            return new Keys(backend.allocate(bytes == 4 ? DType.UINT32 : DType.UINT64, size),
                    backend.allocate(DType.INT32, size));
        }

        int bits() { return 8 * keys.dtype().bytes(); }

        void release() {
            keys.release();
            order.release();
        }
    }

    void sort(View values, View indices, View in, int axis, boolean descending) {
        Layout x = in.layout();
        if (x.size() == 0) {
            return;
        }
        long n = x.size(axis);
        Axes.requireInt(n, "sort of a row of so many elements");
        Layout rows = Axes.firsts(x, axis);
        int bytes = in.dtype().bytes();
        Keys keys = Keys.allocate(backend, Math.max(4, bytes), x.size());
        long flip = !descending ? 0 : bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
        backend.launch(kernel("sort_keys_", keys), backend.blocks(x.size(), THREADS), THREADS, 0, keys.keys, keys.order, in,
                x.size(), n, x.stride(axis), in.dtype().ordinal(), flip, Axes.of(rows));
        Keys sorted = sorted(keys, n, bytes);
        Layout v = Axes.firsts(values == null ? x : values.layout(), axis);
        Layout k = Axes.firsts(indices == null ? x : indices.layout(), axis);
        backend.launch(backend.kernel("sort", "sort_store_" + bytes), backend.blocks(x.size(), THREADS), THREADS, 0, values,
                indices, in, sorted.order, x.size(), n, values == null ? 0L : values.layout().stride(axis),
                indices == null ? 0L : indices.layout().stride(axis), x.stride(axis), Axes.of(v, k, rows));
        sorted.release();
    }

    /**
     * Sorts rows of n keys stably, of which only so many low bytes differ.
     *
     * @return the sorted keys, for the given ones, which are released if they are others
     */
    Keys sorted(Keys keys, long n, int bytes) {
        long rows = keys.keys.size() / n;
        if (n <= ROOM) {
            int room = Math.max(2, Axes.powerOfTwo(n));
            backend.launch(kernel("sort_row_", keys), Math.toIntExact(rows), Math.max(32, Math.min(THREADS, room / 2)),
                    room * (keys.keys.dtype().bytes() + Integer.BYTES), keys.keys, keys.order, (int) n, room);
            return keys;
        }
        long tiles = Axes.divideUp(n, TILE);
        Buffer counts = backend.allocate(DType.INT32, rows * RADIX * tiles);
        Keys from = keys;
        Keys to = Keys.allocate(backend, keys.bits() / 8, keys.keys.size());
        int blocks = Math.toIntExact(rows * tiles);
        for (int shift = 0; shift < 8 * bytes; shift += 8) {
            backend.launch(kernel("radix_count_", keys), blocks, THREADS, 0, counts, from.keys, n, tiles, shift);
            backend.launch(backend.kernel("sort", "radix_starts"), Math.toIntExact(rows), 1024, 0, counts, RADIX * tiles);
            backend.launch(kernel("radix_move_", keys), blocks, THREADS, 0, to.keys, to.order, from.keys, from.order, counts,
                    n, tiles, shift);
            Keys t = from;
            from = to;
            to = t;
        }
        counts.release();
        to.release();
        return from;
    }

    private CudaKernel kernel(String name, Keys keys) { return backend.kernel("sort", name + keys.bits()); }
}
