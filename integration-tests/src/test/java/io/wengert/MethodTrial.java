package io.wengert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.wengert.djl.WgGradientCollector;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What came of one call of a method of DJL's array interfaces.
 *
 * @param results the arrays that it gave, or changed
 * @param given their types
 * @param failure null if it succeeded
 */
record MethodTrial(DataType type, NDList results, List<DataType> given, Throwable failure) {

    private static final Set<String> CHANGES_THE_RECEIVER = Set.of("set", "setScalar");

    boolean succeeds() { return failure == null; }

    /** Calls the method once with arrays of the type and of shapes that suit it. */
    static MethodTrial of(Class<?> api, Method m, DataType type) { return of(api, m, type, null); }

    /** Calls the method once with arrays of the type; see {@link MethodArguments}. */
    static MethodTrial of(Class<?> api, Method m, DataType type, long[] shape) {
        try (NDManager manager = MethodArguments.engine().newBaseManager()) {
            return run(api, m, new MethodArguments(manager, type, false, shape));
        }
    }

    /** Calls the method once with an odd argument in one place. */
    static MethodTrial of(Class<?> api, Method m, DataType type, int place, OddArgument odd) {
        try (NDManager manager = MethodArguments.engine().newBaseManager()) {
            return run(api, m, new MethodArguments(manager, type, false, null), place, odd);
        }
    }

    private static MethodTrial run(Class<?> api, Method m, MethodArguments a) { return run(api, m, a, 0, null); }

    private static MethodTrial run(Class<?> api, Method m, MethodArguments a, int place, OddArgument odd) {
        MethodArguments.engine().setRandomSeed(1);
        Object before = null;
        try {
            MethodArguments.Call call = a.call(api, m);
            before = value(a.self());
            if (odd != null) {
                call = call.with(place, odd.value(a));
            }
            Object result = m.invoke(call.receiver(), call.arguments());
            NDList results = results(m, call, a.self(), result);
            return new MethodTrial(a.type(), results, types(results), null);
        } catch (InvocationTargetException e) {
            if (!Objects.deepEquals(before, value(a.self()))) {
                throw new AssertionError("an error has left the array changed: " + e.getCause(), e.getCause());
            }
            return new MethodTrial(a.type(), new NDList(), List.of(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            return new MethodTrial(a.type(), new NDList(), List.of(), e);
        }
    }

    /** All elements. */
    private static Object value(NDArray x) {
        return x.isReleased() ? null : x.getDataType() == DataType.STRING ? x.toStringArray() : x.toByteArray();
    }

    /** The types; every array must be one that can be read. */
    private static List<DataType> types(NDList arrays) {
        List<DataType> types = new ArrayList<>();
        for (NDArray y : arrays) {
            if (!y.isReleased()) {
                try {
                    assertEquals(y.getShape().size(), (long) elements(y), () -> "elements of an array " + y.getShape());
                } catch (RuntimeException e) {
                    throw new AssertionError("the result cannot be read: " + e, e);
                }
                types.add(y.getDataType());
            }
        }
        return types;
    }

    private static int elements(NDArray y) {
        DataType type = y.getDataType();
        // DJL counts four bytes for complex64, which takes eight.
        int bytes = type == DataType.COMPLEX64 ? 8 : type.getNumOfBytes();
        return type == DataType.STRING ? y.toStringArray().length : y.toByteBuffer(false).remaining() / bytes;
    }

    private static NDList results(Method m, MethodArguments.Call call, NDArray self, Object result) {
        if (result instanceof NDArray y) {
            return new NDList(y);
        } else if (result instanceof NDList list) {
            return list;
        } else if (CHANGES_THE_RECEIVER.contains(m.getName())) {
            return new NDList(self);
        } else if (m.getName().equals("copyTo")) {
            return new NDList((NDArray) call.arguments()[0]);
        }
        return new NDList();
    }

    /** How gradients flow through a method. */
    enum Slope { YES, ZERO, NO, NONE }

    /**
     * Calls the method on float64 (complex64 or float32 if it refuses) while recording, and plays the result back with
     * gradients 1, 2, ...
     *
     * @return {@code YES} if a gradient arrives, {@code ZERO} if only zeros do, {@code NO} if the result was not
     *     recorded, {@code NONE} if there is no result that could have a gradient
     */
    static Slope slope(Class<?> api, Method m) {
        for (DataType type : List.of(DataType.FLOAT64, DataType.COMPLEX64, DataType.FLOAT32)) {
            Slope slope = slope(api, m, type, null);
            if (slope != null) {
                return slope;
            }
        }
        return Slope.NONE;
    }

    /**
     * The same with one type and with arrays of a shape.
     *
     * @return null if the method refuses them
     */
    static Slope slope(Class<?> api, Method m, DataType type, long[] shape) {
        try (NDManager manager = MethodArguments.engine().newBaseManager();
                WgGradientCollector collector = (WgGradientCollector) MethodArguments.engine().newGradientCollector()) {
            MethodArguments a = new MethodArguments(manager, type, true, shape);
            MethodTrial trial = run(api, m, a);
            if (!trial.succeeds()) {
                return null;
            }
            Slope best = Slope.NONE;
            for (NDArray y : trial.results) {
                Slope s = a.leaves().isEmpty() ? Slope.NONE : playback(collector, y, a.leaves());
                best = s.compareTo(best) < 0 ? s : best;
            }
            return best;
        }
    }

    private static Slope playback(WgGradientCollector collector, NDArray y, NDList leaves) {
        if (y.isReleased()) {
            return Slope.NONE;
        } else if (!y.getDataType().isFloating()) {
            return Slope.NO;
        }
        NDArray g = y.getManager().arange(1, (int) y.size() + 1, 1, y.getDataType()).reshape(y.getShape());
        try {
            NDList gradients = collector.grad(new NDList(y), leaves, new NDList(g), true, false);
            boolean arrives = gradients.stream().anyMatch(x -> x.neq(0).any().getBoolean());
            return arrives ? Slope.YES : Slope.ZERO;
        } catch (EngineException e) {
            assertTrue(e.getMessage().contains("was not recorded"), e.getMessage());
            return Slope.NO;
        }
    }
}
