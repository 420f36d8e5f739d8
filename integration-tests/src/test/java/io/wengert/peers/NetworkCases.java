package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.recurrent.RNN;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

/** Layers, pooling, images and optimizers. */
final class NetworkCases extends PeerCases {

    private static final Shape TWO = new Shape(2, 2);
    private static final Shape ONE = new Shape(1, 1);
    private static final Shape ZERO = new Shape(0, 0);

    NetworkCases() {
        layers();
        pools();
        recurrent(false);
        recurrent(true);
        images();
        optimizers();
    }

    private void ex(String name, PeerCase.Draw draw, Function<NDArrayEx, NDArray> f) {
        one(name, FLOATS, draw, x -> f.apply(x.getNDArrayInternal()));
    }

    private void layers() {
        list("linear", FLOATS, of(s(2, 5, 3), s(4, 3), s(4)), x -> ex(x).linear(x[0], x[1], x[2]));
        list("linear without bias", FLOATS, of(s(2, 3), s(4, 3)), x -> ex(x).linear(x[0], x[1], null));
        list("embedding", FLOATS, indexed(5, s(2, 3), s(5, 4)), x -> ex(x).embedding(x[1], x[0], SparseFormat.DENSE));
        list("prelu", FLOATS, of(s(2, 3, 2), s(1)), x -> ex(x).prelu(x[0], x[1]));
        list("dropout in prediction", FLOATS, of(s(2, 3)), x -> ex(x).dropout(x[0], 0.5f, false));
        list("layerNorm", FLOATS, of(s(2, 3, 4), s(4), s(4)),
                x -> ex(x).layerNorm(x[0], new Shape(4), x[1], x[2], 1e-5f));
        list("layerNorm over two axes", FLOATS, of(s(2, 3, 4), s(3, 4), s(3, 4)),
                x -> ex(x).layerNorm(x[0], new Shape(3, 4), x[1], x[2], 1e-3f));
        list("batchNorm in training", FLOATS, of(s(4, 3, 2, 2), s(3), s(3)),
                x -> new NDList(ex(x).batchNorm(x[0], x[1].zerosLike(), x[1].onesLike(), x[1], x[2], 1, 0.9f, 1e-3f, true).head()));
        list("batchNorm in prediction", FLOATS, (r, t) -> new Drawn[] {draw(r, t, -2, 2, 2, 3, 2, 2), draw(r, t, -1, 1, 3),
            draw(r, t, 0.5, 2, 3), draw(r, t, -1, 1, 3), draw(r, t, -1, 1, 3)},
                x -> ex(x).batchNorm(x[0], x[1], x[2], x[3], x[4], 1, 0.9f, 1e-5f, false));
        convolution("convolution 1d", new Shape(1), new Shape(1), new Shape(1), 1, s(2, 3, 7), s(4, 3, 3), s(4));
        convolution("convolution 2d", ONE, ONE, ONE, 1, s(2, 3, 6, 5), s(4, 3, 3, 3), s(4));
        convolution("convolution strided", TWO, new Shape(1, 0), ONE, 1, s(2, 3, 7, 6), s(4, 3, 3, 2), s(4));
        convolution("convolution dilated", ONE, ONE, TWO, 1, s(2, 3, 7, 7), s(4, 3, 3, 3), s(4));
        convolution("convolution in groups", ONE, ONE, ONE, 2, s(2, 4, 5, 5), s(6, 2, 3, 3), s(6));
        convolution("convolution 3d", new Shape(1, 1, 1), new Shape(0, 1, 0), new Shape(1, 1, 1), 1, s(1, 2, 4, 4, 4),
                s(3, 2, 2, 3, 2), s(3));
        list("deconvolution", FLOATS, of(s(2, 3, 4, 4), s(3, 3, 3, 3), s(3)),
                x -> ex(x).deconvolution(x[0], x[1], x[2], TWO, ONE, ZERO, ONE, 1));
    }

    private void convolution(String name, Shape stride, Shape padding, Shape dilation, int groups, long[]... shapes) {
        list(name, FLOATS, of(shapes), x -> ex(x).convolution(x[0], x[1], x[2], stride, padding, dilation, groups));
    }

    private void pools() {
        PeerCase.Draw image = of(s(2, 3, 6, 5));
        ex("maxPool", image, x -> x.maxPool(TWO, TWO, ZERO, false));
        ex("maxPool ceil", image, x -> x.maxPool(TWO, TWO, ZERO, true));
        ex("maxPool padded", image, x -> x.maxPool(new Shape(3, 3), TWO, ONE, false));
        ex("maxPool 1d", of(s(2, 3, 7)), x -> x.maxPool(new Shape(3), new Shape(2), new Shape(1), false));
        ex("avgPool", image, x -> x.avgPool(TWO, TWO, ZERO, false, true));
        ex("avgPool padded, counted", image, x -> x.avgPool(new Shape(3, 3), TWO, ONE, false, true));
        ex("avgPool padded, not counted", image, x -> x.avgPool(new Shape(3, 3), TWO, ONE, false, false));
        ex("avgPool ceil", image, x -> x.avgPool(TWO, TWO, ZERO, true, false));
        ex("lpPool", (r, t) -> new Drawn[] {draw(r, t, 0.1, 2, 2, 3, 6, 4)}, x -> x.lpPool(2, TWO, TWO, ZERO, false));
        ex("maxPool 3d", of(s(1, 2, 4, 5, 3)), x -> x.maxPool(new Shape(2, 2, 2), new Shape(2, 1, 1), new Shape(0, 1, 0), false));
        ex("avgPool 1d", of(s(2, 3, 7)), x -> x.avgPool(new Shape(3), new Shape(2), new Shape(1), false, true));
        ex("avgPool 3d", of(s(1, 2, 4, 5, 3)), x -> x.avgPool(new Shape(2, 2, 2), new Shape(2, 1, 1), new Shape(0, 0, 0), false, true));
        ex("globalMaxPool", image, NDArrayEx::globalMaxPool);
        ex("globalAvgPool", image, NDArrayEx::globalAvgPool);
        ex("globalLpPool", (r, t) -> new Drawn[] {draw(r, t, 0.1, 2, 2, 3, 4, 4)}, x -> x.globalLpPool(2));
    }

    /** MXNet predicts with one value of {@code training} and records with the other. */
    private void recurrent(boolean training) {
        String in = training ? " in training" : "";
        for (boolean batchFirst : new boolean[] {true, false}) {
            String order = in + (batchFirst ? ", batch first" : "");
            long[] x = batchFirst ? s(2, 4, 5) : s(4, 2, 5);
            for (RNN.Activation a : RNN.Activation.values()) {
                list("rnn " + a + order, FLOATS, of(x, s(1, 2, 3), s(3, 5), s(3, 3), s(3), s(3)),
                        v -> ex(v).rnn(v[0], v[1], from(2, v), true, 1, a, 0, training, false, batchFirst));
            }
            list("gru" + order, FLOATS, of(x, s(1, 2, 3), s(9, 5), s(9, 3), s(9), s(9)),
                    v -> ex(v).gru(v[0], v[1], from(2, v), true, 1, 0, training, false, batchFirst));
            list("lstm" + order, FLOATS, of(x, s(1, 2, 3), s(1, 2, 3), s(12, 5), s(12, 3), s(12), s(12)),
                    v -> ex(v).lstm(v[0], new NDList(v[1], v[2]), from(3, v), true, 1, 0, training, false, batchFirst));
        }
        long[] x = s(2, 4, 5);
        long[] state = s(2, 2, 3);
        list("gru of two layers" + in, FLOATS, of(x, state, s(9, 5), s(9, 3), s(9), s(9), s(9, 3), s(9, 3), s(9), s(9)),
                v -> ex(v).gru(v[0], v[1], from(2, v), true, 2, 0, training, false, true));
        list("lstm both ways" + in, FLOATS, of(x, state, state, s(12, 5), s(12, 3), s(12, 5), s(12, 3)),
                v -> ex(v).lstm(v[0], new NDList(v[1], v[2]), from(3, v), false, 1, 0, training, true, true));
        list("gru both ways" + in, FLOATS, of(x, state, s(9, 5), s(9, 3), s(9, 5), s(9, 3), s(9), s(9), s(9), s(9)),
                v -> ex(v).gru(v[0], v[1], from(2, v), true, 1, 0, training, true, true));
        list("gru both ways, two layers, without biases" + in, FLOATS, of(x, s(4, 2, 3), s(9, 5), s(9, 3), s(9, 5), s(9, 3), s(9, 6),
                s(9, 3), s(9, 6), s(9, 3)), v -> ex(v).gru(v[0], v[1], from(2, v), false, 2, 0, training, true, true));
    }

    private void images() {
        PeerCase.Draw image = (r, t) -> new Drawn[] {draw(r, DataType.UINT8, 0, 127, 6, 5, 3)};
        ex("toTensor", image, NDArrayEx::toTensor);
        ex("crop", image, x -> x.crop(1, 2, 3, 4));
        ex("normalize image", of(s(3, 4, 5)), x -> x.normalize(new float[] {0.1f, 0.2f, 0.3f}, new float[] {0.5f, 0.6f, 0.7f}));
        ex("resize nearest", (r, t) -> new Drawn[] {draw(r, t, 0, 255, 6, 4, 3)}, x -> x.resize(8, 12, 0));
        ex("resize bilinear", (r, t) -> new Drawn[] {draw(r, t, 0, 255, 6, 4, 3)}, x -> x.resize(8, 12, 1));
    }

    private void optimizers() {
        update("sgdUpdate", 0, x -> ex(x).sgdUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.01f, 0.5f, -1, 0, true));
        update("sgdUpdate, clipped", 0, x -> ex(x).sgdUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.01f, 0.5f, 0.3f, 0, true));
        update("sgdUpdate with momentum", 1,
                x -> ex(x).sgdUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.01f, 0.5f, -1, 0.9f, true));
        update("adamUpdate", 2, x -> ex(x).adamUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.1f, 0.01f, 0.5f, -1, 0.9f, 0.99f,
                1e-8f, true, false));
        update("adamUpdate, decoupled decay", 2, x -> ex(x).adamUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.1f, 0.01f, 0.5f, -1,
                0.9f, 0.99f, 1e-8f, true, true));
        update("rmspropUpdate", 1, x -> ex(x).rmspropUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.01f, 0.5f, -1, 0.9f, 0.9f,
                1e-6f, false));
        update("rmspropUpdate, centered", 3, x -> ex(x).rmspropUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.01f, 0.5f, -1, 0.9f,
                0.9f, 1e-6f, true));
        update("nagUpdate", 1, x -> ex(x).nagUpdate(new NDList(x), new NDList(x[0]), 0.1f, 0.01f, 0.5f, -1, 0.9f));
    }

    /** The weight after two steps from states of zero, whose meaning is each engine's own. */
    private void update(String name, int states, Consumer<NDArray[]> step) {
        PeerCase.Draw draw = (r, type) -> {
            Drawn[] d = of(s(3, 2), s(3, 2), s(3, 2)).of(r, type);
            Drawn[] all = Arrays.copyOf(d, d.length + states);
            Arrays.fill(all, d.length, all.length, draw(r, type, 0, 0, 3, 2));
            return all;
        };
        list(name, FLOATS, draw, x -> {
            for (int i = 1; i < 3; i++) {
                NDArray[] in = new NDArray[2 + states];
                in[0] = x[0];
                in[1] = x[i];
                System.arraycopy(x, 3, in, 2, states);
                step.accept(in);
            }
            return new NDList(x[0]);
        });
    }

    private static NDArrayEx ex(NDArray... x) { return x[0].getNDArrayInternal(); }

    private static NDList from(int i, NDArray... x) { return new NDList(Arrays.copyOfRange(x, i, x.length)); }
}
