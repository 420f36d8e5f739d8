package io.wengert.kernel.cpu;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;

/**
 * Elements in a primitive Java array.
 *
 * <p>The array is at least {@link CpuMemory#SLACK} elements longer than the buffer, so that vector loops may run over
 * the end of whole buffers. Large ones begin some elements into it: see {@link CpuMemory#lead}.
 */
final class CpuBuffer extends Buffer {

    /** Null when the memory has been released; the parts of complex numbers have none of their own. */
    private Object array;

    private final int lead;

    CpuBuffer(CpuBackend backend, DType dtype, int size, Object array, int lead) {
        super(backend, dtype, size);
        this.array = array;
        this.lead = lead;
    }

    private CpuBuffer(CpuBuffer complex) {
        super(complex);
        this.lead = 0;
    }

    @Override
    public Buffer parts() {
        if (dtype() != DType.COMPLEX64) {
            throw new IllegalArgumentException("only complex numbers have parts, not " + dtype().text());
        }
        return new CpuBuffer(this);
    }

    /** How many elements of the array come before the buffer's first; none where the buffer is complex. */
    int lead() { return lead; }

    /** The array; {@code float[]} for float32 and complex64, and so on. */
    Object array() {
        Object a = array;
        if (a == null) {
            a = ((CpuBuffer) owner()).array;
        }
        if (a == null) {
            throw new IllegalStateException(
                    "memory of " + size() + " " + dtype().text() + " has been released already");
        }
        return a;
    }

    float[] floats() { return (float[]) array(); }

    double[] doubles() { return (double[]) array(); }

    long[] longs() { return (long[]) array(); }

    @Override
    protected void free() {
        ((CpuBackend) backend()).recycle(dtype(), array);
        array = null;
    }
}
