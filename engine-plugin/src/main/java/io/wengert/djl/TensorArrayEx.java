package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.internal.NDArrayEx;
import io.wengert.tensor.Tensor;

/** What the families of engine-internal array methods build on. */
interface TensorArrayEx extends NDArrayEx {

    /** The array that this is the inner side of. */
    WgNDArray array();

    default Tensor tensor() { return array().tensor(); }

    default WgNDArray give(Tensor t) { return array().give(t); }

    default Tensor operand(NDArray other) { return array().operand(other); }
}
