package io.wengert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * A comparison of a function's gradients, of first and second order, with finite differences: for whoever writes a block, a loss or
 * a {@link io.wengert.Function}.
 *
 * <pre>{@code
 * GradientCheck.check(x -> x.tanh().prod(), manager.create(new float[] {0.3f, -1, 2}));
 * }</pre>
 *
 * <p>Everything is computed in float64, to which floating inputs are converted. The outputs are made into one number with fixed
 * weights, and every element of every input is moved up and down by a step. The place must not be near a kink (of an absolute
 * value, a maximum), where differences say nothing.
 */
public final class GradientCheck {

    /** How far elements are moved, how near the two must be, and whether second derivatives are checked too (2) or not (1). */
    public record Settings(double step, double tolerance, int orders) {

        /** What suits functions of moderate size and slope: 1e-5, 1e-7, both orders. */
        public static final Settings DEFAULT = new Settings(1e-5, 1e-7, 2);

        /**
         * Checked settings.
         *
         * @throws IllegalArgumentException if a number is not positive, or the orders are not 1 or 2
         */
        public Settings {
            if (!(step > 0) || !(tolerance > 0) || orders < 1 || orders > 2) {
                throw new IllegalArgumentException("GradientCheck: step " + step + " and tolerance " + tolerance
                        + " must be positive, and orders 1 or 2, not " + orders);
            }
        }
    }

    /**
     * The derivative by one element, as backward and as finite differences have it.
     *
     * @param order 1, or 2 for the derivative of the gradient's weighted sum
     * @param input the number of the input
     * @param index the place in it
     */
    public record Element(int order, int input, long[] index, double analytic, double numeric) {

        @Override
        public String toString() {
            return "order " + order + ", input " + input + ", element " + Arrays.toString(index) + ": backward gives " + analytic
                    + ", finite differences " + numeric;
        }
    }

    /**
     * What a check has found.
     *
     * @param elements how many derivatives were compared
     * @param wrong how many are not near enough to each other
     * @param first the first of these, or null
     * @param worst the one with the largest error; null if there are no elements
     * @param worstError that error, relative to the values of the function if they are larger than 1
     */
    public record Report(long elements, long wrong, Element first, Element worst, double worstError) {

        /** Whether all agree. */
        public boolean passed() { return wrong == 0; }

        @Override
        public String toString() {
            return (passed() ? "gradients agree with finite differences at " : "gradients are wrong at " + wrong + " of ") + elements
                    + " elements" + (first == null ? "" : "\n  first: " + first)
                    + (worst == null ? "" : "\n  worst: " + worst + " (error " + worstError + ")");
        }
    }

    private final Function<NDList, NDList> function;
    private final NDList inputs;
    private final Settings settings;
    private NDList weights;
    private NDList directions;
    private long elements;
    private long wrong;
    private Element first;
    private Element worst;
    private double worstError;

    private GradientCheck(Function<NDList, NDList> function, NDList inputs, Settings settings) {
        this.function = function;
        this.inputs = inputs;
        this.settings = settings;
    }

    /**
     * Checks a function at a point.
     *
     * @throws AssertionError naming the first wrong element, with both numbers
     */
    public static void check(Function<NDList, NDList> f, NDList inputs, Settings settings) {
        Report r = report(f, inputs, settings);
        if (!r.passed()) {
            throw new AssertionError(r.toString());
        }
    }

    /** As {@link #check(Function, NDList, Settings)}, with the usual settings. */
    public static void check(Function<NDList, NDList> f, NDList inputs) { check(f, inputs, Settings.DEFAULT); }

    /** As {@link #check(Function, NDList)}, for one input and one output. */
    public static void check(UnaryOperator<NDArray> f, NDArray x) {
        check(list -> new NDList(f.apply(list.singletonOrThrow())), new NDList(x));
    }

    /**
     * Compares, and gives the numbers.
     *
     * @param inputs floating arrays, which are checked, and others, which are handed to the function as they are
     * @throws IllegalArgumentException if an input is complex, or the function takes or gives no floating array
     */
    public static Report report(Function<NDList, NDList> f, NDList inputs, Settings settings) {
        Autograd.Scope pause = Autograd.pause(Autograd.isTraining());
        try (NDManager manager = inputs.head().getManager().newSubManager()) {
            NDList x = new NDList();
            for (NDArray input : inputs) {
                if (input.getDataType() == DataType.COMPLEX64) {
                    throw new IllegalArgumentException("GradientCheck: takes real inputs; make complex ones inside the function");
                }
                NDArray copy = input.toType(isChecked(input) ? DataType.FLOAT64 : input.getDataType(), true);
                copy.attach(manager);
                x.add(copy);
            }
            return new GradientCheck(f, x, settings).compare(manager);
        } finally {
            pause.close();
        }
    }

    private static boolean isChecked(NDArray x) { return x.getDataType().isFloating(); }

    private Report compare(NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            weights = weights(manager, function.apply(local(scratch)));
        }
        directions = weights(manager, inputs);
        compare(1, gradient(inputs), this::value);
        if (settings.orders == 2) {
            compare(2, Functional.vjp(this::gradient, inputs, directions), this::alongGradient);
        }
        return new Report(elements, wrong, first, worst, worstError);
    }

    private NDList local(NDManager manager) {
        NDList x = new NDList();
        for (NDArray input : inputs) {
            NDArray copy = input.duplicate();
            copy.attach(manager);
            x.add(copy);
        }
        return x;
    }

    /** Fixed weights of irregular sizes and signs for each floating array; null for others. */
    private static NDList weights(NDManager manager, NDList like) {
        NDList r = new NDList();
        boolean any = false;
        for (NDArray x : like) {
            double[] w = new double[Math.toIntExact(x.size())];
            Arrays.setAll(w, k -> Math.cos(1.7 * k + 0.3));
            r.add(isChecked(x) ? manager.create(w, x.getShape()) : null);
            any |= isChecked(x);
        }
        if (!any) {
            throw new IllegalArgumentException("GradientCheck: there is no floating array among " + Arrays.toString(like.getShapes()));
        }
        return r;
    }

    /** The sum of all elements with their weights. */
    private static double weighted(NDList values, NDList weights) {
        double sum = 0;
        for (int i = 0; i < values.size(); i++) {
            if (weights.get(i) != null) {
                double[] y = values.get(i).toType(DataType.FLOAT64, false).toDoubleArray();
                double[] w = weights.get(i).toDoubleArray();
                for (int k = 0; k < y.length; k++) {
                    sum += w[k] * y[k];
                }
            }
        }
        return sum;
    }

    private double value(NDList x) {
        try (NDManager scratch = x.head().getManager().newSubManager()) {
            return weighted(function.apply(local(scratch)), weights);
        }
    }

    private NDList gradient(NDList x) { return Functional.vjp(function, x, weights); }

    private double alongGradient(NDList x) {
        try (NDList g = gradient(x)) {
            return weighted(g, directions);
        }
    }

    private void compare(int order, NDList gradient, ToDoubleFunction<NDList> f) {
        for (int i = 0; i < inputs.size(); i++) {
            if (isChecked(inputs.get(i))) {
                compare(order, i, gradient.get(i).toDoubleArray(), f);
            }
        }
    }

    private void compare(int order, int input, double[] gradient, ToDoubleFunction<NDList> f) {
        NDArray x = inputs.get(input);
        double[] at = x.toDoubleArray();
        for (int k = 0; k < at.length; k++) {
            double middle = at[k];
            at[k] = middle + settings.step;
            double above = moved(x, at, f);
            at[k] = middle - settings.step;
            double below = moved(x, at, f);
            at[k] = middle;
            double numeric = (above - below) / (2 * settings.step);
            // Differences are as good as the function's values are exact.
            double scale = Math.max(1, Math.max(Math.abs(numeric), Math.abs(above) + Math.abs(below)));
            note(new Element(order, input, index(x.getShape(), k), gradient[k], numeric), Math.abs(gradient[k] - numeric) / scale);
        }
        x.set(at);
    }

    private double moved(NDArray x, double[] at, ToDoubleFunction<NDList> f) {
        x.set(at);
        return f.applyAsDouble(inputs);
    }

    private void note(Element e, double error) {
        elements++;
        // NaN is wrong, too.
        if (!(error <= settings.tolerance)) {
            wrong++;
            first = first == null ? e : first;
        }
        if (worst == null || !(error <= worstError)) {
            worst = e;
            worstError = error;
        }
    }

    private static long[] index(Shape shape, long flat) {
        long[] r = new long[shape.dimension()];
        long rest = flat;
        for (int i = r.length - 1; i >= 0; i--) {
            r[i] = rest % shape.get(i);
            rest /= shape.get(i);
        }
        return r;
    }
}
