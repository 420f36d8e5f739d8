package io.wengert.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.wengert.kernel.DType;
import io.wengert.op.Conversions;
import io.wengert.tensor.Tensor;

/** Changes of the floating dtype of parameters, in their place. */
final class ParameterCast {

    private ParameterCast() {}

    /**
     * Brings a parameter to another dtype, if it is a floating one.
     *
     * @throws IllegalArgumentException if the dtype asked for is not floating
     */
    static void cast(Parameter p, DataType type) {
        if (p.isInitialized()) {
            cast(WgNDArray.own(p.getArray(), "cast"), type);
        }
    }

    static void cast(WgNDArray array, DataType type) {
        DType to = DTypes.of(type);
        if (!to.isFloating()) {
            throw new IllegalArgumentException("cast: parameters learn and take part in sums of products; they are floating, not " + type);
        }
        Tensor x = array.tensor();
        if (x.dtype().isFloating() && x.dtype() != to) {
            boolean learns = array.hasGradient();
            try (Tensor value = x.view(x.layout())) {
                array.cell().put(Conversions.CAST.with(to, value));
            }
            array.setRequiresGradient(learns);
        }
    }
}
