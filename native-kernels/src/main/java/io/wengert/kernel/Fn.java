package io.wengert.kernel;

import static io.wengert.kernel.Expr.c;

import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The scalar functions a formula may call: one line each, giving the CUDA spelling, the meaning in double precision and
 * the partial derivatives. Comparisons and logic give 1 or 0.
 *
 * <p>Every function has a method of the same name, in lower case, in each of the CPU's function tables.
 */
public enum Fn {
    // @formatter:off
    ADD("(%s + %s)", (a, b) -> a + b, (x, y, r) -> c(1), (x, y, r) -> c(1)),
    SUB("(%s - %s)", (a, b) -> a - b, (x, y, r) -> c(1), (x, y, r) -> c(-1)),
    MUL("(%s * %s)", (a, b) -> a * b, (x, y, r) -> y, (x, y, r) -> x),
    DIV("(%s / %s)", (a, b) -> a / b, (x, y, r) -> c(1).over(y), (x, y, r) -> r.neg().over(y)),
    MOD("wg_mod(%s, %s)", Fn::floorMod, (x, y, r) -> c(1), (x, y, r) -> x.over(y).floor().neg()),
    POW("pow(%s, %s)", Math::pow,
            (x, y, r) -> y.eq(c(0)).where(c(0), y.times(x.pow(y.minus(c(1))))),
            (x, y, r) -> x.eq(c(0)).where(c(0), r.times(x.log()))),
    MAX("wg_max(%s, %s)", Math::max, (x, y, r) -> half(x.gt(y), x.eq(y)), (x, y, r) -> half(y.gt(x), x.eq(y))),
    MIN("wg_min(%s, %s)", Math::min, (x, y, r) -> half(x.lt(y), x.eq(y)), (x, y, r) -> half(y.lt(x), x.eq(y))),
    ATAN2("atan2(%s, %s)", Math::atan2,
            (y, x, r) -> x.over(x.squared().plus(y.squared())), (y, x, r) -> y.neg().over(x.squared().plus(y.squared()))),
    POLYGAMMA("wg_polygamma(%s, %s)", (n, x) -> SpecialFunctions.polygamma((int) n, x),
            (n, x, r) -> c(0), (n, x, r) -> n.plus(c(1)).polygamma(x)),

    EQ("wg_bool(%s == %s)", (a, b) -> a == b ? 1 : 0),
    NE("wg_bool(%s != %s)", (a, b) -> a != b ? 1 : 0),
    GT("wg_bool(%s > %s)", (a, b) -> a > b ? 1 : 0),
    GE("wg_bool(%s >= %s)", (a, b) -> a >= b ? 1 : 0),
    LT("wg_bool(%s < %s)", (a, b) -> a < b ? 1 : 0),
    LE("wg_bool(%s <= %s)", (a, b) -> a <= b ? 1 : 0),
    AND("wg_bool(%s != 0 && %s != 0)", (a, b) -> a != 0 && b != 0 ? 1 : 0),
    OR("wg_bool(%s != 0 || %s != 0)", (a, b) -> a != 0 || b != 0 ? 1 : 0),
    XOR("wg_bool((%s != 0) != (%s != 0))", (a, b) -> a != 0 ^ b != 0 ? 1 : 0),

    NEG("(-%s)", a -> -a, (x, r) -> c(-1)),
    ABS("wg_abs(%s)", Math::abs, (x, r) -> x.sign()),
    SIGN("wg_sign(%s)", Math::signum, (x, r) -> c(0)),
    SQRT("sqrt(%s)", Math::sqrt, (x, r) -> c(0.5).over(r)),
    CBRT("cbrt(%s)", Math::cbrt, (x, r) -> c(1.0 / 3).over(r.squared())),
    EXP("exp(%s)", Math::exp, (x, r) -> r),
    EXPM1("expm1(%s)", Math::expm1, (x, r) -> r.plus(c(1))),
    LOG("log(%s)", Math::log, (x, r) -> c(1).over(x)),
    LOG1P("log1p(%s)", Math::log1p, (x, r) -> c(1).over(x.plus(c(1)))),
    LOG2("log2(%s)", a -> Math.log(a) / Math.log(2), (x, r) -> c(1 / Math.log(2)).over(x)),
    LOG10("log10(%s)", Math::log10, (x, r) -> c(1 / Math.log(10)).over(x)),
    SIN("sin(%s)", Math::sin, (x, r) -> x.cos()),
    COS("cos(%s)", Math::cos, (x, r) -> x.sin().neg()),
    TAN("tan(%s)", Math::tan, (x, r) -> r.squared().plus(c(1))),
    ASIN("asin(%s)", Math::asin, (x, r) -> c(1).over(c(1).minus(x.squared()).sqrt())),
    ACOS("acos(%s)", Math::acos, (x, r) -> c(-1).over(c(1).minus(x.squared()).sqrt())),
    ATAN("atan(%s)", Math::atan, (x, r) -> c(1).over(x.squared().plus(c(1)))),
    SINH("sinh(%s)", Math::sinh, (x, r) -> x.cosh()),
    COSH("cosh(%s)", Math::cosh, (x, r) -> x.sinh()),
    TANH("tanh(%s)", Math::tanh, (x, r) -> c(1).minus(r.squared())),
    ASINH("asinh(%s)", a -> Math.signum(a) * Math.log(Math.abs(a) + Math.hypot(a, 1)), (x, r) -> c(1).over(x.squared().plus(c(1)).sqrt())),
    ACOSH("acosh(%s)", a -> Math.log(a + Math.sqrt(a - 1) * Math.sqrt(a + 1)), (x, r) -> c(1).over(x.squared().minus(c(1)).sqrt())),
    ATANH("atanh(%s)", a -> 0.5 * (Math.log1p(a) - Math.log1p(-a)), (x, r) -> c(1).over(c(1).minus(x.squared()))),
    ERF("erf(%s)", SpecialFunctions::erf, (x, r) -> c(2 / Math.sqrt(Math.PI)).times(x.squared().neg().exp())),
    ERFC("erfc(%s)", SpecialFunctions::erfc, (x, r) -> c(-2 / Math.sqrt(Math.PI)).times(x.squared().neg().exp())),
    ERFINV("erfinv(%s)", SpecialFunctions::erfinv, (x, r) -> c(Math.sqrt(Math.PI) / 2).times(r.squared().exp())),
    LGAMMA("lgamma(%s)", SpecialFunctions::lgamma, (x, r) -> c(0).polygamma(x)),
    FLOOR("floor(%s)", Math::floor, (x, r) -> c(0)),
    CEIL("ceil(%s)", Math::ceil, (x, r) -> c(0)),
    /** To the nearest integer, halves to the even one. */
    ROUND("rint(%s)", Math::rint, (x, r) -> c(0)),
    TRUNC("trunc(%s)", a -> a < 0 ? Math.ceil(a) : Math.floor(a), (x, r) -> c(0)),
    NOT("wg_bool(%s == 0)", a -> a == 0 ? 1 : 0, (x, r) -> c(0)),
    ISNAN("wg_bool(isnan(%s))", a -> Double.isNaN(a) ? 1 : 0, (x, r) -> c(0)),
    ISINF("wg_bool(isinf(%s))", a -> Double.isInfinite(a) ? 1 : 0, (x, r) -> c(0)),
    SIGMOID("wg_sigmoid(%s)", a -> 1 / (1 + Math.exp(-a)), (x, r) -> r.times(c(1).minus(r))),
    RELU("wg_relu(%s)", a -> Math.max(a, 0), (x, r) -> x.step()),
    /** 1 above zero, else 0: the derivative of relu. */
    STEP("wg_bool(%s > 0)", a -> a > 0 ? 1 : 0, (x, r) -> c(0)),
    SOFTPLUS("wg_softplus(%s)", a -> Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), (x, r) -> x.sigmoid()),

    /** The second argument where the first is not zero, else the third. */
    WHERE("(%s != 0 ? %s : %s)");
    // @formatter:on

    /** A partial derivative as a formula of the arguments x, y and the result r. */
    private interface Rule {
        Expr of(Expr x, Expr y, Expr r);
    }

    private final String cuda;
    private final int arity;
    private final DoubleBinaryOperator meaning;
    private final Rule dx;
    private final Rule dy;

    Fn(String cuda, DoubleUnaryOperator meaning, BinaryOperator<Expr> d) {
        this(cuda, 1, (a, b) -> meaning.applyAsDouble(a), (x, y, r) -> d.apply(x, r), null);
    }

    Fn(String cuda, DoubleBinaryOperator meaning, Rule dx, Rule dy) { this(cuda, 2, meaning, dx, dy); }

    /** A function of two arguments whose slope is zero. */
    Fn(String cuda, DoubleBinaryOperator meaning) { this(cuda, 2, meaning, (x, y, r) -> c(0), (x, y, r) -> c(0)); }

    Fn(String cuda) { this(cuda, 3, null, null, null); }

    Fn(String cuda, int arity, DoubleBinaryOperator meaning, Rule dx, Rule dy) {
        this.cuda = cuda;
        this.arity = arity;
        this.meaning = meaning;
        this.dx = dx;
        this.dy = dy;
    }

    public int arity() { return arity; }

    /** The CUDA expression, with one {@code %s} an argument. */
    public String cuda() { return cuda; }

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
    private static Expr half(Expr wins, Expr tie) { return wins.plus(tie.times(c(0.5))); }

    private static double floorMod(double a, double b) {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
}
