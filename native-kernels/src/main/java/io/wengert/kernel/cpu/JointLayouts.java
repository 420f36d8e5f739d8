package io.wengert.kernel.cpu;

import io.wengert.kernel.Layout;
import java.util.Arrays;

/** Several layouts of one shape, seen with the fewest axes that suit them all. */
final class JointLayouts {

    private JointLayouts() {}

    /** Drops axes of size 1 and merges neighbours that every layout walks without a jump. */
    static Layout[] collapse(Layout... layouts) {
        int rank = layouts[0].rank();
        long[] shape = new long[rank];
        long[][] strides = new long[layouts.length][rank];
        int n = 0;
        for (int axis = 0; axis < rank; axis++) {
            long size = layouts[0].size(axis);
            if (size == 1) {
                continue;
            }
            boolean merge = n > 0;
            for (int i = 0; merge && i < layouts.length; i++) {
                merge = strides[i][n - 1] == layouts[i].stride(axis) * size;
            }
            if (!merge) {
                n++;
            }
            shape[n - 1] = merge ? shape[n - 1] * size : size;
            for (int i = 0; i < layouts.length; i++) {
                strides[i][n - 1] = layouts[i].stride(axis);
            }
        }
        Layout[] r = new Layout[layouts.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = Layout.of(Arrays.copyOf(shape, n), Arrays.copyOf(strides[i], n), layouts[i].offset());
        }
        return r;
    }
}
