package io.wengert.djl;

import ai.djl.nn.Parameter;
import io.wengert.kernel.DType;
import io.wengert.op.Arithmetic;
import io.wengert.op.Axes;
import io.wengert.op.Conversions;
import io.wengert.op.Elementary;
import io.wengert.op.Reductions;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * A weight as integers from -127 to 127 with one scale for each place of its first axis: symmetric quantization by output
 * channel. No element is off by more than half a scale, 1/254 of the largest of its channel.
 */
record WeightQuantization(Parameter integers, Parameter scale) {

    private static final double STEPS = 127;
    /** For channels of zeros. */
    private static final double LEAST = 1e-30;

    /** Whether a parameter is a matrix or more, in float32: vectors are small and stay as they are. */
    static boolean applies(Parameter p) {
        return p.getType() == Parameter.Type.WEIGHT && p.getShape().dimension() > 1
                && WgNDArray.own(p.getArray(), "quantize").tensor().dtype() == DType.FLOAT32;
    }

    static WeightQuantization of(Parameter p) {
        WgNDArray array = WgNDArray.own(p.getArray(), "quantize");
        WgNDManager manager = array.manager().engine().system();
        try (Scope scope = Scope.open()) {
            Tensor w = array.tensor().view(array.tensor().layout());
            Axes others = new Axes(true, IntStream.range(1, w.rank()).toArray());
            Tensor largest = Reductions.MAX.with(others, Elementary.ABS.on(w));
            Tensor step = Arithmetic.MAXIMUM_NUMBER.with(Arithmetic.MUL_NUMBER.with(largest, 1 / STEPS), LEAST);
            Tensor rounded = Elementary.ROUND.on(Arithmetic.DIV.on(w, step));
            return new WeightQuantization(parameter(p.getName(), manager.give(scope.keep(Conversions.CAST.with(DType.INT8, rounded)))),
                    parameter("scale", manager.give(scope.keep(step))));
        }
    }

    private static Parameter parameter(String name, WgNDArray array) {
        Parameter p = Parameter.builder().setName(name).setType(Parameter.Type.OTHER).optRequiresGrad(false).build();
        p.setArray(array);
        return p;
    }
}
