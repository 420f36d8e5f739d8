package io.wengert.kernel;

/**
 * The right factor of many products, in the form in which its backend multiplies by it fastest. The matrix that it was made of must
 * not change before the factor is closed.
 */
public interface Factor extends AutoCloseable {

    /**
     * {@code out[i, j] = plus[i, j] + sum of a[i, p] * b[p, j]}, where b is the matrix that the factor was made of; all of its dtype.
     *
     * @param out of two axes, the last one contiguous; must not overlap the others
     * @param plus broadcasts to out, or null for 0
     */
    void multiply(View out, View a, View plus);

    @Override
    void close();
}
