package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;

/** Layers of neural networks. */
interface NetworkMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDList convolution(NDArray a, NDArray b, NDArray c, Shape d, Shape e, Shape f, int g) { throw TensorArray.missing("convolution"); }
    @Override default NDList deconvolution(NDArray a, NDArray b, NDArray c, Shape d, Shape e, Shape f, Shape g, int h) { throw TensorArray.missing("deconvolution"); }
    @Override default NDList linear(NDArray a, NDArray b, NDArray c) { throw TensorArray.missing("linear"); }
    @Override default NDList embedding(NDArray a, NDArray b, SparseFormat c) { throw TensorArray.missing("embedding"); }
    @Override default NDList dropout(NDArray a, float b, boolean c) { throw TensorArray.missing("dropout"); }
    @Override default NDList layerNorm(NDArray a, Shape b, NDArray c, NDArray d, float e) { throw TensorArray.missing("layerNorm"); }
    @Override default NDList batchNorm(NDArray a, NDArray b, NDArray c, NDArray d, NDArray e, int f, float g, float h, boolean i) { throw TensorArray.missing("batchNorm"); }
    // @formatter:on
}
