package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.recurrent.RNN;

/** Recurrent layers. */
interface RecurrentMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDList rnn(NDArray a, NDArray b, NDList c, boolean d, int e, RNN.Activation f, double g, boolean h, boolean i, boolean j) { throw TensorArray.missing("rnn"); }
    @Override default NDList gru(NDArray a, NDArray b, NDList c, boolean d, int e, double f, boolean g, boolean h, boolean i) { throw TensorArray.missing("gru"); }
    @Override default NDList lstm(NDArray a, NDList b, NDList c, boolean d, int e, double f, boolean g, boolean h, boolean i) { throw TensorArray.missing("lstm"); }
    // @formatter:on
}
