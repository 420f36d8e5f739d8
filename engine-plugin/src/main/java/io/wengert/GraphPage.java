package io.wengert;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A recorded graph as a page for a browser: a drawing made here, and a small script to move about in it. */
final class GraphPage {

    private static final double NODE = 172;
    private static final double VARIABLE = 136;
    private static final double HEIGHT = 46;
    private static final double VARIABLE_HEIGHT = 34;
    private static final double PITCH = 86;
    private static final double MARGIN = 30;

    /** What operations have in common, with the class that colours them. */
    private static final Map<String, List<String>> FAMILIES = Map.of(
            "product", List.of("matmul", "linear", "convolve", "lstm", "gru", "rnn", "inverse", "fourier", "hermitian"),
            "shape", List.of("reshape", "permute", "broadcast", "slice", "place", "replace", "concat", "unstack", "diagonal", "copy",
                    "cast", "gather", "scatter", "take", "put", "pairs", "toDevice"),
            "reduction", List.of("sum", "mean", "prod", "max", "min", "norm", "softmax", "log_softmax", "normalize", "pool", "sort",
                    "cum"));

    private final RecordedGraph graph;
    private final List<RecordedGraph.Node> nodes;
    private final List<RecordedGraph.Edge> edges;
    private final GraphLayout layout;
    private final long mostSaved;

    GraphPage(RecordedGraph graph) {
        this.graph = graph;
        nodes = graph.nodes();
        edges = graph.edges();
        double[] widths = nodes.stream().mapToDouble(GraphPage::width).toArray();
        boolean[] variables = new boolean[nodes.size()];
        for (int i = 0; i < variables.length; i++) {
            variables[i] = nodes.get(i).isVariable();
        }
        layout = new GraphLayout(widths, variables, edges.stream().map(e -> new int[] {e.from(), e.to()}).toList());
        mostSaved = Math.max(1, nodes.stream().mapToLong(RecordedGraph.Node::savedBytes).max().orElse(1));
    }

    private static double width(RecordedGraph.Node n) { return n.isVariable() ? VARIABLE : NODE; }

    private static double height(RecordedGraph.Node n) { return n.isVariable() ? VARIABLE_HEIGHT : HEIGHT; }

    String html() {
        Map<String, String> values = new TreeMap<>();
        long operations = nodes.stream().filter(n -> !n.isVariable()).count();
        values.put("facts", operations + " operations, " + (nodes.size() - operations) + " variables, "
                + RecordedGraph.bytes(graph.savedBytes()) + " saved for backward");
        values.put("svg", svg());
        values.put("data", new Gson().toJson(Map.of("nodes", nodes, "edges", edges)));
        String page = template();
        for (Map.Entry<String, String> v : values.entrySet()) {
            page = page.replace("{{" + v.getKey() + "}}", v.getValue());
        }
        return page;
    }

    private static String template() {
        try (InputStream in = GraphPage.class.getResourceAsStream("graph.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("graph.html cannot be read from the engine's jar", e);
        }
    }

    /** The drawing, as an SVG document of its own. */
    private String svg() {
        double width = layout.width() + 2 * MARGIN;
        double height = (layout.layers() - 1) * PITCH + HEIGHT + 2 * MARGIN;
        StringBuilder b = new StringBuilder("<svg id=\"graph\" xmlns=\"http://www.w3.org/2000/svg\"");
        put(b, " viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\"><g id=\"view\">%n", width, height, width, height);
        for (int i = 0; i < edges.size(); i++) {
            edge(b, i);
        }
        nodes.forEach(n -> node(b, n));
        return b.append("</g></svg>").toString();
    }

    private static void put(StringBuilder b, String format, Object... values) { b.append(String.format(Locale.ROOT, format, values)); }

    private double top(double layer) { return MARGIN + layer * PITCH; }

    private void edge(StringBuilder b, int i) {
        RecordedGraph.Edge e = edges.get(i);
        List<double[]> path = layout.path(i);
        RecordedGraph.Node from = nodes.get(e.from());
        double x = path.get(0)[1] + MARGIN;
        boolean whole = path.get(0)[0] == layout.layer(e.from());
        double y = top(path.get(0)[0]) + (whole ? (HEIGHT + height(from)) / 2 : HEIGHT / 2);
        put(b, "<path class=\"e%s\" data-e=\"%d\" d=\"M%.1f %.1f", from.isVariable() ? " v" : "", i, x, y);
        for (int k = 1; k < path.size(); k++) {
            boolean last = k == path.size() - 1;
            double x2 = path.get(k)[1] + MARGIN;
            double y2 = top(path.get(k)[0]) + (last ? (HEIGHT - height(nodes.get(e.to()))) / 2 : HEIGHT / 2);
            double bend = (y2 - y) / 2;
            put(b, " C%.1f %.1f %.1f %.1f %.1f %.1f", x, y + bend, x2, y2 - bend, x2, y2);
            x = x2;
            y = y2;
        }
        b.append("\"/>\n");
    }

    private void node(StringBuilder b, RecordedGraph.Node n) {
        double w = width(n);
        double h = height(n);
        double x = layout.x(n.id()) + MARGIN - w / 2;
        double y = top(layout.layer(n.id())) + (HEIGHT - h) / 2;
        String classes = family(n) + (n.head() ? " head" : "") + (n.state().equals("freed") ? " freed" : "");
        put(b, "<g class=\"n %s\" data-n=\"%d\" transform=\"translate(%.1f %.1f)\">", classes, n.id(), x, y);
        put(b, "<rect class=\"box\" width=\"%.0f\" height=\"%.0f\" rx=\"%.0f\"/>", w, h, n.isVariable() ? h / 2 : 5);
        String shape = n.outputs().isEmpty() ? "" : n.outputs().get(0) + (n.outputs().size() > 1 ? " .." : "");
        if (n.isVariable()) {
            line(b, "t", w / 2, 15, text(n.name() == null ? "variable" : n.name(), 18));
            line(b, "s", w / 2, 27, text(shape, 24));
        } else {
            put(b, "<path class=\"tab\" d=\"M5 0H4A4 4 0 0 0 0 5V%.0fA4 4 0 0 0 4 %.0fH5Z\"/>", h - 5, h);
            line(b, "t", 14, 18, text(n.name() == null ? n.operation() : n.operation() + " \u2192 " + n.name(), 23));
            line(b, "s", 14, 32, text(shape, 26));
            saved(b, w - 22, n.savedBytes());
        }
        b.append("</g>\n");
    }

    private static void line(StringBuilder b, String type, double x, double y, String text) {
        put(b, "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">%s</text>", type, x, y, text);
    }

    /** How much is saved, beside what others save. */
    private void saved(StringBuilder b, double most, long bytes) {
        if (bytes > 0) {
            put(b, "<rect class=\"track\" x=\"14\" y=\"38\" width=\"%.0f\" height=\"3\" rx=\"1.5\"/>", most);
            put(b, "<rect class=\"bar\" x=\"14\" y=\"38\" width=\"%.1f\" height=\"3\" rx=\"1.5\"/>", Math.max(2, most * bytes / mostSaved));
        }
    }

    private static String family(RecordedGraph.Node n) {
        if (n.isVariable()) {
            return "variable";
        }
        String operation = n.operation().replaceFirst("'.*", "");
        return FAMILIES.entrySet().stream().filter(f -> f.getValue().stream().anyMatch(k -> (operation + "_").startsWith(k + "_")))
                .map(Map.Entry::getKey).sorted().findFirst().orElse("formula");
    }

    private static String text(String s, int most) {
        String cut = s.length() <= most ? s : s.substring(0, most - 1) + "\u2026";
        StringBuilder b = new StringBuilder();
        cut.chars().forEach(c -> b.append(switch (c) {
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '&' -> "&amp;";
            default -> Character.toString(c);
        }));
        return b.toString();
    }
}
