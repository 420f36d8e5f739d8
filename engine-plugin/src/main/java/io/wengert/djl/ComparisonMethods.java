package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.kernel.DType;
import io.wengert.op.Axes;
import io.wengert.op.Comparisons;
import io.wengert.op.Observer;
import io.wengert.op.Reductions;
import io.wengert.tensor.Tensor;

/** Comparisons, logic and predicates. */
interface ComparisonMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray eq(Number n) { return on(Comparisons.EQ_NUMBER, n); }
    @Override default NDArray eq(NDArray other) { return give(Comparisons.eq(tensor(), operand(other))); }
    @Override default NDArray neq(Number n) { return on(Comparisons.NEQ_NUMBER, n); }
    @Override default NDArray neq(NDArray other) { return give(Comparisons.neq(tensor(), operand(other))); }
    @Override default NDArray gt(Number n) { return on(Comparisons.GT_NUMBER, n); }
    @Override default NDArray gt(NDArray other) { return on(Comparisons.GT, other); }
    @Override default NDArray gte(Number n) { return on(Comparisons.GTE_NUMBER, n); }
    @Override default NDArray gte(NDArray other) { return on(Comparisons.GTE, other); }
    @Override default NDArray lt(Number n) { return on(Comparisons.LT_NUMBER, n); }
    @Override default NDArray lt(NDArray other) { return on(Comparisons.LT, other); }
    @Override default NDArray lte(Number n) { return on(Comparisons.LTE_NUMBER, n); }
    @Override default NDArray lte(NDArray other) { return on(Comparisons.LTE, other); }
    @Override default NDArray logicalAnd(NDArray other) { return on(Comparisons.AND, other); }
    @Override default NDArray logicalOr(NDArray other) { return on(Comparisons.OR, other); }
    @Override default NDArray logicalXor(NDArray other) { return on(Comparisons.XOR, other); }
    @Override default NDArray logicalNot() { return on(Comparisons.NOT); }
    @Override default NDArray isNaN() { return on(Comparisons.IS_NAN); }
    @Override default NDArray isInfinite() { return on(Comparisons.IS_INFINITE); }
    // @formatter:on

    /** True if every element equals the number; NaN equals nothing. */
    @Override
    default boolean contentEquals(Number n) { return n != null && all(Comparisons.EQ_NUMBER.with(tensor(), n)); }

    /** True if shape, dtype and all elements are equal; NaN equals nothing. */
    @Override
    default boolean contentEquals(NDArray other) {
        if (other == null || !getShape().equals(other.getShape()) || getDataType() != other.getDataType()) {
            return false;
        }
        if (tensor().dtype() == DType.STRING) {
            return java.util.Arrays.equals(toStringArray(), other.toStringArray());
        }
        return all(Comparisons.EQ.on(tensor(), operand(other)));
    }

    /** Whether nothing is false; uses the tensor up. */
    private static boolean all(Tensor t) {
        byte[] b = {1};
        if (t.size() > 0) {
            try (Tensor r = Reductions.MIN.with(Axes.all(t.rank(), false), t)) {
                Observer.Installed.read(r);
                r.backend().read(r.buffer(), 0, b, 0, 1);
            }
        }
        t.close();
        return b[0] != 0;
    }

}
