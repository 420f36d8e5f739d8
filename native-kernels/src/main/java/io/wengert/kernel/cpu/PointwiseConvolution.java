package io.wengert.kernel.cpu;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

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
    /** Images of fewer places are joined, those of which all is seen and others. */
    private static final int FEW_PLACES = 32;
    private static final int MANY_PLACES = 256;
    /** Elements of joined images that stay in the second-level cache. */
    private static final int HELD = 1 << 17;
    /** Rows of the output shorter than this are not worth a loop each. */
    private static final int SHORT_ROW = 16;

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
        int images = together();
        if (images == 1 && g.isPointwise()) {
            GemmShape shape = new GemmShape(filters, places, channels, channels, 1, places, 1, places);
            batched(shape, w, wAt, x, xAt, g.inAt(0, 1, 0), y, yAt, g.outAt(0, 1, 0));
            return;
        }
        int[] seen = seen();
        joined(images, (image, count, group) -> {
            int n = count * places;
            T in = scratch.take(0, channels * n);
            for (int i = 0; i < count; i++) {
                collect(group, image + i, x, xAt, seen, in, i * places, n);
            }
            GemmShape shape = new GemmShape(filters, n, channels, channels, 1, n, 1, n);
            if (count == 1) {
                multiply(shape, w, wAt + group * filters * channels, in, 0, y, yAt + g.outAt(image, group, 0));
                return;
            }
            T out = scratch.take(1, filters * n);
            multiply(shape, w, wAt + group * filters * channels, in, 0, out, 0);
            for (int i = 0; i < count; i++) {
                k.rows(filters, places, out, i * places, n, y, yAt + g.outAt(image + i, group, 0), places);
            }
        });
    }

    @Override
    public void input(T x, int xAt, T y, int yAt, T w, int wAt) {
        int images = together();
        if (images == 1 && g.isPointwise()) {
            GemmShape shape = new GemmShape(channels, places, filters, 1, channels, places, 1, places);
            batched(shape, w, wAt, y, yAt, g.outAt(0, 1, 0), x, xAt, g.inAt(0, 1, 0));
            return;
        }
        joined(images, (image, count, group) -> {
            int n = count * places;
            T out = y;
            int from = yAt + g.outAt(image, group, 0);
            if (count > 1) {
                out = scratch.take(1, filters * n);
                from = 0;
                for (int i = 0; i < count; i++) {
                    k.rows(filters, places, y, yAt + g.outAt(image + i, group, 0), places, out, i * places, n);
                }
            }
            T in = scratch.take(0, channels * n);
            GemmShape shape = new GemmShape(channels, n, filters, 1, channels, n, 1, n);
            multiply(shape, w, wAt + group * filters * channels, out, from, in, 0);
            for (int i = 0; i < count; i++) {
                distribute(group, image + i, in, i * places, n, x, xAt);
            }
        });
    }

    /** What is done with some images, of one group of channels. */
    private interface Images {
        void run(int image, int count, int group);
    }

    /** Runs parts on all threads or, of only a few, one after the other, each product on all threads. */
    private void joined(int images, Images body) {
        int parts = blocks(g.batch(), images) * g.groups();
        IntConsumer one = part -> {
            int image = part / g.groups() * images;
            body.run(image, Math.min(images, g.batch() - image), part % g.groups());
        };
        if (parts >= Threads.team().size()) {
            Threads.team().run(parts, work() / 10, one);
        } else {
            IntStream.range(0, parts).forEach(one);
        }
    }

    /** How many images are done in one product: where they have few places, as many as fill its tiles and stay in the cache. */
    private int together() {
        if (places >= (g.isPointwise() ? FEW_PLACES : MANY_PLACES)) {
            return 1;
        }
        int most = Math.min(blocks(MANY_PLACES, places), HELD / (places * Math.max(channels, filters)));
        return Math.max(1, Math.min(most, blocks(g.batch(), 2)));
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
        int[] looks = seen();
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
                for (int i = 0; i < items; i++) {
                    collect(group, image + i, x, xAt, looks, seen, i * xItem, places);
                }
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

    /** Where in a channel of an image windows look. */
    private int[] seen() {
        int[] at = new int[places];
        for (int p = 0; p < places; p++) {
            int row = p / g.out()[2];
            int d = row / g.out()[1] * g.stride()[0];
            int h = row % g.out()[1] * g.stride()[1];
            at[p] = (d * g.in()[1] + h) * g.in()[2] + p % g.out()[2] * g.stride()[2];
        }
        return at;
    }

    /** What windows see of a group of channels of an image: a row for each channel, {@code width} apart. */
    private void collect(int group, int image, T x, int xAt, int[] seen, T to, int o, int width) {
        int at = xAt + g.inAt(image, group, 0);
        if (g.isPointwise()) {
            k.rows(channels, places, x, at, places, to, o, width);
            return;
        }
        int row = g.out()[2];
        for (int c = 0; c < channels; c++, at += g.inSize()) {
            int first = o + c * width;
            if (row < SHORT_ROW) {
                k.collect(places, x, at, seen, to, first, 1);
                continue;
            }
            for (int p = 0; p < places; p += row) {
                k.take(row, x, at + seen[p], g.stride()[2], to, first + p);
            }
        }
    }

    /** The other way round, with zeros where no window looks. */
    private void distribute(int group, int image, T from, int o, int width, T x, int xAt) {
        int at = xAt + g.inAt(image, group, 0);
        if (g.isPointwise()) {
            k.rows(channels, places, from, o, width, x, at, places);
            return;
        }
        int[] seen = seen();
        k.fill(x, at, channels * g.inSize(), 0);
        int row = g.out()[2];
        for (int c = 0; c < channels; c++, at += g.inSize()) {
            for (int p = 0; p < places; p += row) {
                k.put(row, from, o + c * width + p, x, at + seen[p], g.stride()[2]);
            }
        }
    }
}
