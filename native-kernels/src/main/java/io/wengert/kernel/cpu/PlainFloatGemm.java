package io.wengert.kernel.cpu;

import static io.wengert.kernel.cpu.MultiplyAdd.multiplyAdd;

import java.util.Arrays;

/**
 * Matrix multiplication of float in plain Java, shaped so that the compiler turns its inner loops into vector code:
 * rows of B and C are copied to arrays of their own, as only loops over the same index of whole arrays vectorise.
 */
final class PlainFloatGemm implements GemmKernel<float[]> {

    private static final int DEPTH = 256;
    private static final int WIDTH = 512;
    private static final int ROWS = 4;

    private final ThreadLocal<Rows> rows = ThreadLocal.withInitial(Rows::new);

    /** One thread's copies of a block of B and of some rows of C. */
    private static final class Rows {
        final float[][] b = new float[DEPTH][];
        final float[][] c = new float[ROWS][WIDTH];
    }

    @Override
    public int rowStep() { return ROWS; }

    @Override
    public int columnStep() { return 32; }

    @Override
    public long parallelWork() { return 1 << 17; }

    @Override
    public void clear(int m, int n, float[] c, int c0, int cRow) {
        for (int i = 0, o = c0; i < m; i++, o += cRow) {
            Arrays.fill(c, o, o + n, 0);
        }
    }

    @Override
    public void addRow(int m, int n, float[] row, int r0, float[] c, int c0, int cRow) {
        for (int i = 0, o = c0; i < m; i++, o += cRow) {
            for (int j = 0; j < n; j++) {
                c[o + j] += row[r0 + j];
            }
        }
    }

    @Override
    public void multiply(GemmShape whole, GemmShape s, float[] a, int a0, float[] b, int b0, float[] c, int c0) {
        if (whole.m() == 1 && s.bRow() == 1 && s.k() > 1) {
            for (int j = 0; j < s.n(); j++) {
                c[c0 + j] = dot(s.k(), a, a0, s.aCol(), b, b0 + j * s.bCol());
            }
            return;
        }
        product(s, a, a0, b, b0, c, c0, false);
    }

    @Override
    public void multiplyJoined(GemmShape s, int items, float[] a, int a0, int aItem, float[] b, int b0, int bItem,
            float[] c, int c0) {
        for (int q = 0; q < items; q++) {
            product(s, a, a0 + q * aItem, b, b0 + q * bItem, c, c0, q > 0);
        }
    }

    /** C = or, to {@code add}, += A B. */
    private void product(GemmShape s, float[] a, int a0, float[] b, int b0, float[] c, int c0, boolean add) {
        Rows buffer = rows.get();
        for (int j = 0; j < s.n(); j += WIDTH) {
            int n = Math.min(WIDTH, s.n() - j);
            for (int p = 0; p < s.k(); p += DEPTH) {
                int k = Math.min(DEPTH, s.k() - p);
                load(n, k, b, b0 + p * s.bRow() + j * s.bCol(), s.bRow(), s.bCol(), buffer.b);
                for (int i = 0; i < s.m(); i += ROWS) {
                    int m = Math.min(ROWS, s.m() - i);
                    int co = c0 + i * s.cRow() + j;
                    for (int r = 0; r < m; r++) {
                        if (p == 0 && !add) {
                            Arrays.fill(buffer.c[r], 0, n, 0);
                        } else {
                            System.arraycopy(c, co + r * s.cRow(), buffer.c[r], 0, n);
                        }
                    }
                    update(m, n, k, a, a0 + i * s.aRow() + p * s.aCol(), s.aRow(), s.aCol(), buffer);
                    for (int r = 0; r < m; r++) {
                        System.arraycopy(buffer.c[r], 0, c, co + r * s.cRow(), n);
                    }
                }
            }
        }
    }

    private static float dot(int k, float[] a, int ao, int aCol, float[] b, int bo) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int p = 0;
        for (; p + 4 <= k; p += 4, ao += 4 * aCol) {
            s0 = multiplyAdd(a[ao], b[bo + p], s0);
            s1 = multiplyAdd(a[ao + aCol], b[bo + p + 1], s1);
            s2 = multiplyAdd(a[ao + 2 * aCol], b[bo + p + 2], s2);
            s3 = multiplyAdd(a[ao + 3 * aCol], b[bo + p + 3], s3);
        }
        for (; p < k; p++, ao += aCol) {
            s0 = multiplyAdd(a[ao], b[bo + p], s0);
        }
        return s0 + s1 + (s2 + s3);
    }

    /** Copies {@code k} rows of {@code n} elements of B to rows of their own. */
    private static void load(int n, int k, float[] b, int b0, int bRow, int bCol, float[][] to) {
        for (int p = 0; p < k; p++) {
            if (to[p] == null || to[p].length < n) {
                to[p] = new float[Math.min(WIDTH, Math.max(64, 2 * n))];
            }
            if (bCol == 1) {
                System.arraycopy(b, b0 + p * bRow, to[p], 0, n);
            }
        }
        if (bCol != 1) {
            int p = 0;
            for (; p + 4 <= k; p += 4) {
                scatter4(n, b, b0 + p * bRow, bRow, bCol, to[p], to[p + 1], to[p + 2], to[p + 3]);
            }
            for (; p < k; p++) {
                for (int j = 0, q = b0 + p * bRow; j < n; j++, q += bCol) {
                    to[p][j] = b[q];
                }
            }
        }
    }

    private static void scatter4(int n, float[] b, int o, int bRow, int bCol,
            float[] t0, float[] t1, float[] t2, float[] t3) {
        int bRow2 = 2 * bRow;
        int bRow3 = 3 * bRow;
        for (int j = 0; j < n; j++, o += bCol) {
            t0[j] = b[o];
            t1[j] = b[o + bRow];
            t2[j] = b[o + bRow2];
            t3[j] = b[o + bRow3];
        }
    }

    private static void update(int m, int n, int k, float[] a, int a0, int aRow, int aCol, Rows rows) {
        float[][] b = rows.b;
        float[][] c = rows.c;
        int p = 0;
        if (m == ROWS) {
            int a1 = a0 + aRow;
            int a2 = a1 + aRow;
            int a3 = a2 + aRow;
            for (int q = 0; p + 2 <= k; p += 2, q += 2 * aCol) {
                rank2(n, b[p], b[p + 1], c[0], c[1], c[2], c[3], a[a0 + q], a[a0 + q + aCol], a[a1 + q],
                        a[a1 + q + aCol], a[a2 + q], a[a2 + q + aCol], a[a3 + q], a[a3 + q + aCol]);
            }
        }
        for (; p < k; p++) {
            for (int r = 0; r < m; r++) {
                rank1(n, b[p], c[r], a[a0 + r * aRow + p * aCol]);
            }
        }
    }

    private static void rank2(int n, float[] b0, float[] b1, float[] c0, float[] c1, float[] c2, float[] c3,
            float a00, float a01, float a10, float a11, float a20, float a21, float a30, float a31) {
        for (int j = 0; j < n; j++) {
            float x = b0[j];
            float y = b1[j];
            c0[j] = multiplyAdd(a01, y, multiplyAdd(a00, x, c0[j]));
            c1[j] = multiplyAdd(a11, y, multiplyAdd(a10, x, c1[j]));
            c2[j] = multiplyAdd(a21, y, multiplyAdd(a20, x, c2[j]));
            c3[j] = multiplyAdd(a31, y, multiplyAdd(a30, x, c3[j]));
        }
    }

    private static void rank1(int n, float[] b, float[] c, float a) {
        for (int j = 0; j < n; j++) {
            c[j] = multiplyAdd(a, b[j], c[j]);
        }
    }
}
