package io.wengert.kernel.cpu;

/**
 * One program as a loop over lane arrays.
 *
 * <p>Element {@code i} of input k is {@code in[k][inAt[k] + i]}. A kernel may read and write up to the next multiple of its
 * vector width beyond {@code n}; the caller provides for that.
 */
public interface MapKernel {

    /**
     * All arrays are {@code float[][]}, {@code double[][]} or {@code long[][]}, as the kernel's lane says.
     *
     * @param params one such row; null if the program takes none
     */
    void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n);
}
