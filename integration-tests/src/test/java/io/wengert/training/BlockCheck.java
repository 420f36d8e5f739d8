package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What must hold for any block: output shapes as announced, gradients that predict how the output changes, and
 * parameters that survive being saved.
 */
final class BlockCheck implements AutoCloseable {

    private static final int SEED = 17;

    final Engine engine = Engine.getEngine("Wengert");
    final NDManager manager = engine.newBaseManager();
    private boolean smooth = true;

    BlockCheck() { engine.setRandomSeed(SEED); }

    /** For blocks with kinks, whose difference quotient is less exact. */
    BlockCheck withKinks() {
        smooth = false;
        return this;
    }

    NDArray normal(long... shape) { return manager.randomNormal(new Shape(shape)); }

    NDArray ints(int bound, long... shape) {
        return manager.randomInteger(0, bound, new Shape(shape), DataType.INT32);
    }

    /** Checks a block on given inputs and returns its output in training. */
    NDList check(Supplier<? extends Block> maker, NDArray... inputs) throws Exception {
        Block block = maker.get();
        Shape[] shapes = new NDList(inputs).getShapes();
        block.initialize(manager, DataType.FLOAT32, shapes);
        NDList output = forward(block, inputs, true);
        assertArrayEquals(block.getOutputShapes(shapes), output.getShapes(), "announced and actual shapes");
        checkGradient(block, inputs, output);
        NDList predicted = forward(block, inputs, false);
        for (NDArray y : predicted) {
            assertFalse(y.isInfinite().any().getBoolean() || y.isNaN().any().getBoolean(), "infinite or NaN");
        }
        checkSaved(block, maker.get(), inputs, predicted);
        return output;
    }

    private NDList forward(Block block, NDArray[] inputs, boolean training) {
        engine.setRandomSeed(SEED);
        return block.forward(new ParameterStore(manager, false), new NDList(inputs), training);
    }

    /** A step of length eta along the gradient must change the loss by eta times the gradient's square, up and down. */
    private void checkGradient(Block block, NDArray[] inputs, NDList output) {
        List<NDArray> variables = new ArrayList<>();
        for (Pair<String, Parameter> p : block.getParameters()) {
            if (p.getValue().requiresGradient()) {
                variables.add(p.getValue().getArray());
            }
        }
        for (NDArray x : inputs) {
            if (x.getDataType().isFloating()) {
                x.setRequiresGradient(true);
                variables.add(x);
            }
        }
        NDArray[] directions = output.stream().map(y -> manager.randomNormal(y.getShape())).toArray(NDArray[]::new);
        try (GradientCollector collector = engine.newGradientCollector()) {
            collector.backward(project(forward(block, inputs, true), directions));
        }
        double square = 0;
        List<NDArray> gradients = new ArrayList<>();
        for (NDArray v : variables) {
            NDArray g = v.getGradient().duplicate();
            gradients.add(g);
            square += g.toType(DataType.FLOAT64, false).square().sum().getDouble();
        }
        assertTrue(square > 0 && Double.isFinite(square), "the square of the gradient: " + square);
        double eta = (smooth ? 1e-2 : 1e-3) / Math.sqrt(square);
        move(variables, gradients, eta);
        double up = project(forward(block, inputs, true), directions).getDouble();
        move(variables, gradients, -2 * eta);
        double down = project(forward(block, inputs, true), directions).getDouble();
        move(variables, gradients, eta);
        assertEquals(square, (up - down) / (2 * eta), (smooth ? 0.01 : 0.05) * square, "slope along the gradient");
        for (NDArray x : inputs) {
            x.setRequiresGradient(false);
        }
    }

    private static void move(List<NDArray> variables, List<NDArray> gradients, double eta) {
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).addi(gradients.get(i).mul(eta));
        }
    }

    /** The outputs' sum along fixed random directions, in double precision. */
    private static NDArray project(NDList outputs, NDArray[] directions) {
        NDArray sum = null;
        for (int i = 0; i < directions.length; i++) {
            NDArray y = outputs.get(i).mul(directions[i]).toType(DataType.FLOAT64, false).sum();
            sum = sum == null ? y : sum.add(y);
        }
        return sum;
    }

    private void checkSaved(Block block, Block other, NDArray[] inputs, NDList expected) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        block.saveParameters(new DataOutputStream(bytes));
        other.loadParameters(manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        other.initialize(manager, DataType.FLOAT32, new NDList(inputs).getShapes());
        NDList actual = forward(other, inputs, false);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).toFloatArray(), actual.get(i).toFloatArray(), "after loading");
        }
    }

    @Override
    public void close() { manager.close(); }
}
