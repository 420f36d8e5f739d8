package io.wengert.kernel;

/**
 * A device with memory, and the families of kernels that run on it: the whole interface between the engine and a
 * processor.
 *
 * <p>Arguments have been checked by the caller: shapes fit, indices are in range, an output never overlaps an input
 * except that it may be the very same view. Sizes of zero are legal everywhere. All methods may be called from any
 * thread.
 */
public interface Backend {

    /** The kind of device: {@code cpu} or {@code gpu}. */
    String device();

    /** Which device of its kind, from 0; -1 for the CPU. */
    int ordinal();

    /** The device by its name, as {@code cpu} or {@code gpu(1)}. */
    default String place() { return ordinal() < 0 ? device() : device() + "(" + ordinal() + ")"; }

    /** What it is and how it works, in a few words for people. */
    String description();

    /** New memory for {@code size} elements, with undefined contents. */
    Buffer allocate(DType dtype, long size);

    /**
     * Copies host elements into a buffer.
     *
     * @param array a Java array of the dtype's storage: {@code byte[]} (bool, int8, uint8), {@code short[]} (16 bits),
     *     {@code int[]}, {@code long[]}, {@code float[]} (complex64: two an element), {@code double[]}, {@code String[]}
     */
    void write(Buffer to, long at, Object array, int from, int count);

    /** Copies {@code count} elements of a buffer to the host, into an array as for {@link #write}. */
    void read(Buffer from, long at, Object array, int to, int count);

    /**
     * Copies elements between layouts of the same shape and dtype; the input broadcasts to the output's shape. It may lie on
     * another device of the same kind, if both are contiguous.
     */
    void copy(View out, View in);

    /**
     * Element-wise: every output at every place is a formula of the inputs at the same place.
     *
     * @param lane the type that is calculated in: float32, float64, int64 or uint64; inputs are converted to it,
     *     outputs from it (floating to integer: towards zero; to bool: not zero)
     * @param params the numbers that the program's parameters stand for
     * @param outs arrays of one shape
     * @param ins arrays that broadcast to that shape
     */
    void map(Program program, DType lane, Number[] params, View[] outs, View[] ins);

    /**
     * Combines all elements along the axes on which {@code out} has size 1 and {@code in} has not (same rank). An axis
     * of size 0 gives the identity.
     */
    void reduce(Reduction reduction, DType lane, View out, View in);

    /**
     * Along one axis {@code e^x / sum e^x}, or its logarithm, without overflow; a fused way for what map and reduce could
     * do in four passes. Shapes are equal, the output is floating.
     */
    void softmax(boolean logarithm, View out, View in, int axis);

    /**
     * {@code out = (in - mean) rstd scale + shift}, where mean and {@code rstd = 1 / sqrt(variance + epsilon)} are those of the
     * elements along the axes on which they have size 1; the variance is the population's. There is at least one element.
     *
     * @param mean contiguous, of the lane type of {@code out}, as is {@code rstd}; both are written
     * @param out of the shape of {@code in}, floating
     * @param scale broadcasts to in, or null for 1
     * @param shift broadcasts to in, or null for 0
     */
    default void normalize(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        Normalizing.run(this, epsilon, mean, rstd, out, in, scale, shift);
    }

    /**
     * The way back through {@link #normalize}, if there is a fused one for such arrays; for a scale that does not change along the
     * axes of the sums. With {@code h = (in - mean) rstd}, and means over the elements that share one,
     * {@code result = rstd scale (g - mean(g) - h mean(g h))}.
     *
     * @param result of the shape of {@code in}; the gradient of it
     * @param sum of the shape of mean, as is {@code along}: the sums of g and of g h are written
     * @param g the gradient of normalize's result
     * @param scale broadcasts to in, or null for 1
     * @return whether there is; if not, nothing was written
     */
    default boolean normalizeGradient(View result, View sum, View along, View g, View in, View mean, View rstd, View scale) {
        return false;
    }

    /**
     * Normalization by given statistics, if there is a fused way for such arrays:
     * {@code out = (in - mean) scale / sqrt(variance + epsilon) + shift}.
     *
     * @param out of the shape of {@code in}; all others broadcast to it
     * @param scale null for 1
     * @param shift null for 0
     * @return whether there is; if not, nothing was written
     */
    default boolean normalizeBy(double epsilon, View out, View in, View mean, View variance, View scale, View shift) {
        return false;
    }

    /** The place of the first largest (or smallest) element along an axis, NaN first; {@code out} is int64 with size 1 there. */
    void argReduce(boolean largest, View out, View in, int axis);

    /** Running combination along an axis: {@code out[i] = in[0] + ... + in[i]}. */
    void scan(Reduction reduction, DType lane, View out, View in, int axis);

    /** {@code out[.., i, j] = sum of a[.., i, p] * b[.., p, j]}; equal ranks of at least 2, equal dtypes. */
    void matmul(View out, View a, View b);

    /**
     * {@code out[i, j] = bias[j] + sum of a[i, p] * b[p, j]} in one go.
     *
     * @return false if there is no such way for these views, and nothing has been done
     */
    default boolean matmul(View out, View a, View b, View bias) { return false; }

    /** The matrix b (k, n) for products with many matrices of {@code rows} rows or about as many. */
    default Factor factor(View b, long rows) { return new PlainFactor(this, b, rows); }

    /** {@code out[.., i, ..] = in[.., index[.., i, ..], ..]}: out and index (int64) have one shape, in differs on {@code axis} only. */
    void gather(View out, View in, View index, int axis);

    /**
     * The transpose of gather: {@code out[.., index[.., i, ..], ..] += in[.., i, ..]}, or {@code =} if {@code add} is
     * false, when the last of several wins.
     */
    void scatter(View out, View index, View in, int axis, boolean add);

    /**
     * Sorts along an axis, stably; NaN counts as the largest. Either output may be null.
     *
     * @param indices int64: where each element came from
     */
    void sort(View values, View indices, View in, int axis, boolean descending);

    /**
     * Random numbers in row-major order.
     *
     * @param counter the first Philox counter; one counter gives four words
     * @return the number of counters used
     */
    long random(View out, Distribution distribution, double a, double b, long key, long counter);

    /**
     * Discrete Fourier transform along an axis:
     * {@code out[.., k, ..] = scale * sum of in[.., j, ..] * exp(-2 pi i j k / n)} over {@code j < n}, for as many k
     * as {@code out} has, at most n. Where {@code in} has fewer than n elements it counts as zero, further ones do not
     * count.
     *
     * @param out complex64; or real, if {@code in} is complex and holds the first
     *     {@code n / 2 + 1} elements of a spectrum whose other half is their mirrored conjugate
     * @param inverse whether the exponent is positive
     */
    void fourier(View out, View in, int axis, long n, boolean inverse, double scale);

    /** Waits until all queued work is done. */
    void synchronize();

    /**
     * Bytes that buffers take which have not been released, and bytes kept ready for reuse. A buffer that is left to the
     * garbage collector counts as taken for good; small ones, which are never pooled, do not count.
     */
    MemoryUse memory();

    /** Gives memory that is kept for reuse back to the system. */
    void emptyCache();

    /**
     * Convolution (in the sense of neural networks: cross-correlation) of {@code in (batch, groups * c, ..)} with
     * {@code weight (filters, c, kernel..)} to {@code out (batch, filters, ..)}: one to three spatial axes. Filters fall into
     * as many equal groups as input channels do. All three have one dtype, float16, bfloat16, float32 or float64. The
     * spatial extents of out may be any: what a window sees outside of the input is zero.
     */
    void convolve(View out, View in, View weight, Window window, int groups);

    /** The transpose of {@link #convolve} with respect to its input: what each element of {@code in} gave to {@code out}. */
    void convolveInput(View in, View out, View weight, Window window, int groups);

    /** The transpose of {@link #convolve} with respect to its weight. */
    void convolveWeight(View weight, View in, View out, Window window, int groups);

    /**
     * Combines the elements of windows of {@code in (batch, channel, ..)}, to {@code out} of any spatial extents; one
     * floating dtype.
     *
     * @param guide for MAX, of the shape of in: which element of a window is taken; in itself for the usual maximum
     */
    void pool(Pooling pooling, View out, View in, View guide, Window window);

    /** The transpose of {@link #pool}: each element of {@code out}, given back to those of {@code in} that it came from. */
    void poolInput(Pooling pooling, View in, View out, View guide, Window window);

    /** Bytes in use and bytes pooled. */
    record MemoryUse(long used, long pooled) {}
}
