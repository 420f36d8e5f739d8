package io.wengert.kernel.cuda;

import io.wengert.kernel.Layout;
import io.wengert.kernel.Window;

/** The numbers of windows and images as kernels take them ({@code window.h}). */
final class Windows {

    private Windows() {}

    /** {@code wg_window}. */
    static int[] numbers(Layout in, Layout out, Window w, int groups) {
        int[] r = {Math.toIntExact(in.size(0)), Math.toIntExact(in.size(1)), Math.toIntExact(out.size(1)), groups,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1};
        int lead = 3 - w.rank();
        for (int i = 0; i < w.rank(); i++) {
            int[] numbers = {Math.toIntExact(in.size(2 + i)), Math.toIntExact(out.size(2 + i)), w.kernel()[i],
                w.stride()[i], w.padding()[i], w.dilation()[i]};
            for (int k = 0; k < numbers.length; k++) {
                r[4 + 3 * k + lead + i] = numbers[k];
            }
        }
        return r;
    }

    /** {@code wg_image}. */
    static long[] image(Layout l) {
        long[] r = new long[5];
        r[0] = l.stride(0);
        r[1] = l.stride(1);
        for (int i = 2; i < l.rank(); i++) {
            r[5 - l.rank() + i] = l.stride(i);
        }
        return r;
    }
}
