package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.op.Arithmetic;
import io.wengert.op.Elementary;

/** Arithmetic that replaces the array's own value; its shape and dtype stay. */
interface InPlaceMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray addi(Number n) { return onto(Arithmetic.ADD_NUMBER, n); }
    @Override default NDArray addi(NDArray other) { return onto(Arithmetic.ADD, other); }
    @Override default NDArray subi(Number n) { return onto(Arithmetic.SUB_NUMBER, n); }
    @Override default NDArray subi(NDArray other) { return onto(Arithmetic.SUB, other); }
    @Override default NDArray muli(Number n) { return onto(Arithmetic.MUL_NUMBER, n); }
    @Override default NDArray muli(NDArray other) { return onto(Arithmetic.MUL, other); }
    @Override default NDArray divi(Number n) { return onto(Arithmetic.DIV_NUMBER, n); }
    @Override default NDArray divi(NDArray other) { return onto(Arithmetic.DIV, other); }
    @Override default NDArray modi(Number n) { return onto(Arithmetic.MOD_NUMBER, n); }
    @Override default NDArray modi(NDArray other) { return onto(Arithmetic.MOD, other); }
    @Override default NDArray powi(Number n) { return onto(Arithmetic.POW_NUMBER, n); }
    @Override default NDArray powi(NDArray other) { return onto(Arithmetic.POW, other); }
    @Override default NDArray signi() { return onto(Elementary.SIGN); }
    @Override default NDArray negi() { return onto(Elementary.NEG); }
    // @formatter:on
}
