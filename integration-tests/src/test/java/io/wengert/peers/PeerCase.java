package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Random;

/**
 * One way to call a method that engines ought to agree on.
 *
 * @param types dtypes of the inputs that draw leaves open
 * @param tolerance of float32, relative to results above 1
 */
record PeerCase(String name, List<DataType> types, Draw draw, Call call, double tolerance) {

    /** Inputs for a dtype under test. */
    interface Draw {
        Drawn[] of(Random random, DataType type);
    }

    /** What is called. */
    interface Call {
        NDList of(NDArray... x);
    }
}
