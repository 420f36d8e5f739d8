package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;

/** The Fourier family: transforms along one axis, in double precision as on the CPU. */
final class FourierFamily {

    private static final int THREADS = 256;

    /** The longest row that a block transforms in shared memory. */
    private static final int ROW = 2048;

    /** Bytes of a complex number of two doubles, and doubles. */
    private static final int BYTES = 16;

    /** Prime factors above this make the detour over a power of two the shorter way. */
    private static final int LARGEST_RADIX = 31;

    private final CudaBackend backend;

    FourierFamily(CudaBackend backend) { this.backend = backend; }

    void run(View out, View in, int axis, long n, boolean inverse, double scale) {
        if (out.layout().size() > 0) {
            new Call(out, in, axis, n, inverse).run(scale);
        }
    }

    /** Fours first, then what is left in rising order; null if a factor is too large. */
    private static int[] radices(long n) {
        int[] r = new int[32];
        long rest = n;
        for (; rest % 4 == 0; rest /= 4) {
            r[++r[0]] = 4;
        }
        for (int p = 2; p <= LARGEST_RADIX; p++) {
            for (; rest % p == 0; rest /= p) {
                r[++r[0]] = p;
            }
        }
        return rest == 1 ? r : null;
    }

    private final class Call {
        private final View out;
        private final View in;
        private final long n;
        private final boolean inverse;
        private final long rows;
        private final long[] axes;
        private final long[] call;

        Call(View out, View in, int axis, long n, boolean inverse) {
            this.out = out;
            this.in = in;
            this.n = n;
            this.inverse = inverse;
            Layout x = in.layout();
            Layout y = out.layout();
            boolean complexIn = in.dtype() == DType.COMPLEX64;
            boolean complexOut = out.dtype() == DType.COMPLEX64;
            rows = y.size() / y.size(axis);
            axes = Axes.of(Axes.firsts(y, axis), Axes.firsts(x, axis));
            call = new long[] {rows, n, Math.min(x.size(axis), complexOut ? n : n / 2 + 1), y.size(axis), x.stride(axis),
                y.stride(axis), n, in.dtype().ordinal(), out.dtype().ordinal(), complexIn ? 1 : 0, complexOut ? 1 : 0,
                inverse ? 1 : 0};
        }

        void run(double scale) {
            int[] radices = radices(n);
            if (radices != null && n <= ROW && 3 * n * BYTES <= backend.gpu().maxShared()) {
                int threads = Math.min(THREADS, Math.max(32, Axes.powerOfTwo(n / 4)));
                backend.launch(kernel("row"), Math.toIntExact(rows), threads, (int) (3 * n * BYTES), out, in, call, scale,
                        radices, axes);
                return;
            }
            long pitch = radices != null ? n : Long.highestOneBit(2 * n - 2) << 1;
            call[6] = pitch;
            Buffer work = complex(rows * pitch);
            launch("load", rows * n, work, in, call, axes);
            Buffer result = radices != null ? passes(work, rows, n, radices, inverse) : detour(work, pitch);
            launch("store", rows * call[3], out, result, call, scale, axes);
            result.release();
        }

        /** Bluestein's algorithm; gives the memory of the result for that of the argument. */
        private Buffer detour(Buffer rowsOfN, long m) {
            int[] radices = radices(m);
            Buffer chirp = complex(m);
            launch("filter", m, chirp, n, m, inverse ? 1 : 0);
            Buffer filter = passes(chirp, 1, m, radices, false);
            launch("chirped", rows * m, rowsOfN, call);
            Buffer spectrum = passes(rowsOfN, rows, m, radices, false);
            launch("filtered", rows * m, spectrum, filter, rows, m);
            Buffer result = passes(spectrum, rows, m, radices, true);
            launch("chirped", rows * m, result, call);
            filter.release();
            return result;
        }

        /** Transforms rows of a length; gives the memory of the result for that of the argument. */
        private Buffer passes(Buffer work, long count, long length, int[] radices, boolean conjugate) {
            Buffer from = work;
            Buffer to = complex(count * length);
            Buffer roots = complex(length);
            launch("roots", length, roots, length, conjugate ? 1 : 0);
            long done = 1;
            for (int i = 1; i <= radices[0]; i++) {
                launch("pass", count * (length / radices[i]), to, from, roots, radices[i], length, done, count);
                Buffer t = from;
                from = to;
                to = t;
                done *= radices[i];
            }
            to.release();
            roots.release();
            return from;
        }

        private Buffer complex(long size) { return backend.allocate(DType.FLOAT64, 2 * size); }

        private CudaKernel kernel(String name) { return backend.kernel("fourier", "fourier_" + name); }

        private void launch(String name, long elements, Object... arguments) {
            backend.launch(kernel(name), backend.blocks(elements, THREADS), THREADS, 0, arguments);
        }
    }
}
