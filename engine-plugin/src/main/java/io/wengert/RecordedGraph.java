package io.wengert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import com.google.gson.GsonBuilder;
import io.wengert.autograd.GraphWalk;
import io.wengert.djl.WgNDArray;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was recorded for some values, to be looked at: the operations that lead to them from variables, what each keeps for backward and
 * where that memory is. A picture of the moment; arrays may be closed and played back afterwards.
 *
 * <pre>{@code
 * RecordedGraph graph = RecordedGraph.of(block, loss);
 * System.out.println(graph.summary());
 * Files.writeString(Path.of("graph.html"), graph.toHtml());
 * }</pre>
 */
public final class RecordedGraph {

    /**
     * A value that an operation keeps for backward.
     *
     * @param what which input or output of it
     * @param value dtype and shape
     * @param device where it lies
     * @param bytes what keeping it costs; 0 if the memory is a variable's anyway, or kept by an earlier operation
     * @param note why it costs nothing; otherwise empty
     */
    public record Saved(String what, String value, String device, long bytes, String note) {}

    /**
     * A variable, or the application of an operation.
     *
     * @param id the place in {@link #nodes}
     * @param operation the operation's name; null for a variable
     * @param name that of a variable, or of the array that is a head; null if there is none
     * @param attribute what the operation takes beside arrays, as text; empty if nothing
     * @param inputs dtype and shape of each array that it takes; empty for a variable
     * @param outputs dtype and shape of each output that is used
     * @param savedBytes the sum of what is saved
     * @param line the line of the program, known while {@link Autograd#detectAnomaly} is on; else null
     * @param state "", "freed" if it has been played back, or "put away" if a saver holds what is saved
     * @param head whether the graph was asked for of its output
     */
    public record Node(int id, String operation, String name, String attribute, List<String> inputs, List<String> outputs,
            List<Saved> saved, long savedBytes, String line, String state, boolean head) {

        /** Whether it is a variable. */
        public boolean isVariable() { return operation == null; }
    }

    /** An array that goes from a node's output to another's input. */
    public record Edge(int from, int output, int to, int input, String value) {}

    private final List<Node> nodes = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();

    private RecordedGraph(NDList heads, Map<Origin, String> names) {
        List<Tensor> values = Arrays.asList(WgNDArray.tensors(heads, "RecordedGraph"));
        GraphWalk walk = new GraphWalk(values);
        Map<Integer, String> headNames = new TreeMap<>();
        for (int i = 0; i < values.size(); i++) {
            int v = walk.vertex(values.get(i));
            if (v < 0) {
                throw new IllegalArgumentException("RecordedGraph: the array " + values.get(i).text() + " was not recorded: it depends on"
                        + " no array that requires a gradient, or was computed while nothing was being recorded");
            }
            headNames.put(v, heads.get(i).getName() == null ? "" : heads.get(i).getName());
        }
        for (int i = 0; i < walk.vertices().size(); i++) {
            nodes.add(node(i, walk.vertices().get(i), names, headNames.get(i)));
        }
        walk.flows().forEach(f -> edges.add(new Edge(f.from(), f.output(), f.to(), f.input(), f.value())));
    }

    /** The graph of some values. */
    public static RecordedGraph of(NDArray... heads) { return of(new NDList(heads), new NDList()); }

    /**
     * The graph of some values.
     *
     * @param named variables, to be shown by their arrays' names
     * @throws IllegalArgumentException if a value was not recorded
     */
    public static RecordedGraph of(NDList heads, NDList named) {
        Map<Origin, String> names = new IdentityHashMap<>();
        for (NDArray x : named) {
            name(names, x, x.getName());
        }
        return new RecordedGraph(heads, names);
    }

    /** The graph of some values, with a block's parameters by their names. */
    public static RecordedGraph of(Block block, NDArray... heads) {
        Map<Origin, String> names = new IdentityHashMap<>();
        for (Pair<String, Parameter> p : block.getParameters()) {
            if (p.getValue().isInitialized()) {
                name(names, p.getValue().getArray(), p.getKey());
            }
        }
        return new RecordedGraph(new NDList(heads), names);
    }

    private static void name(Map<Origin, String> names, NDArray x, String name) {
        Origin origin = WgNDArray.own(x, "RecordedGraph").tensor().origin();
        if (origin != null && name != null) {
            names.put(origin, name);
        }
    }

    private static Node node(int id, GraphWalk.Vertex v, Map<Origin, String> names, String headName) {
        List<Saved> saved = v.kept().stream().map(k -> new Saved(k.what(), k.value(), k.device(), k.bytes(), k.note())).toList();
        String name = v.leaf() != null && names.containsKey(v.leaf()) ? names.get(v.leaf()) : headName;
        return new Node(id, v.operation(), name == null || name.isEmpty() ? null : name, text(v.attribute()), v.inputs(),
                List.copyOf(v.outputs().values()), saved, saved.stream().mapToLong(Saved::bytes).sum(), v.line(),
                v.freed() ? "freed" : v.putAway() ? "put away" : "", headName != null);
    }

    /** An attribute as a person would write it. */
    private static String text(Object a) {
        if (a == null) {
            return "";
        }
        if (a.getClass().isArray()) {
            StringJoiner j = new StringJoiner(", ", "(", ")");
            for (int i = 0; i < Array.getLength(a); i++) {
                j.add(text(Array.get(a, i)));
            }
            return j.toString();
        }
        if (a instanceof Record && a.getClass().getPackageName().startsWith("io.wengert.")) {
            StringJoiner j = new StringJoiner(", ");
            for (RecordComponent c : a.getClass().getRecordComponents()) {
                try {
                    j.add(c.getName() + " " + text(c.getAccessor().invoke(a)));
                } catch (ReflectiveOperationException e) {
                    return a.toString();
                }
            }
            return j.toString();
        }
        String s = a.toString();
        // What has no text of its own says nothing to a reader.
        return s.contains("@") && s.contains(a.getClass().getName()) ? "" : s;
    }

    /** Variables and operations; each after all that it depends on. */
    public List<Node> nodes() { return List.copyOf(nodes); }

    /** The arrays that go between them. */
    public List<Edge> edges() { return List.copyOf(edges); }

    /** The variables. */
    public List<Node> variables() { return nodes.stream().filter(Node::isVariable).toList(); }

    /** The bytes that are kept for backward, beside the variables themselves. */
    public long savedBytes() { return nodes.stream().mapToLong(Node::savedBytes).sum(); }

    /** What there is of each operation, and what keeps the most memory. */
    public String summary() {
        List<Node> operations = nodes.stream().filter(n -> !n.isVariable()).toList();
        StringBuilder b = new StringBuilder(String.format(Locale.ROOT, "%d operations, %d variables, %d arrays between them, %s saved for"
                + " backward%n%n%-26s %7s %12s%n", operations.size(), variables().size(), edges.size(), bytes(savedBytes()), "operation",
                "calls", "saved"));
        Map<String, List<Node>> byName = operations.stream().collect(Collectors.groupingBy(Node::operation));
        byName.entrySet().stream().sorted(Comparator.comparing((Map.Entry<String, List<Node>> e) -> -sum(e.getValue()))
                .thenComparing(Map.Entry::getKey)).forEach(e -> b.append(String.format(Locale.ROOT, "%-26s %7d %12s%n", e.getKey(),
                        e.getValue().size(), bytes(sum(e.getValue())))));
        b.append(String.format("%nmost memory:%n"));
        operations.stream().filter(n -> n.savedBytes > 0).sorted(Comparator.comparingLong(Node::savedBytes).reversed()).limit(10)
                .forEach(n -> b.append(String.format(Locale.ROOT, "%12s  #%d %s -> %s%n", bytes(n.savedBytes), n.id, n.operation,
                        String.join(", ", n.outputs))));
        return b.toString();
    }

    private static long sum(List<Node> of) { return of.stream().mapToLong(Node::savedBytes).sum(); }

    /** A number of bytes as people write it. */
    static String bytes(long n) {
        return n < 1000 ? n + " B" : n < 1_000_000 ? String.format(Locale.ROOT, "%.1f kB", n / 1e3)
                : n < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f MB", n / 1e6) : String.format(Locale.ROOT, "%.2f GB", n / 1e9);
    }

    /** The graph in the language of Graphviz. */
    public String toDot() {
        StringBuilder b = new StringBuilder("digraph recorded {\n  node [fontname=\"Helvetica\", fontsize=10];\n");
        for (Node n : nodes) {
            String title = (n.isVariable() ? n.name == null ? "variable" : n.name : n.operation).replace("\\", "\\\\");
            String label = title + "\\n" + String.join(", ", n.outputs) + (n.savedBytes > 0 ? "\\nsaves " + bytes(n.savedBytes) : "");
            b.append("  n").append(n.id).append(" [label=\"").append(label.replace("\"", "\\\"")).append("\", shape=")
                    .append(n.isVariable() ? "ellipse" : "box").append(n.head ? ", penwidth=2" : "").append("];\n");
        }
        for (Edge e : edges) {
            b.append("  n").append(e.from).append(" -> n").append(e.to).append(";\n");
        }
        return b.append("}\n").toString();
    }

    /** The graph as JSON: {@code {"savedBytes": .., "nodes": [..], "edges": [..]}}, with the components of the records. */
    public String toJson() {
        return new GsonBuilder().setPrettyPrinting().create().toJson(new Document(savedBytes(), nodes, edges));
    }

    private record Document(long savedBytes, List<Node> nodes, List<Edge> edges) {}

    /** A page that shows the graph in any browser, and needs nothing else. */
    public String toHtml() { return new GraphPage(this).html(); }
}
