package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Teaches an encoder-decoder with attention Pig Latin ("truth" is "uthtray", "it" is "itway") from the words of
 * <i>Pride and Prejudice</i>, asks it for words that it never saw and draws where it looked.
 */
public final class TrainSeq2Seq {

    /**
     * What the training came to on words that it did not train on.
     *
     * @param right the share of words translated without a wrong letter
     * @param floor the same of the simple rule: the first letter goes to the end, then "ay"
     */
    record Result(LossCurve curve, double right, double floor, List<String> examples, List<AttentionMap> maps) {}

    /** A filler, the start and the end of a word, and the letters. */
    private static final String ALPHABET = "\0>.abcdefghijklmnopqrstuvwxyz";
    private static final int BATCH = 64;
    private static final int WIDTH = 96;
    private static final int LONGEST = 14;
    private static final int TEST_WORDS = 500;

    private TrainSeq2Seq() {}

    static Options options() {
        return Options.of(TrainSeq2Seq.class).number("steps", 1000, "steps of 64 words");
    }

    /** Trains, translates, draws; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException {
        Options options = options().start(args);
        Result result = run(options);
        Chart chart = new Chart("Loss of an encoder-decoder on Pig Latin, nats a letter", "steps");
        result.curve().drawIn(chart);
        System.out.println(chart.toText(72, 13));
        chart.save(options.output("seq2seq-loss.png"));
        for (AttentionMap map : result.maps()) {
            System.out.println("from " + map.from() + " to " + map.to() + ", and where it looked:\n" + map.toText());
            Chart.savePng(map::toImage, options.output("seq2seq-" + map.from() + ".png"));
        }
        System.out.println("\n" + String.join("\n", result.examples()));
        System.out.printf(Locale.ROOT, "%n%d words it never saw: %.1f %% right (\"first letter to the end\": %.1f %%), %.0f s%n",
                TEST_WORDS, 100 * result.right(), 100 * result.floor(), result.curve().seconds());
    }

    /** Moves the consonants before the first vowel to the end; "qu" is one of them. */
    static String pigLatin(String word) {
        int cut = 0;
        while (cut < word.length() && "aeiou".indexOf(word.charAt(cut)) < 0 && !(cut > 0 && word.charAt(cut) == 'y')) cut++;
        if (cut > 0 && cut < word.length() && word.startsWith("qu", cut - 1)) {
            cut++;
        }
        return cut == 0 ? word + "way" : word.substring(cut) + word.substring(0, cut) + "ay";
    }

    /** Trains a new network. */
    static Result run(Options options) throws IOException {
        options.seed();
        List<String> words = Arrays.stream(Novel.read().toLowerCase(Locale.ROOT).split("[^a-z]+"))
                .filter(word -> word.length() > 1 && word.length() <= LONGEST)
                .collect(Collectors.collectingAndThen(Collectors.toCollection(TreeSet::new), ArrayList::new));
        Random random = new Random(options.number("seed"));
        Collections.shuffle(words, random);
        List<String> test = words.subList(0, TEST_WORDS);
        List<String> train = words.subList(TEST_WORDS, words.size());
        int steps = options.number("steps");
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(CosineTracker.builder()
                        .setBaseValue(4e-3f).optFinalValue(1e-4f).setMaxUpdates(steps).build()).build())
                .optDevices(new Device[] {options.device()});
        LossCurve curve = new LossCurve("training", steps);
        try (Model model = Model.newInstance("pig-latin", options.device(), options.engine())) {
            model.setBlock(new Seq2SeqBlock(ALPHABET.length(), WIDTH));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(BATCH, LONGEST), new Shape(BATCH, LONGEST));
                for (int step = 0; step < steps; step++) {
                    try (NDManager manager = trainer.getManager().newSubManager()) {
                        List<String> batch = random.ints(BATCH, 0, train.size()).mapToObj(train::get).toList();
                        List<String> targets = batch.stream().map(TrainSeq2Seq::pigLatin).toList();
                        NDArray written = tokens(manager, targets.stream().map(word -> ">" + word).toList());
                        NDArray expected = tokens(manager, targets.stream().map(word -> word + ".").toList());
                        curve.step(trainer, new NDList(tokens(manager, batch), written), new NDList(expected.flatten()));
                    }
                }
                return judged(trainer, curve, test);
            }
        }
    }

    private static Result judged(Trainer trainer, LossCurve curve, List<String> test) {
        List<AttentionMap> translated = translate(trainer, test);
        double right = IntStream.range(0, test.size())
                .filter(i -> translated.get(i).to().equals(pigLatin(test.get(i)))).count();
        double floor = test.stream()
                .filter(word -> (word.substring(1) + word.charAt(0) + "ay").equals(pigLatin(word))).count();
        List<String> examples = translated.subList(0, 10).stream().map(map -> String.format("  %-14s %-18s %s", map.from(),
                map.to(), map.to().equals(pigLatin(map.from())) ? "right" : "should be " + pigLatin(map.from()))).toList();
        return new Result(curve, right / test.size(), floor / test.size(), examples,
                translate(trainer, List.of("strength", "quality", "elizabeth")));
    }

    /** Writes the likeliest letter after each, all words at a time. */
    private static List<AttentionMap> translate(Trainer trainer, List<String> words) {
        List<StringBuilder> written = words.stream().map(word -> new StringBuilder(">")).toList();
        try (NDManager manager = trainer.getManager().newSubManager()) {
            NDArray from = tokens(manager, words);
            NDList output = null;
            int most = LONGEST + 4;
            for (int i = 0; i < most; i++) {
                NDArray sofar = tokens(manager, written.stream().map(StringBuilder::toString).toList());
                output = trainer.evaluate(new NDList(from, sofar));
                output.attach(manager);
                long[] next = output.get(0).reshape(words.size(), i + 1, -1).get(":, -1").argMax(1).toLongArray();
                for (int w = 0; w < next.length; w++) written.get(w).append(ALPHABET.charAt((int) next[w]));
            }
            NDArray attention = output.get(1);
            return IntStream.range(0, words.size()).mapToObj(w -> {
                String to = written.get(w).substring(1).replaceFirst("[.\0].*", "");
                float[][] weights = new float[to.length()][];
                for (int i = 0; i < to.length(); i++) weights[i] = attention.get(w, i).toFloatArray();
                return new AttentionMap(words.get(w), to, weights);
            }).toList();
        }
    }

    /** Texts as rows of tokens (texts, longest), the shorter ones filled up. */
    private static NDArray tokens(NDManager manager, List<String> texts) {
        int length = texts.stream().mapToInt(String::length).max().orElseThrow();
        int[] tokens = new int[texts.size() * length];
        for (int i = 0; i < texts.size(); i++) {
            for (int j = 0; j < texts.get(i).length(); j++) tokens[i * length + j] = ALPHABET.indexOf(texts.get(i).charAt(j));
        }
        return manager.create(tokens, new Shape(texts.size(), length));
    }
}
