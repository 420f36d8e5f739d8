package io.wengert.autograd;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.Layout;
import io.wengert.op.Call;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The recorded calls that some values depend on, in the order of recording, to be looked at. */
public final class GraphWalk {

    /** A value on its way from one call to the next. */
    public record Flow(int from, int output, int to, int input, String value) {}

    /**
     * A value that a call keeps for its gradient.
     *
     * @param what which input or output
     * @param value its dtype and shape
     * @param device where it is
     * @param bytes what keeping it costs: 0 if the memory is a variable's anyway, or another call has it already
     * @param note why it costs nothing; otherwise empty
     */
    public record Kept(String what, String value, String device, long bytes, String note) {}

    /**
     * A recorded call, or a variable.
     *
     * @param leaf the variable; null for a call
     * @param operation null for a variable
     * @param inputs dtype and shape of each; empty if it has been freed
     * @param outputs dtype and shape by number, as far as they are used
     * @param line where the call was made; null if it is not known
     */
    public record Vertex(Origin leaf, String operation, Object attribute, List<String> inputs, Map<Integer, String> outputs,
            List<Kept> kept, String line, boolean freed, boolean putAway) {}

    private final List<Vertex> vertices = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();
    private final Map<Origin, Integer> numbers = new IdentityHashMap<>();
    private final Map<Origin, Map<Integer, String>> outputs = new IdentityHashMap<>();
    private final Map<Buffer, String> owners = new IdentityHashMap<>();

    /** Follows values back to the variables that they depend on; constants lead nowhere. */
    public GraphWalk(List<Tensor> heads) {
        Set<Node> found = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Node> open = new ArrayDeque<>();
        for (Tensor t : heads) {
            if (t.origin() != null) {
                flows(t.origin(), t.output(), t.text(), found, open);
            }
        }
        while (!open.isEmpty()) {
            Node n = open.poll();
            Call<?> call = n.call();
            for (int i = 0; call != null && i < call.arity(); i++) {
                if (n.origin(i) != null) {
                    flows(n.origin(i), n.output(i), text(call, i), found, open);
                }
            }
        }
        heads.stream().filter(t -> t.origin() instanceof Leaf).forEach(t -> number(t.origin()));
        List<Node> ordered = new ArrayList<>(found);
        ordered.sort(Comparator.comparingLong(Node::sequence));
        ordered.forEach(this::add);
    }

    private void flows(Origin from, int output, String value, Set<Node> found, ArrayDeque<Node> open) {
        outputs.computeIfAbsent(from, o -> new TreeMap<>()).putIfAbsent(output, value);
        if (from instanceof Node n && found.add(n)) {
            open.add(n);
        }
    }

    private static String text(Call<?> call, int i) { return call.dtype(i).text() + " " + Layout.text(call.shape(i)); }

    private int number(Origin o) {
        Integer known = numbers.get(o);
        if (known != null) {
            return known;
        }
        numbers.put(o, vertices.size());
        vertices.add(new Vertex(o, null, null, List.of(), outputs.get(o), List.of(), null, false, false));
        return vertices.size() - 1;
    }

    private void add(Node n) {
        Call<?> call = n.call();
        List<String> inputs = new ArrayList<>();
        for (int i = 0; call != null && i < call.arity(); i++) {
            inputs.add(text(call, i));
            if (n.origin(i) != null) {
                number(n.origin(i));
            }
        }
        int at = vertices.size();
        numbers.put(n, at);
        vertices.add(new Vertex(null, n.name(), call == null ? null : call.attribute(), inputs, outputs.get(n), kept(n, call),
                n.knownLine(), call == null, n.isPutAway()));
        for (int i = 0; call != null && i < call.arity(); i++) {
            if (n.origin(i) != null) {
                flows.add(new Flow(numbers.get(n.origin(i)), n.output(i), at, i, text(call, i)));
            }
        }
    }

    private List<Kept> kept(Node n, Call<?> call) {
        Map<String, Kept> r = new LinkedHashMap<>();
        for (int i = 0; call != null && i < call.arity(); i++) {
            keep(r, "input " + i, call.inputs()[i], n.origin(i) instanceof Leaf, n.name());
        }
        for (int i = 0; call != null && i < call.outputs(); i++) {
            keep(r, "output " + i, call.results()[i], false, n.name());
        }
        return List.copyOf(r.values());
    }

    private void keep(Map<String, Kept> to, String what, Tensor t, boolean variable, String by) {
        if (t == null) {
            return;
        }
        Buffer b = t.buffer();
        String owner = owners.putIfAbsent(b, variable ? "the variable's memory" : "kept by " + by + " already");
        String note = owner != null ? owner : variable ? "the variable's memory" : "";
        long bytes = note.isEmpty() ? b.size() * b.dtype().bytes() : 0;
        Backend on = b.backend();
        String device = on.ordinal() < 0 ? on.device() : on.device() + " " + on.ordinal();
        to.put(what, new Kept(what, t.text(), device, bytes, note));
    }

    /** Variables and calls; each after all that it depends on. */
    public List<Vertex> vertices() { return vertices; }

    public List<Flow> flows() { return flows; }

    /** The number of the vertex that a value comes from; -1 for a constant. */
    public int vertex(Tensor t) { return t.origin() == null ? -1 : numbers.getOrDefault(t.origin(), -1); }
}
