package io.wengert.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one engine has saved, another one loads: it then predicts the same, and its parameters get the same gradients. For every
 * kind of layer that has parameters, in both directions.
 */
@Tag("peers")
class ParameterFilesTest {

    private static final double TOLERANCE = 3e-5;

    @TempDir private static Path folder;

    @TestFactory
    Stream<DynamicTest> pyTorch() { return with("PyTorch"); }

    @TestFactory
    Stream<DynamicTest> mxNet() { return with("MXNet"); }

    private static Stream<DynamicTest> with(String name) {
        Engine peer = PeerAgreementTest.load(name);
        Engine own = Engine.getEngine("Wengert");
        return Layers.all().stream().filter(l -> !l.not().contains(name)).flatMap(l -> Stream.of(
                DynamicTest.dynamicTest(l.name() + ", saved by Wengert", () -> exchange(l, own, peer)),
                DynamicTest.dynamicTest(l.name() + ", saved by " + name, () -> exchange(l, peer, own))));
    }

    @Test
    void thereAreLayersForEachPeer() {
        for (String name : new String[] {"PyTorch", "MXNet"}) {
            assertTrue(Layers.all().stream().filter(l -> !l.not().contains(name)).count() > 30, name);
        }
    }

    /** Saves with one engine, loads with the other, and compares both. */
    private static void exchange(Layers.Layer layer, Engine from, Engine to) throws Exception {
        String file = (layer.name() + from.getEngineName() + to.getEngineName()).replaceAll("\\W", "");
        try (Model saved = Model.newInstance(file, from.getEngineName()); Model loaded = Model.newInstance(file, to.getEngineName())) {
            NDList in = inputs(layer, saved.getNDManager());
            Block first = layer.block().get();
            first.setInitializer((m, shape, type) -> waves(m, shape, 0.4f), p -> true);
            first.setInitializer((m, shape, type) -> waves(m, shape, 0.3f).add(1f), p -> p.getType() == Parameter.Type.RUNNING_VAR);
            first.initialize(saved.getNDManager(), DataType.FLOAT32, in.getShapes());
            saved.setBlock(first);
            saved.save(folder, file);
            loaded.setBlock(layer.block().get());
            loaded.load(folder, file);
            compare("prediction", predict(saved, layer), predict(loaded, layer), 1);
            // MXNet has gradients of training only.
            if (!layer.random() || !isMxNet(from) && !isMxNet(to)) {
                compare("gradient", gradients(saved, layer), gradients(loaded, layer), 4);
            }
        }
    }

    private static boolean isMxNet(Engine e) { return e.getEngineName().equals("MXNet"); }

    /** Numbers that look random and are the same on all engines. */
    private static NDArray waves(NDManager manager, Shape shape, float size) {
        float[] v = new float[(int) shape.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = size * (float) Math.sin(12.9898 * (i + 1) + 0.1 * i * i % 7);
        }
        return manager.create(v, shape);
    }

    private static NDList inputs(Layers.Layer layer, NDManager manager) {
        NDList in = new NDList();
        for (Layers.Input i : layer.inputs()) {
            in.add(i.bound() == 0 ? waves(manager, i.shape(), 1) : indices(manager, i));
        }
        return in;
    }

    private static NDArray indices(NDManager manager, Layers.Input i) {
        int[] v = new int[(int) i.shape().size()];
        Arrays.setAll(v, k -> (k * 7 + 3) % i.bound());
        return manager.create(v, i.shape());
    }

    private static Map<String, float[]> predict(Model model, Layers.Layer layer) {
        Map<String, float[]> r = new TreeMap<>();
        try (NDManager manager = model.getNDManager().newSubManager()) {
            NDList out = model.getBlock().forward(new ParameterStore(manager, false), inputs(layer, manager), false);
            for (int i = 0; i < out.size(); i++) {
                r.put("output " + i + " " + out.get(i).getShape(), out.get(i).toFloatArray());
            }
        }
        return r;
    }

    private static Map<String, float[]> gradients(Model model, Layers.Layer layer) {
        Map<String, float[]> r = new TreeMap<>();
        Engine engine = model.getNDManager().getEngine();
        for (Parameter p : model.getBlock().getParameters().values()) {
            p.getArray().setRequiresGradient(p.requiresGradient());
        }
        try (NDManager manager = model.getNDManager().newSubManager(); GradientCollector c = engine.newGradientCollector()) {
            NDArray head = null;
            for (NDArray y : model.getBlock().forward(new ParameterStore(manager, false), inputs(layer, manager), !layer.random())) {
                NDArray part = y.mul(waves(manager, y.getShape(), 1)).sum();
                head = head == null ? part : head.add(part);
            }
            c.backward(head);
            for (Pair<String, Parameter> p : model.getBlock().getParameters()) {
                if (p.getValue().requiresGradient()) {
                    // MXNet stops the process when single elements of some gradients are asked for; flat ones are fine.
                    r.put(p.getKey() + p.getValue().getArray().getShape(), p.getValue().getArray().getGradient().flatten().toFloatArray());
                }
            }
        }
        return r;
    }

    private static void compare(String what, Map<String, float[]> expected, Map<String, float[]> actual, double slack) {
        assertEquals(expected.keySet(), actual.keySet(), what);
        expected.forEach((name, e) -> {
            float[] a = actual.get(name);
            double largest = 1;
            for (float v : e) {
                largest = Math.max(largest, Math.abs(v));
            }
            for (int i = 0; i < e.length; i++) {
                if (!(Math.abs(e[i] - a[i]) <= slack * TOLERANCE * largest)) {
                    throw new AssertionError(what + " of " + name + " at " + i + ": " + e[i] + " where it was saved, " + a[i]
                            + " where it was loaded; " + Arrays.toString(Arrays.copyOf(e, Math.min(8, e.length))) + ", "
                            + Arrays.toString(Arrays.copyOf(a, Math.min(8, a.length))));
                }
            }
        });
    }
}
