package io.wengert.kernel.cpu;

import io.wengert.kernel.Layout;
import io.wengert.kernel.Window;
import java.util.Arrays;

/**
 * The numbers of one convolution or pooling, brought to three spatial axes (depth, height, width); missing axes come
 * first and have size 1.
 *
 * @param in spatial extents of the input
 * @param out spatial extents of the output
 */
record WindowGeometry(int batch, int channels, int filters, int groups, int[] in, int[] out,
        int[] kernel, int[] stride, int[] padding, int[] dilation) {

    static WindowGeometry of(Layout in, Layout out, Window w, int groups) {
        return new WindowGeometry((int) in.size(0), (int) in.size(1), (int) out.size(1), groups, extents(in),
                extents(out),
                three(w.kernel(), 1), three(w.stride(), 1), three(w.padding(), 0), three(w.dilation(), 1));
    }

    private static int[] extents(Layout l) {
        int[] e = new int[l.rank() - 2];
        for (int i = 0; i < e.length; i++) {
            e[i] = (int) l.size(2 + i);
        }
        return three(e, 1);
    }

    private static int[] three(int[] a, int missing) {
        int[] r = {missing, missing, missing};
        System.arraycopy(a, 0, r, 3 - a.length, a.length);
        return r;
    }

    /** Input channels of a group. */
    int groupChannels() { return channels / groups; }

    /** Filters of a group. */
    int groupFilters() { return filters / groups; }

    /** Elements of one input channel of one image. */
    int inSize() { return in[0] * in[1] * in[2]; }

    /** Elements of one output channel of one image. */
    int outSize() { return out[0] * out[1] * out[2]; }

    /** Where a channel of a group begins in the input. */
    int inAt(int image, int group, int channel) { return (image * channels + group * groupChannels() + channel) * inSize(); }

    /** Where a filter of a group begins in the output. */
    int outAt(int image, int group, int filter) { return (image * filters + group * groupFilters() + filter) * outSize(); }

    int taps() { return kernel[0] * kernel[1] * kernel[2]; }

    /** Weights of one filter. */
    int depth() { return groupChannels() * taps(); }

    /** Whether windows are single elements that follow each other: a convolution is then a matrix product. */
    boolean isPointwise() {
        return taps() == 1 && isDense() && padding[0] == 0 && padding[1] == 0 && padding[2] == 0
                && Arrays.equals(in, out);
    }

    /** Whether windows step by one. */
    boolean isDense() { return stride[0] == 1 && stride[1] == 1 && stride[2] == 1; }

    /**
     * The convolution of the output's gradient, with turned weights, that gives the input's; for {@link #isDense()}.
     */
    WindowGeometry turned() {
        int[] p = new int[3];
        for (int i = 0; i < 3; i++) {
            p[i] = (kernel[i] - 1) * dilation[i] - padding[i];
        }
        return new WindowGeometry(batch, filters, channels, groups, out, in, kernel, stride, p, dilation);
    }
}
