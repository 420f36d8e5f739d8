package io.wengert.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.Window;
import io.wengert.op.Axes;
import io.wengert.op.Conversions;
import io.wengert.op.IndexOps;
import io.wengert.op.LinearAlgebra;
import io.wengert.op.Normalization;
import io.wengert.op.Recurrence;
import io.wengert.op.Reductions;
import io.wengert.op.ShapeOps;
import io.wengert.op.Sorting;
import io.wengert.op.Spectral;
import io.wengert.op.Windows;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Attributes of operations as JSON and back: numbers, arrays of them, and the records of the catalogue by their components.
 *
 * <p>Where the place does not say which type is meant, the value stands in an object under the name of its type:
 * {@code {"Axes": {"keep": true, "axes": [0, 2]}}}. In the place of a whole number there may be the text of an
 * {@link Extent}. Only the types listed here are ever made from a file.
 */
public final class Attributes {

    private static final Map<String, Class<?>> TYPES = new HashMap<>();
    private static final Map<Class<?>, String> NAMES = new HashMap<>();

    static {
        type("int", Integer.class);
        type("long", Long.class);
        type("float", Float.class);
        type("double", Double.class);
        type("boolean", Boolean.class);
        type("ints", int[].class);
        type("longs", long[].class);
        type("doubles", double[].class);
        type("numbers", Number[].class);
        for (Class<?> c : List.of(DType.class, Pooling.class, Window.class, Axes.class, Reductions.Power.class, ShapeOps.Region.class,
                ShapeOps.Placement.class, IndexOps.Target.class, LinearAlgebra.Diagonal.class, LinearAlgebra.OnDiagonal.class,
                Normalization.Norm.class, Recurrence.Time.class, Sorting.Along.class, Sorting.Order.class, Spectral.Transform.class,
                Windows.Sliding.class, Windows.Pool.class, Conversions.Transfer.class)) {
            type(c.getSimpleName(), c);
        }
    }

    private Attributes() {}

    private static void type(String name, Class<?> type) {
        TYPES.put(name, type);
        NAMES.put(type, name);
    }

    /**
     * An attribute under the name of its type; JSON's null for none.
     *
     * @throws IllegalArgumentException if it is of a type that has no name here
     */
    public static JsonElement encode(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof Short || value instanceof Byte) {
            return encode(((Number) value).intValue());
        }
        String name = NAMES.get(value.getClass());
        if (name == null) {
            throw new IllegalArgumentException("attributes of type " + value.getClass().getName() + " cannot be written to a graph");
        }
        JsonObject o = new JsonObject();
        o.add(name, plain(value));
        return o;
    }

    private static JsonElement plain(Object value) {
        if (value instanceof Double || value instanceof Float) {
            double d = ((Number) value).doubleValue();
            return Double.isFinite(d) ? new JsonPrimitive((Number) value) : new JsonPrimitive(value.toString());
        }
        if (value instanceof Number n) {
            return new JsonPrimitive(n);
        }
        if (value instanceof Backend b) {
            return new JsonPrimitive(b.ordinal() < 0 ? b.device() : b.device() + ':' + b.ordinal());
        }
        if (value instanceof Boolean b) {
            return new JsonPrimitive(b);
        }
        if (value instanceof Enum<?> e) {
            return new JsonPrimitive(e.name());
        }
        return value.getClass().isArray() ? array(value) : components((Record) value);
    }

    private static JsonArray array(Object array) {
        boolean named = !array.getClass().getComponentType().isPrimitive();
        JsonArray a = new JsonArray();
        for (int i = 0; i < Array.getLength(array); i++) {
            Object v = Array.get(array, i);
            a.add(named ? encode(v) : plain(v));
        }
        return a;
    }

    private static JsonObject components(Record r) {
        JsonObject o = new JsonObject();
        for (RecordComponent c : r.getClass().getRecordComponents()) {
            try {
                o.add(c.getName(), plain(c.getAccessor().invoke(r)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return o;
    }

    /**
     * The attribute that {@link #encode} wrote, for given sizes of the dimensions.
     *
     * @throws IllegalArgumentException if it names another type or does not fit its type
     */
    public static Object decode(JsonElement json, List<String> dimensions, long... sizes) {
        if (json.isJsonNull()) {
            return null;
        }
        JsonObject o = json.getAsJsonObject();
        Class<?> type = o.size() == 1 ? TYPES.get(o.keySet().iterator().next()) : null;
        if (type == null) {
            throw new IllegalArgumentException("an attribute of an unknown type: " + json);
        }
        return new Reader(dimensions, sizes).read(o.entrySet().iterator().next().getValue(), type);
    }

    /** Reads with given sizes of the dimensions. */
    private record Reader(List<String> dimensions, long[] sizes) {

        Object read(JsonElement e, Class<?> type) {
            if (type.isArray()) {
                return array(e.getAsJsonArray(), type.getComponentType());
            }
            if (type.isRecord()) {
                return record(e.getAsJsonObject(), type);
            }
            if (type == int.class || type == Integer.class) {
                return Math.toIntExact(whole(e));
            }
            if (type == long.class || type == Long.class) {
                return whole(e);
            }
            if (type == double.class || type == Double.class) {
                return e.getAsDouble();
            }
            if (type == boolean.class || type == Boolean.class) {
                return e.getAsBoolean();
            }
            if (type == Float.class) {
                return e.getAsFloat();
            }
            return type == Backend.class ? backend(e.getAsString()) : constant(e, type);
        }

        private static Backend backend(String device) {
            boolean gpu = device.startsWith("gpu:");
            if (!gpu && !device.equals("cpu")) {
                throw new IllegalArgumentException("there is no device " + device);
            }
            return gpu ? Backends.gpu(Integer.parseInt(device.substring(4))) : Backends.cpu();
        }

        private long whole(JsonElement e) {
            boolean text = e.getAsJsonPrimitive().isString();
            return text ? Extent.parse(e.getAsString(), dimensions).at(sizes) : e.getAsLong();
        }

        private Object array(JsonArray a, Class<?> of) {
            Object r = Array.newInstance(of, a.size());
            for (int i = 0; i < a.size(); i++) {
                Array.set(r, i, of.isPrimitive() ? read(a.get(i), of) : decode(a.get(i), dimensions, sizes));
            }
            return r;
        }

        private static Object constant(JsonElement e, Class<?> type) {
            for (Object c : type.getEnumConstants()) {
                if (((Enum<?>) c).name().equals(e.getAsString())) {
                    return c;
                }
            }
            throw new IllegalArgumentException("there is no " + type.getSimpleName() + " " + e);
        }

        private Object record(JsonObject o, Class<?> type) {
            RecordComponent[] c = type.getRecordComponents();
            Class<?>[] types = new Class<?>[c.length];
            Object[] values = new Object[c.length];
            for (int i = 0; i < c.length; i++) {
                types[i] = c[i].getType();
                JsonElement e = o.get(c[i].getName());
                if (e == null) {
                    throw new IllegalArgumentException("a " + type.getSimpleName() + " without " + c[i].getName() + ": " + o);
                }
                values[i] = read(e, types[i]);
            }
            try {
                return type.getDeclaredConstructor(types).newInstance(values);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + o, e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
