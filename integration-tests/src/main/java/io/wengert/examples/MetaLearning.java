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
import java.util.Random;

/**
 * Learning to learn: weights from which one gradient step on ten points of an unknown sine curve gives a good fit of all of it
 * (Finn, Abbeel and Levine, Model-agnostic meta-learning, 2017). The gradient goes through that step, so it holds second
 * derivatives. Beside it, a net of the same size that was trained to fit all curves at once, and then takes the same step.
 */
public final class MetaLearning {

    private static final int TASKS = 16;
    private static final int SHOTS = 10;
    private static final int HIDDEN = 40;
    private static final float INNER_RATE = 0.1f;

    /** Mean squared errors on new curves, before and after the one step. */
    record Result(double metaBefore, double metaAfter, double jointBefore, double jointAfter, double[] x, double[] curve,
            double[] adapted, double[] unadapted) {}

    private MetaLearning() {}

    public static void main(String[] args) throws IOException {
        Options options = Options.of(MetaLearning.class).number("steps", 4000, "meta steps").start(args);
        Result r = train(options);
        Chart chart = new Chart("a new sine curve, seen at ten points", "x").line("curve", r.x, r.curve)
                .line("meta-learnt, after one step", r.x, r.adapted).line("meta-learnt, before", r.x, r.unadapted);
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("meta-learning.png"));
        System.out.printf("mean squared error on new curves%n%-28s%14s%14s%n", "", "before", "after 1 step");
        System.out.printf(Locale.ROOT, "%-28s%14.3f%14.3f%n", "trained on all curves", r.jointBefore, r.jointAfter);
        System.out.printf(Locale.ROOT, "%-28s%14.3f%14.3f%n", "meta-learnt", r.metaBefore, r.metaAfter);
    }

    static Result train(Options options) {
        options.seed();
        Random random = new Random(options.number("seed"));
        int steps = options.number("steps");
        try (NDManager manager = Engine.getEngine(options.engine()).newBaseManager(options.device())) {
            NDList meta = train(manager, random, steps, true);
            NDList joint = train(manager, random, steps, false);
            try (NDManager scratch = manager.newSubManager()) {
                Curves fit = Curves.draw(scratch, random, 100, SHOTS);
                Curves test = fit.at(scratch, random, 100);
                NDList copies = copies(meta, 100);
                NDList adapted = adapt(copies, fit, false);
                NDArray x = scratch.linspace(-5f, 5f, 100).reshape(1, 100, 1).repeat(0, 100);
                return new Result(error(copies, test), error(adapted, test), error(copies(joint, 100), test),
                        error(adapt(copies(joint, 100), fit, false), test), doubles(x.get(0)), doubles(fit.value(x).get(0)),
                        doubles(net(adapted, x).get(0)), doubles(net(copies, x).get(0)));
            }
        }
    }

    private static double error(NDList weights, Curves c) { return net(weights, c.x).sub(c.y).square().mean().getFloat(); }

    private static double[] doubles(NDArray a) {
        float[] f = a.toFloatArray();
        double[] d = new double[f.length];
        Arrays.setAll(d, i -> f[i]);
        return d;
    }

    private static NDList train(NDManager manager, Random random, int steps, boolean throughStep) {
        NDList weights = new NDList(initial(manager, 1, HIDDEN), manager.zeros(new Shape(1, HIDDEN)), initial(manager, HIDDEN, HIDDEN),
                manager.zeros(new Shape(1, HIDDEN)), initial(manager, HIDDEN, 1), manager.zeros(new Shape(1, 1)));
        weights.forEach(w -> w.setRequiresGradient(true));
        Optimizer adam = Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.002f)).build();
        for (int step = 1; step <= steps; step++) {
            float loss;
            try (NDManager scratch = manager.newSubManager(); Autograd.Scope recording = Autograd.record()) {
                weights.tempAttach(scratch);
                Curves fit = Curves.draw(scratch, random, TASKS, SHOTS);
                Curves test = fit.at(scratch, random, SHOTS);
                NDList own = copies(weights, TASKS);
                NDArray error = net(throughStep ? adapt(own, fit, true) : own, test.x).sub(test.y).square().mean();
                Autograd.backward(error);
                loss = error.getFloat();
            }
            for (int i = 0; i < weights.size(); i++) {
                adam.update("w" + i, weights.get(i), weights.get(i).getGradient());
            }
            if (step % Math.max(1, steps / 5) == 0) {
                System.out.printf(Locale.ROOT, "%s, step %d: error %.3f%n", throughStep ? "meta-learning" : "all curves", step, loss);
            }
        }
        return weights;
    }

    /** The weights once for each task: shapes (tasks, in, out). */
    private static NDList copies(NDList weights, int tasks) {
        NDList r = new NDList();
        weights.forEach(w -> r.add(w.expandDims(0).repeat(0, tasks)));
        return r;
    }

    /** The weights of each task after one gradient step on its own points, recorded if the step is to be differentiated. */
    private static NDList adapt(NDList weights, Curves fit, boolean differentiable) {
        NDList start = weights;
        if (!differentiable) {
            start = new NDList();
            for (NDArray w : weights) {
                NDArray own = w.stopGradient();
                own.setRequiresGradient(true);
                start.add(own);
            }
        }
        try (Autograd.Scope recording = Autograd.record()) {
            // The sum over tasks of each one's mean: no task's weights touch another's loss.
            NDArray loss = net(start, fit.x).sub(fit.y).square().mean(new int[] {1}).sum();
            NDList g = Autograd.grad(new NDList(loss), start, null, differentiable, differentiable);
            NDList r = new NDList();
            for (int i = 0; i < start.size(); i++) {
                r.add(start.get(i).sub(g.get(i).mul(INNER_RATE)));
            }
            return r;
        }
    }

    /** The nets of all tasks at points (tasks, points, 1). */
    private static NDArray net(NDList w, NDArray x) {
        NDArray hidden = x.div(5).matMul(w.get(0)).add(w.get(1)).getNDArrayInternal().relu();
        return hidden.matMul(w.get(2)).add(w.get(3)).getNDArrayInternal().relu().matMul(w.get(4)).add(w.get(5));
    }

    private static NDArray initial(NDManager manager, int rows, int columns) {
        return manager.randomNormal(0, (float) Math.sqrt(2.0 / rows), new Shape(rows, columns), DataType.FLOAT32);
    }

    /** Sine curves {@code a sin(x + p)} at some points: amplitudes and phases (tasks, 1, 1), points and values (tasks, points, 1). */
    private record Curves(NDArray amplitude, NDArray phase, NDArray x, NDArray y) {

        static Curves draw(NDManager manager, Random random, int tasks, int points) {
            NDArray amplitude = uniform(manager, random, tasks, 1, 0.1f, 5);
            NDArray phase = uniform(manager, random, tasks, 1, 0, (float) Math.PI);
            return new Curves(amplitude, phase, null, null).at(manager, random, points);
        }

        /** The same curves at other points. */
        Curves at(NDManager manager, Random random, int points) {
            NDArray x = uniform(manager, random, (int) amplitude.getShape().get(0), points, -5, 5);
            return new Curves(amplitude, phase, x, value(x));
        }

        NDArray value(NDArray x) { return x.add(phase).sin().mul(amplitude); }

        private static NDArray uniform(NDManager manager, Random random, int tasks, int points, float low, float high) {
            float[] v = new float[tasks * points];
            for (int i = 0; i < v.length; i++) v[i] = low + (high - low) * random.nextFloat();
            return manager.create(v, new Shape(tasks, points, 1));
        }
    }
}
