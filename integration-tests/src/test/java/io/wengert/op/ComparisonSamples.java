package io.wengert.op;

import static io.wengert.op.Input.any;

import io.wengert.kernel.DType;

/** Samples of {@link Comparisons}. */
final class ComparisonSamples extends Samples {

    ComparisonSamples() {
        for (Elementwise op : new Elementwise[] {Comparisons.EQ, Comparisons.NEQ, Comparisons.GT, Comparisons.GTE,
            Comparisons.LT, Comparisons.LTE, Comparisons.SAME, Comparisons.AND, Comparisons.OR, Comparisons.XOR}) {
            each(op);
            each(op, any().of(DType.INT32), any().of(DType.INT32));
        }
        for (Elementwise op : new Elementwise[] {Comparisons.EQ_NUMBER, Comparisons.NEQ_NUMBER, Comparisons.GT_NUMBER,
            Comparisons.GTE_NUMBER, Comparisons.LT_NUMBER, Comparisons.LTE_NUMBER}) {
            each(op, numbers(1));
            each(op, numbers(0.5));
        }
        each(Comparisons.NOT);
        each(Comparisons.IS_NAN);
        each(Comparisons.IS_INFINITE);
    }
}
