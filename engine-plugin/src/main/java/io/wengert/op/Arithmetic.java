package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.ARITHMETIC;
import static io.wengert.op.Elementwise.Typing.CHOICE;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.binary;
import static io.wengert.op.Elementwise.of;

import io.wengert.kernel.Expr;
import java.util.function.BinaryOperator;

/** Arithmetic of two arrays, or of an array and a number in either order. */
public final class Arithmetic {

    private static final ComplexExpr K = ComplexExpr.param(0);

    public static final Elementwise ADD = binary("add", ARITHMETIC, Expr::plus).complex(ComplexExpr::plus);
    public static final Elementwise SUB = binary("sub", ARITHMETIC, Expr::minus).complex(ComplexExpr::minus);
    public static final Elementwise MUL = binary("mul", ARITHMETIC, Expr::times).complex(ComplexExpr::times);
    /** Of integers too a floating quotient. */
    public static final Elementwise DIV = binary("div", FLOATING, Expr::over).complex(ComplexExpr::over);
    /** The remainder with the sign of the divisor. */
    public static final Elementwise MOD = binary("mod", ARITHMETIC, Expr::mod);
    public static final Elementwise POW = binary("pow", ARITHMETIC, Expr::pow).complex(ComplexExpr::pow);
    public static final Elementwise MAXIMUM = binary("maximum", ARITHMETIC, Expr::max);
    public static final Elementwise MINIMUM = binary("minimum", ARITHMETIC, Expr::min);
    public static final Elementwise ATAN2 = binary("atan2", FLOATING, Expr::atan2);
    /** x log y, and 0 where x is 0 whatever y. */
    public static final Elementwise XLOGY = binary("xlogy", FLOATING,
            (x, y) -> x.eq(Expr.c(0)).where(Expr.c(0), x.times(y.log())))
            .slopes(unlessZero(arg(0), arg(1), arg(1).log()), unlessZero(arg(0), arg(1), arg(0).over(arg(1))));

    public static final Elementwise ADD_NUMBER = number("add_number", ARITHMETIC, Expr::plus)
            .complex(x -> x.plus(K));
    public static final Elementwise SUB_NUMBER = number("sub_number", ARITHMETIC, Expr::minus)
            .complex(x -> x.minus(K));
    public static final Elementwise RSUB_NUMBER = number("rsub_number", ARITHMETIC, (x, k) -> k.minus(x))
            .complex(x -> K.minus(x));
    public static final Elementwise MUL_NUMBER = number("mul_number", ARITHMETIC, Expr::times)
            .complex(x -> x.times(K));
    public static final Elementwise DIV_NUMBER = number("div_number", FLOATING, Expr::over)
            .complex(x -> x.over(K));
    public static final Elementwise RDIV_NUMBER = number("rdiv_number", FLOATING, (x, k) -> k.over(x))
            .complex(x -> K.over(x));
    public static final Elementwise MOD_NUMBER = number("mod_number", ARITHMETIC, Expr::mod);
    public static final Elementwise RMOD_NUMBER = number("rmod_number", ARITHMETIC, (x, k) -> k.mod(x));
    public static final Elementwise POW_NUMBER = number("pow_number", ARITHMETIC, Expr::pow)
            .complex(x -> x.pow(K));
    public static final Elementwise RPOW_NUMBER = number("rpow_number", ARITHMETIC, (x, k) -> k.pow(x))
            .complex(x -> K.pow(x));
    public static final Elementwise MAXIMUM_NUMBER = number("maximum_number", ARITHMETIC, Expr::max);
    public static final Elementwise MINIMUM_NUMBER = number("minimum_number", ARITHMETIC, Expr::min);

    /** Limits to the interval of two numbers; NaN stays. */
    public static final Elementwise CLIP = of("clip", ARITHMETIC, 1, arg(0).max(param(0)).min(param(1)))
            .slopes(arg(0).ge(param(0)).and(arg(0).le(param(1))));

    /** The second array where the first is not zero, else the third. */
    public static final Elementwise WHERE = of("where", CHOICE, 3, arg(0).where(arg(1), arg(2)))
            .complex(ComplexExpr.arg(0).where(ComplexExpr.arg(1), ComplexExpr.arg(2)));

    private Arithmetic() {}

    /** A slope, and 0 where x is 0 and y has no logarithm, as in PyTorch. */
    private static Expr unlessZero(Expr x, Expr y, Expr slope) {
        return x.eq(Expr.c(0)).and(y.le(Expr.c(0))).where(Expr.c(0), slope);
    }

    private static Elementwise number(String name, Elementwise.Typing typing, BinaryOperator<Expr> f) {
        return of(name, typing, 1, f.apply(arg(0), param(0)));
    }
}
