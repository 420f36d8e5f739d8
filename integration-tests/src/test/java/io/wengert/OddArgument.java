package io.wengert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** An argument of the right Java type that hardly any method expects. */
record OddArgument(String name, Function<MethodArguments, Object> make) {

    static final OddArgument CLOSED = new OddArgument("a closed array", MethodArguments::closed);

    static final OddArgument NULL = new OddArgument("null", a -> null);

    private static final List<OddArgument> ARRAYS = List.of(
            new OddArgument("a scalar", a -> a.array()),
            new OddArgument("an array of five", a -> a.array(5)),
            new OddArgument("an empty array", a -> a.array(0, 3)),
            new OddArgument("an array of four axes", a -> a.array(1, 2, 2, 3)),
            new OddArgument("strings",
                    a -> a.manager().create(new String[] {"a", "b", "c", "d", "e", "f"}, new Shape(2, 3))),
            new OddArgument("complex numbers", a -> a.array(2, 3).toType(DataType.COMPLEX64, false)),
            new OddArgument("booleans", a -> a.mask(2, 3)),
            new OddArgument("large indices", a -> a.manager().create(new long[] {9, -9, 0, 1, 2, 99}, new Shape(2, 3))),
            CLOSED);

    Object value(MethodArguments a) { return make.apply(a); }

    @Override
    public String toString() { return name; }

    /** The odd values of a parameter's type. */
    static List<OddArgument> of(Class<?> parameter) {
        if (parameter == NDArray.class || parameter == Object.class) {
            return ARRAYS;
        } else if (parameter == NDList.class) {
            return ARRAYS.stream()
                    .map(o -> new OddArgument("a list of " + o.name, a -> new NDList((NDArray) o.value(a)))).toList();
        } else if (parameter == Shape.class) {
            return values(new Shape(), new Shape(0), new Shape(-1, 3), new Shape(5), new Shape(1, 1, 1, 1, 1));
        } else if (parameter == NDIndex.class) {
            return Stream.of("9", "-9, 0", "0, 0, 0", "2:1", "::2, ::3", "..., 5")
                    .map(t -> new OddArgument("the index " + t, a -> new NDIndex(t))).toList();
        } else if (parameter == DataType.class) {
            return values((Object[]) DataType.values());
        } else if (parameter == Number.class) {
            return values(0, -1, 1e30, Double.NaN, Long.MAX_VALUE, (byte) 3);
        }
        return switch (parameter.getSimpleName()) {
            case "int", "Integer" -> values(0, -1, 7, -7);
            case "long" -> values(0L, -1L, 7L, -7L);
            case "float" -> values(0f, -1f, Float.NaN, Float.POSITIVE_INFINITY);
            case "double" -> values(0.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY);
            case "boolean" -> values(true, false);
            case "int[]" -> values(new int[0], new int[] {7}, new int[] {-7}, new int[] {0, 0}, new int[] {0, 1, 2});
            case "long[]" -> values(new long[0], new long[] {7}, new long[] {-7}, new long[] {0, 0},
                    new long[] {0, 1, 2});
            case "float[]" -> values(new float[0], new float[7]);
            case "double[]" -> values(new double[0], new double[7]);
            case "byte[]" -> values(new byte[0], new byte[7]);
            case "String" -> values("", "no such name");
            default -> List.of();
        };
    }

    private static List<OddArgument> values(Object... values) {
        return Arrays.stream(values).map(v -> new OddArgument(text(v), a -> v)).toList();
    }

    private static String text(Object v) {
        return v instanceof int[] i ? Arrays.toString(i) : v instanceof long[] l ? Arrays.toString(l)
                : v.getClass().isArray() ? v.getClass().getSimpleName() : v.toString();
    }
}
