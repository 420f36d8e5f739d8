package io.wengert.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.PairList;
import io.wengert.op.Axes;
import io.wengert.op.Catalogue;
import io.wengert.op.Complex;
import io.wengert.op.Conversions;
import io.wengert.op.Elementwise;
import io.wengert.op.IndexOps;
import io.wengert.op.LinearAlgebra;
import io.wengert.op.Op;
import io.wengert.op.Reductions;
import io.wengert.op.ShapeOps;
import io.wengert.op.Sorting;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * An operation called by its name in the catalogue, with attributes given by name: numbers, shapes and arrays of
 * integers, or texts of them.
 */
final class Invocation {

    private static final Pattern INTEGER = Pattern.compile("-?\\d+");
    private static final Map<Op<?>, Function<Invocation, ?>> ATTRIBUTES = new HashMap<>();

    static {
        for (Op<Axes> op : Arrays.asList(Reductions.SUM, Reductions.PROD, Reductions.MAX, Reductions.MIN,
                Reductions.MEAN)) {
            takes(op, Invocation::axes);
        }
        for (Op<Integer> op : Arrays.asList(ShapeOps.CONCAT, IndexOps.GATHER, IndexOps.TAKE, Sorting.CUM_SUM)) {
            takes(op, i -> i.integer("axis", 0));
        }
        for (Op<Void> op : Arrays.asList(Conversions.COPY, LinearAlgebra.MATMUL, LinearAlgebra.INVERSE,
                Complex.COMPLEX, Complex.PAIRS)) {
            takes(op, i -> null);
        }
        takes(ShapeOps.RESHAPE, i -> i.integers("shape"));
        takes(ShapeOps.BROADCAST, i -> i.integers("shape"));
        takes(ShapeOps.PERMUTE, i -> ints(i.integers("axes")));
        takes(Conversions.CAST, i -> DTypes.of(DataType.valueOf(i.need("dtype").toString().toUpperCase(Locale.ROOT))));
        takes(Sorting.ARG_MAX, i -> new Sorting.Along(i.integer("axis", -1), i.flag("keepdims")));
        takes(Sorting.ARG_MIN, i -> new Sorting.Along(i.integer("axis", -1), i.flag("keepdims")));
        takes(Sorting.SORT, i -> new Sorting.Order(i.integer("axis", -1), i.flag("descending")));
        takes(LinearAlgebra.DIAGONAL,
                i -> new LinearAlgebra.Diagonal(i.integer("offset", 0), i.integer("axis1", 0), i.integer("axis2", 1)));
    }

    private final String name;
    private final Map<String, Object> params = new HashMap<>();
    private final Tensor[] in;

    private Invocation(String name, PairList<String, ?> params, Tensor... in) {
        this.name = name;
        this.in = in;
        if (params != null) {
            params.forEach(p -> this.params.put(p.getKey(), p.getValue()));
        }
    }

    private static <A> void takes(Op<A> op, Function<Invocation, A> attribute) { ATTRIBUTES.put(op, attribute); }

    /**
     * Applies the operation.
     *
     * @throws IllegalArgumentException if there is none of this name, or attributes are missing or not known to it
     */
    static Tensor[] run(String name, PairList<String, ?> params, Tensor... in) {
        Op<?> op = Catalogue.all().stream().filter(o -> o.name().equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("invoke: no operation of the catalogue is named " + name));
        if (in.length == 0) {
            throw new IllegalArgumentException("invoke: " + name + " of no arrays");
        }
        return new Invocation(name, params, in).apply(op);
    }

    @SuppressWarnings("unchecked")
    private <A> Tensor[] apply(Op<A> op) {
        A attribute;
        if (op instanceof Elementwise e) {
            attribute = (A) numbers(e);
        } else if (ATTRIBUTES.containsKey(op)) {
            attribute = (A) ATTRIBUTES.get(op).apply(this);
        } else {
            throw new IllegalArgumentException("invoke: the attributes of " + name
                    + " have no names; use the method of NDArray");
        }
        if (!params.isEmpty()) {
            throw new IllegalArgumentException("invoke: " + name + " does not take " + params.keySet());
        }
        return op.all(attribute, in);
    }

    /** One number of any name, or several named 0, 1, ... */
    private Number[] numbers(Elementwise e) {
        Number[] n = new Number[e.numbers()];
        for (int i = 0; i < n.length; i++) {
            boolean single = n.length == 1 && params.size() == 1;
            Object v = single ? params.remove(params.keySet().iterator().next()) : need("" + i);
            n[i] = v instanceof Number x ? x : Double.valueOf(v.toString());
        }
        return n;
    }

    private Object need(String key) {
        Object v = params.remove(key);
        if (v == null) {
            throw new IllegalArgumentException("invoke: " + name + " needs the parameter " + key);
        }
        return v;
    }

    private Axes axes() {
        boolean keep = flag("keepdims");
        return params.containsKey("axis") ? new Axes(keep, ints(integers("axis"))) : Axes.all(in[0].rank(), keep);
    }

    private int integer(String key, int otherwise) {
        return params.containsKey(key) ? Math.toIntExact(integers(key)[0]) : otherwise;
    }

    private boolean flag(String key) {
        Object v = params.remove(key);
        return v != null && (v.equals(1) || Boolean.parseBoolean(v.toString()));
    }

    private long[] integers(String key) {
        Object v = need(key);
        if (v instanceof Shape s) {
            return s.getShape();
        }
        if (v instanceof long[] l) {
            return l;
        }
        if (v instanceof int[] i) {
            return Arrays.stream(i).asLongStream().toArray();
        }
        LongStream.Builder found = LongStream.builder();
        for (Matcher m = INTEGER.matcher(v.toString()); m.find();) {
            found.add(Long.parseLong(m.group()));
        }
        return found.build().toArray();
    }

    private static int[] ints(long[] a) { return Arrays.stream(a).mapToInt(Math::toIntExact).toArray(); }
}
