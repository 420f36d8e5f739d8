package io.wengert.kernel.cpu;

/**
 * Single-threaded inner loops over windows, for elements held in arrays of type {@code T}, {@code float[]} or
 * {@code double[]}.
 *
 * <p>Windows lie in {@link Phases}: window {@code f} sees the places {@code f + offsets[t]}, one for each tap t. The
 * loops may run on to a multiple of {@link #width}, which arrays must have room for.
 */
public interface WindowKernels<T> {

    /** How many windows are done at once. */
    int width();

    /** A new array of zeros. */
    T allocate(int length);

    /** {@code a[at + i] = value} for i below n. */
    void fill(T a, int at, int n, double value);

    /** {@code to[o + i] = from[at + i * step]} for i below n, exactly. */
    void take(int n, T from, int at, int step, T to, int o);

    /** {@code to[o + i * step] = from[at + i]} for i below n, exactly. */
    void put(int n, T from, int at, T to, int o, int step);

    /** {@code to[o + r * toStep + i] = from[at + r * step + i]} for r below {@code rows} and i below n, exactly. */
    void rows(int rows, int n, T from, int at, int step, T to, int o, int toStep);

    /** {@code to[o + i * step] = from[at + places[i]]} for i below n, exactly. */
    void collect(int n, T from, int at, int[] places, T to, int o, int step);

    /** {@code to[o + i * step] += from[at + i]} for i below n, exactly. */
    void add(int n, T from, int at, T to, int o, int step);

    /** {@code to[o + i] = a[at + i] * b[bt + i]} for i below n, exactly. */
    void multiply(int n, T a, int at, T b, int bt, T to, int o);

    /** {@code out[f] = sum over t of weights[w + t] * in[f + offsets[t]]}. */
    void weigh(int n, T in, int[] offsets, T weights, int w, T out);

    /** The transpose: {@code in[f + offsets[t]] += weights[w + t] * out[f]}; beyond n, out holds zeros. */
    void spread(int n, T out, int[] offsets, T weights, int w, T in);

    /** {@code sums[t] += sum over f of out[f] * in[f + offsets[t]]}; beyond n, out holds zeros. */
    void correlate(int n, T out, T in, int[] offsets, double[] sums);

    /** {@code out[f] = largest of in[f + offsets[t]]}, NaN if there is one. */
    void max(int n, T in, int[] offsets, T out);

    /** {@code to[o + i]} = the largest of {@code a[at + 2 i], a[at + 2 i + 1], b[..], b[.. + 1]} for i below n, exactly. */
    void maxOfPairs(int n, T a, int at, T b, int bt, T to, int o);

    /** {@code to[o + i] = ((a[at + 2 i] + b[bt + 2 i]) + (a[at + 2 i + 1] + b[bt + 2 i + 1])) factor} for i below n, exactly. */
    void sumOfPairs(int n, T a, int at, T b, int bt, double factor, T to, int o);

    /** {@code out[f] = in[f + offsets[t]]} for the first t where the guide is largest. */
    void select(int n, T guide, int[] offsets, T in, T out);

    /** The transpose of select: {@code in[f + offsets[t]] += out[f]}; beyond n, out holds zeros. */
    void deliver(int n, T guide, int[] offsets, T out, T in);

    /** How many filters {@link #convolve} does at once. */
    int tileFilters();

    /** How many windows {@link #convolve} does at once. */
    int tileWindows();

    /**
     * Several filters over several windows: {@code out[o + r * row + f] = sum over p of weights[w + p * tileFilters + r]
     * * in[at + offsets[p] + f]} for all r below {@link #tileFilters} and f below {@link #tileWindows}.
     */
    void convolve(T in, int at, int[] offsets, T weights, int w, T out, int o, int row);

    /**
     * Lays n windows of up to four filters, {@code plane} apart in {@code out}, out as {@link #correlate(int, int, int,
     * Object, int, Object, int, int[], int, Object, int, int)} reads them: 4 n elements from {@code t} on.
     */
    void four(int n, int rows, T out, int o, int plane, T to, int t);

    /**
     * The gradient of weights: adds to {@code sums[s + i * row + j]} the sum over f of filter i's {@code out[f]} times
     * {@code in[at + offsets[first + j] + f]}, for i below {@code rows} and j below {@code columns}, at most four each.
     * The filters lie in {@code four} from {@code o} on; n is a multiple of {@link #width}.
     */
    void correlate(int n, int rows, int columns, T four, int o, T in, int at, int[] offsets, int first,
            T sums, int s, int row);

    /** How many images {@link BatchConvolution} lays side by side: a vector's lanes; 0 if there are no loops for it. */
    default int images() { return 0; }

    /** With {@link #images}: {@code correlate} summed over runs, {@code step} apart in {@code in}, one by one in {@code four}. */
    default void correlate(int runs, int step, int n, int rows, int columns, T four, int o, T in, int at, int[] offsets, int first,
            T sums, int s, int row) {
        throw new UnsupportedOperationException();
    }

    /**
     * With them too: {@code to[o + p * step + r] = from[at + r * line + p]} for r below {@link #images} and p below n, which is not less
     * than {@code images}.
     */
    default void transpose(int n, T from, int at, int line, T to, int o, int step) {
        throw new UnsupportedOperationException();
    }
}
