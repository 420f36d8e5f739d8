package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.op.Arithmetic;
import io.wengert.op.IndexMasks;
import io.wengert.op.Required;
import io.wengert.op.ShapeOps;
import io.wengert.tensor.Tensor;

/** Arithmetic with the operands exchanged, selection, and several arrays as one. */
interface CombinationMethods extends TensorArrayEx {
    // @formatter:off
    @Override default NDArray rsub(Number n) { return array().on(Arithmetic.RSUB_NUMBER, n); }
    @Override default NDArray rsub(NDArray b) { return give(Arithmetic.SUB.on(operand(b), tensor())); }
    @Override default NDArray rsubi(Number n) { return array().onto(Arithmetic.RSUB_NUMBER, n); }
    @Override default NDArray rsubi(NDArray b) { return array().update("rsub", x -> Arithmetic.SUB.on(operand(b), x)); }
    @Override default NDArray rdiv(Number n) { return array().on(Arithmetic.RDIV_NUMBER, n); }
    @Override default NDArray rdiv(NDArray b) { return give(Arithmetic.DIV.on(operand(b), tensor())); }
    @Override default NDArray rdivi(Number n) { return array().onto(Arithmetic.RDIV_NUMBER, n); }
    @Override default NDArray rdivi(NDArray b) { return array().update("rdiv", x -> Arithmetic.DIV.on(operand(b), x)); }
    @Override default NDArray rmod(Number n) { return array().on(Arithmetic.RMOD_NUMBER, n); }
    @Override default NDArray rmod(NDArray b) { return give(Arithmetic.MOD.on(operand(b), tensor())); }
    @Override default NDArray rmodi(Number n) { return array().onto(Arithmetic.RMOD_NUMBER, n); }
    @Override default NDArray rmodi(NDArray b) { return array().update("rmod", x -> Arithmetic.MOD.on(operand(b), x)); }
    @Override default NDArray rpow(Number n) { return array().on(Arithmetic.RPOW_NUMBER, n); }
    @Override default NDArray rpowi(Number n) { return array().onto(Arithmetic.RPOW_NUMBER, n); }

    @Override default NDArray stack(NDList arrays, int axis) { return give(ShapeOps.stack(axis, all(arrays))); }
    @Override default NDArray concat(NDList arrays, int axis) { return give(ShapeOps.concat(axis, all(arrays))); }
    // @formatter:on

    @Override
    default NDArray where(NDArray condition, NDArray other) {
        return give(IndexMasks.where(operand(condition), tensor(), operand(other)));
    }

    /** This array and then the others. */
    private Tensor[] all(NDList others) {
        Tensor[] t = new Tensor[Required.of(others, "arrays").size() + 1];
        t[0] = tensor();
        for (int i = 1; i < t.length; i++) {
            t[i] = operand(others.get(i - 1));
        }
        return t;
    }
}
