package io.wengert.kernel.cpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The part of double matrix multiplication that is the same for every register tile: packing, dot products, rows. */
abstract class DoubleGemm extends TiledGemm<double[]> {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();

    // Where the sums of four vectors are, once they are folded: the distance of pairs, and of the two of a pair.
    private static final int PAIR = L >= 4 ? L / 4 : 2;
    private static final int ODD = L >= 4 ? L / 2 : 1;

    private static final VectorShuffle<Double> HALF = neighbours(L / 2);
    private static final VectorShuffle<Double> QUARTER = neighbours(L / 4);
    private static final VectorShuffle<Double> EIGHTH = neighbours(L / 8);
    private static final VectorShuffle<Double> SIXTEENTH = neighbours(L / 16);
    private static final VectorMask<Double> IN_HALF = lanesWith(L / 2);
    private static final VectorMask<Double> IN_QUARTER = lanesWith(L / 4);

    DoubleGemm(int tileRows) { super(L, Double.BYTES, tileRows); }

    private static VectorShuffle<Double> neighbours(int distance) {
        return VectorShuffle.fromOp(S, lane -> lane ^ distance);
    }

    private static VectorMask<Double> lanesWith(int bit) {
        boolean[] set = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            set[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, set, 0);
    }

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
    final void dots(int columns, int k, double[] a, int ao, double[] b, int bo, int bCol, double[] tile,
            boolean add, double[] c, int co) {
        int b1 = bo + Math.min(1, columns - 1) * bCol;
        int b2 = bo + Math.min(2, columns - 1) * bCol;
        int b3 = bo + (columns - 1) * bCol;
        DoubleVector c0 = DoubleVector.zero(S);
        DoubleVector c1 = DoubleVector.zero(S);
        DoubleVector c2 = DoubleVector.zero(S);
        DoubleVector c3 = DoubleVector.zero(S);
        int end = k / L * L;
        for (int p = 0; p < end; p += L) {
            DoubleVector x = DoubleVector.fromArray(S, a, ao + p);
            c0 = x.fma(DoubleVector.fromArray(S, b, bo + p), c0);
            c1 = x.fma(DoubleVector.fromArray(S, b, b1 + p), c1);
            c2 = x.fma(DoubleVector.fromArray(S, b, b2 + p), c2);
            c3 = x.fma(DoubleVector.fromArray(S, b, b3 + p), c3);
        }
        c0.intoArray(tile, 0);
        c1.intoArray(tile, L);
        c2.intoArray(tile, 2 * L);
        c3.intoArray(tile, 3 * L);
        sums(tile, 0);
        for (int j = 0; j < columns; j++) {
            double sum = tile[(j >> 1) * PAIR + (j & 1) * ODD];
            c[co + j] = (add ? c[co + j] : 0) + tail(sum, k - end, a, ao + end, b, bo + j * bCol + end);
        }
    }

    /** Replaces four vectors in the tile by the sums of their lanes: each round halves the vectors. */
    private static void sums(double[] tile, int o) {
        DoubleVector x = DoubleVector.fromArray(S, tile, o);
        DoubleVector y = DoubleVector.fromArray(S, tile, o + L);
        DoubleVector z = DoubleVector.fromArray(S, tile, o + 2 * L);
        DoubleVector w = DoubleVector.fromArray(S, tile, o + 3 * L);
        if (L >= 4) {
            x = fold(fold(x, y, HALF, IN_HALF), fold(z, w, HALF, IN_HALF), QUARTER, IN_QUARTER);
            x = L >= 8 ? x.add(x.rearrange(EIGHTH)) : x;
            x = L >= 16 ? x.add(x.rearrange(SIXTEENTH)) : x;
            x.intoArray(tile, o);
        } else {
            tile[o] = LaneSums.sum(x);
            tile[o + ODD] = LaneSums.sum(y);
            tile[o + PAIR] = LaneSums.sum(z);
            tile[o + PAIR + ODD] = LaneSums.sum(w);
        }
    }

    private static double tail(double sum, int k, double[] a, int ao, double[] b, int bo) {
        for (int p = 0; p < k; p++) {
            sum = Math.fma(a[ao + p], b[bo + p], sum);
        }
        return sum;
    }

    /** Adds neighbours at a power-of-two distance: those of x where the mask is clear, of y where it is set. */
    private static DoubleVector fold(DoubleVector x, DoubleVector y,
            VectorShuffle<Double> distance, VectorMask<Double> mask) {
        return x.blend(y, mask).add(y.blend(x, mask).rearrange(distance));
    }

    @Override
    final void row(int n, int k, double[] a, int ao, int aCol, double[] b, int bo, int bRow, double[] c, int co) {
        int p = 0;
        for (; p + 4 <= k; p += 4, ao += 4 * aCol, bo += 4 * bRow) {
            row4(n, a[ao], a[ao + aCol], a[ao + 2 * aCol], a[ao + 3 * aCol], b, bo, bRow, c, co);
        }
        for (; p < k; p++, ao += aCol, bo += bRow) {
            row1(n, a[ao], b, bo, c, co);
        }
    }

    private static void row4(int n, double x0, double x1, double x2, double x3,
            double[] b, int b0, int bRow, double[] c, int co) {
        DoubleVector v0 = DoubleVector.broadcast(S, x0), v1 = DoubleVector.broadcast(S, x1);
        DoubleVector v2 = DoubleVector.broadcast(S, x2), v3 = DoubleVector.broadcast(S, x3);
        int b1 = b0 + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            DoubleVector y = v0.fma(DoubleVector.fromArray(S, b, b0 + j), DoubleVector.fromArray(S, c, co + j));
            y = v1.fma(DoubleVector.fromArray(S, b, b1 + j), y);
            y = v2.fma(DoubleVector.fromArray(S, b, b2 + j), y);
            v3.fma(DoubleVector.fromArray(S, b, b3 + j), y).intoArray(c, co + j);
        }
        for (int j = end; j < n; j++) {
            double y = Math.fma(x1, b[b1 + j], Math.fma(x0, b[b0 + j], c[co + j]));
            c[co + j] = Math.fma(x3, b[b3 + j], Math.fma(x2, b[b2 + j], y));
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
    final void pack(int count, int k, double[] s, int so, int line, int step, int width, double[] d, int to) {
        for (int i = 0, o = to; i < count; i += width, o += width * k, so += width * line) {
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
        if (step == 1) {
            for (; r + 8 <= lines; r += 8) {
                interleave8(k, s, so + r * line, line, width, d, o + r);
            }
        }
        for (; r + 4 <= lines; r += 4) {
            interleave4(k, s, so + r * line, line, step, width, d, o + r);
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

    private static void interleave4(int k, double[] s, int s0, int line, int step, int width, double[] d, int o) {
        int s1 = s0 + line;
        int s2 = s1 + line;
        int s3 = s2 + line;
        for (int p = 0, q = 0; p < k; p++, q += step, o += width) {
            d[o] = s[s0 + q];
            d[o + 1] = s[s1 + q];
            d[o + 2] = s[s2 + q];
            d[o + 3] = s[s3 + q];
        }
    }

    /** Eight contiguous lines: with a constant step the compiler checks their bounds once. */
    private static void interleave8(int k, double[] s, int s0, int line, int width, double[] d, int o) {
        int s1 = s0 + line;
        int s2 = s1 + line;
        int s3 = s2 + line;
        int s4 = s3 + line;
        int s5 = s4 + line;
        int s6 = s5 + line;
        int s7 = s6 + line;
        for (int p = 0; p < k; p++, o += width) {
            d[o] = s[s0 + p];
            d[o + 1] = s[s1 + p];
            d[o + 2] = s[s2 + p];
            d[o + 3] = s[s3 + p];
            d[o + 4] = s[s4 + p];
            d[o + 5] = s[s5 + p];
            d[o + 6] = s[s6 + p];
            d[o + 7] = s[s7 + p];
        }
    }

    private static void copy(int k, double[] s, int so, int step, double[] d, int o) {
        for (int p = 0; p < k; p++, so += step, o += 2 * L) {
            DoubleVector.fromArray(S, s, so).intoArray(d, o);
            DoubleVector.fromArray(S, s, so + L).intoArray(d, o + L);
        }
    }

    @Override
    final void copy(int rows, int columns, double[] from, int fo, int fRow, int fCol,
            double[] to, int o, int row, int col) {
        for (int i = 0; i < rows; i++, fo += fRow, o += row) {
            if (fCol == 1 && col == 1) {
                System.arraycopy(from, fo, to, o, columns);
            } else {
                for (int j = 0; j < columns; j++) {
                    to[o + j * col] = from[fo + j * fCol];
                }
            }
        }
    }
}
