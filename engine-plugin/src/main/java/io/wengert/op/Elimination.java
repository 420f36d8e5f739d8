package io.wengert.op;

import java.util.Arrays;

/** Gaussian elimination on small matrices of doubles in row-major arrays. */
final class Elimination {

    private Elimination() {}

    /**
     * The inverse by elimination with partial pivoting of a matrix, which is used up, and of the identity beside it.
     *
     * @return the inverse, or null if a pivot is 0
     */
    static double[] inverse(double[] a, int n) {
        int[] order = panel(a, n, n);
        if (order == null) {
            return null;
        }
        double[] lower = lowerInverse(a, n);
        double[] upper = upperInverse(a, n);
        double[] x = new double[n * n];
        double[] row = new double[n];
        for (int i = 0; i < n; i++) {
            Arrays.fill(row, 0);
            for (int k = i; k < n; k++) {
                double f = upper[i * n + k];
                for (int j = 0; j <= k; j++) {
                    row[j] += f * lower[k * n + j];
                }
            }
            // Column j of the lower factor's inverse belongs to the row that came to place j.
            for (int j = 0; j < n; j++) {
                x[i * n + order[j]] = row[j];
            }
        }
        return x;
    }

    /**
     * Decomposes some columns: below the diagonal the unit lower factor, from it on the upper one, in place.
     *
     * @return which row came to each place; null if a pivot is 0
     */
    static int[] panel(double[] a, int rows, int columns) {
        int[] order = new int[rows];
        for (int i = 0; i < rows; i++) {
            order[i] = i;
        }
        for (int k = 0; k < columns; k++) {
            int pivot = pivot(a, rows, columns, k);
            if (a[pivot * columns + k] == 0) {
                return null;
            }
            exchange(a, pivot * columns, k * columns, columns);
            int t = order[pivot];
            order[pivot] = order[k];
            order[k] = t;
            for (int i = k + 1; i < rows; i++) {
                double f = a[i * columns + k] / a[k * columns + k];
                a[i * columns + k] = f;
                add(a, i * columns, -f, k * columns, k + 1, columns);
            }
        }
        return order;
    }

    private static int pivot(double[] a, int rows, int columns, int k) {
        int pivot = k;
        double most = Math.abs(a[k * columns + k]);
        // A NaN becomes the pivot, so that it is seen in the result.
        for (int i = k + 1; i < rows && most == most; i++) {
            double v = Math.abs(a[i * columns + k]);
            if (!(v <= most)) {
                pivot = i;
                most = v;
            }
        }
        return pivot;
    }

    /** The inverse of the unit lower triangle of the first n rows of n columns. */
    static double[] lowerInverse(double[] a, int n) {
        double[] x = new double[n * n];
        for (int i = 0; i < n; i++) {
            x[i * n + i] = 1;
            for (int k = 0; k < i; k++) {
                add(x, i * n, -a[i * n + k], k * n, 0, k + 1);
            }
        }
        return x;
    }

    /** The inverse of the upper triangle of the first n rows of n columns. */
    static double[] upperInverse(double[] a, int n) {
        double[] x = new double[n * n];
        for (int i = n - 1; i >= 0; i--) {
            x[i * n + i] = 1;
            for (int k = i + 1; k < n; k++) {
                add(x, i * n, -a[i * n + k], k * n, k, n);
            }
            for (int j = i; j < n; j++) {
                x[i * n + j] /= a[i * n + i];
            }
        }
        return x;
    }

    private static void exchange(double[] a, int p, int q, int n) {
        for (int i = 0; p != q && i < n; i++) {
            double t = a[p + i];
            a[p + i] = a[q + i];
            a[q + i] = t;
        }
    }

    /** Adds a multiple of one row to another, in the columns from {@code from} to {@code to}. */
    private static void add(double[] a, int row, double factor, int other, int from, int to) {
        for (int i = from; i < to; i++) {
            a[row + i] += factor * a[other + i];
        }
    }
}
