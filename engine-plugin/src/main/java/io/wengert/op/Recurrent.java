package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Recurrent networks of several layers, in one or both directions. */
public final class Recurrent {

    /** All places of the axis of the attribute, as views without that axis. */
    public static final Primitive<Integer> UNSTACK = Primitive.ops("unstack", Recurrent::unstacked).takes(1)
            .vjpAll(Recurrent::stacked);

    /** {@code h' = relu(W x + b + U h + d)}. */
    public static final Recurrence RNN_RELU = Catalogue.add(new Recurrence("rnn_relu", RecurrentCell.RELU));
    /** {@code h' = tanh(W x + b + U h + d)}. */
    public static final Recurrence RNN_TANH = Catalogue.add(new Recurrence("rnn_tanh", RecurrentCell.TANH));
    /** Gated recurrent unit. */
    public static final Recurrence GRU = Catalogue.add(new Recurrence("gru", RecurrentCell.GRU));
    /** Long short-term memory. */
    public static final Recurrence LSTM = Catalogue.add(new Recurrence("lstm", RecurrentCell.LSTM));

    /** How a network is built from layers. */
    public record Network(boolean biases, int layers, boolean bidirectional, boolean batchFirst) {

        int directions() { return bidirectional ? 2 : 1; }

        /** Parameters of one layer. */
        int parameters() { return directions() * (biases ? 4 : 2); }
    }

    private Recurrent() {}

    /**
     * Runs a network.
     *
     * @param x (time, batch, features), or (batch, time, features) if the network takes the batch first
     * @param states the first states, each (layers x directions, batch, units): h, and c of an LSTM
     * @param parameters by layer; in a layer weights, then biases; of each, by direction, that of the input (gates x units,
     *     features) and that of the state (gates x units, units)
     * @param dropout what is done to the output of each layer but the last
     * @return the last layer's h at all times (as x, but with directions x units features), and the last states like the first
     * @throws IllegalArgumentException if shapes do not fit
     */
    public static Tensor[] run(Recurrence layer, Network network, Tensor x, Tensor[] states, Tensor[] parameters,
            UnaryOperator<Tensor> dropout) {
        check(layer, network, x, states, parameters);
        DType type = type(x, parameters);
        try (Scope scope = Scope.open()) {
            Tensor[] p = cast(type, parameters);
            Tensor[][] first = new Tensor[states.length][];
            Arrays.setAll(first, i -> UNSTACK.all(0, cast(type, states[i])[0]));
            int directions = network.directions();
            Tensor[][] last = new Tensor[states.length][network.layers() * directions];
            Tensor y = cast(type, x)[0];
            for (int i = 0; i < network.layers(); i++) {
                Tensor input = i == 0 ? y : dropout.apply(y);
                Tensor[] h = new Tensor[directions];
                for (int d = 0; d < directions; d++) {
                    int k = i * directions + d;
                    Tensor[] start = new Tensor[states.length];
                    Arrays.setAll(start, s -> first[s][k]);
                    Recurrence.Time time = new Recurrence.Time(network.batchFirst() ? 1 : 0, d == 1);
                    Tensor[] out = layer(layer, network, time, input, start, p, i * network.parameters() + 2 * d);
                    h[d] = out[0];
                    for (int s = 0; s < states.length; s++) {
                        last[s][k] = last(out[s], time);
                    }
                }
                y = directions == 1 ? h[0] : ShapeOps.CONCAT.with(2, h);
            }
            Tensor[] r = new Tensor[1 + states.length];
            r[0] = scope.keep(y);
            for (int s = 0; s < states.length; s++) {
                r[1 + s] = scope.keep(ShapeOps.stack(0, last[s]));
            }
            return r;
        }
    }

    /** One layer in one direction; its weights are parameters number {@code at} and the next. */
    private static Tensor[] layer(Recurrence layer, Network network, Recurrence.Time time, Tensor x, Tensor[] start, Tensor[] p,
            int at) {
        int bias = at + 2 * network.directions();
        Tensor weight = p[at + 1];
        Tensor gates;
        if (!network.biases()) {
            gates = Networks.LINEAR.on(x, p[at]);
        } else {
            gates = Networks.LINEAR.on(x, p[at], layer.takesBias() ? p[bias] : Arithmetic.ADD.on(p[bias], p[bias + 1]));
        }
        Tensor[] in = Arrays.copyOf(new Tensor[] {gates, weight}, 2 + start.length + (layer.takesBias() ? 1 : 0));
        System.arraycopy(start, 0, in, 2, start.length);
        if (layer.takesBias()) {
            in[in.length - 1] = network.biases() ? p[bias + 1] : ShapeOps.zeros(weight, weight.size(0));
        }
        return layer.all(time, in);
    }

    private static Tensor last(Tensor all, Recurrence.Time time) {
        int axis = time.axis();
        long at = time.backwards() ? 0 : all.size(axis) - 1;
        return ShapeOps.squeeze(ShapeOps.SLICE.with(ShapeOps.Region.along(all.shape(), axis, at, 1), all), axis);
    }

    private static void check(Recurrence layer, Network network, Tensor x, Tensor[] states, Tensor... parameters) {
        String name = layer.name();
        if (network.layers() < 1 || parameters.length != network.layers() * network.parameters()) {
            throw Op.wrong(name, network.layers() + " layers take " + network.layers() * network.parameters()
                    + " parameters, not " + parameters.length, x);
        }
        if (x.rank() != 3) {
            throw Op.wrong(name, "takes an input of three axes, time, batch and features", x);
        }
        Tensor weight = parameters[1];
        if (weight.rank() != 2 || weight.size(0) != layer.gates() * weight.size(1)) {
            throw Op.wrong(name, "the state's weight must have the shape (" + layer.gates() + " units, units)", x, weight);
        }
        long[] shape = {(long) network.layers() * network.directions(), x.size(network.batchFirst() ? 0 : 1), weight.size(1)};
        if (states.length != layer.states()) {
            throw Op.wrong(name, "takes " + layer.states() + " states, not " + states.length, x);
        }
        for (Tensor s : states) {
            if (!s.layout().hasShape(shape)) {
                throw Op.wrong(name, "a state must have the shape " + Layout.text(shape), x, s);
            }
        }
    }

    /** The floating dtype that all are brought to: DJL's blocks make states of float32 whatever the input is. */
    private static DType type(Tensor x, Tensor... parameters) {
        DType type = x.dtype();
        for (Tensor t : parameters) {
            type = DType.promote(type, t.dtype());
        }
        return type.isReal() ? type.floating() : type;
    }

    private static Tensor[] cast(DType type, Tensor... x) {
        Tensor[] r = x.clone();
        for (int i = 0; i < r.length; i++) {
            r[i] = r[i].dtype() == type ? r[i] : Conversions.CAST.with(type, r[i]);
        }
        return r;
    }

    private static Tensor[] unstacked(Call<Integer> c) {
        int rank = c.layout(0).rank();
        if (c.attribute() < -rank || c.attribute() >= rank) {
            throw new IndexOutOfBoundsException("unstack: axis " + c.attribute() + " of an array with " + rank + " dimensions");
        }
        int axis = c.layout(0).axis(c.attribute());
        Tensor[] r = new Tensor[(int) c.layout(0).size(axis)];
        Arrays.setAll(r, i -> c.in(0).view(c.layout(0).select(axis, i)));
        return r;
    }

    private static Tensor[] stacked(Call<Integer> c, Tensor... g) {
        Tensor some = Arrays.stream(g).filter(t -> t != null).findFirst().orElseThrow();
        Tensor zeros = Arrays.asList(g).contains(null) ? ShapeOps.zeros(some, some.shape()) : null;
        Tensor[] all = Arrays.stream(g).map(t -> t == null ? zeros : t).toArray(Tensor[]::new);
        return new Tensor[] {ShapeOps.stack(c.layout(0).axis(c.attribute()), all)};
    }
}
