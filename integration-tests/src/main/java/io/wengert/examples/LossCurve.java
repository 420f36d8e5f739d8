package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import java.util.Locale;

/** The losses of one training, step by step, reported about every two seconds while it runs. */
final class LossCurve {

    private static final long NANOSECONDS_BETWEEN_REPORTS = 2_000_000_000L;

    private final String name;
    private final float[] losses;
    private final long start = System.nanoTime();
    private int taken;
    private long lastReport = start;
    private int reported;
    private double seconds;

    /** The empty curve of a training that takes so many steps. */
    LossCurve(String name, int steps) {
        this.name = name;
        losses = new float[steps];
    }

    /** One step of {@code trainer} on a batch: forward, loss, backward, update; returns the loss. */
    float step(Trainer trainer, NDList data, NDList labels) {
        float loss;
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDList predictions = trainer.forward(data, labels);
            try (NDArray value = trainer.getLoss().evaluate(labels, predictions)) {
                collector.backward(value);
                loss = value.getFloat();
            }
            predictions.close();
        }
        trainer.step();
        add(loss);
        return loss;
    }

    /** Appends the loss of one more step. */
    void add(float loss) {
        losses[taken++] = loss;
        long now = System.nanoTime();
        seconds = (now - start) / 1e9;
        if (now - lastReport > NANOSECONDS_BETWEEN_REPORTS || taken == losses.length) {
            System.out.printf(Locale.ROOT, "%s: step %d of %d, loss %.4f, %.0f s%n", name, taken, losses.length,
                    mean(reported, taken), seconds);
            lastReport = now;
            reported = taken;
        }
    }

    /** Seconds from the beginning to the latest step. */
    double seconds() { return seconds; }

    /** The mean loss of the steps from {@code from} until before {@code to}. */
    double mean(int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) sum += losses[i];
        return sum / (to - from);
    }

    /** The mean loss of the first tenth of the steps. */
    double first() { return mean(0, Math.max(1, taken / 10)); }

    /** The mean loss of the last tenth of the steps. */
    double last() { return mean(taken - Math.max(1, taken / 10), taken); }

    /** Draws the curve, smoothed to at most 100 points. */
    void drawIn(Chart chart) {
        int points = Math.min(taken, 100);
        double[] steps = new double[points];
        double[] means = new double[points];
        for (int i = 0; i < points; i++) {
            int from = i * taken / points;
            int to = (i + 1) * taken / points;
            steps[i] = (from + 1 + to) / 2.0;
            means[i] = mean(from, to);
        }
        chart.line(name, steps, means);
    }
}
