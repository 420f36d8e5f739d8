package io.wengert;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.wengert.djl.WgGradientCollector;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;

/**
 * What came of one call of a method of DJL's array interfaces.
 *
 * @param results the arrays that it gave, or changed
 * @param failure null if it succeeded
 */
record MethodTrial(DataType type, NDList results, Throwable failure) {

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

    private static MethodTrial run(Class<?> api, Method m, MethodArguments a) {
        try {
            MethodArguments.Call call = a.call(api, m);
            Object result = m.invoke(call.receiver(), call.arguments());
            return new MethodTrial(a.type(), results(m, call, a.self(), result), null);
        } catch (InvocationTargetException e) {
            return new MethodTrial(a.type(), new NDList(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            return new MethodTrial(a.type(), new NDList(), e);
        }
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
            Slope slope = slope(api, m, type);
            if (slope != null) {
                return slope;
            }
        }
        return Slope.NONE;
    }

    private static Slope slope(Class<?> api, Method m, DataType type) {
        try (NDManager manager = MethodArguments.engine().newBaseManager();
                WgGradientCollector collector = (WgGradientCollector) MethodArguments.engine().newGradientCollector()) {
            MethodArguments a = new MethodArguments(manager, type, true, null);
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
        }
        try {
            NDArray g = y.getDataType() == DataType.STRING ? y
                    : y.getManager().arange(1, (int) y.size() + 1, 1, y.getDataType()).reshape(y.getShape());
            NDList gradients = collector.grad(new NDList(y), leaves, new NDList(g), true, false);
            for (NDArray x : gradients) {
                if (x.abs().sum().getDouble() != 0) {
                    return Slope.YES;
                }
            }
            return Slope.ZERO;
        } catch (EngineException | IllegalArgumentException e) {
            return Slope.NO;
        }
    }
}
