package io.wengert.kernel.cpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The part of float matrix multiplication that is the same for every register tile: packing, dot products, rows. */
abstract class FloatGemm extends TiledGemm<float[]> {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();
    /** Elements of a cache line. */
    private static final int LINE = 64 / Float.BYTES;
    /** Elements of each line that are copied before the next panel's: more, and the processor foresees none of the lines. */
    private static final int COPIED = 16;

    FloatGemm(int tileRows, int tallRows) { super(L, Float.BYTES, tileRows, tallRows); }

    @Override
    final float[] allocate(int length) { return new float[length]; }

    @Override
    final int length(float[] array) { return array.length; }

    @Override
    public final void clear(int m, int n, float[] c, int c0, int cRow) {
        for (int i = 0, o = c0; i < m; i++, o += cRow) {
            Arrays.fill(c, o, o + n, 0);
        }
    }

    @Override
    public final void addRow(int m, int n, float[] row, int r0, float[] c, int c0, int cRow) {
        for (int i = 0, o = c0; i < m; i++, o += cRow) {
            addRow(n, row, r0, c, o);
        }
    }

    private static void addRow(int n, float[] row, int r0, float[] c, int co) {
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            FloatVector.fromArray(S, c, co + j).add(FloatVector.fromArray(S, row, r0 + j)).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            c[co + j] += row[r0 + j];
        }
    }

    @Override
    final void dots(int rows, int columns, int k, float[] a, int ao, int aRow, float[] b, int bo, int bCol,
            float[] tile, float[] c, int co, int cRow) {
        int a1 = ao + (rows - 1) * aRow;
        int b1 = bo + Math.min(1, columns - 1) * bCol;
        int b2 = bo + Math.min(2, columns - 1) * bCol;
        int b3 = bo + (columns - 1) * bCol;
        FloatVector c00 = FloatVector.zero(S), c01 = c00, c02 = c00, c03 = c00;
        FloatVector c10 = c00, c11 = c00, c12 = c00, c13 = c00;
        int end = S.loopBound(k);
        for (int p = 0; p < end; p += L) {
            FloatVector x0 = FloatVector.fromArray(S, a, ao + p);
            FloatVector x1 = FloatVector.fromArray(S, a, a1 + p);
            FloatVector y = FloatVector.fromArray(S, b, bo + p);
            c00 = x0.fma(y, c00);
            c10 = x1.fma(y, c10);
            y = FloatVector.fromArray(S, b, b1 + p);
            c01 = x0.fma(y, c01);
            c11 = x1.fma(y, c11);
            y = FloatVector.fromArray(S, b, b2 + p);
            c02 = x0.fma(y, c02);
            c12 = x1.fma(y, c12);
            y = FloatVector.fromArray(S, b, b3 + p);
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
    private static void finish(int rows, int columns, int k, float[] a, int ao, int aRow, float[] b, int bo, int bCol,
            float[] tile, float[] c, int co, int cRow) {
        for (int i = 0; i < rows; i++) {
            FloatSums.fold(tile, 4 * L * i);
            for (int j = 0; j < columns; j++) {
                float sum = tile[4 * L * i + FloatSums.lane(j)];
                c[co + i * cRow + j] = tail(sum, k, a, ao + i * aRow, b, bo + j * bCol);
            }
        }
    }

    private static float tail(float sum, int k, float[] a, int ao, float[] b, int bo) {
        for (int p = 0; p < k; p++) {
            sum = Math.fma(a[ao + p], b[bo + p], sum);
        }
        return sum;
    }

    @Override
    final void rowDots(int columns, int k, float[] a, int ao, float[] b, int bo, int bCol, float[] tile, float[] c, int co) {
        int last = columns - 1;
        int b1 = bo + Math.min(1, last) * bCol;
        int b2 = bo + Math.min(2, last) * bCol;
        int b3 = bo + Math.min(3, last) * bCol;
        int b4 = bo + Math.min(4, last) * bCol;
        int b5 = bo + Math.min(5, last) * bCol;
        int b6 = bo + Math.min(6, last) * bCol;
        int b7 = bo + last * bCol;
        FloatVector c0 = FloatVector.zero(S), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        int end = S.loopBound(k);
        for (int p = 0; p < end; p += L) {
            FloatVector x = FloatVector.fromArray(S, a, ao + p);
            c0 = x.fma(FloatVector.fromArray(S, b, bo + p), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, b1 + p), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, b2 + p), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, b3 + p), c3);
            c4 = x.fma(FloatVector.fromArray(S, b, b4 + p), c4);
            c5 = x.fma(FloatVector.fromArray(S, b, b5 + p), c5);
            c6 = x.fma(FloatVector.fromArray(S, b, b6 + p), c6);
            c7 = x.fma(FloatVector.fromArray(S, b, b7 + p), c7);
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
    private static void finishRow(int columns, int k, float[] a, int ao, float[] b, int bo, int bCol,
            float[] tile, float[] c, int co) {
        FloatSums.fold(tile, 0);
        FloatSums.fold(tile, 4 * L);
        for (int j = 0; j < columns; j++) {
            float sum = tile[(j & 4) * L + FloatSums.lane(j & 3)];
            c[co + j] = k == 0 ? sum : tail(sum, k, a, ao, b, bo + j * bCol);
        }
    }

    @Override
    final void row(int n, int k, float[] a, int ao, int aCol, float[] b, int bo, int bRow, float[] c, int co) {
        int p = 0;
        for (; p + 8 <= k; p += 8, ao += 8 * aCol, bo += 8 * bRow) {
            row8(n, a, ao, aCol, b, bo, bRow, c, co);
        }
        for (; p < k; p++, ao += aCol, bo += bRow) {
            row1(n, a[ao], b, bo, c, co);
        }
    }

    private static void row8(int n, float[] a, int ao, int aCol, float[] b, int b0, int bRow, float[] c, int co) {
        float x0 = a[ao], x1 = a[ao + aCol], x2 = a[ao + 2 * aCol], x3 = a[ao + 3 * aCol];
        float x4 = a[ao + 4 * aCol], x5 = a[ao + 5 * aCol], x6 = a[ao + 6 * aCol], x7 = a[ao + 7 * aCol];
        int b1 = b0 + bRow, b2 = b1 + bRow, b3 = b2 + bRow, b4 = b3 + bRow, b5 = b4 + bRow, b6 = b5 + bRow, b7 = b6 + bRow;
        FloatVector v0 = FloatVector.broadcast(S, x0), v1 = FloatVector.broadcast(S, x1);
        FloatVector v2 = FloatVector.broadcast(S, x2), v3 = FloatVector.broadcast(S, x3);
        FloatVector v4 = FloatVector.broadcast(S, x4), v5 = FloatVector.broadcast(S, x5);
        FloatVector v6 = FloatVector.broadcast(S, x6), v7 = FloatVector.broadcast(S, x7);
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            FloatVector y = v0.fma(FloatVector.fromArray(S, b, b0 + j), FloatVector.fromArray(S, c, co + j));
            y = v1.fma(FloatVector.fromArray(S, b, b1 + j), y);
            y = v2.fma(FloatVector.fromArray(S, b, b2 + j), y);
            y = v3.fma(FloatVector.fromArray(S, b, b3 + j), y);
            y = v4.fma(FloatVector.fromArray(S, b, b4 + j), y);
            y = v5.fma(FloatVector.fromArray(S, b, b5 + j), y);
            y = v6.fma(FloatVector.fromArray(S, b, b6 + j), y);
            v7.fma(FloatVector.fromArray(S, b, b7 + j), y).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            float y = Math.fma(x1, b[b1 + j], Math.fma(x0, b[b0 + j], c[co + j]));
            y = Math.fma(x3, b[b3 + j], Math.fma(x2, b[b2 + j], y));
            y = Math.fma(x5, b[b5 + j], Math.fma(x4, b[b4 + j], y));
            c[co + j] = Math.fma(x7, b[b7 + j], Math.fma(x6, b[b6 + j], y));
        }
    }

    private static void row1(int n, float x, float[] b, int bo, float[] c, int co) {
        FloatVector v = FloatVector.broadcast(S, x);
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            v.fma(FloatVector.fromArray(S, b, bo + j), FloatVector.fromArray(S, c, co + j)).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            c[co + j] = Math.fma(x, b[bo + j], c[co + j]);
        }
    }

    @Override
    final void pack(int count, int k, float[] s, int so, int line, int step, int width, float[] d, int o) {
        int done = line == 1 && (width == 2 * L || width <= L) ? copies(count, k, s, so, step, width, d, o) : 0;
        for (int i = done; i < count; i += width) {
            int lines = Math.min(width, count - i);
            if (FloatTranspose.FITS && step == 1 && lines == width && width >= 8 && k >= L) {
                transpose(k, s, so + i * line, line, width, d, o + i * k);
            } else {
                interleave(lines, k, s, so + i * line, line, step, width, d, o + i * k);
            }
        }
    }

    /** Packs the full panels of lines that lie side by side, some elements of all at a time; returns how many lines. */
    private static int copies(int count, int k, float[] s, int so, int step, int width, float[] d, int o) {
        int lines = count - count % width;
        for (int p = 0; p < k; p += COPIED) {
            int n = Math.min(COPIED, k - p);
            for (int i = 0; i < lines; i += width) {
                if (width > L) {
                    copy(n, s, so + p * step + i, step, d, o + i * k + p * width);
                } else {
                    copyParts(n, s, so + p * step + i, step, width, d, o + i * k + p * width);
                }
            }
        }
        return lines;
    }

    /** Parts of vectors: each writes what the next one overwrites, the last one nothing more. */
    private static void copyParts(int k, float[] s, int so, int step, int width, float[] d, int o) {
        int last = o + (k - 1) * width;
        for (; o < last; o += width, so += step) {
            if (so + L <= s.length) {
                FloatVector.fromArray(S, s, so).intoArray(d, o);
            } else {
                System.arraycopy(s, so, d, o, width);
            }
        }
        System.arraycopy(s, so, d, o, width);
    }

    private static void transpose(int k, float[] s, int so, int line, int width, float[] d, int o) {
        if (width == 8) {
            for (int p = 0; p < k; p += L) {
                int q = Math.min(p, k - L);
                FloatTranspose.eight(s, so + q, line, d, o + q * width);
            }
            return;
        }
        FloatTranspose.lines(k, s, so, line, Math.min(width, L), d, o, width);
        if (width > L) {
            FloatTranspose.lines(k, s, so + L * line, line, width - L, d, o + L, width);
        }
    }

    private static void interleave(int lines, int k, float[] s, int so, int line, int step, int width,
            float[] d, int o) {
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

    private static void interleave2(int k, float[] s, int s0, int line, int step, int width, float[] d, int o) {
        int s1 = s0 + line;
        for (int p = 0, q = 0; p < k; p++, q += step, o += width) {
            d[o] = s[s0 + q];
            d[o + 1] = s[s1 + q];
        }
    }

    private static void interleave8(int k, float[] s, int s0, int line, int step, int width, float[] d, int o) {
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

    private static void copy(int k, float[] s, int so, int step, float[] d, int o) {
        for (int p = 0; p < k; p++, so += step, o += 2 * L) {
            FloatVector.fromArray(S, s, so).intoArray(d, o);
            FloatVector.fromArray(S, s, so + L).intoArray(d, o + L);
        }
    }

    @Override
    final long touch(int rows, int n, float[] s, int so, int row) {
        int x = 0;
        for (int r = 0; r < rows; r++, so += row) {
            for (int j = so, end = so + n - LINE; j < end; j += LINE) {
                x |= Float.floatToRawIntBits(s[j]);
            }
            x |= Float.floatToRawIntBits(s[so + n - 1]);
        }
        return x;
    }

    @Override
    final void unload(int rows, int columns, int width, float[] tile,
            float[] c, int co, int cRow, int cCol, boolean add) {
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
