package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Trains the same network from the same initial weights on the same digits with each of DJL's optimizers. */
public final class CompareOptimizers {

    /** What one optimizer came to. */
    record Result(String optimizer, LossCurve curve, double testAccuracy) {}

    private CompareOptimizers() {}

    static Options options() {
        return Options.of(CompareOptimizers.class)
                .number("epochs", 2, "passes over the digits with each optimizer")
                .number("limit", 12_000, "use only the first N digits")
                .number("batch-size", 64, "digits a step");
    }

    /** Trains with all optimizers; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException, TranslateException {
        Options options = options().start(args);
        List<Result> results = run(options);
        Chart chart = new Chart("Loss of optimizers on handwritten digits, nats an image", "steps");
        for (Result result : results) result.curve().drawIn(chart);
        System.out.println(chart.toText(84, 21));
        chart.save(options.output("optimizers.png"));
        System.out.println("optimizer              loss at first   at last   test accuracy   seconds");
        for (Result r : results) {
            System.out.printf(Locale.ROOT, "%-22s %13.3f %9.3f %15.3f %9.1f%n", r.optimizer(), r.curve().first(),
                    r.curve().last(), r.testAccuracy(), r.curve().seconds());
        }
        System.out.println("(guessing: loss 2.303, accuracy 0.111)");
    }

    /** One result for each optimizer, in the order of {@link #optimizers}. */
    static List<Result> run(Options options) throws IOException, TranslateException {
        List<Result> results = new ArrayList<>();
        for (Map.Entry<String, Optimizer> optimizer : optimizers().entrySet()) {
            results.add(run(options, optimizer.getKey(), optimizer.getValue()));
        }
        return results;
    }

    /** Each optimizer with a learning rate that is usual for it. */
    private static Map<String, Optimizer> optimizers() {
        Map<String, Optimizer> all = new LinkedHashMap<>();
        all.put("SGD 0.1", Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build());
        all.put("SGD 0.1, momentum 0.9", Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).optMomentum(0.9f).build());
        all.put("NAG 0.1, momentum 0.9", Optimizer.nag().setLearningRateTracker(Tracker.fixed(0.1f)).setMomentum(0.9f).build());
        all.put("Adagrad 0.02", Optimizer.adagrad().optLearningRateTracker(Tracker.fixed(0.02f)).build());
        all.put("Adadelta", Optimizer.adadelta().build());
        all.put("RMSProp 0.001", Optimizer.rmsprop().optLearningRateTracker(Tracker.fixed(0.001f)).build());
        all.put("Adam 0.002", Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.002f)).build());
        all.put("AdamW 0.002", Optimizer.adamW().optLearningRateTracker(Tracker.fixed(0.002f)).build());
        return all;
    }

    private static Result run(Options options, String name, Optimizer optimizer) throws IOException, TranslateException {
        TrainMnistOptions digits = TrainMnistOptions.parse("--engine", options.engine(), "--device", options.text("device"),
                "--limit", options.text("limit"), "--batch-size", options.text("batch-size"));
        digits.configureDjl();
        options.seed();
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(optimizer).optDevices(new Device[] {options.device()});
        int epochs = options.number("epochs");
        try (Model model = TrainMnist.newModel(digits); Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(1, 1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH));
            Mnist train = TrainMnist.images(model, digits, Dataset.Usage.TRAIN);
            int batches = (int) ((train.size() + digits.batchSize() - 1) / digits.batchSize());
            LossCurve curve = new LossCurve(name, epochs * batches);
            for (int epoch = 0; epoch < epochs; epoch++) {
                for (Batch batch : trainer.iterateDataset(train)) {
                    try (batch) {
                        curve.step(trainer, batch.getData(), batch.getLabels());
                    }
                }
            }
            Score score = Score.of(trainer, TrainMnist.images(model, digits, Dataset.Usage.TEST), Mnist.NUM_CLASSES);
            return new Result(name, curve, score.accuracy());
        }
    }
}
