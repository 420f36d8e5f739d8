package io.wengert;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDResource;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A receiver and arguments for any method of DJL's array interfaces, for arrays of one type: for most by the types of
 * the parameters, for some by {@link ArgumentTable}.
 */
final class MethodArguments {

    /** All the types that an array can have. */
    static final List<DataType> TYPES = List.of(DataType.BOOLEAN, DataType.INT8, DataType.INT16, DataType.INT32,
            DataType.INT64, DataType.UINT8, DataType.UINT16, DataType.UINT32, DataType.UINT64, DataType.FLOAT16,
            DataType.BFLOAT16, DataType.FLOAT32, DataType.FLOAT64, DataType.COMPLEX64, DataType.STRING);

    private static final long[] MATRIX = {2, 3};

    private final DataType type;
    private final boolean variables;
    private final long[] shape;
    private final NDManager manager;
    private final NDList leaves = new NDList();
    private NDArray self;
    private int drawn;

    /**
     * Arguments for one call.
     *
     * @param variables whether the arrays are computed of variables, so that what comes of them can be played back
     * @param shape of the receiver and of arrays without a shape of their own; null for one that suits the method
     */
    MethodArguments(NDManager parent, DataType type, boolean variables, long[] shape) {
        this.manager = parent.newSubManager();
        this.type = type;
        this.variables = variables;
        this.shape = shape;
    }

    /** What a method is called on, and with. */
    record Call(Object receiver, Object[] arguments) {

        /** The same call with another argument in one place. */
        Call with(int place, Object argument) {
            Object[] a = arguments.clone();
            a[place] = argument;
            return new Call(receiver, a);
        }
    }

    /** The call of a method of one of the interfaces. */
    Call call(Class<?> api, Method m) {
        self = receiver(api, m);
        Object receiver = self;
        if (api == NDManager.class) {
            receiver = manager;
        } else if (api == NDArrayEx.class) {
            receiver = self.getNDArrayInternal();
        } else if (api == NDArrayIndexer.class) {
            receiver = self.getNDArrayInternal().getIndexer(manager);
        }
        Object[] row = ArgumentTable.row(api, m, this);
        return new Call(receiver, row != null ? row
                : Arrays.stream(m.getParameterTypes()).map(this::argument).toArray());
    }

    private NDArray receiver(Class<?> api, Method m) {
        long[] own = shape != null ? shape : ArgumentTable.shape(api, m);
        if (m.getName().equals("getGradient")) {
            NDArray x = values(own == null ? MATRIX : own);
            x.setRequiresGradient(true);
            return x;
        }
        return array(own == null ? MATRIX : own);
    }

    private Object argument(Class<?> parameter) {
        if (parameter == NDArray.class || parameter == NDResource.class || parameter == Object.class) {
            return array(self.getShape().getShape());
        } else if (parameter == NDList.class) {
            return new NDList(array(self.getShape().getShape()));
        } else if (parameter == NDManager.class) {
            return manager.newSubManager();
        } else if (parameter == DataType.class) {
            return type;
        } else if (parameter == Number.class) {
            return number(2, 0.5);
        } else if (parameter == Buffer.class) {
            return buffer(6);
        } else if (parameter.isArray()) {
            return elements(parameter.getComponentType());
        }
        return constant(parameter);
    }

    private Object constant(Class<?> parameter) {
        return switch (parameter.getSimpleName()) {
            case "boolean" -> false;
            case "byte" -> (byte) 1;
            case "int", "Integer" -> 1;
            case "long" -> 1L;
            case "float" -> 0.5f;
            case "double" -> 0.5;
            case "String" -> "name";
            case "Shape" -> new Shape(MATRIX);
            case "Device" -> Device.cpu();
            case "Charset" -> StandardCharsets.UTF_8;
            case "SparseFormat" -> SparseFormat.CSR;
            case "NDIndex" -> new NDIndex("1, :");
            case "AutoCloseable" -> (AutoCloseable) () -> {};
            default -> throw new IllegalArgumentException("ArgumentTable has no row for a " + parameter);
        };
    }

    private Object elements(Class<?> component) {
        return switch (component.getSimpleName()) {
            case "boolean" -> new boolean[] {true, false, true, true, false, false};
            case "byte" -> new byte[] {1, 2, 3, 4, 5, 6};
            case "int" -> new int[] {0};
            case "long" -> new long[] {1, 2};
            case "float" -> new float[] {1, 2, 3, 4, 5, 6};
            case "double" -> new double[] {1, 2, 3, 4, 5, 6};
            case "boolean[]" -> new boolean[][] {{true, false}, {false, true}};
            case "byte[]" -> new byte[][] {{1, 2}, {3, 4}};
            case "int[]" -> new int[][] {{1, 2}, {3, 4}};
            case "long[]" -> new long[][] {{1, 2}, {3, 4}};
            case "float[]" -> new float[][] {{1, 2}, {3, 4}};
            case "double[]" -> new double[][] {{1, 2}, {3, 4}};
            case "String" -> new String[] {"a", "b", "c", "d", "e", "f"};
            case "NDResource" -> new NDResource[] {array(MATRIX)};
            case "AutoCloseable" -> new AutoCloseable[] {() -> {}};
            default -> throw new IllegalArgumentException("ArgumentTable has no row for " + component + "[]");
        };
    }

    DataType type() { return type; }

    NDManager manager() { return manager; }

    /** The array that the method is called on, or of whose interface the receiver is. */
    NDArray self() { return self; }

    /** The variables behind the arrays. */
    NDList leaves() { return leaves; }

    /** A number that suits the type: a fraction only for those that hold fractions. */
    Number number(int integer, double fraction) { return isFraction() ? (Number) fraction : (Number) integer; }

    private boolean isFraction() { return type.isFloating(); }

    /** An array of the type: fractions between 0 and 1, small integers, both booleans, or short texts. */
    NDArray array(long... extents) {
        NDArray x = values(extents);
        if (!variables || !isFraction()) {
            return x;
        }
        x.setRequiresGradient(true);
        leaves.add(x);
        return x.mul(1);
    }

    private NDArray values(long... extents) {
        int n = (int) new Shape(extents).size();
        int from = drawn;
        drawn += 3;
        if (type == DataType.STRING) {
            String[] texts = IntStream.range(from, from + n).mapToObj(Integer::toString).toArray(String[]::new);
            return manager.create(texts, StandardCharsets.UTF_8, new Shape(extents));
        }
        double[] v = new double[n];
        Arrays.setAll(v, i -> value(i + from));
        return manager.create(v, new Shape(extents)).toType(type, false);
    }

    private double value(int place) {
        if (isFraction()) {
            return 0.15 + 0.1 * (place % 8);
        }
        return type.isBoolean() ? place % 3 == 0 ? 1 : 0 : 1 + place % 6;
    }

    /** An array that has been closed. */
    NDArray closed() {
        NDArray x = values(MATRIX);
        x.close();
        return x;
    }

    /** An array of the type with one value throughout. */
    NDArray filled(double value, long... extents) {
        return manager.full(new Shape(extents), (float) value, DataType.FLOAT32).toType(type, false);
    }

    /** Indices 0, 1, 0, 1, ... */
    NDArray indices(long... extents) {
        long[] v = LongStream.range(0, new Shape(extents).size()).map(i -> i % 2).toArray();
        return manager.create(v, new Shape(extents));
    }

    /** Booleans true, false, true, ... */
    NDArray mask(long... extents) {
        boolean[] v = new boolean[(int) new Shape(extents).size()];
        for (int i = 0; i < v.length; i += 2) {
            v[i] = true;
        }
        return manager.create(v, new Shape(extents));
    }

    /** Elements of the type, as its buffer. */
    Buffer buffer(long n) { return type.asDataType(values(n).toByteBuffer(false)); }

    /** Arrays of the type. */
    NDList list(long[]... shapes) {
        return new NDList(Arrays.stream(shapes).map(this::array).collect(Collectors.toCollection(ArrayList::new)));
    }

    /** The methods of an interface that an engine serves, in order of their signatures. */
    static List<Method> methods(Class<?> api) {
        return Arrays.stream(api.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isSynthetic()
                        && m.getDeclaringClass() != Object.class)
                .sorted(Comparator.comparing(MethodArguments::signature)).toList();
    }

    /** Name and simple parameter types. */
    static String signature(Method m) {
        return m.getName() + Arrays.stream(m.getParameterTypes()).map(Class::getSimpleName)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    static Engine engine() { return Engine.getEngine("Wengert"); }
}
