package io.wengert.kernel.cpu;

import java.util.Arrays;

/**
 * Convolution of floats by three by three windows that step by one, with a quarter of the multiplications: Winograd's
 * F(4x4, 3x3), over tiles of four by four places of the output (Lavin and Gray, 2016).
 *
 * <p>Its rounding error is larger than that of a plain sum: it stays below 40 units in the last place (2.4e-6) of the
 * largest sum of absolute products in the array, where a plain sum has a few (measured: a tenth of that). An infinity,
 * too, or NaN shows in all places of its tile. In the middle channels lie innermost, so that a vector is many channels
 * of one place, and the transformed tiles are 36 independent matrix products.
 */
final class WinogradConvolution implements Convolution<float[]> {

    private static final int PLACES = 36;
    /** Elements of transformed tiles that stay in the cache. */
    private static final int BLOCK = 300_000;
    private static final int LEAST_TILES = 48;
    /** Tiles at once for the weight's gradient: many, since each time all of it is added up. */
    private static final int MANY_TILES = 512;

    private final WindowGeometry g;
    private final WinogradKernels w;
    private final WindowKernels<float[]> k;
    private final GemmKernel<float[]> gemm;
    private final Scratch<float[]> scratch;
    private final int channels;
    private final int filters;
    /** Channels and filters of a group, rounded up to whole vectors. */
    private final int wideChannels;
    private final int wideFilters;
    private final int down;
    private final int across;

    WinogradConvolution(WindowGeometry g, WinogradKernels w, WindowKernels<float[]> k, GemmKernel<float[]> gemm,
            Scratch<float[]> scratch) {
        this.g = g;
        this.w = w;
        this.k = k;
        this.gemm = gemm;
        this.scratch = scratch;
        channels = g.groupChannels();
        filters = g.groupFilters();
        wideChannels = roundUp(channels);
        wideFilters = roundUp(filters);
        down = (g.out()[1] + 3) / 4;
        across = (g.out()[2] + 3) / 4;
    }

    private int roundUp(int n) { return (n + w.width() - 1) / w.width() * w.width(); }

    /** Whether it is defined for a convolution. */
    static boolean fits(WindowGeometry g) {
        return g.in()[0] == 1 && g.out()[0] == 1 && g.kernel()[0] == 1 && g.kernel()[1] == 3 && g.kernel()[2] == 3
                && g.padding()[0] == 0 && g.isDense() && g.dilation()[1] == 1 && g.dilation()[2] == 1;
    }

    /** Whether it pays: estimates of the time of both ways, in multiplications for each channel and filter. */
    boolean pays() {
        double tiles = (double) g.batch() * down * across;
        double transforms = 600 + 800 * tiles * (1.0 / channels + 1.0 / filters);
        double waste = (double) wideChannels * wideFilters / ((double) channels * filters);
        return channels >= 8 && filters >= 8 && 36 * tiles * waste + transforms < 10.8 * g.batch() * g.outSize();
    }

    /** Tiles that are done together: some rows of tiles of one image, or whole images. */
    private record Block(int image, int images, int row, int rows, int across) {

        int tiles() { return images * rows * across; }

        /** The number of rows of tiles. */
        int lines() { return images * rows; }
    }

    /** All blocks. */
    private final class Blocks {
        private final int rows;
        private final int images;
        private final int perImage;

        Blocks(int tiles) {
            int most = Math.max(1, Math.min(down, tiles / across));
            perImage = (down + most - 1) / most;
            rows = (down + perImage - 1) / perImage;
            images = perImage > 1 ? 1 : Math.max(1, Math.min(g.batch(), tiles / (down * across)));
        }

        int count() { return (g.batch() + images - 1) / images * perImage; }

        Block get(int i) {
            int image = i / perImage * images;
            int row = i % perImage * rows;
            return new Block(image, Math.min(images, g.batch() - image), row, Math.max(0, Math.min(rows, down - row)),
                    across);
        }
    }

    @Override
    public void forward(float[] y, int yAt, float[] x, int xAt, float[] weight, int wAt) {
        run(y, yAt, x, xAt, transformed(weight, wAt, channels * 9, 9, channels * filters * 9, false));
    }

    /** The gradient of the input of a convolution, of which this is the {@link WindowGeometry#turned} one. */
    @Override
    public void input(float[] x, int xAt, float[] y, int yAt, float[] weight, int wAt) {
        run(x, xAt, y, yAt, transformed(weight, wAt, 9, filters * 9, channels * filters * 9, true));
    }

    /**
     * All weights, transformed: for each group and each of 36 places panels of filters, as wide as the product takes
     * them, with a row for each channel.
     */
    private float[] transformed(float[] weight, int wAt, int filterStep, int channelStep, int groupStep,
            boolean turned) {
        int lanes = w.width();
        int plane = channels * wideFilters;
        float[] u = scratch.take(3, g.groups() * PLACES * plane);
        int step = gemm.columnStep();
        int parts = wideFilters / lanes;
        Threads.team().split(g.groups() * parts, Math.max(1, 1000 / (channels * 8)), 1, (from, to) -> {
            float[] nine = new float[9 * lanes];
            float[] t = new float[PLACES * lanes];
            for (int i = from; i < to; i++) {
                int group = i / parts;
                int f = i % parts * lanes;
                int panel = f / step * step;
                int width = Math.min(step, wideFilters - panel);
                int o = group * PLACES * plane + panel * channels + f - panel;
                for (int c = 0; c < channels; c++) {
                    int at = wAt + group * groupStep + c * channelStep + f * filterStep;
                    collect(weight, at, filterStep, Math.min(lanes, filters - f), nine, turned);
                    w.weight(nine, 0, 3 * lanes, lanes, u, o + c * width, 6 * plane, plane, t);
                }
            }
        });
        return u;
    }

    /** Nine weights of n filters each, side by side. */
    private void collect(float[] weight, int at, int step, int n, float[] nine, boolean turned) {
        int lanes = w.width();
        if (n < lanes) {
            Arrays.fill(nine, 0);
        }
        for (int i = 0; i < n; i++) {
            int from = at + i * step;
            for (int q = 0; q < 9; q++) {
                nine[q * lanes + i] = weight[from + (turned ? 8 - q : q)];
            }
        }
    }

    private void run(float[] y, int yAt, float[] x, int xAt, float[] u) {
        Blocks blocks = new Blocks(Math.max(LEAST_TILES, BLOCK / PLACES / (wideChannels + wideFilters)));
        long work = (long) g.batch() * down * across * PLACES * g.filters() * channels;
        Threads.team().run(g.groups() * blocks.count(), work / 40, part -> {
            int group = part / blocks.count();
            Block b = blocks.get(part % blocks.count());
            if (b.tiles() == 0) {
                return;
            }
            float[] v = scratch.take(0, PLACES * b.tiles() * wideChannels);
            float[] m = scratch.take(1, PLACES * b.tiles() * wideFilters);
            for (int line = 0; line < b.lines(); line++) {
                images(b, line, group, x, xAt, v, b.tiles());
            }
            for (int place = 0; place < PLACES; place++) {
                multiply(b.tiles(), place, v, u, group * PLACES * channels * wideFilters, m);
            }
            for (int line = 0; line < b.lines(); line++) {
                results(b, line, group, m, y, yAt);
            }
        });
    }

    private void multiply(int tiles, int place, float[] v, float[] u, int uAt, float[] m) {
        int step = gemm.columnStep();
        int plane = uAt + place * channels * wideFilters;
        for (int panel = 0; panel < wideFilters; panel += step) {
            int width = Math.min(step, wideFilters - panel);
            GemmShape s = new GemmShape(tiles, width, channels, wideChannels, 1, width, 1, wideFilters);
            gemm.multiply(s, s, v, place * tiles * wideChannels, u, plane + panel * channels, m,
                    place * tiles * wideFilters + panel);
        }
    }

    /**
     * Transforms one row of tiles of the input, all channels of a group; {@code tiles} are the numbers between places
     * of v.
     */
    private void images(Block b, int line, int group, float[] x, int xAt, float[] v, int tiles) {
        int columns = 4 * across + 2;
        float[] rows = scratch.take(2, 6 * columns * wideChannels);
        int lanes = w.width();
        float[] t = scratch.take(4, PLACES * lanes);
        int image = b.image() + line / b.rows();
        int at = xAt + (image * g.channels() + group * channels) * g.inSize();
        int top = 4 * (b.row() + line % b.rows()) - g.padding()[1];
        int left = g.padding()[2];
        for (int i = 0; i < 6; i++) {
            inside(x, at, g.in(), top + i, left, channels, rows, i * columns * wideChannels, columns, wideChannels);
        }
        int plane = tiles * wideChannels;
        for (int q = 0; q < across; q++) {
            for (int c = 0; c < wideChannels; c += lanes) {
                w.image(rows, 4 * q * wideChannels + c, columns * wideChannels, wideChannels,
                        v, (line * across + q) * wideChannels + c, 6 * plane, plane, t);
            }
        }
    }

    /** One row of all channels, with channels innermost and zeros outside; {@code left} is the padding before it. */
    private void inside(float[] x, int at, int[] extents, int row, int left, int count, float[] to, int o, int columns,
            int wide) {
        Arrays.fill(to, o, o + columns * wide, 0);
        int from = Math.max(0, -left);
        int n = Math.min(extents[2], columns - left) - from;
        if (row < 0 || row >= extents[1] || n <= 0) {
            return;
        }
        int size = extents[1] * extents[2];
        int first = o + (from + left) * wide;
        int source = at + row * extents[2] + from;
        int c = 0;
        for (; c + 4 <= count; c += 4) {
            spread4(n, x, source + c * size, size, to, first + c, wide);
        }
        for (; c < count; c++) {
            k.put(n, x, source + c * size, to, first + c, wide);
        }
    }

    /** Four rows, {@code row} apart, to four neighbouring columns. */
    private static void spread4(int n, float[] x, int at, int row, float[] to, int o, int wide) {
        int b = at + row;
        int c = b + row;
        int d = c + row;
        for (int i = 0; i < n; i++, o += wide) {
            to[o] = x[at + i];
            to[o + 1] = x[b + i];
            to[o + 2] = x[c + i];
            to[o + 3] = x[d + i];
        }
    }

    /** The other way round. */
    private static void collect4(int n, float[] from, int at, int wide, float[] y, int o, int row) {
        int b = o + row;
        int c = b + row;
        int d = c + row;
        for (int i = 0; i < n; i++, at += wide) {
            y[o + i] = from[at];
            y[b + i] = from[at + 1];
            y[c + i] = from[at + 2];
            y[d + i] = from[at + 3];
        }
    }

    /** Transforms one row of tiles back and brings it to the output. */
    private void results(Block b, int line, int group, float[] m, float[] y, int yAt) {
        int columns = 4 * across;
        int lanes = w.width();
        float[] rows = scratch.take(2, 4 * columns * wideFilters);
        float[] t = scratch.take(4, PLACES * lanes);
        int plane = b.tiles() * wideFilters;
        for (int q = 0; q < across; q++) {
            for (int f = 0; f < wideFilters; f += lanes) {
                w.result(m, (line * across + q) * wideFilters + f, 6 * plane, plane,
                        rows, 4 * q * wideFilters + f, columns * wideFilters, wideFilters, t);
            }
        }
        int image = b.image() + line / b.rows();
        int at = yAt + (image * g.filters() + group * filters) * g.outSize();
        int top = 4 * (b.row() + line % b.rows());
        int width = g.out()[2];
        for (int i = 0; i < Math.min(4, g.out()[1] - top); i++) {
            int from = i * columns * wideFilters;
            int to = at + (top + i) * width;
            int f = 0;
            for (; f + 4 <= filters; f += 4) {
                collect4(width, rows, from + f, wideFilters, y, to + f * g.outSize(), g.outSize());
            }
            for (; f < filters; f++) {
                k.take(width, rows, from + f, wideFilters, y, to + f * g.outSize());
            }
        }
    }

    /**
     * The gradient of the weight, block after block: in each all threads transform tiles first and then multiply, each
     * thread other ones of the 36 places.
     */
    @Override
    public void weight(float[] weight, int wAt, float[] x, int xAt, float[] y, int yAt) {
        Blocks blocks = new Blocks(MANY_TILES);
        int plane = channels * wideFilters;
        float[] u = scratch.take(3, 2 * PLACES * plane);
        int sum = PLACES * plane;
        for (int group = 0; group < g.groups(); group++) {
            for (int i = 0; i < blocks.count(); i++) {
                Block b = blocks.get(i);
                if (b.tiles() > 0) {
                    block(b, group, i > 0, x, xAt, y, yAt, u, sum);
                }
            }
            finish(u, sum, weight, wAt + group * filters * channels * 9);
        }
    }

    private void block(Block b, int group, boolean add, float[] x, int xAt, float[] y, int yAt, float[] u, int sum) {
        int tiles = b.tiles();
        float[] v = scratch.take(0, PLACES * tiles * wideChannels);
        float[] m = scratch.take(1, PLACES * tiles * wideFilters);
        Threads.team().run(b.lines(), 100_000, line -> {
            images(b, line, group, x, xAt, v, tiles);
            gradients(b, line, group, y, yAt, m);
        });
        int plane = channels * wideFilters;
        GemmShape s = new GemmShape(channels, wideFilters, tiles, 1, wideChannels, wideFilters, 1, wideFilters);
        Threads.team().run(PLACES, 100_000, place -> {
            int to = add ? place * plane : sum + place * plane;
            gemm.multiply(s, s, v, place * tiles * wideChannels, m, place * tiles * wideFilters, u, to);
            if (add) {
                k.add(plane, u, to, u, sum + place * plane, 1);
            }
        });
    }

    /** Transforms one row of tiles of the output's gradient. */
    private void gradients(Block b, int line, int group, float[] y, int yAt, float[] m) {
        int columns = 4 * across;
        int lanes = w.width();
        float[] rows = scratch.take(2, 4 * columns * wideFilters);
        float[] t = scratch.take(4, PLACES * lanes);
        int image = b.image() + line / b.rows();
        int at = yAt + (image * g.filters() + group * filters) * g.outSize();
        int top = 4 * (b.row() + line % b.rows());
        for (int i = 0; i < 4; i++) {
            inside(y, at, g.out(), top + i, 0, filters, rows, i * columns * wideFilters, columns, wideFilters);
        }
        int plane = b.tiles() * wideFilters;
        for (int q = 0; q < across; q++) {
            for (int f = 0; f < wideFilters; f += lanes) {
                w.resultTransposed(rows, 4 * q * wideFilters + f, columns * wideFilters, wideFilters,
                        m, (line * across + q) * wideFilters + f, 6 * plane, plane, t);
            }
        }
    }

    private void finish(float[] u, int sum, float[] weight, int wAt) {
        int lanes = w.width();
        int plane = channels * wideFilters;
        Threads.team().split(wideFilters / lanes, Math.max(1, 1000 / (channels * 8)), 1, (from, to) -> {
            float[] nine = new float[9 * lanes];
            float[] t = new float[PLACES * lanes];
            for (int f = from * lanes; f < to * lanes; f += lanes) {
                for (int c = 0; c < channels; c++) {
                    w.weightTransposed(u, sum + c * wideFilters + f, 6 * plane, plane, nine, 0, 3 * lanes, lanes, t);
                    for (int i = 0; i < Math.min(lanes, filters - f); i++) {
                        for (int q = 0; q < 9; q++) {
                            weight[wAt + ((f + i) * channels + c) * 9 + q] = nine[q * lanes + i];
                        }
                    }
                }
            }
        });
    }
}
