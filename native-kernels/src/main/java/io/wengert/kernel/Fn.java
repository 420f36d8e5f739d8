package io.wengert.kernel;

import static io.wengert.kernel.Expr.c;

import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The scalar functions a formula may call: one line each, giving the meaning in double precision and the partial
 * derivatives. Comparisons and logic give 1 or 0.
 *
 * <p>Every function has a method of the same name, in lower case, in each of the CPU's function tables, and on a GPU an
 * instruction or a function of {@code functions.cu}.
 */
public enum Fn {
    // @formatter:off
    ADD((a, b) -> a + b, (x, y, r) -> c(1), (x, y, r) -> c(1)),
    SUB((a, b) -> a - b, (x, y, r) -> c(1), (x, y, r) -> c(-1)),
    MUL((a, b) -> a * b, (x, y, r) -> y, (x, y, r) -> x),
    DIV((a, b) -> a / b, (x, y, r) -> c(1).over(y), (x, y, r) -> r.neg().over(y)),
    MOD(Fn::floorMod, (x, y, r) -> c(1), (x, y, r) -> x.over(y).floor().neg()),
    POW(Math::pow,
            (x, y, r) -> y.eq(c(0)).where(c(0), y.times(x.pow(y.minus(c(1))))),
            (x, y, r) -> x.eq(c(0)).where(c(0), r.times(x.log()))),
    MAX(Math::max, (x, y, r) -> half(x.gt(y), x.eq(y)), (x, y, r) -> half(y.gt(x), x.eq(y))),
    MIN(Math::min, (x, y, r) -> half(x.lt(y), x.eq(y)), (x, y, r) -> half(y.lt(x), x.eq(y))),
    ATAN2(Math::atan2,
            (y, x, r) -> x.over(x.squared().plus(y.squared())), (y, x, r) -> y.neg().over(x.squared().plus(y.squared()))),
    POLYGAMMA((n, x) -> SpecialFunctions.polygamma((int) n, x),
            (n, x, r) -> c(0), (n, x, r) -> n.plus(c(1)).polygamma(x)),

    EQ((a, b) -> a == b ? 1 : 0),
    NE((a, b) -> a != b ? 1 : 0),
    GT((a, b) -> a > b ? 1 : 0),
    GE((a, b) -> a >= b ? 1 : 0),
    LT((a, b) -> a < b ? 1 : 0),
    LE((a, b) -> a <= b ? 1 : 0),
    AND((a, b) -> a != 0 && b != 0 ? 1 : 0),
    OR((a, b) -> a != 0 || b != 0 ? 1 : 0),
    XOR((a, b) -> a != 0 ^ b != 0 ? 1 : 0),

    NEG(a -> -a, (x, r) -> c(-1)),
    ABS(Math::abs, (x, r) -> x.sign()),
    SIGN(Math::signum, (x, r) -> c(0)),
    SQRT(Math::sqrt, (x, r) -> c(0.5).over(r)),
    CBRT(Math::cbrt, (x, r) -> c(1.0 / 3).over(r.squared())),
    EXP(Math::exp, (x, r) -> r),
    EXPM1(Math::expm1, (x, r) -> r.plus(c(1))),
    LOG(Math::log, (x, r) -> c(1).over(x)),
    LOG1P(Math::log1p, (x, r) -> c(1).over(x.plus(c(1)))),
    LOG2(a -> Math.log(a) / Math.log(2), (x, r) -> c(1 / Math.log(2)).over(x)),
    LOG10(Math::log10, (x, r) -> c(1 / Math.log(10)).over(x)),
    SIN(Math::sin, (x, r) -> x.cos()),
    COS(Math::cos, (x, r) -> x.sin().neg()),
    TAN(Math::tan, (x, r) -> r.squared().plus(c(1))),
    ASIN(Math::asin, (x, r) -> c(1).over(c(1).minus(x.squared()).sqrt())),
    ACOS(Math::acos, (x, r) -> c(-1).over(c(1).minus(x.squared()).sqrt())),
    ATAN(Math::atan, (x, r) -> c(1).over(x.squared().plus(c(1)))),
    SINH(Math::sinh, (x, r) -> x.cosh()),
    COSH(Math::cosh, (x, r) -> x.sinh()),
    TANH(Math::tanh, (x, r) -> c(1).minus(r.squared())),
    ASINH(a -> Math.signum(a) * Math.log(Math.abs(a) + Math.hypot(a, 1)), (x, r) -> c(1).over(x.squared().plus(c(1)).sqrt())),
    ACOSH(a -> Math.log(a + Math.sqrt(a - 1) * Math.sqrt(a + 1)), (x, r) -> c(1).over(x.squared().minus(c(1)).sqrt())),
    ATANH(a -> 0.5 * (Math.log1p(a) - Math.log1p(-a)), (x, r) -> c(1).over(c(1).minus(x.squared()))),
    ERF(SpecialFunctions::erf, (x, r) -> c(2 / Math.sqrt(Math.PI)).times(x.squared().neg().exp())),
    ERFC(SpecialFunctions::erfc, (x, r) -> c(-2 / Math.sqrt(Math.PI)).times(x.squared().neg().exp())),
    ERFINV(SpecialFunctions::erfinv, (x, r) -> c(Math.sqrt(Math.PI) / 2).times(r.squared().exp())),
    LGAMMA(SpecialFunctions::lgamma, (x, r) -> c(0).polygamma(x)),
    FLOOR(Math::floor, (x, r) -> c(0)),
    CEIL(Math::ceil, (x, r) -> c(0)),
    /** To the nearest integer, halves to the even one. */
    ROUND(Math::rint, (x, r) -> c(0)),
    TRUNC(a -> a < 0 ? Math.ceil(a) : Math.floor(a), (x, r) -> c(0)),
    NOT(a -> a == 0 ? 1 : 0, (x, r) -> c(0)),
    ISNAN(a -> Double.isNaN(a) ? 1 : 0, (x, r) -> c(0)),
    ISINF(a -> Double.isInfinite(a) ? 1 : 0, (x, r) -> c(0)),
    SIGMOID(a -> 1 / (1 + Math.exp(-a)), (x, r) -> r.times(c(1).minus(r))),
    RELU(a -> Math.max(a, 0), (x, r) -> x.step()),
    /** 1 above zero, else 0: the derivative of relu. */
    STEP(a -> a > 0 ? 1 : 0, (x, r) -> c(0)),
    SOFTPLUS(a -> Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), (x, r) -> x.sigmoid()),

    /** The second argument where the first is not zero, else the third. */
    WHERE(3);
    // @formatter:on

    /** A partial derivative as a formula of the arguments x, y and the result r. */
    private interface Rule {
        Expr of(Expr x, Expr y, Expr r);
    }

    private final int arity;
    private final DoubleBinaryOperator meaning;
    private final Rule dx;
    private final Rule dy;

    Fn(DoubleUnaryOperator meaning, BinaryOperator<Expr> d) {
        this(1, (a, b) -> meaning.applyAsDouble(a), (x, y, r) -> d.apply(x, r), null);
    }

    Fn(DoubleBinaryOperator meaning, Rule dx, Rule dy) { this(2, meaning, dx, dy); }

    /** A function of two arguments whose slope is zero. */
    Fn(DoubleBinaryOperator meaning) { this(2, meaning, (x, y, r) -> c(0), (x, y, r) -> c(0)); }

    Fn(int arity) { this(arity, null, null, null); }

    Fn(int arity, DoubleBinaryOperator meaning, Rule dx, Rule dy) {
        this.arity = arity;
        this.meaning = meaning;
        this.dx = dx;
        this.dy = dy;
    }

    public int arity() { return arity; }

    /** The name of this function in the CPU's function tables. */
    public String method() { return name().toLowerCase(Locale.ROOT); }

    /** The value in double precision; unused arguments are ignored. */
    public double eval(double x, double y, double z) {
        return this == WHERE ? (x != 0 ? y : z) : meaning.applyAsDouble(x, y);
    }

    /** The partial derivative by argument {@code i}, where r is the result itself. */
    Expr derivative(int i, Expr x, Expr y, Expr r) {
        if (this == WHERE) {
            return i == 0 ? c(0) : i == 1 ? x.where(c(1), c(0)) : x.where(c(0), c(1));
        }
        return (i == 0 ? dx : dy).of(x, y, r);
    }

    /** The sub-gradient at a tie goes to both sides in halves, as in PyTorch and JAX. */
    private static Expr half(Expr wins, Expr tie) { return wins.where(c(1), tie.where(c(0.5), c(0))); }

    /** Whether this gives only 1 and 0, for yes and no. */
    boolean isPredicate() {
        return switch (this) {
            case EQ, NE, GT, GE, LT, LE, AND, OR, XOR, NOT, ISNAN, ISINF -> true;
            default -> false;
        };
    }

    private static double floorMod(double a, double b) {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
}
