package io.wengert.kernel.cpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** The part of double matrix multiplication that is the same for every register tile: packing, dot products, rows. */
abstract class DoubleGemm extends TiledGemm<double[]> {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();
    /** Elements of a cache line. */
    private static final int LINE = 64 / Double.BYTES;

    DoubleGemm(int tileRows) { super(L, Double.BYTES, tileRows, tileRows); }

    @Override
    final double[] allocate(int length) { return new double[length]; }

    @Override
    final int length(double[] array) { return array.length; }

    @Override
    public final void clear(int m, int n, double[] c, int c0, int cRow) {
        for (int i = 0, o = c0; i < m; i++, o += cRow) {
            Arrays.fill(c, o, o + n, 0);
        }
    }

    @Override
    public final void addRow(int m, int n, double[] row, int r0, double[] c, int c0, int cRow) {
        for (int i = 0, o = c0; i < m; i++, o += cRow) {
            addRow(n, row, r0, c, o);
        }
    }

    private static void addRow(int n, double[] row, int r0, double[] c, int co) {
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            DoubleVector.fromArray(S, c, co + j).add(DoubleVector.fromArray(S, row, r0 + j)).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            c[co + j] += row[r0 + j];
        }
    }

    @Override
    final void dots(int rows, int columns, int k, double[] a, int ao, int aRow, double[] b, int bo, int bCol,
            double[] tile, double[] c, int co, int cRow) {
        int a1 = ao + (rows - 1) * aRow;
        int b1 = bo + Math.min(1, columns - 1) * bCol;
        int b2 = bo + Math.min(2, columns - 1) * bCol;
        int b3 = bo + (columns - 1) * bCol;
        DoubleVector c00 = DoubleVector.zero(S), c01 = c00, c02 = c00, c03 = c00;
        DoubleVector c10 = c00, c11 = c00, c12 = c00, c13 = c00;
        int end = S.loopBound(k);
        for (int p = 0; p < end; p += L) {
            DoubleVector x0 = DoubleVector.fromArray(S, a, ao + p);
            DoubleVector x1 = DoubleVector.fromArray(S, a, a1 + p);
            DoubleVector y = DoubleVector.fromArray(S, b, bo + p);
            c00 = x0.fma(y, c00);
            c10 = x1.fma(y, c10);
            y = DoubleVector.fromArray(S, b, b1 + p);
            c01 = x0.fma(y, c01);
            c11 = x1.fma(y, c11);
            y = DoubleVector.fromArray(S, b, b2 + p);
            c02 = x0.fma(y, c02);
            c12 = x1.fma(y, c12);
            y = DoubleVector.fromArray(S, b, b3 + p);
            c03 = x0.fma(y, c03);
            c13 = x1.fma(y, c13);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, L);
        c02.intoArray(tile, 2 * L);
        c03.intoArray(tile, 3 * L);
        c10.intoArray(tile, 4 * L);
        c11.intoArray(tile, 5 * L);
        c12.intoArray(tile, 6 * L);
        c13.intoArray(tile, 7 * L);
        finish(rows, columns, k - end, a, ao + end, aRow, b, bo + end, bCol, tile, c, co, cRow);
    }

    /**
     * Finishes dot products: the sums of the lanes of the partial sums in the scratch tile, four vectors a row, plus
     * the {@code k} terms that filled no vector, to C.
     */
    private static void finish(int rows, int columns, int k, double[] a, int ao, int aRow, double[] b, int bo, int bCol,
            double[] tile, double[] c, int co, int cRow) {
        for (int i = 0; i < rows; i++) {
            DoubleSums.fold(tile, 4 * L * i);
            for (int j = 0; j < columns; j++) {
                double sum = tile[4 * L * i + DoubleSums.lane(j)];
                c[co + i * cRow + j] = tail(sum, k, a, ao + i * aRow, b, bo + j * bCol);
            }
        }
    }

    private static double tail(double sum, int k, double[] a, int ao, double[] b, int bo) {
        for (int p = 0; p < k; p++) {
            sum = Math.fma(a[ao + p], b[bo + p], sum);
        }
        return sum;
    }

    @Override
    final void rowDots(int columns, int k, double[] a, int ao, double[] b, int bo, int bCol, double[] tile, double[] c, int co) {
        int last = columns - 1;
        int b1 = bo + Math.min(1, last) * bCol;
        int b2 = bo + Math.min(2, last) * bCol;
        int b3 = bo + Math.min(3, last) * bCol;
        int b4 = bo + Math.min(4, last) * bCol;
        int b5 = bo + Math.min(5, last) * bCol;
        int b6 = bo + Math.min(6, last) * bCol;
        int b7 = bo + last * bCol;
        DoubleVector c0 = DoubleVector.zero(S), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        int end = S.loopBound(k);
        for (int p = 0; p < end; p += L) {
            DoubleVector x = DoubleVector.fromArray(S, a, ao + p);
            c0 = x.fma(DoubleVector.fromArray(S, b, bo + p), c0);
            c1 = x.fma(DoubleVector.fromArray(S, b, b1 + p), c1);
            c2 = x.fma(DoubleVector.fromArray(S, b, b2 + p), c2);
            c3 = x.fma(DoubleVector.fromArray(S, b, b3 + p), c3);
            c4 = x.fma(DoubleVector.fromArray(S, b, b4 + p), c4);
            c5 = x.fma(DoubleVector.fromArray(S, b, b5 + p), c5);
            c6 = x.fma(DoubleVector.fromArray(S, b, b6 + p), c6);
            c7 = x.fma(DoubleVector.fromArray(S, b, b7 + p), c7);
        }
        c0.intoArray(tile, 0);
        c1.intoArray(tile, L);
        c2.intoArray(tile, 2 * L);
        c3.intoArray(tile, 3 * L);
        c4.intoArray(tile, 4 * L);
        c5.intoArray(tile, 5 * L);
        c6.intoArray(tile, 6 * L);
        c7.intoArray(tile, 7 * L);
        finishRow(columns, k - end, a, ao + end, b, bo + end, bCol, tile, c, co);
    }

    /** As {@link #finish}, for one row of up to 8 sums. */
    private static void finishRow(int columns, int k, double[] a, int ao, double[] b, int bo, int bCol,
            double[] tile, double[] c, int co) {
        DoubleSums.fold(tile, 0);
        DoubleSums.fold(tile, 4 * L);
        for (int j = 0; j < columns; j++) {
            double sum = tile[(j & 4) * L + DoubleSums.lane(j & 3)];
            c[co + j] = k == 0 ? sum : tail(sum, k, a, ao, b, bo + j * bCol);
        }
    }

    @Override
    final void row(int n, int k, double[] a, int ao, int aCol, double[] b, int bo, int bRow, double[] c, int co) {
        int p = 0;
        for (; p + 8 <= k; p += 8, ao += 8 * aCol, bo += 8 * bRow) {
            row8(n, a, ao, aCol, b, bo, bRow, c, co);
        }
        for (; p < k; p++, ao += aCol, bo += bRow) {
            row1(n, a[ao], b, bo, c, co);
        }
    }

    private static void row8(int n, double[] a, int ao, int aCol, double[] b, int b0, int bRow, double[] c, int co) {
        double x0 = a[ao], x1 = a[ao + aCol], x2 = a[ao + 2 * aCol], x3 = a[ao + 3 * aCol];
        double x4 = a[ao + 4 * aCol], x5 = a[ao + 5 * aCol], x6 = a[ao + 6 * aCol], x7 = a[ao + 7 * aCol];
        int b1 = b0 + bRow, b2 = b1 + bRow, b3 = b2 + bRow, b4 = b3 + bRow, b5 = b4 + bRow, b6 = b5 + bRow, b7 = b6 + bRow;
        DoubleVector v0 = DoubleVector.broadcast(S, x0), v1 = DoubleVector.broadcast(S, x1);
        DoubleVector v2 = DoubleVector.broadcast(S, x2), v3 = DoubleVector.broadcast(S, x3);
        DoubleVector v4 = DoubleVector.broadcast(S, x4), v5 = DoubleVector.broadcast(S, x5);
        DoubleVector v6 = DoubleVector.broadcast(S, x6), v7 = DoubleVector.broadcast(S, x7);
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            DoubleVector y = v0.fma(DoubleVector.fromArray(S, b, b0 + j), DoubleVector.fromArray(S, c, co + j));
            y = v1.fma(DoubleVector.fromArray(S, b, b1 + j), y);
            y = v2.fma(DoubleVector.fromArray(S, b, b2 + j), y);
            y = v3.fma(DoubleVector.fromArray(S, b, b3 + j), y);
            y = v4.fma(DoubleVector.fromArray(S, b, b4 + j), y);
            y = v5.fma(DoubleVector.fromArray(S, b, b5 + j), y);
            y = v6.fma(DoubleVector.fromArray(S, b, b6 + j), y);
            v7.fma(DoubleVector.fromArray(S, b, b7 + j), y).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            double y = Math.fma(x1, b[b1 + j], Math.fma(x0, b[b0 + j], c[co + j]));
            y = Math.fma(x3, b[b3 + j], Math.fma(x2, b[b2 + j], y));
            y = Math.fma(x5, b[b5 + j], Math.fma(x4, b[b4 + j], y));
            c[co + j] = Math.fma(x7, b[b7 + j], Math.fma(x6, b[b6 + j], y));
        }
    }

    private static void row1(int n, double x, double[] b, int bo, double[] c, int co) {
        DoubleVector v = DoubleVector.broadcast(S, x);
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            v.fma(DoubleVector.fromArray(S, b, bo + j), DoubleVector.fromArray(S, c, co + j)).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            c[co + j] = Math.fma(x, b[bo + j], c[co + j]);
        }
    }

    @Override
    final void pack(int count, int k, double[] s, int so, int line, int step, int width, double[] d, int o) {
        for (int i = 0; i < count; i += width, o += width * k, so += width * line) {
            int lines = Math.min(width, count - i);
            if (line == 1 && lines == width && width == 2 * L) {
                copy(k, s, so, step, d, o);
            } else {
                interleave(lines, k, s, so, line, step, width, d, o);
            }
        }
    }

    private static void interleave(int lines, int k, double[] s, int so, int line, int step, int width,
            double[] d, int o) {
        int r = 0;
        for (; r + 8 <= lines; r += 8) {
            interleave8(k, s, so + r * line, line, step, width, d, o + r);
        }
        for (; r + 2 <= lines; r += 2) {
            interleave2(k, s, so + r * line, line, step, width, d, o + r);
        }
        for (; r < lines; r++) {
            for (int p = 0, x = so + r * line, y = o + r; p < k; p++, x += step, y += width) {
                d[y] = s[x];
            }
        }
        for (; r < width; r++) {
            for (int p = 0, y = o + r; p < k; p++, y += width) {
                d[y] = 0;
            }
        }
    }

    private static void interleave2(int k, double[] s, int s0, int line, int step, int width, double[] d, int o) {
        int s1 = s0 + line;
        for (int p = 0, q = 0; p < k; p++, q += step, o += width) {
            d[o] = s[s0 + q];
            d[o + 1] = s[s1 + q];
        }
    }

    private static void interleave8(int k, double[] s, int s0, int line, int step, int width, double[] d, int o) {
        int s1 = s0 + line;
        int s2 = s1 + line;
        int s3 = s2 + line;
        int s4 = s3 + line;
        int s5 = s4 + line;
        int s6 = s5 + line;
        int s7 = s6 + line;
        for (int p = 0, q = 0; p < k; p++, q += step, o += width) {
            d[o] = s[s0 + q];
            d[o + 1] = s[s1 + q];
            d[o + 2] = s[s2 + q];
            d[o + 3] = s[s3 + q];
            d[o + 4] = s[s4 + q];
            d[o + 5] = s[s5 + q];
            d[o + 6] = s[s6 + q];
            d[o + 7] = s[s7 + q];
        }
    }

    private static void copy(int k, double[] s, int so, int step, double[] d, int o) {
        for (int p = 0; p < k; p++, so += step, o += 2 * L) {
            DoubleVector.fromArray(S, s, so).intoArray(d, o);
            DoubleVector.fromArray(S, s, so + L).intoArray(d, o + L);
        }
    }

    @Override
    final long touch(int rows, int n, double[] s, int so, int row) {
        long x = 0;
        for (int r = 0; r < rows; r++, so += row) {
            for (int j = so, end = so + n - LINE; j < end; j += LINE) {
                x |= Double.doubleToRawLongBits(s[j]);
            }
            x |= Double.doubleToRawLongBits(s[so + n - 1]);
        }
        return x;
    }

    @Override
    final void unload(int rows, int columns, int width, double[] tile,
            double[] c, int co, int cRow, int cCol, boolean add) {
        for (int i = 0, o = co, s = 0; i < rows; i++, o += cRow, s += width) {
            if (add) {
                for (int j = 0; j < columns; j++) {
                    c[o + j * cCol] += tile[s + j];
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    c[o + j * cCol] = tile[s + j];
                }
            }
        }
    }
}
