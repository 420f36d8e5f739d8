package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.wengert.Autograd;
import io.wengert.Function;
import io.wengert.GradientCheck;
import org.junit.jupiter.api.Test;

/** The check of gradients that programs may use on their own functions. */
class GradientCheckTest extends Variables {

    /** Cubes, with a gradient that is wrong by a factor, but for the first element. */
    private Function cubes(double factor) {
        return new Function("cubes") {
            @Override
            protected NDList forward(Context c, NDList x) {
                c.save(x.head());
                return new NDList(x.head().pow(3));
            }

            @Override
            protected NDList backward(Context c, NDList g) {
                NDArray x = c.saved(0);
                NDArray wrong = x.neq(x.get("0")).toType(x.getDataType(), false).mul(factor - 1).add(1);
                return new NDList(g.head().mul(x.square()).mul(3).mul(wrong));
            }
        };
    }

    @Test
    void rightGradientsPass() {
        GradientCheck.check(x -> x.tanh().prod(), manager.create(new float[] {0.3f, -1, 2}));
        GradientCheck.check(x -> cubes(1).apply(x).head(), manager.create(new float[] {0.3f, -1, 2}));
        NDArray labels = manager.create(new int[] {1, 0});
        NDArray scores = manager.create(new float[] {1, 2, 0.5f, -1}, new Shape(2, 2));
        GradientCheck.check(x -> new NDList(x.get(0).softmax(1).get(1), x.get(0).mul(x.get(1).reshape(2, 1))), new NDList(scores, labels));
        // What depends on nothing has zeros both ways.
        GradientCheck.check(x -> x.mul(0).add(1), manager.ones(new Shape(2)));
    }

    @Test
    void theFirstWrongElementIsNamedWithBothNumbers() {
        NDArray x = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
        NDArray other = manager.ones(new Shape(2, 2));
        GradientCheck.Report r = GradientCheck.report(in -> new NDList(in.get(0).mul(cubes(1.5).apply(in.get(1).reshape(4)).head()
                .reshape(2, 2))), new NDList(other, x), new GradientCheck.Settings(1e-5, 1e-6, 1));
        assertFalse(r.passed());
        assertEquals(8, r.elements());
        assertEquals(3, r.wrong());
        assertEquals(1, r.first().order());
        assertEquals(1, r.first().input());
        assertArrayEquals(new long[] {0, 1}, r.first().index());
        assertEquals(1.5, r.first().analytic() / r.first().numeric(), 1e-6);
        String message = assertThrows(AssertionError.class, () -> GradientCheck.check(in -> cubes(1.5).apply(in).head(),
                manager.create(new float[] {1, 2, 3}))).getMessage();
        assertTrue(message.contains("order 1, input 0, element [1]"), message);
        assertTrue(message.contains("finite differences"), message);
    }

    @Test
    void aWrongSecondDerivativeIsFoundToo() {
        // The gradient 3 x^2 is right, but is made of a constant: its own gradient is lost.
        Function f = new Function("stops") {
            @Override
            protected NDList forward(Context c, NDList x) {
                c.save(x.head());
                return new NDList(x.head().pow(3));
            }

            @Override
            protected NDList backward(Context c, NDList g) {
                return new NDList(g.head().mul(c.saved(0).stopGradient().square().mul(3)));
            }
        };
        NDList x = new NDList(manager.create(new float[] {1, 2}));
        assertDoesNotThrow(() -> GradientCheck.check(in -> f.apply(in), x, new GradientCheck.Settings(1e-5, 1e-6, 1)));
        GradientCheck.Report r = GradientCheck.report(in -> f.apply(in), x, GradientCheck.Settings.DEFAULT);
        assertEquals(2, r.wrong());
        assertEquals(2, r.first().order());
        assertEquals(0, r.first().analytic());
    }

    @Test
    void itLeavesTheArraysAlone() {
        NDArray x = variable(1, 2);
        GradientCheck.Report r = GradientCheck.report(in -> new NDList(in.head().square()), new NDList(x), GradientCheck.Settings.DEFAULT);
        assertTrue(r.passed());
        assertNull(r.first());
        assertTrue(r.worstError() < 1e-7);
        assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
        assertArrayEquals(new float[] {0, 0}, gradient(x));
        assertFalse(Autograd.isRecording());
        NDList integers = new NDList(manager.create(new int[] {1}));
        assertThrows(IllegalArgumentException.class,
                () -> GradientCheck.report(in -> in, integers, GradientCheck.Settings.DEFAULT));
        assertThrows(IllegalArgumentException.class, () -> new GradientCheck.Settings(0, 1, 1));
    }
}
