package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/**
 * Products of two matrices of a few floats in plain loops: vectors would be padding for the most part. They need no lanes either,
 * for which a program would have to wait at its start.
 */
final class SmallProducts {

    /** The most rows, columns and terms: from five on vectors are as fast. */
    private static final int MOST = 4;

    private SmallProducts() {}

    /** Computes a product, if it is so small; else returns false. */
    static boolean multiply(View out, View a, View b) {
        Layout z = out.layout();
        Layout x = a.layout();
        Layout y = b.layout();
        if (out.dtype() != DType.FLOAT32 || z.rank() != 2 || z.size(0) > MOST || z.size(1) > MOST || x.size(1) > MOST) {
            return false;
        }
        float[] left = (float[]) CpuBackend.array(a.buffer());
        float[] right = (float[]) CpuBackend.array(b.buffer());
        float[] to = (float[]) CpuBackend.array(out.buffer());
        int terms = (int) x.size(1);
        int along = (int) x.stride(1);
        int down = (int) y.stride(0);
        for (int i = 0; i < z.size(0); i++) {
            int row = (int) (x.offset() + i * x.stride(0));
            int at = (int) (z.offset() + i * z.stride(0));
            for (int j = 0; j < z.size(1); j++) {
                int column = (int) (y.offset() + j * y.stride(1));
                to[at + j * (int) z.stride(1)] = dot(terms, left, row, along, right, column, down);
            }
        }
        return true;
    }

    /** One chain of multiply-adds, as in the large products' kernels. */
    private static float dot(int n, float[] x, int xAt, int xStep, float[] y, int yAt, int yStep) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            sum = MultiplyAdd.multiplyAdd(x[xAt + i * xStep], y[yAt + i * yStep], sum);
        }
        return sum;
    }
}
