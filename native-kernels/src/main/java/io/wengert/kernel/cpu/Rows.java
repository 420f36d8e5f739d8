package io.wengert.kernel.cpu;

import io.wengert.kernel.Layout;
import java.util.Arrays;

/** The rows of an array along one axis: where each one starts, the step within, and how long they are. */
record Rows(int[] starts, int step, int length) {

    static Rows of(Layout l, int axis) {
        long[] shape = l.shape();
        shape[axis] = 1;
        long[] strides = new long[l.rank()];
        Arrays.setAll(strides, l::stride);
        Layout first = Layout.of(shape, strides, l.offset());
        int[] starts = new int[(int) first.size()];
        Runs.of(first).walk(0, starts.length, (at, step, done, n) -> {
            for (int i = 0; i < n; i++) {
                starts[done + i] = at + i * step;
            }
        });
        return new Rows(starts, (int) l.stride(axis), (int) l.size(axis));
    }
}
