package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.GemmKernel;
import io.wengert.kernel.cpu.GemmShape;
import io.wengert.kernel.cpu.Threads;
import java.util.function.IntConsumer;

/**
 * Matrix multiplication out of register tiles: chooses between dot products, operands used in place and operands
 * packed into panels, and blocks the loops for the caches (Goto and van de Geijn, "Anatomy of High-Performance
 * Matrix Multiplication", 2008).
 *
 * <p>In place or packed, an element of C is the same to the last bit: one chain of fused multiply-adds over all of k.
 */
abstract class TiledGemm<T> implements GemmKernel<T> {

    /** The size of a panel of B; one of A, smaller, stays in the L1 cache while it passes. */
    private static final int PANEL_BYTES = 32 << 10;

    /** Rows and columns of C of which all threads together keep packed operands: a slice of both fits an L2 cache. */
    private static final int PACKED_LINES = 4096;

    /** Panels of B that stay in the L2 cache while panels of A, one after the other in the L1 cache, meet them. */
    private static final int NEAR_PANELS = 16;

    /** Multiplications in a part of a shared product: some 20 microseconds. */
    private static final int PART = 1 << 21;

    /** From so many multiplications on, packing both operands pays; below, only where one cannot be used in place. */
    private static final int SMALL = 1 << 19;

    /** Rows of the lower of the two tiles for operands in place. */
    private static final int FEW = 4;

    /** About what one thread does. */
    private static final int MULTIPLICATIONS_PER_NANO = 80;

    private final int lanes;
    private final int tileRows;
    private final int tileColumns;
    private final int maxSlice;
    private final T zeros;
    private final ThreadLocal<Buffers<T>> buffers = ThreadLocal.withInitial(() -> new Buffers<>(allocate(0)));

    /** The pack buffers of one thread, and the tile that takes the place of C at its edges. */
    private static final class Buffers<T> {
        T a;
        T b;
        T tile;

        Buffers(T empty) { a = b = tile = empty; }
    }

    /** Tiles of {@code tileRows} by two vectors; k is sliced so that a panel of A and one of B share the L1 cache. */
    TiledGemm(int lanes, int elementBytes, int tileRows) {
        this.lanes = lanes;
        this.tileRows = tileRows;
        this.tileColumns = 2 * lanes;
        this.maxSlice = PANEL_BYTES / (tileColumns * elementBytes);
        this.zeros = allocate(tileColumns);
    }

    abstract T allocate(int length);

    abstract int length(T array);

    // The kernels below add to what they find in "from", C itself or zeros: a branch would do, but the JVM compiles
    // a kernel for the branch seen first and starts over, for a tenth of a second, at the other.

    /** C of {@code tileRows} by two vectors = from + A panel, its rows {@code aStep} apart, times B. */
    abstract void panel(int k, T a, int ao, int aStep, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow);

    /** C of {@code tileRows} by one vector = from + A panel times B. */
    abstract void slim(int k, T a, int ao, int aStep, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow);

    /** C of {@code rows}, at most {@code tileRows}, by two vectors = from + contiguous rows of A times B. */
    abstract void rows(int rows, int k, T a, int ao, int aRow, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow);

    /** The same for at most {@link #FEW} rows. */
    abstract void few(int rows, int k, T a, int ao, int aRow, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow);

    /** C of {@code rows}, at most {@code tileRows}, by one vector = from + contiguous rows of A times B. */
    abstract void narrow(int rows, int k, T a, int ao, int aRow, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow);

    /**
     * At most four neighbouring elements of C = (or +=) dot products of one row of A and columns of B, all contiguous;
     * the tile is scratch.
     */
    abstract void dots(int columns, int k, T a, int ao, T b, int bo, int bCol, T tile, boolean add,
            T c, int co);

    /** One row: c += the sum over p of a[p] times row p of B, whose rows are contiguous. */
    abstract void row(int n, int k, T a, int ao, int aCol, T b, int bo, int bRow, T c, int co);

    /**
     * Interleaves {@code count} lines of {@code k} elements into panels of {@code width}, element p of line r going
     * to {@code d[to + p * width + r]} of its panel; lanes that no line fills are zero.
     */
    abstract void pack(int count, int k, T s, int so, int line, int step, int width, T d, int to);

    /** Copies a {@code rows} by {@code columns} corner. */
    abstract void copy(int rows, int columns, T from, int fo, int fRow, int fCol, T to, int o, int row, int col);

    @Override
    public final int rowStep() { return tileRows; }

    @Override
    public final int columnStep() { return tileColumns; }

    @Override
    public final long parallelWork() { return 1 << 18; }

    @Override
    public final void multiply(GemmShape whole, GemmShape s, boolean add, T a, int a0, T b, int b0, T c, int c0) {
        if (whole.m() == 1 && s.bRow() == 1 && s.k() > 1) {
            byDots(s, add, a, a0, b, b0, c, c0);
        } else if (whole.m() == 1 && s.bCol() == 1) {
            if (!add) {
                clear(1, s.n(), c, c0, 0);
            }
            row(s.n(), s.k(), a, a0, s.aCol(), b, b0, s.bRow(), c, c0);
        } else if (inPlacePays(s)) {
            inPlace(s, add, a, a0, b, b0, c, c0);
        } else {
            inPanels(null, s, add, a, a0, b, new int[] {b0}, c, new int[] {c0});
        }
    }

    @Override
    public final boolean shares(GemmShape s) { return s.m() > 1 && !inPlacePays(s); }

    @Override
    public final void multiply(Threads team, GemmShape s, boolean add, T a, int a0, T b, int[] bAt, T c, int[] cAt) {
        inPanels(team, s, add, a, a0, b, bAt, c, cAt);
    }

    private boolean inPlacePays(GemmShape s) {
        return s.multiplications() <= SMALL
                || s.m() <= 2 * tileRows && (s.bCol() == 1 || s.bRow() == 1)
                || s.n() <= 2 * tileColumns && (s.aCol() == 1 || s.aRow() == 1);
    }

    private void byDots(GemmShape s, boolean add, T a, int a0, T b, int b0, T c, int c0) {
        T tile = tile();
        if (s.aCol() != 1) {
            Buffers<T> buffer = buffers.get();
            buffer.a = sized(buffer.a, s.k());
            pack(1, s.k(), a, a0, 0, s.aCol(), 1, buffer.a, 0);
            a = buffer.a;
            a0 = 0;
        }
        for (int j = 0; j < s.n(); j += 4) {
            dots(Math.min(4, s.n() - j), s.k(), a, a0, b, b0 + j * s.bCol(), s.bCol(), tile, add, c, c0 + j);
        }
    }

    // In place: A as rows that are contiguous or, transposed, as panels; B as rows. What is neither is packed.

    private void inPlace(GemmShape s, boolean add, T a, int a0, T b, int b0, T c, int c0) {
        GemmShape t = new GemmShape(s.n(), s.m(), s.k(), s.bCol(), s.bRow(), s.aCol(), s.aRow(), 1);
        if (copies(t) + (long) s.m() * s.n() < copies(s)) {
            // C' = B' * A' packs less, though its tiles must be scattered into C.
            inPlace(t, add, b, b0, a, a0, c, c0, s.cRow());
        } else {
            inPlace(s, add, a, a0, b, b0, c, c0, 1);
        }
    }

    /** What packing and padding cost, in copied elements; a vector of multiplications costs as much as one. */
    private long copies(GemmShape s) {
        long padding = roundUp(s.n(), lanes) - s.n();
        long cost = s.bCol() == 1 ? 0 : (long) s.n() * s.k();
        cost += s.aCol() == 1 ? 0 : (long) (s.aRow() == 1 ? s.m() % tileRows : s.m()) * s.k();
        return cost + (padding == 0 ? 0 : (long) s.m() * s.k() * padding / lanes + (long) s.m() * s.n());
    }

    private void inPlace(GemmShape s, boolean add, T a, int a0, T b, int b0, T c, int c0, int cCol) {
        for (int p = 0; p < s.k(); p += maxSlice) {
            int k = Math.min(maxSlice, s.k() - p);
            int ai = a0 + p * s.aCol();
            int bi = b0 + p * s.bRow();
            int packed = s.aCol() == 1 ? s.m() : s.aRow() == 1 ? s.m() / tileRows * tileRows : 0;
            T rest = a;
            if (packed < s.m()) {
                Buffers<T> buffer = buffers.get();
                rest = buffer.a = sized(buffer.a, roundUp(s.m() - packed, tileRows) * k);
                pack(s.m() - packed, k, a, ai + packed * s.aRow(), s.aRow(), s.aCol(), tileRows, rest, 0);
            }
            for (int j = 0; j < s.n(); j += tileColumns) {
                columns(s, packed, Math.min(tileColumns, s.n() - j), k, a, ai, rest, b, bi + j * s.bCol(),
                        c, c0 + j * cCol, cCol, add || p > 0);
            }
        }
    }

    /** All rows of some columns, at most a tile's; rows of A from {@code packed} on are panels in {@code rest}. */
    private void columns(GemmShape s, int packed, int columns, int k, T a, int a0, T rest, T b, int b0,
            T c, int c0, int cCol, boolean add) {
        int width = columns > lanes ? tileColumns : lanes;
        int bStep = s.bRow();
        if (columns < width || s.bCol() != 1) {
            Buffers<T> buffer = buffers.get();
            buffer.b = sized(buffer.b, k * width);
            pack(columns, k, b, b0, s.bCol(), s.bRow(), width, buffer.b, 0);
            b = buffer.b;
            b0 = 0;
            bStep = width;
        }
        boolean inRows = s.aCol() == 1;
        for (int i = 0; i < s.m(); i += tileRows) {
            int height = Math.min(tileRows, s.m() - i);
            int ci = c0 + i * s.cRow();
            boolean direct = columns == width && cCol == 1 && (inRows || height == tileRows);
            T tile = direct ? c : tile();
            if (!direct && add) {
                copy(height, columns, c, ci, s.cRow(), cCol, tile, 0, width, 1);
            }
            T from = add ? tile : zeros;
            int o = direct ? ci : 0;
            int row = direct ? s.cRow() : width;
            int fo = add ? o : 0;
            int fRow = add ? row : 0;
            if (inRows) {
                inRows(width, height, k, a, a0 + i * s.aRow(), s.aRow(), b, b0, bStep, from, fo, fRow, tile, o, row);
            } else if (i < packed) {
                panel(width, k, a, a0 + i, s.aCol(), b, b0, bStep, from, fo, fRow, tile, o, row);
            } else {
                panel(width, k, rest, (i - packed) * k, tileRows, b, b0, bStep, from, fo, fRow, tile, o, row);
            }
            if (!direct) {
                copy(height, columns, tile, 0, width, 1, c, ci, s.cRow(), cCol);
            }
        }
    }

    private void inRows(int width, int rows, int k, T a, int ao, int aRow, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow) {
        if (width == lanes) {
            narrow(rows, k, a, ao, aRow, b, bo, bStep, from, fo, fRow, c, co, cRow);
        } else if (rows <= tileRows - FEW) {
            for (int i = 0; i < rows; i += FEW) {
                few(Math.min(FEW, rows - i), k, a, ao + i * aRow, aRow, b, bo, bStep, from, fo + i * fRow, fRow,
                        c, co + i * cRow, cRow);
            }
        } else {
            rows(rows, k, a, ao, aRow, b, bo, bStep, from, fo, fRow, c, co, cRow);
        }
    }

    private void panel(int width, int k, T a, int ao, int aStep, T b, int bo, int bStep,
            T from, int fo, int fRow, T c, int co, int cRow) {
        if (width == lanes) {
            slim(k, a, ao, aStep, b, bo, bStep, from, fo, fRow, c, co, cRow);
        } else {
            panel(k, a, ao, aStep, b, bo, bStep, from, fo, fRow, c, co, cRow);
        }
    }

    private T tile() {
        Buffers<T> buffer = buffers.get();
        return buffer.tile = sized(buffer.tile, tileRows * tileColumns);
    }

    // Packed: a slice of k at a time, all threads first packing and then multiplying.

    private void inPanels(Threads team, GemmShape s, boolean add, T a, int a0, T b, int[] bAt, T c, int[] cAt) {
        int slices = (s.k() + maxSlice - 1) / maxSlice;
        int rows = block(s.m(), tileRows);
        int slice = (s.k() + slices - 1) / slices;
        for (int i = 0; i < s.m(); i += rows) {
            for (int p = 0; p < s.k(); p += slice) {
                GemmShape block = new GemmShape(Math.min(rows, s.m() - i), s.n(), Math.min(slice, s.k() - p),
                        s.aRow(), s.aCol(), s.bRow(), s.bCol(), s.cRow());
                int ai = a0 + i * s.aRow() + p * s.aCol();
                int[] bi = shifted(bAt, p * s.bRow());
                int[] ci = shifted(cAt, i * s.cRow());
                if (team != null && cAt.length < 2 * team.size()) {
                    together(team, block, add || p > 0, a, ai, b, bi, c, ci);
                } else {
                    apart(team, block, add || p > 0, a, ai, b, bi, c, ci);
                }
            }
        }
    }

    private static int[] shifted(int[] at, int by) {
        int[] r = at.clone();
        for (int q = 0; q < r.length; q++) {
            r[q] += by;
        }
        return r;
    }

    /** Equal blocks of whole tiles, of no more than {@link #PACKED_LINES}. */
    private static int block(int n, int step) {
        int blocks = (n + PACKED_LINES - 1) / PACKED_LINES;
        return roundUp((n + blocks - 1) / blocks, step);
    }

    /** Few products: all threads at one after the other. */
    private void together(Threads team, GemmShape s, boolean add, T a, int a0, T b, int[] bAt, T c, int[] cAt) {
        Buffers<T> buffer = buffers.get();
        int width = block(s.n(), tileColumns);
        T packedA = buffer.a = sized(buffer.a, roundUp(s.m(), tileRows) * s.k());
        T packedB = buffer.b = sized(buffer.b, width * s.k());
        int packs = 2 * team.size();
        for (int q = 0; q < cAt.length; q++) {
            for (int j = 0; j < s.n(); j += width) {
                GemmShape t = s.block(s.m(), Math.min(width, s.n() - j));
                boolean first = q == 0 && j == 0;
                int bi = bAt[q] + j * s.bCol();
                int ci = cAt[q] + j;
                long nanos = t.multiplications() / MULTIPLICATIONS_PER_NANO;
                team.run(packs, nanos, part -> {
                    if (first) {
                        pack(t.m(), t.k(), a, a0, t.aRow(), t.aCol(), tileRows, packedA, part, packs);
                    }
                    pack(t.n(), t.k(), b, bi, t.bCol(), t.bRow(), tileColumns, packedB, part, packs);
                });
                // Parts of the longer side, so that the shorter one's panels serve for as long as possible.
                int parts = (int) Math.max(team.size(), Math.min(4L * team.size(), t.multiplications() / PART));
                int rowPanels = (t.m() + tileRows - 1) / tileRows;
                int columnPanels = (t.n() + tileColumns - 1) / tileColumns;
                boolean down = t.m() >= t.n();
                team.run(parts, nanos, part -> {
                    int from = start(down ? rowPanels : columnPanels, part, parts);
                    int to = start(down ? rowPanels : columnPanels, part + 1, parts);
                    panels(t, down ? from : 0, down ? to : rowPanels, down ? 0 : from, down ? columnPanels : to,
                            packedA, packedB, c, ci, add);
                });
            }
        }
    }

    /** Many products: each is one thread's. */
    private void apart(Threads team, GemmShape s, boolean add, T a, int a0, T b, int[] bAt, T c, int[] cAt) {
        Buffers<T> buffer = buffers.get();
        int width = block(s.n(), tileColumns);
        T packedA = buffer.a = sized(buffer.a, roundUp(s.m(), tileRows) * s.k());
        long nanos = cAt.length * s.multiplications() / MULTIPLICATIONS_PER_NANO;
        int packs = team == null ? 1 : 2 * team.size();
        run(team, packs, nanos, part -> pack(s.m(), s.k(), a, a0, s.aRow(), s.aCol(), tileRows, packedA, part, packs));
        run(team, cAt.length, nanos, q -> {
            Buffers<T> own = buffers.get();
            T packedB = own.b = sized(own.b, width * s.k());
            for (int j = 0; j < s.n(); j += width) {
                GemmShape t = s.block(s.m(), Math.min(width, s.n() - j));
                pack(t.n(), t.k(), b, bAt[q] + j * s.bCol(), t.bCol(), t.bRow(), tileColumns, packedB, 0, 1);
                panels(t, 0, (t.m() + tileRows - 1) / tileRows, 0, (t.n() + tileColumns - 1) / tileColumns,
                        packedA, packedB, c, cAt[q] + j, add);
            }
        });
    }

    private static void run(Threads team, int parts, long nanos, IntConsumer body) {
        if (team == null) {
            for (int part = 0; part < parts; part++) {
                body.accept(part);
            }
        } else {
            team.run(parts, nanos, body);
        }
    }

    /** Packs one of {@code parts} of the panels. */
    private void pack(int lines, int k, T s, int so, int line, int step, int width, T d, int part, int parts) {
        int panels = (lines + width - 1) / width;
        int first = start(panels, part, parts) * width;
        int last = Math.min(lines, start(panels, part + 1, parts) * width);
        if (last > first) {
            pack(last - first, k, s, so + first * line, line, step, width, d, first * k);
        }
    }

    /** A rectangle of panels of C. */
    private void panels(GemmShape s, int i0, int i1, int j0, int j1, T a, T b, T c, int c0, boolean add) {
        for (int j = j0; j < j1; j += NEAR_PANELS) {
            for (int i = i0; i < i1; i++) {
                panels(s, i, j, Math.min(j1, j + NEAR_PANELS), a, b, c, c0, add);
            }
        }
    }

    /** One panel of rows of C, some panels of columns. */
    private void panels(GemmShape s, int i, int j0, int j1, T a, T b, T c, int c0, boolean add) {
        int k = s.k();
        int height = Math.min(tileRows, s.m() - i * tileRows);
        int ao = i * tileRows * k;
        int row = c0 + i * tileRows * s.cRow();
        for (int j = j0; j < j1; j++) {
            int columns = Math.min(tileColumns, s.n() - j * tileColumns);
            int bo = j * tileColumns * k;
            int co = row + j * tileColumns;
            if (height == tileRows && columns == tileColumns) {
                panel(k, a, ao, tileRows, b, bo, tileColumns, add ? c : zeros, add ? co : 0, add ? s.cRow() : 0,
                        c, co, s.cRow());
            } else {
                edge(height, columns, k, a, ao, b, bo, c, co, s.cRow(), add);
            }
        }
    }

    /** A tile of which only {@code rows} by {@code columns} belong to C. */
    private void edge(int rows, int columns, int k, T a, int ao, T b, int bo, T c, int co, int cRow, boolean add) {
        T tile = tile();
        if (add) {
            copy(rows, columns, c, co, cRow, 1, tile, 0, tileColumns, 1);
        }
        panel(columns > lanes ? tileColumns : lanes, k, a, ao, tileRows, b, bo, tileColumns,
                add ? tile : zeros, 0, add ? tileColumns : 0, tile, 0, tileColumns);
        copy(rows, columns, tile, 0, tileColumns, 1, c, co, cRow, 1);
    }

    private static int start(int n, int part, int parts) { return (int) ((long) n * part / parts); }

    private static int roundUp(int x, int step) { return (x + step - 1) / step * step; }

    private T sized(T array, int length) { return length(array) >= length ? array : allocate(length); }
}
