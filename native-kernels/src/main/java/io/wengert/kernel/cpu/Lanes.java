package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;

/** A way to make inner loops: plain Java, or the Vector API. */
public interface Lanes {

    /** For people: the way and the vector width. */
    String description();

    /** How many elements of a lane type a kernel takes at once: kernels may overrun up to a multiple of it. */
    int width(DType lane);

    /** Makes the kernel of a program. */
    MapKernel map(Program program, DType lane);

    /** The matrix micro-kernels. */
    GemmKernels gemm();

    /** Fused loops over rows of floats; null if there are none. */
    default RowKernels rows() { return null; }

    /** From how many rows and columns on {@link #transpose} takes a matrix of floats: none if it is huge. */
    default int transposedSize() { return Integer.MAX_VALUE; }

    /**
     * {@code d[o + i * dLine + j] = s[so + j * sLine + i]} for j in [0, {@code lines}) and i in [{@code from}, {@code to});
     * for some i before if that is less than {@link #transposedSize}, which {@code to} must not be.
     */
    default void transpose(int lines, int from, int to, float[] s, int so, int sLine, float[] d, int o, int dLine) {
        throw new UnsupportedOperationException();
    }

    /** Combines n elements. */
    float reduce(Reduction reduction, float[] x, int at, int n);

    /** Combines n elements. */
    double reduce(Reduction reduction, double[] x, int at, int n);

    /** {@code acc[i] = acc[i] combined with x[i]} for n elements, exactly n of which are written. */
    void accumulate(Reduction reduction, float[] acc, int accAt, float[] x, int at, int n);

    /** The same with {@code rows} rows of x, {@code step} apart, one after the other. */
    default void accumulate(Reduction reduction, float[] acc, int accAt, float[] x, int at, int step, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            accumulate(reduction, acc, accAt, x, at + r * step, n);
        }
    }

    /** {@code acc[i] = acc[i] combined with x[i]} for n elements, exactly n of which are written. */
    void accumulate(Reduction reduction, double[] acc, int accAt, double[] x, int at, int n);
}
