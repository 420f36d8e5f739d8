package io.wengert.kernel;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Formulas flattened to steps. */
class ProgramTest {

    @Test
    void equalFormulasAreOneProgram() {
        Program p = Program.of(arg(0).plus(c(2)).exp());
        assertSame(p, Program.of(arg(0).plus(c(2)).exp()));
        assertNotSame(p, Program.of(arg(0).plus(c(3)).exp()));
        assertNotEquals(p.id(), Program.of(arg(0).plus(c(3)).exp()).id());
    }

    @Test
    void equalSubFormulasStandOnce() {
        Expr a = arg(0).exp();
        Program p = Program.of(a.plus(arg(0).exp()), a.times(c(2)), a);
        assertEquals(3, p.steps().size(), p.toString());
        assertEquals(3, p.outs());
        assertArrayEquals(new double[] {2 * Math.E, 2 * Math.E, Math.E}, p.eval(new double[] {1}), 1e-15);
    }

    @Test
    void argumentsParametersAndConstants() {
        Program p = Program.of(arg(1).times(param(1)).plus(c(5)).minus(c(5).times(param(0))), arg(0), c(7));
        assertEquals(2, p.args());
        assertEquals(2, p.params());
        assertEquals(2, p.constants());
        assertArrayEquals(new double[] {3 * 11 + 5 - 50, 2, 7}, p.eval(new double[] {2, 3}, 10, 11));
    }

    @Test
    void constantsOfBothZerosAndNan() {
        Program p = Program.of(c(1).over(arg(0).times(c(-0.0)).max(c(-0.0))));
        assertEquals(Double.NEGATIVE_INFINITY, p.eval(new double[] {1})[0]);
        assertTrue(Double.isNaN(Program.of(arg(0).plus(c(Double.NaN))).eval(new double[] {1})[0]));
    }

    @Test
    void sharedPartsDoNotBlowUp() {
        Expr e = arg(0);
        for (int i = 0; i < 200; i++) {
            e = e.plus(e.sin());
        }
        Program p = Program.of(e);
        assertEquals(400, p.steps().size());
        assertTrue(p.cost() > 400);
    }
}
