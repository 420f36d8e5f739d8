package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.View;

/** A view as elements in row-major order of a lane type: the array itself where it is so already, else a copy. */
final class Dense implements AutoCloseable {

    private final View view;
    private final View own;
    private final boolean writes;
    private final CpuBackend backend;

    private Dense(View view, DType lane, boolean writes, CpuBackend backend) {
        this.view = view;
        this.writes = writes;
        this.backend = backend;
        boolean same = view.dtype() == lane && view.layout().isContiguous();
        this.own = same ? view : backend.scratch(lane, view.layout());
    }

    /** What is read. */
    static Dense in(View view, DType lane, CpuBackend backend) {
        Dense d = new Dense(view, lane, false, backend);
        if (d.own != view) {
            int n = (int) view.layout().size();
            Runs.of(view.layout()).load(Lane.of(lane), view.dtype(), CpuBackend.array(view.buffer()), 0, 0, n,
                    d.array());
        }
        return d;
    }

    /** What is written; {@link #close} brings it to the view. */
    static Dense out(View view, DType lane, CpuBackend backend) { return new Dense(view, lane, true, backend); }

    private Object array() { return CpuBackend.array(own.buffer()); }

    /** The elements, from {@link #at} on. */
    @SuppressWarnings("unchecked")
    <T> T elements() { return (T) array(); }

    int at() { return (int) own.layout().offset(); }

    @Override
    public void close() {
        if (own == view) {
            return;
        }
        if (writes) {
            Runs.of(view.layout()).store(Lane.of(own.dtype()), array(), view.dtype(), CpuBackend.array(view.buffer()),
                    0, 0, (int) view.layout().size());
        }
        own.buffer().release();
    }
}
