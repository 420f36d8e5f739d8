package io.wengert.kernel.cpu;

/**
 * Convolution of any kind as products of matrices, with the matrix of windows made in pieces that caches hold
 * (Chellapilla, Puri and Simard, 2006).
 *
 * <p>The pieces, and so all sums, depend on the shapes alone, never on the number of threads.
 */
final class ColumnConvolution<T> implements Convolution<T> {

    /** How many elements a piece has about. */
    private static final int PIECE = 1 << 17;
    private static final int LEAST_WIDTH = 256;
    private static final int MOST_SLOTS = 8;

    private final WindowGeometry g;
    private final WindowKernels<T> k;
    private final GemmKernel<T> gemm;
    private final Scratch<T> scratch;
    private final Columns<T> columns;
    private final int places;
    private final int depth;
    private final int filters;

    ColumnConvolution(WindowGeometry g, WindowKernels<T> kernels, GemmKernel<T> gemm, Scratch<T> scratch) {
        this.g = g;
        this.k = kernels;
        this.gemm = gemm;
        this.scratch = scratch;
        columns = new Columns<>(g, kernels, scratch);
        places = g.outSize();
        depth = g.depth();
        filters = g.groupFilters();
    }

    /** A part of the columns: either whole images or some places of one image. */
    private record Piece(int image, int images, int from, int count) {

        int width() { return images * count; }
    }

    /** All pieces. */
    private final class Pieces {
        private final int images;
        private final int width;
        private final int perImage;

        Pieces(int rows) {
            int wanted = Math.max(LEAST_WIDTH, PIECE / Math.max(1, rows));
            images = Math.max(1, Math.min(g.batch(), wanted / places));
            int parts = images > 1 ? 1 : Math.max(1, (places + wanted / 2) / wanted);
            int step = gemm.columnStep();
            width = Math.min(places, ((places + parts - 1) / parts + step - 1) / step * step);
            perImage = (places + width - 1) / width;
        }

        int count() { return (g.batch() + images - 1) / images * perImage; }

        Piece get(int i) {
            int image = i / perImage * images;
            int from = i % perImage * width;
            return new Piece(image, Math.min(images, g.batch() - image), from, Math.min(width, places - from));
        }
    }

    /** Runs parts on all threads, or one after the other, each product on all threads, if there are only a few. */
    private void each(int parts, long work, Body body) {
        if (parts >= Threads.team().size()) {
            Threads.team().run(parts, work / 10, part -> body.run(part, true));
        } else {
            for (int part = 0; part < parts; part++) {
                body.run(part, false);
            }
        }
    }

    private interface Body {
        void run(int part, boolean alone);
    }

    private void multiply(boolean alone, GemmShape s, T a, int a0, T b, int b0, T c, int c0) {
        if (alone && s.n() > 1 && s.k() > 0) {
            gemm.multiply(s, s, a, a0, b, b0, c, c0);
        } else {
            Gemm.multiply(Threads.team(), gemm, 1, s, a, new int[] {a0}, b, new int[] {b0}, c, new int[] {c0});
        }
    }

    private long work() { return (long) g.batch() * g.filters() * places * depth; }

    @Override
    public void forward(T y, int yAt, T x, int xAt, T w, int wAt) {
        Pieces pieces = new Pieces(depth);
        each(g.groups() * pieces.count(), work(), (part, alone) -> {
            int group = part / pieces.count();
            Piece p = pieces.get(part % pieces.count());
            int n = p.width();
            T c = scratch.take(0, depth * n);
            window(p, x, xAt, group, 0, g.groupChannels(), c);
            int wGroup = wAt + group * filters * depth;
            if (p.images() == 1) {
                multiply(alone, new GemmShape(filters, n, depth, depth, 1, n, 1, places), w, wGroup, c, 0,
                        y, yAt + g.outAt(p.image(), group, 0) + p.from());
            } else {
                T r = scratch.take(1, filters * n);
                multiply(alone, new GemmShape(filters, n, depth, depth, 1, n, 1, n), w, wGroup, c, 0, r, 0);
                for (int f = 0; f < filters; f++) {
                    for (int i = 0; i < p.images(); i++) {
                        System.arraycopy(r, f * n + i * places, y, yAt + g.outAt(p.image() + i, group, 0) + f * places,
                                places);
                    }
                }
            }
        });
    }

    /** The columns of a piece, for some channels of a group. */
    private void window(Piece p, T x, int xAt, int group, int channel, int channels, T to) {
        for (int i = 0; i < p.images(); i++) {
            columns.gather(x, xAt + g.inAt(p.image() + i, group, channel), channels, p.from(), p.count(), to,
                    i * places, p.width());
        }
    }

    @Override
    public void input(T x, int xAt, T y, int yAt, T w, int wAt) {
        // As a convolution it copies filters * taps elements for each place of the input, else channels * taps of the
        // output.
        if (g.isDense() && 2L * g.channels() * places >= (long) g.filters() * g.inSize()) {
            turned().forward(x, xAt, y, yAt, turnedWeight(w, wAt), 0);
            return;
        }
        int channels = g.groupChannels();
        // Enough channels at once for the product, few enough for the cache.
        int block = Math.max(1, Math.min(channels, Math.max(PIECE / 2 / (LEAST_WIDTH * g.taps()), 32 / g.taps())));
        int blocks = (channels + block - 1) / block;
        each(g.batch() * g.groups() * blocks, work(), (part, alone) -> {
            int image = part / (g.groups() * blocks);
            int group = part / blocks % g.groups();
            int channel = part % blocks * block;
            int count = Math.min(block, channels - channel);
            int rows = count * g.taps();
            int at = xAt + g.inAt(image, group, channel);
            k.fill(x, at, count * g.inSize(), 0);
            int width = Math.min(places, Math.max(LEAST_WIDTH, PIECE / rows));
            for (int from = 0; from < places; from += width) {
                int n = Math.min(width, places - from);
                T c = scratch.take(0, rows * n);
                multiply(alone, new GemmShape(rows, n, filters, 1, depth, places, 1, n),
                        w, wAt + group * filters * depth + channel * g.taps(), y, yAt + g.outAt(image, group, 0) + from, c,
                        0);
                columns.scatter(x, at, count, from, n, c, 0, n);
            }
        });
    }

    /** The convolution that takes the output's gradient to the input's. */
    private ColumnConvolution<T> turned() { return new ColumnConvolution<>(g.turned(), k, gemm, scratch); }

    /** Weights with input channels for filters and taps in reverse order. */
    private T turnedWeight(T w, int wAt) {
        int taps = g.taps();
        int channels = g.groupChannels();
        T r = k.allocate(g.filters() * depth);
        Threads.team().split(g.channels(), Math.max(1, 1000 / (filters * taps)), 1, (from, to) -> {
            for (int c = from; c < to; c++) {
                int group = c / channels;
                for (int f = 0; f < filters; f++) {
                    int at = wAt + ((group * filters + f) * channels + c % channels) * taps;
                    k.take(taps, w, at + taps - 1, -1, r, (c * filters + f) * taps);
                }
            }
        });
        return r;
    }

    @Override
    public void weight(T w, int wAt, T x, int xAt, T y, int yAt) {
        Pieces pieces = new Pieces(depth);
        int size = g.filters() * depth;
        // Partial sums side by side where they are small; where they are large, channels are enough to share out.
        int slots = Math.min(pieces.count(), Math.max(1, Math.min(MOST_SLOTS, (1 << 20) / size)));
        int channels = g.groupChannels();
        int blocks = Math.min(channels, Math.max(1, MOST_SLOTS / (slots * g.groups())));
        T sums = slots == 1 ? w : k.allocate(slots * size);
        int sumsAt = slots == 1 ? wAt : 0;
        each(slots * g.groups() * blocks, work(), (part, alone) -> {
            int slot = part / (g.groups() * blocks);
            int group = part / blocks % g.groups();
            int channel = part % blocks * channels / blocks;
            int count = (part % blocks + 1) * channels / blocks - channel;
            int to = sumsAt + slot * size + group * filters * depth + channel * g.taps();
            int last = (slot + 1) * pieces.count() / slots;
            int first = slot * pieces.count() / slots;
            for (int i = first; i < last; i++) {
                piece(alone, pieces.get(i), group, channel, count, i > first, x, xAt, y, yAt, sums, to);
            }
        });
        if (slots > 1) {
            System.arraycopy(sums, 0, w, wAt, size);
            for (int s = 1; s < slots; s++) {
                k.add(size, sums, s * size, w, wAt, 1);
            }
        }
    }

    /** What one piece gives to the weights of some channels. */
    private void piece(boolean alone, Piece p, int group, int channel, int count, boolean add, T x, int xAt, T y,
            int yAt, T sums, int to) {
        int n = p.width();
        int rows = count * g.taps();
        T c = scratch.take(0, rows * n);
        window(p, x, xAt, group, channel, count, c);
        T a = y;
        int aAt = yAt + g.outAt(p.image(), group, 0) + p.from();
        int aRow = places;
        if (p.images() > 1) {
            a = scratch.take(1, filters * n);
            aAt = 0;
            aRow = n;
            for (int f = 0; f < filters; f++) {
                for (int i = 0; i < p.images(); i++) {
                    System.arraycopy(y, yAt + g.outAt(p.image() + i, group, 0) + f * places, a, f * n + i * places, places);
                }
            }
        }
        if (!add) {
            multiply(alone, new GemmShape(filters, rows, n, aRow, 1, 1, n, depth), a, aAt, c, 0, sums, to);
            return;
        }
        T r = scratch.take(2, filters * rows);
        multiply(alone, new GemmShape(filters, rows, n, aRow, 1, 1, n, rows), a, aAt, c, 0, r, 0);
        for (int f = 0; f < filters; f++) {
            k.add(rows, r, f * rows, sums, to + f * depth, 1);
        }
    }
}
