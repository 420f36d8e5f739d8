package io.wengert.training;

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
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.timeseries.distribution.output.DistributionOutput;
import ai.djl.timeseries.distribution.output.NegativeBinomialOutput;
import ai.djl.timeseries.distribution.output.StudentTOutput;
import ai.djl.timeseries.model.deepar.DeepARNetwork;
import ai.djl.training.ParameterStore;
import io.wengert.djl.WgSymbolBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that draw samples from distributions given by arrays, as graphs: the same samples for the same seed, new ones each time. */
class GraphSamplingTest {

    private static final int HISTORY = 8;
    private static final int HORIZON = 3;

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @TempDir private Path folder;

    @BeforeEach
    void seed() { engine.setRandomSeed(11); }

    @AfterEach
    void close() { manager.close(); }

    private void check(UnaryOperator<NDArray> sampler) throws Exception {
        Block block = new SequentialBlock().add(Linear.builder().setUnits(3).build())
                .add(new LambdaBlock(l -> new NDList(sampler.apply(l.head()), l.head())));
        block.initialize(manager, DataType.FLOAT32, new Shape(2, 4));
        NDArray x = manager.randomNormal(new Shape(2, 4));
        new GraphCheck(folder).check(block, new NDList(x), new NDList(x.repeat(0, 3)));
    }

    @Test
    void eachDistribution() throws Exception {
        check(x -> x.getManager().samplePoisson(x.exp(), new Shape(2)));
        check(x -> x.getManager().sampleGamma(x.exp(), x.abs().add(1)));
        check(x -> x.getManager().sampleNormal(x, x.exp(), new Shape(5)).mul(x.sum()));
        check(x -> x.getManager().randomMultinomial(4, x.get(0).softmax(0), new Shape(3)));
        check(x -> x.getManager().sampleGamma(x.exp(), x.exp(), new Shape(x.getShape().get(0))));
    }

    @Test
    void newSamplesEachTime() {
        Block block = new LambdaBlock(l -> new NDList(l.head().getManager().sampleGamma(l.head().exp(), l.head().onesLike())));
        block.initialize(manager, DataType.FLOAT32, new Shape(3, 2));
        NDList in = new NDList(manager.ones(new Shape(3, 2)));
        Block graph = WgSymbolBlock.trace(block, in);
        NDArray first = graph.forward(new ParameterStore(manager, false), in, false).head();
        assertFalse(first.contentEquals(graph.forward(new ParameterStore(manager, false), in, false).head()));
    }

    private static DeepARNetwork.Builder network(DistributionOutput distribution) {
        return DeepARNetwork.builder().setFreq("D").setPredictionLength(HORIZON).optContextLength(4).setCardinality(List.of(3))
                .optUseFeatStaticCat(true).optLagsSeq(List.of(1, 4)).optNumLayers(1).optHiddenSize(6).optDropRate(0.1f)
                .optDistrOutput(distribution).optNumParallelSamples(2);
    }

    private NDArray normal(long... shape) { return manager.randomNormal(new Shape(shape)); }

    private NDArray counts(long... shape) {
        return manager.randomInteger(0, 9, new Shape(shape), DataType.INT32).toType(DataType.FLOAT32, true);
    }

    /** The inputs of DeepAR in training; the one for prediction does not get what is to come. */
    private NDList windows(boolean training) {
        NDList all = new NDList(manager.randomInteger(0, 3, new Shape(2, 1), DataType.INT32), manager.zeros(new Shape(2, 1)),
                normal(2, HISTORY, 2), counts(2, HISTORY), manager.ones(new Shape(2, HISTORY)), manager.zeros(new Shape(2, HISTORY)),
                normal(2, HORIZON, 2), counts(2, HORIZON), manager.ones(new Shape(2, HORIZON)));
        return training ? all : new NDList(all.get(0), all.get(1), all.get(2), all.get(3), all.get(4), all.get(6), all.get(5));
    }

    private void forecaster(DistributionOutput distribution, boolean training) throws Exception {
        Block block = training ? network(distribution).buildTrainingNetwork() : network(distribution).buildPredictionNetwork();
        NDList in = windows(training);
        block.initialize(manager, DataType.FLOAT32, in.getShapes());
        block.freezeParameters(!training);
        NDList more = new NDList(in.stream().map(a -> a.repeat(0, 3)).toList());
        WgSymbolBlock graph = new GraphCheck(folder).check(block, in, more);
        if (!training) {
            engine.setRandomSeed(1);
            NDArray days = graph.forward(new ParameterStore(manager, false), new NDList(in), false).head();
            assertEquals(new Shape(2, 2, HORIZON), days.getShape());
            assertTrue(days.isNaN().none().getBoolean());
        }
    }

    @Test
    void deepArLearns() throws Exception { forecaster(new StudentTOutput(), true); }

    @Test
    void deepArForecasts() throws Exception {
        forecaster(new StudentTOutput(), false);
        forecaster(new NegativeBinomialOutput(), false);
    }
}
