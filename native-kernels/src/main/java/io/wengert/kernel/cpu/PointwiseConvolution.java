package io.wengert.kernel.cpu;

/**
 * Convolution by windows of a single element, without padding: a product of matrices for each image. Where windows step by
 * more than one, the elements that they see are gathered first.
 *
 * <p>The order of all sums depends on the shapes alone, never on the number of threads.
 */
final class PointwiseConvolution<T> implements Convolution<T> {

    /** So many places of all images give sums of their own. */
    private static final int LEAST_SUMMANDS = 128;
    private static final int MOST_SLOTS = 8;

    private final WindowGeometry g;
    private final WindowKernels<T> k;
    private final GemmKernel<T> gemm;
    private final Scratch<T> scratch;
    private final int channels;
    private final int filters;
    private final int places;

    PointwiseConvolution(WindowGeometry g, WindowKernels<T> kernels, GemmKernel<T> gemm, Scratch<T> scratch) {
        this.g = g;
        this.k = kernels;
        this.gemm = gemm;
        this.scratch = scratch;
        channels = g.groupChannels();
        filters = g.groupFilters();
        places = g.outSize();
    }

    /** Whether it is one: all windows see an element of the input. */
    static boolean fits(WindowGeometry g) {
        for (int i = 0; i < 3; i++) {
            if (g.padding()[i] != 0 || (g.out()[i] - 1) * g.stride()[i] >= g.in()[i]) {
                return false;
            }
        }
        return g.taps() == 1;
    }

    private long work() { return (long) g.batch() * g.filters() * places * channels; }

    private static int blocks(int n, int step) { return (n + step - 1) / step; }

    private static int roundUp(int n, int step) { return blocks(n, step) * step; }

    @Override
    public void forward(T y, int yAt, T x, int xAt, T w, int wAt) {
        GemmShape shape = new GemmShape(filters, places, channels, channels, 1, places, 1, places);
        if (g.isPointwise()) {
            batched(shape, w, wAt, x, xAt, g.inAt(0, 1, 0), y, yAt, g.outAt(0, 1, 0));
            return;
        }
        Threads.team().run(g.batch() * g.groups(), work() / 10, part -> {
            int image = part / g.groups();
            int group = part % g.groups();
            T seen = scratch.take(0, channels * places);
            collect(1, group, image, x, xAt, seen);
            multiply(shape, w, wAt + group * filters * channels, seen, 0, y, yAt + g.outAt(image, group, 0));
        });
    }

    @Override
    public void input(T x, int xAt, T y, int yAt, T w, int wAt) {
        GemmShape shape = new GemmShape(channels, places, filters, 1, channels, places, 1, places);
        if (g.isPointwise()) {
            batched(shape, w, wAt, y, yAt, g.outAt(0, 1, 0), x, xAt, g.inAt(0, 1, 0));
            return;
        }
        Threads.team().run(g.batch() * g.groups(), work() / 10, part -> {
            int image = part / g.groups();
            int group = part % g.groups();
            T seen = scratch.take(0, channels * places);
            multiply(shape, w, wAt + group * filters * channels, y, yAt + g.outAt(image, group, 0), seen, 0);
            k.fill(x, xAt + g.inAt(image, group, 0), channels * g.inSize(), 0);
            rows(1, group, image, xAt, (at, o) -> k.put(g.out()[2], seen, o, x, at, g.stride()[2]));
        });
    }

    /** One product for each group of each image, where B and C lie behind one another. */
    private void batched(GemmShape shape, T w, int wAt, T b, int b0, int bStep, T c, int c0, int cStep) {
        int batch = g.batch() * g.groups();
        int[] a = new int[batch];
        int[] bs = new int[batch];
        int[] cs = new int[batch];
        for (int q = 0; q < batch; q++) {
            a[q] = wAt + q % g.groups() * filters * channels;
            bs[q] = b0 + q * bStep;
            cs[q] = c0 + q * cStep;
        }
        Gemm.multiply(Threads.team(), gemm, batch, shape, w, a, b, bs, c, cs);
    }

    private void multiply(GemmShape shape, T a, int a0, T b, int b0, T c, int c0) {
        Gemm.multiply(Threads.team(), gemm, 1, shape, a, new int[] {a0}, b, new int[] {b0}, c, new int[] {c0});
    }

    /** The gradient of the weights: a product of what images give, joined along their places. */
    @Override
    public void weight(T w, int wAt, T x, int xAt, T y, int yAt) {
        boolean turned = waste(channels, filters) < waste(filters, channels);
        int m = turned ? channels : filters;
        int n = turned ? filters : channels;
        int size = g.filters() * channels;
        int most = Math.min(MOST_SLOTS, Math.max(1, g.batch() * places / LEAST_SUMMANDS));
        int slots = Math.min(g.batch(), Math.max(1, Math.min(most, (1 << 20) / size)));
        T sums = scratch.take(4, slots * size);
        GemmShape shape = new GemmShape(m, n, places, places, 1, 1, places, n);
        Threads.team().run(slots * g.groups(), work() / 20, part -> {
            int slot = part / g.groups();
            int group = part % g.groups();
            int image = slot * g.batch() / slots;
            int items = (slot + 1) * g.batch() / slots - image;
            int to = slot * size + group * filters * channels;
            int in = xAt + g.inAt(image, group, 0);
            int out = yAt + g.outAt(image, group, 0);
            T seen = x;
            int xItem = g.channels() * places;
            if (!g.isPointwise()) {
                xItem = channels * places;
                seen = scratch.take(0, items * xItem);
                in = 0;
                collect(items, group, image, x, xAt, seen);
            }
            int yItem = g.filters() * places;
            if (turned) {
                gemm.multiplyJoined(shape, items, seen, in, xItem, y, out, yItem, sums, to);
            } else {
                gemm.multiplyJoined(shape, items, y, out, yItem, seen, in, xItem, sums, to);
            }
        });
        for (int s = 1; s < slots; s++) {
            k.add(size, sums, s * size, sums, 0, 1);
        }
        if (!turned) {
            System.arraycopy(sums, 0, w, wAt, size);
            return;
        }
        for (int f = 0; f < g.filters(); f++) {
            int from = f / filters * filters * channels + f % filters;
            k.take(channels, sums, from, filters, w, wAt + f * channels);
        }
    }

    /** What a product of m rows and n columns costs, relative to others of as many multiplications. */
    private double waste(int m, int n) {
        return (double) roundUp(m, gemm.rowStep()) * roundUp(n, gemm.columnStep()) + 4 * m + 8 * n;
    }

    /** What windows see of some images, one behind the other. */
    private void collect(int items, int group, int image, T x, int xAt, T to) {
        rows(items, group, image, xAt, (at, o) -> k.take(g.out()[2], x, at, g.stride()[2], to, o));
    }

    private interface Row {
        void run(int in, int out);
    }

    /** Rows of the output of a group's channels in some images, counted from 0, and where what they see begins in the input. */
    private void rows(int items, int group, int image, int xAt, Row row) {
        int[] in = g.in();
        int[] out = g.out();
        int[] stride = g.stride();
        int o = 0;
        for (int c = 0; c < items * channels; c++) {
            int at = xAt + g.inAt(image + c / channels, group, c % channels);
            for (int d = 0; d < out[0]; d++) {
                for (int h = 0; h < out[1]; h++, o += out[2]) {
                    row.run(at + (d * stride[0] * in[1] + h * stride[1]) * in[2], o);
                }
            }
        }
    }
}
