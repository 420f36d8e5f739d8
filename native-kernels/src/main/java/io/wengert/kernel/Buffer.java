package io.wengert.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counted block of device memory that holds elements of one type.
 *
 * <p>A new buffer has one holder. When the last holder lets go, the memory goes back to its backend's pool at once; a
 * buffer that nobody releases is found by the garbage collector. The version counts overwriting, so that whoever saved
 * a buffer can tell that it has changed.
 */
public abstract class Buffer {

    private static final VarHandle OTHERS;

    static {
        try {
            OTHERS = MethodHandles.lookup().findVarHandle(Buffer.class, "others", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Backend backend;
    private final DType dtype;
    private final long size;
    /** Whose memory it is, and so who counts holders and overwriting: itself, but for the parts of another buffer. */
    private final Buffer owner;
    /** How many holders there are beside the first: counted from 0, so that a new buffer needs no volatile write. */
    private int others;
    private int version;

    protected Buffer(Backend backend, DType dtype, long size) {
        this.backend = backend;
        this.dtype = dtype;
        this.size = size;
        this.owner = this;
    }

    /** The {@link #parts} of a buffer. */
    protected Buffer(Buffer complex) {
        this.backend = complex.backend;
        this.dtype = DType.FLOAT32;
        this.size = 2 * complex.size;
        this.owner = complex.owner;
    }

    /**
     * The memory of complex numbers seen as float32: real part and imaginary part by turns. It has the same holders, so
     * that whoever holds one holds the other.
     */
    public abstract Buffer parts();

    public final Backend backend() { return backend; }

    public final DType dtype() { return dtype; }

    /** Itself, or the buffer that this shows the {@link #parts} of. */
    protected final Buffer owner() { return owner; }

    /** The number of elements. */
    public final long size() { return size; }

    /** True while somebody holds it. */
    public final boolean isAlive() { return (int) OTHERS.getVolatile(owner) >= 0; }

    /** True when exactly one holder is left, who may then overwrite it unseen. */
    public final boolean isSole() { return (int) OTHERS.getVolatile(owner) == 0; }

    /**
     * Adds a holder.
     *
     * @throws IllegalStateException if the last holder has let go already
     */
    public final void retain() {
        int n;
        do {
            n = (int) OTHERS.getVolatile(owner);
            if (n < 0) {
                throw new IllegalStateException(
                        "memory of " + size + " " + dtype.text() + " has been released already");
            }
        } while (!OTHERS.compareAndSet(owner, n, n + 1));
    }

    /** Takes a holder away; the last one frees the memory. */
    public final void release() {
        int before = (int) OTHERS.getAndAdd(owner, -1);
        if (before == 0) {
            owner.free();
        } else if (before < 0) {
            OTHERS.getAndAdd(owner, 1);
            throw new IllegalStateException("memory of " + size + " " + dtype.text() + " released twice");
        }
    }

    /** How often the contents were overwritten after they had first been written. */
    public final int version() { return owner.version; }

    /** To be called by whoever overwrites contents that others may have seen. */
    public final void overwritten() { owner.version++; }

    /** Gives the memory back; called once, by the last release. */
    protected abstract void free();
}
