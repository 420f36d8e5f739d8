package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.WindowKernels;
import io.wengert.kernel.cpu.WindowLoops;
import io.wengert.kernel.cpu.WinogradKernels;

/** Convolution and pooling with the Vector API. */
public final class VectorWindows extends WindowLoops {

    private final WindowKernels<float[]> f32 = new FloatWindows();
    private final WindowKernels<double[]> f64 = new DoubleWindows();
    private final WinogradKernels winograd = new VectorWinograd();

    @Override
    public WindowKernels<float[]> f32() { return f32; }

    @Override
    public WindowKernels<double[]> f64() { return f64; }

    @Override
    public WinogradKernels winograd() { return winograd; }
}
