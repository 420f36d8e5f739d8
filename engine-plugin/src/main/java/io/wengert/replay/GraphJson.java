package io.wengert.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.op.Catalogue;
import io.wengert.op.Op;
import io.wengert.op.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Graphs as JSON and back. */
public final class GraphJson {

    private static final Map<String, Op<?>> OPS = new HashMap<>();

    static {
        Catalogue.all().forEach(op -> OPS.put(op.name(), op));
    }

    private final List<String> names;

    private GraphJson(List<String> names) { this.names = names; }

    /** A graph as JSON. */
    public static JsonObject write(Graph g) { return new GraphJson(g.names()).graph(g); }

    /**
     * The graph that {@link #write} wrote.
     *
     * @throws RuntimeException of any kind if it is none
     */
    public static Graph read(JsonObject json) {
        List<Graph.Dimension> d = list(json, "dimensions", e -> {
            JsonObject o = e.getAsJsonObject();
            return new Graph.Dimension(o.get("name").getAsString(), o.get("input").getAsInt(), o.get("axis").getAsInt());
        });
        return new GraphJson(d.stream().map(Graph.Dimension::name).toList()).graph(json, d);
    }

    private JsonObject graph(Graph g) {
        JsonObject o = new JsonObject();
        o.add("dimensions", array(g.dimensions(), d -> {
            JsonObject r = new JsonObject();
            r.addProperty("name", d.name());
            r.addProperty("input", d.input());
            r.addProperty("axis", d.axis());
            return r;
        }));
        o.add("inputs", array(g.inputs(), this::port));
        o.addProperty("parameters", g.parameters());
        o.addProperty("constants", g.constants());
        o.add("steps", array(g.steps(), this::step));
        o.add("outputs", numbers(g.outputs()));
        o.add("results", array(g.results(), this::port));
        o.add("updates", array(g.updates(), u -> numbers(u.parameter(), u.value())));
        o.add("layers", array(g.layers(), l -> {
            JsonObject r = new JsonObject();
            r.addProperty("name", l.name());
            r.add("outputs", array(l.outputs(), JsonPrimitive::new));
            r.add("results", array(l.shapes(), this::port));
            return r;
        }));
        return o;
    }

    private Graph graph(JsonObject o, List<Graph.Dimension> dimensions) {
        List<Graph.Update> updates = list(o, "updates", e -> {
            int[] u = numbers(e);
            return new Graph.Update(u[0], u[1]);
        });
        List<Graph.Layer> layers = list(o, "layers", e -> new Graph.Layer(e.getAsJsonObject().get("name").getAsString(),
                list(e.getAsJsonObject(), "outputs", JsonElement::getAsInt), list(e.getAsJsonObject(), "results", this::port)));
        return new Graph(dimensions, list(o, "inputs", this::port), o.get("parameters").getAsInt(), o.get("constants").getAsInt(),
                list(o, "steps", this::step), numbers(o.get("outputs")), list(o, "results", this::port), updates, layers);
    }

    private JsonObject port(Graph.Port p) {
        JsonObject o = new JsonObject();
        o.addProperty("dtype", p.dtype().text());
        o.add("shape", extents(p.shape()));
        return o;
    }

    private Graph.Port port(JsonElement e) {
        return new Graph.Port(dtype(e.getAsJsonObject().get("dtype")), extents(e.getAsJsonObject().get("shape")));
    }

    private static DType dtype(JsonElement e) { return DType.valueOf(e.getAsString().toUpperCase(Locale.ROOT)); }

    private JsonArray extents(Extents shape) {
        return array(shape.axes(), e -> e.isConstant() ? new JsonPrimitive(e.at()) : new JsonPrimitive(e.text(names)));
    }

    private Extents extents(JsonElement e) {
        List<Extent> axes = new ArrayList<>();
        e.getAsJsonArray().forEach(a -> axes.add(Extent.parse(a.getAsString(), names)));
        return new Extents(axes);
    }

    private JsonObject step(Step s) {
        JsonObject o = new JsonObject();
        if (s instanceof Step.Apply a) {
            o.addProperty("op", a.op().name());
            o.add("in", numbers(a.in()));
            if (!a.attribute().json().isJsonNull()) {
                o.add("with", a.attribute().json());
            }
            if (a.outputs() != 1) {
                o.addProperty("outputs", a.outputs());
            }
        } else if (s instanceof Step.Draw d) {
            o.addProperty("random", d.distribution().name().toLowerCase(Locale.ROOT));
            o.addProperty("a", d.a());
            o.addProperty("b", d.b());
            o.addProperty("dtype", d.dtype().text());
            o.add("shape", extents(d.shape()));
        } else if (s instanceof Step.Sample m) {
            o.addProperty("sample", m.law().name().toLowerCase(Locale.ROOT));
            o.add("in", numbers(m.in()));
            o.add("samples", extents(m.samples()));
            if (m.experiments() != 0) {
                o.addProperty("experiments", m.experiments());
            }
        } else {
            o.addProperty("stop", ((Step.Stop) s).value());
        }
        return o;
    }

    private Step step(JsonElement e) {
        JsonObject o = e.getAsJsonObject();
        if (o.has("random")) {
            Distribution d = Distribution.valueOf(o.get("random").getAsString().toUpperCase(Locale.ROOT));
            return new Step.Draw(d, o.get("a").getAsDouble(), o.get("b").getAsDouble(), dtype(o.get("dtype")), extents(o.get("shape")));
        }
        if (o.has("sample")) {
            Sampling.Law law = Sampling.Law.valueOf(o.get("sample").getAsString().toUpperCase(Locale.ROOT));
            long experiments = o.has("experiments") ? o.get("experiments").getAsLong() : 0;
            return new Step.Sample(law, experiments, extents(o.get("samples")), numbers(o.get("in")));
        }
        if (o.has("stop")) {
            return new Step.Stop(o.get("stop").getAsInt());
        }
        Op<?> op = OPS.get(o.get("op").getAsString());
        if (op == null) {
            throw new IllegalArgumentException("there is no operation " + o.get("op") + "; a newer version may have it");
        }
        JsonElement with = o.has("with") ? o.get("with") : JsonNull.INSTANCE;
        int outputs = o.has("outputs") ? o.get("outputs").getAsInt() : 1;
        return new Step.Apply(op, new Attribute(with, names), numbers(o.get("in")), outputs);
    }

    private static <T> JsonArray array(List<T> list, Function<T, JsonElement> f) {
        JsonArray a = new JsonArray();
        list.forEach(x -> a.add(f.apply(x)));
        return a;
    }

    private static <T> List<T> list(JsonObject o, String key, Function<JsonElement, T> f) {
        List<T> r = new ArrayList<>();
        o.get(key).getAsJsonArray().forEach(e -> r.add(f.apply(e)));
        return r;
    }

    private static JsonArray numbers(int... n) { return array(Arrays.stream(n).boxed().toList(), JsonPrimitive::new); }

    private static int[] numbers(JsonElement e) {
        return e.getAsJsonArray().asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }
}
