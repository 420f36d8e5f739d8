package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.wengert.op.Complex;
import io.wengert.op.Spectral;
import io.wengert.tensor.Tensor;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fourier transforms and complex numbers. */
interface SpectralMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray fft(long length, long axis) { return give(Spectral.fft(tensor(), length, axis)); }
    @Override default NDArray ifft(long length, long axis) { return give(Spectral.ifft(tensor(), length, axis)); }
    @Override default NDArray rfft(long length, long axis) { return give(Spectral.rfft(tensor(), length, axis)); }
    @Override default NDArray irfft(long length, long axis) { return give(Spectral.irfft(tensor(), length, axis)); }
    @Override default NDArray fft2(long[] sizes, long[] axes) { return give(Spectral.fft2(tensor(), sizes, axes)); }
    @Override default NDArray ifft2(long[] sizes, long[] axes) { return give(Spectral.ifft2(tensor(), sizes, axes)); }
    @Override default NDArray complex() { return on(Complex.COMPLEX); }
    @Override default NDArray real() { return on(Complex.PAIRS); }
    @Override default NDArray conj() { return tensor().dtype().isComplex() ? on(Complex.CONJ) : this; }
    // @formatter:on

    /** {@code (.., frequencies, frames)}, half the frequencies of real numbers; a null window is one of ones. */
    @Override
    default NDArray stft(long nFft, long hop, boolean center, NDArray window, boolean normalize,
            boolean returnComplex) {
        Tensor w = window == null ? null : operand(window);
        Tensor y = Spectral.stft(tensor(), nFft, hop, center, w, normalize);
        return give(returnComplex ? y : Complex.PAIRS.on(y));
    }

    /** Of complex numbers as pairs of real and imaginary part. */
    @Override
    default String toDebugString() {
        return getDataType() == DataType.COMPLEX64 ? pairs(p -> p.toDebugString()) : TensorArray.super.toDebugString();
    }

    @Override
    default String toDebugString(int size, int depth, int rows, int columns, boolean content) {
        return getDataType() == DataType.COMPLEX64
                ? pairs(p -> p.toDebugString(size, depth + 1, rows, columns, content))
                : TensorArray.super.toDebugString(size, depth, rows, columns, content);
    }

    private String pairs(Function<NDArray, String> show) {
        try (NDArray pairs = real()) {
            pairs.setName(getName());
            return show.apply(pairs).replaceFirst(Pattern.quote(pairs.getShape() + " " + getDevice() + " float32"),
                    Matcher.quoteReplacement(getShape() + " " + getDevice() + " " + DataType.COMPLEX64));
        }
    }
}
