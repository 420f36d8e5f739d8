package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.recurrent.RNN;
import io.wengert.kernel.Distribution;
import io.wengert.op.Networks;
import io.wengert.op.Op;
import io.wengert.op.Recurrence;
import io.wengert.op.Recurrent;
import io.wengert.op.Recurrent.Network;
import io.wengert.op.Required;
import io.wengert.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Recurrent layers: each gives the last layer's output at all times, and the last state of each kind. */
interface RecurrentMethods extends TensorArrayEx {

    @Override
    default NDList rnn(NDArray input, NDArray state, NDList params, boolean hasBiases, int numLayers, RNN.Activation activation,
            double dropRate, boolean training, boolean bidirectional, boolean batchFirst) {
        Recurrence layer = activation == RNN.Activation.RELU ? Recurrent.RNN_RELU : Recurrent.RNN_TANH;
        return run(layer, new Network(hasBiases, numLayers, bidirectional, batchFirst), input, new NDList(state), params, dropRate,
                training);
    }

    @Override
    default NDList gru(NDArray input, NDArray state, NDList params, boolean hasBiases, int numLayers, double dropRate,
            boolean training, boolean bidirectional, boolean batchFirst) {
        return run(Recurrent.GRU, new Network(hasBiases, numLayers, bidirectional, batchFirst), input, new NDList(state), params,
                dropRate, training);
    }

    @Override
    default NDList lstm(NDArray input, NDList states, NDList params, boolean hasBiases, int numLayers, double dropRate,
            boolean training, boolean bidirectional, boolean batchFirst) {
        return run(Recurrent.LSTM, new Network(hasBiases, numLayers, bidirectional, batchFirst), input, states, params, dropRate,
                training);
    }

    private NDList run(Recurrence layer, Network network, NDArray input, NDList states, NDList params, double rate,
            boolean training) {
        Tensor x = operand(input);
        if (!(rate >= 0 && rate <= 1)) {
            throw Op.wrong(layer.name(), "the drop rate must be between 0 and 1, not " + rate, x);
        }
        UnaryOperator<Tensor> dropout = training && rate > 0 ? t -> dropped(t, rate) : t -> t;
        return array().give(Recurrent.run(layer, network, x, operands(states), operands(params), dropout));
    }

    private Tensor[] operands(NDList list) { return Required.of(list, "arrays").stream().map(this::operand).toArray(Tensor[]::new); }

    private Tensor dropped(Tensor x, double rate) {
        try (Tensor mask = Tensor.empty(x.backend(), x.dtype(), x.shape())) {
            array().manager().engine().random().fill(mask, Distribution.BERNOULLI, 1.0 - rate, 0);
            return Networks.dropout(x, mask, rate);
        }
    }
}
