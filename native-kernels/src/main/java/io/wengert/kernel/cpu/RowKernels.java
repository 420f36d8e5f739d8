package io.wengert.kernel.cpu;

/** Fused loops over one contiguous row of floats. */
public interface RowKernels {

    /**
     * {@code y = e^x / sum e^x} or its logarithm, without overflow, of rows {@code from} to {@code to} of n elements, which
     * begin where the arrays say; a row of y may be the same one of x.
     */
    void softmax(boolean logarithm, float[] x, int[] xAt, float[] y, int[] yAt, int from, int to, int n);

    /** Puts one number into n elements, few enough that a call of {@link java.util.Arrays#fill} would take longer. */
    void fill(float value, float[] y, int at, int n);

    /** The sum of {@code (x - mean)^2}. */
    double squaredDistances(float[] x, int at, int n, float mean);

    /** Elements of an array, from {@code at} on. */
    record Floats(float[] array, int at) {}

    /**
     * Rows of n elements one behind the other, and what normalization makes of them: {@code y = (x - mean) rstd}, times gamma
     * and plus beta, which are a row each or null; rstd is {@code 1 / sqrt(variance + epsilon)}. y may be x.
     */
    record Normalization(Floats x, Floats y, int n, double epsilon, Floats mean, Floats rstd, Floats gamma, Floats beta) {}

    /** Normalizes rows {@code from} to {@code to}, each by its own mean and variance. */
    void normalize(Normalization rows, int from, int to);

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

    /** {@code y = (int) x}: towards zero, within the range of int, a NaN as 0. */
    void toInts(float[] x, int at, int[] y, int yAt, int n);

    /** {@code y = x != 0}, as 1 or 0. */
    void toTruths(float[] x, int at, byte[] y, int yAt, int n);
}
