package io.wengert.op;

import static io.wengert.kernel.Expr.c;
import static io.wengert.op.Elementwise.Typing.ARITHMETIC;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.unary;

import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;

/** The elementary and special functions of one array. */
public final class Elementary {

    public static final Elementwise NEG = unary("neg", ARITHMETIC, Expr::neg).complex(ComplexExpr::neg);
    public static final Elementwise ABS = unary("abs", ARITHMETIC, Expr::abs).complexToReal(ComplexExpr.arg(0).abs());
    public static final Elementwise SIGN = unary("sign", ARITHMETIC, Expr::sign).complex(ComplexExpr::sign);
    public static final Elementwise SQUARE = unary("square", ARITHMETIC, Expr::squared).complex(ComplexExpr::squared);
    public static final Elementwise SQRT = unary("sqrt", FLOATING, Expr::sqrt).complex(ComplexExpr::sqrt);
    public static final Elementwise RSQRT = unary("rsqrt", FLOATING, x -> c(1).over(x.sqrt()))
            .slope((x, y) -> c(-0.5).times(y).times(y).times(y)).complex(z -> z.sqrt().reciprocal());
    public static final Elementwise RECIPROCAL = unary("reciprocal", FLOATING, x -> c(1).over(x))
            .slope((x, y) -> y.squared().neg()).complex(ComplexExpr::reciprocal);
    public static final Elementwise CBRT = function(Fn.CBRT);
    public static final Elementwise EXP = function(Fn.EXP).complex(ComplexExpr::exp);
    public static final Elementwise EXPM1 = function(Fn.EXPM1).complex(ComplexExpr::expm1, ComplexExpr::exp);
    public static final Elementwise LOG = function(Fn.LOG).complex(ComplexExpr::log);
    public static final Elementwise LOG1P = function(Fn.LOG1P)
            .complex(ComplexExpr::log1p, z -> z.plus(ComplexExpr.one()).reciprocal());
    public static final Elementwise LOG2 = function(Fn.LOG2)
            .complex(z -> z.log().scaled(1 / Math.log(2)), z -> z.reciprocal().scaled(1 / Math.log(2)));
    public static final Elementwise LOG10 = function(Fn.LOG10)
            .complex(z -> z.log().scaled(1 / Math.log(10)), z -> z.reciprocal().scaled(1 / Math.log(10)));
    public static final Elementwise SIN = function(Fn.SIN).complex(ComplexExpr::sin);
    public static final Elementwise COS = function(Fn.COS).complex(ComplexExpr::cos);
    public static final Elementwise TAN = function(Fn.TAN)
            .complex(ComplexExpr::tan, z -> z.cos().squared().reciprocal());
    public static final Elementwise ASIN = function(Fn.ASIN).complex(ComplexExpr::asin, z -> cathetus(z).reciprocal());
    public static final Elementwise ACOS = function(Fn.ACOS)
            .complex(ComplexExpr::acos, z -> cathetus(z).reciprocal().neg());
    public static final Elementwise ATAN = function(Fn.ATAN)
            .complex(ComplexExpr::atan, z -> ComplexExpr.one().plus(z.squared()).reciprocal());
    public static final Elementwise SINH = function(Fn.SINH).complex(ComplexExpr::sinh);
    public static final Elementwise COSH = function(Fn.COSH).complex(ComplexExpr::cosh);
    public static final Elementwise TANH = function(Fn.TANH)
            .complex(ComplexExpr::tanh, z -> z.cosh().squared().reciprocal());
    public static final Elementwise ASINH = function(Fn.ASINH)
            .complex(ComplexExpr::asinh, z -> ComplexExpr.one().plus(z.squared()).sqrt().reciprocal());
    public static final Elementwise ACOSH = function(Fn.ACOSH)
            .complex(ComplexExpr::acosh,
                    z -> z.minus(ComplexExpr.one()).sqrt().times(z.plus(ComplexExpr.one()).sqrt()).reciprocal());
    public static final Elementwise ATANH = function(Fn.ATANH)
            .complex(ComplexExpr::atanh, z -> ComplexExpr.one().minus(z.squared()).reciprocal());
    public static final Elementwise ERF = function(Fn.ERF);
    public static final Elementwise ERFC = function(Fn.ERFC);
    public static final Elementwise ERFINV = function(Fn.ERFINV);
    /** The logarithm of the absolute value of the gamma function. */
    public static final Elementwise GAMMALN = function(Fn.LGAMMA);
    public static final Elementwise FLOOR = unary("floor", ARITHMETIC, Expr::floor);
    public static final Elementwise CEIL = unary("ceil", ARITHMETIC, x -> Expr.call(Fn.CEIL, x));
    /** Halves go to the even neighbour, as in NumPy. */
    public static final Elementwise ROUND = unary("round", ARITHMETIC, x -> Expr.call(Fn.ROUND, x));
    public static final Elementwise TRUNC = unary("trunc", ARITHMETIC, x -> Expr.call(Fn.TRUNC, x));

    private Elementary() {}

    private static Elementwise function(Fn fn) { return unary(fn.method(), FLOATING, x -> Expr.call(fn, x)); }

    /** {@code sqrt(1 - z^2)}, the sine of the angle whose cosine is z. */
    private static ComplexExpr cathetus(ComplexExpr z) { return ComplexExpr.one().minus(z.squared()).sqrt(); }
}
