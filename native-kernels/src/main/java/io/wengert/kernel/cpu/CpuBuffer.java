package io.wengert.kernel.cpu;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;

/**
 * Elements in a primitive Java array.
 *
 * <p>The array is at least {@link CpuMemory#SLACK} elements longer than the buffer, so that vector loops may run over
 * the end of whole buffers.
 */
final class CpuBuffer extends Buffer {

    private final CpuMemory memory;
    /** The complex buffer that this shows the parts of, or null. */
    private final CpuBuffer complex;
    private Object array;

    CpuBuffer(CpuBackend backend, CpuMemory memory, DType dtype, int size) {
        super(backend, dtype, size);
        this.memory = memory;
        this.complex = null;
        this.array = memory.take(dtype, size);
    }

    private CpuBuffer(CpuBuffer complex) {
        super(complex);
        this.memory = complex.memory;
        this.complex = complex;
    }

    @Override
    public Buffer parts() {
        if (dtype() != DType.COMPLEX64) {
            throw new IllegalArgumentException("only complex numbers have parts, not " + dtype().text());
        }
        return new CpuBuffer(this);
    }

    /** The array; {@code float[]} for float32 and complex64, and so on. */
    Object array() {
        Object a = complex == null ? array : complex.array;
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
        memory.give(dtype(), array);
        array = null;
    }
}
