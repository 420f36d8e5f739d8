package io.wengert.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.wengert.djl.WgGradientCollector;

/** What {@link AutogradTutorial} cannot say in plain DJL, because only this engine's collector offers it. */
public final class AutogradTutorialExtras {

    private AutogradTutorialExtras() {}

    /** Prints each step and its numbers. */
    public static void main(String[] args) {
        System.setProperty("ai.djl.default_engine", "Wengert");
        try (NDManager manager = Engine.getEngine("Wengert").newBaseManager()) {
            System.out.println("4. The head gradient handed to the collector");
            NDArray head = manager.create(new float[] {10, 1, 0.1f, 0.01f}, new Shape(2, 2));
            System.out.println(headGradient(manager, head));

            System.out.println("5. Several heads at once: x * x and 3 * x, weighted 1 and 10, so 2 * x + 30");
            System.out.println(severalHeads(manager));

            System.out.println("6. The same recording played back twice: 4 * x + 4 * x");
            System.out.println(playedBackTwice(manager));

            System.out.println("7. The second derivative of x * x * x: 6 * x");
            System.out.println(secondDerivative(manager));
        }
    }

    /** Gradient of 2x² with {@code head} as the gradient of its result. */
    static NDArray headGradient(NDManager manager, NDArray head) {
        NDArray x = leaf(manager);
        try (WgGradientCollector collector = newCollector(manager)) {
            NDArray z = x.mul(2).mul(x);
            collector.backward(z, head);
        }
        return x.getGradient();
    }

    /** Gradient of x² + 10 * 3x, from two heads with a head gradient each. */
    static NDArray severalHeads(NDManager manager) {
        NDArray x = leaf(manager);
        try (WgGradientCollector collector = newCollector(manager)) {
            NDList heads = new NDList(x.mul(x), x.mul(3));
            NDList headGradients = new NDList(x.onesLike(), x.onesLike().mul(10));
            collector.backward(heads, headGradients, false, false);
        }
        return x.getGradient();
    }

    /** Gradient of 2x² twice: within a collector gradients accumulate, and a retained graph can be played again. */
    static NDArray playedBackTwice(NDManager manager) {
        NDArray x = leaf(manager);
        try (WgGradientCollector collector = newCollector(manager)) {
            NDArray z = x.mul(2).mul(x);
            NDList ones = new NDList(z.onesLike());
            collector.backward(new NDList(z), ones, true, false);
            collector.backward(new NDList(z), ones, false, false);
        }
        return x.getGradient();
    }

    /** Gradient of the gradient of x³: playing back with {@code createGraph} records the gradient's own operations. */
    static NDArray secondDerivative(NDManager manager) {
        NDArray x = leaf(manager);
        try (WgGradientCollector collector = newCollector(manager)) {
            NDArray y = x.mul(x).mul(x);
            collector.backward(new NDList(y), new NDList(y.onesLike()), true, true);
            // The gradient is live and would grow with the next backward; its copy is an ordinary recorded array.
            NDArray slope = x.getGradient().duplicate();
            collector.zeroGradients();
            collector.backward(slope);
        }
        return x.getGradient();
    }

    private static NDArray leaf(NDManager manager) {
        NDArray x = AutogradTutorial.example(manager);
        x.setRequiresGradient(true);
        return x;
    }

    private static WgGradientCollector newCollector(NDManager manager) {
        return (WgGradientCollector) manager.getEngine().newGradientCollector();
    }
}
