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
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1).tan());
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1).gt(0));
        assertThrows(IllegalArgumentException.class, () -> vector(1, 1).max());
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
