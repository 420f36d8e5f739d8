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

    /** The least {@link #work} for which a second thread pays. */
    long parallelWork();

    /** What a product costs, in multiplications of a large one. */
    default long work(GemmShape s) { return s.multiplications(); }

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

    /** Whether there is a form of B that can be kept, so that no product with it packs it again. */
    default boolean keeps() { return false; }

    /**
     * Brings columns {@code from} to {@code to} of B, each a multiple of {@link #columnStep} or n, to the form that is kept: column
     * j of those multiples begins at {@code kept[kept0 + j * k]}. Threads may do this for different columns at once.
     */
    default void keep(GemmShape s, int from, int to, T b, int b0, T kept, int kept0) {
        throw new UnsupportedOperationException("this kernel keeps no operands");
    }

    /**
     * Computes C = plus + A * B for a block, whose first column {@code kept0} is that of. The strides of B do not count.
     *
     * @param plus rows of n elements, {@code plusRow} apart; or null
     */
    default void multiplyKept(GemmShape block, T a, int a0, T kept, int kept0, T plus, int plus0, int plusRow, T c, int c0) {
        throw new UnsupportedOperationException("this kernel keeps no operands");
    }

    /** Adds a row of {@code n} elements to each of {@code m} rows of C, {@code cRow} apart. */
    void addRow(int m, int n, T row, int r0, T c, int c0, int cRow);

    /** Writes zeros into {@code m} rows of {@code n} elements, {@code cRow} apart: the product when k is 0. */
    void clear(int m, int n, T c, int c0, int cRow);
}
