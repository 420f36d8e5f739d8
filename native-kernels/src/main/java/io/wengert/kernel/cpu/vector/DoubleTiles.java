package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of convolution in double: filters by windows, and the weights' gradient.
 *
 * <p>Accumulators are named locals, as the compiler keeps arrays of vectors in memory. All that a loop's body holds fits
 * the registers in whatever order the compiler puts it.
 */
final class DoubleTiles {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();
    private static final boolean MANY_REGISTERS = S.vectorBitSize() >= 512;

    static final int FILTERS = MANY_REGISTERS ? 8 : 4;
    static final int WINDOWS = 2 * L;

    private static final ThreadLocal<double[]> TILE = ThreadLocal.withInitial(() -> new double[16 * L]);

    private DoubleTiles() {}

    static void convolve(double[] in, int at, int[] offsets, double[] weights, int w, double[] out, int o, int row) {
        if (MANY_REGISTERS) {
            eight(in, at, offsets, weights, w, out, o, row);
        } else {
            four(in, at, offsets, weights, w, out, o, row);
        }
    }

    private static void eight(double[] in, int at, int[] offsets, double[] weights, int w, double[] out, int o, int row) {
        DoubleVector c00 = DoubleVector.zero(S), c01 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S), c11 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S), c21 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S), c31 = DoubleVector.zero(S);
        DoubleVector c40 = DoubleVector.zero(S), c41 = DoubleVector.zero(S);
        DoubleVector c50 = DoubleVector.zero(S), c51 = DoubleVector.zero(S);
        DoubleVector c60 = DoubleVector.zero(S), c61 = DoubleVector.zero(S);
        DoubleVector c70 = DoubleVector.zero(S), c71 = DoubleVector.zero(S);
        for (int p = 0; p < offsets.length; p++, w += 8) {
            int q = at + offsets[p];
            DoubleVector x0 = DoubleVector.fromArray(S, in, q);
            DoubleVector x1 = DoubleVector.fromArray(S, in, q + L);
            DoubleVector y = DoubleVector.broadcast(S, weights[w]);
            c00 = y.fma(x0, c00);
            c01 = y.fma(x1, c01);
            y = DoubleVector.broadcast(S, weights[w + 1]);
            c10 = y.fma(x0, c10);
            c11 = y.fma(x1, c11);
            y = DoubleVector.broadcast(S, weights[w + 2]);
            c20 = y.fma(x0, c20);
            c21 = y.fma(x1, c21);
            y = DoubleVector.broadcast(S, weights[w + 3]);
            c30 = y.fma(x0, c30);
            c31 = y.fma(x1, c31);
            y = DoubleVector.broadcast(S, weights[w + 4]);
            c40 = y.fma(x0, c40);
            c41 = y.fma(x1, c41);
            y = DoubleVector.broadcast(S, weights[w + 5]);
            c50 = y.fma(x0, c50);
            c51 = y.fma(x1, c51);
            y = DoubleVector.broadcast(S, weights[w + 6]);
            c60 = y.fma(x0, c60);
            c61 = y.fma(x1, c61);
            y = DoubleVector.broadcast(S, weights[w + 7]);
            c70 = y.fma(x0, c70);
            c71 = y.fma(x1, c71);
        }
        c00.intoArray(out, o);
        c01.intoArray(out, o + L);
        c10.intoArray(out, o + row);
        c11.intoArray(out, o + row + L);
        c20.intoArray(out, o + 2 * row);
        c21.intoArray(out, o + 2 * row + L);
        c30.intoArray(out, o + 3 * row);
        c31.intoArray(out, o + 3 * row + L);
        c40.intoArray(out, o + 4 * row);
        c41.intoArray(out, o + 4 * row + L);
        c50.intoArray(out, o + 5 * row);
        c51.intoArray(out, o + 5 * row + L);
        c60.intoArray(out, o + 6 * row);
        c61.intoArray(out, o + 6 * row + L);
        c70.intoArray(out, o + 7 * row);
        c71.intoArray(out, o + 7 * row + L);
    }

    private static void four(double[] in, int at, int[] offsets, double[] weights, int w, double[] out, int o, int row) {
        DoubleVector c00 = DoubleVector.zero(S), c01 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S), c11 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S), c21 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S), c31 = DoubleVector.zero(S);
        for (int p = 0; p < offsets.length; p++, w += 4) {
            int q = at + offsets[p];
            DoubleVector x0 = DoubleVector.fromArray(S, in, q);
            DoubleVector x1 = DoubleVector.fromArray(S, in, q + L);
            DoubleVector y = DoubleVector.broadcast(S, weights[w]);
            c00 = y.fma(x0, c00);
            c01 = y.fma(x1, c01);
            y = DoubleVector.broadcast(S, weights[w + 1]);
            c10 = y.fma(x0, c10);
            c11 = y.fma(x1, c11);
            y = DoubleVector.broadcast(S, weights[w + 2]);
            c20 = y.fma(x0, c20);
            c21 = y.fma(x1, c21);
            y = DoubleVector.broadcast(S, weights[w + 3]);
            c30 = y.fma(x0, c30);
            c31 = y.fma(x1, c31);
        }
        c00.intoArray(out, o);
        c01.intoArray(out, o + L);
        c10.intoArray(out, o + row);
        c11.intoArray(out, o + row + L);
        c20.intoArray(out, o + 2 * row);
        c21.intoArray(out, o + 2 * row + L);
        c30.intoArray(out, o + 3 * row);
        c31.intoArray(out, o + 3 * row + L);
    }

    /** Four filters side by side, vector by vector, so that one index reaches all. */
    static void four(int n, int rows, double[] out, int o, int plane, double[] to, int t) {
        for (int r = 0; r < 4; r++) {
            int from = o + Math.min(r, rows - 1) * plane;
            for (int f = 0; f < n; f += L) {
                DoubleVector.fromArray(S, out, from + f).intoArray(to, t + 4 * f + r * L);
            }
        }
    }

    static void correlate(int n, int rows, int columns, double[] four, int o, double[] in, int at,
            int[] offsets, int first, double[] sums, int s, int row) {
        double[] tile = TILE.get();
        if (MANY_REGISTERS) {
            fourByFour(n, columns, four, o, in, at, offsets, first, tile);
            add(Math.min(4, rows), columns, tile, sums, s, row);
        } else {
            for (int r = 0; r < rows; r += 2) {
                twoByFour(n, columns, four, o + r * L, in, at, offsets, first, tile);
                add(Math.min(2, rows - r), columns, tile, sums, s + r * row, row);
            }
        }
    }

    private static void add(int rows, int columns, double[] tile, double[] sums, int s, int row) {
        for (int r = 0; r < rows; r++) {
            DoubleSums.fold(tile, 4 * L * r);
            for (int j = 0; j < columns; j++) {
                sums[s + r * row + j] += tile[4 * L * r + DoubleSums.lane(j)];
            }
        }
    }

    private static void fourByFour(int n, int columns, double[] four, int o, double[] in, int at,
            int[] offsets, int first, double[] tile) {
        int q = at + offsets[first];
        int q1 = at + offsets[first + Math.min(1, columns - 1)];
        int q2 = at + offsets[first + Math.min(2, columns - 1)];
        int q3 = at + offsets[first + Math.min(3, columns - 1)];
        DoubleVector c00 = DoubleVector.zero(S), c01 = DoubleVector.zero(S);
        DoubleVector c02 = DoubleVector.zero(S), c03 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S), c11 = DoubleVector.zero(S);
        DoubleVector c12 = DoubleVector.zero(S), c13 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S), c21 = DoubleVector.zero(S);
        DoubleVector c22 = DoubleVector.zero(S), c23 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S), c31 = DoubleVector.zero(S);
        DoubleVector c32 = DoubleVector.zero(S), c33 = DoubleVector.zero(S);
        for (int f = 0; f < n; f += L) {
            int y = o + 4 * f;
            DoubleVector y0 = DoubleVector.fromArray(S, four, y);
            DoubleVector y1 = DoubleVector.fromArray(S, four, y + L);
            DoubleVector y2 = DoubleVector.fromArray(S, four, y + 2 * L);
            DoubleVector y3 = DoubleVector.fromArray(S, four, y + 3 * L);
            DoubleVector x = DoubleVector.fromArray(S, in, q + f);
            c00 = x.fma(y0, c00);
            c10 = x.fma(y1, c10);
            c20 = x.fma(y2, c20);
            c30 = x.fma(y3, c30);
            x = DoubleVector.fromArray(S, in, q1 + f);
            c01 = x.fma(y0, c01);
            c11 = x.fma(y1, c11);
            c21 = x.fma(y2, c21);
            c31 = x.fma(y3, c31);
            x = DoubleVector.fromArray(S, in, q2 + f);
            c02 = x.fma(y0, c02);
            c12 = x.fma(y1, c12);
            c22 = x.fma(y2, c22);
            c32 = x.fma(y3, c32);
            x = DoubleVector.fromArray(S, in, q3 + f);
            c03 = x.fma(y0, c03);
            c13 = x.fma(y1, c13);
            c23 = x.fma(y2, c23);
            c33 = x.fma(y3, c33);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, L);
        c02.intoArray(tile, 2 * L);
        c03.intoArray(tile, 3 * L);
        c10.intoArray(tile, 4 * L);
        c11.intoArray(tile, 5 * L);
        c12.intoArray(tile, 6 * L);
        c13.intoArray(tile, 7 * L);
        c20.intoArray(tile, 8 * L);
        c21.intoArray(tile, 9 * L);
        c22.intoArray(tile, 10 * L);
        c23.intoArray(tile, 11 * L);
        c30.intoArray(tile, 12 * L);
        c31.intoArray(tile, 13 * L);
        c32.intoArray(tile, 14 * L);
        c33.intoArray(tile, 15 * L);
    }

    private static void twoByFour(int n, int columns, double[] four, int o, double[] in, int at,
            int[] offsets, int first, double[] tile) {
        int q = at + offsets[first];
        int q1 = at + offsets[first + Math.min(1, columns - 1)];
        int q2 = at + offsets[first + Math.min(2, columns - 1)];
        int q3 = at + offsets[first + Math.min(3, columns - 1)];
        DoubleVector c00 = DoubleVector.zero(S), c01 = DoubleVector.zero(S);
        DoubleVector c02 = DoubleVector.zero(S), c03 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S), c11 = DoubleVector.zero(S);
        DoubleVector c12 = DoubleVector.zero(S), c13 = DoubleVector.zero(S);
        for (int f = 0; f < n; f += L) {
            int y = o + 4 * f;
            DoubleVector y0 = DoubleVector.fromArray(S, four, y);
            DoubleVector y1 = DoubleVector.fromArray(S, four, y + L);
            DoubleVector x = DoubleVector.fromArray(S, in, q + f);
            c00 = x.fma(y0, c00);
            c10 = x.fma(y1, c10);
            x = DoubleVector.fromArray(S, in, q1 + f);
            c01 = x.fma(y0, c01);
            c11 = x.fma(y1, c11);
            x = DoubleVector.fromArray(S, in, q2 + f);
            c02 = x.fma(y0, c02);
            c12 = x.fma(y1, c12);
            x = DoubleVector.fromArray(S, in, q3 + f);
            c03 = x.fma(y0, c03);
            c13 = x.fma(y1, c13);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, L);
        c02.intoArray(tile, 2 * L);
        c03.intoArray(tile, 3 * L);
        c10.intoArray(tile, 4 * L);
        c11.intoArray(tile, 5 * L);
        c12.intoArray(tile, 6 * L);
        c13.intoArray(tile, 7 * L);
    }
}
