package io.wengert.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;

/** The engine-internal side of an array: what DJL's layers, optimizers and image transforms call. */
record WgNDArrayEx(WgNDArray array) implements ActivationMethods, ConvolutionMethods, PoolingMethods, OptimizerMethods,
        NetworkMethods, RecurrentMethods, ImageMethods, CombinationMethods {

    @Override
    public WgNDArray getArray() { return array; }

    @Override
    public NDArrayIndexer getIndexer(NDManager manager) { return new WgNDArrayIndexer(array, manager); }
}
