package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.Arrays;

/** The matrix family: brings views of any dtype and layout to {@link Gemm}. */
final class MatmulFamily {

    private MatmulFamily() {}

    static void run(GemmKernels kernels, View out, View a, View b, CpuBackend backend) {
        DType type = out.dtype();
        if (out.layout().size() == 0) {
            return;
        }
        boolean direct = type == DType.FLOAT32 || type == DType.FLOAT64 || type == DType.INT32 || type == DType.INT64;
        int last = out.layout().rank() - 1;
        if (direct && (out.layout().stride(last) == 1 || out.layout().size(last) == 1)) {
            multiply(kernels, out, a, b);
            return;
        }
        DType lane = direct ? type : type.lane() == DType.UINT64 ? DType.INT64 : type.lane();
        View x = direct ? a : backend.staged(a, lane);
        View y = direct ? b : backend.staged(b, lane);
        View r = backend.scratch(lane, out.layout());
        multiply(kernels, r, x, y);
        if (direct) {
            CpuBackend.copyArrays(out, r);
        } else {
            int n = (int) out.layout().size();
            Runs.of(out.layout()).store(Lane.of(lane), CpuBackend.array(r.buffer()), type, CpuBackend.array(out.buffer()), 0, 0, n);
        }
        r.buffer().release();
        if (x != a) {
            x.buffer().release();
        }
        if (y != b) {
            y.buffer().release();
        }
    }

    /** A product of two matrices with a bias, if they are of float or double and rows of C and the bias contiguous; else false. */
    static boolean biased(GemmKernels kernels, View out, View a, View b, View bias) {
        DType type = out.dtype();
        Layout z = out.layout();
        Layout x = a.layout();
        Layout y = b.layout();
        boolean sameType = a.dtype() == type && b.dtype() == type && bias.dtype() == type;
        boolean lined = z.rank() == 2 && z.size(1) > 1 && z.stride(1) == 1 && bias.layout().stride(0) == 1;
        if (!sameType || !lined || type != DType.FLOAT32 && type != DType.FLOAT64) {
            return false;
        }
        GemmShape shape = new GemmShape((int) z.size(0), (int) z.size(1), (int) x.size(1), (int) x.stride(0), (int) x.stride(1),
                (int) y.stride(0), (int) y.stride(1), (int) z.stride(0));
        int a0 = (int) x.offset();
        int b0 = (int) y.offset();
        int bias0 = (int) bias.layout().offset();
        int c0 = (int) z.offset();
        Object p = CpuBackend.array(a.buffer());
        Object q = CpuBackend.array(b.buffer());
        Object r = CpuBackend.array(bias.buffer());
        Object to = CpuBackend.array(out.buffer());
        if (type == DType.FLOAT32) {
            Gemm.multiply(kernels, shape, (float[]) p, a0, (float[]) q, b0, (float[]) r, bias0, (float[]) to, c0);
        } else {
            Gemm.multiply(kernels, shape, (double[]) p, a0, (double[]) q, b0, (double[]) r, bias0, (double[]) to, c0);
        }
        return true;
    }

    private static void multiply(GemmKernels kernels, View out, View a, View b) {
        Layout z = out.layout();
        Layout x = a.layout();
        Layout y = b.layout();
        int rank = z.rank();
        if (rank > 2 && oneMatrix(y)) {
            // Many matrices by one matrix is one tall matrix by it.
            long rows = z.size() / z.size(rank - 1);
            Layout tall = x.hasShape(shape(z, x.size(rank - 1))) ? x.reshape(rows, x.size(rank - 1)) : null;
            Layout wide = z.reshape(rows, z.size(rank - 1));
            if (tall != null && wide != null) {
                x = tall;
                z = wide;
                y = y.permute(rank - 2, rank - 1);
                rank = 2;
            }
        }
        int m = (int) z.size(rank - 2);
        int n = (int) z.size(rank - 1);
        int k = (int) x.size(rank - 1);
        int[] zAt = matrices(z, z);
        int[] xAt = matrices(x, z);
        int[] yAt = matrices(y, z);
        int xr = (int) x.stride(rank - 2);
        int xc = (int) x.stride(rank - 1);
        int yr = (int) y.stride(rank - 2);
        int yc = (int) y.stride(rank - 1);
        int zr = (int) z.stride(rank - 2);
        Object to = CpuBackend.array(out.buffer());
        Object p = CpuBackend.array(a.buffer());
        Object q = CpuBackend.array(b.buffer());
        int batch = zAt.length;
        switch (out.dtype()) {
            case FLOAT32 -> Gemm.multiply(kernels, batch, m, n, k, (float[]) p, xAt, xr, xc, (float[]) q, yAt, yr, yc,
                    (float[]) to, zAt, zr);
            case FLOAT64 -> Gemm.multiply(kernels, batch, m, n, k, (double[]) p, xAt, xr, xc, (double[]) q, yAt, yr, yc,
                    (double[]) to, zAt, zr);
            case INT32 -> Gemm.multiply(batch, m, n, k, (int[]) p, xAt, xr, xc, (int[]) q, yAt, yr, yc, (int[]) to, zAt, zr);
            default -> Gemm.multiply(batch, m, n, k, (long[]) p, xAt, xr, xc, (long[]) q, yAt, yr, yc, (long[]) to, zAt, zr);
        }
    }

    private static boolean oneMatrix(Layout y) {
        for (int i = 0; i < y.rank() - 2; i++) {
            if (y.size(i) != 1 && y.stride(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static long[] shape(Layout z, long last) {
        long[] s = z.shape();
        s[s.length - 1] = last;
        return s;
    }

    /** Where each matrix of a batch starts. */
    private static int[] matrices(Layout l, Layout out) {
        int lead = out.rank() - 2;
        if (lead == 0) {
            return new int[] {(int) l.offset()};
        }
        int[] axes = new int[lead];
        Arrays.setAll(axes, i -> i);
        Layout batch = l.permute(axes).broadcastTo(Arrays.copyOf(out.shape(), lead));
        int[] at = new int[(int) batch.size()];
        Runs.of(batch).walk(0, at.length, (start, step, done, n) -> {
            for (int i = 0; i < n; i++) {
                at[done + i] = start + i * step;
            }
        });
        return at;
    }
}
