package io.wengert.kernel.cpu;

/** Fused loops over one contiguous row of floats. */
public interface RowKernels {

    /**
     * {@code y = e^x / sum e^x} or its logarithm, without overflow, of rows {@code from} to {@code to} of n elements, which
     * begin where the arrays say; a row of y may be the same one of x.
     */
    void softmax(boolean logarithm, float[] x, int[] xAt, float[] y, int[] yAt, int from, int to, int n);

    /** The sum of {@code (x - mean)^2}. */
    double squaredDistances(float[] x, int at, int n, float mean);

    /** {@code y = (x - mean) rstd}, times gamma and plus beta where they are not null; y may be x. */
    void normalize(float[] x, int at, float mean, float rstd, float[] gamma, int gammaAt, float[] beta, int betaAt,
            float[] y, int yAt, int n);

    /** {@code y = (x - mean) rstd gamma + beta}; y may be x. */
    void normalize(float[] x, int at, float mean, float rstd, float gamma, float beta, float[] y, int yAt, int n);

    /** The sum of {@code g (x - mean)}. */
    double products(float[] g, int gAt, float[] x, int at, int n, float mean);

    /** {@code result = factor g - (constant + (x - mean) slope)}; it may be g or x. */
    void normalizeGradient(float[] g, int gAt, float[] x, int at, int n, float mean, float factor, float constant, float slope,
            float[] result, int to);

    /** How many windows {@link #deliver} does at once: it does fewer one by one. */
    int windows();

    /**
     * The way back through the maximum of n windows of 2 by 2, side by side: {@code out[from + i]} goes to the first largest, or the
     * first NaN, of {@code guide}'s elements {@code at + 2 i, at + 2 i + 1} and the two that lie {@code width} further on;
     * to is written likewise from o on, exactly, and gets zero at the others.
     */
    void deliver(int n, float[] guide, int at, int width, float[] out, int from, float[] to, int o);
}
