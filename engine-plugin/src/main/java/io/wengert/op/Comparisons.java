package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.BOOLEAN;
import static io.wengert.op.Elementwise.binary;
import static io.wengert.op.Elementwise.of;
import static io.wengert.op.Elementwise.unary;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;
import io.wengert.tensor.Tensor;
import java.util.function.BinaryOperator;

/** Comparisons, logic and predicates: boolean results without a gradient. */
public final class Comparisons {

    public static final Elementwise EQ = binary("eq", BOOLEAN, Expr::eq)
            .complexToReal(ComplexExpr.arg(0).eq(ComplexExpr.arg(1)));
    public static final Elementwise NEQ = binary("neq", BOOLEAN, Expr::ne)
            .complexToReal(ComplexExpr.arg(0).ne(ComplexExpr.arg(1)));
    /** As eq, but a NaN is the same as another. */
    public static final Elementwise SAME = binary("same", BOOLEAN,
            (x, y) -> x.eq(y).or(Expr.call(Fn.ISNAN, x).and(Expr.call(Fn.ISNAN, y))));
    public static final Elementwise GT = binary("gt", BOOLEAN, Expr::gt);
    public static final Elementwise GTE = binary("gte", BOOLEAN, Expr::ge);
    public static final Elementwise LT = binary("lt", BOOLEAN, Expr::lt);
    public static final Elementwise LTE = binary("lte", BOOLEAN, Expr::le);
    public static final Elementwise EQ_NUMBER = number("eq_number", Expr::eq)
            .complexToReal(ComplexExpr.arg(0).eq(ComplexExpr.param(0)));
    public static final Elementwise NEQ_NUMBER = number("neq_number", Expr::ne)
            .complexToReal(ComplexExpr.arg(0).ne(ComplexExpr.param(0)));
    public static final Elementwise GT_NUMBER = number("gt_number", Expr::gt);
    public static final Elementwise GTE_NUMBER = number("gte_number", Expr::ge);
    public static final Elementwise LT_NUMBER = number("lt_number", Expr::lt);
    public static final Elementwise LTE_NUMBER = number("lte_number", Expr::le);
    public static final Elementwise AND = binary("logical_and", BOOLEAN, Expr::and)
            .complexToReal(ComplexExpr.arg(0).isTrue().and(ComplexExpr.arg(1).isTrue()));
    public static final Elementwise OR = binary("logical_or", BOOLEAN, Expr::or)
            .complexToReal(ComplexExpr.arg(0).isTrue().or(ComplexExpr.arg(1).isTrue()));
    public static final Elementwise XOR = binary("logical_xor", BOOLEAN, Expr::xor)
            .complexToReal(ComplexExpr.arg(0).isTrue().xor(ComplexExpr.arg(1).isTrue()));
    public static final Elementwise NOT = unary("logical_not", BOOLEAN, Expr::not)
            .complexToReal(ComplexExpr.arg(0).isTrue().not());
    public static final Elementwise IS_NAN = unary("is_nan", BOOLEAN, x -> Expr.call(Fn.ISNAN, x))
            .complexToReal(Expr.call(Fn.ISNAN, arg(0)).or(Expr.call(Fn.ISNAN, arg(1))));
    public static final Elementwise IS_INFINITE = unary("is_infinite", BOOLEAN, x -> Expr.call(Fn.ISINF, x))
            .complexToReal(Expr.call(Fn.ISINF, arg(0)).or(Expr.call(Fn.ISINF, arg(1))));

    private Comparisons() {}

    /** {@link #EQ}, of strings too. */
    public static Tensor eq(Tensor x, Tensor y) {
        return areStrings(x, y) ? Strings.compare("eq", true, x, y) : EQ.on(x, y);
    }

    /** {@link #NEQ}, of strings too. */
    public static Tensor neq(Tensor x, Tensor y) {
        return areStrings(x, y) ? Strings.compare("neq", false, x, y) : NEQ.on(x, y);
    }

    private static boolean areStrings(Tensor x, Tensor y) {
        return x.dtype() == DType.STRING && y.dtype() == DType.STRING;
    }

    private static Elementwise number(String name, BinaryOperator<Expr> f) {
        return of(name, BOOLEAN, 1, f.apply(arg(0), param(0)));
    }
}
