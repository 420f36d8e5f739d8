package io.wengert.kernel.cpu;

/**
 * Sums, products and extrema of rows in plain Java: a loop for each, because one with a choice inside is compiled with the
 * choice in it. Several independent partial results, so that operations overlap.
 */
final class PlainReductions {

    private PlainReductions() {}

    static float sum(float[] x, int at, int n) {
        float a = 0;
        float b = a;
        float c = a;
        float d = a;
        int end = at + n;
        int i = at;
        for (; i + 4 <= end; i += 4) {
            a = a + x[i];
            b = b + x[i + 1];
            c = c + x[i + 2];
            d = d + x[i + 3];
        }
        for (; i < end; i++) {
            a = a + x[i];
        }
        return (a + b) + (c + d);
    }

    static float product(float[] x, int at, int n) {
        float a = 1;
        float b = a;
        float c = a;
        float d = a;
        int end = at + n;
        int i = at;
        for (; i + 4 <= end; i += 4) {
            a = a * x[i];
            b = b * x[i + 1];
            c = c * x[i + 2];
            d = d * x[i + 3];
        }
        for (; i < end; i++) {
            a = a * x[i];
        }
        return (a * b) * (c * d);
    }

    static float largest(float[] x, int at, int n) {
        float a = Float.NEGATIVE_INFINITY;
        float b = a;
        float c = a;
        float d = a;
        int end = at + n;
        int i = at;
        for (; i + 4 <= end; i += 4) {
            a = Math.max(a, x[i]);
            b = Math.max(b, x[i + 1]);
            c = Math.max(c, x[i + 2]);
            d = Math.max(d, x[i + 3]);
        }
        for (; i < end; i++) {
            a = Math.max(a, x[i]);
        }
        return Math.max(Math.max(a, b), Math.max(c, d));
    }

    static float smallest(float[] x, int at, int n) {
        float a = Float.POSITIVE_INFINITY;
        float b = a;
        float c = a;
        float d = a;
        int end = at + n;
        int i = at;
        for (; i + 4 <= end; i += 4) {
            a = Math.min(a, x[i]);
            b = Math.min(b, x[i + 1]);
            c = Math.min(c, x[i + 2]);
            d = Math.min(d, x[i + 3]);
        }
        for (; i < end; i++) {
            a = Math.min(a, x[i]);
        }
        return Math.min(Math.min(a, b), Math.min(c, d));
    }

    static double sum(double[] x, int at, int n) {
        double a = 0;
        double b = a;
        int end = at + n;
        int i = at;
        for (; i + 2 <= end; i += 2) {
            a = a + x[i];
            b = b + x[i + 1];
        }
        if (i < end) {
            a = a + x[i];
        }
        return a + b;
    }

    static double product(double[] x, int at, int n) {
        double a = 1;
        double b = a;
        int end = at + n;
        int i = at;
        for (; i + 2 <= end; i += 2) {
            a = a * x[i];
            b = b * x[i + 1];
        }
        if (i < end) {
            a = a * x[i];
        }
        return a * b;
    }

    static double largest(double[] x, int at, int n) {
        double a = Double.NEGATIVE_INFINITY;
        double b = a;
        int end = at + n;
        int i = at;
        for (; i + 2 <= end; i += 2) {
            a = Math.max(a, x[i]);
            b = Math.max(b, x[i + 1]);
        }
        if (i < end) {
            a = Math.max(a, x[i]);
        }
        return Math.max(a, b);
    }

    static double smallest(double[] x, int at, int n) {
        double a = Double.POSITIVE_INFINITY;
        double b = a;
        int end = at + n;
        int i = at;
        for (; i + 2 <= end; i += 2) {
            a = Math.min(a, x[i]);
            b = Math.min(b, x[i + 1]);
        }
        if (i < end) {
            a = Math.min(a, x[i]);
        }
        return Math.min(a, b);
    }

    static long sum(long[] x, int at, int n) {
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[at + i];
        }
        return sum;
    }

    static long product(long[] x, int at, int n) {
        long product = 1;
        for (int i = 0; i < n; i++) {
            product *= x[at + i];
        }
        return product;
    }

    /** The largest of the numbers with the bits of {@code turn} turned round: the sign bit for numbers without sign. */
    static long max(long value, long[] x, int at, int n, long turn) {
        long max = value;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[at + i] ^ turn);
        }
        return max;
    }

    static long min(long value, long[] x, int at, int n, long turn) {
        long min = value;
        for (int i = 0; i < n; i++) {
            min = Math.min(min, x[at + i] ^ turn);
        }
        return min;
    }
}
