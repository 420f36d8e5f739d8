package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.op.LinearAlgebra;
import io.wengert.op.LinearAlgebra.Diagonal;

/** Products of vectors and matrices, diagonals, inverses. */
interface LinearAlgebraMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray dot(NDArray other) { return give(LinearAlgebra.dot(tensor(), operand(other))); }
    @Override default NDArray matMul(NDArray other) { return give(LinearAlgebra.matmul(tensor(), operand(other))); }
    @Override default NDArray batchDot(NDArray other) { return batchMatMul(other); }
    @Override default NDArray inverse() { return on(LinearAlgebra.INVERSE); }
    @Override default NDArray diagonal() { return diagonal(0); }
    @Override default NDArray diagonal(int offset) { return diagonal(offset, 0, 1); }
    // @formatter:on

    @Override
    default NDArray batchMatMul(NDArray other) { return give(LinearAlgebra.batchMatmul(tensor(), operand(other))); }

    @Override
    default NDArray diagonal(int offset, int axis1, int axis2) {
        return with(new Diagonal(offset, axis1, axis2), LinearAlgebra.DIAGONAL);
    }

    @Override
    default NDArray trace(int offset, int axis1, int axis2) {
        return give(LinearAlgebra.trace(tensor(), new Diagonal(offset, axis1, axis2)));
    }
}
