package io.wengert.kernel.cpu;

/**
 * A single-threaded product of one block of C, for matrices held in arrays of type {@code T}, {@code float[]} or
 * {@code double[]}.
 *
 * <p>How a product is computed, and so the order of its additions, depends on the whole product only, never on the
 * block: that is what makes results independent of the number of threads.
 */
public interface GemmKernel<T> {

    /** The height of blocks into which rows of C are best split. */
    int rowStep();

    /** The width of blocks into which columns of C are best split. */
    int columnStep();

    /** The fewest multiplications of one product for which a second thread pays. */
    long parallelWork();

    /**
     * Computes C for {@code block}, part of the product {@code whole}; k is at least 1. The offsets are those of the
     * block's first elements. No element outside the matrices is read or written.
     */
    void multiply(GemmShape whole, GemmShape block, T a, int a0, T b, int b0, T c, int c0);

    /**
     * Computes the sum of {@code items} products of one shape, A and B of each {@code aItem} and {@code bItem} behind those of
     * the one before: as if their k were joined.
     */
    void multiplyJoined(GemmShape s, int items, T a, int a0, int aItem, T b, int b0, int bItem, T c, int c0);

    /** Adds a row of {@code n} elements to each of {@code m} rows of C, {@code cRow} apart. */
    void addRow(int m, int n, T row, int r0, T c, int c0, int cRow);

    /** Writes zeros into {@code m} rows of {@code n} elements, {@code cRow} apart: the product when k is 0. */
    void clear(int m, int n, T c, int c0, int cRow);
}
