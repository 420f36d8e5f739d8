package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.stream.IntStream;

/** Copies elements of one dtype between layouts; transposes go in tiles that the cache holds. */
final class CopyLoops {

    private static final int TILE = 32;
    private static final int GRAIN = 65536;

    /** How many elements a thread transposes in a nanosecond, at most. */
    private static final int TRANSPOSED_A_NANO = 4;

    private static final Lanes LANES = LanesProvider.lookup();

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
        Layout[] l = streams(JointLayouts.collapse(out, in));
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
            planes(to, y, from, x);
        }
    }

    /**
     * Of a transpose, the axis along which the input lies becomes the last but one and that along which the output lies the last
     * one, wherever they were.
     */
    private static Layout[] streams(Layout[] l) {
        int rank = l[0].rank();
        if (rank < 2 || rank == 2 && l[0].stride(1) == 1) {
            return l;
        }
        int[] ends = {rank - 1, rank - 1};
        for (int k = 0; k < 2; k++) {
            for (int i = 0; i < rank && l[k].stride(ends[k]) != 1; i++) {
                ends[k] = l[k].stride(i) == 1 ? i : ends[k];
            }
        }
        if (ends[0] == ends[1] || ends[0] == rank - 1 && ends[1] == rank - 2) {
            return l;
        }
        int[] order = IntStream.concat(IntStream.range(0, rank).filter(i -> i != ends[0] && i != ends[1]),
                IntStream.of(ends[1], ends[0])).toArray();
        return new Layout[] {l[0].permute(order), l[1].permute(order)};
    }

    /** Matrices of the last two axes, by rows of tiles. */
    private static void planes(Object to, Layout y, Object from, Layout x) {
        int rank = y.rank();
        int rows = (int) y.size(rank - 2);
        int planes = (int) (y.size() / (rows * y.size(rank - 1)));
        int tiles = (rows + TILE - 1) / TILE;
        int grain = (int) Math.max(1, GRAIN * (long) planes * tiles / y.size());
        long nanos = y.stride(rank - 1) == x.stride(rank - 1) ? 0 : y.size() / TRANSPOSED_A_NANO;
        Threads.team().split(planes * tiles, grain, 1, nanos, (a, b) -> {
            long[] index = new long[rank - 2];
            for (int t = a, n; t < b; t += n) {
                n = Math.min(tiles - t % tiles, b - t);
                for (int i = rank - 3, rest = t / tiles; i >= 0; i--) {
                    index[i] = rest % y.size(i);
                    rest /= (int) y.size(i);
                }
                int row = t % tiles * TILE;
                band(to, y, (int) y.at(index), from, x, (int) x.at(index), row, Math.min(row + n * TILE, rows));
            }
        });
    }

    /** Rows [row, end) of the last two axes. */
    private static void band(Object to, Layout y, int yAt, Object from, Layout x, int xAt, int row, int end) {
        int last = y.rank() - 1;
        int columns = (int) y.size(last);
        int xs = (int) x.stride(last);
        int ys = (int) y.stride(last);
        int xr = (int) x.stride(last - 1);
        int yr = (int) y.stride(last - 1);
        if (xs == 1 && ys == 1 && from instanceof float[] a) {
            rows(a, xAt + row * xr, xr, (float[]) to, yAt + row * yr, yr, end - row, columns);
        } else if (xr == 1 && ys == 1 && from instanceof float[] a && Math.min(columns, end) >= LANES.transposedSize()) {
            LANES.transpose(columns, row, end, a, xAt, xs, (float[]) to, yAt, yr);
        } else if (xs == ys) {
            for (int i = row; i < end; i++) {
                run(from, xAt + i * xr, xs, to, yAt + i * yr, ys, columns);
            }
        } else {
            for (int first = row; first < end; first += TILE) {
                for (int c = 0; c < columns; c += TILE) {
                    for (int i = first; i < Math.min(first + TILE, end); i++) {
                        run(from, xAt + i * xr + c * xs, xs, to, yAt + i * yr + c * ys, ys, Math.min(TILE, columns - c));
                    }
                }
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
