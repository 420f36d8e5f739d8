package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.GemmKernel;
import io.wengert.kernel.cpu.GemmShape;

/**
 * Matrix multiplication out of register tiles: chooses between dot products, operands used in place and operands
 * packed into panels, and blocks the loops for the caches (Goto and van de Geijn, "Anatomy of High-Performance
 * Matrix Multiplication", 2008).
 *
 * <p>In place or packed, an element of C is the same to the last bit: one chain of fused multiply-adds for each slice
 * of k, the slices added up in order.
 */
abstract class TiledGemm<T> implements GemmKernel<T> {

    /** Rows of C that stay in one packed A block. */
    private static final int PACKED_ROWS = 1024;

    /** What a panel of B may take of the L1 cache. */
    private static final int PANEL_BYTES = 32 << 10;

    // An array of this size is often a heap region of its own, whose header is 16 bytes: then vectors that begin 48
    // bytes into the array lie within one cache line each, and loading them costs half. Elsewhere it does not matter.
    private static final int LARGE_ARRAY_BYTES = 2 << 20;
    private static final int LEAD_BYTES = 48;

    private static final int SET_BYTES = 4096;
    private static final int SET_LINES = 8;

    private static final int L1_BYTES = 32 << 10;
    private static final int L2_BYTES = 1 << 20;
    private static final int MANY_ROWS = 256;

    /** Dot products of a vector that are computed at once. */
    private static final int DOTS = 8;

    /** What it costs to read an element of A or B, in multiplications: all that counts if one of them is a vector. */
    private static final int READ = 4;

    /** From this depth on tall tiles pay; for less, a program had better wait for one kernel fewer to be compiled. */
    private static final int LEAST_TALL = 64;

    private final int lanes;
    private final int elementBytes;
    private final int tileRows;
    private final int tallRows;
    private final int tileColumns;
    private final int maxSlice;
    private final int packedColumns;
    private final int lead;
    private final int largeArray;
    private final T zeros;
    private final ThreadLocal<Buffers<T>> buffers = ThreadLocal.withInitial(() -> new Buffers<>(allocate(0)));

    /** The pack buffers of one thread, and the tile that takes the place of C at its edges. */
    private static final class Buffers<T> {
        T a;
        T b;
        T tile;
        /** Where what {@link #touch} returns goes, so that it is not found useless. */
        long seen;

        Buffers(T empty) { a = b = tile = empty; }
    }

    /**
     * Tiles of {@code tileRows} by two vectors, or of {@code tallRows} where the operands are packed; k is sliced so
     * that a panel of B fits the L1 cache.
     */
    TiledGemm(int lanes, int elementBytes, int tileRows, int tallRows) {
        this.lanes = lanes;
        this.elementBytes = elementBytes;
        this.tileRows = tileRows;
        this.tallRows = tallRows;
        this.tileColumns = 2 * lanes;
        this.maxSlice = PANEL_BYTES / (tileColumns * elementBytes);
        this.lead = LEAD_BYTES / elementBytes;
        this.largeArray = LARGE_ARRAY_BYTES / elementBytes;
        this.packedColumns = 480 / tileColumns * tileColumns;
        this.zeros = allocate(tileColumns);
    }

    abstract T allocate(int length);

    abstract int length(T array);

    // The kernels below add to what they find in "from", C itself or zeros: a branch would do, but the JVM
    // compiles a kernel for the branch seen first and starts over, for a tenth of a second, at the other.

    /** C of a full tile = from + packed A panel, {@code tileRows} wide, times packed B panel, two vectors wide. */
    abstract void packed(int k, T a, int ao, T b, int bo, T from, int fo, int fRow, T c, int co, int cRow);

    /** The same with {@code tallRows} in place of {@code tileRows}. */
    void tall(int k, T a, int ao, T b, int bo, T from, int fo, int fRow, T c, int co, int cRow) {
        packed(k, a, ao, b, bo, from, fo, fRow, c, co, cRow);
    }

    /** C of {@code rows}, at most {@code tileRows}, by two vectors = from + A in place times B in place. */
    abstract void wide(int rows, int k, T a, int ao, int aRow, int aCol, T b, int bo, int bRow,
            T from, int fo, int fRow, T c, int co, int cRow);

    /** C of {@code rows}, at most {@code tileRows}, by one vector = from + A in place times B in place. */
    abstract void narrow(int rows, int k, T a, int ao, int aRow, int aCol, T b, int bo, int bRow,
            T from, int fo, int fRow, T c, int co, int cRow);

    /** C of at most 2 by 4 = dot products of rows of A and columns of B, both contiguous; the tile is scratch. */
    abstract void dots(int rows, int columns, int k, T a, int ao, int aRow, T b, int bo, int bCol,
            T tile, T c, int co, int cRow);

    /** C of one row of at most {@link #DOTS} = dot products of A and columns of B, all contiguous; the tile is scratch. */
    abstract void rowDots(int columns, int k, T a, int ao, T b, int bo, int bCol, T tile, T c, int co);

    /** One row: c += the sum over p of a[p] times row p of B, whose rows are contiguous. */
    abstract void row(int n, int k, T a, int ao, int aCol, T b, int bo, int bRow, T c, int co);

    /**
     * Interleaves {@code count} lines of {@code k} elements into panels of {@code width}, element p of line r going
     * to {@code d[o + p * width + r]} of its panel; lanes that no line fills are zero. May write a vector's worth of
     * anything behind the last panel.
     */
    abstract void pack(int count, int k, T s, int so, int line, int step, int width, T d, int o);

    /** Reads an element of each cache line of {@code rows} rows of n elements; returns something that depends on all of them. */
    abstract long touch(int rows, int n, T s, int so, int row);

    /** Adds (or copies) a {@code rows} by {@code columns} corner of the tile of {@code width} to C. */
    abstract void unload(int rows, int columns, int width, T tile, T c, int co, int cRow, int cCol, boolean add);

    @Override
    public final int rowStep() { return tileRows; }

    @Override
    public final int columnStep() { return tileColumns; }

    @Override
    public final long parallelWork() { return 1 << 19; }

    @Override
    public final long work(GemmShape s) { return s.multiplications() + READ * ((long) s.m() + s.n()) * s.k(); }

    @Override
    public final void multiply(GemmShape whole, GemmShape s, T a, int a0, T b, int b0, T c, int c0) {
        if (s.bRow() == 1 && s.k() > 1 && dotsPay(whole)) {
            byDots(s, a, a0, b, b0, c, c0);
        } else if (s.bCol() == 1 && whole.m() == 1) {
            clear(1, s.n(), c, c0, 0);
            row(s.n(), s.k(), a, a0, s.aCol(), b, b0, s.bRow(), c, c0);
        } else if (inPlacePays(whole)) {
            inPlace(s, a, a0, b, b0, c, c0);
        } else {
            inPanels(s, 1, a, a0, 0, b, b0, 0, c, c0);
        }
    }

    @Override
    public final void multiplyJoined(GemmShape s, int items, T a, int a0, int aItem, T b, int b0, int bItem, T c, int c0) {
        inPanels(s, items, a, a0, aItem, b, b0, bItem, c, c0);
    }

    @Override
    public final boolean keeps() { return true; }

    @Override
    public final void keep(GemmShape s, int from, int to, T b, int b0, T kept, int kept0) {
        pack(to - from, s.k(), b, b0 + from * s.bCol(), s.bCol(), s.bRow(), tileColumns, kept, kept0 + from * s.k());
    }

    @Override
    public final void multiplyKept(GemmShape s, T a, int a0, T kept, int kept0, T plus, int plus0, int plusRow, T c, int c0) {
        Buffers<T> buffer = buffers.get();
        int slices = slices(s.k());
        buffer.a = sized(buffer.a, (Math.min(s.m(), PACKED_ROWS) + tallRows) * Math.min(s.k(), maxSlice) + lanes);
        tile();
        for (int i = 0; i < s.m(); i += PACKED_ROWS) {
            int m = Math.min(PACKED_ROWS, s.m() - i);
            for (int q = 0; q < slices; q++) {
                int p = sliceStart(s.k(), q, slices);
                int k = sliceStart(s.k(), q + 1, slices) - p;
                int tall = packRows(s, i, m, p, k, a, a0, 0, buffer);
                int ci = c0 + i * s.cRow();
                boolean first = q == 0;
                T from = !first ? c : plus == null ? zeros : plus;
                panels(m, tall, s.n(), k, buffer, kept, kept0 + p * tileColumns, s.k(), from, first ? plus0 + i * plusRow : ci,
                        first ? plusRow : s.cRow(), !first, c, ci, s.cRow());
            }
        }
    }

    private boolean dotsPay(GemmShape whole) {
        return whole.m() == 1 || whole.aCol() == 1 && whole.k() >= 8 * lanes && 2 * whole.m() <= lanes;
    }

    private boolean inPlacePays(GemmShape whole) {
        return whole.m() <= 2 * tileRows || whole.n() <= tileColumns
                || (long) whole.m() * whole.n() * whole.k() <= 1 << 16;
    }

    private void byDots(GemmShape s, T a, int a0, T b, int b0, T c, int c0) {
        Buffers<T> buffer = buffers.get();
        T tile = tile();
        if (s.aCol() != 1) {
            buffer.a = sized(buffer.a, s.k());
            pack(1, s.k(), a, a0, 0, s.aCol(), 1, buffer.a, 0);
            a = buffer.a;
            a0 = 0;
        }
        if (s.m() == 1) {
            for (int j = 0; j < s.n(); j += DOTS) {
                rowDots(Math.min(DOTS, s.n() - j), s.k(), a, a0, b, b0 + j * s.bCol(), s.bCol(), tile, c, c0 + j);
            }
            return;
        }
        for (int j = 0; j < s.n(); j += 4) {
            int columns = Math.min(4, s.n() - j);
            for (int i = 0; i < s.m(); i += 2) {
                dots(Math.min(2, s.m() - i), columns, s.k(), a, a0 + i * s.aRow(), s.aRow(),
                        b, b0 + j * s.bCol(), s.bCol(), tile, c, c0 + i * s.cRow() + j, s.cRow());
            }
        }
    }

    /** The product with nothing packed but what is not contiguous, or ends within a vector. */
    private void inPlace(GemmShape s, T a, int a0, T b, int b0, T c, int c0) {
        if (copies(s.n(), s.m(), s.k(), s.aRow()) + (long) s.m() * s.n() < copies(s.m(), s.n(), s.k(), s.bCol())) {
            // C' = B' * A' packs less, though its tiles must be scattered into C.
            GemmShape t = new GemmShape(s.n(), s.m(), s.k(), s.bCol(), s.bRow(), s.aCol(), s.aRow(), 1);
            inPlace(t, b, b0, a, a0, c, c0, s.cRow());
        } else {
            inPlace(s, a, a0, b, b0, c, c0, 1);
        }
    }

    /** What copying and padding B costs, in copied elements; a vector of multiplications costs as much as one. */
    private long copies(int m, int n, int k, int bCol) {
        int padding = roundUp(n, lanes) - n;
        return (bCol == 1 ? 0 : (long) n * k) + (long) m * k * padding / lanes + (padding == 0 ? 0 : (long) m * n);
    }

    private void inPlace(GemmShape s, T a, int a0, T b, int b0, T c, int c0, int cCol) {
        int slices = slices(s.k());
        for (int q = 0; q < slices; q++) {
            int p = sliceStart(s.k(), q, slices);
            int k = sliceStart(s.k(), q + 1, slices) - p;
            if (s.bCol() == 1) {
                fetch(s.m(), k, s.n(), b, b0 + p * s.bRow(), s.bRow());
            }
            for (int j = 0; j < s.n(); j += tileColumns) {
                columns(s, Math.min(tileColumns, s.n() - j), k, a, a0 + p * s.aCol(),
                        b, b0 + p * s.bRow() + j * s.bCol(), c, c0 + j * cCol, cCol, q > 0);
            }
        }
    }

    /** All rows of some columns, at most a tile's. */
    private void columns(GemmShape s, int columns, int k, T a, int a0, T b, int b0,
            T c, int c0, int cCol, boolean add) {
        int width = columns > lanes ? tileColumns : lanes;
        int bRow = s.bRow();
        boolean direct = columns == width && cCol == 1;
        T to = direct ? c : tile();
        T from = direct && add ? c : zeros;
        if (columns < width || s.bCol() != 1 || collides(s.bRow(), k) && s.m() > tileRows) {
            Buffers<T> buffer = buffers.get();
            buffer.b = sized(buffer.b, k * width);
            pack(columns, k, b, b0, s.bCol(), s.bRow(), width, buffer.b, 0);
            b = buffer.b;
            b0 = 0;
            bRow = width;
        }
        for (int i = 0; i < s.m(); i += tileRows) {
            int rows = Math.min(tileRows, s.m() - i);
            int ai = a0 + i * s.aRow();
            int ci = c0 + i * s.cRow();
            int o = direct ? ci : 0;
            int toRow = direct ? s.cRow() : width;
            int fo = from == c ? ci : 0;
            int fRow = from == c ? s.cRow() : 0;
            if (width == lanes) {
                narrow(rows, k, a, ai, s.aRow(), s.aCol(), b, b0, bRow, from, fo, fRow, to, o, toRow);
            } else {
                wide(rows, k, a, ai, s.aRow(), s.aCol(), b, b0, bRow, from, fo, fRow, to, o, toRow);
            }
            if (!direct) {
                unload(rows, columns, width, to, c, ci, s.cRow(), cCol, add);
            }
        }
    }

    /**
     * Whether k rows of B push each other out of the L1 cache: rows that are a multiple of a power of two apart share few of
     * its sets, which repeat every 4096 bytes and hold eight lines or more.
     */
    private boolean collides(int bRow, int k) {
        return (long) k * Math.min(SET_BYTES, Integer.lowestOneBit(bRow * elementBytes)) > SET_BYTES * SET_LINES;
    }

    private T tile() {
        Buffers<T> buffer = buffers.get();
        return buffer.tile = sized(buffer.tile, tallRows * tileColumns);
    }

    private void inPanels(GemmShape s, int items, T a, int a0, int aItem, T b, int b0, int bItem, T c, int c0) {
        Buffers<T> buffer = buffers.get();
        int total = items * s.k();
        int slices = slices(total);
        int slice = Math.min(total, maxSlice);
        buffer.a = sized(buffer.a, (Math.min(s.m(), PACKED_ROWS) + tallRows) * slice + lanes);
        buffer.b = sized(buffer.b, Math.max(largeArray, lead + packedColumns * maxSlice));
        tile();
        for (int i = 0; i < s.m(); i += PACKED_ROWS) {
            int m = Math.min(PACKED_ROWS, s.m() - i);
            for (int q = 0; q < slices; q++) {
                int p = sliceStart(total, q, slices);
                int k = sliceStart(total, q + 1, slices) - p;
                int tall = packRows(s, i, m, p, k, a, a0, aItem, buffer);
                for (int j = 0; j < s.n(); j += packedColumns) {
                    int n = Math.min(packedColumns, s.n() - j);
                    if (s.bCol() == 1 && p + k <= s.k()) {
                        fetch(m, k, n, b, b0 + p * s.bRow() + j, s.bRow());
                    }
                    pack(n, p, k, s.k(), b, b0 + j * s.bCol(), s.bCol(), s.bRow(), bItem, tileColumns, buffer.b, lead);
                    int co = c0 + i * s.cRow() + j;
                    panels(m, tall, n, k, buffer, buffer.b, lead, k, q > 0 ? c : zeros, co, s.cRow(), q > 0, c, co, s.cRow());
                }
            }
        }
    }

    /** Packs elements p to p + k of m rows of A from row i on; gives the number of rows in tall panels. */
    private int packRows(GemmShape s, int i, int m, int p, int k, T a, int a0, int aItem, Buffers<T> buffer) {
        int tall = k < LEAST_TALL ? 0 : rowsInTall(m);
        int ai = a0 + i * s.aRow();
        pack(Math.min(m, tall), p, k, s.k(), a, ai, s.aRow(), s.aCol(), aItem, tallRows, buffer.a, 0);
        pack(m - tall, p, k, s.k(), a, ai + tall * s.aRow(), s.aRow(), s.aCol(), aItem, tileRows, buffer.a, tall * k);
        return tall;
    }

    /** Packs elements p to p + k of lines of which each item holds {@code run}. */
    private void pack(int count, int p, int k, int run, T s, int so, int line, int step, int item, int width, T d, int o) {
        if (p + k <= run) {
            pack(count, k, s, so + p * step, line, step, width, d, o);
            return;
        }
        for (int i = 0; i < count; i += width) {
            int to = o + i * k;
            for (int at = p; at < p + k;) {
                int n = Math.min(run - at % run, p + k - at);
                pack(Math.min(width, count - i), n, s, so + i * line + at / run * item + at % run * step, line, step, width, d, to);
                to += n * width;
                at += n;
            }
        }
    }

    /** How many rows tall panels take, the last of them perhaps not full: so that the fewest rows of panels are empty. */
    private int rowsInTall(int m) {
        int best = 0;
        int fewest = Integer.MAX_VALUE;
        for (int tall = roundUp(m, tallRows); tall >= 0 && m - tall < tileRows * tallRows; tall -= tallRows) {
            int rows = tall + roundUp(Math.max(0, m - tall), tileRows);
            if (rows < fewest) {
                fewest = rows;
                best = tall;
            }
        }
        return best;
    }

    /**
     * C = from + packed A * packed B, of which each column has {@code bColumn} elements. "From" is zeros, C itself (then {@code add}),
     * or has a place for each element of C.
     */
    private void panels(int m, int tall, int n, int k, Buffers<T> buffer, T b, int b0, int bColumn,
            T from, int f0, int fRow, boolean add, T c, int c0, int cRow) {
        boolean plain = from == zeros;
        // Along the rows of C, which the processor then foresees: panels of B come from the L2 cache fast enough.
        for (int i = 0; i < m; i += i < tall ? tallRows : tileRows) {
            int height = i < tall ? tallRows : tileRows;
            int rows = Math.min(height, m - i);
            for (int j = 0; j < n; j += tileColumns) {
                int columns = Math.min(tileColumns, n - j);
                int bo = b0 + j * bColumn;
                int fo = f0 + i * fRow + j;
                int co = c0 + i * cRow + j;
                if (rows == height && columns == tileColumns) {
                    panel(height, k, buffer.a, i * k, b, bo, from, plain ? 0 : fo, plain ? 0 : fRow, c, co, cRow);
                    continue;
                }
                panel(height, k, buffer.a, i * k, b, bo, zeros, 0, 0, buffer.tile, 0, tileColumns);
                unload(rows, columns, tileColumns, buffer.tile, c, co, cRow, 1, add);
                for (int r = 0; r < rows && !plain && !add; r++) {
                    addRow(1, columns, from, fo + r * fRow, c, co + r * cRow, cRow);
                }
            }
        }
    }

    private void panel(int height, int k, T a, int ao, T b, int bo, T from, int fo, int fRow, T c, int co, int cRow) {
        if (height == tallRows) {
            tall(k, a, ao, b, bo, from, fo, fRow, c, co, cRow);
        } else {
            packed(k, a, ao, b, bo, from, fo, fRow, c, co, cRow);
        }
    }

    /**
     * Brings rows of B nearer to the processor, row by row, before they are read a few columns at a time: of such short pieces it
     * foresees none, and those of rows that are a multiple of a large power of two apart push each other out of the L1 cache. With
     * many rows of C the time for it all does not count.
     */
    private void fetch(int m, int rows, int n, T b, int b0, int bRow) {
        long bytes = (long) rows * n * elementBytes;
        if (m < MANY_ROWS && bytes > L1_BYTES && bytes <= L2_BYTES && bRow * elementBytes % (SET_BYTES / 4) == 0) {
            buffers.get().seen = touch(rows, n, b, b0, bRow);
        }
    }

    private int slices(int k) { return (k + maxSlice - 1) / maxSlice; }

    private static int sliceStart(int k, int slice, int slices) { return (int) ((long) k * slice / slices); }

    private static int roundUp(int x, int step) { return (x + step - 1) / step * step; }

    private T sized(T array, int length) { return length(array) >= length ? array : allocate(length); }
}
