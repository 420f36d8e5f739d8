package io.wengert.kernel.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.cpu.DoubleFns;
import io.wengert.kernel.cpu.FloatFns;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.Random;

/** The vector function tables: complete, and lane by lane what the scalar tables say. */
@Tag("lanes")
class VectorFunctionsTest {

    private static final String BINARY = "add sub mul div mod pow max min atan2 polygamma eq ne gt ge lt le and or xor";
    private static final String UNARY = "neg abs sign sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos "
            + "atan sinh cosh tanh asinh acosh atanh erf erfc erfinv lgamma floor ceil round trunc not isnan isinf "
            + "sigmoid relu step softplus";

    private static final int LANES = Species.F32.length();
    private static final float[] SPECIAL = {
        0f, -0f, 1, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE,
        Float.MIN_NORMAL, 1e-40f, Float.MAX_VALUE, -Float.MAX_VALUE, 1e4f, -1e4f, 0.5f, -0.5f, 2.5f, -2.5f, 88.9f,
        -104f, 8388609f, 1.5f, 3
    };

    private static MethodHandle find(Class<?> table, Class<?> lane, String name, int arity) throws Exception {
        MethodType type = MethodType.methodType(lane, Collections.nCopies(arity, lane));
        return MethodHandles.lookup().findStatic(table, name, type);
    }

    /** The documented bounds in ulp, plus the scalar table's half; 0 where the tables must agree exactly. */
    private static double bound(String name) {
        return switch (name) {
            case "exp", "expm1", "log1p", "log2", "log10", "sinh", "cosh", "sin", "cos", "sigmoid", "softplus", "tanh", "erf", "pow" -> 2.5;
            case "log" -> 1.5;
            case "tan" -> 4;
            default -> 0;
        };
    }

    @Test
    void floatLanesAgreeWithTheScalarTable() throws Throwable {
        for (String name : UNARY.split(" ")) {
            MethodHandle scalar = find(FloatFns.class, float.class, name, 1);
            MethodHandle vector = find(FloatVectorFns.TABLE, FloatVector.class, name, 1);
            float[] x = new float[LANES];
            for (long start = 0; start < 1L << 32; start += 700_001L * LANES) {
                for (int i = 0; i < LANES; i++) {
                    x[i] = Float.intBitsToFloat((int) (start + i * 700_001L));
                }
                assertLanes(name, scalar, vector, x);
            }
            for (int first = 0; first < SPECIAL.length; first++) {
                for (int i = 0; i < LANES; i++) {
                    x[i] = SPECIAL[(first + i) % SPECIAL.length];
                }
                assertLanes(name, scalar, vector, x);
            }
        }
    }

    private static void assertLanes(String name, MethodHandle scalar, MethodHandle vector, float[] x) throws Throwable {
        float[] y = ((FloatVector) vector.invokeExact(FloatVector.fromArray(Species.F32, x, 0))).toArray();
        for (int i = 0; i < LANES; i++) {
            assertSame(name, x[i], (float) scalar.invokeExact(x[i]), y[i]);
        }
    }

    /** Equal to the bound, and equal exactly, sign included, where the scalar result is zero, infinite or NaN. */
    private static void assertSame(String name, float x, float want, float got) {
        boolean near = Math.abs(want) > 0 && Math.abs(got - want) <= bound(name) * Math.ulp(want);
        assertTrue(near || Float.compare(want, got) == 0, name + "(" + x + ") = " + got + ", not " + want);
    }

    /** Functions that are pieced together, around all the seams; none goes beyond its limit. */
    @Test
    void functionsWithLimits() throws Throwable {
        for (String name : new String[] {"tanh", "erf"}) {
            MethodHandle scalar = find(DoubleFns.class, double.class, name, 1);
            MethodHandle vector = find(FloatVectorFns.TABLE, FloatVector.class, name, 1);
            for (float start = -10; start < 10; start += 0.000173f * LANES) {
                float[] next = new float[LANES];
                for (int i = 0; i < LANES; i++) {
                    next[i] = start + 0.000173f * i;
                }
                FloatVector x = FloatVector.fromArray(Species.F32, next, 0);
                FloatVector y = (FloatVector) vector.invokeExact(x);
                for (int i = 0; i < LANES; i++) {
                    double want = (double) scalar.invokeExact((double) x.lane(i));
                    double error = Math.abs(y.lane(i) - want) / Math.ulp((float) want);
                    assertTrue(error <= 2 && Math.abs(y.lane(i)) <= 1, name + "(" + x.lane(i) + ") = " + y.lane(i));
                }
            }
        }
    }

    /** Where exhaustive runs found the largest errors, among consecutive numbers and among numbers that are small. */
    @Test
    void functionsWithLimitsAreWithinTheirBoundWhereItIsTightest() throws Throwable {
        for (float x : new float[] {0.00086545f, 0.0034456f, 0.0135f, 0.0554f, 0.1985f, 0.2238f, 0.22527f, 0.51932f, 1.938f, 3.8742f}) {
            assertWithinTwoUlp("tanh", Float.floatToRawIntBits(x) - 4096, 1, 8192);
            assertWithinTwoUlp("erf", Float.floatToRawIntBits(x) - 4096, 1, 8192);
        }
        int first = Float.floatToRawIntBits(1e-5f);
        assertWithinTwoUlp("tanh", first, 1997, (Float.floatToRawIntBits(9.1f) - first) / 1997);
        assertWithinTwoUlp("erf", first, 1997, (Float.floatToRawIntBits(4) - first) / 1997);
        for (String name : new String[] {"tanh", "erf"}) {
            MethodHandle vector = find(FloatVectorFns.TABLE, FloatVector.class, name, 1);
            assertEquals(all(1), (FloatVector) vector.invokeExact(all(Float.POSITIVE_INFINITY)), name);
            assertEquals(all(-1), (FloatVector) vector.invokeExact(all(Float.NEGATIVE_INFINITY)), name);
        }
    }

    /** Where arguments are clamped by their bits: around the smallest results, beyond all, and with the sign that processors give a NaN. */
    @Test
    void exponentialsOfWhatIsClamped() throws Throwable {
        for (String name : new String[] {"exp", "sigmoid", "tanh", "softplus"}) {
            MethodHandle exact = find(DoubleFns.class, double.class, name, 1);
            MethodHandle vector = find(FloatVectorFns.TABLE, FloatVector.class, name, 1);
            for (int bits : new int[] {0xFFC00000, 0xFF800001, 0x7FC00000, 0x7F800001}) {
                assertTrue(Float.isNaN(((FloatVector) vector.invokeExact(all(Float.intBitsToFloat(bits)))).lane(LANES - 1)), name);
            }
            for (float start : new float[] {-1e30f, -105.2f, -104.6f, -104.1f, -103.98f, -103.2f, -88.1f, -87.4f, 8.9f, 88.6f, 1e9f}) {
                float x = start;
                for (int i = 0; i < 1000; i++, x = Math.nextUp(x)) {
                    double want = (double) exact.invokeExact((double) x);
                    float got = ((FloatVector) vector.invokeExact(all(x))).lane(0);
                    boolean near = Math.abs(got - want) <= 2.5 * Math.ulp((float) want);
                    assertTrue(near || got == (float) want, name + "(" + x + ") = " + got + ", not " + want);
                }
            }
            float low = ((FloatVector) vector.invokeExact(all(Float.NEGATIVE_INFINITY))).lane(0);
            assertEquals(name.equals("tanh") ? -1f : 0f, low, name);
        }
    }

    /** Of floats whose bits are {@code step} apart. */
    private static void assertWithinTwoUlp(String name, int bits, int step, int count) throws Throwable {
        MethodHandle exact = find(DoubleFns.class, double.class, name, 1);
        MethodHandle vector = find(FloatVectorFns.TABLE, FloatVector.class, name, 1);
        float[] x = new float[LANES];
        for (int done = 0; done < count; done += LANES) {
            for (int i = 0; i < LANES; i++) {
                x[i] = Float.intBitsToFloat(bits + step * (done + i));
            }
            float[] y = ((FloatVector) vector.invokeExact(FloatVector.fromArray(Species.F32, x, 0))).toArray();
            for (int i = 0; i < LANES; i++) {
                double want = (double) exact.invokeExact((double) x[i]);
                double error = Math.abs(y[i] - want) / Math.ulp((float) want);
                assertTrue(error <= 2, name + "(" + x[i] + ") = " + y[i] + ", " + error + " ulp from " + want);
            }
        }
    }

    @Test
    void floatPairsAgreeWithTheScalarTable() throws Throwable {
        for (String name : BINARY.split(" ")) {
            MethodHandle scalar = find(FloatFns.class, float.class, name, 2);
            MethodHandle vector = find(FloatVectorFns.TABLE, FloatVector.class, name, 2);
            for (float b : SPECIAL) {
                for (float a : SPECIAL) {
                    FloatVector y = (FloatVector) vector.invokeExact(all(a), all(b));
                    float want = (float) scalar.invokeExact(a, b);
                    double bound = want > 0 && want < Float.POSITIVE_INFINITY ? bound(name) * Math.ulp(want) : 0;
                    assertEquals(want, y.lane(LANES - 1), bound, name + " of " + a + ", " + b);
                }
            }
        }
    }

    @Test
    void powersAreWithinTheirBoundOfDoublePrecision() {
        Random random = new Random(7);
        float[] x = new float[LANES];
        float[] y = new float[LANES];
        for (int trial = 0; trial < 200_000; trial++) {
            double range = trial % 3 == 0 ? 0.3 : trial % 3 == 1 ? 5 : 60;
            for (int i = 0; i < LANES; i++) {
                x[i] = (float) Math.exp(range * (2 * random.nextDouble() - 1));
                y[i] = (float) ((2 * random.nextDouble() - 1) * 66 / range);
                if (trial % 2 == 0 && x[i] != 1) {
                    // The more the logarithm is multiplied by, the more of its digits count.
                    y[i] = (float) ((2 * random.nextDouble() - 1) * 44 / Math.log(x[i]));
                }
            }
            float[] got = FloatVectorFns.pow(FloatVector.fromArray(Species.F32, x, 0), FloatVector.fromArray(Species.F32, y, 0))
                    .toArray();
            for (int i = 0; i < LANES; i++) {
                double want = Math.pow(x[i], y[i]);
                assertEquals(want, got[i], 2 * Math.ulp((float) want), x[i] + " to the power " + y[i]);
            }
        }
    }

    @Test
    void whereDoesNotLeakTheOtherArm() {
        assertEquals(3, FloatVectorFns.where(all(Float.NaN), all(3), all(Float.NaN)).lane(0));
        assertEquals(3, FloatVectorFns.where(all(-0f), all(Float.NaN), all(3)).lane(0));
        assertEquals(3, DoubleVectorFns.where(all(1.0), all(3.0), all(Double.NaN)).lane(0));
        assertEquals(3, DoubleVectorFns.where(all(0.0), all(Double.NaN), all(3.0)).lane(0));
    }

    @Test
    void hugeAnglesAreReducedExactly() {
        for (float x : new float[] {1e5f, 123456.7f, -1e10f, 3e38f}) {
            assertEquals(FloatFns.sin(x), FloatVectorFns.sin(all(x)).lane(0), 2 * Math.ulp(FloatFns.sin(x)));
            assertEquals(FloatFns.cos(x), FloatVectorFns.cos(all(x)).lane(0), 2 * Math.ulp(FloatFns.cos(x)));
            assertEquals(FloatFns.tan(x), FloatVectorFns.tan(all(x)).lane(0), 4 * Math.ulp(FloatFns.tan(x)));
        }
    }

    @Test
    void doubleLanesAgreeWithTheScalarTable() throws Throwable {
        for (String name : UNARY.split(" ")) {
            MethodHandle scalar = find(DoubleFns.class, double.class, name, 1);
            MethodHandle vector = find(DoubleVectorFns.class, DoubleVector.class, name, 1);
            for (float x : SPECIAL) {
                assertLanes(name, scalar, vector, x);
            }
            for (double x = -30; x < 30; x += 0.173) {
                assertLanes(name, scalar, vector, x);
            }
        }
    }

    private static void assertLanes(String name, MethodHandle scalar, MethodHandle vector, double x) throws Throwable {
        double want = (double) scalar.invokeExact(x);
        double got = ((DoubleVector) vector.invokeExact(all(x))).lane(1);
        boolean near = want != 0 && Math.abs(got - want) <= 4 * Math.ulp(want);
        assertTrue(near || Double.compare(want, got) == 0, name + "(" + x + ") = " + got + ", not " + want);
    }

    @Test
    void doublePairsAgreeWithTheScalarTable() throws Throwable {
        for (String name : BINARY.split(" ")) {
            MethodHandle scalar = find(DoubleFns.class, double.class, name, 2);
            MethodHandle vector = find(DoubleVectorFns.class, DoubleVector.class, name, 2);
            for (double b : widened()) {
                for (double a : widened()) {
                    double want = (double) scalar.invokeExact(a, b);
                    double got = ((DoubleVector) vector.invokeExact(all(a), all(b))).lane(0);
                    boolean near = want != 0 && Math.abs(got - want) <= 2 * Math.ulp(want);
                    assertTrue(near || Double.compare(want, got) == 0, name + "(" + a + ", " + b + ") = " + got);
                }
            }
        }
    }

    private static double[] widened() {
        double[] wide = new double[SPECIAL.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = SPECIAL[i];
        }
        return wide;
    }

    private static FloatVector all(float value) { return FloatVector.broadcast(Species.F32, value); }

    private static DoubleVector all(double value) { return DoubleVector.broadcast(Species.F64, value); }
}
