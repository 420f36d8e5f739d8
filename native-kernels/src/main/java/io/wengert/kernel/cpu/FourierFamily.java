package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.Arrays;

/**
 * The Fourier family: transforms along one axis, in double precision whatever the dtypes, some rows at a time.
 *
 * <p>Real sequences of even length are taken as complex ones of half the length (Sorensen et al., 1987).
 */
final class FourierFamily {

    /** Doubles in one array of a batch of rows: four such arrays stay in the second-level cache. */
    private static final int BLOCK = 4096;

    private static final int MOST_ROWS = 16;

    private final View out;
    private final View in;
    private final int axis;
    private final int n;
    private final boolean inverse;
    private final double scale;
    private final boolean realIn;
    private final boolean realOut;
    private final boolean halved;
    private final FourierPlan plan;
    /** exp(-2 pi i k / n), where rows are packed. */
    private final double[][] roots;
    private final int batch;

    private FourierFamily(View out, View in, int axis, int n, boolean inverse, double scale) {
        this.out = out;
        this.in = in;
        this.axis = axis;
        this.n = n;
        this.inverse = inverse;
        this.scale = scale;
        realIn = in.dtype() != DType.COMPLEX64;
        realOut = out.dtype() != DType.COMPLEX64;
        halved = (realIn || realOut) && n % 2 == 0;
        plan = FourierPlan.of(halved ? n / 2 : n);
        roots = halved ? FourierPlan.roots(n) : null;
        batch = Math.max(1, Math.min(Math.min(MOST_ROWS, rows()), BLOCK / plan.room()));
    }

    /** As {@link io.wengert.kernel.Backend#fourier}. */
    static void run(View out, View in, int axis, int n, boolean inverse, double scale) {
        if (out.layout().size() > 0) {
            new FourierFamily(out, in, axis, n, inverse, scale).run();
        }
    }

    private int rows() { return (int) (out.layout().size() / out.layout().size(axis)); }

    private void run() {
        int rows = rows();
        int batches = (rows + batch - 1) / batch;
        // About four nanoseconds an element, so that a grain is a microsecond or more.
        int grain = Math.max(1, 1000 / (4 * plan.room() * batch));
        Threads.team().split(batches, grain, 1, (from, to) -> {
            Batch b = new Batch();
            for (int i = from; i < to; i++) {
                b.run(i * batch, Math.min(batch, rows - i * batch));
            }
        });
    }

    /** Rows that are transformed side by side, with the memory for them. */
    private final class Batch {

        private final Layout inRows = in.layout().slice(axis, 0, 1, 1);
        private final Layout outRows = out.layout().slice(axis, 0, 1, 1);
        private final int inStep = (int) in.layout().stride(axis);
        private final int outStep = (int) out.layout().stride(axis);
        private final int given = (int) Math.min(in.layout().size(axis), realOut ? n / 2 + 1 : n);
        private final int asked = (int) out.layout().size(axis);
        private final double[][] x = new double[2][plan.room() * batch];
        private final double[][] y = new double[2][plan.room() * batch];
        /** One row of real and one of imaginary parts. */
        private final double[] re = new double[n + 1];
        private final double[] im = new double[n + 1];

        void run(int first, int count) {
            for (int b = 0; b < count; b++) {
                load((int) at(inRows, first + b));
                if (realOut && halved) {
                    fold(b);
                } else if (halved) {
                    pack(b);
                } else {
                    spread(b);
                }
            }
            // A real input is transformed forwards, and its conjugate taken if need be.
            boolean backwards = realOut || inverse && !halved;
            double[][] r = plan.forward(exchanged(x, backwards), exchanged(y, backwards), batch);
            double[][] z = exchanged(r, backwards);
            for (int b = 0; b < count; b++) {
                if (realOut) {
                    real(z, b);
                    storeReal((int) at(outRows, first + b));
                } else {
                    if (halved) {
                        unfold(z, b);
                    } else {
                        row(z, b);
                    }
                    storeComplex((int) at(outRows, first + b));
                }
            }
        }

        private double[][] exchanged(double[][] z, boolean swap) { return swap ? new double[][] {z[1], z[0]} : z; }

        private long at(Layout rows, int row) {
            long p = rows.offset();
            for (int i = rows.rank() - 1, rest = row; i >= 0; i--) {
                p += rest % rows.size(i) * rows.stride(i);
                rest /= (int) rows.size(i);
            }
            return p;
        }

        /** One row of the input, followed by zeros. */
        private void load(int at) {
            if (realIn) {
                Elements.load(in.dtype(), CpuBackend.array(in.buffer()), at, inStep, re, 0, given);
            } else {
                float[] a = (float[]) CpuBackend.array(in.buffer());
                // Going back to real numbers is the inverse transform, so that going forwards starts at the conjugate.
                int sign = realOut && !inverse ? -1 : 1;
                for (int j = 0, p = 2 * at; j < given; j++, p += 2 * inStep) {
                    re[j] = a[p];
                    im[j] = sign * a[p + 1];
                }
                Arrays.fill(im, given, n, 0);
            }
            Arrays.fill(re, given, n, 0);
            if (realOut) {
                mirror();
            }
        }

        /** The whole spectrum of a real row from its first half. */
        private void mirror() {
            im[0] = 0;
            if (n % 2 == 0) {
                im[n / 2] = 0;
            }
            for (int k = 1; k < n - k; k++) {
                re[n - k] = re[k];
                im[n - k] = -im[k];
            }
            re[n] = re[0];
        }

        private void spread(int b) {
            for (int j = 0, p = b; j < n; j++, p += batch) {
                x[0][p] = re[j];
                x[1][p] = realIn ? 0 : im[j];
            }
        }

        /** Even and odd elements as real and imaginary parts. */
        private void pack(int b) {
            for (int j = 0, p = b; j < n / 2; j++, p += batch) {
                x[0][p] = re[2 * j];
                x[1][p] = re[2 * j + 1];
            }
        }

        /** From the transform of a packed row to that of the row itself. */
        private void unfold(double[][] z, int b) {
            int h = n / 2;
            double sign = inverse ? -1 : 1;
            for (int k = 0; k < Math.min(asked, h + 1); k++) {
                int p = k % h * batch + b;
                int q = (h - k) % h * batch + b;
                double evenR = (z[0][p] + z[0][q]) / 2;
                double evenI = (z[1][p] - z[1][q]) / 2;
                double oddR = (z[1][p] + z[1][q]) / 2;
                double oddI = (z[0][q] - z[0][p]) / 2;
                double c = roots[0][k];
                double s = roots[1][k];
                re[k] = evenR + oddR * c - oddI * s;
                im[k] = sign * (evenI + oddR * s + oddI * c);
            }
            for (int k = h + 1; k < asked; k++) {
                re[k] = re[n - k];
                im[k] = -im[n - k];
            }
        }

        /** The opposite of unfold. */
        private void fold(int b) {
            int h = n / 2;
            for (int k = 0, p = b; k < h; k++, p += batch) {
                double evenR = re[k] + re[k + h];
                double evenI = im[k] + im[k + h];
                double oddR = re[k] - re[k + h];
                double oddI = im[k] - im[k + h];
                double c = roots[0][k];
                double s = -roots[1][k];
                x[0][p] = evenR - (oddR * s + oddI * c);
                x[1][p] = evenI + oddR * c - oddI * s;
            }
        }

        private void row(double[][] z, int b) {
            for (int k = 0, p = b; k < asked; k++, p += batch) {
                re[k] = z[0][p];
                im[k] = z[1][p];
            }
        }

        private void real(double[][] z, int b) {
            for (int j = 0; j < asked; j++) {
                re[j] = scale * (halved ? z[j % 2][j / 2 * batch + b] : z[0][j * batch + b]);
            }
        }

        private void storeReal(int at) {
            Elements.store(re, 0, out.dtype(), CpuBackend.array(out.buffer()), at, outStep, asked);
        }

        private void storeComplex(int at) {
            float[] a = (float[]) CpuBackend.array(out.buffer());
            for (int k = 0, p = 2 * at; k < asked; k++, p += 2 * outStep) {
                a[p] = (float) (scale * re[k]);
                a[p + 1] = (float) (scale * im[k]);
            }
        }
    }
}
