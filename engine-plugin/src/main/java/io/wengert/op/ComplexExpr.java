package io.wengert.op;

import static io.wengert.kernel.Expr.c;

import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;

/** A formula of complex numbers: its real and its imaginary part, as formulas of the parts of its arguments. */
record ComplexExpr(Expr re, Expr im) {

    /** Keeps a square root's slope at 0 finite; too small to change any other value. */
    private static final Expr TINY = c(Double.MIN_NORMAL);

    /** Input array {@code i}. */
    static ComplexExpr arg(int i) { return new ComplexExpr(Expr.arg(2 * i), Expr.arg(2 * i + 1)); }

    /** The number {@code i} given at the call, which is real. */
    static ComplexExpr param(int i) { return new ComplexExpr(Expr.param(i), c(0)); }

    ComplexExpr plus(ComplexExpr z) { return new ComplexExpr(re.plus(z.re), im.plus(z.im)); }

    ComplexExpr minus(ComplexExpr z) { return new ComplexExpr(re.minus(z.re), im.minus(z.im)); }

    ComplexExpr times(ComplexExpr z) {
        return new ComplexExpr(re.times(z.re).minus(im.times(z.im)), re.times(z.im).plus(im.times(z.re)));
    }

    ComplexExpr over(ComplexExpr z) {
        ComplexExpr n = times(z.conj());
        return new ComplexExpr(n.re.over(z.squaredAbs()), n.im.over(z.squaredAbs()));
    }

    ComplexExpr neg() { return new ComplexExpr(re.neg(), im.neg()); }

    ComplexExpr conj() { return new ComplexExpr(re, im.neg()); }

    ComplexExpr squared() { return times(this); }

    /** The direction of the number, of absolute value 1; 0 of 0. */
    ComplexExpr sign() { return new ComplexExpr(re.over(abs()), im.over(abs())); }

    ComplexExpr exp() { return new ComplexExpr(re.exp().times(im.cos()), re.exp().times(im.sin())); }

    /** The principal value. */
    ComplexExpr log() { return new ComplexExpr(c(0.5).times(squaredAbs().log()), im.atan2(re)); }

    /**
     * The principal value {@code exp(w log z)}; of 0 it is 0, but 1 for w = 0, and NaN unless the real part of w is
     * positive.
     */
    ComplexExpr pow(ComplexExpr w) {
        Expr zero = isTrue().not();
        ComplexExpr p = w.times(new ComplexExpr(zero.where(c(1), re), im).log()).exp();
        Expr ofZero = w.isTrue().where(w.re.gt(c(0)).where(c(0), c(Double.NaN)), c(1));
        return new ComplexExpr(zero.where(ofZero, p.re), zero.where(c(0), p.im));
    }

    /** The principal value. */
    ComplexExpr sqrt() {
        Expr r = abs().sqrt();
        Expr half = c(0.5).times(im.atan2(re));
        return new ComplexExpr(r.times(half.cos()), r.times(half.sin()));
    }

    ComplexExpr sin() { return new ComplexExpr(re.sin().times(im.cosh()), re.cos().times(im.sinh())); }

    ComplexExpr sinh() { return new ComplexExpr(re.sinh().times(im.cos()), re.cosh().times(im.sin())); }

    ComplexExpr cosh() { return new ComplexExpr(re.cosh().times(im.cos()), re.sinh().times(im.sin())); }

    ComplexExpr tan() { return timesI().tanh().overI(); }

    /** {@code (u (1 + v^2), v / cosh^2 x) / (1 + u^2 v^2)} with u = tanh x and v = tan y, which nothing makes overflow. */
    ComplexExpr tanh() {
        Expr u = re.tanh();
        Expr v = Expr.call(Fn.TAN, im);
        Expr n = c(1).plus(u.squared().times(v.squared()));
        Expr w = v.over(re.cosh()).over(re.cosh());
        return new ComplexExpr(u.times(c(1).plus(v.squared())).over(n), w.over(n));
    }

    /**
     * The principal value; this and the other inverse functions as in W. Kahan, "Branch cuts for complex elementary
     * functions" (1987), which loses no digits anywhere.
     */
    ComplexExpr asin() {
        ComplexExpr a = one().minus(this).sqrt();
        ComplexExpr b = one().plus(this).sqrt();
        return new ComplexExpr(re.atan2(a.times(b).re), Expr.call(Fn.ASINH, a.conj().times(b).im));
    }

    ComplexExpr acos() {
        ComplexExpr a = one().minus(this).sqrt();
        ComplexExpr b = one().plus(this).sqrt();
        return new ComplexExpr(c(2).times(a.re.atan2(b.re)), Expr.call(Fn.ASINH, b.conj().times(a).im));
    }

    ComplexExpr asinh() { return timesI().asin().overI(); }

    ComplexExpr acosh() {
        ComplexExpr a = minus(one()).sqrt();
        ComplexExpr b = plus(one()).sqrt();
        return new ComplexExpr(Expr.call(Fn.ASINH, a.conj().times(b).re), c(2).times(a.im.atan2(b.re)));
    }

    ComplexExpr atan() { return timesI().atanh().overI(); }

    ComplexExpr atanh() {
        Expr below = c(1).minus(re);
        Expr square = im.squared();
        Expr angle = c(2).times(im).atan2(below.times(c(1).plus(re)).minus(square));
        Expr ratio = c(4).times(re).over(below.squared().plus(square));
        return new ComplexExpr(c(0.25).times(ratio.log1p()), c(0.5).times(angle));
    }

    /** {@code log(1 + z)}, which keeps the digits of a small z. */
    ComplexExpr log1p() {
        Expr more = re.times(c(2).plus(re)).plus(im.squared());
        return new ComplexExpr(c(0.5).times(more.log1p()), im.atan2(c(1).plus(re)));
    }

    /** {@code exp(z) - 1}, which keeps the digits of a small z. */
    ComplexExpr expm1() {
        Expr half = c(0.5).times(im).sin();
        return new ComplexExpr(re.expm1().times(im.cos()).minus(c(2).times(half.squared())), re.exp().times(im.sin()));
    }

    ComplexExpr reciprocal() { return one().over(this); }

    ComplexExpr scaled(double factor) { return new ComplexExpr(c(factor).times(re), c(factor).times(im)); }

    static ComplexExpr one() { return new ComplexExpr(c(1), c(0)); }

    private ComplexExpr timesI() { return new ComplexExpr(im.neg(), re); }

    private ComplexExpr overI() { return new ComplexExpr(im, re.neg()); }

    ComplexExpr cos() { return new ComplexExpr(re.cos().times(im.cosh()), re.sin().times(im.sinh()).neg()); }

    /** The absolute value, with slope 0 at 0. */
    Expr abs() { return squaredAbs().max(TINY).sqrt(); }

    Expr eq(ComplexExpr z) { return re.eq(z.re).and(im.eq(z.im)); }

    Expr ne(ComplexExpr z) { return re.ne(z.re).or(im.ne(z.im)); }

    /** Whether it is not 0. */
    Expr isTrue() { return ne(new ComplexExpr(c(0), c(0))); }

    /** {@code a} where this is not zero, else {@code b}. */
    ComplexExpr where(ComplexExpr a, ComplexExpr b) {
        return new ComplexExpr(isTrue().where(a.re, b.re), isTrue().where(a.im, b.im));
    }

    private Expr squaredAbs() { return re.squared().plus(im.squared()); }
}
