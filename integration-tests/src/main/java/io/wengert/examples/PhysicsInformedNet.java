package io.wengert.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.wengert.Autograd;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * A net that solves a differential equation that it is told and never sees data: the damped oscillator
 * {@code u'' + 2 d u' + w² u = 0} with {@code u(0) = 1, u'(0) = 0} (Raissi, Perdikaris and Karniadakis, Physics-informed neural
 * networks, 2019). The loss holds second derivatives of the net by its input, and is differentiated by its weights: third order.
 */
public final class PhysicsInformedNet {

    private static final double DAMPING = 0.3;
    private static final double FREQUENCY = 2;
    private static final double END = 5;
    private static final int HIDDEN = 32;
    private static final int POINTS = 64;

    /** The solution learnt and the exact one at the same times, and the mean square of the equation's residual by step. */
    record Result(double[] t, double[] learnt, double[] exact, double[] losses) {

        double largestError() {
            double worst = 0;
            for (int i = 0; i < t.length; i++) worst = Math.max(worst, Math.abs(learnt[i] - exact[i]));
            return worst;
        }
    }

    private PhysicsInformedNet() {}

    public static void main(String[] args) throws IOException {
        Options options = Options.of(PhysicsInformedNet.class).number("steps", 3000, "training steps").start(args);
        Result r = solve(options);
        Chart chart = new Chart("damped oscillator: u'' + 0.6 u' + 4 u = 0", "t")
                .line("exact", r.t, r.exact).line("net", r.t, r.learnt);
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("physics-informed-net.png"));
        System.out.printf(Locale.ROOT, "largest error %.4f on [0, %.0f]; the solution spans %.2f%n", r.largestError(), END, 2.0);
    }

    static Result solve(Options options) {
        options.seed();
        try (NDManager manager = Engine.getEngine(options.engine()).newBaseManager(options.device())) {
            NDList weights = new NDList(random(manager, 1, HIDDEN), random(manager, 1, HIDDEN), random(manager, HIDDEN, HIDDEN),
                    random(manager, 1, HIDDEN), random(manager, HIDDEN, 1));
            weights.forEach(w -> w.setRequiresGradient(true));
            NDArray t = manager.linspace(0f, (float) END, POINTS).toType(DataType.FLOAT64, false).reshape(POINTS, 1);
            t.setRequiresGradient(true);
            int steps = options.number("steps");
            Optimizer adam = Optimizer.adam().optLearningRateTracker(
                    Tracker.cosine().setBaseValue(0.01f).optFinalValue(1e-4f).setMaxUpdates(steps).build()).build();
            double[] losses = new double[steps];
            for (int step = 0; step < steps; step++) {
                losses[step] = step(manager, weights, t);
                for (int i = 0; i < weights.size(); i++) {
                    adam.update("w" + i, weights.get(i), weights.get(i).getGradient());
                }
                if ((step + 1) % Math.max(1, steps / 10) == 0) {
                    System.out.printf(Locale.ROOT, "step %d: mean square residual %.2e%n", step + 1, losses[step]);
                }
            }
            double[] at = t.toDoubleArray();
            return new Result(at, u(weights, t).toDoubleArray(), Arrays.stream(at).map(PhysicsInformedNet::exact).toArray(), losses);
        }
    }

    /** Leaves the gradients of the mean square residual at the weights. */
    private static double step(NDManager manager, NDList weights, NDArray t) {
        try (NDManager scratch = manager.newSubManager(); Autograd.Scope recording = Autograd.record()) {
            NDList all = new NDList(weights).addAll(new NDList(t));
            all.tempAttach(scratch);
            NDList time = new NDList(t);
            NDArray u = u(weights, t);
            NDList velocity = Autograd.grad(new NDList(u), time, null, true, true);
            NDList acceleration = Autograd.grad(velocity, time, null, true, true);
            NDArray residual = acceleration.head().add(velocity.head().mul(2 * DAMPING)).add(u.mul(FREQUENCY * FREQUENCY));
            NDArray loss = residual.square().mean();
            Autograd.backward(loss);
            return loss.getDouble();
        }
    }

    /** 1 + tanh(t)² net(t), which starts as it must whatever the weights are. */
    private static NDArray u(NDList w, NDArray t) {
        NDArray hidden = t.matMul(w.get(0)).add(w.get(1)).tanh().matMul(w.get(2)).add(w.get(3)).tanh();
        return t.tanh().square().mul(hidden.matMul(w.get(4))).add(1);
    }

    private static double exact(double t) {
        double w = Math.sqrt(FREQUENCY * FREQUENCY - DAMPING * DAMPING);
        return Math.exp(-DAMPING * t) * (Math.cos(w * t) + DAMPING / w * Math.sin(w * t));
    }

    private static NDArray random(NDManager manager, int rows, int columns) {
        return manager.randomNormal(0, (float) (1 / Math.sqrt(rows)), new Shape(rows, columns), DataType.FLOAT64);
    }
}
