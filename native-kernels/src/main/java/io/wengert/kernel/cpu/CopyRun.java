package io.wengert.kernel.cpu;

/** Moves single elements of any storage between places that strides and an index array give. */
final class CopyRun {

    private CopyRun() {}

    /** {@code to[q + i * qs] = from[p + i * ps]}; a unit is one element, or two for complex numbers. */
    static void copy(Object from, int p, int ps, Object to, int q, int qs, int n, int unit) {
        if (ps == 1 && qs == 1) {
            System.arraycopy(from, unit * p, to, unit * q, unit * n);
        } else {
            for (int i = 0; i < n; i++) {
                System.arraycopy(from, unit * (p + i * ps), to, unit * (q + i * qs), unit);
            }
        }
    }

    // @formatter:off
    /** {@code to[q + i * qs] = from[p + i * ps + index[k + i * ks] * step]}. */
    static void gather(Object from, int p, int ps, long[] index, int k, int ks, int step, Object to, int q, int qs, int n, int unit) {
        if (unit == 1 && from instanceof float[] a) {
            float[] b = (float[]) to;
            for (int i = 0; i < n; i++) b[q + i * qs] = a[p + i * ps + (int) index[k + i * ks] * step];
        } else if (from instanceof double[] a) {
            double[] b = (double[]) to;
            for (int i = 0; i < n; i++) b[q + i * qs] = a[p + i * ps + (int) index[k + i * ks] * step];
        } else if (from instanceof long[] a) {
            long[] b = (long[]) to;
            for (int i = 0; i < n; i++) b[q + i * qs] = a[p + i * ps + (int) index[k + i * ks] * step];
        } else {
            for (int i = 0; i < n; i++) {
                System.arraycopy(from, unit * (p + i * ps + (int) index[k + i * ks] * step), to, unit * (q + i * qs), unit);
            }
        }
    }

    /** {@code to[q + i * qs + index[k + i * ks] * step] = from[p + i * ps]}. */
    static void scatter(Object from, int p, int ps, long[] index, int k, int ks, int step, Object to, int q, int qs, int n, int unit) {
        for (int i = 0; i < n; i++) {
            System.arraycopy(from, unit * (p + i * ps), to, unit * (q + i * qs + (int) index[k + i * ks] * step), unit);
        }
    }
    // @formatter:on
}
