package io.wengert.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.wengert.op.Catalogue;
import io.wengert.op.Op;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Makes one graph of several recordings of a computation that differ in the sizes of inputs: numbers that differ between them
 * are expressed by these sizes.
 */
public final class Generalization {

    private final List<Graph.Dimension> dimensions;
    private final List<String> names;
    private final long[] low;
    private final long[] high;
    private final List<Recording> corners;
    private final Recording base;
    private final int[] number;
    private final List<Step> steps = new ArrayList<>();
    private final List<Tensor> constants = new ArrayList<>();

    /**
     * Compares recordings.
     *
     * @param corners by corner: bit i of the index says whether dimension i had the size {@code high[i]} or {@code low[i]}
     */
    public Generalization(List<Graph.Dimension> dimensions, long[] low, long[] high, List<Recording> corners) {
        this.dimensions = dimensions;
        this.names = dimensions.stream().map(Graph.Dimension::name).toList();
        this.low = low;
        this.high = high;
        this.corners = corners;
        this.base = corners.get(0);
        this.number = new int[base.count];
    }

    /** The constants of the graph; the caller's to close. */
    public List<Tensor> constants() { return constants; }

    /**
     * The graph of all recordings.
     *
     * @throws IllegalArgumentException if they are not one computation but for numbers that follow from sizes
     */
    public Graph graph() {
        checkSame();
        int known = base.inputs.size() + base.parameters;
        for (int v = 0; v < known; v++) {
            number[v] = v;
        }
        List<Integer> order = List.copyOf(new TreeSet<>(base.constants.keySet()));
        List<Constant> found = order.stream().map(v -> Constant.of(corners, v, extents("a constant", r -> r.constants.get(v).shape())))
                .toList();
        int place = known;
        int next = known + found.stream().mapToInt(c -> c.tensors().size()).sum();
        for (int i = 0; i < found.size(); i++) {
            Constant c = found.get(i);
            List<Step> made = c.steps(place, next, names);
            number[order.get(i)] = made.isEmpty() ? place : next + made.size() - 1;
            next += made.size();
            place += c.tensors().size();
            steps.addAll(made);
            constants.addAll(c.tensors());
        }
        for (int i = 0; i < base.events.size(); i++) {
            steps.add(step(i));
            for (int v : base.events.get(i).out()) {
                number[v] = next++;
            }
        }
        return new Graph(dimensions, ports(r -> r.inputs, "an input"), base.parameters, constants.size(), steps, mapped(base.outputs),
                ports(r -> r.results, "an output"), updates(), layers());
    }

    static IllegalArgumentException refusal(String what) { return new IllegalArgumentException("trace: " + what); }

    private int[] mapped(int... values) { return Arrays.stream(values).map(v -> number[v]).toArray(); }

    private void checkSame() {
        for (Recording r : corners) {
            int n = Math.min(r.events.size(), base.events.size());
            for (int i = 0; i < n; i++) {
                if (!same(r.events.get(i), base.events.get(i))) {
                    throw refusal("another size of the batch makes another computation: step " + i + " is " + text(base.events.get(i))
                            + " for inputs " + shapes(base) + ", " + text(r.events.get(i)) + " for " + shapes(r)
                            + "; what chooses operations by shapes or values cannot be a graph");
                }
            }
            if (r.events.size() != base.events.size() || !Arrays.equals(r.outputs, base.outputs) || !Arrays.equals(r.after, base.after)
                    || !r.constants.keySet().equals(base.constants.keySet())) {
                throw refusal("another size of the batch makes another computation: " + base.events.size() + " operations for inputs "
                        + shapes(base) + ", " + r.events.size() + " for " + shapes(r));
            }
        }
    }

    private static boolean same(Tracer.Event a, Tracer.Event b) {
        return a.deed().isLike(b.deed()) && Arrays.equals(a.in(), b.in()) && Arrays.equals(a.out(), b.out());
    }

    private static String text(Tracer.Event e) {
        return e.deed().text() + " of " + Arrays.toString(e.in()) + " in " + e.where();
    }

    static List<String> shapes(Recording r) { return r.inputs.stream().map(s -> Extents.text(s.shape())).toList(); }

    /** A number that may differ from corner to corner, by the dimensions; null if it does not go by them. */
    private Extent extent(ToLongFunction<Recording> value) {
        long[] v = corners.stream().mapToLong(value).toArray();
        return Arrays.stream(v).allMatch(x -> x == v[0]) ? Extent.of(v[0]) : Extent.through(v, low, high);
    }

    /** A shape of each corner as one. */
    private Extents extents(String what, Function<Recording, long[]> shape) {
        int rank = shape.apply(base).length;
        if (corners.stream().anyMatch(r -> shape.apply(r).length != rank)) {
            throw refusal("the number of axes of " + what + " depends on the size of the batch");
        }
        List<Extent> axes = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            int axis = i;
            Extent e = extent(r -> shape.apply(r)[axis]);
            if (e == null) {
                throw refusal("axis " + axis + " of " + what + " is "
                        + corners.stream().map(r -> shape.apply(r)[axis]).toList() + " for inputs "
                        + corners.stream().map(Generalization::shapes).toList() + ", which is no sum of products of their sizes");
            }
            axes.add(e);
        }
        return new Extents(axes);
    }

    private List<Graph.Port> ports(Function<Recording, List<Recording.Shaped>> list, String what) {
        return IntStream.range(0, list.apply(base).size())
                .mapToObj(i -> new Graph.Port(list.apply(base).get(i).dtype(), extents(what, r -> list.apply(r).get(i).shape())))
                .toList();
    }

    private List<Graph.Update> updates() {
        List<Graph.Update> u = new ArrayList<>();
        for (int i = 0; i < base.after.length; i++) {
            if (base.after[i] != base.inputs.size() + i) {
                u.add(new Graph.Update(i, number[base.after[i]]));
            }
        }
        return u;
    }

    private List<Graph.Layer> layers() {
        return IntStream.range(0, base.parts.size()).mapToObj(i -> new Graph.Layer(base.parts.get(i).name(),
                Arrays.stream(mapped(base.parts.get(i).outputs())).boxed().toList(),
                ports(r -> r.parts.get(i).shapes(), "a layer"))).toList();
    }

    private Step step(int i) {
        Tracer.Event e = base.events.get(i);
        if (e.deed() instanceof Tracer.Applied a) {
            return new Step.Apply(catalogued(a.op(), e.where()), attribute(i), mapped(e.in()), e.out().length);
        }
        if (e.deed() instanceof Tracer.Sampled s) {
            Extents samples = extents("the samples in " + e.where(), r -> ((Tracer.Sampled) r.events.get(i).deed()).samples());
            return new Step.Sample(s.law(), s.experiments(), samples, mapped(e.in()));
        }
        return e.deed() instanceof Tracer.Drawn d ? new Step.Draw(d.distribution(), d.a(), d.b(), d.dtype(),
                extents("random numbers in " + e.where(), r -> ((Tracer.Drawn) r.events.get(i).deed()).shape()))
                : new Step.Stop(number[e.in()[0]]);
    }

    private static Op<?> catalogued(Op<?> op, String where) {
        if (Catalogue.all().stream().noneMatch(o -> o == op)) {
            throw refusal(where + ": the operation " + op.name() + " is not of the catalogue and has no form in a file");
        }
        return op;
    }

    private Attribute attribute(int i) {
        List<JsonElement> all = new ArrayList<>();
        for (Recording r : corners) {
            all.add(Attributes.encode(((Tracer.Applied) r.events.get(i).deed()).attribute()));
        }
        JsonElement merged = merged(all);
        if (merged == null) {
            throw refusal("the attribute of " + text(base.events.get(i)) + " (step " + i + ") is " + all + " for inputs "
                    + corners.stream().map(Generalization::shapes).toList() + ", and does not follow from their sizes");
        }
        return new Attribute(merged, names);
    }

    /** One element for those of all corners; null if there is none. */
    private JsonElement merged(List<JsonElement> all) {
        JsonElement first = all.get(0);
        if (all.stream().allMatch(first::equals)) {
            return first;
        }
        if (all.stream().allMatch(JsonElement::isJsonObject)) {
            return mergedObjects(all.stream().map(JsonElement::getAsJsonObject).toList());
        }
        if (all.stream().allMatch(JsonElement::isJsonArray)) {
            return mergedArrays(all.stream().map(JsonElement::getAsJsonArray).toList());
        }
        if (!all.stream().allMatch(Generalization::isWhole)) {
            return null;
        }
        Extent e = Extent.through(all.stream().mapToLong(JsonElement::getAsLong).toArray(), low, high);
        return e == null ? null : new JsonPrimitive(e.text(names));
    }

    private static boolean isWhole(JsonElement e) {
        return e.isJsonPrimitive() && e.getAsJsonPrimitive().isNumber()
                && (e.getAsNumber() instanceof Long || e.getAsNumber() instanceof Integer);
    }

    private JsonObject mergedObjects(List<JsonObject> all) {
        Set<String> keys = all.get(0).keySet();
        JsonObject r = new JsonObject();
        for (String key : keys) {
            JsonElement e = all.stream().allMatch(o -> o.keySet().equals(keys)) ? merged(all.stream().map(o -> o.get(key)).toList()) : null;
            if (e == null) {
                return null;
            }
            r.add(key, e);
        }
        return r;
    }

    private JsonArray mergedArrays(List<JsonArray> all) {
        if (new HashSet<>(all.stream().map(JsonArray::size).toList()).size() > 1) {
            return null;
        }
        JsonArray r = new JsonArray();
        for (int i = 0; i < all.get(0).size(); i++) {
            int place = i;
            JsonElement e = merged(all.stream().map(a -> a.get(place)).toList());
            if (e == null) {
                return null;
            }
            r.add(e);
        }
        return r;
    }
}
