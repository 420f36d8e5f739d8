package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/**
 * Large matrix products on compute capability 9.x: of 16-bit floats, and of floats rounded to tf32. Operands must lie in aligned
 * lines; a float operand that does not lie along K is copied first.
 */
final class HopperMatmul {

    /** The system property by whose value {@code false} these products are left to the kernels for compute capability 8.0. */
    static final String SWITCH = "ai.djl.wengert.hopper";

    static final int THREADS = 384;

    /** Bytes of what a block describes its operands to the hardware with. */
    static final int MAPS = 256;

    /** Multiplications from which on describing the operands to the hardware is worth while. */
    private static final double WORTH = 1 << 24;

    /** Elements that are added up one by one at most, in float. */
    private static final int CHAIN = 1 << 15;

    private static final int ROWS = 128;

    private final CudaBackend backend;
    private final HopperCheck check;

    HopperMatmul(CudaBackend backend) {
        this.backend = backend;
        check = new HopperCheck(backend);
    }

    /** Tiles of C of 128 rows: how many columns they have and how many slices of the operands are in shared memory. */
    enum Tile {
        NARROW("", 128, 6),
        WIDE("_wide", 256, 4);

        private final String text;
        private final int columns;
        private final int stages;

        Tile(String text, int columns, int stages) {
            this.text = text;
            this.columns = columns;
            this.stages = stages;
        }

        long tiles(long m, long n) { return Axes.divideUp(m, ROWS) * Axes.divideUp(n, columns); }
    }

    /** One of the kernels: for a type, a tile, and operands that lie along K or across it. */
    record Kernel(DType type, Tile tile, boolean aAlong, boolean bAlong) {

        String entry() {
            return file(type) + tile.text + (aAlong ? "_k" : "_m") + (bAlong ? "k" : "n");
        }

        /** Bytes of shared memory: the stages, which begin at a multiple of 1024, two maps, and two barriers for each stage. */
        int shared() { return 1024 + tile.stages * (ROWS + tile.columns) * 128 + MAPS + 16 * tile.stages; }

        /** Elements of a slice along K: 128 bytes. */
        int depth() { return 128 / type.bytes(); }
    }

    static String file(DType type) { return "matmul_hopper_" + (type == DType.FLOAT32 ? "tf32" : type.text()); }

    /** An operand: lines of neighbours along K or across it. */
    private record Operand(Object array, boolean along, long line, long matrix) {}

    /** How to compute a product that these kernels take. */
    final class Plan {
        private final Kernel kernel;
        private final View a;
        private final View b;
        private final long[] sizes;
        private final long[] steps;
        private final long part;
        private final long parts;

        private Plan(Kernel kernel, View a, View b, long[] sizes, long[] steps) {
            this.kernel = kernel;
            this.a = a;
            this.b = b;
            this.sizes = sizes;
            this.steps = steps;
            long k = sizes[2];
            long units = kernel.tile.tiles(sizes[0], sizes[1]) * sizes[3];
            long depth = kernel.depth();
            long some = Math.max(1, Math.min(backend.gpu().multiprocessors() / units, k / (8 * depth)));
            part = Math.min(Axes.divideUp(Axes.divideUp(k, some), depth) * depth, CHAIN);
            parts = Axes.divideUp(k, part);
        }

        /** How many parts K is divided into, whose results are to be added up. */
        long parts() { return parts; }

        /**
         * Queues the product.
         *
         * @param to where the results go, those of each part as far behind the last as a whole result is large
         * @param layout how the result, or each of them, lies
         * @param matrix elements from one matrix of the result to the next
         * @param vectors whether runs of four elements of the result are aligned pieces of memory
         */
        void launch(Object to, Layout layout, long matrix, boolean vectors) {
            int r = layout.rank();
            try (Along x = along(a, true); Along y = along(b, false)) {
                Operand left = x.operand;
                Operand right = y.operand;
                Kernel chosen = new Kernel(kernel.type, kernel.tile, left.along, right.along);
                long units = kernel.tile.tiles(sizes[0], sizes[1]) * parts * sizes[3];
                int blocks = (int) Math.min(units, backend.gpu().multiprocessors());
                Buffer maps = backend.allocate(DType.UINT8, (long) blocks * MAPS);
                long[] call = {sizes[0], sizes[1], sizes[2], left.line, left.matrix, right.line, right.matrix, layout.stride(r - 2),
                    layout.stride(r - 1), matrix, vectors ? 1 : 0, part, parts, sizes[3], sizes[0] * sizes[1] * sizes[3], 0};
                backend.launch(backend.kernel(file(kernel.type), chosen.entry()), blocks, THREADS, chosen.shared(), to,
                        left.array, right.array, call, maps);
                maps.release();
            }
        }

        /** An operand as it is if it lies in aligned lines, else a copy along K. */
        private Along along(View v, boolean left) {
            long step = steps[left ? 1 : 2];
            Operand o = operand(v, left, step);
            return o != null ? new Along(o, null) : turned(v, left, step);
        }

        private Along turned(View v, boolean left, long step) {
            Layout l = v.layout();
            int r = l.rank();
            int axis = left ? r - 2 : r - 1;
            long rows = l.size(axis);
            long k = sizes[2];
            long line = Axes.divideUp(k, 4) * 4;
            long matrices = step == 0 ? 1 : sizes[3];
            Buffer copy = backend.allocate(DType.FLOAT32, matrices * rows * line);
            backend.gpu().launch(backend.kernel(file(kernel.type), "matmul_hopper_turn"), (int) Axes.divideUp(rows, 32),
                    (int) Axes.divideUp(k, 32), (int) matrices, 256, 1, 1, 0, copy, v, rows, k, line, l.stride(axis),
                    l.stride(left ? r - 1 : r - 2), step);
            return new Along(new Operand(copy, true, line, step == 0 ? 0 : rows * line), copy);
        }
    }

    /** An operand with the copy that it lies in, if any. */
    private record Along(Operand operand, Buffer copy) implements AutoCloseable {
        @Override
        public void close() {
            if (copy != null) {
                copy.release();
            }
        }
    }

    /** Whether products of a type and of such sizes are for these kernels: tiles are filled, and there is enough to do. */
    boolean isFor(DType type, long m, long n, long k, long batch) {
        boolean isOfType = type == DType.FLOAT16 || type == DType.BFLOAT16
                || type == DType.FLOAT32 && Boolean.getBoolean(MatmulFamily.TF32);
        // Places in a matrix must be ints.
        return isOfType && backend.gpu().capability() / 10 == 9 && Math.min(Math.min(m, n), k) > 64
                && (double) m * n * k * batch >= WORTH && Math.max(Math.max(m, n), Math.max(k, batch)) <= 1 << 30
                && !"false".equals(System.getProperty(SWITCH));
    }

    /**
     * A plan for c = a b, a product that {@link #isFor} these kernels, or null where the other kernels are to be used.
     *
     * @param batches what {@link Axes#of} makes of the leading axes of c, a and b
     */
    Plan plan(View c, View a, View b, long batch, long[] batches) {
        DType type = c.dtype();
        int r = c.layout().rank();
        long m = c.layout().size(r - 2);
        long n = c.layout().size(r - 1);
        long k = a.layout().size(r - 1);
        if (batches[0] > 1) {
            return null;
        }
        long[] steps = new long[3];
        for (int i = 0; i < 3 && batches[0] == 1; i++) {
            steps[i] = batches[1 + Axes.RANK * (1 + i)];
        }
        boolean fits = type.bytes() == 2 ? operand(a, true, steps[1]) != null && operand(b, false, steps[2]) != null
                : batch <= 65535 && k <= 32L * 65535;
        if (!fits || !check.passes(type)) {
            return null;
        }
        long processors = backend.gpu().multiprocessors();
        long wide = 2 * Axes.divideUp(Tile.WIDE.tiles(m, n) * batch, processors);
        Tile tile = n > 128 && wide <= Axes.divideUp(Tile.NARROW.tiles(m, n) * batch, processors) ? Tile.WIDE : Tile.NARROW;
        return new Plan(new Kernel(type, tile, true, true), a, b, new long[] {m, n, k, batch}, steps);
    }

    /** An operand in lines that begin at multiples of 16 bytes, or null if it lies otherwise. */
    private static Operand operand(View v, boolean left, long matrix) {
        Layout l = v.layout();
        int r = l.rank();
        long row = l.stride(left ? r - 2 : r - 1);
        long step = l.stride(left ? r - 1 : r - 2);
        int run = 16 / v.dtype().bytes();
        if (CudaBuffer.address(v) % 16 != 0 || matrix < 0 || matrix % run != 0) {
            return null;
        }
        if (step == 1 && row > 1 && row % run == 0) {
            return new Operand(v, true, row, matrix);
        }
        boolean across = row == 1 && step > 1 && step % run == 0 && v.dtype().bytes() == 2;
        return across ? new Operand(v, false, step, matrix) : null;
    }
}
