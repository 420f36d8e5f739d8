package io.wengert.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ModelException;
import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example, cut to 3,000 images, on the engine named by the system property {@code wengert.test.engine}. */
class TrainMnistTest {

    private static final int PREDICTED = 50;

    @TempDir private Path output;

    @Test
    void lossFallsAndAccuracyRises() throws IOException, TranslateException {
        List<TrainMnist.Epoch> epochs = TrainMnist.train(options("--epochs 3 --limit 3000"));

        assertEquals(3, epochs.size());
        assertTrue(epochs.get(1).trainLoss() < 0.7 * epochs.get(0).trainLoss(), epochs::toString);
        assertTrue(epochs.get(2).trainLoss() < epochs.get(1).trainLoss(), epochs::toString);
        assertTrue(epochs.get(2).testAccuracy() > 0.88, epochs::toString);
    }

    @Test
    void sameSeedGivesSameLosses() throws IOException, TranslateException {
        List<Float> losses = losses(7);

        assertEquals(losses, losses(7));
        assertNotEquals(losses, losses(8));
    }

    @Test
    void loadedModelPredictsWhatTheTrainedOneDid() throws IOException, ModelException, TranslateException {
        TrainMnistOptions options = options("--epochs 1 --limit 1000");
        double[][] trained;
        try (Model model = TrainMnist.newModel(options)) {
            TrainMnist.fit(model, options);
            trained = predictions(model, options);
            model.save(options.output(), null);
        }
        try (Model model = TrainMnist.load(options)) {
            double[][] loaded = predictions(model, options);
            for (int i = 0; i < PREDICTED; i++) {
                assertArrayEquals(trained[i], loaded[i], "test image " + i);
            }
        }
    }

    @Test
    void loadsTheEpochAskedForBesideAnOlderLongerRun() throws IOException, ModelException, TranslateException {
        TrainMnist.train(options("--epochs 2 --limit 100"));
        TrainMnistOptions shorter = options("--epochs 1 --limit 100");
        TrainMnist.train(shorter);
        try (Model model = TrainMnist.load(shorter)) {
            assertEquals("1", model.getProperty("Epoch"));
        }
    }

    @Test
    void truncatedParametersAreRefused() throws IOException, TranslateException {
        TrainMnistOptions options = options("--epochs 1 --limit 100");
        TrainMnist.train(options);
        Path file = parameters();
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {bytes.length - 1, bytes.length / 2, 100, 3, 0}) {
            Files.write(file, Arrays.copyOf(bytes, length));
            Exception e = assertThrows(Exception.class, () -> TrainMnist.load(options), () -> length + " bytes");
            // PyTorch and MXNet say that the stream ended, Wengert that the file is damaged.
            assertTrue(e instanceof IOException || e instanceof MalformedModelException, e::toString);
        }
    }

    @Test
    void parametersOfAnotherNetworkAreRefused() throws IOException, TranslateException {
        TrainMnistOptions options = options("--epochs 1 --limit 100");
        TrainMnist.train(options);
        Path file = parameters();
        // ISO-8859-1 maps every byte to one character and back.
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, content.replaceFirst("weight", "kernel"), StandardCharsets.ISO_8859_1);
        assertThrows(MalformedModelException.class, () -> TrainMnist.load(options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "--engine", "--epochs 0", "--epochs two", "--batch-size -1"})
    void wrongOptionsAreNamed(String line) {
        String[] args = line.split(" ");
        Exception e = assertThrows(IllegalArgumentException.class, () -> TrainMnistOptions.parse(args));
        assertTrue(e.getMessage().contains(args[0]), e.getMessage());
    }

    private List<Float> losses(int seed) throws IOException, TranslateException {
        TrainMnistOptions options = options("--epochs 2 --limit 1000 --seed " + seed);
        return TrainMnist.train(options).stream().map(TrainMnist.Epoch::trainLoss).toList();
    }

    private TrainMnistOptions options(String line) {
        String engine = System.getProperty("wengert.test.engine", "Wengert");
        List<String> args = new ArrayList<>(List.of("--engine", engine, "--output", output.toString()));
        args.addAll(List.of(line.split(" ")));
        TrainMnistOptions options = TrainMnistOptions.parse(args.toArray(String[]::new));
        options.configureDjl();
        return options;
    }

    private Path parameters() { return output.resolve("mnist-mlp-0001.params"); }

    private static double[][] predictions(Model model, TrainMnistOptions options)
            throws IOException, TranslateException {
        Mnist images = TrainMnist.images(model, options, Dataset.Usage.TEST);
        double[][] probabilities = new double[PREDICTED][];
        try (Predictor<float[], Classifications> predictor = model.newPredictor(new DigitTranslator())) {
            for (int i = 0; i < PREDICTED; i++) {
                float[] pixels = images.get(model.getNDManager(), i).getData().singletonOrThrow().toFloatArray();
                probabilities[i] = predictor.predict(pixels).getProbabilities().stream()
                        .mapToDouble(Double::doubleValue).toArray();
            }
        }
        return probabilities;
    }
}
