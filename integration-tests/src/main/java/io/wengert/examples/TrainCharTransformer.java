package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Trains a small Transformer to continue Jane Austen's <i>Pride and Prejudice</i> character by character, measures it
 * on the last tenth of the novel beside n-grams, and lets it write.
 */
public final class TrainCharTransformer {

    /** What a training came to, in nats a character: on the novel's last tenth, and of n-grams of one letter to five. */
    record Result(LossCurve curve, double test, double[] floors, String sample) {}

    private static final int LENGTH = 64;
    private static final int BATCH = 32;
    private static final int WIDTH = 128;
    private static final int HEADS = 4;
    private static final int DEPTH = 3;
    private static final int[] FLOOR_ORDERS = {1, 2, 3, 4, 5};

    private TrainCharTransformer() {}

    static Options options() {
        return Options.of(TrainCharTransformer.class)
                .number("steps", 1200, "steps of 32 x 64 characters")
                .number("test-characters", 68_000, "characters of the last tenth to measure on")
                .number("sample", 400, "characters to write at the end");
    }

    /** Trains, measures, writes; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException {
        Options options = options().start(args);
        Result result = run(options);
        Chart chart = new Chart("Loss of a Transformer on a novel, nats a character", "steps");
        result.curve().drawIn(chart);
        chart.level("triples' floor on held-out text", result.floors()[2]);
        chart.level("held-out text at the end", result.test());
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("char-transformer.png"));
        System.out.println("\nIt writes:\n" + result.sample() + "\n");
        System.out.println("nats a character on the last tenth of the novel");
        String[] names = {"single letters", "pairs", "triples", "four letters", "five letters"};
        for (int i = 0; i < names.length; i++) {
            System.out.printf(Locale.ROOT, "  %-16s %.3f  (counted)%n", names[i], result.floors()[i]);
        }
        System.out.printf(Locale.ROOT, "  %-16s %.3f  (%d steps, %.0f s)%n", "Transformer", result.test(),
                options.number("steps"), result.curve().seconds());
    }

    /** Trains a new model and measures it. */
    static Result run(Options options) throws IOException {
        options.seed();
        Novel novel = new Novel();
        int[] train = novel.train();
        int[] test = Arrays.copyOf(novel.test(), options.number("test-characters"));
        double[] floors = Arrays.stream(FLOOR_ORDERS)
                .mapToDouble(n -> new NGrams(n, novel.alphabetSize(), train).crossEntropy(test)).toArray();
        try (Model model = Model.newInstance("char-transformer", options.device(), options.engine())) {
            model.setBlock(new CausalTransformer(novel.alphabetSize(), LENGTH, WIDTH, HEADS, DEPTH));
            LossCurve curve = fit(model, train, options);
            double loss = crossEntropy(model, test);
            String sample = write(model, novel, "It is a truth ", options.number("sample"), options.number("seed"));
            return new Result(curve, loss, floors, sample);
        }
    }

    private static LossCurve fit(Model model, int[] text, Options options) {
        int steps = options.number("steps");
        Tracker cosine = CosineTracker.builder().setBaseValue(3e-3f).optFinalValue(1e-4f).setMaxUpdates(steps).build();
        Tracker rate = WarmUpTracker.builder().setMainTracker(cosine).optWarmUpBeginValue(1e-4f)
                .optWarmUpSteps(Math.min(50, steps / 2)).build();
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(rate).build())
                .optInitializer(new NormalInitializer(0.02f), Parameter.Type.WEIGHT)
                .optDevices(new Device[] {options.device()});
        Random random = new Random(options.number("seed"));
        LossCurve curve = new LossCurve("training", steps);
        try (Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(BATCH, LENGTH));
            for (int step = 0; step < steps; step++) {
                try (NDManager manager = trainer.getManager().newSubManager()) {
                    int[] starts = random.ints(BATCH, 0, text.length - LENGTH).toArray();
                    curve.step(trainer, windows(manager, text, starts, 0), windows(manager, text, starts, 1));
                }
            }
        }
        return curve;
    }

    /** Windows of the text: tokens (batch, length), or, one later, the tokens to predict (batch * length). */
    private static NDList windows(NDManager manager, int[] text, int[] starts, int later) {
        int[] tokens = new int[starts.length * LENGTH];
        for (int i = 0; i < starts.length; i++) System.arraycopy(text, starts[i] + later, tokens, i * LENGTH, LENGTH);
        Shape shape = later == 0 ? new Shape(starts.length, LENGTH) : new Shape(tokens.length);
        return new NDList(manager.create(tokens, shape));
    }

    /** The mean over a text of windows that overlap by half: only their second halves count, so all have a context. */
    private static double crossEntropy(Model model, int[] text) {
        int half = LENGTH / 2;
        int windows = (text.length - 1) / half - 1;
        double sum = 0;
        for (int done = 0; done < windows; done += BATCH) {
            int count = Math.min(BATCH, windows - done);
            int[] starts = new int[count];
            for (int i = 0; i < count; i++) starts[i] = (done + i) * half;
            try (NDManager manager = model.getNDManager().newSubManager()) {
                NDArray logProbabilities = forward(model, windows(manager, text, starts, 0)).logSoftmax(-1);
                NDArray targets = windows(manager, text, starts, 1).head();
                NDArray each = logProbabilities.gather(targets.expandDims(1), 1).reshape(count, LENGTH);
                sum -= each.get(":, {}:", half).sum().getFloat();
            }
        }
        return sum / ((double) windows * half);
    }

    /** Continues {@code beginning}, drawing each character from the model's distribution sharpened a little. */
    private static String write(Model model, Novel novel, String beginning, int count, long seed) {
        StringBuilder text = new StringBuilder(beginning);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            try (NDManager manager = model.getNDManager().newSubManager()) {
                String context = text.substring(Math.max(0, text.length() - LENGTH));
                NDArray ids = manager.create(novel.encode(context)).expandDims(0);
                float[] next = forward(model, new NDList(ids)).get("-1").div(0.6f).softmax(0).toFloatArray();
                text.append(novel.decode(draw(next, random.nextFloat())));
            }
        }
        return text.toString();
    }

    private static NDArray forward(Model model, NDList inputs) {
        ParameterStore store = new ParameterStore(inputs.head().getManager(), false);
        return model.getBlock().forward(store, inputs, false).head();
    }

    private static int draw(float[] probabilities, float uniform) {
        int drawn = 0;
        float sum = probabilities[0];
        while (sum < uniform && drawn < probabilities.length - 1) sum += probabilities[++drawn];
        return drawn;
    }
}
