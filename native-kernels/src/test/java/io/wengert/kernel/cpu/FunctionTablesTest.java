package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.SpecialFunctions;

import org.junit.jupiter.api.Test;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.function.DoubleUnaryOperator;

/** The scalar function tables: complete, accurate, and right at special values. */
class FunctionTablesTest {

    static final String BINARY = "add sub mul div mod pow max min atan2 polygamma eq ne gt ge lt le and or xor";
    static final String UNARY = "neg abs sign sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh "
            + "cosh tanh asinh acosh atanh erf erfc erfinv lgamma floor ceil round trunc not isnan isinf sigmoid relu "
            + "step softplus";
    static final String INTEGER_BINARY = "add sub mul div mod pow max min eq ne gt ge lt le and or xor";
    static final String INTEGER_UNARY = "neg abs sign floor ceil round trunc not isnan isinf relu step";

    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private static MethodHandle find(Class<?> table, Class<?> lane, String name, int arity) throws Exception {
        MethodType type = MethodType.methodType(lane, Collections.nCopies(arity, lane));
        return MethodHandles.lookup().findStatic(table, name, type);
    }

    private static void assertComplete(Class<?> table, Class<?> lane, String unary, String binary) throws Exception {
        for (String name : unary.split(" ")) {
            find(table, lane, name, 1);
        }
        for (String name : binary.split(" ")) {
            find(table, lane, name, 2);
        }
        find(table, lane, "where", 3);
    }

    @Test
    void everyFunctionIsThere() throws Exception {
        assertComplete(FloatFns.class, float.class, UNARY, BINARY);
        assertComplete(DoubleFns.class, double.class, UNARY, BINARY);
        assertComplete(LongFns.class, long.class, INTEGER_UNARY, INTEGER_BINARY);
        assertComplete(UnsignedFns.class, long.class, INTEGER_UNARY, INTEGER_BINARY);
    }

    private static DoubleUnaryOperator exact(String name) {
        return switch (name) {
            case "cbrt" -> StrictMath::cbrt;
            case "exp" -> StrictMath::exp;
            case "expm1" -> StrictMath::expm1;
            case "log" -> StrictMath::log;
            case "log1p" -> StrictMath::log1p;
            case "log10" -> StrictMath::log10;
            case "sin" -> StrictMath::sin;
            case "cos" -> StrictMath::cos;
            case "tan" -> StrictMath::tan;
            case "asin" -> StrictMath::asin;
            case "acos" -> StrictMath::acos;
            case "atan" -> StrictMath::atan;
            case "sinh" -> StrictMath::sinh;
            case "cosh" -> StrictMath::cosh;
            case "tanh" -> StrictMath::tanh;
            case "erf" -> SpecialFunctions::erf;
            case "erfc" -> SpecialFunctions::erfc;
            case "log2" -> DoubleFns::log2;
            case "asinh" -> DoubleFns::asinh;
            case "acosh" -> DoubleFns::acosh;
            case "atanh" -> DoubleFns::atanh;
            case "sigmoid" -> DoubleFns::sigmoid;
            case "softplus" -> DoubleFns::softplus;
            default -> null;
        };
    }

    @Test
    void floatsAreNearlyCorrectlyRounded() throws Throwable {
        for (String name : UNARY.split(" ")) {
            DoubleUnaryOperator exact = exact(name);
            if (exact == null) {
                continue;
            }
            MethodHandle function = find(FloatFns.class, float.class, name, 1);
            for (long bits = 0; bits < 1L << 32; bits += 300_007) {
                float x = Float.intBitsToFloat((int) bits);
                assertClose(name, x, exact.applyAsDouble(x), (float) function.invokeExact(x));
            }
            for (float x : new float[] {0f, -0f, 1, -1, INF, -INF, NAN, Float.MIN_VALUE, -Float.MIN_VALUE, 1e4f}) {
                float y = (float) function.invokeExact(x);
                assertClose(name, x, exact.applyAsDouble(x), y);
                if (y == 0) {
                    assertEquals((float) exact.applyAsDouble(x), y, name + " of " + x);
                }
            }
        }
    }

    private static void assertClose(String name, float x, double want, float got) {
        float rounded = (float) want;
        boolean special = Float.isNaN(rounded) || Float.isInfinite(rounded);
        boolean close = special ? Float.compare(rounded, got) == 0 : Math.abs(got - want) <= 0.52 * Math.ulp(rounded);
        assertTrue(close, name + "(" + x + ") = " + got + ", not " + want);
    }

    @Test
    void doublesAreWithinTwoUlpOfStrictMath() throws Throwable {
        for (String name : UNARY.split(" ")) {
            DoubleUnaryOperator exact = exact(name);
            MethodHandle function = find(DoubleFns.class, double.class, name, 1);
            for (double x = -40; exact != null && x < 40; x += 0.0173) {
                double want = exact.applyAsDouble(x);
                double got = (double) function.invokeExact(x);
                boolean close = Double.compare(want, got) == 0 || Math.abs(got - want) <= 2 * Math.ulp(want);
                assertTrue(close, name + "(" + x + ") = " + got + ", not " + want);
            }
        }
    }

    @Test
    void composedDoublesMeetTheirDefinitions() {
        for (double x = 0.003; x < 40; x *= 1.07) {
            assertEquals(x, Math.sinh(DoubleFns.asinh(x)), 4e-16 * x * (1 + x));
            assertEquals(x + 1, Math.cosh(DoubleFns.acosh(x + 1)), 4e-16 * (x + 1) * (x + 1));
            assertEquals(x / 41, Math.tanh(DoubleFns.atanh(x / 41)), 1e-15 * x);
            assertEquals(1, DoubleFns.sigmoid(x) + DoubleFns.sigmoid(-x), 3e-16);
            assertEquals(x, DoubleFns.softplus(x) - DoubleFns.softplus(-x), 1e-15 * (1 + x));
        }
        for (int k = -1074; k < 1024; k++) {
            assertEquals(k, DoubleFns.log2(Math.scalb(1.0, k)));
        }
        assertEquals(0, DoubleFns.sigmoid(-INF));
        assertEquals(1, DoubleFns.sigmoid(INF));
        assertEquals(INF, DoubleFns.softplus(INF));
        assertEquals(0, DoubleFns.softplus(-INF));
    }

    @Test
    void powersAreThoseOfMath() {
        float[] values = {0f, -0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, 33.3f, -7, 1e30f, 1e-30f, 1e-42f, INF, -INF, NAN};
        for (float x : values) {
            for (float y : values) {
                float want = (float) Math.pow(x, y);
                float got = FloatFns.pow(x, y);
                boolean close = Float.compare(want, got) == 0 || Math.abs(got - want) <= Math.ulp(want);
                assertTrue(close, x + " to the " + y + " = " + got + ", not " + want);
                assertEquals(Math.pow(x, y), DoubleFns.pow(x, y));
            }
        }
    }

    @Test
    void remainderTakesTheSignOfTheDivisor() {
        assertEquals(2, FloatFns.mod(-1, 3));
        assertEquals(-2, FloatFns.mod(1, -3));
        assertEquals(-0f, FloatFns.mod(3, -3));
        assertEquals(NAN, FloatFns.mod(1, 0));
        assertEquals(0.5, DoubleFns.mod(-1.5, 1), 0);
        assertEquals(2, LongFns.mod(-1, 3));
        assertEquals(-2, LongFns.mod(1, -3));
        assertEquals(0, LongFns.mod(1, 0));
        assertEquals(15, UnsignedFns.mod(-1, 16));
    }

    @Test
    void roundingAndLogicOfFloats() {
        assertEquals(2, FloatFns.round(2.5f));
        assertEquals(-0f, FloatFns.round(-0.5f));
        assertEquals(-0f, FloatFns.trunc(-0.9f));
        assertEquals(-0f, FloatFns.ceil(-0.9f));
        assertEquals(NAN, FloatFns.sign(NAN));
        assertEquals(NAN, FloatFns.relu(NAN));
        assertEquals(NAN, FloatFns.max(1, NAN));
        assertEquals(1, FloatFns.ne(NAN, NAN));
        assertEquals(0, FloatFns.ge(NAN, NAN));
        assertEquals(1, FloatFns.and(NAN, 2));
        assertEquals(0, FloatFns.xor(NAN, 2));
        assertEquals(3, FloatFns.where(NAN, 3, NAN));
        assertEquals(3, FloatFns.where(-0f, NAN, 3));
        assertEquals(NAN, FloatFns.polygamma(0.5f, 1));
        assertEquals(Math.PI * Math.PI / 6, DoubleFns.polygamma(1, 1), 1e-15);
    }

    @Test
    void integersWrapAround() {
        assertEquals(0, LongFns.div(7, 0));
        assertEquals(Long.MIN_VALUE, LongFns.div(Long.MIN_VALUE, -1));
        assertEquals(-3, LongFns.div(-7, 2));
        assertEquals(243, LongFns.pow(3, 5));
        assertEquals(0, LongFns.pow(3, -5));
        assertEquals(-1, LongFns.pow(-1, -5));
        assertEquals(1, LongFns.pow(0, 0));
        assertEquals(0, LongFns.pow(2, 64));
        assertEquals(-1, LongFns.sign(-9));
        assertEquals(0, LongFns.relu(-9));
    }

    @Test
    void unsignedIntegersAreReadAsSuch() {
        assertEquals(Long.MAX_VALUE, UnsignedFns.div(-1, 2));
        assertEquals(0, UnsignedFns.div(-1, 0));
        assertEquals(-1, UnsignedFns.max(-1, 1));
        assertEquals(1, UnsignedFns.min(-1, 1));
        assertEquals(1, UnsignedFns.gt(-1, 1));
        assertEquals(1, UnsignedFns.sign(-1));
        assertEquals(-9, UnsignedFns.relu(-9));
        assertEquals(1, UnsignedFns.step(-9));
        assertEquals(1, UnsignedFns.pow(-1, -2));
    }
}
