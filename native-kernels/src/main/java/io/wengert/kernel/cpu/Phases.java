package io.wengert.kernel.cpu;

/**
 * One channel of one image, padded, and taken apart by the remainder of each coordinate by the stride, so that what one
 * tap of all windows sees lies in one piece: window (d, h, w) is number {@code (d * rows + h) * columns + w}, and its
 * tap t lies {@code offsets[t]} further on.
 *
 * <p>Numbers that belong to no window (the ends of rows) are computed all the same: they cost less than ending loops
 * there.
 */
final class Phases {

    private final WindowGeometry g;
    /** Extents of each part. */
    private final int[] part = new int[3];
    private final int[] offsets;

    Phases(WindowGeometry g) {
        this.g = g;
        for (int i = 0; i < 3; i++) {
            part[i] = g.out()[i] + (g.kernel()[i] - 1) * g.dilation()[i] / g.stride()[i];
        }
        offsets = new int[g.taps()];
        int[] k = g.kernel();
        for (int t = 0; t < offsets.length; t++) {
            offsets[t] = place(t / (k[1] * k[2]) * g.dilation()[0], t / k[2] % k[1] * g.dilation()[1],
                    t % k[2] * g.dilation()[2]);
        }
    }

    int[] offsets() { return offsets; }

    /** Elements of the padded channel. */
    int size() { return g.stride()[0] * g.stride()[1] * g.stride()[2] * part[0] * part[1] * part[2]; }

    /** One more than the number of the last window. */
    int windows() { return ((g.out()[0] - 1) * part[1] + g.out()[1] - 1) * part[2] + g.out()[2]; }

    /** Where a padded coordinate lies. */
    private int place(int d, int h, int w) {
        int[] s = g.stride();
        int phase = (d % s[0] * s[1] + h % s[1]) * s[2] + w % s[2];
        return ((phase * part[0] + d / s[0]) * part[1] + h / s[1]) * part[2] + w / s[2];
    }

    /**
     * What is done with what lies in both: elements {@code at, at + step, ...} of the channel, from {@code o} on here.
     */
    private interface Rows {
        void run(int at, int step, int o, int n);
    }

    private void walk(int at, Rows rows) {
        for (int d = 0; d < g.in()[0]; d++) {
            int pd = d + g.padding()[0];
            if (outside(0, pd)) {
                continue;
            }
            for (int h = 0; h < g.in()[1]; h++) {
                int ph = h + g.padding()[1];
                if (!outside(1, ph)) {
                    row(at + (d * g.in()[1] + h) * g.in()[2], place(pd, ph, 0), rows);
                }
            }
        }
    }

    private boolean outside(int axis, int padded) { return padded < 0 || padded / g.stride()[axis] >= part[axis]; }

    private void row(int at, int to, Rows rows) {
        int step = g.stride()[2];
        int padding = g.padding()[2];
        for (int phase = 0; phase < step; phase++) {
            // The elements i with (i + padding) % step == phase, from place (i + padding) / step of the part.
            int first = Math.max(0, padding) - padding;
            first += Math.floorMod(phase - (first + padding), step);
            int place = (first + padding) / step;
            int n = Math.min((g.in()[2] - first + step - 1) / step, part[2] - place);
            if (n > 0) {
                rows.run(at + first, step, to + phase * part[0] * part[1] * part[2] + place, n);
            }
        }
    }

    /** Takes a channel apart; what is padding is left as it is. */
    <T> void load(WindowKernels<T> k, T channel, int from, T to) {
        walk(from, (at, step, o, n) -> {
            if (step == 1) {
                System.arraycopy(channel, at, to, o, n);
            } else {
                k.take(n, channel, at, step, to, o);
            }
        });
    }

    /** The other way round: writes all of a channel, with zeros where no window looks. */
    <T> void unload(WindowKernels<T> k, T from, T channel, int to) {
        k.fill(channel, to, g.inSize(), 0);
        walk(to, (at, step, o, n) -> {
            if (step == 1) {
                System.arraycopy(from, o, channel, at, n);
            } else {
                k.put(n, from, o, channel, at, step);
            }
        });
    }

    /** Spreads the rows of an output channel to the numbers of their windows; what lies between is left as it is. */
    <T> void loadWindows(T channel, int from, T to) {
        int columns = g.out()[2];
        for (int r = 0; r < g.out()[0] * g.out()[1]; r++) {
            System.arraycopy(channel, from + r * columns, to, row(r), columns);
        }
    }

    /** The other way round. */
    <T> void unloadWindows(T from, T channel, int to) {
        int columns = g.out()[2];
        for (int r = 0; r < g.out()[0] * g.out()[1]; r++) {
            System.arraycopy(from, row(r), channel, to + r * columns, columns);
        }
    }

    private int row(int r) { return (r / g.out()[1] * part[1] + r % g.out()[1]) * part[2]; }
}
