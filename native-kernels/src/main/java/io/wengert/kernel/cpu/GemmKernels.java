package io.wengert.kernel.cpu;

/**
 * What one set of lanes (plain Java, or the Vector API) gives to matrix multiplication: a kernel for each floating
 * element type.
 */
public interface GemmKernels {

    GemmKernel<float[]> f32();

    GemmKernel<double[]> f64();
}
