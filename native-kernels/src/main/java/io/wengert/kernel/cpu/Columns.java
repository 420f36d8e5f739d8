package io.wengert.kernel.cpu;

/**
 * The matrix of what windows see: a row for each weight of a filter (channel, then tap), a column for each place of the
 * output.
 */
final class Columns<T> {

    /** Rows of the output shorter than this are not worth a copy each: elements are collected one by one. */
    private static final int SHORT_ROW = 16;

    private final WindowGeometry g;
    private final WindowKernels<T> k;
    private final Scratch<T> scratch;

    Columns(WindowGeometry g, WindowKernels<T> kernels, Scratch<T> scratch) {
        this.g = g;
        this.k = kernels;
        this.scratch = scratch;
    }

    /**
     * Writes the rows of some channels of one image.
     *
     * @param x where the first of these channels starts is {@code at}
     * @param from the first place of the output
     * @param width how far rows of the matrix are apart; the first element is at {@code to}
     */
    void gather(T x, int at, int channels, int from, int count, T columns, int to, int width) {
        if (g.out()[2] < SHORT_ROW && channels > 1) {
            collect(x, at, channels, from, count, columns, to, width);
            return;
        }
        for (int r = 0; r < channels * g.taps(); r++) {
            int channel = at + r / g.taps() * g.inSize();
            int row = to + r * width;
            Tap tap = new Tap(r % g.taps());
            for (int p = from; p < from + count;) {
                int begin = p % g.out()[2];
                int end = Math.min(g.out()[2], begin + from + count - p);
                int o = row + p - from - begin;
                int a = Math.min(end, Math.max(begin, tap.first));
                int b = Math.max(a, Math.min(end, tap.last));
                int i = tap.row(p / g.out()[2]);
                if (i < 0) {
                    b = a = end;
                }
                if (a > begin) {
                    k.fill(columns, o + begin, a - begin, 0);
                }
                if (b > a && tap.step == 1) {
                    System.arraycopy(x, channel + i + tap.w + a, columns, o + a, b - a);
                } else if (b > a) {
                    k.take(b - a, x, channel + i + tap.w + a * tap.step, tap.step, columns, o + a);
                }
                if (end > b) {
                    k.fill(columns, o + b, end - b, 0);
                }
                p += end - begin;
            }
        }
    }

    /** The same element by element, from a copy of each channel with a zero behind it that stands for all padding. */
    private void collect(T x, int at, int channels, int from, int count, T columns, int to, int width) {
        int[][] places = new int[g.taps()][count];
        for (int t = 0; t < places.length; t++) {
            Tap tap = new Tap(t);
            for (int i = 0; i < count; i++) {
                int column = (from + i) % g.out()[2];
                int row = tap.row((from + i) / g.out()[2]);
                boolean inside = row >= 0 && column >= tap.first && column < tap.last;
                places[t][i] = inside ? row + tap.w + column * tap.step : g.inSize();
            }
        }
        T channel = scratch.take(3, g.inSize() + 1);
        k.fill(channel, g.inSize(), 1, 0);
        for (int c = 0; c < channels; c++) {
            System.arraycopy(x, at + c * g.inSize(), channel, 0, g.inSize());
            for (int t = 0; t < places.length; t++) {
                k.collect(count, channel, 0, places[t], columns, to + (c * places.length + t) * width, 1);
            }
        }
    }

    /** The transpose: adds the rows to the elements that they came from. */
    void scatter(T x, int at, int channels, int from, int count, T columns, int to, int width) {
        for (int r = 0; r < channels * g.taps(); r++) {
            int channel = at + r / g.taps() * g.inSize();
            int row = to + r * width;
            Tap tap = new Tap(r % g.taps());
            for (int p = from; p < from + count;) {
                int begin = p % g.out()[2];
                int end = Math.min(g.out()[2], begin + from + count - p);
                int a = Math.max(begin, tap.first);
                int b = Math.min(end, tap.last);
                int i = tap.row(p / g.out()[2]);
                if (i >= 0 && b > a) {
                    k.add(b - a, columns, row + p - from - begin + a, x, channel + i + tap.w + a * tap.step, tap.step);
                }
                p += end - begin;
            }
        }
    }

    /** Where one tap looks. */
    private final class Tap {
        private final int step = g.stride()[2];
        private final int d;
        private final int h;
        private final int w;
        /** The places of a row whose element lies inside. */
        private final int first;
        private final int last;

        Tap(int tap) {
            int[] kernel = g.kernel();
            d = tap / (kernel[1] * kernel[2]) * g.dilation()[0] - g.padding()[0];
            h = tap / kernel[2] % kernel[1] * g.dilation()[1] - g.padding()[1];
            w = tap % kernel[2] * g.dilation()[2] - g.padding()[2];
            int room = g.in()[2] - w;
            first = w >= 0 ? 0 : (-w + step - 1) / step;
            last = room <= 0 ? 0 : (room + step - 1) / step;
        }

        /** Where the row of the input starts that it looks at from a row of the output; -1 if outside. */
        int row(int row) {
            int y = row % g.out()[1] * g.stride()[1] + h;
            int z = row / g.out()[1] * g.stride()[0] + d;
            return z < 0 || z >= g.in()[0] || y < 0 || y >= g.in()[1] ? -1 : (z * g.in()[1] + y) * g.in()[2];
        }
    }
}
