package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;

/** Adds single elements to the places that an index array gives. */
final class ScatterRun {

    private ScatterRun() {}

    // @formatter:off
    /** {@code to[q + i * qs + index[k + i * ks] * step] += from[p + i * ps]}. */
    static void add(DType type, Object from, int p, int ps, long[] index, int k, int ks, int step, Object to, int q, int qs, int n) {
        if (ks == 0 && ps == 1 && qs == 1 && from instanceof float[] a && type == DType.FLOAT32) {
            row(a, p, (float[]) to, q + (int) index[k] * step, n);
            return;
        }
        switch (type) {
            case FLOAT32 -> { float[] a = (float[]) from, b = (float[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] += a[p + i * ps]; }
            case FLOAT64 -> { double[] a = (double[]) from, b = (double[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] += a[p + i * ps]; }
            case INT64, UINT64 -> { long[] a = (long[]) from, b = (long[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] += a[p + i * ps]; }
            case INT32, UINT32 -> { int[] a = (int[]) from, b = (int[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] += a[p + i * ps]; }
            case INT16, UINT16 -> { short[] a = (short[]) from, b = (short[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] += a[p + i * ps]; }
            case INT8, UINT8 -> { byte[] a = (byte[]) from, b = (byte[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] += a[p + i * ps]; }
            case BOOL -> { byte[] a = (byte[]) from, b = (byte[]) to; for (int i = 0; i < n; i++) b[q + i * qs + (int) index[k + i * ks] * step] |= a[p + i * ps]; }
            case FLOAT16 -> { short[] a = (short[]) from, b = (short[]) to; for (int i = 0; i < n; i++) { int d = q + i * qs + (int) index[k + i * ks] * step; b[d] = Half.fromFloat(Half.toFloat(b[d]) + Half.toFloat(a[p + i * ps])); } }
            case BFLOAT16 -> { short[] a = (short[]) from, b = (short[]) to; for (int i = 0; i < n; i++) { int d = q + i * qs + (int) index[k + i * ks] * step; b[d] = Half.bfloatFromFloat(Half.bfloatToFloat(b[d]) + Half.bfloatToFloat(a[p + i * ps])); } }
            case COMPLEX64 -> { float[] a = (float[]) from, b = (float[]) to; for (int i = 0; i < n; i++) { int d = 2 * (q + i * qs + (int) index[k + i * ks] * step), s = 2 * (p + i * ps); b[d] += a[s]; b[d + 1] += a[s + 1]; } }
            default -> throw new IllegalArgumentException("no addition of " + type.text());
        }
    }
    // @formatter:on

    /** A whole row to one place: what the gradient of an embedding consists of. */
    private static void row(float[] a, int at, float[] b, int to, int n) {
        for (int i = 0; i < n; i++) {
            b[to + i] += a[at + i];
        }
    }
}
