package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.util.Pair;
import io.wengert.Autograd;
import io.wengert.Functional;
import io.wengert.Function;
import io.wengert.op.Call;
import io.wengert.op.Observer;
import io.wengert.tensor.Tensor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Functions of one sample on batches, and gradients by sample. */
class VmapTest extends Variables {

    private NDArray matrix(float... x) { return manager.create(x, new Shape(x.length / 3, 3)); }

    @Test
    void aFunctionOfVectorsOnAMatrix() {
        NDArray y = Functional.vmap(x -> x.mul(x.sum()), matrix(0, 1, 2, 3, 4, 5));
        assertArrayEquals(new float[] {0, 3, 6, 36, 48, 60}, y.toFloatArray());
        assertSame(manager, y.getManager());
    }

    @Test
    void axesOfSamples() {
        NDArray x = matrix(0, 1, 2, 3, 4, 5);
        NDArray w = manager.create(new float[] {10, 20});
        NDList y = Functional.vmap(in -> new NDList(in.get(0).mul(in.get(1)), in.get(0).sum()),
                new int[] {1, Functional.NOT_MAPPED}, new int[] {-1, 0}).apply(new NDList(x, w));
        assertEquals(new Shape(2, 3), y.get(0).getShape());
        assertArrayEquals(new float[] {0, 10, 20, 60, 80, 100}, y.get(0).toFloatArray());
        assertArrayEquals(new float[] {3, 5, 7}, y.get(1).toFloatArray());
    }

    @Test
    void itIsDoneOnceForAllSamples() {
        NDArray x = manager.ones(new Shape(100, 8));
        NDArray w = manager.ones(new Shape(8, 8));
        UnaryOperator<NDArray> f = v -> v.matMul(w).tanh().sum();
        AtomicInteger calls = new AtomicInteger();
        Observer counter = new Observer() {
            @Override
            public void begins(Call<?> call) { calls.incrementAndGet(); }

            @Override
            public void ends(Call<?> call, Tensor[] out) {
                // Counted when it began.
            }
        };
        Observer.Installed.add(counter);
        try {
            Functional.vmap(f, x);
        } finally {
            Observer.Installed.remove(counter);
        }
        assertTrue(calls.get() < 30, "calls: " + calls.get());
    }

    @Test
    void gradientsBySampleAndGradientsOfThem() {
        NDArray x = matrix(0, 1, 2, 3, 4, 5);
        UnaryOperator<NDArray> cubes = v -> v.pow(3).sum();
        assertArrayEquals(new float[] {0, 3, 12, 27, 48, 75}, Functional.vmap(v -> Functional.grad(cubes, v), x).toFloatArray());
        NDArray h = Functional.vmap(v -> Functional.hessian(cubes, v), x);
        assertEquals(new Shape(2, 3, 3), h.getShape());
        assertArrayEquals(new float[] {18, 0, 0, 0, 24, 0, 0, 0, 30}, h.get(1).toFloatArray(), 1e-4f);
        // The other way round: the gradient of a mapped function.
        assertArrayEquals(new float[] {0, 3, 12, 27, 48, 75},
                Functional.grad(b -> Functional.vmap(v -> v.pow(3).sum(), b).sum(), x).toFloatArray());
    }

    @Test
    void mapsInMaps() {
        NDArray x = matrix(0, 1, 2, 3, 4, 5);
        NDArray table = Functional.vmap(a -> Functional.vmap(b -> a.sub(b).square().sum(), x), x);
        assertArrayEquals(new float[] {0, 27, 27, 0}, table.toFloatArray());
    }

    @Test
    void variablesThatItUsesGetTheirGradients() {
        NDArray w = variable(1, 2, 3);
        NDArray x = matrix(1, 1, 1, 2, 0, 1);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = Functional.vmap(v -> v.mul(w).sum().square(), x);
            assertArrayEquals(new float[] {36, 25}, y.toFloatArray());
            Autograd.backward(y);
        }
        assertArrayEquals(new float[] {12 + 20, 12, 12 + 10}, gradient(w));
    }

    @Test
    void whatIsStoppedOrPausedStaysSo() {
        NDArray x = variable(1, 2);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = Functional.vmap(v -> {
                NDArray paused;
                try (Autograd.Scope pause = Autograd.pause()) {
                    paused = v.mul(10);
                }
                return v.mul(v.stopGradient()).add(paused).add(v.square().stopGradient());
            }, x);
            assertArrayEquals(new float[] {12, 28}, y.toFloatArray());
            Autograd.backward(y);
        }
        assertArrayEquals(new float[] {1, 2}, gradient(x));
    }

    @Test
    void decisionsOnValuesAreMadeForEachSample() {
        NDArray x = matrix(0, 1, 2, 3, 4, 5);
        assertArrayEquals(new float[] {0, 2, 4, 3, 4, 5},
                Functional.vmap(v -> v.getFloat(0) < 1 ? v.mul(2) : v.mul(1), x).toFloatArray());
        assertArrayEquals(new float[] {2, 12}, Functional.vmap(v -> v.booleanMask(v.gt(1)).sum(), x).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> Functional.vmap(v -> v.booleanMask(v.gt(1)), x));
    }

    @Test
    void functionsWithAGradientOfTheirOwnGoOneByOne() {
        Function round = Function.straightThrough("round", NDArray::round);
        NDArray x = variable(0.4f, 1.6f);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = Functional.vmap(v -> round.apply(v).head().mul(3), x);
            assertArrayEquals(new float[] {0, 6}, y.toFloatArray());
            Autograd.backward(y);
        }
        assertArrayEquals(new float[] {3, 3}, gradient(x));
    }

    @Test
    void constantsAreRepeatedAndRandomNumbersShared() {
        NDList y = Functional.vmap(v -> new NDList(manager.create(new float[] {7, 8}), v.head().mul(0).add(
                manager.randomUniform(0, 1, new Shape(3))))).apply(new NDList(matrix(0, 1, 2, 3, 4, 5)));
        assertArrayEquals(new float[] {7, 8, 7, 8}, y.get(0).toFloatArray());
        assertEquals(y.get(1).get(0), y.get(1).get(1));
        NDArray alone = Functional.vmap(v -> v.mul(v.getFloat(0) * 0).add(manager.randomUniform(0, 1, new Shape(3))),
                matrix(0, 1, 2, 3, 4, 5));
        assertEquals(alone.get(0), alone.get(1));
    }

    @Test
    void wrongBatchesAreErrors() {
        NDList two = new NDList(manager.ones(new Shape(2, 3)), manager.ones(new Shape(4)));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Functional.vmap(x -> x).apply(two)).getMessage().contains("samples"));
        assertThrows(IndexOutOfBoundsException.class, () -> Functional.vmap(x -> x, new int[] {0, 1}, null).apply(two));
        assertThrows(IllegalArgumentException.class, () -> Functional.vmap(x -> x, new int[] {0}, null).apply(two));
        assertThrows(IllegalArgumentException.class, () -> Functional.vmap(x -> x, manager.ones(new Shape(0, 3))));
    }

    private void assertPerSample(Block block, Loss loss, NDArray data, NDArray labels, float near) {
        block.setInitializer(new NormalInitializer(0.4f), p -> true);
        block.initialize(manager, DataType.FLOAT32, data.getShape());
        NDList variables = new NDList();
        for (Pair<String, Parameter> p : block.getParameters()) {
            if (p.getValue().requiresGradient()) {
                p.getValue().getArray().setRequiresGradient(true);
                variables.add(p.getValue().getArray());
            }
        }
        NDList all = Functional.perSampleGradients(block, loss, new NDList(data), new NDList(labels));
        ParameterStore store = new ParameterStore(manager, false);
        for (int k = 0; k < data.getShape().get(0); k++) {
            String one = k + ":" + (k + 1);
            NDArray y;
            try (Autograd.Scope recording = Autograd.record()) {
                y = loss.evaluate(new NDList(labels.get(one)), block.forward(store, new NDList(data.get(one)), true));
            }
            NDList alone = Autograd.grad(new NDList(y), variables, null, false, false);
            for (int i = 0; i < variables.size(); i++) {
                assertEquals(variables.get(i).getShape(), alone.get(i).getShape());
                assertArrayEquals(alone.get(i).toFloatArray(), all.get(i).get(k).toFloatArray(), near, "sample " + k + ", parameter " + i);
            }
        }
    }

    @Test
    void perSampleGradientsOfAConvolutionalNetwork() {
        Block net = new SequentialBlock().add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(4).build()).add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2))).add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(6).build()).add(LayerNorm.builder().build()).add(Linear.builder().setUnits(3).build());
        assertPerSample(net, Loss.softmaxCrossEntropyLoss(), manager.randomNormal(new Shape(5, 2, 8, 8)),
                manager.create(new int[] {0, 2, 1, 1, 0}), 1e-5f);
    }

    @Test
    void perSampleGradientsOfARecurrentNetwork() {
        Block net = new SequentialBlock().add(GRU.builder().setStateSize(4).setNumLayers(1).optBatchFirst(true).build())
                .add(Blocks.batchFlattenBlock()).add(Linear.builder().setUnits(2).build());
        assertPerSample(net, Loss.l2Loss(), manager.randomNormal(new Shape(3, 5, 2)), manager.randomNormal(new Shape(3, 2)), 1e-5f);
    }

    @Test
    void perSampleGradientsOfALossByHand() {
        NDArray w = variable(1, 2, 3);
        NDList g = Functional.perSampleGradients(x -> x.head().mul(w).sum().square(), new NDList(w), new NDList(matrix(1, 1, 1, 2, 0, 1)));
        assertArrayEquals(new float[] {12, 12, 12, 20, 0, 10}, g.head().toFloatArray());
        NDList constant = new NDList(manager.ones(new Shape(3)));
        NDList batch = new NDList(matrix(1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> Functional.perSampleGradients(x -> x.head().sum(), constant, batch));
    }

    @Test
    void perSampleGradientsWithBatchNormalization() {
        Block norm = BatchNorm.builder().build();
        Block net = new SequentialBlock().add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(3).build()).add(norm)
                .add(Activation::tanh).add(Blocks.batchFlattenBlock()).add(Linear.builder().setUnits(2).build());
        assertPerSample(net, Loss.l2Loss(), manager.randomNormal(new Shape(4, 1, 6, 6)), manager.randomNormal(new Shape(4, 2)), 1e-5f);
        // What a layer changes on the way stays usable.
        assertEquals(new Shape(3), norm.getParameters().get("runningMean").getArray().add(1).getShape());
    }
}
