package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ModelException;
import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.metric.Metric;
import ai.djl.metric.Metrics;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.Record;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.util.ProgressBar;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Trains a network to read handwritten digits, DJL's multilayer perceptron unless {@code --network} names another,
 * saves it, loads it again and shows what it reads.
 *
 * <p>Nothing in this file knows which engine runs it: {@code --engine} is the only difference between engines.
 */
public final class TrainMnist {

    /** What one pass over the training images measured; losses in nats an image, accuracies from 0 to 1. */
    record Epoch(int number, float trainLoss, float trainAccuracy, float testAccuracy, double seconds) {}

    private static final int SHOWN_IMAGES = 6;

    private TrainMnist() {}

    /** Trains, saves, loads, predicts; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException, ModelException, TranslateException {
        TrainMnistOptions options = TrainMnistOptions.start(args);
        options.configureDjl();
        List<Epoch> epochs = train(options);
        try (Model model = load(options)) {
            showPredictions(model, options);
        }
        System.out.println(table(epochs));
        System.out.printf(Locale.ROOT, "test accuracy %.3f%n", epochs.get(epochs.size() - 1).testAccuracy());
    }

    /**
     * Trains a new model and saves it in {@code options.output()}.
     *
     * @return one entry an epoch; the same options give the same losses
     */
    static List<Epoch> train(TrainMnistOptions options) throws IOException, TranslateException {
        try (Model model = newModel(options)) {
            List<Epoch> epochs = fit(model, options);
            model.save(options.output(), name(options));
            return epochs;
        }
    }

    /** Loads the model that {@link #train} saved under the same options; the caller closes it. */
    static Model load(TrainMnistOptions options) throws IOException, ModelException {
        Model model = newModel(options);
        try {
            model.load(options.output(), name(options), Map.of("epoch", options.epochs()));
            return model;
        } catch (IOException | ModelException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * The MNIST images as DJL's own data set: batches of shape (batch, 1, 28, 28) with values from 0 to 1; those for
     * training are shuffled and shifted at random.
     */
    static Mnist images(Model model, TrainMnistOptions options, Dataset.Usage usage)
            throws IOException, TranslateException {
        Mnist.Builder builder = Mnist.builder()
                .optManager(model.getNDManager())
                .optUsage(usage)
                .optLimit(options.limit())
                .setSampling(options.batchSize(), usage == Dataset.Usage.TRAIN);
        if (usage == Dataset.Usage.TRAIN) {
            builder.addTransform(new RandomShift(1));
        }
        if (!options.full()) {
            builder.optRepository(ShippedMnist.repository()).optArtifactId(ShippedMnist.ARTIFACT_ID);
        }
        Mnist mnist = builder.build();
        mnist.prepare(options.full() ? new ProgressBar() : null);
        return mnist;
    }

    /** The network asked for, without parameters yet. */
    static Model newModel(TrainMnistOptions options) {
        Model model = Model.newInstance(name(options), device(options), options.engine());
        model.setBlock(options.network().newBlock());
        return model;
    }

    /** Initializes and trains {@code model}; returns one entry an epoch. */
    static List<Epoch> fit(Model model, TrainMnistOptions options) throws IOException, TranslateException {
        // Covers the engine (initial weights) and DJL's samplers and transforms (order and places of the images).
        Engine.getEngine(options.engine()).setRandomSeed(options.seed());
        Mnist trainImages = images(model, options, Dataset.Usage.TRAIN);
        Mnist testImages = images(model, options, Dataset.Usage.TEST);
        int batches = Math.toIntExact((trainImages.size() + options.batchSize() - 1) / options.batchSize());
        Tracker learningRate = CosineTracker.builder()
                .setBaseValue(0.005f)
                .optFinalValue(0.0001f)
                .setMaxUpdates(batches * options.epochs())
                .build();
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .addEvaluator(new Accuracy())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(learningRate).build())
                .optDevices(new Device[] {device(options)})
                .addTrainingListeners(TrainingListener.Defaults.logging());

        Metrics metrics = new Metrics();
        try (Trainer trainer = model.newTrainer(config)) {
            trainer.setMetrics(metrics);
            trainer.initialize(new Shape(1, 1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH));
            EasyTrain.fit(trainer, options.epochs(), trainImages, testImages);
        }
        return epochs(metrics);
    }

    private static String name(TrainMnistOptions options) { return "mnist-" + options.network().id(); }

    private static Device device(TrainMnistOptions options) {
        return Options.device(options.device(), options.engine());
    }

    private static List<Epoch> epochs(Metrics metrics) {
        List<Metric> losses = metrics.getMetric("train_epoch_SoftmaxCrossEntropyLoss");
        List<Metric> trainAccuracies = metrics.getMetric("train_epoch_Accuracy");
        List<Metric> testAccuracies = metrics.getMetric("validate_epoch_Accuracy");
        List<Metric> nanoseconds = metrics.getMetric("epoch");
        return IntStream.range(0, losses.size()).mapToObj(i -> new Epoch(i + 1,
                losses.get(i).getValue().floatValue(),
                trainAccuracies.get(i).getValue().floatValue(),
                testAccuracies.get(i).getValue().floatValue(),
                nanoseconds.get(i).getValue().doubleValue() / 1e9)).toList();
    }

    private static void showPredictions(Model model, TrainMnistOptions options)
            throws IOException, TranslateException {
        Mnist testImages = images(model, options, Dataset.Usage.TEST);
        List<TerminalImage> drawings = new ArrayList<>();
        try (Predictor<float[], Classifications> predictor = model.newPredictor(new DigitTranslator())) {
            for (int i = 0; i < Math.min(SHOWN_IMAGES, testImages.size()); i++) {
                Record digit = testImages.get(model.getNDManager(), i);
                float[] pixels = digit.getData().singletonOrThrow().toFloatArray();
                int label = (int) digit.getLabels().singletonOrThrow().getFloat();
                Classifications.Classification read = predictor.predict(pixels).best();
                String caption = String.format(Locale.ROOT, "%d, read as %s (%.1f %%)",
                        label, read.getClassName(), 100 * read.getProbability());
                drawings.add(new TerminalImage(pixels, Mnist.IMAGE_WIDTH, caption));
            }
        }
        System.out.println(TerminalImage.sideBySide(drawings, 3));
    }

    private static String table(List<Epoch> epochs) {
        StringBuilder table = new StringBuilder("epoch  train loss  train accuracy  test accuracy  seconds\n");
        for (Epoch e : epochs) {
            table.append(String.format(Locale.ROOT, "%5d %11.4f %15.4f %14.4f %8.1f\n",
                    e.number(), e.trainLoss(), e.trainAccuracy(), e.testAccuracy(), e.seconds()));
        }
        return table.toString();
    }
}
