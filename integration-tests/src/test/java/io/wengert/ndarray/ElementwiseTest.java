package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Arithmetic and functions of each element, new and in place, as DJL's documentation shows them.
 *
 * <p>Where an example there contradicts itself the text or NumPy counts: {@code arange(5f).pow(4f)} shows six cubes;
 * {@code asin, acos, atan, atan2} of float32 are shown as float64, and {@code arange(9).sub} of int32 as float32;
 * {@code gammaln} of three elements has the shape (2). The remainder by 0 is NaN, shown as 0.
 */
class ElementwiseTest {

    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray f(float... v) { return manager.create(v); }

    private NDArray d(double... v) { return manager.create(v); }

    private NDArray i(DataType type, long... v) { return manager.create(v).toType(type, false); }

    /** 0 to 8 in three rows. */
    private NDArray nine() { return manager.arange(9f).reshape(3, 3); }

    private static void check(NDArray y, DataType type, Shape shape, double... v) {
        assertEquals(type, y.getDataType());
        assertEquals(shape, y.getShape());
        assertArrayEquals(v, y.toType(DataType.FLOAT64, false).toDoubleArray(), 6e-5);
    }

    private static void check(NDArray y, double... v) { check(y, DataType.FLOAT32, new Shape(v.length), v); }

    private static void check64(NDArray y, double... v) { check(y, DataType.FLOAT64, new Shape(v.length), v); }

    private static void check(NDArray y, Shape shape, double... v) { check(y, DataType.FLOAT32, shape, v); }

    private static void exact(NDArray y, DataType type, long... v) {
        assertEquals(type, y.getDataType());
        assertArrayEquals(v, y.toType(DataType.INT64, false).toLongArray());
    }

    @Test
    void documentedArithmeticWithNumbers() {
        NDArray x = f(1, 2);
        check(x.add(2f), 3, 4);
        check(x.sub(2f), -1, 0);
        check(x.mul(3f), 3, 6);
        check(manager.arange(5f).div(4f), 0, 0.25, 0.5, 0.75, 1);
        check(manager.arange(7f).mod(5f), 0, 1, 2, 3, 4, 0, 1);
        check(manager.arange(6f).pow(3f), 0, 1, 8, 27, 64, 125);
        check(manager.arange(5f).pow(4f), 0, 1, 16, 81, 256);
        check(f(2, 3, 4).maximum(3f), 3, 3, 4);
        check(f(2, 3, 4).minimum(3f), 2, 3, 3);
        check(manager.arange(10f).clip(1, 8), 1, 1, 2, 3, 4, 5, 6, 7, 8, 8);
        check(x, 1, 2);
    }

    @Test
    void documentedArithmeticOfArrays() {
        Shape square = new Shape(3, 3);
        NDArray row = manager.arange(3f);
        check(nine().add(row), square, 0, 2, 4, 3, 5, 7, 6, 8, 10);
        check(nine().sub(row), square, 0, 0, 0, 3, 3, 3, 6, 6, 6);
        exact(manager.arange(9).reshape(3, 3).sub(manager.arange(3)), DataType.INT32, 0, 0, 0, 3, 3, 3, 6, 6, 6);
        check(nine().mul(row), square, 0, 1, 4, 0, 4, 10, 0, 7, 16);
        check(nine().div(manager.ones(new Shape(3)).mul(10)), square, 0, .1, .2, .3, .4, .5, .6, .7, .8);
        check(f(4, 7).mod(f(2, 3)), 0, 1);
        check(manager.arange(6f).reshape(3, 2).pow(f(2, 3)), new Shape(3, 2), 0, 1, 4, 27, 16, 125);
        check(f(2, 3, 4).maximum(f(1, 5, 2)), 2, 5, 4);
        check(manager.eye(2).maximum(f(0.5f, 2)), new Shape(2, 2), 1, 2, 0.5, 2);
        check(f(2, 3, 4).minimum(f(1, 5, 2)), 1, 3, 2);
        check(manager.eye(2).minimum(f(0.5f, 2)), new Shape(2, 2), 0.5, 0, 0, 1);
        check(f(0, 1).atan2(f(0, -6)), 0, 2.9764);
        check(f(0, 0, 2).xlogy(f(0, 5, (float) Math.E)), 0, 0, 2);
    }

    @Test
    void documentedArithmeticInPlace() {
        List<NDArray> before = List.of(f(1, 2), f(1, 2), f(1, 2), manager.arange(5f), manager.arange(7f),
                manager.arange(6f), manager.arange(5f), manager.arange(5f), f(-2, 0, 3));
        List<UnaryOperator<NDArray>> change = List.of(x -> x.addi(2f), x -> x.subi(2f), x -> x.muli(3f),
                x -> x.divi(4f), x -> x.modi(5f), x -> x.powi(3f), x -> x.powi(4f), NDArray::negi, NDArray::signi);
        double[][] after = {{3, 4}, {-1, 0}, {3, 6}, {0, 0.25, 0.5, 0.75, 1}, {0, 1, 2, 3, 4, 0, 1},
            {0, 1, 8, 27, 64, 125}, {0, 1, 16, 81, 256}, {0, -1, -2, -3, -4}, {-1, 0, 1}};
        for (int k = 0; k < after.length; k++) {
            NDArray x = before.get(k);
            assertSame(x, change.get(k).apply(x));
            check(x, after[k]);
        }
    }

    @Test
    void documentedArithmeticOfArraysInPlace() {
        Shape square = new Shape(3, 3);
        NDArray x = f(1, 2);
        assertSame(x, x.addi(f(3, 4)));
        check(x, 4, 6);
        NDArray y = nine();
        assertSame(y, y.subi(manager.arange(3f)));
        check(y, square, 0, 0, 0, 3, 3, 3, 6, 6, 6);
        y = nine();
        assertSame(y, y.muli(manager.arange(3f)));
        check(y, square, 0, 1, 4, 0, 4, 10, 0, 7, 16);
        y = nine();
        assertSame(y, y.divi(manager.ones(new Shape(3)).mul(10)));
        check(y, square, 0, .1, .2, .3, .4, .5, .6, .7, .8);
        x = f(4, 7);
        assertSame(x, x.modi(f(2, 3)));
        check(x, 0, 1);
        y = manager.arange(6f).reshape(3, 2);
        assertSame(y, y.powi(f(2, 3)));
        check(y, new Shape(3, 2), 0, 1, 4, 27, 16, 125);
    }

    @Test
    void documentedFunctions() {
        NDArray x = f(-1.7f, -1.5f, -0.2f, 0.2f, 1.5f, 1.7f, 2);
        check(x.floor(), -2, -2, -1, 0, 1, 1, 2);
        check(x.ceil(), -1, -1, -0.0, 1, 2, 2, 2);
        check(x.round(), -2, -2, -0.0, 0, 2, 2, 2);
        check(x.trunc(), -1, -1, -0.0, 0, 1, 1, 2);
        assertEquals(-0f, x.ceil().getFloat(2));
        assertEquals(-0f, manager.arange(5f).neg().getFloat(0));
        check(manager.arange(5f).neg(), 0, -1, -2, -3, -4);
        check(f(-1, -2).abs(), 1, 2);
        check(f(2, -3).square(), 4, 9);
        check(f(4).sqrt(), 2);
        check(f(1, 8, 27).cbrt(), 1, 2, 3);
        check(f(-2.5f, 0, 7).sign(), -1, 0, 1);
        check(f(0, 2.5f).exp(), 1, 12.1825);
        check(f(0.5f, 1, 1.5f).gammaln(), 0.5724, 0, -0.1208);
        check(f(0, 2.5f).log(), -INF, 0.9163);
        check(f(1000, 1, 150).log10(), 3, 0, 2.1761);
        check(f(8, 1, 5).log2(), 3, 0, 2.3219);
        check(f(0, 0.5f, -1).erfinv(), 0, 0.4769, -INF);
        check(f(0, 0.4769f, Float.NEGATIVE_INFINITY).erf(), 0, 0.5, -1);
    }

    @Test
    void documentedTrigonometry() {
        check(f(0, 30, 45, 60, 90).mul(Math.PI).div(180f).sin(), 0, 0.5, 0.7071, 0.866, 1);
        check64(d(0, Math.PI / 2, Math.PI).cos(), 1, 6.1232340e-17, -1);
        assertArrayEquals(new double[] {1.2246468e-16, 1.6331239e+16, -1.2246468e-16},
                d(-Math.PI, Math.PI / 2, Math.PI).tan().toDoubleArray(), 1e10);
        check(f(1, -1, 0).asin(), 1.5708, -1.5708, 0);
        check(f(1, -1).acos(), 0, 3.1416);
        check(f(0, 1).atan(), 0, 0.7854);
        check64(d(0, Math.PI).sinh(), 0, 11.5487);
        check64(d(0, Math.PI).cosh(), 1, 11.592);
        check64(d(0, Math.PI).tanh(), 0, 0.9963);
        check64(d(Math.E, 10).asinh(), 1.7254, 2.9982);
        check64(d(Math.E, 10).acosh(), 1.6575, 2.9932);
        check64(d(0, -0.5).atanh(), 0, -0.5493);
        check(manager.arange(6f).mul(Math.PI / 3).toDegrees(), 0, 60, 120, 180, 240, 300);
        check(manager.arange(6f).mul(60).toRadians(), 0, 1.0472, 2.0944, 3.1416, 4.1888, 5.236);
    }

    @Test
    void edgesOfTheDomain() {
        check(f(-1, 0).log(), NAN, -INF);
        check(f(-1, -4).sqrt(), NAN, NAN);
        check(f(2, -2).asin(), NAN, NAN);
        check(f(1, 0, -1).div(0), INF, NAN, -INF);
        check(f(5, -5).mod(0), NAN, NAN);
        check(f(Float.NaN, 1).maximum(0), NAN, 1);
        check(f(Float.NaN, 9).clip(0, 5), NAN, 5);
        check(f(0.5f, 1.5f, 2.5f, -0.5f).round(), 0, 2, 2, 0);
        check(f(-5, 5, -5.5f).mod(f(3, -3, 2)), 1, -1, 0.5);
        assertEquals(new Shape(0, 3), manager.create(new Shape(0, 3)).add(nine().get(new NDIndex("0"))).getShape());
        check(manager.create(2f).add(manager.create(3f)), new Shape(), 5);
        check(nine().transpose().add(nine()), new Shape(3, 3), 0, 4, 8, 4, 8, 12, 8, 12, 16);
    }

    @Test
    void longsAreExact() {
        long big = (1L << 53) + 1;
        DataType t = DataType.INT64;
        exact(i(t, big).add(2), t, big + 2);
        exact(i(t, big).add(2L), t, big + 2);
        exact(i(t, 2).add(big), t, big + 2);
        exact(i(t, big).add(i(t, big)), t, 2 * big);
        exact(i(t, big).sub(i(t, 4)), t, big - 4);
        exact(i(t, big).mul(3), t, 3 * big);
        exact(i(t, big).mul(i(t, 5)), t, 5 * big);
        exact(i(t, big).mod(10), t, big % 10);
        exact(i(t, 3).pow(39), t, 4052555153018976267L);
        exact(i(t, big, -big).maximum(i(t, big - 1, -big + 1)), t, big, -big + 1);
        exact(i(t, big).clip(0, big - 1), t, big - 1);
        exact(i(t, -big).abs(), t, big);
        exact(i(t, big).round().floor().ceil().trunc(), t, big);
        exact(i(t, Long.MAX_VALUE).add(1), t, Long.MIN_VALUE);
        NDArray x = i(t, big);
        x.addi(1).muli(2);
        exact(x, t, 2 * big + 2);
        exact(NDArrays.sub(big, i(t, 1)), t, big - 1);
    }

    @Test
    void integersFloorAndWrap() {
        exact(i(DataType.UINT8, 250, 3).add(10), DataType.UINT8, 4, 13);
        exact(i(DataType.UINT8, 3).sub(i(DataType.UINT8, 5)), DataType.UINT8, 254);
        exact(i(DataType.INT8, 127).add(1), DataType.INT8, -128);
        exact(i(DataType.INT32, Integer.MAX_VALUE).add(1), DataType.INT32, Integer.MIN_VALUE);
        exact(i(DataType.INT32, -7, 7, -7).mod(i(DataType.INT32, 3, -3, -3)), DataType.INT32, 2, -2, -1);
        exact(i(DataType.INT32, -7, 7).mod(4), DataType.INT32, 1, 3);
        exact(i(DataType.INT32, -7, 7).mod(0), DataType.INT32, 0, 0);
        exact(i(DataType.UINT64, -1).mod(10), DataType.UINT64, 5);
        exact(i(DataType.INT32, 2, 1, -1).pow(i(DataType.INT32, -1, -1, -1)), DataType.INT32, 0, 1, -1);
        exact(i(DataType.UINT8, 200).add(i(DataType.INT8, -100)), DataType.INT16, 100);
        exact(i(DataType.INT32, 1).add(i(DataType.INT64, 1L << 40)), DataType.INT64, (1L << 40) + 1);
        NDArray x = i(DataType.UINT8, 250);
        x.addi(10);
        exact(x, DataType.UINT8, 4);
        x.addi(1.75);
        exact(x, DataType.UINT8, 5);
        x.divi(2);
        exact(x, DataType.UINT8, 2);
    }

    @Test
    void quotientsAreFloating() {
        check(i(DataType.INT32, 1, 7).div(2), 0.5, 3.5);
        check(i(DataType.INT64, 1, 7).div(i(DataType.INT32, 2, 2)), 0.5, 3.5);
        check(i(DataType.INT32, 1, -1).div(0), INF, -INF);
        check(i(DataType.INT32, 4).sqrt(), 2);
        check(i(DataType.INT32, 4).mul(0.5), 2);
        check(i(DataType.BOOLEAN, 1, 0).div(2), 0.5, 0);
        NDArray largest = i(DataType.UINT64, -1);
        check(largest.div(i(DataType.UINT64, 1L << 62)), 4);
        check(largest.toType(DataType.FLOAT32, false).div(0x1p64f), 1);
    }

    @Test
    void booleansCount() {
        NDArray x = manager.create(new boolean[] {true, false, true});
        exact(x.add(1), DataType.INT64, 2, 1, 2);
        exact(x.mul(i(DataType.INT32, 5, 5, 6)), DataType.INT32, 5, 0, 6);
        check(x.mul(f(1.5f, 2, 3)), 1.5, 0, 3);
        exact(x.mul(x), DataType.BOOLEAN, 1, 0, 1);
        exact(x.maximum(manager.create(new boolean[] {false, false, true})), DataType.BOOLEAN, 1, 0, 1);
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"FLOAT16", "BFLOAT16"})
    void halvesStay(DataType half) {
        NDArray x = f(1, 2, -3).toType(half, false);
        Shape s = new Shape(3);
        check(x.add(1), half, s, 2, 3, -2);
        check(x.mul(0.5), half, s, 0.5, 1, -1.5);
        check(x.mul(x).sub(x), half, s, 0, 2, 12);
        check(x.div(i(DataType.INT64, 2, 2, 2)), half, s, 0.5, 1, -1.5);
        check(x.abs().neg().maximum(-2), half, s, -1, -2, -2);
        check(x.square().sqrt(), half, s, 1, 2, 3);
        check(x.add(f(1, 1, 1)), DataType.FLOAT32, s, 2, 3, -2);
        x.addi(1).muli(f(2, 2, 2));
        check(x, half, s, 4, 6, -4);
        NDArray rounded = f(1.0002f).toType(half, false).add(0);
        check(rounded, half, new Shape(1), 1);
        check(f(60000).toType(half, false).mul(2), half, new Shape(1), half == DataType.FLOAT16 ? INF : 119808);
    }

    @Test
    void mixedFloatsWiden() {
        NDArray x = f(1.5f);
        check(x.add(d(1)), DataType.FLOAT64, new Shape(1), 2.5);
        check(x.mul(Math.PI), DataType.FLOAT32, new Shape(1), 4.7124);
        NDArray f16 = x.toType(DataType.FLOAT16, false);
        check(f16.add(x.toType(DataType.BFLOAT16, false)), DataType.FLOAT32, new Shape(1), 3);
    }

    @Test
    void anArrayCanBeItsOwnOperand() {
        NDArray x = nine();
        x.addi(x.transpose());
        check(x, new Shape(3, 3), 0, 4, 8, 4, 8, 12, 8, 12, 16);
        x.subi(x);
        assertTrue(x.contentEquals(0));
        NDArray y = f(1, 2, 3, 4);
        NDArray part = y.get(new NDIndex("1:3"));
        y.muli(10);
        check(part, 2, 3);
        part.addi(1);
        check(y, 10, 20, 30, 40);
    }

    @Test
    void operandsOfAnotherEngine() {
        NDArray foreign = PassthroughNDManager.INSTANCE.create(FloatBuffer.wrap(new float[] {1, 2}), new Shape(2),
                DataType.FLOAT32);
        check(f(10, 20).add(foreign), 11, 22);
        NDArray x = f(10, 20);
        x.muli(foreign);
        check(x, 10, 40);
        NDArray taken = manager.from(foreign);
        assertSame(manager, taken.getManager());
        check(taken, 1, 2);
        NDArray ints = PassthroughNDManager.INSTANCE.create(IntBuffer.wrap(new int[] {3, 4}), new Shape(1, 2),
                DataType.INT32);
        exact(manager.from(ints), DataType.INT32, 3, 4);
        assertEquals(new Shape(1, 2), f(1, 1).maximum(ints).getShape());
        assertSame(x, manager.from(x));
    }

    @Test
    void operandsThatDoNotFit() {
        List<BinaryOperator<NDArray>> ops = List.of(NDArray::add, NDArray::sub, NDArray::mul, NDArray::div, NDArray::mod,
                NDArray::pow, NDArray::maximum, NDArray::minimum, NDArray::atan2, NDArray::xlogy, NDArray::addi,
                NDArray::subi, NDArray::muli, NDArray::divi, NDArray::modi, NDArray::powi);
        List<String> names = List.of("add", "sub", "mul", "div", "mod", "pow", "maximum", "minimum", "atan2", "xlogy",
                "add", "sub", "mul", "div", "mod", "pow");
        NDArray words = manager.create(new String[] {"a", "b", "c"});
        for (int k = 0; k < names.size(); k++) {
            BinaryOperator<NDArray> op = ops.get(k);
            NDArray x = f(1, 2, 3);
            says(() -> op.apply(x, f(1, 2)), names.get(k), "(3", "(2", "float32");
            says(() -> op.apply(x, words), names.get(k), "string");
            says(() -> op.apply(words, x), names.get(k), "string");
            NDArray gone = f(1, 2, 3);
            gone.close();
            assertThrows(IllegalStateException.class, () -> op.apply(x, gone));
            assertThrows(IllegalStateException.class, () -> op.apply(gone, x));
            check(x, 1, 2, 3);
            assertArrayEquals(new String[] {"a", "b", "c"}, words.toStringArray());
        }
    }

    private static void says(Runnable call, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> message + " does not name " + part);
        }
    }

    @Test
    void inPlaceKeepsShapeAndTypeOrChangesNothing() {
        NDArray x = f(1, 2, 3);
        for (NDArray wide : List.of(nine(), manager.ones(new Shape(2, 1)))) {
            says(() -> x.addi(wide), "add", "(3");
            says(() -> x.powi(wide), "pow", "(3");
        }
        check(x, 1, 2, 3);
        NDArray z = x.toType(DataType.COMPLEX64, false);
        says(() -> z.modi(z), "mod", "complex64");
        says(() -> z.maximum(z), "maximum", "complex64");
        says(() -> z.floor(), "floor", "complex64");
        says(() -> z.mod(2), "mod", "complex64");
        says(() -> manager.create(new String[] {"a"}).sqrt(), "sqrt", "string");
        says(() -> manager.create(new String[] {"a"}).add(1), "add", "string");
        assertEquals(DataType.COMPLEX64, z.getDataType());
        x.addi(i(DataType.INT64, 1, 1, 1)).addi(d(1, 1, 1));
        check(x, 3, 4, 5);
    }
}
