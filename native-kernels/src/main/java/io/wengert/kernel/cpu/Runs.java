package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;

/** The elements of a layout in row-major order, as few inner runs of constant stride: how kernels meet strided arrays. */
final class Runs {

    private static final RowKernels ROWS = LanesProvider.lookup().rows();

    /** Contiguous, or of as few axes as can be. */
    private final Layout layout;

    /** After how many elements they begin again: those that the axes in front repeat. */
    private final int period;

    private Runs(Layout layout) {
        this.layout = layout;
        int axis = 0;
        while (axis < layout.rank() && layout.stride(axis) == 0) {
            axis++;
        }
        int n = 1;
        for (; axis < layout.rank(); axis++) {
            n *= (int) layout.size(axis);
        }
        period = n;
    }

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

    /** Converts elements to lanes. Those that come again are copied from there. */
    void load(Lane lane, DType type, Object array, int shift, int start, int count, Object to) {
        int first = Math.min(period, count);
        if (to instanceof float[] lanes && array instanceof float[] elements && ROWS != null && isOneNumberARow()) {
            fillRows(elements, shift, start, first, lanes);
        } else {
            walk(shift, start, first, (at, step, done, n) -> lane.load(type, array, at, step, to, done, n));
        }
        for (int done = first; done < count; done *= 2) {
            System.arraycopy(to, 0, to, done, Math.min(done, count - done));
        }
    }

    private boolean isOneNumberARow() { return layout.rank() == 2 && layout.stride(1) == 0; }

    /** The most frequent short runs by themselves: a call for each would take longer than what it does. */
    private void fillRows(float[] elements, int shift, int start, int count, float[] to) {
        int length = (int) layout.size(1);
        int at = shift + offset() + start / length * (int) layout.stride(0);
        int end = Math.min(length - start % length, count);
        for (int done = 0; done < count; end = Math.min(done + length, count)) {
            ROWS.fill(elements[at], to, done, end - done);
            at += (int) layout.stride(0);
            done = end;
        }
    }

    /** Converts lanes to elements. */
    void store(Lane lane, Object from, DType type, Object array, int shift, int start, int count) {
        walk(shift, start, count, (at, step, done, n) -> lane.store(from, done, type, array, at, step, n));
    }

    /** After how many elements they begin again. */
    int period() { return period; }

    /** True if all elements follow each other. */
    boolean isContiguous() { return layout.isContiguous(); }

    int offset() { return (int) layout.offset(); }
}
