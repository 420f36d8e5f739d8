package io.wengert.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The place that array handles share: it holds the current tensor, which in-place operations replace.
 *
 * <p>A new cell has one handle. When the last handle goes, the tensor is closed.
 */
public class Cell {

    private static final VarHandle TENSOR;
    private static final VarHandle OTHERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TENSOR = lookup.findVarHandle(Cell.class, "tensor", Tensor.class);
            OTHERS = lookup.findVarHandle(Cell.class, "others", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Tensor tensor;
    /** How many handles there are beside the first. */
    private int others;

    /** A cell that takes over the tensor. */
    public Cell(Tensor tensor) { this.tensor = tensor; }

    /** The current value. */
    public Tensor get() { return now(); }

    private Tensor now() { return (Tensor) TENSOR.getAcquire(this); }

    /** Replaces the value and closes the old one, unless a reader on another thread may be using it. */
    public void put(Tensor next) {
        Tensor old = now();
        if (old == null || old == next) {
            TENSOR.setVolatile(this, next);
        } else if (next != null && old.isSameAs(next)) {
            // Overwritten in its own memory: readers may keep what they have.
            next.close();
        } else {
            TENSOR.setVolatile(this, next);
            if (!Readers.elsewhere()) {
                old.close();
            }
        }
    }

    public final void retain() { OTHERS.getAndAdd(this, 1); }

    public final void release() {
        // Nobody but the only holder could take another hold.
        if ((int) OTHERS.getAcquire(this) == 0 || (int) OTHERS.getAndAdd(this, -1) == 0) {
            Tensor t = now();
            if (t != null) {
                t.close();
            }
            ended();
        }
    }

    /** Lets go what a kind of cell holds beside the tensor; called with the last handle. */
    protected void ended() {
        // Nothing more.
    }
}
