package io.wengert.op;

import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;
import static io.wengert.op.ShapeOps.scoped;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Discrete Fourier transforms along axes, by the conventions of {@code torch.fft}. */
public final class Spectral {

    /**
     * The transform of real or complex numbers, in complex64. Its adjoint is the transform with the other sign, of as
     * many elements as the input had.
     */
    public static final Primitive<Transform> FOURIER = op("fourier", Spectral::transformed).vjp((c, g) -> {
        Transform t = c.attribute();
        return grads(fitted(Spectral.FOURIER.with(t.adjoint(Math.min(t.n, length(c))), g), axis(c), length(c)));
    });

    /** The real sequence, in float32, of whose spectrum the input is the first half: {@code n / 2 + 1} elements. */
    public static final Primitive<Transform> HERMITIAN = op("hermitian_fourier", Spectral::real).vjp((c, g) -> {
        Transform t = c.attribute();
        long count = Math.min(t.n / 2 + 1, length(c));
        Tensor half = FOURIER.with(t.adjoint(count), g);
        return grads(fitted(Arithmetic.MUL.on(half, occurrences(half, axis(c), t.n)), axis(c), length(c)));
    });

    /**
     * {@code X[k] = scale * sum of x[j] exp(-2 pi i j k / n)} over {@code j < n} along an axis, where x is cut off or
     * continued by zeros.
     *
     * @param count how many elements of the result are asked for
     * @param inverse whether the exponent is positive
     */
    public record Transform(int axis, long n, long count, boolean inverse, double scale) {

        Transform adjoint(long elements) { return new Transform(axis, n, elements, !inverse, scale); }
    }

    private Spectral() {}

    /** The transform of length n along an axis. */
    public static Tensor fft(Tensor x, long n, long axis) { return FOURIER.with(whole(n, axis, false, 1), x); }

    /** The inverse of {@link #fft}: the mean of the elements turned the other way. */
    public static Tensor ifft(Tensor x, long n, long axis) { return FOURIER.with(whole(n, axis, true, 1.0 / n), x); }

    /** The first {@code n / 2 + 1} elements of the transform of real numbers, whose others are their conjugates. */
    public static Tensor rfft(Tensor x, long n, long axis) { return rfft(x, n, axis, 1); }

    private static Tensor rfft(Tensor x, long n, long axis, double scale) {
        if (x.dtype().isComplex()) {
            throw Op.wrong("rfft", "takes real numbers", x);
        }
        return FOURIER.with(new Transform(Math.toIntExact(axis), n, n / 2 + 1, false, scale), x);
    }

    /** The inverse of {@link #rfft}: n real numbers. */
    public static Tensor irfft(Tensor x, long n, long axis) {
        return scoped(() -> HERMITIAN.with(whole(n, axis, true, 1.0 / n),
                x.dtype().isComplex() ? x : Conversions.CAST.with(DType.COMPLEX64, x)));
    }

    /** {@link #fft} along each of the axes. */
    public static Tensor fft2(Tensor x, long[] sizes, long[] axes) { return each("fft2", x, sizes, axes, false); }

    /** {@link #ifft} along each of the axes. */
    public static Tensor ifft2(Tensor x, long[] sizes, long[] axes) { return each("ifft2", x, sizes, axes, true); }

    /**
     * The short-time Fourier transform: of windows of nFft elements along the last axis, one every {@code hop}
     * elements.
     *
     * @param center whether windows are centred at multiples of hop; the ends are then continued by reflection
     * @param window nFft weights, or null for ones
     * @param normalize whether to divide by the square root of nFft
     * @return complex64 {@code (.., frequencies, frames)}, of real numbers with {@code nFft / 2 + 1} frequencies
     */
    public static Tensor stft(Tensor x, long nFft, long hop, boolean center, Tensor window, boolean normalize) {
        int last = Axes.axis("stft", x, -1);
        long n = x.size(last);
        long pad = center ? nFft / 2 : 0;
        if (nFft < 1 || hop < 1 || n + 2 * pad < nFft || pad >= Math.max(1, n)) {
            throw Op.wrong("stft", "no windows of " + nFft + " every " + hop + (center ? ", centred," : "") + " in", x);
        }
        if (window != null && !window.layout().hasShape(nFft)) {
            throw Op.wrong("stft", "the window must have " + nFft + " elements", x, window);
        }
        int frames = Math.toIntExact((n + 2 * pad - nFft) / hop + 1);
        long[] places = new long[Math.toIntExact(frames * nFft)];
        Arrays.setAll(places, i -> reflected(i / nFft * hop + i % nFft - pad, n));
        return scoped(() -> {
            Tensor windows = IndexOps.TAKE.with(last, x, Tensor.of(x.backend(), DType.INT64, places, frames, nFft));
            Tensor weighted = window == null ? windows : Arithmetic.MUL.on(windows, window);
            double scale = normalize ? 1 / Math.sqrt(nFft) : 1;
            Tensor spectra = weighted.dtype().isComplex() ? FOURIER.with(whole(nFft, -1, false, scale), weighted)
                    : rfft(weighted, nFft, -1, scale);
            return LinearAlgebra.transposed(spectra);
        });
    }

    private static long reflected(long place, long n) {
        long p = Math.abs(place);
        return p < n ? p : 2 * (n - 1) - p;
    }

    private static Transform whole(long n, long axis, boolean inverse, double scale) {
        return new Transform(Math.toIntExact(axis), n, n, inverse, scale);
    }

    private static Tensor each(String name, Tensor x, long[] sizes, long[] axes, boolean inverse) {
        if (Required.of(sizes, "sizes").length != Required.of(axes, "axes").length || axes.length == 0) {
            throw Op.wrong(name, sizes.length + " sizes for " + axes.length + " axes", x);
        }
        if (Arrays.stream(axes).map(a -> Axes.axis(name, x, Math.toIntExact(a))).distinct().count() < axes.length) {
            throw Op.wrong(name, "an axis is named twice in " + Arrays.toString(axes), x);
        }
        return scoped(() -> {
            Tensor y = x;
            for (int i = axes.length - 1; i >= 0; i--) {
                y = inverse ? ifft(y, sizes[i], axes[i]) : fft(y, sizes[i], axes[i]);
            }
            return y;
        });
    }

    private static int axis(Call<Transform> c) { return c.layout(0).axis(c.attribute().axis); }

    /** How many elements the input has along the axis. */
    private static long length(Call<Transform> c) { return c.layout(0).size(axis(c)); }

    private static Tensor transformed(Call<Transform> c) { return run(c, DType.COMPLEX64); }

    private static Tensor real(Call<Transform> c) {
        if (!c.dtype(0).isComplex()) {
            throw c.wrong("takes complex numbers");
        }
        return run(c, DType.FLOAT32);
    }

    private static Tensor run(Call<Transform> c, DType type) {
        Transform t = c.attribute();
        int axis = Axes.axis(c.op().name(), c.in(0), t.axis);
        if (t.n < 1) {
            throw c.wrong("the length of a transform is at least 1, not " + t.n);
        }
        if (c.dtype(0) == DType.STRING) {
            throw c.wrong("not defined for string");
        }
        long[] shape = c.shape(0);
        shape[axis] = t.count;
        Tensor y = c.empty(type, shape);
        y.backend().fourier(y, c.in(0), axis, t.n, t.inverse, t.scale);
        return y;
    }

    /** Continued by zeros along an axis. */
    private static Tensor fitted(Tensor g, int axis, long length) {
        if (g.size(axis) == length) {
            return g;
        }
        long[] shape = g.shape();
        shape[axis] = length;
        ShapeOps.Region start = ShapeOps.Region.along(g.shape(), axis, 0, g.size(axis));
        return ShapeOps.PLACE.with(new ShapeOps.Placement(start, shape), g);
    }

    /** How often each element of the first half occurs in a whole spectrum. */
    private static Tensor occurrences(Tensor half, int axis, long n) {
        long[] shape = new long[half.rank()];
        Arrays.fill(shape, 1);
        shape[axis] = half.size(axis);
        float[] times = new float[Math.toIntExact(half.size(axis))];
        for (int k = 0; k < times.length; k++) {
            times[k] = k == 0 || 2L * k == n ? 1 : 2;
        }
        return Tensor.of(half.backend(), DType.FLOAT32, times, shape);
    }
}
