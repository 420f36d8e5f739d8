package io.wengert.kernel.cpu;

import static io.wengert.kernel.Expr.arg;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Factor;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;

/** A factor in the form that a kernel's products take it in, so that none of them packs it again; {@code T} as the kernel's. */
final class KeptFactor<T> implements Factor {

    private static final Program ADD = Program.of(arg(0).plus(arg(1)));

    private final GemmKernel<T> kernel;
    private final Class<T> type;
    private final int n;
    private final int k;
    private final Buffer kept;
    private final T array;

    private KeptFactor(CpuBackend backend, GemmKernel<T> kernel, Class<T> type, View b) {
        this.kernel = kernel;
        this.type = type;
        Layout y = b.layout();
        k = (int) y.size(0);
        n = (int) y.size(1);
        int step = kernel.columnStep();
        kept = backend.allocate(b.dtype(), ((long) n + step - 1) / step * step * k);
        array = array(kept);
        GemmShape s = new GemmShape(0, n, k, 0, 0, (int) y.stride(0), (int) y.stride(1), 0);
        Gemm.keep(Threads.team(), kernel, s, array(b.buffer()), (int) y.offset(), array, lead());
    }

    /** A factor of a matrix of float or double; null if there is no such form, or nothing to be gained for so few rows. */
    static Factor of(CpuBackend backend, GemmKernels kernels, View b, long rows) {
        boolean single = b.dtype() == DType.FLOAT32;
        if (rows < 2 || b.layout().size(0) == 0 || !single && b.dtype() != DType.FLOAT64 || !kernels.f32().keeps()) {
            return null;
        }
        return single ? new KeptFactor<>(backend, kernels.f32(), float[].class, b)
                : new KeptFactor<>(backend, kernels.f64(), double[].class, b);
    }

    private T array(Buffer buffer) { return type.cast(CpuBackend.array(buffer)); }

    private int lead() { return ((CpuBuffer) kept).lead(); }

    @Override
    public void multiply(View out, View a, View plus) {
        Layout y = plus == null ? null : plus.layout().broadcastTo(out.layout().shape());
        boolean lined = y != null && (y.stride(1) == 1 || n == 1);
        run(CpuBackend.placed(out), CpuBackend.placed(a), lined ? CpuBackend.placed(View.of(plus.buffer(), y)) : null);
        if (y != null && !lined) {
            out.buffer().backend().map(ADD, out.dtype().lane(), new Number[0], new View[] {out}, new View[] {out, plus});
        }
    }

    private void run(View out, View a, View plus) {
        Layout z = out.layout();
        Layout x = a.layout();
        GemmShape s = new GemmShape((int) z.size(0), n, k, (int) x.stride(0), (int) x.stride(1), 0, 0, (int) z.stride(0));
        T from = plus == null ? null : array(plus.buffer());
        int plus0 = plus == null ? 0 : (int) plus.layout().offset();
        int plusRow = plus == null ? 0 : (int) plus.layout().stride(0);
        Gemm.multiplyKept(Threads.team(), kernel, s, array(a.buffer()), (int) x.offset(), array, lead(), from, plus0, plusRow,
                array(out.buffer()), (int) z.offset());
    }

    @Override
    public void close() { kept.release(); }
}
