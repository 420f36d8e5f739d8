package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.wengert.op.Windows;

/** Pooling over windows of arrays (batch, channel, ..), and over whole channels, to (batch, channel). */
interface PoolingMethods extends TensorArrayEx {

    @Override
    default NDArray maxPool(Shape kernel, Shape stride, Shape padding, boolean ceilMode) {
        return give(Windows.maxPool(tensor(), DTypes.numbers(kernel), DTypes.numbers(stride), DTypes.numbers(padding), ceilMode));
    }

    @Override
    default NDArray globalMaxPool() { return give(Windows.globalMaxPool(tensor())); }

    @Override
    default NDArray avgPool(Shape kernel, Shape stride, Shape padding, boolean ceilMode, boolean countIncludePad) {
        return give(Windows.meanPool(tensor(), DTypes.numbers(kernel), DTypes.numbers(stride), DTypes.numbers(padding), ceilMode,
                countIncludePad));
    }

    @Override
    default NDArray globalAvgPool() { return give(Windows.globalMeanPool(tensor())); }

    @Override
    default NDArray lpPool(float normType, Shape kernel, Shape stride, Shape padding, boolean ceilMode) {
        return give(Windows.normPool(tensor(), normType, DTypes.numbers(kernel), DTypes.numbers(stride), DTypes.numbers(padding),
                ceilMode));
    }

    @Override
    default NDArray globalLpPool(float normType) { return give(Windows.globalNormPool(tensor(), normType)); }
}
