package io.wengert.kernel.cpu;

import java.util.Arrays;

/**
 * Convolution of many small images: they lie side by side, so that a vector holds the same place of as many of them, and
 * a row of windows is one piece without gaps, however short it is.
 *
 * <p>Bringing images side by side and back costs a transpose each. The order of all sums depends on the shapes alone,
 * never on the number of threads.
 */
final class BatchConvolution<T> implements Convolution<T> {

    /** Elements of the padded channels of as many images as lie side by side: they stay in the second-level cache. */
    private static final int HELD = 1 << 19;
    /** Windows at once for the weights' gradient: four filters of them fit the L1 cache, beside a channel. */
    private static final int MANY_WINDOWS = 1920;
    private static final int MOST_SLOTS = 8;
    /** Channels that lie a multiple of this many elements apart would share few sets of the cache. */
    private static final int SET_STEP = 1024;

    private final WindowGeometry g;
    private final WindowKernels<T> k;
    private final Scratch<T> scratch;
    private final int side;
    private final int channels;
    private final int filters;
    /** Extents of a padded channel. */
    private final int[] padded = new int[3];
    /** Elements from a padded channel to the next. */
    private final int plane;
    /** The taps of a row of a window. */
    private final int rowTaps;

    BatchConvolution(WindowGeometry g, WindowKernels<T> kernels, Scratch<T> scratch) {
        this.g = g;
        this.k = kernels;
        this.scratch = scratch;
        side = kernels.images();
        channels = g.groupChannels();
        filters = g.groupFilters();
        for (int i = 0; i < 3; i++) {
            padded[i] = padded(g, i);
        }
        int size = place(padded[0], 0, 0);
        plane = size % SET_STEP == 0 ? size + side : size;
        rowTaps = g.kernel()[2];
    }

    private static int padded(WindowGeometry g, int axis) { return g.out()[axis] + (g.kernel()[axis] - 1) * g.dilation()[axis]; }

    /** Where weights of a filter look, counted as {@link FilterPanels#inOrder} does. */
    private int[] offsets(int[] order) {
        int[] offsets = new int[order.length];
        int[] taps = g.kernel();
        Arrays.setAll(offsets, p -> {
            int t = order[p] % g.taps();
            return order[p] / g.taps() * plane + place(t / (taps[1] * taps[2]) * g.dilation()[0],
                    t / taps[2] % taps[1] * g.dilation()[1], t % taps[2] * g.dilation()[2]);
        });
        return offsets;
    }

    /** The weights of a filter, row after row of its taps, all channels of each. */
    private int[] byRows() {
        int[] order = new int[g.depth()];
        int row = channels * rowTaps;
        Arrays.setAll(order, p -> p % row / rowTaps * g.taps() + p / row * rowTaps + p % rowTaps);
        return order;
    }

    /** The first of those rows that does not lie in the padding for windows of row h at depth d, and the one behind the last. */
    private int[] rowsInside(int d, int h) {
        int first = 0;
        int end = 0;
        for (int r = 0; r < g.kernel()[0] * g.kernel()[1]; r++) {
            int x = d + r / g.kernel()[1] * g.dilation()[0] - g.padding()[0];
            int y = h + r % g.kernel()[1] * g.dilation()[1] - g.padding()[1];
            if (x >= 0 && x < g.in()[0] && y >= 0 && y < g.in()[1]) {
                first = end == 0 ? r : first;
                end = r + 1;
            }
        }
        return new int[] {first, end};
    }

    /**
     * Whether images can lie side by side: windows step by one, there are enough images, with as many places as lanes at least, and
     * their channels stay in the cache.
     */
    static boolean fits(WindowGeometry g, WindowKernels<?> k) {
        int side = k.images();
        if (side == 0 || g.batch() < side || !g.isDense() || g.inSize() < side || g.outSize() < side) {
            return false;
        }
        long held = (long) g.groupChannels() * side;
        for (int i = 0; i < 3; i++) {
            if (g.padding()[i] < 0 || g.in()[i] + g.padding()[i] > padded(g, i)) {
                return false;
            }
            held *= padded(g, i);
        }
        return held <= HELD;
    }

    /** How many windows are computed for an image, where rows of taps in the padding do not count. */
    double windows() {
        int rows = 0;
        for (int o = 0; o < g.out()[0] * g.out()[1]; o++) {
            int[] inside = rowsInside(o / g.out()[1], o % g.out()[1]);
            rows += inside[1] - inside[0];
        }
        return (double) rows * g.out()[2] / (g.kernel()[0] * g.kernel()[1]);
    }

    private static int blocks(int n, int step) { return (n + step - 1) / step; }

    private int place(int d, int h, int w) { return ((d * padded[1] + h) * padded[2] + w) * side; }

    /** The first image of a block; the last block overlaps the one before. */
    private int firstImage(int block) { return Math.min(block * side, g.batch() - side); }

    private long nanos() { return (long) g.batch() * g.filters() * g.outSize() * g.depth() / 20; }

    /** With few blocks, the filters are shared out too; each thread then brings the images side by side for itself. */
    private static int shares(int blocks, int panels) { return blocks >= 2 * Threads.team().size() ? 1 : Math.min(panels, 2); }

    @Override
    public void forward(T y, int yAt, T x, int xAt, T w, int wAt) {
        int[] order = byRows();
        slide(y, yAt, x, xAt, FilterPanels.pack(g, order, k, scratch, w, wAt), offsets(order));
    }

    /** The gradient of the input: a convolution with turned weights. */
    @Override
    public void input(T x, int xAt, T y, int yAt, T w, int wAt) {
        BatchConvolution<T> turned = new BatchConvolution<>(g.turned(), k, scratch);
        int[] order = turned.byRows();
        turned.slide(x, xAt, y, yAt, FilterPanels.packTurned(g, order, k, scratch, w, wAt), turned.offsets(order));
    }

    private void slide(T y, int yAt, T x, int xAt, T packed, int[] offsets) {
        int tile = k.tileFilters();
        int panels = blocks(filters, tile);
        int blocks = blocks(g.batch(), side);
        int shares = shares(blocks * g.groups(), panels);
        int row = (g.outSize() + 1) * side;
        Threads.team().run(blocks * g.groups() * shares, nanos(), part -> {
            int share = part % shares;
            int group = part / shares % g.groups();
            int image = firstImage(part / shares / g.groups());
            T in = scratch.take(0, channels * plane + 2 * side);
            T out = scratch.take(1, Math.max(tile * row, g.inSize() * side));
            load(x, xAt, image, group, in, out);
            for (int panel = share * panels / shares; panel < (share + 1) * panels / shares; panel++) {
                windows(in, offsets, packed, (group * panels + panel) * tile * g.depth(), out, row);
                for (int r = 0; r < Math.min(tile, filters - panel * tile); r++) {
                    unload(out, r * row, y, yAt + g.outAt(image, group, panel * tile + r));
                }
            }
        });
    }

    /** All windows of a tile's filters, which are {@code row} apart. */
    private void windows(T in, int[] offsets, T packed, int w, T out, int row) {
        int o = 0;
        int n = g.out()[2] * side;
        int weights = channels * rowTaps;
        int[] inside = {0, g.kernel()[0] * g.kernel()[1]};
        int[] seen = offsets;
        for (int d = 0; d < g.out()[0]; d++) {
            for (int h = 0; h < g.out()[1]; h++, o += n) {
                int[] rows = rowsInside(d, h);
                if (!Arrays.equals(rows, inside)) {
                    inside = rows;
                    seen = Arrays.copyOfRange(offsets, rows[0] * weights, rows[1] * weights);
                }
                for (int f = 0; f < n; f += k.tileWindows()) {
                    k.convolve(in, place(d, h, 0) + f, seen, packed, w + rows[0] * weights * k.tileFilters(), out, o + f, row);
                }
            }
        }
    }

    private void unload(T out, int o, T y, int yAt) {
        for (int p = 0; p < g.outSize(); p += side) {
            int first = Math.min(p, g.outSize() - side);
            k.transpose(side, out, o + first * side, side, y, yAt + first, g.filters() * g.outSize());
        }
    }

    /** All channels of a group, padded; {@code between} holds a channel before it is padded. */
    private void load(T x, int xAt, int image, int group, T in, T between) {
        boolean whole = place(padded[0], 0, 0) == g.inSize() * side;
        if (!whole) {
            k.fill(in, 0, channels * plane, 0);
        }
        int[] p = g.padding();
        int n = g.in()[2] * side;
        for (int c = 0; c < channels; c++) {
            int from = xAt + g.inAt(image, group, c);
            if (whole) {
                k.transpose(g.inSize(), x, from, g.channels() * g.inSize(), in, c * plane, side);
                continue;
            }
            k.transpose(g.inSize(), x, from, g.channels() * g.inSize(), between, 0, side);
            for (int d = 0; d < g.in()[0]; d++) {
                k.rows(g.in()[1], n, between, d * g.in()[1] * n, n, in, c * plane + place(d + p[0], p[1], p[2]), place(0, 1, 0));
            }
        }
    }

    @Override
    public void weight(T w, int wAt, T x, int xAt, T y, int yAt) {
        int blocks = blocks(g.batch(), side);
        int size = g.filters() * g.depth();
        int slots = Math.min(blocks, Math.max(1, Math.min(MOST_SLOTS, (1 << 20) / size)));
        int fours = blocks(filters, 4);
        int[] offsets = offsets(FilterPanels.inOrder(g));
        int shares = shares(slots * g.groups(), fours);
        T sums = scratch.take(4, slots * size);
        k.fill(sums, 0, slots * size, 0);
        Threads.team().run(slots * g.groups() * shares, nanos(), part -> {
            int share = part % shares;
            int group = part / shares % g.groups();
            int slot = part / shares / g.groups();
            int to = slot * size + group * filters * g.depth();
            T in = scratch.take(0, channels * plane + 2 * side);
            T four = scratch.take(2, Math.max(4 * g.outSize() * side, g.inSize() * side));
            for (int b = slot * blocks / slots; b < (slot + 1) * blocks / slots; b++) {
                load(x, xAt, firstImage(b), group, in, four);
                for (int f = share * fours / shares; f < (share + 1) * fours / shares; f++) {
                    add(group, 4 * f, b, y, yAt, in, offsets, four, sums, to + 4 * f * g.depth());
                }
            }
        });
        System.arraycopy(sums, 0, w, wAt, size);
        for (int s = 1; s < slots; s++) {
            k.add(size, sums, s * size, w, wAt, 1);
        }
    }

    /** Adds what a block of images gives to the weights of up to four filters. */
    private void add(int group, int filter, int block, T y, int yAt, T in, int[] offsets, T four, T sums, int to) {
        int image = firstImage(block);
        int rows = Math.min(4, filters - filter);
        for (int r = 0; r < rows; r++) {
            k.transpose(g.outSize(), y, yAt + g.outAt(image, group, filter + r), g.filters() * g.outSize(), four, r * side, 4 * side);
        }
        int counted = block * side - image;
        for (int i = 0; counted > 0 && i < 4 * g.outSize(); i++) {
            k.fill(four, i * side, counted, 0);
        }
        int n = g.out()[2] * side;
        int height = g.out()[1];
        int pieces = blocks(height * n, MANY_WINDOWS);
        for (int i = 0; i < g.out()[0] * pieces; i++) {
            int d = i / pieces;
            int h = i % pieces * height / pieces;
            int runs = (i % pieces + 1) * height / pieces - h;
            for (int p = 0; p < offsets.length; p += 4) {
                k.correlate(runs, padded[2] * side, n, rows, Math.min(4, offsets.length - p), four, 4 * (d * height + h) * n,
                        in, place(d, h, 0), offsets, p, sums, to + p, offsets.length);
            }
        }
    }
}
