package io.wengert.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;

/**
 * Apache MXNet's autograd tutorial as DJL code: attach a gradient, record, play back, head gradients, control flow.
 *
 * <p>Every step is plain DJL and runs on any engine; the first argument names it (Wengert).
 */
public final class AutogradTutorial {

    private AutogradTutorial() {}

    /** Prints each step and its numbers. */
    public static void main(String[] args) {
        String engineName = args.length > 0 ? args[0] : "Wengert";
        System.setProperty("ai.djl.default_engine", engineName);
        try (NDManager manager = Engine.getEngine(engineName).newBaseManager()) {
            System.out.println("1. x, and z = y * x with y = 2 * x, so dz/dx = 4 * x");
            System.out.println(example(manager));
            System.out.println(gradient(manager));

            System.out.println("2. The same with a head gradient dL/dz, so dL/dx = 4 * x * dL/dz");
            NDArray headOfZ = manager.create(new float[] {10, 1, 0.1f, 0.01f}, new Shape(2, 2));
            System.out.println(headOfZ);
            System.out.println(headGradient(manager, headOfZ));

            System.out.println("3. Control flow: c = f(a) doubles a until it is long, so dc/da = c / a, whatever path");
            NDArray headOfC = manager.create(new float[] {0.01f, 1, 0.1f});
            for (float sign : new float[] {1, -1}) {
                NDArray a = manager.create(new float[] {sign, 2 * sign, 3 * sign});
                System.out.println(a);
                System.out.println(controlFlow(a, headOfC));
            }
        }
    }

    /** The tutorial's input [[1, 2], [3, 4]]. */
    static NDArray example(NDManager manager) { return manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2)); }

    /** Gradient of 2x², from a head of more than one element: its elements are summed. */
    static NDArray gradient(NDManager manager) {
        NDArray x = example(manager);
        x.setRequiresGradient(true);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray y = x.mul(2);
            NDArray z = y.mul(x);
            collector.backward(z);
        }
        return x.getGradient();
    }

    /**
     * Gradient of 2x² with {@code head} as the gradient of its result, as the chain rule hands it down.
     *
     * <p>DJL's collectors take no head gradient, but the sum of z * head has the same gradient.
     */
    static NDArray headGradient(NDManager manager, NDArray head) {
        NDArray x = example(manager);
        x.setRequiresGradient(true);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray y = x.mul(2);
            NDArray z = y.mul(x);
            collector.backward(z.mul(head).sum());
        }
        return x.getGradient();
    }

    /** Gradient of {@link #f} at {@code a}, with the head gradient {@code head}. */
    static NDArray controlFlow(NDArray a, NDArray head) {
        a.setRequiresGradient(true);
        try (GradientCollector collector = a.getManager().getEngine().newGradientCollector()) {
            NDArray c = f(a);
            collector.backward(c.mul(head).sum());
        }
        return a.getGradient();
    }

    /** Piecewise linear in a, with plain Java loops and branches that look at the values. */
    static NDArray f(NDArray a) {
        NDArray b = a.mul(2);
        while (b.norm().getFloat() < 1000) {
            b = b.mul(2);
        }
        return b.sum().getFloat() > 0 ? b : b.mul(100);
    }
}
