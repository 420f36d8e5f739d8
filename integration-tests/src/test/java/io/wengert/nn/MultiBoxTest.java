package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.modality.cv.MultiBoxDetection;
import ai.djl.modality.cv.MultiBoxPrior;
import ai.djl.modality.cv.MultiBoxTarget;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.SingleShotDetectionLoss;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The boxes of object detection as DJL's MultiBox classes call them; where it says MXNet, the figures are those of that
 * engine.
 */
class MultiBoxTest {

    private static final Engine ENGINE = Engine.getEngine("Wengert");
    private static final float NONE = -1;

    private NDManager manager;
    private NDArray anchors;
    private NDArray labels;
    private NDArray predictions;

    @BeforeEach
    void open() {
        manager = ENGINE.newBaseManager();
        anchors = manager.create(new float[] {0, 0, .5f, .5f, .1f, .1f, .6f, .6f, .5f, .5f, 1, 1, 0, .5f, .5f, 1, .4f,
            .4f, .9f, .9f, .45f, .5f, .95f, 1}, new Shape(1, 6, 4));
        labels = manager.create(new float[] {1, .05f, .05f, .55f, .5f, 0, .5f, .45f, 1, .95f, NONE, NONE, NONE, NONE,
            NONE, 2, .1f, .6f, .4f, .9f, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
            NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE}, new Shape(3, 3, 5));
        predictions = manager.arange(3 * 4 * 6f).reshape(3, 4, 6).mul(1.3f).sin();
    }

    @AfterEach
    void close() { manager.close(); }

    private static NDArray prior(NDArray x, Consumer<MultiBoxPrior.Builder> options) {
        MultiBoxPrior.Builder b = MultiBoxPrior.builder();
        options.accept(b);
        return b.build().generateAnchorBoxes(x);
    }

    @Test
    void anchorsAsInMxnet() {
        NDArray x = manager.ones(new Shape(2, 3, 2, 3));
        NDArray clipped = prior(x, b -> b.setSizes(List.of(0.5f, 0.25f)).setRatios(List.of(1f, 2f)).optClip(true));
        assertEquals(new Shape(1, 18, 4), clipped.getShape());
        assertArrayEquals(new float[] {0, 0, 0.333333f, 0.5f, 0.0833333f, 0.125f, 0.25f, 0.375f, 0, 0.0732233f,
            0.402369f, 0.426777f, 0.333333f, 0, 0.666667f, 0.5f, 0.416667f, 0.125f, 0.583333f, 0.375f, 0.264298f,
            0.0732233f, 0.735702f, 0.426777f},
                clipped.get(":, :6").toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {0.597631f, 0.573223f, 1, 0.926777f}, clipped.get(0, 17).toFloatArray(), 1e-6f);
        NDArray stepped = prior(x, b -> b.setSizes(List.of(0.5f)).setRatios(List.of(1f, 2f))
                .optSteps(List.of(0.5f, 0.25f)).optOffsets(List.of(0.25f, 0.5f)));
        assertEquals(new Shape(1, 12, 4), stepped.getShape());
        assertArrayEquals(new float[] {-0.0416667f, -0.125f, 0.291667f, 0.375f, -0.110702f, -0.0517767f, 0.360702f,
            0.301777f, 0.208333f, -0.125f, 0.541667f, 0.375f}, stepped.get(":, :3").toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {0.389298f, 0.448223f, 0.860702f, 0.801777f}, stepped.get(0, 11).toFloatArray(),
                1e-6f);
    }

    @Test
    void anchorsByDefaultAndOfOtherTypes() {
        NDArray one = prior(manager.ones(new Shape(1, 1, 1, 1)), b -> {});
        assertArrayEquals(new float[] {0, 0, 1, 1}, one.toFloatArray());
        assertEquals(DataType.FLOAT64, prior(manager.ones(new Shape(1, 1, 2, 2), DataType.FLOAT64), b -> {})
                .getDataType());
        assertEquals(DataType.FLOAT32, prior(manager.ones(new Shape(1, 1, 2, 2), DataType.UINT8), b -> {})
                .getDataType());
        assertEquals(new Shape(1, 0, 4), prior(manager.create(new Shape(1, 1, 0, 2)), b -> {}).getShape());
    }

    private NDList target(float iou, float ignored, float ratio, float threshold, int least) {
        return MultiBoxTarget.builder().optIouThreshold(iou).optIgnoreLabel(ignored).optNegativeMinigRatio(ratio)
                .optNegativeMiningThreshold(threshold).optMinNegativeSamples(least).build()
                .target(new NDList(anchors, labels, predictions));
    }

    @Test
    void targetsAsInMxnet() {
        NDList t = target(0.5f, -1, -1, 0.5f, 0);
        assertEquals(new Shape(3, 24), t.get(0).getShape());
        assertEquals(new Shape(3, 24), t.get(1).getShape());
        assertArrayEquals(new float[] {1, 0.5f, 0, -0.526803f, -1, -1.5f, 0, -0.526803f, 0, -1, 0, 0, 0, 0, 0, 0, 2,
            1, 0, 0, 1, -1, 0, 0},
                t.get(0).get(0).toFloatArray(), 2e-6f);
        float[] second = new float[24];
        second[14] = -2.554128f;
        second[15] = -2.554128f;
        assertArrayEquals(second, t.get(0).get(1).toFloatArray(), 2e-6f);
        float[] mask = new float[24];
        Arrays.fill(mask, 1);
        Arrays.fill(mask, 12, 16, 0);
        assertArrayEquals(mask, t.get(1).get(0).toFloatArray());
        assertEquals(4, t.get(1).get("1:").sum().getFloat());
        classes(t, 2, 2, 1, 0, 1, 1, 0, 0, 0, 3, 0, 0, -1, -1, -1, -1, -1, -1);
        classes(target(0.3f, -1, 1, 0.5f, 0), 2, 2, 1, 0, 1, 1, -1, -1, -1, 3, 0, -1, -1, -1, -1, -1, -1, -1);
        classes(target(0.3f, -1, 2, 0.3f, 0), 2, 2, 1, 0, 1, 1, 0, -1, -1, 3, 0, -1, -1, -1, -1, -1, -1, -1);
        classes(target(0.5f, 9, 0.5f, 0.5f, 0), 2, 2, 1, 0, 1, 1, 9, 9, 9, 3, 9, 9, 9, 9, 9, 9, 9, 9);
    }

    /** MXNet documents the least number of negative samples, and does not heed it. */
    @Test
    void atLeastSoManyNegatives() {
        classes(target(0.5f, 9, 0.5f, 0.5f, 2), 2, 2, 1, 0, 1, 1, 0, 9, 9, 3, 0, 9, 9, 9, 9, 9, 9, 9);
        classes(target(0.5f, 9, 0.5f, 0.5f, 99), 2, 2, 1, 0, 1, 1, 0, 0, 0, 3, 0, 0, 9, 9, 9, 9, 9, 9);
    }

    private static void classes(NDList target, float... expected) {
        assertEquals(new Shape(3, 6), target.get(2).getShape());
        assertArrayEquals(expected, target.get(2).toFloatArray());
    }

    private static double overlap(double[] a, double[] b) {
        double w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        double common = w > 0 && h > 0 ? w * h : 0;
        return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common);
    }

    private static double[][] boxes(Random random, int n) {
        double[][] r = new double[n][];
        for (int i = 0; i < n; i++) {
            double x = random.nextDouble() * 0.7;
            double y = random.nextDouble() * 0.7;
            r[i] = new double[] {x, y, x + 0.1 + random.nextDouble() * 0.2, y + 0.1 + random.nextDouble() * 0.2};
        }
        return r;
    }

    /** Again and again the best pair of what is left; then what overlaps enough. */
    private static int[] matched(double[][] anchors, double[][] objects, double threshold) {
        int[] r = new int[anchors.length];
        Arrays.fill(r, -1);
        boolean[] done = new boolean[objects.length];
        for (int round = 0; round < objects.length; round++) {
            int anchor = -1;
            int object = -1;
            for (int j = 0; j < anchors.length; j++) {
                for (int k = 0; k < objects.length; k++) {
                    double best = anchor < 0 ? 1e-6 : overlap(anchors[anchor], objects[object]);
                    if (r[j] < 0 && !done[k] && overlap(anchors[j], objects[k]) > best) {
                        anchor = j;
                        object = k;
                    }
                }
            }
            if (anchor >= 0) {
                r[anchor] = object;
                done[object] = true;
            }
        }
        for (int j = 0; j < anchors.length; j++) {
            int best = 0;
            for (int k = 1; k < objects.length; k++) {
                best = overlap(anchors[j], objects[k]) > overlap(anchors[j], objects[best]) ? k : best;
            }
            r[j] = r[j] < 0 && overlap(anchors[j], objects[best]) > threshold ? best : r[j];
        }
        return r;
    }

    @Test
    void everyObjectGetsItsAnchorAndIsFoundAgain() {
        Random random = new Random(4);
        for (int round = 0; round < 20; round++) {
            int n = 60;
            double[][] a = boxes(random, n);
            double[][] o = boxes(random, 1 + random.nextInt(12));
            double[] flat = new double[o.length * 5];
            for (int k = 0; k < o.length; k++) {
                flat[5 * k] = k % 3;
                System.arraycopy(o[k], 0, flat, 5 * k + 1, 4);
            }
            NDArray anchor = manager.create(Arrays.stream(a).flatMapToDouble(Arrays::stream).toArray(),
                    new Shape(1, n, 4));
            NDArray label = manager.create(flat, new Shape(1, o.length, 5));
            NDArray prediction = manager.zeros(new Shape(1, 4, n), DataType.FLOAT64);
            NDList t = MultiBoxTarget.builder().optIouThreshold(0.35f).build()
                    .target(new NDList(anchor, label, prediction));
            int[] object = matched(a, o, 0.35f);
            NDArray certain = t.get(2).toType(DataType.INT32, false).oneHot(4, DataType.FLOAT64).transpose(0, 2, 1);
            double[] found = MultiBoxDetection.builder().optClip(false).optNmsThreshold(0).build()
                    .detection(new NDList(certain, t.get(0), anchor)).singletonOrThrow().toDoubleArray();
            int row = 0;
            for (int j = 0; j < n; j++) {
                assertEquals(object[j] < 0 ? 0 : object[j] % 3 + 1, t.get(2).getDouble(0, j));
                assertEquals(object[j] < 0 ? 0 : 1, t.get(1).getDouble(0, 4 * j));
                if (object[j] >= 0) {
                    assertEquals(object[j] % 3, found[6 * row]);
                    assertArrayEquals(o[object[j]], Arrays.copyOfRange(found, 6 * row + 2, 6 * row + 6), 1e-12);
                    row++;
                }
            }
            assertEquals(-1, found[6 * row]);
        }
    }

    private NDArray detection(Consumer<MultiBoxDetection.Builder> options) {
        MultiBoxDetection.Builder b = MultiBoxDetection.builder();
        options.accept(b);
        NDArray offsets = manager.arange(3 * 24f).reshape(3, 24).mul(0.7f).cos();
        return b.build().detection(new NDList(predictions.softmax(1), offsets, anchors)).singletonOrThrow();
    }

    @Test
    void detectionsAsInMxnet() {
        NDArray d = detection(b -> {});
        assertEquals(new Shape(3, 6, 6), d.getShape());
        assertArrayEquals(new float[] {0, 0.521903f, 0.0413555f, 0.0622519f, 0.558644f, 0.514232f, 0, 0.517064f,
            0.500219f, 0.515509f, 0.913455f, 0.931133f, 1, 0.487454f, 0.354834f, 0.399266f, 0.965466f, 0.979341f, 2,
            0.449451f, 0.0164849f, 0.475295f, 0.431586f, 0.929933f, 2, 0.446486f, 0.498093f, 0.542205f, 1, 1, -1,
            0.272493f, 0.0762385f, 0.0436754f, 0.529539f, 0.562679f}, d.get(0).toFloatArray(), 2e-6f);
        NDArray unsorted = detection(b -> b.optNmsThreshold(0).optThreshold(0.3f));
        assertArrayEquals(new float[] {0, 2, 2, 1, 0, -1, 0, 0, 2, 2, 1, 0, 0, 0, 2, 2, 1, 0}, unsorted.get(":, :, 0")
                .toFloatArray());
        assertArrayEquals(new float[] {-1, -1, -1, -1, -1, -1}, unsorted.get(0, 5).toFloatArray());
        assertArrayEquals(new float[] {0.521903f, 0.446486f, 0.449451f, 0.487454f, 0.517064f, -1},
                unsorted.get("0, :, 1").toFloatArray(), 2e-6f);
    }

    /** MXNet leaves boxes beyond the limit where they were, and looks at them after all. */
    @Test
    void onlySoManyAreLookedAt() {
        NDArray d = detection(b -> b.optNmsTopK(2).optThreshold(0.3f).optForceSuppress(true).optNmsThreshold(0.1f)
                .optClip(false));
        assertArrayEquals(new float[] {0, 0, -1, -1, -1, -1, 0, -1, -1, -1, -1, -1, 2, 1, -1, -1, -1, -1},
                d.get(":, :, 0").toFloatArray());
        assertArrayEquals(new float[] {0, 0.521903f, 0.0413555f, 0.0622519f, 0.558644f, 0.514232f},
                d.get(0, 0).toFloatArray(), 2e-6f);
        assertArrayEquals(new float[] {0, 0.52193f, 0.452781f, 0.545455f, 1.02884f, 1.05419f},
                d.get(1, 0).toFloatArray(), 6e-6f);
    }

    @Test
    void theBackgroundMayBeAnyClassOrNone() {
        NDArray p = manager.create(new float[] {0.2f, 0.1f, 0.3f, 0.8f, 0.5f, 0.1f}, new Shape(1, 3, 2));
        NDArray a = manager.create(new float[] {0, 0, 0.5f, 0.5f, 0.5f, 0.5f, 1, 1}, new Shape(1, 2, 4));
        float[][] expected = {{0, 1}, {1, 0}, {1, 1}, {1, 2}};
        for (int background : new int[] {0, 1, 2, -1}) {
            NDArray d = MultiBoxDetection.builder().optBackgroundId(background).build()
                    .detection(new NDList(p, manager.zeros(new Shape(1, 8)), a)).singletonOrThrow();
            assertArrayEquals(expected[background < 0 ? 3 : background], d.get(":, :, 0").toFloatArray());
        }
    }

    @Test
    void ofOverlappingBoxesTheStrongestStays() {
        Random random = new Random(9);
        int n = 80;
        double[][] a = boxes(random, n);
        double[] scores = random.doubles(3 * n).toArray();
        NDArray probabilities = manager.create(scores, new Shape(1, 3, n));
        NDArray offsets = manager.zeros(new Shape(1, 4L * n), DataType.FLOAT64);
        NDArray anchor = manager.create(Arrays.stream(a).flatMapToDouble(Arrays::stream).toArray(), new Shape(1, n, 4));
        NDArray d = MultiBoxDetection.builder().optNmsThreshold(0.3f).optThreshold(0.6f).build()
                .detection(new NDList(probabilities, offsets, anchor)).singletonOrThrow();
        double[] v = d.toDoubleArray();
        int removed = 0;
        for (int i = 0; i < n && v[6 * i + 1] >= 0; i++) {
            assertTrue(v[6 * i + 1] >= 0.6 && (i == 0 || v[6 * i + 1] <= v[6 * i - 5]));
            boolean covered = false;
            boolean any = false;
            for (int j = 0; j < i; j++) {
                boolean near = v[6 * j] >= 0 && overlap(box(v, i), box(v, j)) >= 0.3f;
                covered |= near && v[6 * i] == v[6 * j];
                any |= near;
            }
            assertFalse(covered);
            assertTrue(v[6 * i] >= 0 || any);
            removed += v[6 * i] < 0 ? 1 : 0;
        }
        assertTrue(removed > 3);
    }

    private static double[] box(double[] v, int row) { return Arrays.copyOfRange(v, 6 * row + 2, 6 * row + 6); }

    /** Class predictions are (batch, n, classes) for the loss. */
    @Test
    void theDetectionLossHasAGradient() {
        NDArray c = predictions.transpose(0, 2, 1).duplicate();
        NDArray o = manager.arange(3 * 24f).reshape(3, 24).mul(0.7f).cos();
        c.setRequiresGradient(true);
        o.setRequiresGradient(true);
        NDArray found = labels.get(":2");
        try (GradientCollector collector = ENGINE.newGradientCollector()) {
            NDList predicted = new NDList(anchors, c.get(":2"), o.get(":2"));
            NDArray loss = new SingleShotDetectionLoss().evaluate(new NDList(found), predicted);
            assertTrue(loss.getFloat() > 0);
            collector.backward(loss);
        }
        assertTrue(c.getGradient().get(":2").abs().min().getFloat() > 0);
        NDArray mask = target(0.5f, -1, -1, 0.5f, 0).get(1);
        assertArrayEquals(mask.neq(0).toBooleanArray(), o.getGradient().neq(0).toBooleanArray());
    }

    @Test
    void typesAndLayouts() {
        NDList expected = target(0.3f, -1, 2, 0.3f, 0);
        NDArray wide = anchors.toType(DataType.FLOAT64, false);
        NDArray turned = predictions.transpose(2, 1, 0).duplicate().transpose(2, 1, 0);
        NDList found = MultiBoxTarget.builder().optIouThreshold(0.3f).optNegativeMinigRatio(2)
                .optNegativeMiningThreshold(0.3f).build()
                .target(new NDList(wide, labels, turned));
        for (int i = 0; i < 3; i++) {
            assertEquals(DataType.FLOAT64, found.get(i).getDataType());
            float[] narrow = found.get(i).toType(DataType.FLOAT32, false).toFloatArray();
            assertArrayEquals(expected.get(i).toFloatArray(), narrow);
        }
        NDList none = MultiBoxTarget.builder().build()
                .target(new NDList(anchors, manager.create(new Shape(2, 0, 5)), manager.zeros(new Shape(2, 4, 6))));
        assertArrayEquals(new float[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, none.get(2).toFloatArray());
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertTrue(message(() -> prior(manager.ones(new Shape(2, 3)), b -> {}))
                .contains("(batch, channels, height, width)"));
        NDArray x = manager.ones(new Shape(1, 1, 2, 2));
        assertTrue(message(() -> prior(x, b -> b.setSizes(List.of()))).contains("sizes"));
        assertTrue(message(() -> prior(x, b -> b.setRatios(List.of(1f, -2f)))).contains("-2.0"));
        assertTrue(message(() -> prior(x, b -> b.optSteps(List.of(1f)))).contains("two steps"));
        MultiBoxTarget t = MultiBoxTarget.builder().build();
        assertTrue(message(() -> t.target(new NDList(anchors, labels, predictions.transpose(0, 2, 1))))
                .contains("float32 (1, 6, 4), float32 (3, 3, 5), float32 (3, 6, 4)"));
        assertTrue(message(() -> t.target(new NDList(anchors, labels.get("..., :4"), predictions)))
                .contains("multi_box_target"));
        NDArray classless = manager.create(new Shape(3, 0, 6));
        assertTrue(message(() -> t.target(new NDList(anchors, labels, classless))).contains("(3, 0, 6)"));
        assertTrue(message(() -> t.target(new NDList(anchors, labels))).contains("must contain"));
        MultiBoxDetection d = MultiBoxDetection.builder().build();
        assertTrue(message(() -> d.detection(new NDList(anchors, labels, predictions)))
                .contains("multi_box_detection"));
    }

    private static String message(Runnable r) {
        return assertThrows(IllegalArgumentException.class, r::run).getMessage();
    }
}
