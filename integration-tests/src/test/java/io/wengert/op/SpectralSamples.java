package io.wengert.op;

import static io.wengert.op.Input.any;
import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
import io.wengert.op.Spectral.Transform;
import java.util.Arrays;

/** Samples of {@link Spectral} and {@link Complex}. */
final class SpectralSamples extends Samples {

    SpectralSamples() {
        for (int n : new int[] {1, 2, 3, 4, 5, 8, 12, 15, 37}) {
            fourier(new Transform(1, n, n, false, 1), 3, n);
            fourier(new Transform(-1, n, n / 2 + 1, n % 2 == 0, 0.5), 3, n);
            hermitian(new Transform(1, n, n, true, 1.0 / n), 3, n / 2 + 1);
        }
        fourier(new Transform(0, 6, 4, true, 1), 8, 3);
        fourier(new Transform(1, 6, 6, false, 1), 2, 4, 3);
        fourier(new Transform(0, 4, 4, false, 1), 0, 3);
        hermitian(new Transform(0, 9, 9, true, 2), 3, 2);
        hermitian(new Transform(1, 6, 6, false, 1), 2, 6);
        each(Complex.CONJ, any());
        sample(Complex.COMPLEX, in(3, 2)).is(x -> x[0]);
        sample(Complex.COMPLEX, in(2)).is(x -> x[0]);
        sample(Complex.PAIRS, in(4, 3, 2).of(DType.COMPLEX64)).in(DType.FLOAT32).is(x -> x[0]);
        sample(Complex.PAIRS, in(0, 2).of(DType.COMPLEX64)).in(DType.FLOAT32).is(x -> x[0]);
    }

    /** Of real numbers and of complex ones. */
    private void fourier(Transform t, long... shape) {
        long[] out = shape.clone();
        int axis = t.axis() < 0 ? t.axis() + shape.length : t.axis();
        out[axis] = t.count();
        sample(Spectral.FOURIER, t, in(shape)).is(x -> Host.of(i -> sum(t, axis, i,
                (at, im) -> im || at[axis] >= shape[axis] ? 0 : x[0].at(at)), pairs(out)));
        sample(Spectral.FOURIER, t, in(pairs(shape)).of(DType.COMPLEX64)).in(DType.FLOAT32)
                .is(x -> Host.of(i -> sum(t, axis, i,
                        (at, im) -> at[axis] >= shape[axis] ? 0 : complex(x[0], at, im)), pairs(out)));
    }

    /** A half of a spectrum continued by its mirrored conjugate. */
    private void hermitian(Transform t, long... shape) {
        long[] out = shape.clone();
        out[t.axis()] = t.count();
        int n = (int) t.n();
        sample(Spectral.HERMITIAN, t, in(pairs(shape)).of(DType.COMPLEX64)).in(DType.FLOAT32).is(x -> Host.of(i -> {
            int[] real = Arrays.copyOf(i, i.length + 1);
            return sum(t, t.axis(), real, (at, im) -> {
                int k = at[t.axis()];
                boolean mirrored = 2 * k > n;
                int[] from = Host.with(at, t.axis(), mirrored ? n - k : k);
                boolean none = from[t.axis()] >= shape[t.axis()] || im && 2 * k % n == 0;
                return none ? 0 : complex(x[0], from, im) * (im && mirrored ? -1 : 1);
            });
        }, out));
    }

    /** The real or imaginary part of an element. */
    private interface Elements {
        double at(int[] index, boolean imaginary);
    }

    private static double complex(Host x, int[] at, boolean imaginary) {
        int[] i = Arrays.copyOf(at, at.length + 1);
        i[at.length] = imaginary ? 1 : 0;
        return x.at(i);
    }

    /** One part, which the last index names, of a transform of as many elements as there are. */
    private static double sum(Transform t, int axis, int[] i, Elements x) {
        int n = (int) t.n();
        boolean imaginary = i[i.length - 1] == 1;
        int[] at = Arrays.copyOf(i, i.length - 1);
        return t.scale() * Host.sum(n, j -> {
            int[] from = Host.with(at, axis, j);
            double angle = (t.inverse() ? 2 : -2) * Math.PI * (j * i[axis] % n) / n;
            double re = x.at(from, false);
            double im = x.at(from, true);
            double c = Math.cos(angle);
            double s = Math.sin(angle);
            return imaginary ? re * s + im * c : re * c - im * s;
        });
    }

    private static long[] pairs(long... shape) {
        long[] p = Arrays.copyOf(shape, shape.length + 1);
        p[shape.length] = 2;
        return p;
    }
}
