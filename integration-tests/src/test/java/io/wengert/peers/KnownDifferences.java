package io.wengert.peers;

import java.util.List;

/** What a peer does otherwise than Wengert on purpose, each with the reason. */
final class KnownDifferences {

    /**
     * One difference.
     *
     * @param peer an engine
     * @param name a case, with its gradient, or all that begin with it if it ends in *
     * @param what how the finding begins: value, dtype, shape or throws; more words for one of them
     */
    private record Difference(String peer, String name, String what, String reason) {

        boolean covers(String engine, String called, String finding) {
            String method = called.startsWith(GRADIENT) && !name.startsWith(GRADIENT) ? called.substring(GRADIENT.length()) : called;
            boolean named = name.endsWith("*") ? method.startsWith(name.substring(0, name.length() - 1)) : method.equals(name);
            return peer.equals(engine) && named && finding.startsWith(what);
        }
    }

    static final String GRADIENT = "gradient of ";

    private static final String NO_PLACE = "gives the gradient of a maximum that is NaN to nobody; PyTorch agrees with us";
    private static final String MISH = "DJL's default takes log2 where softplus has the natural logarithm: mish(1) is 0.865, not 0.956";
    private static final String WIDENED = "NumPy widens int32 to int64 when it sums or multiplies; MXNet does so for sum() only";
    private static final String TRUNCATED = "MXNet cuts results to the integer type of the input; NumPy and PyTorch go to floats";

    private static final String ALONE = "is wrong against finite differences; PyTorch agrees with us";
    private static final String WEAK = "DJL makes a float64 array of a Java double; a number is weak, as in PyTorch itself";

    private static final List<Difference> ALL = List.of(
            new Difference("PyTorch", "mish", "value", MISH),
            new Difference("MXNet", "mish", "value", MISH),
            new Difference("PyTorch", "avgPool padded, not counted", "value", "counts padding whatever is asked; MXNet agrees with us"),
            new Difference("MXNet", "prod*", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "random prod", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "sum*", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "random sum", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "cumSum*", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "random cumSum", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "trace", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "random trace", "dtype: int64, the peer's int32", WIDENED),
            new Difference("MXNet", "exp of integers", "", TRUNCATED),
            new Difference("MXNet", "sqrt of integers", "", TRUNCATED),
            new Difference("MXNet", "mul 1.5f of integers", "", TRUNCATED),
            new Difference("MXNet", "add 1.5 to integers", "", TRUNCATED),
            new Difference("MXNet", "maximum 1.5 of integers", "", TRUNCATED),
            new Difference("PyTorch", "add 1.5 to integers", "dtype: float32, the peer's float64", WEAK),
            new Difference("PyTorch", "maximum 1.5 of integers", "dtype: float32, the peer's float64", WEAK),
            new Difference("PyTorch", "mul 2 of small integers", "dtype: int64, the peer's int32", "MXNet and PyTorch itself give int64"),
            new Difference("PyTorch", "sgdUpdate, clipped", "value", "clips from above only; MXNet agrees with us"),
            new Difference("MXNet", "rmspropUpdate", "value", "has epsilon under the root; DJL documents sqrt(v) + epsilon"),
            new Difference("MXNet", "nagUpdate", "value", "lets the weight after the step decay into the momentum"),
            new Difference("MXNet", "set array", "value", "repeats (2, 1) over (2, 2) row by row, not by NumPy's rule; PyTorch agrees"),
            new Difference("MXNet", "deconvolution", "value", "takes the weight as (in, out, ..); DJL documents (out, in, ..)"),
            new Difference("MXNet", "gradient of rotate90", "value", ALONE),
            new Difference("MXNet", "gradient of random rotate90", "value", ALONE),
            new Difference("MXNet", "random norm", "value", "is wrong for axes that are not in order; PyTorch agrees with us"),
            new Difference("MXNet", "random maxPool", "", "rounding up, counts windows that begin in the padding; PyTorch does not"),
            new Difference("MXNet", "random chunks", "shape", "drops a part of size 0; NumPy and PyTorch keep it"),
            new Difference("MXNet", "gradient of max of NaN", "value", NO_PLACE),
            new Difference("MXNet", "mean of nothing", "value", "is 0; in NumPy and PyTorch NaN"),
            new Difference("MXNet", "prod of nothing", "value", "is 0; in NumPy and PyTorch 1"),
            new Difference("MXNet", "gru of two layers*", "value", "reads all weights before all biases; DJL's blocks go by layer"));

    private KnownDifferences() {}

    static boolean isKnown(String engine, String name, String finding) {
        return ALL.stream().anyMatch(d -> d.covers(engine, name, finding));
    }
}
