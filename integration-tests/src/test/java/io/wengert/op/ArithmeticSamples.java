package io.wengert.op;

import static io.wengert.op.Input.any;

import io.wengert.kernel.DType;

/** Samples of {@link Arithmetic}. */
final class ArithmeticSamples extends Samples {

    ArithmeticSamples() {
        each(Arithmetic.ADD);
        each(Arithmetic.SUB);
        each(Arithmetic.MUL);
        each(Arithmetic.DIV, any(), any().between(0.5, 2));
        each(Arithmetic.MOD, any().between(2.1, 3.9), any().between(4.1, 5));
        each(Arithmetic.POW, any().between(0.5, 2), any().between(0, 3));
        each(Arithmetic.MAXIMUM, any().between(-1, 3), any().between(3.1, 5));
        each(Arithmetic.MINIMUM, any().between(-1, 3), any().between(3.1, 5));
        each(Arithmetic.ATAN2, any().between(0.5, 2), any().between(-2, 2));
        each(Arithmetic.XLOGY, any().awayFrom(0), any().between(0.5, 2));
        each(Arithmetic.ADD_NUMBER, numbers(3));
        each(Arithmetic.SUB_NUMBER, numbers(0.75));
        each(Arithmetic.RSUB_NUMBER, numbers(3));
        each(Arithmetic.MUL_NUMBER, numbers(-3));
        each(Arithmetic.DIV_NUMBER, numbers(4));
        each(Arithmetic.RDIV_NUMBER, numbers(3), any().between(0.5, 2));
        each(Arithmetic.MOD_NUMBER, numbers(3), any().between(-2, 5).awayFrom(0, 3));
        each(Arithmetic.RMOD_NUMBER, numbers(7), any().between(3.6, 6.9));
        each(Arithmetic.POW_NUMBER, numbers(3));
        each(Arithmetic.POW_NUMBER, numbers(-1.5), any().between(0.5, 2));
        each(Arithmetic.RPOW_NUMBER, numbers(2), any().between(0, 3));
        each(Arithmetic.MAXIMUM_NUMBER, numbers(1), any().awayFrom(1));
        each(Arithmetic.MINIMUM_NUMBER, numbers(1), any().awayFrom(1));
        each(Arithmetic.CLIP, numbers(0, 1), any().awayFrom(0, 1));
        each(Arithmetic.WHERE, any().between(0, 1).of(DType.BOOL));
    }
}
