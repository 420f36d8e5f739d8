package io.wengert.kernel.cpu;

import java.util.Arrays;

/**
 * Batched matrix multiplication over all cores: C[q] = A[q] * B[q] for operands of any strides.
 *
 * <p>For each q below {@code batch}, C[i,j] = sum over p of A[i,p] * B[p,j] with
 * A[i,p] = {@code a[aBatch[q] + i * aRow + p * aCol]}, B[p,j] = {@code b[bBatch[q] + p * bRow + j * bCol]} and
 * C[i,j] = {@code c[cBatch[q] + i * cRow + j]}. Strides of A and B may be zero or negative, C must not overlap
 * itself or the operands. C is overwritten: with zeros if k is 0. Results do not depend on the number of threads.
 */
public final class Gemm {

    /** About how long {@link GemmKernel#parallelWork} takes on one thread. */
    private static final double PARALLEL_NANOS = 5000;

    /** Elements of B that one thread brings to another form in about a microsecond. */
    private static final int KEPT_GRAIN = 4096;

    private Gemm() {}

    /** Multiplies in float: m x k by k x n. */
    public static void multiply(GemmKernels kernels, int batch, int m, int n, int k,
            float[] a, int[] aBatch, int aRow, int aCol, float[] b, int[] bBatch, int bRow, int bCol,
            float[] c, int[] cBatch, int cRow) {
        GemmShape shape = new GemmShape(m, n, k, aRow, aCol, bRow, bCol, cRow);
        multiply(Threads.team(), kernels.f32(), batch, shape, a, aBatch, b, bBatch, c, cBatch);
    }

    /** Multiplies in float as one product and adds a row, which begins at {@code bias0}, to each of C. */
    static void multiply(GemmKernels kernels, GemmShape shape, float[] a, int a0, float[] b, int b0, float[] bias, int bias0,
            float[] c, int c0) {
        multiply(Threads.team(), kernels.f32(), 1, shape, a, new int[] {a0}, b, new int[] {b0}, bias, bias0, c, new int[] {c0});
    }

    /** The same in double. */
    static void multiply(GemmKernels kernels, GemmShape shape, double[] a, int a0, double[] b, int b0, double[] bias, int bias0,
            double[] c, int c0) {
        multiply(Threads.team(), kernels.f64(), 1, shape, a, new int[] {a0}, b, new int[] {b0}, bias, bias0, c, new int[] {c0});
    }

    /** Multiplies in double: m x k by k x n. */
    public static void multiply(GemmKernels kernels, int batch, int m, int n, int k,
            double[] a, int[] aBatch, int aRow, int aCol, double[] b, int[] bBatch, int bRow, int bCol,
            double[] c, int[] cBatch, int cRow) {
        GemmShape shape = new GemmShape(m, n, k, aRow, aCol, bRow, bCol, cRow);
        multiply(Threads.team(), kernels.f64(), batch, shape, a, aBatch, b, bBatch, c, cBatch);
    }

    static <T> void multiply(Threads team, GemmKernel<T> kernel, int batch, GemmShape s,
            T a, int[] aBatch, T b, int[] bBatch, T c, int[] cBatch) {
        multiply(team, kernel, batch, s, a, aBatch, b, bBatch, null, 0, c, cBatch);
    }

    private static <T> void multiply(Threads team, GemmKernel<T> kernel, int batch, GemmShape s,
            T a, int[] aBatch, T b, int[] bBatch, T bias, int bias0, T c, int[] cBatch) {
        if (batch == 0 || s.m() == 0 || s.n() == 0) {
            return;
        }
        if (s.k() == 0) {
            for (int q = 0; q < batch; q++) {
                kernel.clear(s.m(), s.n(), c, cBatch[q], s.cRow());
                add(kernel, s, bias, bias0, c, cBatch[q]);
            }
            return;
        }
        if (s.n() == 1 && s.m() > 1 && s.cRow() == 1 && bias == null) {
            // One column of C is one row of its transpose: C' = B' * A'.
            multiply(team, kernel, batch, new GemmShape(1, s.m(), s.k(), s.bCol(), s.bRow(), s.aCol(), s.aRow(), 1),
                    b, bBatch, a, aBatch, c, cBatch);
            return;
        }
        long work = kernel.work(s);
        int threads = team.size();
        if (threads == 1 || work * batch < kernel.parallelWork()) {
            for (int q = 0; q < batch; q++) {
                kernel.multiply(s, s, a, aBatch[q], b, bBatch[q], c, cBatch[q]);
                add(kernel, s, bias, bias0, c, cBatch[q]);
            }
            return;
        }
        long nanos = (long) (PARALLEL_NANOS * work * batch / kernel.parallelWork());
        if (batch > 1 && work < kernel.parallelWork() * (batch < 2 * threads ? 1 : 16)) {
            int parts = Math.min(batch, threads);
            team.run(parts, nanos, part -> {
                for (int q = start(part, parts, batch); q < start(part + 1, parts, batch); q++) {
                    kernel.multiply(s, s, a, aBatch[q], b, bBatch[q], c, cBatch[q]);
                    add(kernel, s, bias, bias0, c, cBatch[q]);
                }
            });
        } else {
            int packedA = s.aRow() == 1 ? Grid.COPIED : Grid.TRANSPOSED;
            int packedB = s.bCol() == 1 ? Grid.COPIED : Grid.TRANSPOSED;
            Grid grid = Grid.of(s, packedA, packedB, threads, kernel.rowStep(), kernel.columnStep());
            team.run(batch * grid.cells(), nanos, part -> {
                int q = part / grid.cells();
                grid.multiply(kernel, s, part % grid.cells(), a, aBatch[q], b, bBatch[q], bias, bias0, c, cBatch[q]);
            });
        }
    }

    /** Brings B, k x n, to the form that {@link #multiplyKept} takes; {@code kept} holds n, rounded up to columnStep, times k elements. */
    static <T> void keep(Threads team, GemmKernel<T> kernel, GemmShape s, T b, int b0, T kept, int kept0) {
        int grain = Math.max(1, KEPT_GRAIN / Math.max(1, s.k()));
        team.split(s.n(), grain, kernel.columnStep(), (from, to) -> kernel.keep(s, from, to, b, b0, kept, kept0));
    }

    /** Computes C = plus + A * B with a B that is kept; {@code plus} may be null, k is at least 1. */
    static <T> void multiplyKept(Threads team, GemmKernel<T> kernel, GemmShape s, T a, int a0, T kept, int kept0,
            T plus, int plus0, int plusRow, T c, int c0) {
        long work = s.multiplications();
        boolean alone = team.size() == 1 || work < kernel.parallelWork();
        int packedA = s.aRow() == 1 ? Grid.COPIED : Grid.TRANSPOSED;
        Grid grid = Grid.of(s, packedA, 0, alone ? 1 : team.size(), kernel.rowStep(), kernel.columnStep());
        team.run(grid.cells(), (long) (PARALLEL_NANOS * work / kernel.parallelWork()), cell -> {
            int i = grid.row(cell);
            int j = grid.column(cell);
            if (i < s.m() && j < s.n()) {
                kernel.multiplyKept(grid.block(s, i, j), a, a0 + i * s.aRow(), kept, kept0 + j * s.k(), plus,
                        plus0 + i * plusRow + j, plusRow, c, c0 + i * s.cRow() + j);
            }
        });
    }

    /** Adds the bias, if there is one, to a block of C while that is in the caches. */
    private static <T> void add(GemmKernel<T> kernel, GemmShape block, T bias, int bias0, T c, int c0) {
        if (bias != null) {
            kernel.addRow(block.m(), block.n(), bias, bias0, c, c0, block.cRow());
        }
    }

    private static int start(int part, int parts, int n) { return (int) ((long) n * part / parts); }

    /** A split of C into {@code down} times {@code across} blocks of {@code rows} by {@code columns} or less. */
    private record Grid(int down, int across, int rows, int columns) {

        // What it costs to pack an element, in multiplications of a thread: as it lies, or transposed.
        static final int COPIED = 10;
        static final int TRANSPOSED = 22;

        /** The split over at most {@code threads} blocks that are multiplied, and their parts of A and B packed, soonest. */
        static Grid of(GemmShape s, int packedA, int packedB, int threads, int rowStep, int columnStep) {
            int rowBlocks = blocks(s.m(), rowStep);
            int columnBlocks = blocks(s.n(), columnStep);
            int down = 1;
            int across = 1;
            double best = Double.MAX_VALUE;
            for (int d = 1; d <= Math.min(threads, rowBlocks); d++) {
                int x = Math.min(threads / d, columnBlocks);
                double rows = (double) blocks(rowBlocks, d) * rowStep;
                double columns = (double) blocks(columnBlocks, x) * columnStep;
                double cost = rows * columns * (1 + packedB / rows + packedA / columns);
                if (cost < best) {
                    best = cost;
                    down = d;
                    across = x;
                }
            }
            return new Grid(down, across, blocks(rowBlocks, down) * rowStep, blocks(columnBlocks, across) * columnStep);
        }

        private static int blocks(int n, int step) { return (int) (((long) n + step - 1) / step); }

        int cells() { return down * across; }

        int row(int cell) { return cell / across * rows; }

        int column(int cell) { return cell % across * columns; }

        /** The block that begins at row i and column j. */
        GemmShape block(GemmShape s, int i, int j) { return s.block(Math.min(rows, s.m() - i), Math.min(columns, s.n() - j)); }

        <T> void multiply(GemmKernel<T> kernel, GemmShape s, int cell, T a, int a0, T b, int b0, T bias, int bias0, T c, int c0) {
            int i = row(cell);
            int j = column(cell);
            if (i < s.m() && j < s.n()) {
                GemmShape block = block(s, i, j);
                kernel.multiply(s, block, a, a0 + i * s.aRow(), b, b0 + j * s.bCol(), c, c0 + i * s.cRow() + j);
                add(kernel, block, bias, bias0 + j, c, c0 + i * s.cRow() + j);
            }
        }
    }

    /** Multiplies in long, exactly modulo 2^64. */
    public static void multiply(int batch, int m, int n, int k,
            long[] a, int[] aBatch, int aRow, int aCol, long[] b, int[] bBatch, int bRow, int bCol,
            long[] c, int[] cBatch, int cRow) {
        Threads.team().split(batch * m, grain(n, k), 1, (from, to) -> {
            for (int row = from; row < to; row++) {
                int q = row / m;
                int i = row % m;
                int ai = aBatch[q] + i * aRow;
                int ci = cBatch[q] + i * cRow;
                Arrays.fill(c, ci, ci + n, 0);
                for (int p = 0; p < k; p++) {
                    long x = a[ai + p * aCol];
                    int bp = bBatch[q] + p * bRow;
                    for (int j = 0; j < n; j++) {
                        c[ci + j] += x * b[bp + j * bCol];
                    }
                }
            }
        });
    }

    /** Multiplies in int, exactly modulo 2^32. */
    public static void multiply(int batch, int m, int n, int k,
            int[] a, int[] aBatch, int aRow, int aCol, int[] b, int[] bBatch, int bRow, int bCol,
            int[] c, int[] cBatch, int cRow) {
        Threads.team().split(batch * m, grain(n, k), 1, (from, to) -> {
            for (int row = from; row < to; row++) {
                int q = row / m;
                int i = row % m;
                int ai = aBatch[q] + i * aRow;
                int ci = cBatch[q] + i * cRow;
                Arrays.fill(c, ci, ci + n, 0);
                for (int p = 0; p < k; p++) {
                    int x = a[ai + p * aCol];
                    int bp = bBatch[q] + p * bRow;
                    for (int j = 0; j < n; j++) {
                        c[ci + j] += x * b[bp + j * bCol];
                    }
                }
            }
        });
    }

    /** Rows of C that take about a microsecond. */
    private static int grain(int n, int k) { return (int) (1 + 1000 / Math.max(1, (long) n * k)); }
}
