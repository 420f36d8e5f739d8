package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import java.util.Arrays;

/**
 * The matrix family: operands of any strides go to the kernel for the way in which they lie. Where C has too few tiles to
 * keep the device busy, K is divided into parts whose results are added up in order.
 */
final class MatmulFamily {

    /** The system property by whose value {@code true} float32 products are rounded to tf32, for tensor cores. */
    static final String TF32 = "ai.djl.wengert.tf32";

    private static final int THREADS = 256;

    /** Elements that are added up one by one at most, in the precision of the lane. */
    private static final int CHAIN = 1 << 15;

    /** Grids have no more layers. */
    private static final int LAYERS = 65535;

    private final CudaBackend backend;
    private final ReduceFamily reduce;
    private final HopperMatmul hopper;

    MatmulFamily(CudaBackend backend, ReduceFamily reduce) {
        this.backend = backend;
        this.reduce = reduce;
        hopper = new HopperMatmul(backend);
    }

    /** Kernels for one element type: their file, the first part of their names, and the sides of their tiles. */
    private record Way(String file, String name, int tile, int depth) {

        /** Kernels that copy slices of aligned operands ahead, to dynamic shared memory. */
        static Way pipeline(DType type) { return new Way("matmul_pipeline", "matmul_" + type.text() + "_pipeline", 128, 32); }

        boolean isPipeline() { return file.equals("matmul_pipeline"); }

        static Way of(DType type, long m, long n, long tiles128, int processors) {
            // Large tiles need less memory traffic, small ones leave fewer threads idle.
            boolean large = m > 64 && n > 64 && tiles128 >= processors / 2;
            boolean half = type == DType.FLOAT16 || type == DType.BFLOAT16;
            if (half) {
                return large || m >= 64 && n >= 64 ? new Way("matmul_half", "matmul_" + type.text() + "_tensor", 128, 32)
                        : new Way("matmul_small", "matmul_" + type.text(), 64, 16);
            }
            if (type == DType.FLOAT32) {
                return large && Boolean.getBoolean(TF32) ? new Way("matmul_tf32", "matmul_tf32", 128, 16)
                        : large ? new Way("matmul_float32", "matmul_float32_large", 128, 8)
                                : new Way("matmul_float32", "matmul_float32", 64, 16);
            }
            return new Way("matmul_exact", "matmul_" + bits(type), 64, 16);
        }

        private static String bits(DType type) {
            return switch (type) {
                case INT32, UINT32 -> "int32";
                case INT64, UINT64 -> "int64";
                default -> type.text();
            };
        }
    }

    void run(View out, View a, View b) {
        if (out.layout().size() > 0) {
            new Product(out, a, b).run();
        }
    }

    private final class Product {
        private final View out;
        private final View a;
        private final View b;
        private final Layout z;
        private final Layout x;
        private final Layout y;
        private final long m;
        private final long n;
        private final long k;
        private final long batch;

        Product(View out, View a, View b) {
            this.out = out;
            this.a = a;
            this.b = b;
            Layout[] l = {out.layout(), a.layout(), b.layout()};
            merge(l);
            z = l[0];
            x = l[1];
            y = l[2];
            int rank = z.rank();
            m = z.size(rank - 2);
            n = z.size(rank - 1);
            k = x.size(rank - 1);
            batch = z.size() / (m * n);
        }

        /** Many matrices by one matrix is one tall matrix by it. */
        private static void merge(Layout[] l) {
            int rank = l[0].rank();
            for (int i = 0; i < rank - 2; i++) {
                if (l[2].size(i) != 1 && l[2].stride(i) != 0) {
                    return;
                }
            }
            long inner = l[1].size(rank - 1);
            long columns = l[0].size(rank - 1);
            long rows = l[0].size() / columns;
            long[] shape = l[0].shape();
            shape[rank - 1] = inner;
            if (rank > 2 && inner > 0 && rows <= Axes.MOST && l[1].hasShape(shape)) {
                Layout tall = l[1].reshape(rows, inner);
                Layout wide = l[0].reshape(rows, columns);
                if (tall != null && wide != null) {
                    l[1] = tall;
                    l[0] = wide;
                    l[2] = l[2].permute(rank - 2, rank - 1);
                }
            }
        }

        void run() {
            DType type = out.dtype();
            if (type == DType.BOOL || type.isInteger() && type.bytes() < 4) {
                long[] call = call(1, 1, out.layout().size());
                backend.launch(backend.kernel("matmul_exact", "matmul_any"), backend.blocks(out.layout().size(), THREADS),
                        THREADS, 0, out, a, b, type.ordinal(), call, batches());
                return;
            }
            if ((m == 1 || n == 1) && type.isFloating()) {
                vector(n == 1);
                return;
            }
            if (hopper.isFor(type, m, n, k, batch)) {
                HopperMatmul.Plan plan = hopper.plan(View.of(out.buffer(), z), View.of(a.buffer(), x), View.of(b.buffer(), y),
                        batch, batches());
                if (plan != null) {
                    run(plan);
                    return;
                }
            }
            Axes.requireInt(Math.max(m, n), "product of matrices of so many rows, or columns");
            int processors = backend.gpu().multiprocessors();
            Way way = Way.of(type, m, n, tiles(128) * batch, processors);
            if (way.name.endsWith("_tensor") && aligned(a, x, along(x, true), 8) && aligned(b, y, along(y, false), 8)) {
                way = Way.pipeline(type);
            }
            long tiles = tiles(way.tile) * batch;
            long parts = Math.max(1, Math.min(Math.min(processors * 2L / tiles, k / (16L * way.depth)), 1024));
            long part = Axes.divideUp(Axes.divideUp(Math.max(1, k), parts), way.depth) * way.depth;
            part = Math.min(part, CHAIN);
            parts = Math.max(1, Axes.divideUp(k, part));
            if (parts == 1) {
                launch(way, out, call(part, 1, 0), batches());
            } else {
                inParts(way, part, parts);
            }
        }

        private void run(HopperMatmul.Plan plan) {
            int rank = z.rank();
            if (plan.parts() == 1) {
                long[] batches = batches();
                plan.launch(out, z, batches[0] == 0 ? 0 : batches[1 + Axes.RANK], vectors(out, z, rank - 1) != 0);
                return;
            }
            Buffer sums = backend.allocate(DType.FLOAT32, plan.parts() * batch * m * n);
            plan.launch(sums, Layout.of(z.shape()), m * n, n % 4 == 0);
            addUp(sums, plan.parts());
        }

        private void inParts(Way way, long part, long parts) {
            DType wide = out.dtype().isFloating() ? out.dtype().lane() : out.dtype();
            long size = batch * m * n;
            Buffer sums = backend.allocate(wide, parts * size);
            Layout whole = Layout.of(z.shape());
            long[] call = call(part, parts, size);
            call[7] = n;
            call[8] = 1;
            call[11] = n % 4 == 0 ? 1 : 0;
            launch(way, sums, call, Axes.of(lead(whole), lead(x), lead(y)));
            addUp(sums, parts);
        }

        /** Adds up parts of the result that lie one behind the other. */
        private void addUp(Buffer sums, long parts) {
            Layout parted = Layout.of(z.shape()).expand(0).slice(0, 0, parts, 1);
            View all = View.of(sums, Layout.of(parted.shape()));
            reduce.run(Reduction.SUM, sums.dtype().lane(), View.of(out.buffer(), z.expand(0)), all);
            sums.release();
        }

        /** A matrix by a vector: the vector is the right factor, or the left one. */
        private void vector(boolean right) {
            int last = z.rank() - 1;
            long rows = right ? m : n;
            long rowStep = right ? x.stride(last - 1) : y.stride(last);
            long step = right ? x.stride(last) : y.stride(last - 1);
            long vectorStep = right ? y.stride(last - 1) : x.stride(last);
            boolean across = rows >= 32 && Math.abs(rowStep) < Math.abs(step);
            int lanes = across ? 1 : Math.min(THREADS, Math.max(32, Axes.powerOfTwo(k / 32)));
            long busy = backend.gpu().multiprocessors() * 1024L / Math.max(1, rows * lanes * batch);
            long part = Math.max(Axes.divideUp(Math.max(1, k), Math.max(1, busy)), 64L * lanes);
            part = Math.max(Math.min(part, (long) CHAIN / 8 * lanes), Axes.divideUp(k, LAYERS));
            long parts = Math.max(1, Axes.divideUp(k, part));
            Layout to = parts == 1 ? z : Layout.of(z.shape());
            Buffer sums = parts == 1 ? null : backend.allocate(out.dtype().lane(), parts * z.size());
            long[] call = {rows, k, rowStep, step, vectorStep, to.stride(right ? last - 1 : last), part, parts, lanes, batch,
                z.size()};
            long[] batches = right ? Axes.of(lead(to), lead(x), lead(y)) : Axes.of(lead(to), lead(y), lead(x));
            backend.gpu().launch(backend.kernel("matvec", "matvec_" + out.dtype().text()),
                    Math.toIntExact(Axes.divideUp(rows, THREADS / lanes)), (int) parts, (int) Math.min(batch, LAYERS), THREADS, 1,
                    1, 0, sums == null ? out : sums, right ? a : b, right ? b : a, call, batches);
            if (sums != null) {
                addUp(sums, parts);
            }
        }

        private long tiles(int side) { return Axes.divideUp(m, side) * Axes.divideUp(n, side); }

        private Layout lead(Layout l) {
            int rank = z.rank();
            int[] axes = new int[rank - 2];
            Arrays.setAll(axes, i -> i);
            return l.permute(axes).broadcastTo(Arrays.copyOf(z.shape(), rank - 2));
        }

        private long[] batches() { return Axes.of(lead(z), lead(x), lead(y)); }

        /** {@code wg_matmul_call}. */
        private long[] call(long part, long parts, long size) {
            int r = z.rank();
            return new long[] {m, n, k, x.stride(r - 2), x.stride(r - 1), y.stride(r - 1), y.stride(r - 2), z.stride(r - 2),
                z.stride(r - 1), vectors(a, x, along(x, true)), vectors(b, y, along(y, false)),
                vectors(out, z, r - 1), part, parts, batch, size};
        }

        /** The axis along which A, or B, is read: that whose neighbours are the closest in memory. */
        private int along(Layout l, boolean left) {
            int rows = z.rank() - 2;
            return left ? closest(l, rows + 1, rows) : closest(l, rows, rows + 1);
        }

        private int vectors(View v, Layout l, int axis) { return aligned(v, l, axis, 4) ? 1 : 0; }

        /**
         * Whether runs along an axis of so many elements, or of 16 bytes if that is less, are pieces of memory that such
         * pieces divide it into.
         */
        private boolean aligned(View v, Layout l, int axis, int run) {
            boolean even = l.stride(axis) == 1 && CudaBuffer.address(v) % Math.min(16, run * v.dtype().bytes()) == 0;
            for (int i = 0; i < l.rank(); i++) {
                even &= i == axis || l.size(i) == 1 || l.stride(i) % run == 0;
            }
            return even;
        }

        private void launch(Way way, Object to, long[] call, long[] batches) {
            int inner = z.rank() - 1;
            boolean k = along(x, true) == inner;
            boolean n = along(y, false) == inner;
            int shared = 0;
            if (way.isPipeline()) {
                // Four stages of lines with eight elements between them, which are [row][k] or [k][row].
                int left = k ? 128 * (32 + 8) : 32 * (128 + 8);
                int right = n ? 32 * (128 + 8) : 128 * (32 + 8);
                shared = 4 * (left + right) * out.dtype().bytes();
            }
            CudaKernel kernel = backend.kernel(way.file, way.name + (k ? "_k" : "_m") + (n ? "n" : "k"));
            backend.gpu().launch(kernel, Math.toIntExact(tiles(way.tile)), (int) call[13], (int) Math.min(batch, LAYERS),
                    THREADS, 1, 1, shared, to, a, b, call, batches);
        }
    }

    /** The axis of the two whose neighbours are closest in memory, the first of equals. */
    private static int closest(Layout l, int axis, int other) {
        boolean first = l.size(other) == 1 || l.size(axis) != 1 && Math.abs(l.stride(axis)) <= Math.abs(l.stride(other));
        return first ? axis : other;
    }
}
