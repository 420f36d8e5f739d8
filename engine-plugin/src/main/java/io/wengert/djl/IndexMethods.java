package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.wengert.op.IndexMasks;
import io.wengert.op.IndexOps;

/** Parts of arrays by index arrays and masks. */
interface IndexMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray get(long... indices) { return get(getManager(), indices); }
    @Override default NDArray getScalar(long... indices) { return WgNDArrayIndexer.scalar((WgNDArray) this, indices); }

    @Override default NDArray gatherNd(NDArray index) { return give(IndexOps.gatherNd(tensor(), operand(index))); }
    @Override default NDArray sequenceMask(NDArray lengths) { return sequenceMask(lengths, 0); }
    @Override default NDArray nonzero() { return give(IndexMasks.nonzero(tensor())); }
    // @formatter:on

    @Override
    default NDArray get(NDManager m, long... indices) {
        return WgNDArrayIndexer.get((WgNDArray) this, m, indices);
    }

    @Override
    default NDArray gather(NDArray index, int axis) {
        return give(IndexOps.GATHER.with(axis, tensor(), operand(index)));
    }

    @Override
    default NDArray booleanMask(NDArray mask, int axis) {
        return give(IndexMasks.booleanMask(tensor(), operand(mask), axis));
    }

    @Override
    default NDArray take(NDManager m, NDArray index) {
        return WgNDArrayIndexer.give((WgNDArray) this, m, IndexOps.takeFlat(tensor(), operand(index)));
    }

    /** A new array, as in DJL's PyTorch engine; this one does not change. */
    @Override
    default NDArray put(NDArray index, NDArray value) {
        return give(IndexOps.putFlat(tensor(), operand(index), operand(value)));
    }

    /** A new array, as in DJL's PyTorch engine; this one does not change. */
    @Override
    default NDArray scatter(NDArray index, NDArray value, int axis) {
        return give(IndexOps.scatter(tensor(), operand(index), operand(value), axis));
    }

    @Override
    default NDArray sequenceMask(NDArray lengths, float value) {
        return give(IndexMasks.sequenceMask(tensor(), operand(lengths), value));
    }

    @Override
    default NDArray oneHot(int depth, float on, float off, DataType type) {
        return give(IndexMasks.oneHot(tensor(), depth, on, off, DTypes.of(type)));
    }
}
