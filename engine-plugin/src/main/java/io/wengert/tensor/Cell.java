package io.wengert.tensor;

/**
 * The place that array handles share: it holds the current tensor, which in-place operations replace.
 *
 * <p>A new cell has one handle. When the last handle goes, the tensor is closed.
 */
public class Cell {

    private volatile Tensor tensor;
    private int handles = 1;

    /** A cell that takes over the tensor. */
    public Cell(Tensor tensor) { this.tensor = tensor; }

    /** The current value. */
    public Tensor get() { return tensor; }

    /** Replaces the value and closes the old one, unless a reader on another thread may be using it. */
    public void put(Tensor next) {
        Tensor old = tensor;
        if (old == null || old == next) {
            tensor = next;
        } else if (next != null && old.isSameAs(next)) {
            // Overwritten in its own memory: readers may keep what they have.
            next.close();
        } else {
            tensor = next;
            if (!Readers.elsewhere()) {
                old.close();
            }
        }
    }

    public final synchronized void retain() { handles++; }

    public final void release() {
        synchronized (this) {
            if (--handles != 0) {
                return;
            }
        }
        Tensor t = tensor;
        if (t != null) {
            t.close();
        }
    }
}
