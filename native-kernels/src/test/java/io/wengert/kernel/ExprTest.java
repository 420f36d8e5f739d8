package io.wengert.kernel;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Formulas: simplification, derivatives, substitution. */
class ExprTest {

    private static final double STEP = 1e-5;

    private static double eval(Expr e, double... x) {
        // The arguments that a formula mentions may be fewer than there are.
        return Program.of(e, arg(0), arg(1)).eval(x)[0];
    }

    @Test
    void zerosAndOnesVanish() {
        Expr x = arg(0);
        assertSame(x, x.plus(c(0)));
        assertSame(x, c(0).plus(x));
        assertSame(x, x.minus(c(0)));
        assertSame(x, x.times(c(1)));
        assertSame(x, c(1).times(x));
        assertSame(x, x.over(c(1)));
        assertEquals(c(0), x.times(c(0)));
        assertEquals(x.neg(), c(0).minus(x));
        assertEquals(c(-3), c(3).neg());
        assertSame(x, arg(1).where(x, x));
    }

    @Test
    void everyFunctionHasItsDerivativeAtOrderOneAndTwo() {
        for (Fn fn : Fn.values()) {
            if (fn == Fn.POLYGAMMA || fn == Fn.WHERE) {
                continue;
            }
            double x = fn == Fn.ACOSH ? 1.75 : 0.4375;
            double y = 1.3125;
            Expr f = fn.arity() == 1 ? Expr.call(fn, arg(0)) : Expr.call(fn, arg(0), arg(1));
            for (int i = 0; i < fn.arity(); i++) {
                double dx = i == 0 ? STEP : 0;
                double dy = i == 1 ? STEP : 0;
                check(fn + " by " + i, f, f.d(i), x, y, dx, dy);
                for (int k = 0; k < fn.arity(); k++) {
                    check(fn + " by " + i + " and " + k, f.d(i), f.d(i).d(k), x, y, k == 0 ? STEP : 0, k == 1 ? STEP : 0);
                }
            }
        }
    }

    private static void check(String what, Expr f, Expr d, double x, double y, double dx, double dy) {
        double numeric = (eval(f, x + dx, y + dy) - eval(f, x - dx, y - dy)) / (2 * STEP);
        assertEquals(numeric, eval(d, x, y), 1e-6 * Math.max(1, Math.abs(numeric)), what);
    }

    @Test
    void chainRule() {
        Expr x = arg(0);
        Expr f = x.squared().times(arg(1)).exp().plus(x.sin().over(arg(1)));
        check("by x", f, f.d(0), 0.7, 1.1, STEP, 0);
        check("by y", f, f.d(1), 0.7, 1.1, 0, STEP);
        assertEquals(c(0), f.d(2));
        assertEquals(c(0), param(0).d(0));
    }

    @Test
    void choiceAndTies() {
        Expr f = arg(0).gt(c(0)).where(arg(0).squared(), arg(1));
        assertEquals(6, eval(f.d(0), 3, 5));
        assertEquals(0, eval(f.d(0), -3, 5), 1e-300);
        assertEquals(1, eval(f.d(1), -3, 5));
        Expr root = arg(0).gt(c(0)).where(arg(0).sqrt(), c(0));
        assertEquals(0, eval(root.d(0), 0, 5), "the branch that is not taken has an infinite slope there");
        assertEquals(0, eval(root.d(0).d(0), 0, 5));
        assertEquals(0.5, eval(arg(0).max(arg(1)).d(0), 2, 2));
        assertEquals(0.5, eval(arg(0).min(arg(1)).d(1), 2, 2));
    }

    @Test
    void whatWasNotTakenWeighsNothing() {
        Expr g = arg(1);
        double infinity = Double.POSITIVE_INFINITY;
        assertEquals(0, eval(arg(0).relu().d(0).weigh(g), -1, infinity));
        assertEquals(7, eval(arg(0).relu().d(0).weigh(g), 1, 7));
        assertEquals(0, eval(arg(0).max(c(2)).d(0).weigh(g), 1, infinity));
        assertEquals(3.5, eval(arg(0).max(c(2)).d(0).weigh(g), 2, 7), "a tie");
        assertEquals(0, eval(arg(0).ge(c(0)).weigh(g), -1, Double.NaN));
        assertEquals(14, eval(arg(0).gt(c(0)).where(c(2), c(1)).weigh(g), 3, 7));
        assertEquals(21, eval(arg(0).weigh(g), 3, 7));
    }

    @Test
    void substitutionAndMention() {
        Expr f = arg(0).plus(arg(1).times(param(0)));
        assertTrue(f.mentions(1));
        assertFalse(f.mentions(2));
        assertEquals(arg(1).plus(arg(0).times(param(0))), f.substitute(arg(1), arg(0)));
        assertThrows(IllegalArgumentException.class, () -> Expr.call(Fn.ADD, arg(0)));
    }
}
