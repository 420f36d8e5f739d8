package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.View;
import java.lang.ref.Cleaner;

/** Elements in device memory. */
final class CudaBuffer extends Buffer {

    private final CudaMemory.Block block;
    /** Gives the memory back also when nobody releases the buffer. */
    private final Cleaner.Cleanable giving;
    /** The complex buffer that this shows the parts of, or null: while one is reachable, so is the other. */
    private final CudaBuffer whole;

    CudaBuffer(CudaBackend backend, CudaMemory memory, DType dtype, long size) {
        super(backend, dtype, size);
        CudaMemory.Block b = memory.take(dtype, size);
        block = b;
        whole = null;
        giving = CudaMemory.CLEANER.register(this, () -> memory.give(b));
    }

    private CudaBuffer(CudaBuffer complex) {
        super(complex);
        block = complex.block;
        giving = complex.giving;
        whole = complex;
    }

    @Override
    public Buffer parts() {
        if (dtype() != DType.COMPLEX64) {
            throw new IllegalArgumentException("only complex numbers have parts, not " + dtype().text());
        }
        return new CudaBuffer(this);
    }

    /** Where the first element lies; 0 without elements. */
    long address() {
        if (!isAlive()) {
            throw new IllegalStateException(
                    "memory of " + size() + " " + dtype().text() + " on the GPU has been released already");
        }
        return block == null ? 0 : block.address();
    }

    /** Where the element of a view's offset lies. */
    static long address(View v) {
        CudaBuffer b = (CudaBuffer) v.buffer();
        return b.address() + v.layout().offset() * b.dtype().bytes();
    }

    @Override
    protected void free() { giving.clean(); }
}
