package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertPretrainingBlock;
import ai.djl.nn.transformer.BertPretrainingLoss;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.TruncatedNormalInitializer;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.WarmUpTracker;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Pre-trains DJL's BERT, small, on the letters of <i>Pride and Prejudice</i>: it guesses covered letters and whether one passage follows
 * another, and is measured on the last tenth of the novel.
 */
public final class TrainBert {

    /**
     * What the training came to on the last tenth of the novel.
     *
     * @param nats mean negative log-probability of a covered letter
     * @param floors the same by counted letters, pairs and triples, which see the letters before only
     * @param accuracy the share of covered letters guessed first
     * @param follows the share of pairs of passages judged right; half of them follow one another
     */
    record Result(LossCurve curve, double nats, double[] floors, double accuracy, double follows, List<String> guesses) {}

    private static final int BATCH = 48;
    private static final int TEST_BATCHES = 40;
    private static final int SHOWN = 6;

    private TrainBert() {}

    static Options options() {
        return Options.of(TrainBert.class).number("steps", 2000, "steps of 48 pairs of passages");
    }

    /** Trains, measures, guesses; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException {
        Options options = options().start(args);
        Result result = run(options);
        Chart chart = new Chart("Loss of BERT on a novel: covered letters and following passages, nats", "steps");
        result.curve().drawIn(chart);
        chart.level("letters by frequency, passages by a coin", result.floors()[0] + Math.log(2));
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("bert.png"));
        System.out.println("guesses in text that it never saw:\n  " + String.join("\n  ", result.guesses()));
        System.out.printf(Locale.ROOT, """

                on the last tenth of the novel
                covered letters, nats a letter      %.3f  (counted: letters %.3f, pairs %.3f, triples %.3f)
                covered letters guessed first       %.1f %%
                passages that follow one another    %.1f %% judged right (a coin: 50 %%)
                %d steps, %.0f s
                """, result.nats(), result.floors()[0], result.floors()[1], result.floors()[2], 100 * result.accuracy(),
                100 * result.follows(), options.number("steps"), result.curve().seconds());
    }

    /** Trains a new network and measures it. */
    static Result run(Options options) throws IOException {
        options.seed();
        PassagePairs pairs = new PassagePairs(Novel.read());
        int[] text = pairs.tokens();
        int border = text.length / 10 * 9;
        int alphabet = PassagePairs.ALPHABET.length();
        double[] floors = IntStream.rangeClosed(1, 3).mapToDouble(n -> new NGrams(n, alphabet, Arrays.copyOf(text, border))
                .crossEntropy(Arrays.copyOfRange(text, border, text.length))).toArray();
        int steps = options.number("steps");
        CosineTracker cosine = CosineTracker.builder().setBaseValue(2e-3f).optFinalValue(5e-5f).setMaxUpdates(steps).build();
        DefaultTrainingConfig config = new DefaultTrainingConfig(new BertPretrainingLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(WarmUpTracker.builder().setMainTracker(cosine)
                        .optWarmUpBeginValue(1e-4f).optWarmUpSteps(Math.min(100, steps / 2)).build()).build())
                .optDevices(new Device[] {options.device()});
        Random random = new Random(options.number("seed"));
        LossCurve curve = new LossCurve("pre-training", steps);
        try (Model model = Model.newInstance("bert", options.device(), options.engine())) {
            Block bert = new BertPretrainingBlock(BertBlock.builder().setTokenDictionarySize(alphabet)
                    .optTypeDictionarySize(2).optEmbeddingSize(64).optTransformerBlockCount(2).optAttentionHeadCount(4)
                    .optHiddenSize(128).optHiddenDropoutProbability(0).optMaxSequenceLength(PassagePairs.LENGTH));
            // With DJL's usual beginning, it does not learn for long which passages belong together.
            bert.setInitializer(new TruncatedNormalInitializer(0.05f), Parameter.Type.WEIGHT);
            model.setBlock(bert);
            try (Trainer trainer = model.newTrainer(config)) {
                Shape tokens = new Shape(BATCH, PassagePairs.LENGTH);
                trainer.initialize(tokens, tokens, tokens, new Shape(BATCH, PassagePairs.COVERED));
                for (int step = 0; step < steps; step++) {
                    try (NDManager manager = trainer.getManager().newSubManager()) {
                        PassagePairs.Examples examples = pairs.next(manager, random, BATCH, 0, border);
                        curve.step(trainer, examples.data(), examples.labels());
                    }
                }
                return judged(trainer, pairs, curve, border, floors);
            }
        }
    }

    private static Result judged(Trainer trainer, PassagePairs pairs, LossCurve curve, int border, double[] floors) {
        BertPretrainingLoss loss = (BertPretrainingLoss) trainer.getLoss();
        Random random = new Random(1);
        double nats = 0;
        double accuracy = 0;
        double follows = 0;
        List<String> guesses = List.of();
        for (int i = 0; i < TEST_BATCHES; i++) {
            try (NDManager manager = trainer.getManager().newSubManager()) {
                PassagePairs.Examples examples = pairs.next(manager, random, BATCH, border, pairs.tokens().length);
                NDList output = trainer.evaluate(examples.data());
                output.attach(manager);
                guesses = PassagePairs.guesses(examples, output.get(1), SHOWN);
                nats += loss.getBertMaskedLanguageModelLoss().evaluate(examples.labels(), output).getFloat();
                accuracy += loss.getBertMaskedLanguageModelLoss().accuracy(examples.labels(), output).getFloat();
                follows += loss.getBertNextSentenceLoss().accuracy(examples.labels(), output).getFloat();
            }
        }
        return new Result(curve, nats / TEST_BATCHES, floors, accuracy / TEST_BATCHES, follows / TEST_BATCHES, guesses);
    }
}
