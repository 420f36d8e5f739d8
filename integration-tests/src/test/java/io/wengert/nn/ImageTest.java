package io.wengert.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.modality.cv.Image.Interpolation;
import ai.djl.modality.cv.transform.CenterCrop;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.RandomBrightness;
import ai.djl.modality.cv.transform.RandomColorJitter;
import ai.djl.modality.cv.transform.RandomHue;
import ai.djl.modality.cv.transform.RandomResizedCrop;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.translate.Pipeline;
import ai.djl.util.RandomUtils;
import java.awt.Color;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Image operations as DJL's NDImageUtils and transforms call them. */
class ImageTest {

    private static final Engine ENGINE = Engine.getEngine("Wengert");

    private NDManager manager;

    @BeforeEach
    void open() {
        ENGINE.setRandomSeed(11);
        manager = ENGINE.newBaseManager();
    }

    @AfterEach
    void close() { manager.close(); }

    private NDArray waves(long... shape) {
        Shape s = new Shape(shape);
        double[] v = new double[(int) s.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.sin(0.37 * i * i + i) + 0.3 * Math.cos(0.11 * i);
        }
        return manager.create(v, s);
    }

    private NDArray bytes(long[] shape, int... v) {
        return manager.create(v, new Shape(shape)).toType(DataType.UINT8, false);
    }

    private static float[] floats(NDArray x) { return x.toType(DataType.FLOAT32, false).toFloatArray(); }

    private static double keys(double d) {
        double x = Math.abs(d);
        double a = -0.5;
        return x <= 1 ? (a + 2) * x * x * x - (a + 3) * x * x + 1 : x < 2 ? a * (x * x * x - 5 * x * x + 8 * x - 4) : 0;
    }

    /** How much of each old element goes into each new one, by definition. */
    private static double[][] weights(int in, int out, Interpolation how, boolean corners) {
        double[][] w = new double[out][in];
        double ratio = (double) in / out;
        double width = corners ? 1 : Math.max(1, ratio);
        for (int i = 0; i < out; i++) {
            double centre = !corners ? (i + 0.5) * ratio - 0.5 : out > 1 ? i * (in - 1.0) / (out - 1) : 0;
            double sum = 0;
            for (int j = 0; j < in; j++) {
                w[i][j] = switch (how) {
                    case NEAREST -> j == i * in / out ? 1 : 0;
                    case AREA -> (long) (j + 1) * out > (long) i * in && (long) j * out < (long) (i + 1) * in ? 1 : 0;
                    case BILINEAR -> Math.max(0, 1 - Math.abs(j - centre) / width);
                    case BICUBIC -> keys((j - centre) / width);
                };
                sum += w[i][j];
            }
            for (int j = 0; j < in; j++) {
                w[i][j] /= sum;
            }
        }
        return w;
    }

    private static double[] resized(double[] x, int n, int h, int w, int c, int oh, int ow, Interpolation how,
            boolean corners) {
        double[][] rows = weights(h, oh, how, corners);
        double[][] columns = weights(w, ow, how, corners);
        double[] y = new double[n * oh * ow * c];
        for (int at = 0; at < y.length; at++) {
            int k = at % c;
            int q = at / c % ow;
            int p = at / c / ow % oh;
            int b = at / c / ow / oh;
            for (int i = 0; i < h; i++) {
                for (int j = 0; rows[p][i] != 0 && j < w; j++) {
                    y[at] += rows[p][i] * columns[q][j] * x[((b * h + i) * w + j) * c + k];
                }
            }
        }
        return y;
    }

    @ParameterizedTest
    @EnumSource
    void resizeIsTheWeightedSumOfItsDefinition(Interpolation how) {
        int[][] sizes = {{5, 6, 3, 2}, {5, 6, 8, 7}, {7, 4, 2, 9}, {1, 1, 3, 2}, {6, 9, 1, 1}, {4, 4, 4, 4},
            {13, 11, 5, 3}};
        for (int channels : new int[] {1, 3, 40}) {
            for (int[] s : sizes) {
                NDArray x = waves(2, s[0], s[1], channels);
                double[] expected = resized(x.toDoubleArray(), 2, s[0], s[1], channels, s[2], s[3], how, false);
                NDArray y = NDImageUtils.resize(x, s[3], s[2], how);
                assertEquals(new Shape(2, s[2], s[3], channels), y.getShape());
                assertArrayEquals(expected, y.toDoubleArray(), 1e-12, how + " " + Arrays.toString(s));
                NDArray single = NDImageUtils.resize(x.get(1).toType(DataType.FLOAT32, false), s[3], s[2], how);
                assertEquals(new Shape(s[2], s[3], channels), single.getShape());
                assertArrayEquals(floats(y.get(1)), single.toFloatArray(), 1e-5f);
            }
        }
    }

    /** The figures are those of DJL's PyTorch engine. */
    @Test
    void resizeAsInPyTorch() {
        NDArray x = manager.arange(30f).reshape(5, 6, 1).square();
        float[][] expected = {{0, 9, 36, 81, 324, 441}, {24.357141f, 49.714283f, 192.5f, 265, 524.0714f, 643.71423f},
            {25.666666f, 58.666668f, 193.66667f, 280.66666f, 493.66666f, 634.6667f},
            {12.765595f, 38.070866f, 180.05888f, 259.4273f, 531.5639f, 664.9955f}};
        for (Interpolation how : Interpolation.values()) {
            assertArrayEquals(expected[how.ordinal()], NDImageUtils.resize(x, 2, 3, how).toFloatArray(), 2e-4f,
                    how.name());
        }
        assertEquals(new Shape(4, 4, 1), NDImageUtils.resize(x, 4).getShape());
        assertArrayEquals(NDImageUtils.resize(x, 7, 2, Interpolation.BILINEAR).toFloatArray(),
                NDImageUtils.resize(x, 7, 2).toFloatArray());
    }

    @Test
    void everyTypeKeepsItselfAndIntegersAreRoundedWithinTheirRange() {
        NDArray step = bytes(new long[] {1, 4, 1}, 0, 0, 255, 255);
        NDArray cubic = NDImageUtils.resize(step, 8, 1, Interpolation.BICUBIC);
        assertEquals(DataType.UINT8, cubic.getDataType());
        double[] ideal = resized(new double[] {0, 0, 255, 255}, 1, 1, 4, 1, 1, 8, Interpolation.BICUBIC, false);
        for (int i = 0; i < 8; i++) {
            assertEquals(Math.rint(Math.max(0, Math.min(255, ideal[i]))), cubic.getUint8(0, i, 0), "element " + i);
        }
        NDArray wide = NDImageUtils.resize(bytes(new long[] {1, 2, 1}, 0, 255), 4, 1);
        assertArrayEquals(new float[] {0, 64, 191, 255}, floats(wide));
        DataType[] types = {DataType.INT8, DataType.INT16, DataType.UINT16, DataType.INT32, DataType.UINT32,
            DataType.INT64, DataType.UINT64, DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT32, DataType.FLOAT64};
        for (DataType type : types) {
            NDArray x = manager.create(new float[] {10, 20, 60, 100}, new Shape(2, 2, 1)).toType(type, false);
            NDArray y = NDImageUtils.resize(x, 1, 1, Interpolation.AREA);
            assertEquals(type, y.getDataType());
            assertEquals(type.isInteger() ? 48 : 47.5, floats(y)[0], type.name());
        }
        NDArray large = manager.create(new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 2}, new Shape(1, 2, 1));
        assertArrayEquals(new int[] {Integer.MAX_VALUE - 1}, NDImageUtils.resize(large, 1, 1).toIntArray());
        NDArray most = manager.full(new Shape(1, 2, 1), 1, DataType.INT64).mul(Long.MAX_VALUE);
        assertEquals(0x1p63, NDImageUtils.resize(most, 1, 1).getLong(0, 0, 0), 2048);
        NDArray mask = manager.create(new boolean[] {true, false, true, true}, new Shape(2, 2, 1));
        assertArrayEquals(new boolean[] {true}, NDImageUtils.resize(mask, 1, 1).toBooleanArray());
        NDArray names = manager.create(new String[] {"a", "b"}, new Shape(1, 2, 1));
        assertArrayEquals(new String[] {"a", "a", "b", "b"},
                NDImageUtils.resize(names, 4, 1, Interpolation.NEAREST).toStringArray());
    }

    @ParameterizedTest
    @EnumSource
    void resizeOfAViewAndToItsOwnSize(Interpolation how) {
        NDArray x = waves(3, 6, 5);
        NDArray view = x.transpose(1, 2, 0);
        assertArrayEquals(NDImageUtils.resize(view.duplicate(), 4, 9, how).toDoubleArray(),
                NDImageUtils.resize(view, 4, 9, how).toDoubleArray());
        NDArray same = NDImageUtils.resize(view, 5, 6, how);
        same.muli(2);
        assertArrayEquals(view.duplicate().mul(2).toDoubleArray(), same.toDoubleArray());
    }

    @Test
    void infinityDoesNotSpread() {
        float[] v = new float[16];
        v[3] = Float.POSITIVE_INFINITY;
        float[] y = NDImageUtils.resize(manager.create(v, new Shape(1, 16, 1)), 32, 1).toFloatArray();
        for (int i = 0; i < 32; i++) {
            assertEquals(i >= 5 && i <= 8, y[i] != 0, "element " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void interpolationOfOneToThreeAxes(Interpolation how) {
        for (boolean corners : new boolean[] {false, true}) {
            NDArray x = waves(2, 3, 5, 4);
            double[] flat = x.transpose(0, 2, 3, 1).duplicate().toDoubleArray();
            double[] expected = resized(flat, 2, 5, 4, 3, 3, 7, how, corners);
            NDArray y = x.getNDArrayInternal().interpolation(new long[] {3, 7}, how.ordinal(), corners);
            assertEquals(new Shape(2, 3, 3, 7), y.getShape());
            assertArrayEquals(expected, y.transpose(0, 2, 3, 1).duplicate().toDoubleArray(), 1e-12);
            NDArray line = x.reshape(2, 3, 20).getNDArrayInternal().interpolation(new long[] {31}, how.ordinal(),
                    corners);
            NDArray plane = x.reshape(2, 3, 1, 20).getNDArrayInternal().interpolation(new long[] {1, 31}, how.ordinal(),
                    corners);
            NDArray volume = x.reshape(2, 3, 1, 20, 1).getNDArrayInternal()
                    .interpolation(new long[] {1, 31, 1}, how.ordinal(), corners);
            assertArrayEquals(plane.toDoubleArray(), line.toDoubleArray(), 1e-15);
            assertArrayEquals(plane.toDoubleArray(), volume.toDoubleArray(), 1e-15);
        }
    }

    @Test
    void alignedCornersKeepALine() {
        NDArray x = manager.linspace(0, 6, 4).reshape(1, 1, 4);
        for (int n : new int[] {2, 3, 7, 13}) {
            NDArray y = x.getNDArrayInternal().interpolation(new long[] {n}, 1, true);
            assertArrayEquals(manager.linspace(0, 6, n).toFloatArray(), y.toFloatArray(), 1e-6f);
        }
        NDArray first = x.getNDArrayInternal().interpolation(new long[] {1}, 1, true);
        assertArrayEquals(new float[] {0}, first.toFloatArray());
    }

    @ParameterizedTest
    @EnumSource
    void resizeHasGradientsOfBothOrders(Interpolation how) {
        FiniteDifferences.check(x -> NDImageUtils.resize(x[0].mul(x[0]), 3, 5, how), waves(3, 4, 2));
        long[] size = {2, 5};
        FiniteDifferences.check(
                x -> x[0].mul(x[0]).getNDArrayInternal().interpolation(size, how.ordinal(), true), waves(1, 2, 3, 3));
    }

    @Test
    void cropAndCentreCrop() {
        NDArray x = manager.arange(2f * 4 * 8 * 3).reshape(2, 4, 8, 3);
        assertArrayEquals(x.get(":, 1:3, 2:5").toFloatArray(), NDImageUtils.crop(x, 2, 1, 3, 2).toFloatArray());
        NDArray one = x.get(1);
        assertArrayEquals(one.get("1:3, 2:5").toFloatArray(), NDImageUtils.crop(one, 2, 1, 3, 2).toFloatArray());
        assertArrayEquals(one.get(":, 2:6").toFloatArray(), NDImageUtils.centerCrop(one).toFloatArray());
        assertArrayEquals(one.get("1:3, 2:5").toFloatArray(), NDImageUtils.centerCrop(one, 3, 2).toFloatArray());
        assertEquals(new Shape(4, 3, 3), NDImageUtils.centerCrop(one, 3, 9).getShape());
        assertEquals(new Shape(0, 3, 3), NDImageUtils.crop(one, 1, 4, 3, 0).getShape());
        NDArray part = NDImageUtils.crop(one, 0, 0, 1, 1);
        part.addi(1);
        assertEquals(96f, one.getFloat(0, 0, 0));
    }

    @Test
    void toTensorAndNormalize() {
        NDArray x = bytes(new long[] {1, 2, 3}, 0, 51, 102, 153, 204, 255);
        NDArray t = NDImageUtils.toTensor(x);
        assertEquals(new Shape(3, 1, 2), t.getShape());
        assertEquals(DataType.FLOAT32, t.getDataType());
        float[] expected = {0, 0.6f, 0.2f, 0.8f, 0.4f, 1};
        assertArrayEquals(expected, t.toFloatArray(), 1e-7f);
        assertEquals(manager, x.getManager());
        for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT16, DataType.INT32, DataType.INT64}) {
            NDArray y = NDImageUtils.toTensor(x.toType(type, false).expandDims(0));
            assertEquals(DataType.FLOAT32, y.getDataType());
            assertEquals(new Shape(1, 3, 1, 2), y.getShape());
            assertArrayEquals(expected, y.toFloatArray(), 1e-3f);
        }
        float[] mean = {0.5f, 0.4f, 0.3f};
        float[] deviation = {0.5f, 0.2f, 0.1f};
        NDArray n = NDImageUtils.normalize(t, mean, deviation);
        assertArrayEquals(new float[] {-1, 0.2f, -1, 2, 1, 7}, n.toFloatArray(), 1e-5f);
        assertArrayEquals(n.toFloatArray(), NDImageUtils.normalize(t.expandDims(0), mean, deviation).toFloatArray());
        NDArray centred = NDImageUtils.normalize(t, 0.5f, 0.5f);
        assertArrayEquals(new float[] {-1, 0.2f, -0.6f, 0.6f, -0.2f, 1}, centred.toFloatArray(), 1e-6f);
        NDArray five = waves(5, 2, 2);
        float[] zeros = new float[5];
        float[] twos = {2, 2, 2, 2, 2};
        NDArray halved = five.getNDArrayInternal().normalize(zeros, twos);
        assertArrayEquals(five.div(2).toDoubleArray(), halved.toDoubleArray());
    }

    @Test
    void pixelOperationsHaveGradients() {
        FiniteDifferences.check(x -> NDImageUtils.crop(x[0].mul(x[0]), 1, 0, 2, 2), waves(3, 4, 3));
        FiniteDifferences.check(x -> NDImageUtils.normalize(x[0].mul(x[0]), 0.25f, 0.5f), waves(3, 2, 2));
        FiniteDifferences.check(
                x -> seeded(() -> NDImageUtils.randomColorJitter(x[0].mul(x[0]), 0.4f, 0.4f, 0.4f, 0.3f)),
                waves(2, 3, 3));
        NDArray v = waves(2, 2, 3).toType(DataType.FLOAT32, false);
        v.setRequiresGradient(true);
        try (GradientCollector c = ENGINE.newGradientCollector()) {
            c.backward(NDImageUtils.toTensor(v).sum());
        }
        assertArrayEquals(manager.full(new Shape(12), 1f / 255).toFloatArray(), v.getGradient().toFloatArray(), 1e-9f);
    }

    private static NDArray seeded(Supplier<NDArray> f) {
        ENGINE.setRandomSeed(3);
        return f.get();
    }

    private int count(UnaryOperator<NDArray> f, NDArray x, float[] expected) {
        int n = 0;
        for (int i = 0; i < 200; i++) {
            float[] y = f.apply(x).toFloatArray();
            boolean changed = Arrays.equals(expected, y);
            assertTrue(changed || Arrays.equals(x.toFloatArray(), y));
            n += changed ? 1 : 0;
        }
        return n;
    }

    @Test
    void halfOfTheImagesAreFlipped() {
        NDArray x = manager.arange(24f).reshape(2, 4, 3);
        assertEquals(100, count(NDImageUtils::randomFlipLeftRight, x, x.flip(1).toFloatArray()), 35);
        assertEquals(100, count(NDImageUtils::randomFlipTopBottom, x, x.flip(0).toFloatArray()), 35);
        NDArray batch = manager.arange(48f).reshape(2, 2, 4, 3);
        assertEquals(100, count(NDImageUtils::randomFlipLeftRight, batch, batch.flip(2).toFloatArray()), 35);
        assertEquals(100, count(NDImageUtils::randomFlipTopBottom, batch, batch.flip(1).toFloatArray()), 35);
    }

    @Test
    void brightnessIsAFactorWithinItsBounds() {
        NDArray x = manager.create(new float[] {0.1f, 0.5f, 0.9f}, new Shape(1, 1, 3));
        double least = 9;
        double most = 0;
        for (int i = 0; i < 200; i++) {
            float[] y = NDImageUtils.randomBrightness(x, 0.4f).toFloatArray();
            double factor = y[1] / 0.5;
            assertArrayEquals(new float[] {(float) (0.1 * factor), y[1], (float) (0.9 * factor)}, y, 1e-6f);
            least = Math.min(least, factor);
            most = Math.max(most, factor);
        }
        assertTrue(least >= 0.6 - 1e-6 && least < 0.65 && most <= 1.4 + 1e-6 && most > 1.35, least + " " + most);
        NDArray white = bytes(new long[] {1, 1, 3}, 255, 250, 3);
        NDArray bright = seeded(() -> NDImageUtils.randomBrightness(white, 0));
        assertArrayEquals(floats(white), floats(bright));
        for (int i = 0; i < 20; i++) {
            NDArray y = NDImageUtils.randomBrightness(white, 1);
            assertEquals(DataType.UINT8, y.getDataType());
            assertTrue(y.getUint8(0, 0, 0) >= y.getUint8(0, 0, 1), "a bright byte must not wrap around");
        }
    }

    private static float[] hsb(NDArray rgb, int pixel) {
        float[] v = floats(rgb);
        return Color.RGBtoHSB((int) v[3 * pixel], (int) v[3 * pixel + 1], (int) v[3 * pixel + 2], null);
    }

    /** Against the colour model of java.awt: all pixels turn alike; saturation and brightness stay. */
    @Test
    void hueTurns() {
        NDArray x = bytes(new long[] {1, 4, 3}, 10, 200, 30, 250, 20, 90, 77, 77, 77, 5, 6, 250);
        boolean turned = false;
        for (int i = 0; i < 30; i++) {
            NDArray y = NDImageUtils.randomHue(x, 0.3f);
            double turn = wrapped(hsb(y, 0)[0] - hsb(x, 0)[0]);
            assertTrue(Math.abs(turn) < 0.305);
            turned |= Math.abs(turn) > 0.2;
            for (int p : new int[] {0, 1, 3}) {
                assertEquals(turn, wrapped(hsb(y, p)[0] - hsb(x, p)[0]), 4e-3);
                assertEquals(hsb(x, p)[1], hsb(y, p)[1], 1e-6);
                assertEquals(hsb(x, p)[2], hsb(y, p)[2], 1e-6);
            }
            assertArrayEquals(new float[] {77, 77, 77}, Arrays.copyOfRange(floats(y), 6, 9));
        }
        assertTrue(turned);
    }

    private static double wrapped(double turn) { return turn - Math.rint(turn); }

    private static double luminance(float[] v, int pixel) {
        return 0.299 * v[3 * pixel] + 0.587 * v[3 * pixel + 1] + 0.114 * v[3 * pixel + 2];
    }

    @Test
    void contrastAndSaturationMoveAwayFromTheLuminance() {
        NDArray x = manager.create(new float[] {0.1f, 0.8f, 0.2f, 0.9f, 0.1f, 0.3f, 0.4f, 0.4f, 0.4f, 0, 0.1f, 1},
                new Shape(2, 2, 3));
        float[] v = x.toFloatArray();
        double mean = 0;
        for (int p = 0; p < 4; p++) {
            mean += luminance(v, p) / 4;
        }
        for (int i = 0; i < 10; i++) {
            float[] c = NDImageUtils.randomColorJitter(x, 0, 0.5f, 0, 0).toFloatArray();
            double factor = (c[0] - mean) / (v[0] - mean);
            assertTrue(factor > 0.499 && factor < 1.501);
            float[] s = NDImageUtils.randomColorJitter(x, 0, 0, 0.5f, 0).toFloatArray();
            double saturation = (s[0] - luminance(v, 0)) / (v[0] - luminance(v, 0));
            assertTrue(saturation > 0.499 && saturation < 1.501);
            for (int k = 0; k < v.length; k++) {
                assertEquals(mean + factor * (v[k] - mean), c[k], 1e-6);
                assertEquals(luminance(v, k / 3) + saturation * (v[k] - luminance(v, k / 3)), s[k], 1e-6);
            }
        }
        NDArray two = NDArrays.stack(new NDList(x, x.mul(0.5)));
        NDArray jittered = seeded(() -> NDImageUtils.randomColorJitter(two, 0.4f, 0.4f, 0.4f, 0.1f));
        NDArray alone = seeded(() -> NDImageUtils.randomColorJitter(x, 0.4f, 0.4f, 0.4f, 0.1f));
        assertArrayEquals(alone.toFloatArray(), jittered.get(0).toFloatArray(), 1e-6f);
        NDArray grey = waves(3, 3, 1);
        assertArrayEquals(grey.toDoubleArray(), NDImageUtils.randomColorJitter(grey, 0, 0, 0.5f, 0.5f).toDoubleArray());
    }

    @Test
    void theSeedDecides() {
        NDArray x = waves(4, 4, 3);
        double[] a = seeded(() -> NDImageUtils.randomColorJitter(x, 0.4f, 0.4f, 0.4f, 0.1f)).toDoubleArray();
        double[] b = NDImageUtils.randomColorJitter(x, 0.4f, 0.4f, 0.4f, 0.1f).toDoubleArray();
        assertArrayEquals(a, seeded(() -> NDImageUtils.randomColorJitter(x, 0.4f, 0.4f, 0.4f, 0.1f)).toDoubleArray());
        assertTrue(!Arrays.equals(a, b));
    }

    @Test
    void transformsInAPipeline() {
        RandomUtils.RANDOM.setSeed(5);
        NDArray x = manager.randomUniform(0, 255, new Shape(40, 60, 3)).toType(DataType.UINT8, false);
        float[] half = {0.5f, 0.5f, 0.5f};
        Pipeline p = new Pipeline(new Resize(32, 24), new CenterCrop(20, 20), new RandomBrightness(0.2f),
                new RandomHue(0.1f), new RandomColorJitter(0.1f, 0.1f, 0.1f, 0.1f),
                new RandomResizedCrop(16, 16, 0.5, 0.9, 0.8, 1.2), new ToTensor(), new Normalize(half, half));
        NDArray y = p.transform(new NDList(x)).singletonOrThrow();
        assertEquals(new Shape(3, 16, 16), y.getShape());
        assertTrue(y.abs().max().getFloat() <= 1);
        assertTrue(y.sub(y.mean()).abs().max().getFloat() > 0.01);
    }

    @Test
    void wrongArgumentsAreNamed() {
        NDArray x = waves(4, 5, 3);
        assertTrue(message(() -> x.getNDArrayInternal().resize(3, 3, 4))
                .contains("resize: no Image.Interpolation has the ordinal 4"));
        assertTrue(message(() -> x.getNDArrayInternal().resize(3, 3, -1)).contains("ordinal -1"));
        assertTrue(message(() -> NDImageUtils.resize(x, 0, 3))
                .contains("no images of the size (3, 0): float64 (4, 5, 3)"));
        assertTrue(message(() -> NDImageUtils.resize(x, -2, 3)).contains("(3, -2)"));
        assertTrue(message(() -> NDImageUtils.resize(waves(4, 5), 3, 3)).contains("three axes"));
        NDArray empty = manager.create(new Shape(0, 5, 3));
        assertTrue(message(() -> NDImageUtils.resize(empty, 3, 3)).contains("at least one pixel"));
        NDArray names = manager.create(new String[] {"a", "b"}, new Shape(1, 2, 1));
        assertTrue(message(() -> NDImageUtils.resize(names, 3, 3)).contains("real numbers"));
        assertTrue(message(() -> x.getNDArrayInternal().interpolation(new long[] {2, 2}, 1, false))
                .contains("as many sizes"));
        assertTrue(message(() -> NDImageUtils.crop(x, 3, 0, 3, 2))
                .contains("width 3 and height 2 at (3, 0) is not within"));
        assertTrue(message(() -> NDImageUtils.crop(x, -1, 0, 3, 2)).contains("(-1, 0)"));
        assertTrue(message(() -> NDImageUtils.crop(x, Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 2))
                .contains("is not within"));
        assertTrue(message(() -> NDImageUtils.toTensor(waves(4, 5))).contains("to_tensor"));
        assertTrue(message(() -> waves(3, 2, 2).getNDArrayInternal().normalize(new float[2], new float[2]))
                .contains("for 3 channels"));
        assertTrue(message(() -> NDImageUtils.randomBrightness(x, -0.1f)).contains("-0.1"));
        assertTrue(message(() -> NDImageUtils.randomHue(x, Float.NaN)).contains("NaN"));
        assertTrue(message(() -> NDImageUtils.randomHue(waves(4, 4, 4), 0.1f)).contains("one or three"));
        assertTrue(message(() -> waves(4).getNDArrayInternal().randomFlipLeftRight()).contains("flip"));
    }

    private static String message(Runnable r) {
        return assertThrows(IllegalArgumentException.class, r::run).getMessage();
    }
}
