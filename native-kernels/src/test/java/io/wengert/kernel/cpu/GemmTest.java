package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix multiplication against a triple loop in double, on every set of lanes that this JVM has. */
@Tag("lanes")
class GemmTest {

    private static final int[] SIZES = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129, 300};
    private static final Threads[] TEAMS = {new Threads(1), new Threads(2), new Threads(3), new Threads(5)};
    private static final float GUARD = 12345.5f;

    private final Random random = new Random(7);

    static List<Named<GemmKernels>> kernels() {
        List<Named<GemmKernels>> all = new ArrayList<>(List.of(Named.of("plain", new PlainGemm())));
        try {
            Class<?> vector = Class.forName("io.wengert.kernel.cpu.vector.VectorGemm");
            all.add(Named.of("vector", (GemmKernels) vector.getConstructor().newInstance()));
        } catch (ReflectiveOperationException | LinkageError e) {
            // The JVM runs without jdk.incubator.vector: plain Java is all there is.
        }
        return all;
    }

    /** A matrix somewhere in a larger array: exactly the elements it addresses, at the array's ends too. */
    private record Matrix(double[] data, int offset, int row, int col) {

        static Matrix of(int rows, int columns, int row, int col, Random random) {
            int low = Math.min(0, (rows - 1) * row) + Math.min(0, (columns - 1) * col);
            int high = Math.max(0, (rows - 1) * row) + Math.max(0, (columns - 1) * col);
            double[] data = new double[high - low + 1];
            for (int i = 0; i < data.length; i++) {
                data[i] = (float) random.nextGaussian();
            }
            return new Matrix(data, -low, row, col);
        }

        double at(int i, int j) { return data[offset + i * row + j * col]; }

        float[] floats() {
            float[] f = new float[data.length];
            for (int i = 0; i < f.length; i++) {
                f[i] = (float) data[i];
            }
            return f;
        }
    }

    private void check(GemmKernels kernels, int m, int n, int k, Matrix a, Matrix b, int cRow) {
        int before = 3;
        float[] f = new float[before + (m - 1) * cRow + n];
        Arrays.fill(f, GUARD);
        double[] d = new double[f.length];
        Arrays.fill(d, GUARD);
        int[] ao = {a.offset};
        int[] bo = {b.offset};
        int[] co = {before};
        Gemm.multiply(kernels, 1, m, n, k, a.floats(), ao, a.row, a.col, b.floats(), bo, b.row, b.col, f, co, cRow);
        Gemm.multiply(kernels, 1, m, n, k, a.data, ao, a.row, a.col, b.data, bo, b.row, b.col, d, co, cRow);
        String what = m + "x" + n + "x" + k + " " + a.row + "," + a.col + " " + b.row + "," + b.col + " " + cRow;
        for (int x = 0; x < f.length; x++) {
            int i = Math.floorDiv(x - before, cRow);
            int j = x - before - i * cRow;
            if (x < before || j >= n) {
                assertEquals(GUARD, f[x], what);
                assertEquals(GUARD, d[x], what);
            } else {
                double sum = 0;
                double scale = 1e-3;
                for (int p = 0; p < k; p++) {
                    sum += a.at(i, p) * b.at(p, j);
                    scale += Math.abs(a.at(i, p) * b.at(p, j));
                }
                assertEquals(sum, f[x], (k + 2) * 6e-8 * scale, what);
                assertEquals(sum, d[x], (k + 2) * 2.3e-16 * scale, what);
            }
        }
    }

    /** The sum of products whose columns of A and rows of B lie in pieces. */
    @ParameterizedTest
    @MethodSource("kernels")
    void joinedProductsAreTheirSum(GemmKernels kernels) {
        for (int[] e : new int[][] {{1, 1, 1, 1}, {16, 32, 16, 5}, {8, 40, 64, 9}, {33, 31, 100, 4}, {64, 16, 300, 2}, {5, 70, 3, 200},
            {14, 32, 16, 3}, {22, 40, 20, 30}, {61, 70, 50, 11}}) {
            int m = e[0];
            int n = e[1];
            int k = e[2];
            int items = e[3];
            int aItem = m * k + 3;
            int bItem = n * k + 1;
            Matrix a = Matrix.of(1, items * aItem, 1, 1, random);
            Matrix b = Matrix.of(1, items * bItem, 1, 1, random);
            GemmShape shape = new GemmShape(m, n, k, k, 1, 1, k, n + 2);
            float[] f = new float[m * (n + 2)];
            Arrays.fill(f, GUARD);
            double[] d = new double[f.length];
            Arrays.fill(d, GUARD);
            kernels.f32().multiplyJoined(shape, items, a.floats(), 0, aItem, b.floats(), 0, bItem, f, 0);
            kernels.f64().multiplyJoined(shape, items, a.data, 0, aItem, b.data, 0, bItem, d, 0);
            for (int x = 0; x < f.length; x++) {
                int i = x / (n + 2);
                int j = x % (n + 2);
                double sum = j < n ? 0 : GUARD;
                double scale = 1e-3;
                for (int p = 0; j < n && p < items * k; p++) {
                    double product = a.data[p / k * aItem + i * k + p % k] * b.data[p / k * bItem + j * k + p % k];
                    sum += product;
                    scale += Math.abs(product);
                }
                assertEquals(sum, f[x], (items * k + 2) * 6e-8 * scale, Arrays.toString(e) + " at " + i + ", " + j);
                assertEquals(sum, d[x], (items * k + 2) * 2.3e-16 * scale, Arrays.toString(e) + " at " + i + ", " + j);
            }
        }
    }

    /** Products by a matrix that is kept, with and without something to add, are the same bits for any team. */
    @ParameterizedTest
    @MethodSource("kernels")
    void keptOperands(GemmKernels kernels) {
        int[][] shapes = {{1, 1, 1}, {2, 32, 16}, {7, 33, 5}, {8, 64, 260}, {16, 70, 100}, {32, 96, 600}, {33, 95, 257}, {45, 300, 129},
            {128, 200, 90}, {1030, 31, 40}};
        for (int[] e : shapes) {
            for (int t = 0; t < 4 && kernels.f32().keeps(); t++) {
                Matrix a = matrix(e[0], e[2], (t & 1) != 0, t);
                Matrix b = matrix(e[2], e[1], (t & 2) != 0, t);
                Matrix plus = t == 0 ? null : Matrix.of(e[0], e[1], t == 1 ? 0 : e[1] + t, 1, random);
                GemmShape s = new GemmShape(e[0], e[1], e[2], a.row, a.col, b.row, b.col, e[1] + t);
                float[] added = plus == null ? null : plus.floats();
                float[][] f = new float[TEAMS.length][];
                double[][] d = new double[TEAMS.length][];
                for (int i = 0; i < TEAMS.length; i++) {
                    f[i] = new float[3 + e[0] * s.cRow()];
                    d[i] = new double[f[i].length];
                    Arrays.fill(f[i], GUARD);
                    Arrays.fill(d[i], GUARD);
                    kept(TEAMS[i], kernels.f32(), s, a.floats(), a.offset, b.floats(), b.offset, added, plus, f[i], float[]::new);
                    kept(TEAMS[i], kernels.f64(), s, a.data, a.offset, b.data, b.offset, plus == null ? null : plus.data, plus,
                            d[i], double[]::new);
                    assertArrayEquals(f[0], f[i], Arrays.toString(e));
                    assertArrayEquals(d[0], d[i], Arrays.toString(e));
                }
                checkKept(s, a, b, plus, f[0], d[0]);
            }
        }
    }

    private static <T> void kept(Threads team, GemmKernel<T> kernel, GemmShape s, T a, int a0, T b, int b0, T added, Matrix plus,
            T c, IntFunction<T> array) {
        int step = kernel.columnStep();
        int length = (s.n() + step - 1) / step * step * s.k();
        T kept = array.apply(5 + length + CpuMemory.SLACK);
        Gemm.keep(team, kernel, s, b, b0, kept, 5);
        Gemm.multiplyKept(team, kernel, s, a, a0, kept, 5, added, plus == null ? 0 : plus.offset, plus == null ? 0 : plus.row, c, 3);
    }

    private static void checkKept(GemmShape s, Matrix a, Matrix b, Matrix plus, float[] f, double[] d) {
        for (int x = 0; x < f.length; x++) {
            int i = Math.floorDiv(x - 3, s.cRow());
            int j = x - 3 - i * s.cRow();
            if (x < 3 || j >= s.n()) {
                assertEquals(GUARD, f[x], s + " at " + x);
                assertEquals(GUARD, d[x], s + " at " + x);
                continue;
            }
            double sum = plus == null ? 0 : plus.at(i, j);
            double scale = 1e-3 + Math.abs(sum);
            for (int p = 0; p < s.k(); p++) {
                sum += a.at(i, p) * b.at(p, j);
                scale += Math.abs(a.at(i, p) * b.at(p, j));
            }
            assertEquals(sum, f[x], (s.k() + 2) * 6e-8 * scale, s + " at " + i + ", " + j);
            assertEquals(sum, d[x], (s.k() + 2) * 2.3e-16 * scale, s + " at " + i + ", " + j);
        }
    }

    private Matrix matrix(int rows, int columns, boolean transposed, int slack) {
        return transposed ? Matrix.of(rows, columns, 1, rows + slack, random)
                : Matrix.of(rows, columns, columns + slack, 1, random);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void sizesAroundTileEdgesInAllTransposes(GemmKernels kernels) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                int k = SIZES[random.nextInt(SIZES.length - 1)];
                for (int t = 0; t < 4; t++) {
                    check(kernels, m, n, k, matrix(m, k, (t & 1) != 0, t), matrix(k, n, (t & 2) != 0, t), n + t);
                }
            }
        }
        for (int k : SIZES) {
            for (int t = 0; t < 4; t++) {
                check(kernels, 9, 33, k, matrix(9, k, (t & 1) != 0, 0), matrix(k, 33, (t & 2) != 0, 0), 40);
                check(kernels, 1, 33, k, matrix(1, k, (t & 1) != 0, 0), matrix(k, 33, (t & 2) != 0, 0), 33);
                check(kernels, 33, 1, k, matrix(33, k, (t & 1) != 0, 0), matrix(k, 1, (t & 2) != 0, 0), 1 + t);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void heightsOfEveryMixOfTiles(GemmKernels kernels) {
        for (int m = 1; m <= 60; m++) {
            for (int t = 0; t < 4; t++) {
                for (int k : new int[] {15, 16, 45, 260}) {
                    int n = 33 + random.nextInt(33);
                    check(kernels, m, n, k, matrix(m, k, (t & 1) != 0, t), matrix(k, n, (t & 2) != 0, t), n + t);
                }
            }
        }
    }

    /** Blocks of rows, whatever tiles they are made of, are to the last bit what the whole is. */
    @ParameterizedTest
    @MethodSource("kernels")
    void anySplitOfRowsGivesTheSameBits(GemmKernels kernels) {
        int[] heights = {17, 22, 28, 29, 36, 41, 42, 43, 50, 55, 60, 64, 127, 128, 1030};
        for (int m : heights) {
            for (int t = 0; t < 4; t++) {
                int n = 70;
                int k = m < 100 ? 270 : 33;
                Matrix a = matrix(m, k, (t & 1) != 0, 0);
                Matrix b = matrix(k, n, (t & 2) != 0, 0);
                GemmShape whole = new GemmShape(m, n, k, a.row, a.col, b.row, b.col, n);
                float[] f = new float[m * n];
                double[] d = new double[m * n];
                kernels.f32().multiply(whole, whole, a.floats(), 0, b.floats(), 0, f, 0);
                kernels.f64().multiply(whole, whole, a.data, 0, b.data, 0, d, 0);
                for (int rows : new int[] {1, 8, 13, 14, 16, 30}) {
                    float[] parts = new float[m * n];
                    double[] doubleParts = new double[m * n];
                    float[] af = a.floats();
                    float[] bf = b.floats();
                    for (int i = 0; i < m; i += rows) {
                        GemmShape block = whole.block(Math.min(rows, m - i), n);
                        kernels.f32().multiply(whole, block, af, i * a.row, bf, 0, parts, i * n);
                        kernels.f64().multiply(whole, block, a.data, i * a.row, b.data, 0, doubleParts, i * n);
                    }
                    assertArrayEquals(f, parts, m + " rows by " + rows);
                    assertArrayEquals(d, doubleParts, m + " rows by " + rows);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void longSumsAndBlocksOfEveryLevel(GemmKernels kernels) {
        int[][] shapes = {{300, 300, 300}, {40, 500, 1000}, {1100, 70, 390}, {299, 240, 260}, {298, 241, 260},
            {10, 20, 3000}, {3, 1000, 800}, {257, 259, 261}, {1, 700, 900}};
        for (int[] s : shapes) {
            for (int t = 0; t < 4; t++) {
                check(kernels, s[0], s[1], s[2], matrix(s[0], s[2], (t & 1) != 0, 0),
                        matrix(s[2], s[1], (t & 2) != 0, 0), s[1]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void stridesOfEveryKind(GemmKernels kernels) {
        int[] strides = {0, 1, -1, 2, -3, 50, -50};
        for (int aRow : strides) {
            for (int aCol : strides) {
                for (int b = 0; b < strides.length * strides.length; b += 3) {
                    int bRow = strides[b / strides.length];
                    int bCol = strides[b % strides.length];
                    check(kernels, 17, 35, 20, Matrix.of(17, 20, aRow, aCol, random),
                            Matrix.of(20, 35, bRow, bCol, random), 41);
                    check(kernels, 1, 5, 130, Matrix.of(1, 130, aRow, aCol, random),
                            Matrix.of(130, 5, bRow, bCol, random), 5);
                    check(kernels, 5, 1, 130, Matrix.of(5, 130, aRow, aCol, random),
                            Matrix.of(130, 1, bRow, bCol, random), 1);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aBiasIsAddedToEachRowAndToNothingElse(GemmKernels kernels) {
        int[][] shapes = {{1, 5, 7}, {3, 70, 1}, {4, 33, 0}, {32, 128, 300}, {100, 90, 80}, {300, 40, 64}, {257, 129, 300}};
        for (int[] s : shapes) {
            GemmShape shape = new GemmShape(s[0], s[1], s[2], s[2], 1, 1, s[2], s[1] + 3);
            Matrix a = Matrix.of(s[0], s[2], s[2], 1, random);
            Matrix b = Matrix.of(s[1], s[2], s[2], 1, random);
            Matrix bias = Matrix.of(1, s[1] + 2, s[1] + 2, 1, random);
            float[] product = new float[s[0] * (s[1] + 3)];
            double[] exact = new double[product.length];
            Gemm.multiply(kernels, 1, s[0], s[1], s[2], a.floats(), new int[1], s[2], 1, b.floats(), new int[1], 1, s[2],
                    product, new int[1], s[1] + 3);
            Gemm.multiply(kernels, 1, s[0], s[1], s[2], a.data, new int[1], s[2], 1, b.data, new int[1], 1, s[2],
                    exact, new int[1], s[1] + 3);
            for (int i = 0; i < s[0]; i++) {
                for (int j = 0; j < s[1]; j++) {
                    product[i * (s[1] + 3) + j] += bias.floats()[2 + j];
                    exact[i * (s[1] + 3) + j] += bias.data[2 + j];
                }
            }
            float[] c = new float[product.length];
            double[] d = new double[product.length];
            Gemm.multiply(kernels, shape, a.floats(), 0, b.floats(), 0, bias.floats(), 2, c, 0);
            Gemm.multiply(kernels, shape, a.data, 0, b.data, 0, bias.data, 2, d, 0);
            assertArrayEquals(product, c);
            assertArrayEquals(exact, d);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void batchesOfAnyOffsets(GemmKernels kernels) {
        int[][] shapes = {{5, 3, 4, 6}, {200, 16, 16, 16}, {3, 90, 80, 70}, {2, 300, 200, 300}, {64, 1, 30, 70}};
        for (int[] s : shapes) {
            int batch = s[0];
            int m = s[1];
            int n = s[2];
            int k = s[3];
            Matrix a = Matrix.of(batch * m, k, k, 1, random);
            Matrix b = Matrix.of(k, n, n, 1, random);
            float[] c = new float[batch * m * n];
            int[] ao = new int[batch];
            int[] co = new int[batch];
            for (int q = 0; q < batch; q++) {
                ao[q] = (batch - 1 - q) * m * k;
                co[q] = q * m * n;
            }
            Gemm.multiply(kernels, batch, m, n, k, a.floats(), ao, k, 1, b.floats(), new int[batch], n, 1, c, co, n);
            for (int q = 0; q < batch; q++) {
                float[] one = new float[m * n];
                Gemm.multiply(kernels, 1, m, n, k, a.floats(), new int[] {ao[q]}, k, 1, b.floats(), new int[1], n, 1,
                        one, new int[1], n);
                assertArrayEquals(one, Arrays.copyOfRange(c, co[q], co[q] + m * n));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void emptyProducts(GemmKernels kernels) {
        float[] c = {1, 2, 3, 4, 5, 6};
        int[] zero = {0};
        Gemm.multiply(kernels, 0, 2, 3, 4, c, zero, 1, 1, c, zero, 1, 1, c, zero, 3);
        Gemm.multiply(kernels, 1, 0, 3, 4, c, zero, 1, 1, c, zero, 1, 1, c, zero, 3);
        Gemm.multiply(kernels, 1, 2, 0, 4, c, zero, 1, 1, c, zero, 1, 1, c, zero, 3);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, c);
        Gemm.multiply(kernels, 1, 2, 2, 0, new float[0], zero, 1, 1, new float[0], zero, 1, 1, c, zero, 3);
        assertArrayEquals(new float[] {0, 0, 3, 0, 0, 6}, c);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void zeroTimesInfinityIsNotSkipped(GemmKernels kernels) {
        int[][] shapes = {{1, 40, 40}, {40, 1, 40}, {9, 40, 130}, {40, 9, 7}, {70, 70, 70}, {300, 300, 300}};
        for (int[] s : shapes) {
            for (boolean transposed : new boolean[] {false, true}) {
                int m = s[0];
                int n = s[1];
                int k = s[2];
                float[] a = new float[m * k];
                float[] b = new float[k * n];
                Arrays.fill(b, 1);
                int p = k - 1;
                int j = n - 1;
                b[transposed ? j * k + p : p * n + j] = Float.POSITIVE_INFINITY;
                float[] c = new float[m * n];
                Gemm.multiply(kernels, 1, m, n, k, a, new int[1], k, 1,
                        b, new int[1], transposed ? 1 : n, transposed ? k : 1, c, new int[1], n);
                for (int i = 0; i < m * n; i++) {
                    assertEquals(i % n == j ? Float.NaN : 0f, c[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void anyNumberOfThreadsGivesTheSameBits(GemmKernels kernels) {
        int[][] shapes = {{64, 64, 64}, {129, 300, 257}, {9, 2000, 700}, {2000, 9, 700}, {1, 3000, 1000},
            {3000, 1, 999}, {1, 203, 700}, {33, 130, 800}, {300, 300, 300}, {2, 2000, 500}};
        for (int[] s : shapes) {
            for (int t = 0; t < 4; t++) {
                int m = s[0];
                int n = s[1];
                int k = s[2];
                Matrix a = matrix(m, k, (t & 1) != 0, 0);
                Matrix b = matrix(k, n, (t & 2) != 0, 0);
                GemmShape shape = new GemmShape(m, n, k, a.row, a.col, b.row, b.col, n);
                float[] alone = new float[m * n];
                double[] aloneDouble = new double[m * n];
                int[] o = {0};
                Gemm.multiply(TEAMS[0], kernels.f32(), 1, shape, a.floats(), o, b.floats(), o, alone, o);
                Gemm.multiply(TEAMS[0], kernels.f64(), 1, shape, a.data, o, b.data, o, aloneDouble, o);
                for (Threads team : TEAMS) {
                    float[] together = new float[m * n];
                    double[] togetherDouble = new double[m * n];
                    Gemm.multiply(team, kernels.f32(), 1, shape, a.floats(), o, b.floats(), o, together, o);
                    Gemm.multiply(team, kernels.f64(), 1, shape, a.data, o, b.data, o, togetherDouble, o);
                    assertTrue(Arrays.equals(alone, together), () -> Arrays.toString(s));
                    assertTrue(Arrays.equals(aloneDouble, togetherDouble), () -> Arrays.toString(s));
                }
            }
        }
    }

    @Test
    void integersWrapAround() {
        int batch = 3;
        int m = 7;
        int n = 5;
        int k = 9;
        long[] a = random.longs(batch * m * k).toArray();
        long[] b = random.longs(batch * k * n).toArray();
        long[] c = new long[batch * m * n];
        int[] x = random.ints(batch * m * k).toArray();
        int[] y = random.ints(batch * k * n).toArray();
        int[] z = new int[batch * m * n];
        int[] ao = {0, m * k, 2 * m * k};
        int[] bo = {0, k * n, 2 * k * n};
        int[] co = {0, m * n, 2 * m * n};
        Gemm.multiply(batch, m, n, k, a, ao, k, 1, b, bo, 1, k, c, co, n);
        Gemm.multiply(batch, m, n, k, x, ao, 1, m, y, bo, n, 1, z, co, n);
        for (int q = 0; q < batch; q++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    long sum = 0;
                    int total = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[ao[q] + i * k + p] * b[bo[q] + p + j * k];
                        total += x[ao[q] + i + p * m] * y[bo[q] + p * n + j];
                    }
                    assertEquals(sum, c[co[q] + i * n + j]);
                    assertEquals(total, z[co[q] + i * n + j]);
                }
            }
        }
    }
}
