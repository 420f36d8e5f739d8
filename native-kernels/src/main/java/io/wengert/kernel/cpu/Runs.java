package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;

/** The elements of a layout in row-major order, as few inner runs of constant stride: how kernels meet strided arrays. */
final class Runs {

    private final int rank;
    private final int[] shape;
    private final int[] strides;
    private final int offset;

    private Runs(Layout collapsed) {
        rank = collapsed.rank();
        shape = new int[rank];
        strides = new int[rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = (int) collapsed.size(i);
            strides[i] = (int) collapsed.stride(i);
        }
        offset = (int) collapsed.offset();
    }

    static Runs of(Layout layout) { return new Runs(layout.collapse()); }

    /** What is done with each run: elements {@code at, at + step, ...} of the array, {@code done} elements after the first. */
    interface Body {
        void run(int at, int step, int done, int n);
    }

    /** Walks {@code count} elements from the {@code start}-th on. */
    void walk(int start, int count, Body body) { walk(0, start, count, body); }

    /** The same, with all places moved by {@code shift}. */
    void walk(int shift, int start, int count, Body body) {
        if (count == 0) {
            return;
        }
        if (rank == 0) {
            body.run(shift + offset, 0, 0, count);
            return;
        }
        int last = rank - 1;
        int inner = shape[last];
        int step = strides[last];
        int[] index = new int[rank];
        int at = shift + offset;
        for (int i = last, rest = start; i >= 0; i--) {
            index[i] = rest % shape[i];
            rest /= shape[i];
            at += index[i] * strides[i];
        }
        int done = 0;
        while (true) {
            int n = Math.min(inner - index[last], count - done);
            body.run(at, step, done, n);
            done += n;
            if (done == count) {
                return;
            }
            at -= index[last] * step;
            index[last] = 0;
            for (int i = last - 1; i >= 0; i--) {
                at += strides[i];
                if (++index[i] < shape[i]) {
                    break;
                }
                at -= shape[i] * strides[i];
                index[i] = 0;
            }
        }
    }

    /** Converts elements to lanes. */
    void load(Lane lane, DType type, Object array, int shift, int start, int count, Object to) {
        walk(shift, start, count, (at, step, done, n) -> lane.load(type, array, at, step, to, done, n));
    }

    /** Converts lanes to elements. */
    void store(Lane lane, Object from, DType type, Object array, int shift, int start, int count) {
        walk(shift, start, count, (at, step, done, n) -> lane.store(from, done, type, array, at, step, n));
    }

    /** True if all elements follow each other. */
    boolean isContiguous() { return rank == 0 || rank == 1 && (strides[0] == 1 || shape[0] == 1); }

    int offset() { return offset; }
}
