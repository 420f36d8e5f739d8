package io.wengert.djl;

import ai.djl.ndarray.NDArray;

/** Fourier transforms and complex numbers. */
interface SpectralMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray fft(long a, long b) { throw TensorArray.missing("fft"); }
    @Override default NDArray ifft(long a, long b) { throw TensorArray.missing("ifft"); }
    @Override default NDArray rfft(long a, long b) { throw TensorArray.missing("rfft"); }
    @Override default NDArray irfft(long a, long b) { throw TensorArray.missing("irfft"); }
    @Override default NDArray stft(long a, long b, boolean c, NDArray d, boolean e, boolean f) { throw TensorArray.missing("stft"); }
    @Override default NDArray fft2(long[] a, long[] b) { throw TensorArray.missing("fft2"); }
    @Override default NDArray ifft2(long[] a, long[] b) { throw TensorArray.missing("ifft2"); }
    @Override default NDArray complex() { throw TensorArray.missing("complex"); }
    @Override default NDArray real() { throw TensorArray.missing("real"); }
    @Override default NDArray conj() { throw TensorArray.missing("conj"); }
    // @formatter:on
}
