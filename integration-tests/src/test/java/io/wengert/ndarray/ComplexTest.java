package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.djl.WgGradientCollector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Complex numbers: arithmetic, conversions, and gradients by PyTorch's convention. */
class ComplexTest {

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    /** A vector from real and imaginary parts by turns. */
    private NDArray vector(float... parts) { return manager.create(parts, new Shape(parts.length / 2, 2)).complex(); }

    private static void is(NDArray z, float... parts) {
        assertEquals(DataType.COMPLEX64, z.getDataType());
        assertArrayEquals(parts, z.real().toFloatArray(), 1e-6f);
    }

    @Test
    void pairsAndBack() {
        NDArray z = manager.create(new float[] {10, 12}).complex();
        assertEquals(new Shape(), z.getShape());
        is(z, 10, 12);
        assertArrayEquals(new float[] {10, 12}, z.real().toFloatArray());
        assertEquals(new Shape(3, 2), vector(1, 2, 3, 4, 5, 6).real().getShape());
        is(manager.create(new int[] {1, 2}).complex(), 1, 2);
        assertThrows(IllegalArgumentException.class, () -> manager.create(new float[] {1, 2, 3}).complex());
        assertThrows(IllegalArgumentException.class, () -> manager.create(1f).complex());
        assertThrows(IllegalArgumentException.class, () -> manager.create(1f).real());
    }

    @Test
    void conjugate() {
        is(vector(1, 2, -3, 0.5f).conj(), 1, -2, -3, -0.5f);
        NDArray x = manager.create(1f);
        assertSame(x, x.conj());
    }

    @Test
    void arithmetic() {
        NDArray a = vector(1, 2, -3, 0.5f);
        NDArray b = vector(2, -1, 0, 4);
        is(a.add(b), 3, 1, -3, 4.5f);
        is(a.sub(b), -1, 3, -3, -3.5f);
        is(a.mul(b), 4, 3, -2, -12);
        is(a.div(b), 0, 1, 0.125f, 0.75f);
        is(a.neg(), -1, -2, 3, -0.5f);
        is(a.square(), -3, 4, 8.75f, -3);
        is(a.add(2), 3, 2, -1, 0.5f);
        is(a.sub(1.5), -0.5f, 2, -4.5f, 0.5f);
        is(a.mul(2), 2, 4, -6, 1);
        is(a.div(2), 0.5f, 1, -1.5f, 0.25f);
        is(a.getNDArrayInternal().rdiv(5), 1, -2, -15 / 9.25f, -2.5f / 9.25f);
        is(a.getNDArrayInternal().rsub(1), 0, -2, 4, -0.5f);
        assertArrayEquals(new float[] {5, 13}, vector(3, 4, -5, 12).abs().toFloatArray());
        assertArrayEquals(new float[] {2e30f, 0}, vector(2e30f, 0, 0, 0).abs().toFloatArray(), 1e20f);
        assertEquals(1e-30f, vector(0, 1e-30f).abs().getFloat(0), 1e-36f);
    }

    @Test
    void functions() {
        is(vector(0, (float) Math.PI, 1, 0).exp(), -1, 0, (float) Math.E, 0);
        is(vector(-1, 0, 0, 1).log(), 0, (float) Math.PI, 0, (float) Math.PI / 2);
        is(vector(0, 1).sin(), 0, (float) Math.sinh(1));
        is(vector(0, 1).cos(), (float) Math.cosh(1), 0);
        is(vector(3, 4, 0, 0).sign(), 0.6f, 0.8f, 0, 0);
        is(vector(3, 4, -4, 0, 0, 0).sqrt(), 2, 1, 0, 2, 0, 0);
        is(vector(1, 2, 0, 0).pow(3), -11, -2, 0, 0);
        is(vector(1, 2, 0, 0).pow(0), 1, 0, 1, 0);
        is(vector(0, 1, 0, 0).pow(vector(0, 1, 2, 0)), (float) Math.exp(-Math.PI / 2), 0, 0, 0);
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1).erf());
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1).gt(0));
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1).max());
    }

    /** Where the formulas of textbooks overflow or cancel; expected values by another implementation (CPython's cmath). */
    @Test
    void functionsKeepTheirDigitsFarFromAndNearZero() {
        NDArray z = vector(-30, 0.5f, -1e-4f, 2e-4f, 5, -40, -1e4f, -3);
        near(z.tan(), 0.516044207, 1.98961495, -9.99999963e-5, 1.99999999e-4, -1.963754514e-35, -1, -0.00287358963, -0.995972532);
        near(z.tanh(), -1, 1.47366995e-26, -1.00000003667e-4, 2.00000000667e-4, 1.00001001912, 9.0245854521e-5, -1, 0);
        near(z.asin(), -1.55412194125, 4.09420576993, -9.99999981667e-5, 1.99999999667e-4, 0.124317141657, -4.38992780918,
                -1.57049632680, -9.90348759604);
        near(z.acos(), 3.12491826805, -4.09420576993, 1.57089632676, -1.99999999667e-4, 1.44647918514, 4.38992780918,
                3.14129265360, 9.90348759604);
        near(z.atan(), -1.53748456708, 5.54785248478e-4, -1.00000003667e-4, 2.00000000667e-4, 1.56771754797, -0.0246201247261,
                -1.57069632680, -2.9999997e-8);
        near(z.asinh(), -4.09476086288, 0.0166558772948, -1.00000001833e-4, 2.00000000333e-4, 4.38962958431, -1.44640344548,
                -9.90348760104, -2.99999989501e-4);
        near(z.acosh(), 4.09420576993, 3.12491826805, 1.99999999667e-4, 1.57089632676, 4.38992780918, -1.44647918514,
                9.90348759604, -3.14129265360);
        near(z.atanh(), -0.0333364099652, 1.57024030812, -9.99999963333e-5, 1.99999999333e-4, 3.07506952041e-3, -1.54618567924,
                -9.99999913333e-5, -1.57079629679);
    }

    /** Within some units of the last place of each number; where 0 is expected, of one. */
    private static void near(NDArray z, double... parts) {
        float[] v = z.real().toFloatArray();
        for (int i = 0; i < parts.length; i++) {
            double allowed = parts[i] == 0 ? 1e-7 : 4e-7 * Math.abs(parts[i]);
            assertEquals(parts[i], v[i], allowed, "part " + i);
        }
    }

    @Test
    void promotion() {
        NDArray z = vector(1, 2, 3, 4);
        NDArray x = manager.create(new float[] {10, 20});
        is(z.add(x), 11, 2, 23, 4);
        is(x.sub(z), 9, -2, 17, -4);
        is(z.mul(manager.create(new int[] {2, 3})), 2, 4, 9, 12);
        is(manager.create(new double[] {2}).mul(z), 2, 4, 6, 8);
        is(z.reshape(2, 1).add(z), 2, 4, 4, 6, 4, 6, 6, 8);
    }

    @Test
    void logicAndPlaces() {
        NDArray z = vector(0, 0, 0, 1, 2, 0);
        assertArrayEquals(new boolean[] {true, false, false}, z.logicalNot().toBooleanArray());
        assertArrayEquals(new boolean[] {false, true, true}, z.logicalOr(z).toBooleanArray());
        assertArrayEquals(new long[] {1, 2}, z.nonzero().toLongArray());
        is(z.booleanMask(z.neq(0)), 0, 1, 2, 0);
        assertEquals(2, z.countNonzero().getLong());
    }

    @Test
    void productsAndInverse() {
        NDArray z = vector(1, 2, 3, 4, 0, 1);
        is(z.prod(), -10, -5);
        is(z.cumProd(0), 1, 2, -5, 10, -10, -5);
        NDArray a = vector(1, 1, 0, 2, 2, 0, 1, -1).reshape(2, 2);
        is(a.matMul(a.inverse()).sub(manager.eye(2)), new float[8]);
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1, 2, 2, 1, 1, 2, 2).reshape(2, 2).inverse());
    }

    @Test
    void comparisonsAndChoice() {
        NDArray a = vector(1, 2, 3, 4);
        NDArray b = vector(1, 2, 3, 5);
        assertArrayEquals(new boolean[] {true, false}, a.eq(b).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true}, a.neq(b).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true}, vector(1, 1, 1, 0).eq(1).toBooleanArray());
        assertTrue(a.contentEquals(vector(1, 2, 3, 4)));
        assertArrayEquals(new boolean[] {false, true}, vector(1, 2, 1, Float.NaN).isNaN().toBooleanArray());
        assertArrayEquals(new boolean[] {false, true}, vector(1, 2, 1 / 0f, 0).isInfinite().toBooleanArray());
        assertFalse(a.contentEquals(b));
        is(ai.djl.ndarray.NDArrays.where(manager.create(new boolean[] {true, false}), a, b), 1, 2, 3, 5);
    }

    @Test
    void sums() {
        NDArray z = vector(1, 2, 3, 4, 5, 6, 7, 8).reshape(2, 2);
        is(z.sum(), 16, 20);
        is(z.sum(new int[] {0}), 6, 8, 10, 12);
        is(z.mean(new int[] {1}, true), 2, 3, 6, 7);
        assertEquals(new Shape(2, 1), z.mean(new int[] {1}, true).getShape());
    }

    @Test
    void matrixProduct() {
        NDArray a = vector(1, 1, 0, 2, 3, 0, 1, -1).reshape(2, 2);
        NDArray b = vector(1, 0, 0, 1).reshape(2, 1);
        is(a.matMul(b), -1, 1, 4, 1);
        is(a.matMul(manager.create(new float[] {1, 2}, new Shape(2, 1))), 1, 5, 5, -2);
    }

    @Test
    void viewsAndCopies() {
        NDArray z = vector(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).reshape(2, 3);
        is(z.transpose(), 1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12);
        is(z.transpose().mul(2).get(1), 6, 8, 18, 20);
        is(z.get(":, ::2"), 1, 2, 5, 6, 7, 8, 11, 12);
        is(z.flip(1).real().complex(), 5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8);
        is(z.concat(z.neg(), 1).get("0, 2:4"), 5, 6, -1, -2);
        is(z.duplicate().addi(z).muli(2).get(0, 0), 4, 8);
    }

    @Test
    void partsOutliveTheirArray() {
        NDArray z = manager.zeros(new Shape(4096), DataType.COMPLEX64).add(3);
        NDArray parts = z.real();
        z.close();
        NDArray other = manager.ones(new Shape(4096), DataType.COMPLEX64);
        assertEquals(3 * 4096, parts.sum().getFloat());
        parts.close();
        assertEquals(4096, other.real().sum().getFloat());
    }

    @Test
    void partsDoNotChangeInPlaceWithTheirArray() {
        NDArray z = vector(1, 2);
        NDArray parts = z.real();
        parts.addi(5);
        is(z, 1, 2);
        z.addi(1);
        assertArrayEquals(new float[] {6, 7}, parts.toFloatArray());
    }

    @Test
    void conversions() {
        NDArray z = vector(1.5f, 2, 0, 3, 0, 0);
        assertArrayEquals(new float[] {1.5f, 0, 0}, z.toType(DataType.FLOAT32, false).toFloatArray());
        assertArrayEquals(new int[] {1, 0, 0}, z.toType(DataType.INT32, false).toIntArray());
        assertArrayEquals(new boolean[] {true, true, false}, z.toType(DataType.BOOLEAN, false).toBooleanArray());
        is(manager.create(new double[] {1, -2}).toType(DataType.COMPLEX64, false), 1, 0, -2, 0);
        is(manager.create(new boolean[] {true}).toType(DataType.COMPLEX64, false), 1, 0);
        assertThrows(IllegalArgumentException.class, () -> z.toType(DataType.STRING, false));
    }

    @Test
    void creation() {
        is(manager.zeros(new Shape(2), DataType.COMPLEX64), 0, 0, 0, 0);
        is(manager.ones(new Shape(1), DataType.COMPLEX64), 1, 0);
        is(manager.full(new Shape(1), 2.5f, DataType.COMPLEX64), 2.5f, 0);
        is(manager.create(FloatBuffer.wrap(new float[] {1, 2, 3, 4}), new Shape(2), DataType.COMPLEX64), 1, 2, 3, 4);
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            ByteBuffer b = ByteBuffer.allocate(8).order(order).putFloat(1.5f).putFloat(-2).rewind();
            is(manager.create(b, new Shape(), DataType.COMPLEX64), 1.5f, -2);
        }
        NDArray z = vector(1, 2, 3, 4);
        ByteBuffer bytes = z.toByteBuffer();
        assertEquals(16, bytes.remaining());
        is(manager.create(bytes, new Shape(2), DataType.COMPLEX64), 1, 2, 3, 4);
        NDArray copy = NDArray.decode(manager, z.encode());
        is(copy, 1, 2, 3, 4);
        assertTrue(z.toString().startsWith("ND: (2) cpu() complex64"), z.toString());
    }

    @Test
    void gradientOfASquaredAbsoluteValue() {
        NDArray z = vector(1, 2, 0, 0, -3, 0.5f);
        z.setRequiresGradient(true);
        try (WgGradientCollector c = collector()) {
            c.backward(z.abs().square().sum());
        }
        is(z.getGradient(), 2, 4, 0, 0, -6, 1);
    }

    @Test
    void aHolomorphicFunctionGivesTheConjugateOfItsDerivative() {
        NDArray z = vector(1, 2, -0.5f, 0.25f);
        z.setRequiresGradient(true);
        try (WgGradientCollector c = collector()) {
            NDArray y = z.mul(z).mul(z);
            c.backward(y, vector(1, 0, 1, 0));
        }
        is(z.getGradient(), z.mul(z).mul(3).conj().real().toFloatArray());
    }

    @Test
    void aRealInputGetsARealGradient() {
        NDArray x = manager.create(new float[] {1, 2});
        x.setRequiresGradient(true);
        NDArray z = vector(3, 4, 5, 6);
        try (WgGradientCollector c = collector()) {
            c.backward(x.mul(z).real().sum());
        }
        assertArrayEquals(new float[] {7, 11}, x.getGradient().toFloatArray());
    }

    private static WgGradientCollector collector() {
        return (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector();
    }

    /** A real number of a complex function, with weights that differ for all parts. */
    private NDArray weighted(NDArray y) {
        NDArray p = y.getDataType() == DataType.COMPLEX64 ? y.real() : y;
        return p.mul(manager.arange(p.size()).add(1).div(p.size()).reshape(p.getShape())).sum();
    }

    /** The gradient by all parts of z against central differences. */
    private void check(UnaryOperator<NDArray> f, float... parts) {
        NDArray x = manager.create(parts);
        x.setRequiresGradient(true);
        Shape pairs = new Shape(parts.length / 2, 2);
        try (WgGradientCollector c = collector()) {
            c.backward(weighted(f.apply(x.reshape(pairs).complex())));
        }
        float[] g = x.getGradient().toFloatArray();
        float step = 1 / 128f;
        for (int i = 0; i < parts.length; i++) {
            float[] above = parts.clone();
            float[] below = parts.clone();
            above[i] += step;
            below[i] -= step;
            double d = weighted(f.apply(vector(above))).getFloat() - weighted(f.apply(vector(below))).getFloat();
            assertEquals(d / (2 * step), g[i], 3e-3 * Math.max(1, Math.abs(g[i])), "part " + i);
        }
    }

    @Test
    void gradientsByDifferences() {
        float[] at = {1, 0.5f, -0.75f, 1.25f, 0.5f, -1};
        NDArray w = vector(0.5f, 1, -1, 0.25f, 0.75f, -0.5f);
        check(z -> z.add(w), at);
        check(z -> w.sub(z), at);
        check(z -> z.mul(w), at);
        check(z -> z.div(w), at);
        check(z -> w.div(z), at);
        check(z -> z.mul(z.conj()), at);
        check(z -> z.square().add(1).mul(2).getNDArrayInternal().rdiv(3), at);
        check(NDArray::abs, at);
        check(NDArray::sign, at);
        check(NDArray::exp, at);
        check(NDArray::log, at);
        check(NDArray::sin, at);
        check(NDArray::sqrt, at);
        check(z -> z.pow(1.5), at);
        check(z -> z.pow(w), at);
        check(z -> w.pow(z), at);
        check(NDArray::cos, at);
        check(z -> z.mul(z.get(0)), at);
        check(z -> z.sum().mul(z.mean()), at);
        check(z -> z.reshape(3, 1).matMul(z.reshape(1, 3).add(w)), at);
        check(z -> z.toType(DataType.FLOAT32, false).mul(z), at);
        check(z -> z.reshape(3, 1).mul(w).transpose().concat(z.reshape(1, 3)).get("1:"), at);
        check(z -> z.abs().add(z), at);
    }

    @Test
    void secondDerivative() {
        NDArray z = vector(1, 2, -3, 0.5f);
        z.setRequiresGradient(true);
        try (WgGradientCollector c = collector()) {
            NDArray g = c.grad(new NDList(z.abs().square().sum()), new NDList(z), null, true, true).get(0);
            is(g, 2, 4, -6, 1);
            c.backward(g.real().mul(manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2))).sum());
        }
        is(z.getGradient(), 2, 4, 6, 8);
    }
}
