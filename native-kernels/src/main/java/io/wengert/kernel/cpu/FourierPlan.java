package io.wengert.kernel.cpu;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How to transform sequences of one length, several side by side: element j of sequence b lies at {@code j * batch +
 * b}.
 *
 * <p>Everything is in double precision. A number is a pair of arrays, real parts and imaginary parts; with the two
 * exchanged, before and after, the transform is the inverse one.
 */
abstract class FourierPlan {

    /** Prime factors above this make Bluestein's detour over a power of two the shorter way. */
    private static final int LARGEST_RADIX = 31;

    /** Elements of all the plans that are kept. */
    private static final long KEPT = 1 << 22;

    private static final Map<Integer, FourierPlan> PLANS = new ConcurrentHashMap<>();
    private static final Map<Integer, double[][]> ROOTS = new ConcurrentHashMap<>();

    final int n;

    private FourierPlan(int n) { this.n = n; }

    /** The plan for a length of at least 1. */
    static FourierPlan of(int n) {
        FourierPlan plan = PLANS.get(n);
        if (plan == null) {
            int[] radices = radices(n);
            plan = radices[radices.length - 1] <= LARGEST_RADIX ? new MixedRadix(n, radices) : new Bluestein(n);
            keep(PLANS, n, plan);
        }
        return plan;
    }

    /** Real and imaginary parts of {@code exp(-2 pi i k / n)} for k below n. */
    static double[][] roots(int n) {
        double[][] r = ROOTS.get(n);
        if (r == null) {
            r = new double[2][n];
            for (int k = 0; k < n; k++) {
                r[0][k] = Math.cos(2 * Math.PI * k / n);
                r[1][k] = -Math.sin(2 * Math.PI * k / n);
            }
            keep(ROOTS, n, r);
        }
        return r;
    }

    private static <T> void keep(Map<Integer, T> map, int n, T value) {
        if (map.keySet().stream().mapToLong(k -> k).sum() + n > KEPT) {
            map.clear();
        }
        map.put(n, value);
    }

    /** How many elements of each sequence the arrays must have room for. */
    abstract int room();

    /**
     * {@code X[k] = sum of x[j] exp(-2 pi i j k / n)}.
     *
     * @param x real and imaginary parts; used up
     * @param y arrays to work in
     * @return x or y, whichever holds the result
     */
    abstract double[][] forward(double[][] x, double[][] y, int batch);

    /** Fours first, then what is left in rising order. */
    private static int[] radices(int n) {
        int[] r = new int[32];
        int count = 0;
        int rest = n;
        for (; rest % 4 == 0; rest /= 4) {
            r[count++] = 4;
        }
        for (int p = 2; rest > 1; p++) {
            if ((long) p * p > rest) {
                p = rest;
            }
            for (; rest % p == 0; rest /= p) {
                r[count++] = p;
            }
        }
        return count == 0 ? new int[] {1} : Arrays.copyOf(r, count);
    }

    /** Stockham's self-sorting algorithm: a pass for each factor, from one pair of arrays into the other. */
    private static final class MixedRadix extends FourierPlan {

        private final int[] radices;
        private final double[] cos;
        private final double[] sin;

        MixedRadix(int n, int[] radices) {
            super(n);
            this.radices = radices;
            cos = roots(n)[0];
            sin = roots(n)[1];
        }

        @Override
        int room() { return n; }

        @Override
        double[][] forward(double[][] x, double[][] y, int batch) {
            double[][] from = x;
            double[][] to = y;
            int done = 1;
            for (int r : radices) {
                pass(r, done, batch * done, from, to);
                double[][] t = from;
                from = to;
                to = t;
                done *= r;
            }
            return from;
        }

        /** Combines r sub-sequences; {@code s} elements lie side by side that are treated alike. */
        private void pass(int r, int done, int s, double[][] from, double[][] to) {
            int m = n / done / r;
            double[] sums = new double[2 * r];
            double[] differences = new double[2 * r];
            for (int p = 0; p < m; p++) {
                int w = p * done;
                if (r == 4) {
                    radix4(from, to, p * s, m * s, 4 * p * s, s, w);
                } else if (r == 2) {
                    radix2(from, to, p * s, m * s, 2 * p * s, s, w);
                } else {
                    odd(r, from, to, p * s, m * s, r * p * s, s, w, sums, differences);
                }
            }
        }

        private void radix2(double[][] from, double[][] to, int at, int step, int out, int s, int w) {
            double[] xr = from[0];
            double[] xi = from[1];
            double[] yr = to[0];
            double[] yi = to[1];
            double c = cos[w];
            double d = sin[w];
            for (int q = 0; q < s; q++) {
                double ar = xr[at + q];
                double ai = xi[at + q];
                double br = xr[at + step + q];
                double bi = xi[at + step + q];
                yr[out + q] = ar + br;
                yi[out + q] = ai + bi;
                yr[out + s + q] = (ar - br) * c - (ai - bi) * d;
                yi[out + s + q] = (ar - br) * d + (ai - bi) * c;
            }
        }

        private void radix4(double[][] from, double[][] to, int at, int step, int out, int s, int w) {
            double[] xr = from[0];
            double[] xi = from[1];
            double[] yr = to[0];
            double[] yi = to[1];
            double c1 = cos[w];
            double d1 = sin[w];
            double c2 = cos[2 * w];
            double d2 = sin[2 * w];
            double c3 = cos[3 * w];
            double d3 = sin[3 * w];
            for (int q = at, z = out; q < at + s; q++, z++) {
                double sr = xr[q] + xr[q + 2 * step];
                double si = xi[q] + xi[q + 2 * step];
                double tr = xr[q] - xr[q + 2 * step];
                double ti = xi[q] - xi[q + 2 * step];
                double ur = xr[q + step] + xr[q + 3 * step];
                double ui = xi[q + step] + xi[q + 3 * step];
                double vr = xr[q + step] - xr[q + 3 * step];
                double vi = xi[q + step] - xi[q + 3 * step];
                yr[z] = sr + ur;
                yi[z] = si + ui;
                yr[z + s] = (tr + vi) * c1 - (ti - vr) * d1;
                yi[z + s] = (tr + vi) * d1 + (ti - vr) * c1;
                yr[z + 2 * s] = (sr - ur) * c2 - (si - ui) * d2;
                yi[z + 2 * s] = (sr - ur) * d2 + (si - ui) * c2;
                yr[z + 3 * s] = (tr - vi) * c3 - (ti + vr) * d3;
                yi[z + 3 * s] = (tr - vi) * d3 + (ti + vr) * c3;
            }
        }

        /** An odd factor, or 1: elements j and r - j meet cosines as a sum and sines as a difference. */
        private void odd(int r, double[][] from, double[][] to, int at, int step, int out, int s, int w,
                double[] sums, double[] differences) {
            double[] xr = from[0];
            double[] xi = from[1];
            int half = (r - 1) / 2;
            int turn = n / r;
            for (int q = 0; q < s; q++) {
                double totalR = xr[at + q];
                double totalI = xi[at + q];
                for (int j = 1; j <= half; j++) {
                    int a = at + j * step + q;
                    int b = at + (r - j) * step + q;
                    sums[2 * j] = xr[a] + xr[b];
                    sums[2 * j + 1] = xi[a] + xi[b];
                    differences[2 * j] = xr[a] - xr[b];
                    differences[2 * j + 1] = xi[a] - xi[b];
                    totalR += sums[2 * j];
                    totalI += sums[2 * j + 1];
                }
                to[0][out + q] = totalR;
                to[1][out + q] = totalI;
                for (int k = 1; k <= half; k++) {
                    double er = xr[at + q];
                    double ei = xi[at + q];
                    double or = 0;
                    double oi = 0;
                    for (int j = 1, jk = k; j <= half; j++, jk = (jk + k) % r) {
                        er += sums[2 * j] * cos[jk * turn];
                        ei += sums[2 * j + 1] * cos[jk * turn];
                        or -= differences[2 * j + 1] * sin[jk * turn];
                        oi += differences[2 * j] * sin[jk * turn];
                    }
                    rotated(to, out + k * s + q, er + or, ei + oi, k * w);
                    rotated(to, out + (r - k) * s + q, er - or, ei - oi, (r - k) * w);
                }
            }
        }

        private void rotated(double[][] to, int at, double re, double im, int w) {
            to[0][at] = re * cos[w] - im * sin[w];
            to[1][at] = re * sin[w] + im * cos[w];
        }
    }

    /**
     * Bluestein's algorithm (1970): with {@code jk = (j^2 + k^2 - (k - j)^2) / 2} the transform is a convolution with a
     * chirp, and that goes through a length which is a power of two.
     */
    private static final class Bluestein extends FourierPlan {

        private final FourierPlan power;
        /** exp(-pi i j^2 / n). */
        private final double[] cos;
        private final double[] sin;
        /** The spectrum of the conjugate chirp, divided by the length. */
        private final double[][] filter;

        Bluestein(int n) {
            super(n);
            int m = Integer.highestOneBit(2 * n - 2) << 1;
            power = of(m);
            cos = new double[n];
            sin = new double[n];
            double[][] chirp = new double[2][m];
            for (int j = 0; j < n; j++) {
                double angle = Math.PI * ((long) j * j % (2L * n)) / n;
                cos[j] = Math.cos(angle);
                sin[j] = -Math.sin(angle);
                chirp[0][j] = cos[j] / m;
                chirp[1][j] = -sin[j] / m;
                chirp[0][(m - j) % m] = chirp[0][j];
                chirp[1][(m - j) % m] = chirp[1][j];
            }
            filter = power.forward(chirp, new double[2][m], 1);
        }

        @Override
        int room() { return power.n; }

        @Override
        double[][] forward(double[][] x, double[][] y, int batch) {
            times(x, cos, sin, n, batch);
            Arrays.fill(x[0], n * batch, power.n * batch, 0);
            Arrays.fill(x[1], n * batch, power.n * batch, 0);
            double[][] spectrum = power.forward(x, y, batch);
            times(spectrum, filter[0], filter[1], power.n, batch);
            double[][] r = power.forward(exchanged(spectrum), exchanged(spectrum == x ? y : x), batch);
            double[][] result = r[0] == x[1] ? x : y;
            times(result, cos, sin, n, batch);
            return result;
        }

        private static double[][] exchanged(double[][] x) { return new double[][] {x[1], x[0]}; }

        private static void times(double[][] x, double[] re, double[] im, int n, int batch) {
            for (int j = 0, p = 0; j < n; j++) {
                for (int b = 0; b < batch; b++, p++) {
                    double r = x[0][p];
                    x[0][p] = r * re[j] - x[1][p] * im[j];
                    x[1][p] = r * im[j] + x[1][p] * re[j];
                }
            }
        }
    }
}
