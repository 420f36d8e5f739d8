package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;

/** The elements of a layout in row-major order, as few inner runs of constant stride: how kernels meet strided arrays. */
final class Runs {

    /** Contiguous, or of as few axes as can be. */
    private final Layout layout;

    private Runs(Layout layout) { this.layout = layout; }

    static Runs of(Layout layout) { return new Runs(layout.isContiguous() ? layout : layout.collapse()); }

    /** What is done with each run: elements {@code at, at + step, ...} of the array, {@code done} elements after the first. */
    interface Body {
        void run(int at, int step, int done, int n);
    }

    /** Walks {@code count} elements from the {@code start}-th on. */
    void walk(int start, int count, Body body) { walk(0, start, count, body); }

    /** The same, with all places moved by {@code shift}. */
    void walk(int shift, int start, int count, Body body) {
        int first = shift + offset();
        if (count == 0) {
            return;
        }
        if (isContiguous()) {
            body.run(first + start, 1, 0, count);
        } else if (layout.rank() == 1) {
            int step = (int) layout.stride(0);
            body.run(first + start * step, step, 0, count);
        } else {
            walkAxes(first, start, count, body);
        }
    }

    private void walkAxes(int first, int start, int count, Body body) {
        int last = layout.rank() - 1;
        int inner = (int) layout.size(last);
        int step = (int) layout.stride(last);
        int[] index = new int[last + 1];
        int at = first;
        for (int i = last, rest = start; i >= 0; i--) {
            index[i] = rest % (int) layout.size(i);
            rest /= (int) layout.size(i);
            at += index[i] * (int) layout.stride(i);
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
                at += (int) layout.stride(i);
                if (++index[i] < layout.size(i)) {
                    break;
                }
                at -= (int) (layout.size(i) * layout.stride(i));
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
    boolean isContiguous() { return layout.isContiguous(); }

    int offset() { return (int) layout.offset(); }
}
