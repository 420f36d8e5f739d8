package io.wengert.kernel.cpu;

/**
 * The matrix of what windows see: a row for each weight of a filter (channel, then tap), a column for each place of the
 * output.
 */
final class Columns<T> {

    private final WindowGeometry g;
    private final WindowKernels<T> k;

    Columns(WindowGeometry g, WindowKernels<T> kernels) {
        this.g = g;
        this.k = kernels;
    }

    /** What is done with elements {@code at, at + step, ...} of the input and {@code n} columns from {@code o} on. */
    private interface Run {
        void run(int at, int step, int o, int n);
    }

    /**
     * Writes the rows of some channels of one image.
     *
     * @param x where the first of these channels starts is {@code at}
     * @param from the first place of the output
     * @param width how far rows of the matrix are apart; the first element is at {@code to}
     */
    void gather(T x, int at, int channels, int from, int count, T columns, int to, int width) {
        for (int r = 0; r < channels * g.taps(); r++) {
            int row = to + r * width;
            walk(at + r / g.taps() * g.inSize(), r % g.taps(), from, count, (i, step, o, n) -> {
                if (i < 0) {
                    k.fill(columns, row + o, n, 0);
                } else if (step == 1) {
                    System.arraycopy(x, i, columns, row + o, n);
                } else {
                    k.take(n, x, i, step, columns, row + o);
                }
            });
        }
    }

    /** The transpose: adds the rows to the elements that they came from. */
    void scatter(T x, int at, int channels, int from, int count, T columns, int to, int width) {
        for (int r = 0; r < channels * g.taps(); r++) {
            int row = to + r * width;
            walk(at + r / g.taps() * g.inSize(), r % g.taps(), from, count, (i, step, o, n) -> {
                if (i >= 0) {
                    k.add(n, columns, row + o, x, i, step);
                }
            });
        }
    }

    /** What one tap sees at places [from, from + count); {@code at} is negative for padding. */
    private void walk(int channel, int tap, int from, int count, Run run) {
        int[] kernel = g.kernel();
        int d0 = tap / (kernel[1] * kernel[2]) * g.dilation()[0] - g.padding()[0];
        int h0 = tap / kernel[2] % kernel[1] * g.dilation()[1] - g.padding()[1];
        int w0 = tap % kernel[2] * g.dilation()[2] - g.padding()[2];
        int step = g.stride()[2];
        int columns = g.out()[2];
        int[] in = g.in();
        // The places of a row whose element lies inside.
        int first = Math.min(columns, w0 >= 0 ? 0 : (-w0 + step - 1) / step);
        int last = in[2] <= w0 ? first : Math.max(first, Math.min(columns, (in[2] - w0 + step - 1) / step));
        for (int p = from; p < from + count; ) {
            int row = p / columns;
            int begin = p - row * columns;
            int end = Math.min(columns, begin + from + count - p);
            int d = row / g.out()[1] * g.stride()[0] + d0;
            int h = row % g.out()[1] * g.stride()[1] + h0;
            int o = p - from - begin;
            if (d < 0 || d >= in[0] || h < 0 || h >= in[1]) {
                run.run(-1, 0, o + begin, end - begin);
            } else {
                int a = Math.min(end, Math.max(begin, first));
                int b = Math.max(a, Math.min(end, last));
                if (a > begin) {
                    run.run(-1, 0, o + begin, a - begin);
                }
                if (b > a) {
                    run.run(channel + (d * in[1] + h) * in[2] + w0 + a * step, step, o + a, b - a);
                }
                if (end > b) {
                    run.run(-1, 0, o + b, end - b);
                }
            }
            p += end - begin;
        }
    }
}
