package io.wengert.kernel.cpu;

/**
 * Convolution without a matrix of windows: filters slide over channels that are padded and taken apart by
 * {@link Phases}, a register tile of filters and windows at a time (Georganas et al., "Anatomy of High-Performance Deep
 * Learning Convolutions on SIMD Architectures", 2018).
 *
 * <p>The order of all sums depends on the shapes alone, never on the number of threads.
 */
final class DirectConvolution<T> implements Convolution<T> {

    /** Elements of padded channels, and of outputs, that are held at once: they stay in the second-level cache. */
    private static final int HELD = 1 << 18;
    /** Windows at once for the weights' gradient: four channels and four filters of them fit the L1 cache. */
    private static final int MANY_WINDOWS = 1280;
    private static final int MOST_SLOTS = 8;

    private final WindowGeometry g;
    private final WindowKernels<T> k;
    private final Scratch<T> scratch;
    private final int channels;
    private final int filters;
    private final int taps;

    DirectConvolution(WindowGeometry g, WindowKernels<T> kernels, Scratch<T> scratch) {
        this.g = g;
        this.k = kernels;
        this.scratch = scratch;
        channels = g.groupChannels();
        filters = g.groupFilters();
        taps = g.taps();
    }

    /**
     * Whether it pays against a matrix of windows. That costs a copy, about as long as 22 filters' multiplications of what
     * is copied; here windows are computed that do not exist, and filters that fill up a tile.
     */
    boolean pays() {
        if (!fits()) {
            return false;
        }
        return windows() / g.outSize() * roundUp(filters, k.tileFilters()) < 1.1 * filters + 22;
    }

    /** How many windows are computed for an image. */
    double windows() {
        int images = imagesForward();
        return (double) roundUp(new Phases(g, images).windows(), k.tileWindows()) / images;
    }

    /** Whether the padded channels of an image stay in the cache. */
    private boolean fits() { return (long) channels * new Phases(g).size() <= 2 * HELD; }

    /** Whether it pays for the input's gradient. */
    boolean inputPays() { return g.isDense() && turned().pays(); }

    /** Whether it pays for the weights' gradient: the same, where filters and channels need not fill tiles. */
    boolean weightPays() {
        double windows = (double) new Phases(g).length() / g.outSize();
        return fits() && windows * filters < 1.1 * filters + 22;
    }

    /** Whether Winograd's way, with its transforms of the channels, is better still. */
    boolean yieldsToWinograd(boolean weight) { return Math.min(channels, filters) >= (weight ? 32 : 48); }

    /** How many images are done together: as few as fill tiles. */
    private int imagesForward() {
        int one = new Phases(g).windows();
        int tile = k.tileWindows();
        if (roundUp(one, tile) * 4 <= one * 5) {
            return 1;
        }
        return Math.max(1, Math.min(Math.min(g.batch(), 4 * tile / one + 1), HELD / (channels * new Phases(g).size())));
    }

    private static int roundUp(int n, int step) { return (n + step - 1) / step * step; }

    private static int blocks(int n, int step) { return (n + step - 1) / step; }

    private long work() { return (long) g.batch() * g.filters() * g.outSize() * channels * taps; }

    @Override
    public void forward(T y, int yAt, T x, int xAt, T w, int wAt) {
        slide(y, yAt, x, xAt, FilterPanels.pack(g, FilterPanels.inOrder(g), k, scratch, w, wAt));
    }

    private void slide(T y, int yAt, T x, int xAt, T packed) {
        int panels = blocks(filters, k.tileFilters());
        int images = imagesForward();
        int batches = blocks(g.batch(), images);
        // With few images the filters are shared out too; each thread then pads the channels for itself.
        int shares = batches * g.groups() >= 2 * Threads.team().size() ? 1 : Math.min(panels, 2);
        int tile = k.tileFilters();
        int depth = channels * taps;
        Threads.team().run(batches * g.groups() * shares, work() / 20, part -> {
            int share = part % shares;
            int group = part / shares % g.groups();
            int image = part / shares / g.groups() * images;
            int count = Math.min(images, g.batch() - image);
            Phases phases = new Phases(g, count);
            T in = scratch.take(0, channels * phases.size() + k.tileWindows());
            load(phases, x, xAt, image, count, group, in, phases.size());
            int row = roundUp(phases.windows(), k.tileWindows());
            T out = scratch.take(1, tile * row);
            int[] offsets = offsets(phases, phases.size());
            for (int panel = share * panels / shares; panel < (share + 1) * panels / shares; panel++) {
                for (int f = 0; f < row; f += k.tileWindows()) {
                    k.convolve(in, f, offsets, packed, (group * panels + panel) * tile * depth, out, f, row);
                }
                for (int r = 0; r < Math.min(tile, filters - panel * tile); r++) {
                    for (int i = 0; i < count; i++) {
                        phases.unloadWindows(k, out, r * row, i, y, yAt + g.outAt(image + i, group, panel * tile + r));
                    }
                }
            }
        });
    }

    /** All channels of a group, padded, for some images. */
    private void load(Phases phases, T x, int xAt, int image, int count, int group, T in, int plane) {
        k.fill(in, 0, channels * plane + k.tileWindows(), 0);
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < count; i++) {
                phases.load(k, x, xAt + g.inAt(image + i, group, c), in, c * plane, i);
            }
        }
    }

    /** Where each weight of a filter looks, when channels are {@code plane} apart. */
    private int[] offsets(Phases phases, int plane) {
        int[] all = new int[channels * taps];
        for (int p = 0; p < all.length; p++) {
            all[p] = p / taps * plane + phases.offsets()[p % taps];
        }
        return all;
    }

    /** The gradient of the input, where windows step by one: a convolution with turned weights. */
    @Override
    public void input(T x, int xAt, T y, int yAt, T w, int wAt) {
        T packed = FilterPanels.packTurned(g, FilterPanels.inOrder(g.turned()), k, scratch, w, wAt);
        turned().slide(x, xAt, y, yAt, packed);
    }

    private DirectConvolution<T> turned() { return new DirectConvolution<>(g.turned(), k, scratch); }

    @Override
    public void weight(T w, int wAt, T x, int xAt, T y, int yAt) {
        Phases one = new Phases(g);
        int most = Math.max(1, HELD / Math.max(channels * one.size(), filters * one.length()));
        int images = Math.min(Math.min(g.batch(), most), Math.max(1, MANY_WINDOWS / one.length()));
        int batches = blocks(g.batch(), images);
        int depth = channels * taps;
        int size = g.filters() * depth;
        int slots = Math.min(batches, Math.max(1, Math.min(MOST_SLOTS, (1 << 20) / size)));
        T sums = scratch.take(4, slots * size);
        k.fill(sums, 0, slots * size, 0);
        Threads.team().run(slots * g.groups(), work() / 20, part -> {
            int slot = part / g.groups();
            int group = part % g.groups();
            for (int b = slot * batches / slots; b < (slot + 1) * batches / slots; b++) {
                int image = b * images;
                add(group, image, Math.min(images, g.batch() - image), x, xAt, y, yAt, sums, slot * size + group * filters * depth);
            }
        });
        System.arraycopy(sums, 0, w, wAt, size);
        for (int s = 1; s < slots; s++) {
            k.add(size, sums, s * size, w, wAt, 1);
        }
    }

    /** Adds what some images give to the weights of a group. */
    private void add(int group, int image, int count, T x, int xAt, T y, int yAt, T sums, int to) {
        Phases phases = new Phases(g, count);
        int n = roundUp(phases.windows(), k.width());
        int plane = phases.size() + k.width();
        T in = scratch.take(0, channels * plane + k.tileWindows());
        load(phases, x, xAt, image, count, group, in, plane);
        T out = scratch.take(1, filters * n);
        k.fill(out, 0, filters * n, 0);
        for (int f = 0; f < filters; f++) {
            for (int i = 0; i < count; i++) {
                phases.loadWindows(k, y, yAt + g.outAt(image + i, group, f), out, f * n, i);
            }
        }
        int[] offsets = offsets(phases, plane);
        T four = scratch.take(2, 4 * n);
        for (int f = 0; f < filters; f += 4) {
            int rows = Math.min(4, filters - f);
            k.four(n, rows, out, f * n, n, four, 0);
            for (int p = 0; p < offsets.length; p += 4) {
                k.correlate(n, rows, Math.min(4, offsets.length - p), four, 0, in, 0, offsets, p,
                        sums, to + f * offsets.length + p, offsets.length);
            }
        }
    }
}
