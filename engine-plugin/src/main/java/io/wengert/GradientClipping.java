package io.wengert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

/**
 * Gradients kept small, between backward and the optimizer's step: what {@code getGradient()} hands out is changed in place.
 *
 * <pre>{@code
 * collector.backward(loss);
 * ...
 * GradientClipping.byGlobalNorm(model.getBlock(), 1.0);
 * trainer.step();
 * }</pre>
 */
public final class GradientClipping {

    private GradientClipping() {}

    /** The arrays of a block's parameters that are trained. */
    static NDList trained(Block block) {
        NDList r = new NDList();
        for (Pair<String, Parameter> p : block.getParameters()) {
            if (p.getValue().requiresGradient() && p.getValue().isInitialized()) {
                r.add(p.getValue().getArray());
            }
        }
        return r;
    }

    /** The Euclidean norm of all gradients as one vector, in float64. */
    public static double globalNorm(NDList variables) {
        double sum = 0;
        for (NDArray x : variables) {
            try (NDArray g = x.getGradient();
                    NDArray real = g.getDataType() == DataType.COMPLEX64 ? g.abs() : g.duplicate();
                    NDArray wide = real.toType(DataType.FLOAT64, true);
                    NDArray square = wide.square();
                    NDArray s = square.sum()) {
                sum += s.getDouble();
            }
        }
        return Math.sqrt(sum);
    }

    /** As {@link #globalNorm(NDList)}, of a block's trained parameters. */
    public static double globalNorm(Block block) { return globalNorm(trained(block)); }

    /**
     * Scales all gradients by one factor so that their global norm is at most a number (Pascanu et al., 2013).
     *
     * @param variables arrays that require gradients
     * @return the norm before; if it is not finite, the gradients are left as they are
     * @throws IllegalArgumentException if the number is not positive
     */
    public static double byGlobalNorm(NDList variables, double largest) {
        check("norm", largest);
        double norm = globalNorm(variables);
        if (norm > largest && norm < Double.POSITIVE_INFINITY) {
            scale(variables, largest / norm);
        }
        return norm;
    }

    /** As {@link #byGlobalNorm(NDList, double)}, of a block's trained parameters. */
    public static double byGlobalNorm(Block block, double largest) { return byGlobalNorm(trained(block), largest); }

    private static void check(String what, double largest) {
        if (!(largest > 0)) {
            throw new IllegalArgumentException("GradientClipping: the largest " + what + " must be positive, not " + largest);
        }
    }

    /** Multiplies all gradients. */
    static void scale(NDList variables, double factor) {
        for (NDArray x : variables) {
            try (NDArray g = x.getGradient()) {
                g.muli(factor);
            }
        }
    }

    /**
     * Cuts every element off at plus and minus a number.
     *
     * @param variables arrays that require real gradients
     * @return the global norm before
     * @throws IllegalArgumentException if the number is not positive
     */
    public static double byValue(NDList variables, double largest) {
        check("value", largest);
        double norm = globalNorm(variables);
        for (NDArray x : variables) {
            try (NDArray g = x.getGradient(); NDArray cut = g.clip(-largest, largest)) {
                cut.copyTo(g);
            }
        }
        return norm;
    }

    /** As {@link #byValue(NDList, double)}, of a block's trained parameters. */
    public static double byValue(Block block, double largest) { return byValue(trained(block), largest); }
}
