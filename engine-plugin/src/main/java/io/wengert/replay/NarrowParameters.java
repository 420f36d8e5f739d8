package io.wengert.replay;

import io.wengert.op.Arithmetic;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * A graph whose weights are kept as small integers: a weight is made of them and of a scale whenever the graph runs.
 *
 * <p>The scales are new parameters behind all others, in the order of the weights that they belong to.
 */
public final class NarrowParameters {

    private final Graph graph;
    private final BitSet chosen;
    private final int first;
    private final int known;

    private NarrowParameters(Graph graph, BitSet chosen) {
        this.graph = graph;
        this.chosen = chosen;
        first = graph.inputs().size();
        known = first + graph.parameters();
    }

    /**
     * The graph that takes integers for the chosen parameters, and then their scales.
     *
     * @param chosen parameters of float32
     */
    public static Graph of(Graph graph, BitSet chosen) { return new NarrowParameters(graph, chosen).rewritten(); }

    private Graph rewritten() {
        int scales = chosen.cardinality();
        int made = known + scales + graph.constants();
        List<String> names = graph.names();
        List<Step> steps = new ArrayList<>();
        Attribute none = new Attribute(Attributes.encode(null), names);
        // An integer times a floating number is of the latter's type: the weight follows its scale when the graph is cast.
        chosen.stream().forEach(p -> steps.add(new Step.Apply(Arithmetic.MUL, none, new int[] {first + p, known + steps.size()}, 1)));
        IntUnaryOperator number = v -> {
            boolean narrow = v >= first && v < known && chosen.get(v - first);
            int before = narrow ? chosen.get(0, v - first).cardinality() : 0;
            return narrow ? made + before : v < known ? v : v < known + graph.constants() ? v + scales : v + 2 * scales;
        };
        graph.steps().forEach(s -> steps.add(s.of(mapped(number, s.in()))));
        List<Graph.Update> updates = graph.updates().stream()
                .map(u -> new Graph.Update(u.parameter(), number.applyAsInt(u.value()))).toList();
        List<Graph.Layer> layers = graph.layers().stream().map(l -> new Graph.Layer(l.name(),
                l.outputs().stream().map(number::applyAsInt).toList(), l.shapes())).toList();
        return new Graph(graph.dimensions(), graph.inputs(), graph.parameters() + scales, graph.constants(), steps,
                mapped(number, graph.outputs()), graph.results(), updates, layers);
    }

    private static int[] mapped(IntUnaryOperator number, int... values) {
        int[] r = new int[values.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = number.applyAsInt(values[i]);
        }
        return r;
    }
}
