package io.wengert.kernel.cuda;

import io.wengert.kernel.Layout;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The axes of layouts of one shape, walked together by a kernel: {@code wg_walk} of {@code elements.h}. */
final class Axes {

    /** As many axes as a kernel has room for, after merging. */
    static final int RANK = 16;

    /** The most that kernels count in ints: what is in the last tile must be an int, too. */
    static final int MOST = Integer.MAX_VALUE - 1023;

    private Axes() {}

    /**
     * The fewest axes that walk the layouts in their common order: those of size 1 dropped, mergeable ones merged. Offsets
     * are left to the address.
     *
     * @return their number, their sizes and for each layout their strides
     * @throws IllegalArgumentException if more than 16 remain
     */
    static long[] of(Layout... layouts) {
        Layout first = layouts[0];
        long[] r = new long[1 + RANK * (1 + layouts.length)];
        int n = 0;
        for (int axis = 0; axis < first.rank(); axis++) {
            if (first.size(axis) == 1) {
                continue;
            }
            if (n == 0 || !merge(r, n - 1, axis, layouts)) {
                if (n == RANK) {
                    throw new IllegalArgumentException("kernel on arrays like " + first
                            + ": more than " + RANK + " axes that do not merge; copy it to a contiguous array first");
                }
                n++;
            }
            r[n] = r[n] == 0 ? first.size(axis) : r[n] * first.size(axis);
            for (int k = 0; k < layouts.length; k++) {
                r[n + RANK * (1 + k)] = layouts[k].stride(axis);
            }
        }
        r[0] = n;
        return r;
    }

    /** Whether an axis goes on where the last one kept leaves off, in all layouts. */
    private static boolean merge(long[] r, int last, int axis, Layout[] layouts) {
        for (int k = 0; k < layouts.length; k++) {
            if (r[1 + last + RANK * (1 + k)] != layouts[k].stride(axis) * layouts[k].size(axis)) {
                return false;
            }
        }
        return true;
    }

    /** The first elements along an axis. */
    static Layout firsts(Layout l, int axis) { return l.slice(axis, 0, 1, 1); }

    /** The axes of an array but those that go, in order. */
    static int[] without(int rank, int... gone) {
        return IntStream.range(0, rank).filter(i -> Arrays.stream(gone).noneMatch(g -> g == i)).toArray();
    }

    /** The smallest power of two that is at least n, or 2^30, the largest int that is one. */
    static int powerOfTwo(long n) { return n <= 1 ? 1 : n > 1 << 30 ? 1 << 30 : (int) (Long.highestOneBit(n - 1) << 1); }

    /**
     * Where kernels count in ints.
     *
     * @throws IllegalArgumentException if there are more than an int counts
     */
    static void requireInt(long n, String what) {
        if (n > MOST) {
            throw new IllegalArgumentException(what + ": " + n + ", and a GPU's kernels take " + MOST + " at most; divide the array");
        }
    }

    static long divideUp(long a, long b) { return (a + b - 1) / b; }
}
