package io.wengert.kernel.cpu;

/**
 * The way back through the maximum of windows 2 by 2, side by side: what came out of a window goes to the first largest of
 * its four elements, or to the first NaN; the others get zero.
 */
public final class Halving {

    private Halving() {}

    // @formatter:off
    /** Two rows of the input, {@code width} apart in {@code guide} from {@code at} and in {@code to} from {@code o}: n windows. */
    public static void deliver(int n, float[] guide, int at, int width, float[] out, int from, float[] to, int o) {
        for (int i = 0; i < n; i++) {
            int p = at + 2 * i;
            int q = o + 2 * i;
            int best = 0;
            float most = guide[p];
            if (most == most && !(guide[p + 1] <= most)) { most = guide[p + 1]; best = 1; }
            if (most == most && !(guide[p + width] <= most)) { most = guide[p + width]; best = width; }
            if (most == most && !(guide[p + width + 1] <= most)) { best = width + 1; }
            to[q] = 0;
            to[q + 1] = 0;
            to[q + width] = 0;
            to[q + width + 1] = 0;
            to[q + best] = out[from + i];
        }
    }

    /** The same of doubles. */
    public static void deliver(int n, double[] guide, int at, int width, double[] out, int from, double[] to, int o) {
        for (int i = 0; i < n; i++) {
            int p = at + 2 * i;
            int q = o + 2 * i;
            int best = 0;
            double most = guide[p];
            if (most == most && !(guide[p + 1] <= most)) { most = guide[p + 1]; best = 1; }
            if (most == most && !(guide[p + width] <= most)) { most = guide[p + width]; best = width; }
            if (most == most && !(guide[p + width + 1] <= most)) { best = width + 1; }
            to[q] = 0;
            to[q + 1] = 0;
            to[q + width] = 0;
            to[q + width + 1] = 0;
            to[q + best] = out[from + i];
        }
    }
    // @formatter:on
}
