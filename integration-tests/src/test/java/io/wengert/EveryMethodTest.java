package io.wengert;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import java.lang.reflect.Method;
import io.wengert.kernel.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Calls every method of DJL's array interfaces: none is missing, each works on float32 or on the type it is for, and
 * where it refuses it does so with an error that says why, whatever the type and the shape.
 */
class EveryMethodTest {

    private static final List<Class<?>> INTERFACES = List.of(NDManager.class, NDArray.class, NDArrayEx.class,
            NDArrayIndexer.class);

    /** The types of methods that are for one type only, by signature. */
    private static final Map<String, DataType> TYPE = Map.ofEntries(
            entry("real()", DataType.COMPLEX64),
            entry("getBoolean(long[])", DataType.BOOLEAN),
            entry("getByte(long[])", DataType.INT8),
            entry("getDouble(long[])", DataType.FLOAT64),
            entry("getInt(long[])", DataType.INT32),
            entry("getLong(long[])", DataType.INT64),
            entry("getUint8(long[])", DataType.UINT8),
            entry("set(byte[])", DataType.INT8),
            entry("set(double[])", DataType.FLOAT64),
            entry("set(int[])", DataType.INT32),
            entry("set(long[])", DataType.INT64),
            entry("toBooleanArray()", DataType.BOOLEAN),
            entry("toDoubleArray()", DataType.FLOAT64),
            entry("toIntArray()", DataType.INT32),
            entry("toLongArray()", DataType.INT64),
            entry("toShortArray()", DataType.INT16),
            entry("toStringArray()", DataType.STRING),
            entry("toStringArray(Charset)", DataType.STRING),
            entry("toUint8Array()", DataType.UINT8),
            entry("toUnsignedIntArray()", DataType.UINT32),
            entry("toUnsignedShortArray()", DataType.UINT16));

    /** Methods that refuse whatever they are given, by signature, with the reason: none. */
    private static final Map<String, String> REFUSED = Map.of();

    /** Methods that do not check an argument, most of them DJL's own, by signature, with what happens. */
    private static final Map<String, String> UNCHECKED = Map.of(
            "from(NDArray)", "an array of this engine comes back as it is, closed or not",
            "hanningWindow(long)", "a negative length is that of a Java array",
            "toDebugString(int, int, int, int, boolean)", "a size of 0 makes a format that Java refuses");

    /** Methods after which memory waits for the garbage collector, and why. */
    private static final Map<String, String> KEEPS_MEMORY = Map.of(
            "detach()", "the array belongs to no manager any more, that is what it is for",
            "getGradient()", "a variable's gradient lives as long as what was recorded may lead to it");

    private static final long[][] SHAPES = {{}, {0, 3}, {5}, {2, 3, 4}};

    /** Of arrays that are counted: the smallest are not. */
    private static final long[][] LARGE_SHAPES = {{600}, {40, 40}, {16, 8, 16}, {4, 3, 16, 16}};

    @TestFactory
    Stream<DynamicTest> succeedsOrRefuses() {
        return each((api, m) -> {
            List<String> wrong = new ArrayList<>();
            String signature = MethodArguments.signature(m);
            DataType needed = TYPE.getOrDefault(signature, DataType.FLOAT32);
            boolean succeeded = false;
            for (DataType type : MethodArguments.TYPES) {
                MethodTrial t = MethodTrial.of(api, m, type);
                succeeded |= t.succeeds();
                if (!t.succeeds() && (type == needed && !REFUSED.containsKey(signature) || !isClean(t.failure()))) {
                    wrong.add(text(t, "its own shape"));
                }
            }
            if (succeeded && REFUSED.containsKey(signature)) {
                wrong.add("is listed as refused, but succeeds");
            }
            return wrong;
        });
    }

    @TestFactory
    Stream<DynamicTest> refusesOtherShapesCleanly() {
        return each((api, m) -> {
            List<String> wrong = new ArrayList<>();
            for (long[] shape : SHAPES) {
                for (DataType type : List.of(DataType.FLOAT32, DataType.INT64, DataType.COMPLEX64)) {
                    MethodTrial t = MethodTrial.of(api, m, type, shape);
                    if (!t.succeeds() && !isClean(t.failure())) {
                        wrong.add(text(t, Arrays.toString(shape)));
                    }
                }
            }
            return wrong;
        });
    }

    /** Without a garbage collection, whether the method succeeds or not, and after its gradient. */
    @TestFactory
    Stream<DynamicTest> givesItsMemoryBack() {
        return each((api, m) -> {
            List<String> wrong = new ArrayList<>();
            if (KEEPS_MEMORY.containsKey(MethodArguments.signature(m))) {
                return wrong;
            }
            for (long[] shape : LARGE_SHAPES) {
                String name = Arrays.toString(shape);
                expectNothingLeft(name, wrong, () -> MethodTrial.of(api, m, DataType.FLOAT32, shape));
                expectNothingLeft("int64 " + name, wrong, () -> MethodTrial.of(api, m, DataType.INT64, shape));
                expectNothingLeft("recorded " + name, wrong, () -> MethodTrial.slope(api, m, DataType.FLOAT32, shape));
            }
            return wrong;
        });
    }

    private static void expectNothingLeft(String what, List<String> wrong, Runnable call) {
        long before = Backends.cpu().memory().used();
        call.run();
        long left = Backends.cpu().memory().used() - before;
        if (left != 0) {
            wrong.add(left + " bytes are left in use by " + what);
        }
    }

    @TestFactory
    Stream<DynamicTest> refusesOddArgumentsCleanly() {
        return each((api, m) -> {
            List<String> wrong = new ArrayList<>();
            if (UNCHECKED.containsKey(MethodArguments.signature(m))) {
                return wrong;
            }
            for (int i = 0; i < m.getParameterCount(); i++) {
                for (OddArgument odd : OddArgument.of(m.getParameterTypes()[i])) {
                    for (DataType type : List.of(DataType.FLOAT32, DataType.INT32)) {
                        MethodTrial t = MethodTrial.of(api, m, type, i, odd);
                        if (!t.succeeds() && !isClean(t.failure())) {
                            wrong.add(text(t, odd + " as argument " + i));
                        } else if (t.succeeds() && odd == OddArgument.CLOSED) {
                            wrong.add("a closed array is accepted as argument " + i);
                        }
                    }
                }
            }
            return wrong;
        });
    }

    /** An error that says what is missing, unless the slip is in a method of DJL's own, which got there first. */
    @TestFactory
    Stream<DynamicTest> refusesNullCleanly() {
        return each((api, m) -> {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < m.getParameterCount(); i++) {
                if (!m.getParameterTypes()[i].isPrimitive()) {
                    MethodTrial t = MethodTrial.of(api, m, TYPE.getOrDefault(MethodArguments.signature(m), DataType.FLOAT32), i,
                            OddArgument.NULL);
                    if (!t.succeeds() && !isClean(t.failure()) && !isOfDjl(t.failure())) {
                        wrong.add(text(t, "null as argument " + i));
                    }
                }
            }
            return wrong;
        });
    }

    private static boolean isOfDjl(Throwable e) {
        return Arrays.stream(e.getStackTrace()).map(StackTraceElement::getClassName)
                .filter(c -> c.startsWith("ai.djl.") || c.startsWith("io.wengert.")).findFirst()
                .map(c -> c.startsWith("ai.djl.")).orElse(false);
    }

    private interface Check {
        List<String> of(Class<?> api, Method m);
    }

    private static Stream<DynamicTest> each(Check check) {
        return INTERFACES.stream().flatMap(api -> MethodArguments.methods(api).stream()
                .map(m -> dynamicTest(api.getSimpleName() + "." + MethodArguments.signature(m),
                        () -> assertEquals(List.of(), check.of(api, m)))));
    }

    /** Whether an error is one that the API documents, rather than a slip inside. */
    private static boolean isClean(Throwable e) {
        Class<?> c = e.getClass();
        return c == IllegalArgumentException.class || c == IllegalStateException.class
                || c == IndexOutOfBoundsException.class;
    }

    private static String text(MethodTrial t, String shape) {
        StackTraceElement[] at = t.failure().getStackTrace();
        return "\n" + t.type() + ", " + shape + ": " + t.failure() + (at.length == 0 ? "" : " at " + at[0])
                + (at.length < 2 ? "" : " < " + at[1]) + (at.length < 3 ? "" : " < " + at[2]);
    }
}
