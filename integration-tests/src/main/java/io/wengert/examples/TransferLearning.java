package io.wengert.examples;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Learns the digits 5 to 9 from a few examples each, once from scratch and once on top of a saved network that knows
 * 0 to 4, its convolutions frozen.
 */
public final class TransferLearning {

    /** Accuracies on test images of 5 to 9 after so many examples of each digit, from 0 to 1. */
    record Result(int examples, double scratch, double transferred) {}

    private static final int CLASSES = 5;
    private static final int HEAD_BLOCKS = 3;
    private static final int BATCH = 32;
    private static final int[] EXAMPLES = {1, 2, 5, 10, 20, 50};

    private TransferLearning() {}

    static Options options() {
        return Options.of(TransferLearning.class)
                .number("pretraining-steps", 400, "steps of 32 images of 0 to 4")
                .number("steps", 100, "steps of 32 images of 5 to 9");
    }

    /** Pre-trains, saves, loads, compares; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException, TranslateException, MalformedModelException {
        Options options = options().start(args);
        List<Result> results = run(options, EXAMPLES);
        double[] examples = results.stream().mapToDouble(Result::examples).toArray();
        Chart chart = new Chart("Accuracy on digits 5 to 9, %", "examples of each digit")
                .line("frozen layers of a network that knows 0 to 4", examples,
                        results.stream().mapToDouble(r -> 100 * r.transferred()).toArray())
                .line("from scratch", examples, results.stream().mapToDouble(r -> 100 * r.scratch()).toArray())
                .level("guessing", 100.0 / CLASSES);
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("transfer.png"));
        System.out.println("test accuracy on 5 to 9\nexamples of each   from scratch   frozen layers");
        for (Result r : results) {
            System.out.printf(Locale.ROOT, "%16d %14.3f %15.3f%n", r.examples(), r.scratch(), r.transferred());
        }
    }

    /** One result for each number of examples. */
    static List<Result> run(Options options, int... numbers) throws IOException, TranslateException, MalformedModelException {
        TrainMnistOptions digits = TrainMnistOptions.parse("--engine", options.engine(), "--device", options.text("device"));
        digits.configureDjl();
        options.seed();
        List<Result> results = new ArrayList<>();
        try (Model model = model(options, network())) {
            NDManager manager = model.getNDManager();
            Mnist train = TrainMnist.images(model, digits, Dataset.Usage.TRAIN);
            Mnist test = TrainMnist.images(model, digits, Dataset.Usage.TEST);
            fit(options, model, Digits.of(train, manager, 0, 4), options.number("pretraining-steps"), "0 to 4",
                    Digits.of(test, manager, 0, 4));
            model.save(options.output("digits-0-to-4"), "digits");
            Digits newTrain = Digits.of(train, manager, 5, 9);
            Digits newTest = Digits.of(test, manager, 5, 9);
            for (int number : numbers) {
                Digits few = newTrain.few(number);
                int steps = options.number("steps");
                double scratch;
                double transferred;
                try (Model fresh = model(options, network())) {
                    scratch = fit(options, fresh, few, steps, number + " each, from scratch", newTest);
                }
                try (Model loaded = model(options, network())) {
                    loaded.load(options.output("digits-0-to-4"), "digits");
                    SequentialBlock known = (SequentialBlock) loaded.getBlock();
                    for (int i = 0; i < HEAD_BLOCKS; i++) known.removeLastBlock();
                    known.freezeParameters(true);
                    try (Model grown = model(options, withHead(new SequentialBlock().add(known)))) {
                        transferred = fit(options, grown, few, steps, number + " each, frozen", newTest);
                    }
                }
                results.add(new Result(number, scratch, transferred));
            }
        }
        return results;
    }

    /** A small convolutional network. */
    private static SequentialBlock network() {
        return withHead(new SequentialBlock()
                .add(Conv2d.builder().setFilters(8).setKernelShape(new Shape(5, 5)).build())
                .add(Activation::relu).add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(Conv2d.builder().setFilters(16).setKernelShape(new Shape(3, 3)).build())
                .add(Activation::relu).add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(Blocks.batchFlattenBlock()));
    }

    /** Adds the blocks that make classes of features. */
    private static SequentialBlock withHead(SequentialBlock features) {
        return features.add(Linear.builder().setUnits(64).build()).add(Activation::relu)
                .add(Linear.builder().setUnits(CLASSES).build());
    }

    private static Model model(Options options, Block block) {
        Model model = Model.newInstance("digits", options.device(), options.engine());
        model.setBlock(block);
        return model;
    }

    /** Trains a model on some digits and returns its accuracy on others. */
    private static double fit(Options options, Model model, Digits train, int steps, String name, Digits test) {
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().build()).optDevices(new Device[] {options.device()});
        Random random = new Random(options.number("seed"));
        LossCurve curve = new LossCurve(name, steps);
        try (Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(BATCH, 1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH));
            for (int step = 0; step < steps; step++) {
                try (NDManager manager = trainer.getManager().newSubManager()) {
                    int[] chosen = random.ints(BATCH, 0, train.size()).toArray();
                    curve.step(trainer, train.data(manager, chosen), train.labels(manager, chosen));
                }
            }
            try (NDManager manager = trainer.getManager().newSubManager()) {
                int[] all = IntStream.range(0, test.size()).toArray();
                NDList output = trainer.evaluate(test.data(manager, all));
                output.attach(manager);
                NDArray said = output.head().argMax(1);
                long[] answers = said.toLongArray();
                return IntStream.of(all).filter(i -> answers[i] == test.classes().get(i)).count() / (double) all.length;
            }
        }
    }
}
