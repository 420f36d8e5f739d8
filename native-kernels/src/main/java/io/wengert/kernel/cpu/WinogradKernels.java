package io.wengert.kernel.cpu;

/**
 * The small transforms of Winograd's F(4x4, 3x3), for as many channels at once as a vector has lanes.
 *
 * <p>Each takes a square of places, {@code (i, j)} at {@code from + i * row + j * column}, to another square; a place
 * is {@link #width} neighbouring numbers. {@code t} is scratch of 36 places.
 */
public interface WinogradKernels {

    /** Channels at once. */
    int width();

    /** Six by six of an image to six by six: B' d B. */
    void image(float[] d, int from, int row, int column, float[] v, int to, int toRow, int toColumn, float[] t);

    /** Six by six to four by four of the result: A' m A. */
    void result(float[] m, int from, int row, int column, float[] y, int to, int toRow, int toColumn, float[] t);

    /** The transpose of result: four by four to six by six, A g A'. */
    void resultTransposed(float[] g, int from, int row, int column, float[] m, int to, int toRow, int toColumn,
            float[] t);

    /** Three by three of the weight to six by six: G w G'. */
    void weight(float[] w, int from, int row, int column, float[] u, int to, int toRow, int toColumn, float[] t);

    /** The transpose of weight: six by six to three by three, G' u G. */
    void weightTransposed(float[] u, int from, int row, int column, float[] w, int to, int toRow, int toColumn,
            float[] t);
}
