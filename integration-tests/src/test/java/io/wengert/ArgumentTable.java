package io.wengert;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexBooleans;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.index.full.NDIndexFullSlice;
import ai.djl.ndarray.index.full.NDIndexFullTake;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.recurrent.RNN;
import ai.djl.util.PairList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The arguments of methods for which any value of the parameter's type would not do, by name or by signature, with the
 * interface before it where several have the name.
 */
final class ArgumentTable {

    private static final Map<String, long[]> SHAPES = new HashMap<>();
    private static final Map<String, Function<MethodArguments, Object[]>> ROWS = new HashMap<>();
    private static final long[] MAPS = {1, 2, 4, 4};

    static {
        shape("dot matMul inverse", 2, 2);
        shape("batchDot batchMatMul", 2, 2, 2);
        shape("squeeze(int) squeeze(int[])", 2, 1, 3);
        shape("complex", 3, 2);
        shape("stft", 16);
        shape("avgPool maxPool lpPool globalAvgPool globalMaxPool globalLpPool interpolation multiBoxPrior", MAPS);
        shape("crop randomFlipLeftRight randomFlipTopBottom randomBrightness randomHue randomColorJitter", 4, 4, 3);
        shape("resize toTensor", 4, 4, 3);
        shape("NDArrayEx.normalize", 3, 4, 4);
        arrays();
        parts();
        spectra();
        layers();
        recurrent();
        images();
        optimizers();
        creation();
        management();
        indexer();
    }

    private ArgumentTable() {}

    private static void shape(String keys, long... shape) {
        for (String k : keys.contains("(") ? keys.split("(?<=\\)) ") : keys.split(" ")) {
            SHAPES.put(k, shape);
        }
    }

    private static void row(String key, Function<MethodArguments, Object[]> arguments) { ROWS.put(key, arguments); }

    private static void row(String key, Object... arguments) { ROWS.put(key, a -> arguments); }

    private static Object[] of(Object... arguments) { return arguments; }

    private static <T> T find(Map<String, T> table, Class<?> api, Method m) {
        T bySignature = table.get(MethodArguments.signature(m));
        T byInterface = table.get(api.getSimpleName() + "." + m.getName());
        return bySignature != null ? bySignature : byInterface != null ? byInterface : table.get(m.getName());
    }

    /** The shape of the receiver, or null if any will do. */
    static long[] shape(Class<?> api, Method m) { return find(SHAPES, api, m); }

    /** The arguments, or null if any of the right types will do. */
    static Object[] row(Class<?> api, Method m, MethodArguments a) {
        Function<MethodArguments, Object[]> row = find(ROWS, api, m);
        return row == null ? null : row.apply(a);
    }

    private static void arrays() {
        row("broadcast(long[])", new long[] {2, 3});
        row("clip", a -> of(a.number(2, 0.3), a.number(4, 0.6)));
        row("diagonal(int, int, int)", 0, 0, 1);
        row("trace(int, int, int)", 0, 0, 1);
        row("flatten(int, int)", 0, 1);
        row("norm(int, int[], boolean)", 2, new int[] {0}, true);
        row("normalize(double, long)", 2.0, 1L);
        row("normalize(double, long, double)", 2.0, 1L, 1e-12);
        row("oneHot(int)", 8);
        row("oneHot(int, DataType)", 8, DataType.INT32);
        row("oneHot(int, float, float, DataType)", 8, 1f, 0f, DataType.FLOAT64);
        row("pad", new Shape(1, 1), 0.5);
        row("percentile(Number)", 50);
        row("percentile(Number, int[])", 50, new int[] {0});
        row("reshape(Shape)", new Shape(3, 2));
        row("reshape(long[])", new long[] {3, 2});
        row("rotate90", 1, new int[] {0, 1});
        row("set(Buffer)", a -> of(a.buffer(6)));
        row("set(int[])", new int[] {1, 2, 3, 4, 5, 6});
        row("set(long[])", new long[] {1, 2, 3, 4, 5, 6});
        row("setRequiresGradient", true);
        row("squeeze(int[])", (Object) new int[] {1});
        row("swapAxes", 0, 1);
        row("toDebugString(int, int, int, int, boolean)", 100, 10, 10, 20, true);
        row("toDevice", Device.cpu(), true);
        row("toType", DataType.FLOAT64, true);
        row("transpose(int[])", new int[] {1, 0});
        row("unique(Integer, boolean, boolean, boolean)", 0, true, true, true);
        row("unique(boolean, boolean, boolean)", true, true, true);
        row("where", a -> of(a.mask(2, 3), a.array(2, 3)));
    }

    private static void parts() {
        row("booleanMask(NDArray)", a -> of(a.mask(2, 3)));
        row("booleanMask(NDArray, int)", a -> of(a.mask(2), 0));
        row("gather", a -> of(a.indices(2, 3), 0));
        row("gatherNd", a -> of(a.indices(2, 2)));
        row("get(NDArray)", a -> of(a.indices(2)));
        row("get(String, Object[])", "{}, 0:2", new Object[] {1});
        row("put", a -> of(a.indices(2), a.array(2)));
        row("scatter", a -> of(a.indices(2, 3), a.array(2, 3), 0));
        row("sequenceMask(NDArray)", a -> of(a.indices(2)));
        row("sequenceMask(NDArray, float)", a -> of(a.indices(2), 0f));
        row("set(NDArray, Number)", a -> of(a.mask(2, 3), a.number(2, 0.5)));
        row("set(NDIndex, Function)", a -> of(new NDIndex("1, :"), (Function<NDArray, NDArray>) NDArray::duplicate));
        row("set(NDIndex, NDArray)", a -> of(new NDIndex("1, :"), a.array(3)));
        row("setScalar(NDIndex, Number)", a -> of(new NDIndex("1, 2"), a.number(2, 0.5)));
        row("split(long[])", new long[] {1});
        row("split(long[], int)", new long[] {1}, 0);
        row("split(long)", 2L);
        row("split(long, int)", 3L, 1);
        row("take(NDArray)", a -> of(a.indices(4)));
        row("take(NDManager, NDArray)", a -> of(a.manager(), a.indices(4)));
    }

    private static void spectra() {
        for (String name : List.of("fft", "ifft", "rfft", "irfft")) {
            row(name + "(long)", 3L);
            row(name + "(long, long)", 3L, 1L);
        }
        for (String name : List.of("fft2", "ifft2")) {
            row(name + "(long[])", new long[] {2, 3});
            row(name + "(long[], long[])", new long[] {2, 3}, new long[] {0, 1});
        }
        row("stft(long, long, boolean, NDArray, boolean)", a -> of(4L, 2L, true, a.manager().hanningWindow(4), true));
        row("stft(long, long, boolean, NDArray, boolean, boolean)",
                a -> of(4L, 2L, true, a.manager().hanningWindow(4), false, true));
    }

    private static void layers() {
        Shape two = new Shape(2, 2);
        Shape one = new Shape(1, 1);
        Shape zero = new Shape(0, 0);
        row("avgPool", two, two, zero, false, true);
        row("maxPool", two, two, zero, false);
        row("lpPool", 2f, two, two, zero, false);
        row("globalLpPool", 2f);
        row("batchNorm", a -> of(a.array(2, 3), a.filled(0, 3), a.filled(1, 3), a.array(3), a.array(3), 1, 0.9f, 1e-5f,
                true));
        row("layerNorm", a -> of(a.array(2, 3), new Shape(3), a.array(3), a.array(3), 1e-5f));
        row("convolution", a -> of(a.array(MAPS), a.array(2, 2, 3, 3), a.array(2), one, zero, one, 1));
        row("deconvolution", a -> of(a.array(MAPS), a.array(2, 2, 3, 3), a.array(2), one, zero, zero, one, 1));
        row("dropout", a -> of(a.array(2, 3), 0.5f, true));
        row("embedding", a -> of(a.indices(2, 2), a.array(4, 3), SparseFormat.DENSE));
        row("linear", a -> of(a.array(2, 3), a.array(4, 3), a.array(4)));
        row("prelu", a -> of(a.array(2, 3), a.array(1)));
    }

    private static void recurrent() {
        long[] state = {1, 1, 2};
        row("rnn", a -> of(a.array(2, 1, 2), a.array(state), weights(a, 2), false, 1, RNN.Activation.TANH, 0.0, false,
                false, false));
        row("gru", a -> of(a.array(2, 1, 2), a.array(state), weights(a, 6), false, 1, 0.0, false, false, false));
        row("lstm", a -> of(a.array(2, 1, 2), a.list(state, state), weights(a, 8), false, 1, 0.0, false, false, false));
    }

    /** Of one layer: for the input, and for the state. */
    private static NDList weights(MethodArguments a, long rows) {
        return a.list(new long[] {rows, 2}, new long[] {rows, 2});
    }

    private static void images() {
        row("crop", 0, 1, 2, 2);
        row("interpolation", new long[] {8, 8}, 1, false);
        row("resize", 2, 2, 1);
        row("normalize(float[], float[])", new float[] {0.5f, 0.4f, 0.3f}, new float[] {0.5f, 0.2f, 0.1f});
        row("multiBoxPrior", List.of(0.5f, 0.25f), List.of(1f, 2f), List.of(-1f, -1f), List.of(0.5f, 0.5f), false);
        long[] anchors = {1, 4, 4};
        long[] classes = {1, 2, 4};
        row("multiBoxTarget",
                a -> of(a.list(anchors, new long[] {1, 2, 5}, classes), 0.5f, -1f, -1f, 0.5f, 0));
        row("multiBoxDetection",
                a -> of(a.list(classes, new long[] {1, 16}, anchors), true, 0.01f, 0, 0.5f, false, -1));
    }

    /** Weight, gradient and states go in; the weight comes out. */
    private static Object[] step(MethodArguments a, int states, Object... rest) {
        NDList in = new NDList();
        for (int i = 0; i < 2 + states; i++) {
            in.add(a.array(2, 3));
        }
        Object[] all = new Object[2 + rest.length];
        all[0] = in;
        all[1] = new NDList(in.head());
        System.arraycopy(rest, 0, all, 2, rest.length);
        return all;
    }

    private static void optimizers() {
        row("adadeltaUpdate", a -> step(a, 2, 0f, 1f, 0f, 0.9f, 1e-6f));
        row("adagradUpdate", a -> step(a, 1, 0.1f, 0f, 1f, 0f, 1e-6f));
        row("adamUpdate", a -> step(a, 2, 0.1f, 0.1f, 0f, 1f, 0f, 0.9f, 0.99f, 1e-6f, false, false));
        row("nagUpdate", a -> step(a, 1, 0.1f, 0f, 1f, 0f, 0.9f));
        row("rmspropUpdate", a -> step(a, 1, 0.1f, 0f, 1f, 0f, 0.9f, 0.9f, 1e-6f, false));
        row("sgdUpdate", a -> step(a, 1, 0.1f, 0f, 1f, 0f, 0.9f, false));
    }

    private static void creation() {
        row("arange(float, float)", 0f, 6f);
        row("arange(float, float, float)", 0f, 3f, 0.5f);
        row("arange(float, float, float, DataType)", a -> of(0f, 3f, 0.5f, a.type()));
        row("arange(float, float, float, DataType, Device)", a -> of(0f, 3f, 0.5f, a.type(), Device.cpu()));
        row("arange(int, int)", 0, 6);
        row("arange(int, int, int)", 0, 6, 2);
        row("arange(int, int, int, DataType)", a -> of(0, 6, 2, a.type()));
        row("create(int[])", new int[] {1, 2});
        row("create(int[], Shape)", new int[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
        row("create(long[], Shape)", new long[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
        row("createCoo", a -> of(a.buffer(2), new long[][] {{0, 1}, {1, 2}}, new Shape(2, 3)));
        long[] pointers = {0, 1, 3};
        long[] columns = {0, 1, 2};
        row("createCSR(Buffer, long[], long[], Shape)", a -> of(a.buffer(3), pointers, columns, new Shape(2, 3)));
        row("createCSR(Buffer, long[], long[], Shape, Device)",
                a -> of(a.buffer(3), pointers, columns, new Shape(2, 3), Device.cpu()));
        row("createCSR(float[], long[], long[], Shape, Device)", new float[] {1, 2, 3}, pointers, columns,
                new Shape(2, 3), Device.cpu());
        row("createRowSparse(Buffer, Shape, long[], Shape)",
                a -> of(a.buffer(3), new Shape(1, 3), new long[] {1}, new Shape(2, 3)));
        row("createRowSparse(Buffer, Shape, long[], Shape, Device)",
                a -> of(a.buffer(3), new Shape(1, 3), new long[] {1}, new Shape(2, 3), Device.cpu()));
        row("decode(byte[])", a -> of((Object) a.self().encode()));
        row("decode(InputStream)", a -> of(new ByteArrayInputStream(a.self().encode())));
        row("eye(int)", 3);
        row("eye(int, int)", 2, 3);
        row("eye(int, int, int)", 2, 3, 1);
        row("eye(int, int, int, DataType)", a -> of(2, 3, 1, a.type()));
        row("eye(int, int, int, DataType, Device)", a -> of(2, 3, 1, a.type(), Device.cpu()));
        row("hanningWindow", 4L);
        row("linspace(float, float, int)", 0f, 1f, 5);
        row("linspace(float, float, int, boolean)", 0f, 1f, 5, false);
        row("linspace(float, float, int, boolean, Device)", 0f, 1f, 5, true, Device.cpu());
        row("linspace(int, int, int)", 0, 8, 5);
        row("linspace(int, int, int, boolean)", 0, 8, 5, false);
        row("randomInteger", a -> of(0L, 10L, new Shape(2, 3), a.type()));
        row("randomMultinomial(int, NDArray)", a -> of(5, a.filled(0.25, 4)));
        row("randomMultinomial(int, NDArray, Shape)", a -> of(5, a.filled(0.25, 4), new Shape(2)));
        row("randomUniform(float, float, Shape)", 0f, 1f, new Shape(2, 3));
        row("randomUniform(float, float, Shape, DataType)", a -> of(0f, 1f, new Shape(2, 3), a.type()));
        row("randomUniform(float, float, Shape, DataType, Device)",
                a -> of(0f, 1f, new Shape(2, 3), a.type(), Device.cpu()));
    }

    private static void management() {
        row("invoke(String, NDList, PairList)", a -> of("add", a.list(new long[] {2, 3}, new long[] {2, 3}),
                new PairList<String, Object>()));
        row("invoke(String, NDArray[], NDArray[], PairList)",
                a -> of("add", new NDArray[] {a.array(2, 3), a.array(2, 3)}, new NDArray[] {a.array(2, 3)},
                        new PairList<String, Object>()));
        row("load(Path)", a -> of(file(a)));
        row("load(Path, Device)", a -> of(file(a), Device.cpu()));
        row("toStringArray(Charset)", StandardCharsets.UTF_8);
    }

    private static Path file(MethodArguments a) {
        try {
            Path file = Files.createTempFile("wengert", ".ndlist");
            file.toFile().deleteOnExit();
            try (OutputStream out = Files.newOutputStream(file)) {
                new NDList(a.self()).encode(out);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void indexer() {
        Shape matrix = new Shape(2, 3);
        row("get(NDArray, NDIndex)", a -> of(a.self(), new NDIndex("1, 0:2")));
        row("get(NDArray, NDIndexFullPick)", a -> of(a.self(), NDIndexFullPick
                .fromIndex(new NDIndex().addAllDim().addPickDim(a.indices(2, 1)), matrix).orElseThrow()));
        row("get(NDArray, NDIndexFullSlice)", a -> of(a.self(), slice(matrix)));
        row("get(NDArray, NDIndexFullTake)", a -> of(a.self(),
                NDIndexFullTake.fromIndex(new NDIndex("{}", a.indices(2)), matrix).orElseThrow()));
        row("set(NDArray, NDIndex, Object)", a -> of(a.self(), new NDIndex("1, :"), a.array(3)));
        row("set(NDArray, NDIndexBooleans, NDArray)", a -> of(a.self(), new NDIndexBooleans(a.mask(2, 3)), a.array(3)));
        row("set(NDArray, NDIndexFullSlice, NDArray)", a -> of(a.self(), slice(matrix), a.array(2)));
        row("set(NDArray, NDIndexFullSlice, Number)", a -> of(a.self(), slice(matrix), a.number(2, 0.5)));
        row("setScalar(NDArray, NDIndex, Number)", a -> of(a.self(), new NDIndex("1, 2"), a.number(2, 0.5)));
    }

    private static NDIndexFullSlice slice(Shape shape) {
        return NDIndexFullSlice.fromIndex(new NDIndex("1, 0:2"), shape).orElseThrow();
    }
}
