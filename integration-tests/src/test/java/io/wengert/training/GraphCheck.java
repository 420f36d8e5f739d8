package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.wengert.djl.WgSymbolBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must hold for the graph of any block: its values, its gradients, and that it survives being saved. */
final class GraphCheck {

    private final Engine engine = Engine.getEngine("Wengert");
    private final Path folder;

    GraphCheck(Path folder) { this.folder = folder; }

    /** Traces an initialized block, saves and loads the graph, and compares both with the block. */
    WgSymbolBlock check(Block block, NDList example, NDList... others) throws Exception {
        WgSymbolBlock graph = WgSymbolBlock.trace(block, example);
        try (Model model = reloaded(graph)) {
            Block loaded = model.getBlock();
            assertEquals(parameters(block).keySet(), loaded.getParameters().toMap().keySet());
            List<NDList> inputs = new ArrayList<>(List.of(others));
            inputs.add(example);
            for (NDList in : inputs) {
                same("prediction", forward(block, in, false), forward(loaded, in, false));
                compareTraining(block, loaded, in);
            }
        }
        return graph;
    }

    /** The model that is saved and loaded without a block. */
    Model reloaded(Block graph) throws IOException, MalformedModelException {
        try (Model model = Model.newInstance("graph", "Wengert")) {
            model.setBlock(graph);
            model.save(folder, "graph");
        }
        Model model = Model.newInstance("graph", "Wengert");
        model.load(folder);
        return model;
    }

    /** The parameters by name; those that are shared once. */
    static Map<String, Parameter> parameters(Block block) {
        Map<String, Parameter> r = new LinkedHashMap<>();
        block.getParameters().stream().filter(p -> !r.containsValue(p.getValue())).forEach(p -> r.put(p.getKey(), p.getValue()));
        return r;
    }

    private NDList forward(Block block, NDList in, boolean training) {
        NDManager manager = in.getManager();
        engine.setRandomSeed(3);
        return block.forward(new ParameterStore(manager, false), new NDList(in), training);
    }

    /** One step of training of each gives the same outputs, gradients and running averages. */
    private void compareTraining(Block block, Block loaded, NDList in) {
        List<NDArray> first = step(block, in);
        List<NDArray> second = step(loaded, in);
        assertEquals(first.size(), second.size());
        for (int i = 0; i < first.size(); i++) {
            same("training, array " + i, new NDList(first.get(i)), new NDList(second.get(i)));
        }
    }

    /** Outputs of a training pass, gradients and parameters after it; all parameters are as before afterwards. */
    private List<NDArray> step(Block block, NDList in) {
        List<NDArray> r = new ArrayList<>();
        List<NDArray> before = new ArrayList<>();
        for (Parameter p : parameters(block).values()) {
            before.add(p.getArray().duplicate());
            p.getArray().setRequiresGradient(p.requiresGradient());
        }
        try (GradientCollector c = engine.newGradientCollector()) {
            NDList out = forward(block, in, true);
            NDArray sum = null;
            for (NDArray y : out) {
                r.add(y);
                if (y.getDataType().isFloating()) {
                    NDArray weights = y.getManager().arange((float) y.size()).add(1).sin().reshape(y.getShape());
                    NDArray s = y.mul(weights.toType(y.getDataType(), false)).sum();
                    sum = sum == null ? s : sum.add(s);
                }
            }
            if (sum.hasGradient() || block.getParameters().values().stream().anyMatch(Parameter::requiresGradient)) {
                c.backward(sum);
            }
        }
        int i = 0;
        for (Parameter p : parameters(block).values()) {
            if (p.requiresGradient()) {
                r.add(p.getArray().getGradient().duplicate());
            }
            r.add(p.getArray().duplicate());
            p.getArray().setRequiresGradient(false);
            before.get(i++).copyTo(p.getArray());
        }
        return r;
    }

    static void same(String what, NDList expected, NDList actual) {
        assertEquals(expected.size(), actual.size(), what);
        for (int i = 0; i < expected.size(); i++) {
            NDArray e = expected.get(i);
            NDArray a = actual.get(i);
            assertEquals(e.getShape(), a.getShape(), what + " " + i);
            assertEquals(e.getDataType(), a.getDataType(), what + " " + i);
            boolean close = e.getDataType() == DataType.FLOAT32 ? e.allClose(a, 0, 0, true) : e.contentEquals(a);
            assertTrue(close, () -> what + " " + e.toDebugString() + "\nis not " + a.toDebugString());
        }
    }
}
