package io.wengert.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The training examples with few steps, on the engine named by the system property {@code wengert.test.engine}. */
class TrainingStoriesTest {

    @TempDir private Path output;

    @Test
    void theCharTransformerBeatsSingleLetters() throws IOException {
        TrainCharTransformer.Result result = TrainCharTransformer.run(
                parse(TrainCharTransformer.options(), "--steps 25 --test-characters 1000 --sample 20"));
        assertTrue(result.curve().last() < 0.8 * result.curve().first(), () -> "loss " + result.curve().last());
        assertTrue(result.test() < result.floors()[0], () -> result.test() + " nats");
        assertEquals("It is a truth ".length() + 20, result.sample().length());
    }

    @Test
    void deepArForecastsBetterThanToday() throws IOException, MalformedModelException {
        TrainWeather.Result result = TrainWeather.run(parse(TrainWeather.options(), "--steps 120"));
        double error = Arrays.stream(result.twoWeeks().errors()).average().orElseThrow();
        double floor = Arrays.stream(result.twoWeeks().floors()).average().orElseThrow();
        assertEquals(2.240, result.nextDayFloor(), 0.0005);
        assertTrue(error < 0.95 * floor, () -> error + " degrees, floor " + floor);
        double coverage = result.twoWeeks().coverage();
        assertTrue(coverage > 0.6 && coverage < 0.95, () -> "coverage " + coverage);
        assertTrue(result.curve().last() < result.curve().first(), () -> "loss " + result.curve().last());
        assertNotNull(result.twoWeeks().drawn());
    }

    @ParameterizedTest
    @CsvSource({"TUMOURS, MLP, 0.9", "TUMOURS, TabNet, 0.85", "DIGITS, MLP, 0.85", "DIGITS, TabNet, 0.7"})
    void tablesAreLearned(TrainTabular.Table table, String network, double expected)
            throws IOException, TranslateException {
        TrainTabular.Result result = TrainTabular.run(parse(TrainTabular.options(), "--epochs 4"), table, network);
        assertTrue(result.score().accuracy() > expected, () -> "accuracy " + result.score().accuracy());
        assertTrue(result.floor() < 0.7, () -> "floor " + result.floor());
    }

    @ParameterizedTest
    @EnumSource
    void everyNetworkStartsToReadDigits(MnistNetwork network) throws IOException, TranslateException {
        TrainMnistOptions options = TrainMnistOptions.parse(
                args("--network " + network.id() + " --epochs 2 --limit 200 --batch-size 10"));
        options.configureDjl();
        List<TrainMnist.Epoch> epochs = TrainMnist.train(options);
        assertTrue(epochs.get(1).trainLoss() < epochs.get(0).trainLoss(), epochs::toString);
    }

    @Test
    void theDetectorStartsToFindShapes() {
        TrainDetector.Result result = TrainDetector.run(parse(TrainDetector.options(), "--steps 20 --batch-size 8 --test-pictures 40"));
        assertTrue(result.curve().last() < 0.4 * result.curve().first(), () -> "loss " + result.curve().last());
        assertTrue(result.floor() < 0.05, () -> "floor " + result.floor());
        assertEquals(result.scenes().size(), result.found().size());
    }

    @Test
    void theAgentWinsMoreThanARandomPlayer() {
        TrainTicTacToe.Result result = TrainTicTacToe.run(parse(TrainTicTacToe.options(), "--games 500"));
        TrainTicTacToe.Standing last = result.standings().get(result.standings().size() - 1);
        assertTrue(last.won() > result.randomPlayers().won() + 0.05, () -> last + " against " + result.randomPlayers());
        assertEquals(1, last.won() + last.drawn() + last.lost(), 1e-9);
        // Known of two random players: the one who begins wins 58.5 % of the games.
        assertEquals(0.585, result.randomPlayers().won(), 0.08);
    }

    @Test
    void pigLatinIsLearned() throws IOException {
        TrainSeq2Seq.Result result = TrainSeq2Seq.run(parse(TrainSeq2Seq.options(), "--steps 90"));
        assertTrue(result.curve().last() < 0.5 * result.curve().first(), () -> "loss " + result.curve().last());
        AttentionMap map = result.maps().get(0);
        for (float[] weights : map.weights()) {
            float sum = 0;
            for (int j = 0; j < map.from().length(); j++) sum += weights[j];
            assertEquals(1, sum, 1e-4f);
        }
    }

    @Test
    void bertLearnsTheFrequenciesOfLetters() throws IOException {
        TrainBert.Result result = TrainBert.run(parse(TrainBert.options(), "--steps 60"));
        assertTrue(result.curve().last() < 0.98 * result.curve().first(), () -> "loss " + result.curve().last());
        assertTrue(result.nats() < Math.log(PassagePairs.ALPHABET.length()) - 0.1, () -> result.nats() + " nats");
    }

    @Test
    void everyOptimizerLowersTheLoss() throws IOException, TranslateException {
        List<CompareOptimizers.Result> results =
                CompareOptimizers.run(parse(CompareOptimizers.options(), "--epochs 2 --limit 1000"));
        assertEquals(8, results.size());
        for (CompareOptimizers.Result result : results) {
            assertTrue(result.curve().last() < 0.9 * result.curve().first(), result::optimizer);
            assertTrue(result.testAccuracy() > 0.4, () -> result.optimizer() + " " + result.testAccuracy());
        }
    }

    @Test
    void frozenLayersHelpWithOneExampleEach() throws IOException, TranslateException, MalformedModelException {
        TransferLearning.Result result = TransferLearning.run(
                parse(TransferLearning.options(), "--pretraining-steps 150 --steps 50"), 2).get(0);
        assertEquals(2, result.examples());
        assertTrue(result.transferred() > 0.4, () -> "accuracy " + result.transferred());
        assertTrue(Files.exists(output.resolve("digits-0-to-4").resolve("digits-0000.params")));
    }

    private Options parse(Options options, String line) { return options.parse(args(line)); }

    private String[] args(String line) {
        String engine = System.getProperty("wengert.test.engine", "Wengert");
        List<String> args = new ArrayList<>(List.of("--engine", engine, "--output", output.toString()));
        args.addAll(List.of(line.split(" ")));
        return args.toArray(String[]::new);
    }
}
