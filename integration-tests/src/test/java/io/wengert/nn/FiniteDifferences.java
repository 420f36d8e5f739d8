package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.wengert.djl.WgGradientCollector;
import java.util.function.Function;

/** A check of gradients of first and second order against central differences, in double precision. */
public final class FiniteDifferences {

    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 2e-8;

    private final NDManager manager;
    private final Function<NDArray[], NDArray> function;
    private final Shape[] shapes;

    private FiniteDifferences(NDManager manager, Function<NDArray[], NDArray> function, NDArray[] x) {
        this.manager = manager;
        this.function = function;
        this.shapes = new Shape[x.length];
        for (int i = 0; i < x.length; i++) {
            shapes[i] = x[i].getShape();
        }
    }

    /** Checks a function at a place that is not near a kink. */
    public static void check(NDManager manager, Function<NDArray[], NDArray> function, NDArray... x) {
        double[][] at = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            at[i] = x[i].toDoubleArray();
        }
        FiniteDifferences d = new FiniteDifferences(manager, function, x);
        d.compare("first", at, d.gradient(at), d::value);
        d.compare("second", at, d.gradientOfGradient(at), d::sumOfGradient);
    }

    private void compare(String order, double[][] at, double[][] gradient, Function<double[][], Double> f) {
        for (int i = 0; i < at.length; i++) {
            for (int k = 0; k < at[i].length; k++) {
                double middle = at[i][k];
                at[i][k] = middle + STEP;
                double above = f.apply(at);
                at[i][k] = middle - STEP;
                double below = f.apply(at);
                at[i][k] = middle;
                double numeric = (above - below) / (2 * STEP);
                assertEquals(numeric, gradient[i][k], TOLERANCE * Math.max(1, Math.abs(above) + Math.abs(below)),
                        order + " derivative by element " + k + " of input " + i);
            }
        }
    }

    /** Fixed weights that make one number of an array. */
    private static double weight(int k) { return Math.cos(1.7 * k + 0.3); }

    private static double weighted(double[] y) {
        double sum = 0;
        for (int k = 0; k < y.length; k++) {
            sum += weight(k) * y[k];
        }
        return sum;
    }

    private NDArray weights(NDArray like) {
        double[] w = new double[(int) like.size()];
        for (int k = 0; k < w.length; k++) {
            w[k] = weight(k);
        }
        return manager.create(w, like.getShape());
    }

    private NDArray[] arrays(double[][] at, boolean variable) {
        NDArray[] x = new NDArray[at.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = manager.create(at[i], shapes[i]);
            x[i].setRequiresGradient(variable);
        }
        return x;
    }

    private double value(double[][] at) { return weighted(function.apply(arrays(at, false)).toDoubleArray()); }

    private double[][] gradient(double[][] at) {
        NDArray[] x = arrays(at, true);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = function.apply(x);
            c.backward(y, weights(y));
        }
        return gradients(x);
    }

    private static double[][] gradients(NDArray[] x) {
        double[][] g = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            g[i] = x[i].getGradient().toDoubleArray();
        }
        return g;
    }

    private double sumOfGradient(double[][] at) {
        double sum = 0;
        for (double[] g : gradient(at)) {
            sum += weighted(g);
        }
        return sum;
    }

    private double[][] gradientOfGradient(double[][] at) {
        NDArray[] x = arrays(at, true);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray y = function.apply(x);
            NDList g = c.grad(new NDList(y), new NDList(x), new NDList(weights(y)), true, true);
            NDList heads = new NDList();
            NDList headGradients = new NDList();
            for (int i = 0; i < x.length; i++) {
                // What does not depend on x at all is not recorded, and could not be a head.
                heads.add(g.get(i).add(x[i].mul(0)));
                headGradients.add(weights(x[i]));
            }
            c.backward(heads, headGradients, false, false);
        }
        return gradients(x);
    }
}
