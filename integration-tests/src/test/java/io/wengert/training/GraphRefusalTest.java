package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.wengert.Function;
import io.wengert.djl.WgSymbolBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What cannot be a graph is refused with a message that names the block, the line, and what to do. */
class GraphRefusalTest {

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @AfterEach
    void close() { manager.close(); }

    private WgSymbolBlock trace(Block block) {
        block.initialize(manager, DataType.FLOAT32, new Shape(4, 3));
        return WgSymbolBlock.trace(block, new NDList(manager.randomNormal(new Shape(4, 3))));
    }

    private String refusal(Block block) { return assertThrows(IllegalArgumentException.class, () -> trace(block)).getMessage(); }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> '"' + part + "\" is not in: " + message);
        }
    }

    /** A block that multiplies by a number it reads. */
    private static final class Calibrated extends AbstractBlock {

        private final Linear linear = addChildBlock("linear", Linear.builder().setUnits(2).build());

        @Override
        protected NDList forwardInternal(ParameterStore s, NDList in, boolean training, PairList<String, Object> p) {
            NDArray y = linear.forward(s, in, training).head();
            return new NDList(y.mul(y.abs().max().getFloat()));
        }

        @Override
        protected void initializeChildBlocks(NDManager m, DataType type, Shape... shapes) { linear.initialize(m, type, shapes); }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) { return linear.getOutputShapes(shapes); }
    }

    @Test
    void numbersThatAreRead() {
        Block nested = new SequentialBlock().add(new SequentialBlock().add(new Calibrated()));
        says(refusal(nested), "SequentialBlock > Calibrated (GraphRefusalTest.java:", "getFloat");
        LambdaBlock copy = new LambdaBlock(l -> new NDList(l.head().getManager().create(l.head().toFloatArray(), l.head().getShape())));
        says(refusal(new SequentialBlock().add(Linear.builder().setUnits(2).build()).add(copy)), "LambdaBlock (GraphRefusalTest.java:",
                "outside of arrays");
        LambdaBlock scaled = new LambdaBlock(l -> new NDList(l.head().mul(l.head().sum().getFloat())));
        says(refusal(new SequentialBlock().add(scaled)), "mul_number", "LambdaBlock (GraphRefusalTest.java:");
    }

    @Test
    void imagesChangedAtRandom() {
        LambdaBlock flip = new LambdaBlock(l -> new NDList(l.head().expandDims(2).getNDArrayInternal().randomFlipLeftRight().squeeze(2)));
        says(refusal(new SequentialBlock().add(flip)), "LambdaBlock (GraphRefusalTest.java:", "pipeline");
    }

    /** For prediction it is the operations of its forward; its gradient is Java and goes into no file. */
    @Test
    void functionsWithGradientsOfTheirOwn() {
        Function rounding = Function.straightThrough("rounding", NDArray::round);
        Block block = new SequentialBlock().add(Linear.builder().setUnits(2).build())
                .add(new LambdaBlock(l -> rounding.apply(l.head().mul(8))));
        WgSymbolBlock graph = trace(block);
        NDList in = new NDList(manager.randomNormal(new Shape(5, 3)));
        ParameterStore store = new ParameterStore(manager, false);
        GraphCheck.same("prediction", block.forward(store, in, false), graph.forward(store, in, false));
        says(assertThrows(IllegalStateException.class, () -> graph.forward(store, in, true)).getMessage(),
                "prediction only", "LambdaBlock (GraphRefusalTest.java:", "rounding", "with operations of NDArray");
    }
}
