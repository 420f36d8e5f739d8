package io.wengert.tensor;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An immutable value: a buffer seen through a layout, with its origin on the tape. The only thing that the inner layers
 * pass around.
 *
 * <p>A tensor holds its buffer until it is closed; whoever needs the value for longer takes a {@link #share()} of it. A
 * tensor that nobody closes is found by the garbage collector.
 */
public final class Tensor implements View, AutoCloseable {

    /** Elements of a buffer that hardly count. */
    private static final int LIGHT = 128;

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(Tensor.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Buffer buffer;
    private final Layout layout;
    /** Changed through its handle alone; false at first, so that a new tensor needs no volatile write. */
    private boolean closed;
    private Origin origin;
    private int output;

    /** A tensor that takes over one hold on the buffer. */
    public Tensor(Buffer buffer, Layout layout) { this(buffer, layout, null, 0, true); }

    private Tensor(Buffer buffer, Layout layout, Origin origin, int output, boolean temporary) {
        this.buffer = buffer;
        this.layout = layout;
        this.origin = origin;
        this.output = output;
        if (temporary) {
            Scope.track(this);
        }
    }

    /** A tensor of undefined contents in row-major order. */
    public static Tensor empty(Backend backend, DType dtype, long... shape) {
        for (long n : shape) {
            if (n < 0) {
                throw new IllegalArgumentException("no array has the shape " + Layout.text(shape));
            }
        }
        return empty(backend, dtype, Layout.of(shape));
    }

    /** A tensor of undefined contents; the layout starts at 0 and is contiguous. */
    public static Tensor empty(Backend backend, DType dtype, Layout layout) {
        return new Tensor(backend.allocate(dtype, layout.size()), layout);
    }

    /**
     * A tensor of host elements.
     *
     * @param array a Java array of the dtype's storage, see {@link Backend#write}
     */
    public static Tensor of(Backend backend, DType dtype, Object array, long... shape) {
        Tensor t = empty(backend, dtype, shape);
        backend.write(t.buffer, 0, array, 0, (int) t.layout.size());
        return t;
    }

    @Override
    public Buffer buffer() { return buffer; }

    @Override
    public Layout layout() { return layout; }

    public Backend backend() { return buffer.backend(); }

    public long[] shape() { return layout.shape(); }

    public int rank() { return layout.rank(); }

    public long size() { return layout.size(); }

    public long size(int axis) { return layout.size(axis); }

    public boolean isOpen() { return !(boolean) CLOSED.getAcquire(this); }

    /** Another tensor of the same value and origin, with a hold of its own that no scope ends. */
    public Tensor share() {
        buffer.retain();
        return new Tensor(buffer, layout, origin, output, false);
    }

    /** The same buffer through another layout, without origin, with a hold of its own. */
    public Tensor view(Layout other) {
        buffer.retain();
        return new Tensor(buffer, other);
    }

    /** The origin, or null for a constant. */
    public Origin origin() { return origin; }

    /** Which output of its origin this is. */
    public int output() { return output; }

    /** Whether a gradient could flow to where this comes from. */
    public boolean isTracked() {
        Origin o = origin;
        return o != null && o.isLive();
    }

    /** Whether values of its dtype have gradients. */
    public boolean isDifferentiable() { return dtype().isFloating() || dtype().isComplex(); }

    /** Whether its memory is a few elements. */
    public boolean isLight() { return buffer.size() <= LIGHT; }

    /** Sets the origin; for whoever has just made this tensor. */
    public Tensor from(Origin source, int index) {
        this.origin = source;
        this.output = index;
        return this;
    }

    /** Whether both are the same memory seen through the same layout, with the same origin. */
    boolean isSameAs(Tensor t) {
        return buffer == t.buffer && layout.equals(t.layout) && origin == t.origin && output == t.output;
    }

    /** Lets the buffer go; more than once is fine. */
    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, false, true)) {
            buffer.release();
        }
    }

    /** As {@link #close}, for whoever alone may close it: saves the guard against two that do so at once. */
    public void drop() {
        if (!(boolean) CLOSED.get(this)) {
            CLOSED.setRelease(this, true);
            buffer.release();
        }
    }

    /** The dtype and shape as messages show them: {@code float32 (2, 3)}. */
    public String text() { return dtype().text() + " " + Layout.text(layout.shape()); }

    @Override
    public String toString() { return text(); }
}
