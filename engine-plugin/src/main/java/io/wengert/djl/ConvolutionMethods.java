package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.wengert.op.Windows;
import io.wengert.tensor.Tensor;

/** Convolution and its transpose. */
interface ConvolutionMethods extends TensorArrayEx {

    @Override
    default NDList convolution(NDArray input, NDArray weight, NDArray bias, Shape stride, Shape padding, Shape dilation,
            int groups) {
        Tensor b = bias == null ? null : operand(bias);
        return new NDList(give(Windows.convolution(operand(input), operand(weight), b, DTypes.numbers(stride),
                DTypes.numbers(padding), DTypes.numbers(dilation), groups)));
    }

    /**
     * The weight has DJL's layout: (filter, channel / groups, kernel..), also where there are not as many filters as
     * channels.
     */
    @Override
    default NDList deconvolution(NDArray input, NDArray weight, NDArray bias, Shape stride, Shape padding,
            Shape outPadding, Shape dilation, int groups) {
        Tensor b = bias == null ? null : operand(bias);
        return new NDList(give(Windows.deconvolution(operand(input), operand(weight), b, DTypes.numbers(stride),
                DTypes.numbers(padding), DTypes.numbers(outPadding), DTypes.numbers(dilation), groups)));
    }
}
