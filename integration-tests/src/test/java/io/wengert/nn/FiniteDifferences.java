package io.wengert.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.GradientCheck;
import java.util.function.Function;

/** The check of gradients, of first and second order, as narrow as float64 allows for the small functions of these tests. */
public final class FiniteDifferences {

    private static final GradientCheck.Settings NARROW = new GradientCheck.Settings(1e-5, 2e-8, 2);

    private FiniteDifferences() {}

    /** Checks a function at a place that is not near a kink. */
    public static void check(Function<NDArray[], NDArray> function, NDArray... x) {
        GradientCheck.check(in -> new NDList(function.apply(in.toArray(NDArray[]::new))), new NDList(x), NARROW);
    }
}
