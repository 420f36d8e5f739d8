package io.wengert.replay;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.List;

/** What an operation of a graph takes beside arrays; whole numbers in it may depend on the sizes of inputs. */
final class Attribute {

    /** The value for the sizes that were asked for last. */
    private record Bound(long[] sizes, Object value) {}

    private final JsonElement json;
    private final List<String> dimensions;
    private final boolean fixed;
    private volatile Bound bound;

    /**
     * An attribute as {@link Attributes} writes it.
     *
     * @throws IllegalArgumentException if it is none
     */
    Attribute(JsonElement json, List<String> dimensions) {
        this.json = json;
        this.dimensions = dimensions;
        fixed = !mentions(json, dimensions);
        bound = fixed ? new Bound(null, Attributes.decode(json, dimensions)) : null;
    }

    private static boolean mentions(JsonElement e, List<String> dimensions) {
        if (e.isJsonObject()) {
            return e.getAsJsonObject().entrySet().stream().anyMatch(x -> mentions(x.getValue(), dimensions));
        }
        if (e.isJsonArray()) {
            return e.getAsJsonArray().asList().stream().anyMatch(x -> mentions(x, dimensions));
        }
        boolean text = e instanceof JsonPrimitive p && p.isString();
        return text && dimensions.stream().anyMatch(d -> Arrays.asList(e.getAsString().split("[+*]")).contains(d));
    }

    JsonElement json() { return json; }

    /** The value for these sizes of the dimensions. */
    Object at(long... sizes) {
        Bound b = bound;
        if (!fixed && (b == null || !Arrays.equals(b.sizes, sizes))) {
            b = new Bound(sizes.clone(), Attributes.decode(json, dimensions, sizes));
            bound = b;
        }
        return b.value();
    }

    @Override
    public boolean equals(Object o) { return o instanceof Attribute a && json.equals(a.json); }

    @Override
    public int hashCode() { return json.hashCode(); }
}
