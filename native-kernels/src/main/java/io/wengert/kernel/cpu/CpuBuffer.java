package io.wengert.kernel.cpu;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;

/**
 * Elements in a primitive Java array.
 *
 * <p>The array is at least {@link CpuMemory#SLACK} elements longer than the buffer, so that vector loops may run over the
 * end of whole buffers.
 */
final class CpuBuffer extends Buffer {

    private final CpuMemory memory;
    private Object array;

    CpuBuffer(CpuBackend backend, CpuMemory memory, DType dtype, int size) {
        super(backend, dtype, size);
        this.memory = memory;
        this.array = memory.take(dtype, size);
    }

    /** The array; {@code float[]} for float32 and complex64, and so on. */
    Object array() {
        Object a = array;
        if (a == null) {
            throw new IllegalStateException("memory of " + size() + " " + dtype().text() + " has been released already");
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
