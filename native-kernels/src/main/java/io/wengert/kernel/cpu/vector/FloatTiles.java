package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of convolution in float: filters by windows, and the weights' gradient.
 *
 * <p>Accumulators are named locals, as the compiler keeps arrays of vectors in memory. All that a loop's body holds fits
 * the registers in whatever order the compiler puts it.
 */
final class FloatTiles {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();
    private static final boolean MANY_REGISTERS = S.vectorBitSize() >= 512;

    static final int FILTERS = MANY_REGISTERS ? 8 : 4;
    static final int WINDOWS = 2 * L;

    private static final ThreadLocal<float[]> TILE = ThreadLocal.withInitial(() -> new float[16 * L]);

    private FloatTiles() {}

    static void convolve(float[] in, int at, int[] offsets, float[] weights, int w, float[] out, int o, int row) {
        if (MANY_REGISTERS) {
            eight(in, at, offsets, weights, w, out, o, row);
        } else {
            four(in, at, offsets, weights, w, out, o, row);
        }
    }

    private static void eight(float[] in, int at, int[] offsets, float[] weights, int w, float[] out, int o, int row) {
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S), c41 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S), c51 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S), c61 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S), c71 = FloatVector.zero(S);
        for (int p = 0; p < offsets.length; p++, w += 8) {
            int q = at + offsets[p];
            FloatVector x0 = FloatVector.fromArray(S, in, q);
            FloatVector x1 = FloatVector.fromArray(S, in, q + L);
            FloatVector y = FloatVector.broadcast(S, weights[w]);
            c00 = y.fma(x0, c00);
            c01 = y.fma(x1, c01);
            y = FloatVector.broadcast(S, weights[w + 1]);
            c10 = y.fma(x0, c10);
            c11 = y.fma(x1, c11);
            y = FloatVector.broadcast(S, weights[w + 2]);
            c20 = y.fma(x0, c20);
            c21 = y.fma(x1, c21);
            y = FloatVector.broadcast(S, weights[w + 3]);
            c30 = y.fma(x0, c30);
            c31 = y.fma(x1, c31);
            y = FloatVector.broadcast(S, weights[w + 4]);
            c40 = y.fma(x0, c40);
            c41 = y.fma(x1, c41);
            y = FloatVector.broadcast(S, weights[w + 5]);
            c50 = y.fma(x0, c50);
            c51 = y.fma(x1, c51);
            y = FloatVector.broadcast(S, weights[w + 6]);
            c60 = y.fma(x0, c60);
            c61 = y.fma(x1, c61);
            y = FloatVector.broadcast(S, weights[w + 7]);
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

    private static void four(float[] in, int at, int[] offsets, float[] weights, int w, float[] out, int o, int row) {
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
        for (int p = 0; p < offsets.length; p++, w += 4) {
            int q = at + offsets[p];
            FloatVector x0 = FloatVector.fromArray(S, in, q);
            FloatVector x1 = FloatVector.fromArray(S, in, q + L);
            FloatVector y = FloatVector.broadcast(S, weights[w]);
            c00 = y.fma(x0, c00);
            c01 = y.fma(x1, c01);
            y = FloatVector.broadcast(S, weights[w + 1]);
            c10 = y.fma(x0, c10);
            c11 = y.fma(x1, c11);
            y = FloatVector.broadcast(S, weights[w + 2]);
            c20 = y.fma(x0, c20);
            c21 = y.fma(x1, c21);
            y = FloatVector.broadcast(S, weights[w + 3]);
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
    static void four(int n, int rows, float[] out, int o, int plane, float[] to, int t) {
        for (int r = 0; r < 4; r++) {
            int from = o + Math.min(r, rows - 1) * plane;
            for (int f = 0; f < n; f += L) {
                FloatVector.fromArray(S, out, from + f).intoArray(to, t + 4 * f + r * L);
            }
        }
    }

    static void correlate(int runs, int step, int n, int rows, int columns, float[] four, int o, float[] in, int at,
            int[] offsets, int first, float[] sums, int s, int row) {
        float[] tile = TILE.get();
        if (MANY_REGISTERS) {
            fourByFour(runs, step, n, columns, four, o, in, at, offsets, first, tile);
            add(Math.min(4, rows), columns, tile, sums, s, row);
        } else {
            for (int r = 0; r < rows; r += 2) {
                twoByFour(runs, step, n, columns, four, o + r * L, in, at, offsets, first, tile);
                add(Math.min(2, rows - r), columns, tile, sums, s + r * row, row);
            }
        }
    }

    private static void add(int rows, int columns, float[] tile, float[] sums, int s, int row) {
        for (int r = 0; r < rows; r++) {
            FloatSums.fold(tile, 4 * L * r);
            for (int j = 0; j < columns; j++) {
                sums[s + r * row + j] += tile[4 * L * r + FloatSums.lane(j)];
            }
        }
    }

    private static void fourByFour(int runs, int step, int n, int columns, float[] four, int o,
            float[] in, int at, int[] offsets, int first, float[] tile) {
        int q = at + offsets[first];
        int q1 = at + offsets[first + Math.min(1, columns - 1)];
        int q2 = at + offsets[first + Math.min(2, columns - 1)];
        int q3 = at + offsets[first + Math.min(3, columns - 1)];
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S), c03 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S), c13 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S), c23 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S), c33 = FloatVector.zero(S);
        // One loop: of two, one within the other, the compiler would make objects of the vectors.
        int f = 0;
        int end = n;
        for (int y = o; y < o + 4 * runs * n; y += 4 * L) {
            FloatVector y0 = FloatVector.fromArray(S, four, y);
            FloatVector y1 = FloatVector.fromArray(S, four, y + L);
            FloatVector y2 = FloatVector.fromArray(S, four, y + 2 * L);
            FloatVector y3 = FloatVector.fromArray(S, four, y + 3 * L);
            FloatVector x = FloatVector.fromArray(S, in, q + f);
            c00 = x.fma(y0, c00);
            c10 = x.fma(y1, c10);
            c20 = x.fma(y2, c20);
            c30 = x.fma(y3, c30);
            x = FloatVector.fromArray(S, in, q1 + f);
            c01 = x.fma(y0, c01);
            c11 = x.fma(y1, c11);
            c21 = x.fma(y2, c21);
            c31 = x.fma(y3, c31);
            x = FloatVector.fromArray(S, in, q2 + f);
            c02 = x.fma(y0, c02);
            c12 = x.fma(y1, c12);
            c22 = x.fma(y2, c22);
            c32 = x.fma(y3, c32);
            x = FloatVector.fromArray(S, in, q3 + f);
            c03 = x.fma(y0, c03);
            c13 = x.fma(y1, c13);
            c23 = x.fma(y2, c23);
            c33 = x.fma(y3, c33);
            f += L;
            if (f == end) {
                f += step - n;
                end += step;
            }
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

    private static void twoByFour(int runs, int step, int n, int columns, float[] four, int o,
            float[] in, int at, int[] offsets, int first, float[] tile) {
        int q = at + offsets[first];
        int q1 = at + offsets[first + Math.min(1, columns - 1)];
        int q2 = at + offsets[first + Math.min(2, columns - 1)];
        int q3 = at + offsets[first + Math.min(3, columns - 1)];
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S), c03 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S), c13 = FloatVector.zero(S);
        // One loop: of two, one within the other, the compiler would make objects of the vectors.
        int f = 0;
        int end = n;
        for (int y = o; y < o + 4 * runs * n; y += 4 * L) {
            FloatVector y0 = FloatVector.fromArray(S, four, y);
            FloatVector y1 = FloatVector.fromArray(S, four, y + L);
            FloatVector x = FloatVector.fromArray(S, in, q + f);
            c00 = x.fma(y0, c00);
            c10 = x.fma(y1, c10);
            x = FloatVector.fromArray(S, in, q1 + f);
            c01 = x.fma(y0, c01);
            c11 = x.fma(y1, c11);
            x = FloatVector.fromArray(S, in, q2 + f);
            c02 = x.fma(y0, c02);
            c12 = x.fma(y1, c12);
            x = FloatVector.fromArray(S, in, q3 + f);
            c03 = x.fma(y0, c03);
            c13 = x.fma(y1, c13);
            f += L;
            if (f == end) {
                f += step - n;
                end += step;
            }
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
