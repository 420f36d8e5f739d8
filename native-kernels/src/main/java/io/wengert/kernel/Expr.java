package io.wengert.kernel;

/**
 * A formula on scalars: what an element-wise kernel computes at one position.
 *
 * <p>Arguments are elements of the input arrays, parameters are numbers given at each call (the 3 in {@code x + 3}),
 * which are not differentiated.
 */
public sealed interface Expr permits Expr.Arg, Expr.Param, Expr.Const, Expr.Call {

    /** The element of input array {@code index}. */
    record Arg(int index) implements Expr {}

    /** The number {@code index} given at the call. */
    record Param(int index) implements Expr {}

    record Const(double value) implements Expr {}

    /** A function applied; arguments that it does not have are null. */
    record Call(Fn fn, Expr x, Expr y, Expr z) implements Expr {}

    static Expr c(double value) { return new Const(value); }

    static Expr arg(int index) { return new Arg(index); }

    static Expr param(int index) { return new Param(index); }

    static Expr call(Fn fn, Expr... args) {
        if (args.length != fn.arity()) {
            throw new IllegalArgumentException(fn + " takes " + fn.arity() + " arguments, not " + args.length);
        }
        return new Call(fn, args[0], args.length > 1 ? args[1] : null, args.length > 2 ? args[2] : null);
    }

    private static boolean is(Expr e, double v) { return e instanceof Const k && k.value() == v; }

    default Expr plus(Expr o) { return is(this, 0) ? o : is(o, 0) ? this : call(Fn.ADD, this, o); }

    default Expr minus(Expr o) { return is(o, 0) ? this : is(this, 0) ? o.neg() : call(Fn.SUB, this, o); }

    default Expr times(Expr o) {
        return is(this, 0) || is(o, 1) ? this : is(o, 0) || is(this, 1) ? o : call(Fn.MUL, this, o);
    }

    default Expr over(Expr o) { return is(o, 1) ? this : call(Fn.DIV, this, o); }

    default Expr neg() { return this instanceof Const k ? c(-k.value()) : call(Fn.NEG, this); }

    default Expr squared() { return times(this); }

    default Expr mod(Expr o) { return call(Fn.MOD, this, o); }

    default Expr pow(Expr o) { return is(o, 1) ? this : call(Fn.POW, this, o); }

    default Expr max(Expr o) { return call(Fn.MAX, this, o); }

    default Expr min(Expr o) { return call(Fn.MIN, this, o); }

    default Expr atan2(Expr x) { return call(Fn.ATAN2, this, x); }

    /** The derivative of order n = this of the digamma function at x. */
    default Expr polygamma(Expr x) { return call(Fn.POLYGAMMA, this, x); }

    default Expr eq(Expr o) { return call(Fn.EQ, this, o); }

    default Expr ne(Expr o) { return call(Fn.NE, this, o); }

    default Expr gt(Expr o) { return call(Fn.GT, this, o); }

    default Expr ge(Expr o) { return call(Fn.GE, this, o); }

    default Expr lt(Expr o) { return call(Fn.LT, this, o); }

    default Expr le(Expr o) { return call(Fn.LE, this, o); }

    default Expr and(Expr o) { return call(Fn.AND, this, o); }

    default Expr or(Expr o) { return call(Fn.OR, this, o); }

    default Expr xor(Expr o) { return call(Fn.XOR, this, o); }

    default Expr not() { return call(Fn.NOT, this); }

    /** {@code a} where this is not zero, else {@code b}. */
    default Expr where(Expr a, Expr b) { return a.equals(b) ? a : call(Fn.WHERE, this, a, b); }

    default Expr abs() { return call(Fn.ABS, this); }

    default Expr sign() { return call(Fn.SIGN, this); }

    default Expr sqrt() { return call(Fn.SQRT, this); }

    default Expr exp() { return call(Fn.EXP, this); }

    default Expr expm1() { return call(Fn.EXPM1, this); }

    default Expr log() { return call(Fn.LOG, this); }

    default Expr log1p() { return call(Fn.LOG1P, this); }

    default Expr sin() { return call(Fn.SIN, this); }

    default Expr cos() { return call(Fn.COS, this); }

    default Expr sinh() { return call(Fn.SINH, this); }

    default Expr cosh() { return call(Fn.COSH, this); }

    default Expr tanh() { return call(Fn.TANH, this); }

    default Expr erf() { return call(Fn.ERF, this); }

    default Expr floor() { return call(Fn.FLOOR, this); }

    default Expr sigmoid() { return call(Fn.SIGMOID, this); }

    default Expr relu() { return call(Fn.RELU, this); }

    default Expr step() { return call(Fn.STEP, this); }

    default Expr softplus() { return call(Fn.SOFTPLUS, this); }

    /**
     * This slope times a gradient; where a choice makes the slope 0 the product is 0, even if the gradient is infinite or NaN: what
     * comes from a branch that was not taken does not count.
     */
    default Expr weigh(Expr g) {
        if (this instanceof Call k && k.fn() == Fn.WHERE) {
            return k.x().where(k.y().weigh(g), k.z().weigh(g));
        }
        if (this instanceof Call k && k.fn() == Fn.STEP) {
            return k.x().relu().where(g, c(0));
        }
        return this instanceof Call k && k.fn().isPredicate() ? where(g, c(0)) : times(g);
    }

    /** The partial derivative by argument {@code i}, simplified as far as the constants 0 and 1 go. */
    default Expr d(int i) {
        if (this instanceof Arg a) {
            return c(a.index() == i ? 1 : 0);
        }
        if (!(this instanceof Call k) || !k.mentions(i)) {
            return c(0);
        }
        if (k.fn() == Fn.WHERE) {
            // Not a sum over both branches: an infinite slope of the one that is not taken must not count, not even times 0.
            return k.x().where(k.y().d(i), k.z().d(i));
        }
        Expr sum = c(0);
        Expr[] args = {k.x(), k.y(), k.z()};
        for (int j = 0; j < k.fn().arity(); j++) {
            Expr inner = args[j].d(i);
            if (!is(inner, 0)) {
                sum = sum.plus(inner.times(k.fn().derivative(j, k.x(), k.y(), k)));
            }
        }
        return sum;
    }

    /** Whether input array {@code i} occurs. */
    default boolean mentions(int i) {
        if (this instanceof Arg a) {
            return a.index() == i;
        }
        return this instanceof Call k
                && (k.x().mentions(i) || k.y() != null && k.y().mentions(i) || k.z() != null && k.z().mentions(i));
    }

    /** The formula with argument {@code i} replaced by {@code by[i]}. */
    default Expr substitute(Expr... by) {
        if (this instanceof Arg a) {
            return by[a.index()];
        }
        if (!(this instanceof Call k)) {
            return this;
        }
        return new Call(k.fn(), k.x().substitute(by), k.y() == null ? null : k.y().substitute(by),
                k.z() == null ? null : k.z().substitute(by));
    }
}
