package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;

/** Copies elements of one dtype between layouts; transposes go in tiles that the cache holds. */
final class CopyLoops {

    private static final int TILE = 32;
    private static final int GRAIN = 65536;

    private CopyLoops() {}

    /** The layouts have one shape. */
    static void copy(DType type, Object to, Layout out, Object from, Layout in) {
        if (out.size() == 0) {
            return;
        }
        if (type == DType.COMPLEX64) {
            copy(to, pairs(out), from, pairs(in));
        } else {
            copy(to, out, from, in);
        }
    }

    /** Complex numbers as an innermost axis of two floats. */
    private static Layout pairs(Layout l) {
        int rank = l.rank();
        long[] shape = new long[rank + 1];
        long[] strides = new long[rank + 1];
        for (int i = 0; i < rank; i++) {
            shape[i] = l.size(i);
            strides[i] = 2 * l.stride(i);
        }
        shape[rank] = 2;
        strides[rank] = 1;
        return Layout.of(shape, strides, 2 * l.offset());
    }

    private static void copy(Object to, Layout out, Object from, Layout in) {
        Layout[] l = JointLayouts.collapse(out, in);
        Layout y = l[0];
        Layout x = l[1];
        int rank = y.rank();
        if (rank == 0) {
            run(from, (int) x.offset(), 0, to, (int) y.offset(), 0, 1);
        } else if (rank == 1) {
            int n = (int) y.size();
            int xs = (int) x.stride(0);
            int ys = (int) y.stride(0);
            Threads.team().split(n, GRAIN, 64,
                    (a, b) -> run(from, (int) x.offset() + a * xs, xs, to, (int) y.offset() + a * ys, ys, b - a));
        } else {
            int planes = (int) (y.size() / (y.size(rank - 2) * y.size(rank - 1)));
            int rows = (int) y.size(rank - 2);
            int tiles = (rows + TILE - 1) / TILE;
            int grain = (int) Math.max(1, GRAIN * (long) planes * tiles / y.size());
            Threads.team().split(planes * tiles, grain, 1, (a, b) -> {
                long[] index = new long[rank - 2];
                for (int t = a; t < b; t++) {
                    for (int i = rank - 3, rest = t / tiles; i >= 0; i--) {
                        index[i] = rest % y.size(i);
                        rest /= (int) y.size(i);
                    }
                    int row = t % tiles * TILE;
                    band(to, y, (int) y.at(index), from, x, (int) x.at(index), row, Math.min(TILE, rows - row));
                }
            });
        }
    }

    /** Some rows of the last two axes. */
    private static void band(Object to, Layout y, int yAt, Object from, Layout x, int xAt, int row, int rows) {
        int last = y.rank() - 1;
        int columns = (int) y.size(last);
        int xs = (int) x.stride(last);
        int ys = (int) y.stride(last);
        int xr = (int) x.stride(last - 1);
        int yr = (int) y.stride(last - 1);
        if (xs == 1 && ys == 1 && from instanceof float[] a) {
            rows(a, xAt + row * xr, xr, (float[]) to, yAt + row * yr, yr, rows, columns);
            return;
        }
        int width = xs == ys ? columns : TILE;
        for (int c = 0; c < columns; c += width) {
            int n = Math.min(width, columns - c);
            for (int i = row; i < row + rows; i++) {
                run(from, xAt + i * xr + c * xs, xs, to, yAt + i * yr + c * ys, ys, n);
            }
        }
    }

    /** Where rows are short, it counts that the type of the arrays is known. */
    private static void rows(float[] from, int x, int xr, float[] to, int y, int yr, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, x + i * xr, to, y + i * yr, n);
        }
    }

    // @formatter:off
    private static void run(Object from, int x, int xs, Object to, int y, int ys, int n) {
        if (xs == 1 && ys == 1) {
            System.arraycopy(from, x, to, y, n);
        } else if (from instanceof float[] a) {
            float[] b = (float[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        } else if (from instanceof double[] a) {
            double[] b = (double[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        } else if (from instanceof long[] a) {
            long[] b = (long[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        } else if (from instanceof int[] a) {
            int[] b = (int[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        } else if (from instanceof short[] a) {
            short[] b = (short[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        } else if (from instanceof byte[] a) {
            byte[] b = (byte[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        } else {
            Object[] a = (Object[]) from;
            Object[] b = (Object[]) to;
            for (int i = 0, p = x, q = y; i < n; i++, p += xs, q += ys) b[q] = a[p];
        }
    }
    // @formatter:on
}
