package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.SymbolBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.wengert.djl.WgSymbolBlock;
import io.wengert.op.Call;
import io.wengert.op.Observer;
import io.wengert.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new head learns on a loaded network whose own layers are frozen. */
class TransferLearningTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @TempDir private Path folder;

    @BeforeEach
    void seed() { engine.setRandomSeed(8); }

    @AfterEach
    void close() { manager.close(); }

    /** How often each operation is applied. */
    private static final class Counter implements Observer, AutoCloseable {
        private final Map<String, Integer> counts = new TreeMap<>();
        private int depth;

        Counter() { Observer.Installed.add(this); }

        @Override
        public void begins(Call<?> call) {
            if (depth++ == 0) {
                counts.merge(call.op().name(), 1, Integer::sum);
            }
        }

        @Override
        public void ends(Call<?> call, Tensor[] out) { depth--; }

        int of(String op) { return counts.getOrDefault(op, 0); }

        @Override
        public void close() { Observer.Installed.remove(this); }
    }

    private SequentialBlock network(int classes) {
        SequentialBlock b = new SequentialBlock().add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(4).build())
                .add(Activation::relu).add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(4).build())
                .add(Activation::relu).add(Blocks.batchFlattenBlock()).add(Linear.builder().setUnits(classes).build());
        b.initialize(manager, DataType.FLOAT32, new Shape(2, 1, 8, 8));
        return b;
    }

    private NDList images() { return new NDList(manager.randomNormal(new Shape(6, 1, 8, 8))); }

    private NDList labels() { return new NDList(manager.create(new float[] {0, 1, 2, 0, 1, 2})); }

    private Counter step(Drill drill) {
        try (Counter c = new Counter()) {
            drill.step();
            return c;
        }
    }

    /** Trains and checks that only the head changes, and that nothing is computed for the frozen layers' gradients. */
    private void trainHead(Block base, String head) {
        base.freezeParameters(true);
        SequentialBlock whole = new SequentialBlock().add(base).add(Linear.builder().setUnits(3).build());
        try (Drill drill = new Drill(whole, Drill.config(Loss.softmaxCrossEntropyLoss()), images(), labels())) {
            Map<String, Integer> before = drill.fingerprints();
            float first = drill.step();
            Counter count = step(drill);
            assertEquals(2, count.of("convolve"), count.counts.toString());
            assertEquals(0, count.of("convolve_weight") + count.of("convolve_input"), count.counts.toString());
            for (int i = 0; i < 20; i++) {
                drill.step();
            }
            assertTrue(drill.step() < first);
            Map<String, Integer> after = drill.fingerprints();
            assertEquals(before.keySet().stream().filter(k -> k.startsWith(head)).collect(Collectors.toSet()),
                    after.entrySet().stream().filter(e -> !e.getValue().equals(before.get(e.getKey()))).map(Entry::getKey)
                            .collect(Collectors.toSet()));
            base.freezeParameters(false);
            assertEquals(2, step(drill).of("convolve_weight"));
        }
    }

    @Test
    void onASavedGraph() throws Exception {
        Block block = network(7);
        try (Model model = new GraphCheck(folder).reloaded(WgSymbolBlock.trace(block, images()))) {
            ((SymbolBlock) model.getBlock()).removeLastBlock();
            trainHead(model.getBlock(), "02");
        }
    }

    @Test
    void onABlockInJava() {
        SequentialBlock block = network(7);
        block.removeLastBlock();
        trainHead(block, "02");
    }

    /** What has been built of a graph and a new head is a graph again, or is saved as a block that contains one. */
    @Test
    void theWholeIsSavedAgain() throws Exception {
        WgSymbolBlock base = WgSymbolBlock.trace(network(7), images());
        base.removeLastBlock();
        Block whole = new SequentialBlock().add(base).add(Linear.builder().setUnits(3).build());
        NDList x = images();
        whole.initialize(manager, DataType.FLOAT32, x.getShapes());
        new GraphCheck(folder).check(whole, x);
        try (Model model = Model.newInstance("whole", "Wengert"); Model again = Model.newInstance("whole", "Wengert")) {
            model.setBlock(whole);
            model.save(folder, "whole");
            again.setBlock(new SequentialBlock().add(SymbolBlock.newInstance(manager)).add(Linear.builder().setUnits(3).build()));
            again.load(folder);
            ParameterStore store = new ParameterStore(manager, false);
            GraphCheck.same("loaded", whole.forward(store, x, false), again.getBlock().forward(store, x, false));
        }
    }

    /** Single layers freeze by their names: no weight of theirs gets a gradient, but it flows through them to those before. */
    @Test
    void singleLayersFreeze() {
        Block block = WgSymbolBlock.trace(network(3), images());
        block.getParameters().stream().filter(p -> p.getKey().startsWith("03Conv2d")).forEach(p -> p.getValue().freeze(true));
        try (Drill drill = new Drill(block, Drill.config(Loss.softmaxCrossEntropyLoss()), images(), labels())) {
            Counter count = step(drill);
            assertEquals(1, count.of("convolve_weight"), count.counts.toString());
            assertEquals(1, count.of("convolve_input"), count.counts.toString());
        }
    }

    /** A trainer of a loaded model leaves what was frozen since it was loaded. */
    @Test
    void whatWasFrozenAfterLoadingStaysSo() throws Exception {
        Block block = network(3);
        try (Model model = new GraphCheck(folder).reloaded(WgSymbolBlock.trace(block, images()))) {
            block = model.getBlock();
            block.getParameters().stream().filter(p -> p.getKey().startsWith("01")).forEach(p -> p.getValue().freeze(true));
            model.newTrainer(Drill.config(Loss.l2Loss())).close();
            assertEquals(2, block.getParameters().stream().filter(p -> !p.getValue().requiresGradient()).count());
        }
    }

    @Test
    void whatWasFrozenWhenItWasLoadedLearnsAgain() throws Exception {
        Block block = network(3);
        block.freezeParameters(true);
        try (Model model = new GraphCheck(folder).reloaded(WgSymbolBlock.trace(block, images()))) {
            assertTrue(model.getBlock().getParameters().stream().noneMatch(p -> p.getValue().requiresGradient()));
            model.newTrainer(Drill.config(Loss.l2Loss())).close();
            assertTrue(model.getBlock().getParameters().stream().allMatch(p -> p.getValue().requiresGradient()));
        }
    }
}
