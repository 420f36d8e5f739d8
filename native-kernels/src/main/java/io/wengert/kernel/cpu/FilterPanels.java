package io.wengert.kernel.cpu;

import java.util.Arrays;

/** Weights laid out as {@link WindowKernels#convolve} reads them: panels of as many filters as a tile has, tap by tap. */
final class FilterPanels {

    private FilterPanels() {}

    /** The weights of a filter, tap after tap of channel after channel. */
    static int[] inOrder(WindowGeometry g) {
        int[] order = new int[g.depth()];
        Arrays.setAll(order, p -> p);
        return order;
    }

    /** Of filters as they are; column p holds weight {@code order[p]} of a filter, counted channel by channel. */
    static <T> T pack(WindowGeometry g, int[] order, WindowKernels<T> k, Scratch<T> scratch, T w, int wAt) {
        return pack(g.groups(), g.groupFilters(), order, g.groupFilters() * g.depth(), g.depth(), k, scratch, w, wAt);
    }

    /**
     * Of the convolution that gives the input's gradient: filters and channels change places, and taps are turned round. The order
     * is that convolution's.
     */
    static <T> T packTurned(WindowGeometry g, int[] order, WindowKernels<T> k, Scratch<T> scratch, T w, int wAt) {
        int taps = g.taps();
        int[] places = new int[order.length];
        Arrays.setAll(places, p -> order[p] / taps * g.depth() + taps - 1 - order[p] % taps);
        return pack(g.groups(), g.groupChannels(), places, g.groupFilters() * g.depth(), taps, k, scratch, w, wAt);
    }

    /**
     * One matrix for each group, {@code groupStep} apart, in panels, column by column: column p of a row lies
     * {@code places[p]} behind the row's beginning, rows are {@code rowStep} apart.
     */
    private static <T> T pack(int groups, int rows, int[] places, int groupStep, int rowStep,
            WindowKernels<T> k, Scratch<T> scratch, T w, int wAt) {
        int tile = k.tileFilters();
        int panels = (rows + tile - 1) / tile;
        int columns = places.length;
        T to = scratch.take(3, groups * panels * tile * columns);
        Threads.team().split(groups * panels, Math.max(1, 4000 / (tile * columns)), 1, (from, end) -> {
            for (int i = from; i < end; i++) {
                int first = i % panels * tile;
                k.fill(to, i * columns * tile, columns * tile, 0);
                for (int r = 0; r < Math.min(tile, rows - first); r++) {
                    int at = wAt + i / panels * groupStep + (first + r) * rowStep;
                    k.collect(columns, w, at, places, to, i * columns * tile + r, tile);
                }
            }
        });
        return to;
    }
}
