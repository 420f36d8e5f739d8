package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.util.Pair;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.wengert.Autograd;
import io.wengert.RecordedGraph;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What was recorded, as nodes and edges, text, DOT, JSON and a page. */
class RecordedGraphTest extends Variables {

    /** sum(tanh(w x) + w). */
    private NDArray head(NDArray w) {
        NDArray x = manager.create(new float[] {5, 6, 7});
        NDArray y = w.mul(x).tanh().add(w).sum();
        y.setName("energy");
        return y;
    }

    @Test
    void nodesAndEdges() {
        NDArray w = variable(1, 2, 3);
        w.setName("weight");
        RecordedGraph g;
        try (Autograd.Scope recording = Autograd.record()) {
            g = RecordedGraph.of(new NDList(head(w)), new NDList(w));
        }
        assertEquals(List.of("weight"), g.variables().stream().map(RecordedGraph.Node::name).toList());
        assertEquals(List.of("mul", "tanh", "add", "sum"),
                g.nodes().stream().filter(n -> !n.isVariable()).map(RecordedGraph.Node::operation).toList());
        assertEquals(Set.of("0>1", "1>2", "2>3", "0>3", "3>4"),
                g.edges().stream().map(e -> e.from() + ">" + e.to()).collect(Collectors.toSet()));
        RecordedGraph.Node mul = g.nodes().get(1);
        assertEquals(List.of("float32 (3)", "float32 (3)"), mul.inputs());
        assertEquals(List.of("float32 (3)"), mul.outputs());
        // Its gradient by w reads x alone.
        assertEquals(List.of("input 1"), mul.saved().stream().map(RecordedGraph.Saved::what).toList());
        assertEquals(12, mul.savedBytes());
        RecordedGraph.Node sum = g.nodes().get(4);
        assertTrue(sum.head());
        assertEquals("energy", sum.name());
        assertEquals(List.of("float32 ()"), sum.outputs());
        assertTrue(sum.attribute().contains("axes (0)"), sum.attribute());
        assertEquals(24, g.savedBytes());
    }

    @Test
    void memoryThatIsKeptAnywayCostsNothing() {
        NDArray w = variable(1, 2, 3);
        RecordedGraph g;
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = w.exp();
            g = RecordedGraph.of(y.mul(w).add(y.mul(y)));
        }
        // exp keeps its result, which all of the others need as well; w is a variable.
        assertEquals(12, g.savedBytes());
        List<RecordedGraph.Saved> saved = g.nodes().stream().flatMap(n -> n.saved().stream()).toList();
        assertTrue(saved.stream().anyMatch(s -> s.note().contains("variable")));
        assertTrue(saved.stream().anyMatch(s -> s.note().contains("already")));
        assertTrue(saved.stream().allMatch(s -> s.device().equals("cpu")));
    }

    @Test
    void freedGraphsAndLinesAreSeen() {
        NDArray w = variable(1, 2, 3);
        try (Autograd.Scope recording = Autograd.record(); Autograd.Scope search = Autograd.detectAnomaly()) {
            NDArray y = head(w);
            assertTrue(RecordedGraph.of(y).nodes().get(1).line().contains("RecordedGraphTest.java"));
            Autograd.backward(y);
            RecordedGraph.Node left = RecordedGraph.of(y).nodes().get(0);
            assertEquals("freed", left.state());
            assertEquals(0, left.savedBytes());
        }
        NDArray constant = manager.ones(new Shape(2));
        assertThrows(IllegalArgumentException.class, () -> RecordedGraph.of(constant));
    }

    @Test
    void textForms() {
        NDArray w = variable(1, 2, 3);
        w.setName("<w> \"\\n\"");
        RecordedGraph g;
        try (Autograd.Scope recording = Autograd.record()) {
            g = RecordedGraph.of(new NDList(head(w)), new NDList(w));
        }
        assertTrue(g.summary().startsWith("4 operations, 1 variables, 5 arrays between them, 24 B saved"), g.summary());
        String dot = g.toDot();
        assertTrue(dot.startsWith("digraph") && dot.contains("n3 -> n4;") && dot.contains("tanh"), dot);
        assertTrue(dot.contains("<w> \\\"\\\\n\\\"\\nfloat32"), "the name as it is, then a new line: " + dot);
        JsonObject json = JsonParser.parseString(g.toJson()).getAsJsonObject();
        assertEquals(5, json.getAsJsonArray("nodes").size());
        assertEquals(5, json.getAsJsonArray("edges").size());
        assertEquals(24, json.get("savedBytes").getAsLong());
        assertEquals("tanh", json.getAsJsonArray("nodes").get(2).getAsJsonObject().get("operation").getAsString());
    }

    @Test
    void thePageStandsByItself() {
        NDArray w = variable(1, 2, 3);
        w.setName("</script><b>");
        String page;
        try (Autograd.Scope recording = Autograd.record()) {
            page = RecordedGraph.of(new NDList(head(w)), new NDList(w)).toHtml();
        }
        assertEquals(1, page.split("</script>", -1).length - 1);
        assertFalse(page.contains("{{"));
        assertFalse(Pattern.compile("(src|href)=|@import|url\\(").matcher(page).find());
        assertEquals(5, page.split("data-n=", -1).length - 1);
        assertTrue(page.contains("sum \u2192 energy"));
    }

    private static Block lenet() {
        return new SequentialBlock().add(Conv2d.builder().setKernelShape(new Shape(5, 5)).optPadding(new Shape(2, 2)).setFilters(6).build())
                .add(Activation::sigmoid).add(Pool.avgPool2dBlock(new Shape(5, 5), new Shape(2, 2), new Shape(2, 2)))
                .add(Conv2d.builder().setKernelShape(new Shape(5, 5)).setFilters(16).build()).add(Activation::sigmoid)
                .add(Pool.avgPool2dBlock(new Shape(5, 5), new Shape(2, 2), new Shape(2, 2))).add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(120).build()).add(Activation::sigmoid).add(Linear.builder().setUnits(10).build());
    }

    @Test
    void aNetworkByTheNamesOfItsParameters() {
        Block net = lenet();
        net.setInitializer(new NormalInitializer(), p -> true);
        net.initialize(manager, DataType.FLOAT32, new Shape(2, 1, 28, 28));
        for (Pair<String, Parameter> p : net.getParameters()) {
            p.getValue().getArray().setRequiresGradient(true);
        }
        String page;
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray loss = Loss.softmaxCrossEntropyLoss().evaluate(new NDList(manager.create(new int[] {1, 2})),
                    net.forward(new ParameterStore(manager, false), new NDList(manager.ones(new Shape(2, 1, 28, 28))), true));
            RecordedGraph g = RecordedGraph.of(net, loss);
            assertEquals(net.getParameters().keys().stream().collect(Collectors.toSet()),
                    g.variables().stream().map(RecordedGraph.Node::name).collect(Collectors.toSet()));
            page = g.toHtml();
        }
        assertNoBoxesOverlap(page);
    }

    @Test
    void deepGraphsAreDrawnInTime() {
        NDArray w = manager.ones(new Shape(4, 4));
        w.setRequiresGradient(true);
        String page;
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray h = manager.ones(new Shape(1, 4));
            for (int i = 0; i < 300; i++) {
                h = h.matMul(w).tanh().add(h.mul(0.5));
            }
            page = RecordedGraph.of(h).toHtml();
        }
        assertTrue(page.length() < 2_000_000, "characters: " + page.length());
        assertNoBoxesOverlap(page);
    }

    /** Boxes of a layer keep their distance. */
    private static void assertNoBoxesOverlap(String page) {
        Matcher m = Pattern.compile("<g class=\"n [^>]*translate\\(([-0-9.]+) ([-0-9.]+)\\)\"><rect class=\"box\" width=\"(\\d+)\"")
                .matcher(page);
        List<double[]> boxes = m.results().map(r -> new double[] {Double.parseDouble(r.group(1)), Double.parseDouble(r.group(2)),
            Double.parseDouble(r.group(3))}).toList();
        assertTrue(boxes.size() > 10);
        for (double[] a : boxes) {
            assertTrue(a[0] >= 0);
            for (double[] b : boxes) {
                boolean sameRow = a != b && Math.abs(a[1] - b[1]) < 40;
                assertFalse(sameRow && a[0] <= b[0] && b[0] < a[0] + a[2] + 5, "boxes at " + a[0] + " and " + b[0] + " in row " + a[1]);
            }
        }
    }

    @Test
    void whatIsPutAwayIsNotHeldHere() {
        NDArray w = variable(1, 2, 3);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = Autograd.checkpoint(x -> new NDList(x.head().exp().square()), new NDList(w.mul(2))).head();
            RecordedGraph g = RecordedGraph.of(y);
            assertEquals(List.of("", "put away", "put away"),
                    g.nodes().stream().filter(n -> !n.isVariable()).map(RecordedGraph.Node::state).toList());
            assertEquals(0, g.savedBytes());
        }
    }
}
