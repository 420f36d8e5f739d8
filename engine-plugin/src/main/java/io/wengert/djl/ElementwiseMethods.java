package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.op.Arithmetic;
import io.wengert.op.Elementary;

/** Arithmetic and functions of each element, into new arrays. */
interface ElementwiseMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray add(Number n) { return on(Arithmetic.ADD_NUMBER, n); }
    @Override default NDArray add(NDArray other) { return on(Arithmetic.ADD, other); }
    @Override default NDArray sub(Number n) { return on(Arithmetic.SUB_NUMBER, n); }
    @Override default NDArray sub(NDArray other) { return on(Arithmetic.SUB, other); }
    @Override default NDArray mul(Number n) { return on(Arithmetic.MUL_NUMBER, n); }
    @Override default NDArray mul(NDArray other) { return on(Arithmetic.MUL, other); }
    @Override default NDArray div(Number n) { return on(Arithmetic.DIV_NUMBER, n); }
    @Override default NDArray div(NDArray other) { return on(Arithmetic.DIV, other); }
    @Override default NDArray mod(Number n) { return on(Arithmetic.MOD_NUMBER, n); }
    @Override default NDArray mod(NDArray other) { return on(Arithmetic.MOD, other); }
    @Override default NDArray pow(Number n) { return on(Arithmetic.POW_NUMBER, n); }
    @Override default NDArray pow(NDArray other) { return on(Arithmetic.POW, other); }
    @Override default NDArray maximum(Number n) { return on(Arithmetic.MAXIMUM_NUMBER, n); }
    @Override default NDArray maximum(NDArray other) { return on(Arithmetic.MAXIMUM, other); }
    @Override default NDArray minimum(Number n) { return on(Arithmetic.MINIMUM_NUMBER, n); }
    @Override default NDArray minimum(NDArray other) { return on(Arithmetic.MINIMUM, other); }
    @Override default NDArray xlogy(NDArray other) { return on(Arithmetic.XLOGY, other); }
    @Override default NDArray atan2(NDArray other) { return on(Arithmetic.ATAN2, other); }
    @Override default NDArray clip(Number min, Number max) { return give(Arithmetic.CLIP.with(tensor(), min, max)); }

    @Override default NDArray neg() { return on(Elementary.NEG); }
    @Override default NDArray abs() { return on(Elementary.ABS); }
    @Override default NDArray sign() { return on(Elementary.SIGN); }
    @Override default NDArray square() { return on(Elementary.SQUARE); }
    @Override default NDArray sqrt() { return on(Elementary.SQRT); }
    @Override default NDArray cbrt() { return on(Elementary.CBRT); }
    @Override default NDArray floor() { return on(Elementary.FLOOR); }
    @Override default NDArray ceil() { return on(Elementary.CEIL); }
    @Override default NDArray round() { return on(Elementary.ROUND); }
    @Override default NDArray trunc() { return on(Elementary.TRUNC); }
    @Override default NDArray exp() { return on(Elementary.EXP); }
    @Override default NDArray gammaln() { return on(Elementary.GAMMALN); }
    @Override default NDArray log() { return on(Elementary.LOG); }
    @Override default NDArray log10() { return on(Elementary.LOG10); }
    @Override default NDArray log2() { return on(Elementary.LOG2); }
    @Override default NDArray sin() { return on(Elementary.SIN); }
    @Override default NDArray cos() { return on(Elementary.COS); }
    @Override default NDArray tan() { return on(Elementary.TAN); }
    @Override default NDArray asin() { return on(Elementary.ASIN); }
    @Override default NDArray acos() { return on(Elementary.ACOS); }
    @Override default NDArray atan() { return on(Elementary.ATAN); }
    @Override default NDArray sinh() { return on(Elementary.SINH); }
    @Override default NDArray cosh() { return on(Elementary.COSH); }
    @Override default NDArray tanh() { return on(Elementary.TANH); }
    @Override default NDArray asinh() { return on(Elementary.ASINH); }
    @Override default NDArray acosh() { return on(Elementary.ACOSH); }
    @Override default NDArray atanh() { return on(Elementary.ATANH); }
    @Override default NDArray toDegrees() { return on(Arithmetic.MUL_NUMBER, 180 / Math.PI); }
    @Override default NDArray toRadians() { return on(Arithmetic.MUL_NUMBER, Math.PI / 180); }
    @Override default NDArray erf() { return on(Elementary.ERF); }
    @Override default NDArray erfinv() { return on(Elementary.ERFINV); }
    // @formatter:on
}
