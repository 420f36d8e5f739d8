package io.wengert.kernel.cpu;

/**
 * One channel of some images, padded, and taken apart by the remainder of each coordinate by the stride, so that what one
 * tap of all windows sees lies in one piece: window (d, h, w) of an image is number
 * {@code ((image * depth + d) * rows + h) * columns + w}, and its tap t lies {@code offsets[t]} further on.
 *
 * <p>Numbers that belong to no window (the ends of rows) are computed all the same: they cost less than ending loops
 * there.
 */
final class Phases {

    private final WindowGeometry g;
    private final int images;
    /** Extents of each part of an image. */
    private final int[] part = new int[3];
    private final int[] offsets;
    /** The parts that some tap looks at. */
    private final boolean[] seen;

    Phases(WindowGeometry g) { this(g, 1); }

    Phases(WindowGeometry g, int images) {
        this.g = g;
        this.images = images;
        for (int i = 0; i < 3; i++) {
            part[i] = g.out()[i] + (g.kernel()[i] - 1) * g.dilation()[i] / g.stride()[i];
        }
        offsets = new int[g.taps()];
        int[] k = g.kernel();
        for (int t = 0; t < offsets.length; t++) {
            offsets[t] = place(t / (k[1] * k[2]) * g.dilation()[0], t / k[2] % k[1] * g.dilation()[1],
                    t % k[2] * g.dilation()[2]);
        }
        seen = new boolean[count()];
        for (int o : offsets) {
            seen[o / length()] = true;
        }
    }

    int[] offsets() { return offsets; }

    /** The number of parts. */
    int count() { return g.stride()[0] * g.stride()[1] * g.stride()[2]; }

    /** Elements of a part of all images. */
    int length() { return images * imageLength(); }

    /** Elements of the padded channel: of all its parts. */
    int size() { return count() * length(); }

    /** One more than the number of the last window. */
    int windows() {
        return (images - 1) * imageLength() + ((g.out()[0] - 1) * part[1] + g.out()[1] - 1) * part[2] + g.out()[2];
    }

    private int imageLength() { return part[0] * part[1] * part[2]; }

    /** Where a padded coordinate lies. */
    private int place(int d, int h, int w) {
        int[] s = g.stride();
        int phase = (d % s[0] * s[1] + h % s[1]) * s[2] + w % s[2];
        return phase * length() + (d / s[0] * part[1] + h / s[1]) * part[2] + w / s[2];
    }

    /**
     * What is done with what lies in both: elements {@code at, at + step, ...} of the channel, from {@code o} on here;
     * parts that no tap looks at are passed over.
     */
    private interface Rows {
        void run(int at, int step, int o, int n);
    }

    private void walk(int at, int base, Rows rows) {
        for (int d = 0; d < g.in()[0]; d++) {
            int pd = d + g.padding()[0];
            if (outside(0, pd)) {
                continue;
            }
            for (int h = 0; h < g.in()[1]; h++) {
                int ph = h + g.padding()[1];
                if (!outside(1, ph)) {
                    row(at + (d * g.in()[1] + h) * g.in()[2], base, place(pd, ph, 0), rows);
                }
            }
        }
    }

    private boolean outside(int axis, int padded) { return padded < 0 || padded / g.stride()[axis] >= part[axis]; }

    private void row(int at, int base, int to, Rows rows) {
        int step = g.stride()[2];
        int padding = g.padding()[2];
        for (int phase = 0; phase < step; phase++) {
            // The elements i with (i + padding) % step == phase, from place (i + padding) / step of the part.
            int first = Math.max(0, padding) - padding;
            first += Math.floorMod(phase - (first + padding), step);
            int place = (first + padding) / step;
            int n = Math.min((g.in()[2] - first + step - 1) / step, part[2] - place);
            if (n > 0 && seen[to / length() + phase]) {
                rows.run(at + first, step, base + to + phase * length() + place, n);
            }
        }
    }

    /** Takes a channel apart; what is padding is left as it is. */
    <T> void load(WindowKernels<T> k, T channel, int from, T to) { load(k, channel, from, to, 0, 0); }

    /** Takes the channel of one image apart, to what begins at {@code base}. */
    <T> void load(WindowKernels<T> k, T channel, int from, T to, int base, int image) {
        int h = g.padding()[1];
        int w = g.padding()[2];
        if (g.isDense() && g.in()[0] == 1 && g.padding()[0] == 0 && h >= 0 && w >= 0 && g.in()[1] + h <= part[1]
                && g.in()[2] + w <= part[2]) {
            k.rows(g.in()[1], g.in()[2], channel, from, g.in()[2], to, base + image * imageLength() + h * part[2] + w,
                    part[2]);
            return;
        }
        walk(from, base + image * imageLength(), (at, step, o, n) -> {
            if (step == 1) {
                System.arraycopy(channel, at, to, o, n);
            } else {
                k.take(n, channel, at, step, to, o);
            }
        });
    }

    /** The other way round: writes all of a channel, with zeros where no window looks. */
    <T> void unload(WindowKernels<T> k, T from, T channel, int to) { unload(k, from, 0, 0, channel, to); }

    /** The other way round for one image, from what begins at {@code base}. */
    <T> void unload(WindowKernels<T> k, T from, int base, int image, T channel, int to) {
        k.fill(channel, to, g.inSize(), 0);
        walk(to, base + image * imageLength(), (at, step, o, n) -> {
            if (step == 1) {
                System.arraycopy(from, o, channel, at, n);
            } else {
                k.put(n, from, o, channel, at, step);
            }
        });
    }

    /** Spreads the rows of an output channel to the numbers of their windows; what lies between is left as it is. */
    <T> void loadWindows(WindowKernels<T> k, T channel, int from, T to) { loadWindows(k, channel, from, to, 0, 0); }

    /** Spreads the rows of an image's output channel to the numbers of their windows, counted from {@code base}. */
    <T> void loadWindows(WindowKernels<T> k, T channel, int from, T to, int base, int image) {
        int columns = g.out()[2];
        int first = base + image * imageLength();
        for (int d = 0; d < g.out()[0]; d++) {
            k.rows(g.out()[1], columns, channel, from + d * g.out()[1] * columns, columns,
                    to, first + d * part[1] * part[2], part[2]);
        }
    }

    /** The other way round. */
    <T> void unloadWindows(WindowKernels<T> k, T from, T channel, int to) { unloadWindows(k, from, 0, 0, channel, to); }

    /** The other way round for one image, from windows counted from {@code base}. */
    <T> void unloadWindows(WindowKernels<T> k, T from, int base, int image, T channel, int to) {
        int columns = g.out()[2];
        int first = base + image * imageLength();
        for (int d = 0; d < g.out()[0]; d++) {
            k.rows(g.out()[1], columns, from, first + d * part[1] * part[2], part[2],
                    channel, to + d * g.out()[1] * columns, columns);
        }
    }
}
