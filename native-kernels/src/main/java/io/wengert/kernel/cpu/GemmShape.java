package io.wengert.kernel.cpu;

/**
 * The extents and strides, in elements, of one product C[i,j] = sum over p of A[i,p] * B[p,j], with i below
 * {@code m}, j below {@code n}, p below {@code k}. A stride may be zero or negative; the column stride of C is 1.
 */
public record GemmShape(int m, int n, int k, int aRow, int aCol, int bRow, int bCol, int cRow) {

    /** The same operands with fewer rows and columns of C. */
    public GemmShape block(int rows, int columns) {
        return rows == m && columns == n ? this : new GemmShape(rows, columns, k, aRow, aCol, bRow, bCol, cRow);
    }

    public long multiplications() { return (long) m * n * k; }
}
