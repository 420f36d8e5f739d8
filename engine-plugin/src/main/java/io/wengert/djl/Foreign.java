package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.op.Required;
import io.wengert.tensor.Tensor;
import java.nio.ByteBuffer;

/** Brings arrays of other engines over. */
final class Foreign {

    private Foreign() {}

    /**
     * A tensor with the value of an array of any engine; a copy if it is not ours.
     *
     * @throws IllegalArgumentException naming the method that was called, if the array is null
     */
    static Tensor tensor(NDArray array, Backend backend) {
        if (array instanceof WgNDArray own) {
            return own.tensor();
        }
        DType dtype = DTypes.of(Required.of(array, "an array").getDataType());
        long[] shape = DTypes.extents(array.getShape());
        if (array.getDataType() == DataType.STRING) {
            return Tensor.of(backend, dtype, array.toStringArray(), shape);
        }
        ByteBuffer bytes = array.toByteBuffer();
        return Tensor.of(backend, dtype, HostArrays.array(bytes, dtype, (int) array.getShape().size()), shape);
    }
}
