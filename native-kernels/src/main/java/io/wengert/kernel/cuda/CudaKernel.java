package io.wengert.kernel.cuda;

import jcuda.driver.CUfunction;

/** One kernel, loaded on one device. */
public final class CudaKernel {

    /** Bytes of dynamic shared memory that a kernel gets without asking. */
    private static final int USUAL_SHARED = 48 << 10;

    private final String name;
    private final CUfunction function;
    private int shared = USUAL_SHARED;

    CudaKernel(String name, CUfunction function) {
        this.name = name;
        this.function = function;
    }

    public String name() { return name; }

    /** How many blocks of so many threads a multiprocessor holds at once. */
    public int occupancy(int threads, int sharedBytes) {
        allow(sharedBytes);
        return CudaDriver.occupancy(function, threads, sharedBytes);
    }

    CUfunction function() { return function; }

    /** Raises the bound of dynamic shared memory, if it is too low. */
    synchronized void allow(int bytes) {
        if (bytes > shared) {
            CudaDriver.allowShared(function, bytes);
            shared = bytes;
        }
    }

    @Override
    public String toString() { return name; }
}
