package io.wengert.kernel;

import java.util.Arrays;

/**
 * How a window moves over the spatial axes of an array {@code (batch, channel, ...)}: place {@code o} of the output
 * sees, for each {@code k} below {@code kernel}, place {@code o * stride - padding + k * dilation} of the input; places
 * outside are padding.
 *
 * <p>One number an axis, one to three axes. The output's extent is not part of it: {@link #extents} gives the usual
 * ones.
 *
 * @param padding places before the first element; as many, more or fewer come behind the last, as the output's extent
 *     has it
 */
public record Window(int[] kernel, int[] stride, int[] padding, int[] dilation) {

    /** The numbers must be as many for each, kernels, strides and dilations at least 1. */
    public Window {
        int rank = kernel.length;
        if (stride.length != rank || padding.length != rank || dilation.length != rank) {
            throw new IllegalArgumentException("kernel " + Arrays.toString(kernel) + ", stride "
                    + Arrays.toString(stride)
                    + ", padding " + Arrays.toString(padding) + " and dilation " + Arrays.toString(dilation)
                    + " must have one number for each spatial axis");
        }
        for (int i = 0; i < rank; i++) {
            if (kernel[i] < 1 || stride[i] < 1 || dilation[i] < 1) {
                throw new IllegalArgumentException("kernel " + Arrays.toString(kernel) + ", stride "
                        + Arrays.toString(stride)
                        + " and dilation " + Arrays.toString(dilation) + " must be at least 1");
            }
        }
    }

    /** The number of spatial axes. */
    public int rank() { return kernel.length; }

    /** The number of elements that a window sees. */
    public int taps() { return Arrays.stream(kernel).reduce(1, Math::multiplyExact); }

    /** From the first element to behind the last that a window sees along an axis. */
    public long reach(int axis) { return (long) (kernel[axis] - 1) * dilation[axis] + 1; }

    /**
     * How many windows fit along each axis with the padding on both sides:
     * {@code floor((n + 2 padding - reach) / stride) + 1}.
     *
     * @param ceil whether a last window may stick out behind the padding, so long as it starts within input or padding
     *     before it, as in PyTorch
     * @return the extents; less than 1 where the window is larger than the padded input
     */
    public long[] extents(boolean ceil, long... in) {
        long[] out = new long[in.length];
        for (int i = 0; i < out.length; i++) {
            long room = in[i] + 2L * padding[i] - reach(i);
            out[i] = Math.floorDiv(room + (ceil ? stride[i] - 1 : 0), (long) stride[i]) + 1;
            if (ceil && (out[i] - 1) * stride[i] >= in[i] + padding[i]) {
                out[i]--;
            }
        }
        return out;
    }

    /** The extents that a transposed convolution gives: {@code (n - 1) stride - 2 padding + reach + more}. */
    public long[] transposedExtents(long[] in, int... more) {
        long[] out = new long[in.length];
        Arrays.setAll(out, i -> (in[i] - 1) * stride[i] - 2L * padding[i] + reach(i) + more[i]);
        return out;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Window w && Arrays.equals(kernel, w.kernel) && Arrays.equals(stride, w.stride)
                && Arrays.equals(padding, w.padding) && Arrays.equals(dilation, w.dilation);
    }

    @Override
    public int hashCode() {
        return ((Arrays.hashCode(kernel) * 31 + Arrays.hashCode(stride)) * 31 + Arrays.hashCode(padding)) * 31
                + Arrays.hashCode(dilation);
    }

    @Override
    public String toString() {
        return "window " + Arrays.toString(kernel) + " stride " + Arrays.toString(stride) + " padding "
                + Arrays.toString(padding) + " dilation " + Arrays.toString(dilation);
    }
}
