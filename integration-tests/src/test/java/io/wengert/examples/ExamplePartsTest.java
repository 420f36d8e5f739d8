package io.wengert.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.wengert.examples.ShapeScene.Box;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the examples draw with, count with and read with. */
class ExamplePartsTest {

    /** As published for these data: nats a character with one letter, pairs, triples. */
    @ParameterizedTest
    @CsvSource({"1, 3.110", "2, 2.442", "3, 1.874"})
    void floorsOfTheNovel(int order, double nats) throws IOException {
        Novel novel = new Novel();
        assertEquals(nats, new NGrams(order, novel.alphabetSize(), novel.train()).crossEntropy(novel.test()), 0.002);
    }

    @Test
    void theNovelIsWhole() throws IOException {
        Novel novel = new Novel();
        assertEquals(684_768, novel.train().length + novel.test().length);
        assertEquals(75, novel.alphabetSize());
        int[] tokens = novel.encode("Elizabeth");
        assertEquals('E', novel.decode(tokens[0]));
        assertEquals(tokens[3], novel.encode("z")[0]);
    }

    @Test
    void aChartShowsWhereALineGoes() {
        double[] x = {0, 10};
        String text = new Chart("title", "steps").line("falling", x, new double[] {5, 1})
                .band("band", x, new double[] {0, 0}, new double[] {0.5, 0.5}).toText(11, 11);
        String[] lines = text.split("\n");
        assertEquals("title", lines[0]);
        assertTrue(lines[1].contains("       5 |*"), text);
        assertEquals(10, lines[9].lastIndexOf('*') - 10, text);
        assertTrue(lines[11].endsWith("|" + ":".repeat(11)), text);
        assertTrue(text.contains("*  falling") && text.contains(":  band"), text);
    }

    @Test
    void aChartIsAPicture(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("deep").resolve("chart.png");
        new Chart("title", "steps").line("one", new double[] {0, 1}, new double[] {0, 1}).save(file);
        BufferedImage image = ImageIO.read(file.toFile());
        assertTrue(image.getWidth() > 100 && image.getRGB(0, 0) == 0xffffffff);
    }

    @ParameterizedTest
    @CsvSource({"truth, uthtray", "it, itway", "quiet, ietquay", "squire, iresquay", "my, ymay", "apple, appleway", "yes, esyay",
        "hmm, hmmay"})
    void pigLatin(String word, String expected) { assertEquals(expected, TrainSeq2Seq.pigLatin(word)); }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense 1", "--steps", "--steps 0", "--steps two"})
    void wrongOptionsAreNamed(String line) {
        String[] args = line.split(" ");
        Options options = TrainWeather.options();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> options.parse(args)).getMessage().contains(args[0]));
    }

    @Test
    void overlapIsIntersectionOverUnion() {
        Box a = new Box(0, 1, 0, 0, 0.4f, 0.4f);
        assertEquals(1, a.overlap(a), 1e-6);
        assertEquals(0.08f / (0.16f + 0.16f - 0.08f), a.overlap(new Box(1, 1, 0.2f, 0, 0.6f, 0.4f)), 1e-6);
        assertEquals(0, a.overlap(new Box(0, 1, 0.5f, 0.5f, 0.6f, 0.6f)));
    }

    @Test
    void scenesHoldWhatTheySay() {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            ShapeScene scene = ShapeScene.next(random);
            assertTrue(!scene.boxes().isEmpty() && scene.boxes().size() <= ShapeScene.MOST);
            for (Box box : scene.boxes()) {
                int x = (int) ((box.left() + box.right()) / 2 * ShapeScene.SIZE);
                int y = (int) ((box.top() + box.bottom()) / 2 * ShapeScene.SIZE);
                int rgb = scene.picture().getRGB(x, y);
                assertTrue((rgb >> 16 & 255) != (rgb >> 8 & 255) || (rgb & 255) != (rgb >> 8 & 255), "grey at a shape");
            }
        }
    }

    /** Else its loss begins at a thousand, and it finds nothing for hundreds of steps. */
    @Test
    void yoloBeginsUnsureOfEverything() {
        try (NDManager manager = Engine.getInstance().newBaseManager()) {
            Block net = Detector.YOLO.newBlock();
            net.initialize(manager, DataType.FLOAT32, new Shape(4, 3, 32, 32));
            NDList images = new NDList(manager.randomNormal(new Shape(4, 3, 32, 32)));
            for (NDArray map : net.forward(new ParameterStore(manager, false), images, true)) {
                NDArray confidence = Activation.sigmoid(map.reshape(4, 3, 5 + ShapeScene.KINDS.size(), -1).get(":, :, 4"));
                assertTrue(confidence.max().getFloat() < 0.2f, () -> "confidence " + confidence.max().getFloat());
            }
        }
    }

    /** A cell's sigmoids are 0.5 where the network says 0, and exp(0) is the anchor itself. */
    @Test
    void yoloMapsAreReadAsBoxes() {
        int attributes = 5 + ShapeScene.KINDS.size();
        float[] map = new float[3 * attributes * 4];
        for (int anchor = 0; anchor < 3; anchor++) {
            for (int cell = 0; cell < 4; cell++) map[(anchor * attributes + 4) * 4 + cell] = -9;
        }
        // The first anchor, 96 pixels, in the column 1 of row 0: sure, and a triangle.
        map[4 * 4 + 2] = 9;
        map[(5 + 2) * 4 + 2] = 3;
        try (NDManager manager = Engine.getInstance().newBaseManager()) {
            NDArray output = manager.create(map, new Shape(1, 3 * attributes, 2, 2));
            List<Box> boxes = Detector.YOLO.boxes(new NDList(output)).get(0);
            assertEquals(1, boxes.size());
            Box box = boxes.get(0);
            assertEquals(2, box.kind());
            assertEquals(0.75, (box.left() + box.right()) / 2, 1e-6);
            assertEquals(0.25, (box.top() + box.bottom()) / 2, 1e-6);
            assertEquals(96.0 / ShapeScene.SIZE, box.right() - box.left(), 1e-6);
        }
    }
}
