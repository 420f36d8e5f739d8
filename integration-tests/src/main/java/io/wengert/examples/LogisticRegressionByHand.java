package io.wengert.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Logistic regression without block, loss or trainer: two variables, a formula, its gradient, and a step against it. Tells benign
 * from malignant tumours by 30 measures of their cells.
 */
public final class LogisticRegressionByHand {

    private static final double RATE = 1;

    /** How well one training went: losses by step and the share of held-out cases told right. */
    record Result(double[] losses, double accuracy, double floor) {}

    private LogisticRegressionByHand() {}

    /** Trains, and draws the loss. */
    public static void main(String[] args) throws IOException {
        Options options = Options.of(LogisticRegressionByHand.class).number("steps", 300, "gradient steps").start(args);
        Result r = train(options);
        double[] steps = new double[r.losses.length];
        Arrays.setAll(steps, i -> i + 1);
        System.out.println(new Chart("loss in nats a case", "step").line("logistic regression", steps, r.losses).toText(72, 13));
        System.out.printf(Locale.ROOT, "held-out accuracy %.3f; always saying \"benign\" gives %.3f%n", r.accuracy, r.floor);
    }

    static Result train(Options options) throws IOException {
        try (NDManager manager = Engine.getEngine(options.engine()).newBaseManager(options.device())) {
            TumourCases[] cases = TumourCases.read(manager);
            TumourCases train = cases[0];
            NDArray w = manager.zeros(new Shape(30, 1));
            NDArray b = manager.zeros(new Shape(1));
            w.setRequiresGradient(true);
            b.setRequiresGradient(true);
            double[] losses = new double[options.number("steps")];
            for (int step = 0; step < losses.length; step++) {
                try (NDManager scratch = manager.newSubManager();
                        GradientCollector collector = manager.getEngine().newGradientCollector()) {
                    train.x().tempAttach(scratch);
                    NDArray loss = train.loss(train.x().matMul(w).add(b));
                    collector.backward(loss);
                    losses[step] = loss.getFloat();
                }
                w.subi(w.getGradient().mul(RATE));
                b.subi(b.getGradient().mul(RATE));
            }
            return new Result(losses, cases[1].accuracy(cases[1].x().matMul(w).add(b)), cases[1].floor());
        }
    }
}
