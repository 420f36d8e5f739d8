package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;

/** What one set of lanes (plain Java, or the Vector API) gives to convolution and pooling. */
public class WindowLoops {

    private static final String VECTOR = "io.wengert.kernel.cpu.vector.VectorWindows";

    private final WindowKernels<float[]> f32 = new PlainFloatWindows();
    private final WindowKernels<double[]> f64 = new PlainDoubleWindows();

    /** The loops that go with lanes. */
    static WindowLoops of(Lanes lanes) {
        if (lanes.width(DType.FLOAT32) == 1) {
            return new WindowLoops();
        }
        try {
            return (WindowLoops) Class.forName(VECTOR).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    public WindowKernels<float[]> f32() { return f32; }

    public WindowKernels<double[]> f64() { return f64; }

    /** Winograd's transforms; null if they do not pay. */
    public WinogradKernels winograd() { return null; }
}
