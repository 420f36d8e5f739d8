package io.wengert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import java.lang.reflect.Method;
import java.util.ArrayList;
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

    static final List<Class<?>> INTERFACES = List.of(NDManager.class, NDArray.class, NDArrayEx.class, NDArrayIndexer.class);

    /** The types of methods that are for one type only, by name. */
    private static final Map<String, DataType> TYPE = Map.ofEntries();

    /** Methods that refuse whatever they are given, with the reason. */
    private static final Map<String, String> REFUSED = Map.of();

    private static final long[][] SHAPES = {{}, {0, 3}, {5}, {2, 3, 4}};

    @TestFactory
    Stream<DynamicTest> succeedsOrRefuses() {
        return each((api, m) -> {
            List<String> wrong = new ArrayList<>();
            DataType needed = TYPE.getOrDefault(m.getName(), DataType.FLOAT32);
            boolean succeeded = false;
            for (DataType type : MethodArguments.TYPES) {
                MethodTrial t = MethodTrial.of(api, m, type);
                succeeded |= t.succeeds();
                if (!t.succeeds() && (type == needed && !REFUSED.containsKey(m.getName()) || !isClean(t.failure()))) {
                    wrong.add(text(t, "its own shape"));
                }
            }
            if (succeeded && REFUSED.containsKey(m.getName())) {
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
                        wrong.add(text(t, java.util.Arrays.toString(shape)));
                    }
                }
            }
            return wrong;
        });
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
        return c == IllegalArgumentException.class || c == IllegalStateException.class || c == IndexOutOfBoundsException.class;
    }

    private static String text(MethodTrial t, String shape) {
        StackTraceElement[] at = t.failure().getStackTrace();
        return "\n" + t.type() + ", " + shape + ": " + t.failure() + (at.length == 0 ? "" : " at " + at[0])
                + (at.length < 2 ? "" : " < " + at[1]) + (at.length < 3 ? "" : " < " + at[2]);
    }
}
