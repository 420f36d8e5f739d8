package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.wengert.op.TestDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Arrays on two GPUs through DJL, and training on both at once. */
@Tag("cuda")
class TwoGpusTest {

    private static final int SAMPLES = 24;

    private final Engine engine = Engine.getEngine("Wengert");

    @BeforeEach
    void needsTwo() {
        Assumptions.assumeTrue(TestDevice.isGpu(), "runs in the profile cuda, with -Dwengert.test.device=gpu");
        Assumptions.assumeTrue(engine.getGpuCount() > 1, "there is one GPU");
    }

    @Test
    void arraysMoveBetweenThem() {
        try (NDManager m = engine.newBaseManager(Device.gpu(0))) {
            for (DataType type : new DataType[] {DataType.FLOAT32, DataType.INT64, DataType.UINT8, DataType.FLOAT16, DataType.COMPLEX64}) {
                NDArray x = m.arange(24).reshape(2, 3, 4).toType(type, false);
                for (NDArray part : new NDArray[] {x, x.transpose(2, 0, 1), x.get("1,1:"), x.get("0,0,0"), x.get("0:0")}) {
                    NDArray there = part.toDevice(Device.gpu(1), false);
                    assertEquals(Device.gpu(1), there.getDevice());
                    assertTrue(there.toString().contains("gpu(1)"), there.toString());
                    assertEquals(part.getShape(), there.getShape());
                    assertArrayEquals(part.toByteBuffer().array(), there.toByteBuffer().array(), type + " " + part.getShape());
                    NDArray back = there.toDevice(Device.gpu(0), false);
                    assertEquals(part, back);
                    NDArray put = there.zerosLike();
                    part.copyTo(put);
                    assertEquals(there, put);
                }
            }
        }
        try (NDManager m = engine.newBaseManager(Device.gpu(1))) {
            assertEquals(Device.gpu(1), m.ones(new Shape(3)).add(1).getDevice());
        }
    }

    @Test
    void gradientGoesBackOverBoth() {
        try (NDManager m = engine.newBaseManager(Device.gpu(0))) {
            NDArray x = m.create(new float[] {1, 2, 3});
            x.setRequiresGradient(true);
            try (GradientCollector gc = engine.newGradientCollector()) {
                NDArray y = x.toDevice(Device.gpu(1), false).square().toDevice(Device.gpu(0), false).mul(x);
                gc.backward(y.sum());
            }
            assertEquals(Device.gpu(0), x.getGradient().getDevice());
            assertArrayEquals(new float[] {3, 12, 27}, x.getGradient().toFloatArray(), 1e-5f);
        }
    }

    @Test
    void theyDoNotMix() {
        try (NDManager m = engine.newBaseManager(Device.gpu(0))) {
            NDArray x = m.ones(new Shape(3));
            NDArray y = x.toDevice(Device.gpu(1), false);
            for (IllegalArgumentException e : List.of(assertThrows(IllegalArgumentException.class, () -> x.add(y)),
                    assertThrows(IllegalArgumentException.class, () -> y.addi(x)),
                    assertThrows(IllegalArgumentException.class, () -> x.matMul(y)),
                    assertThrows(IllegalArgumentException.class, () -> x.concat(y)))) {
                assertTrue(e.getMessage().contains("different devices, gpu(") && e.getMessage().contains("toDevice"), e.getMessage());
            }
            assertArrayEquals(new float[] {1, 1, 1}, y.toFloatArray());
        }
        assertThrows(IllegalArgumentException.class, () -> engine.newBaseManager(Device.gpu(engine.getGpuCount())));
    }

    @Test
    void randomNumbersAreTheSame() {
        List<float[]> drawn = new ArrayList<>();
        for (int k = 0; k < 2; k++) {
            engine.setRandomSeed(7);
            try (NDManager m = engine.newBaseManager(Device.gpu(k))) {
                drawn.add(m.randomNormal(new Shape(100)).toFloatArray());
            }
        }
        assertArrayEquals(drawn.get(0), drawn.get(1));
    }

    @Test
    void trainingOnBothEqualsTrainingOnOne() throws Exception {
        assertTrainsAlike(rate -> Optimizer.sgd().setLearningRateTracker(Tracker.fixed(rate)).optMomentum(0.9f).build());
    }

    @Test
    void optimizersWithStepCountsDoToo() throws Exception {
        // Adam takes no notice of how large gradients are.
        assertTrainsAlike(rate -> Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.02f)).optEpsilon(1e-12f).build());
    }

    private interface Rule {
        Optimizer at(float rate);
    }

    /** Each device takes the mean over its half of the batch, and the halves' gradients are added up: hence half the rate. */
    private void assertTrainsAlike(Rule rule) throws Exception {
        float[] one = train(rule.at(0.2f), null, Device.gpu(0));
        assertArrayEquals(one, train(rule.at(0.2f), null, Device.cpu()), 1e-4f);
        assertArrayEquals(one, train(rule.at(0.1f), null, Device.gpu(0), Device.gpu(1)), 1e-4f);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            assertArrayEquals(one, train(rule.at(0.1f), pool, Device.gpu(0), Device.gpu(1)), 1e-4f);
        } finally {
            pool.shutdown();
        }
        assertTrue(Math.abs(one[0] - train(rule.at(0.2f), null, 0, Device.gpu(0))[0]) > 1e-3f, "parameters move");
    }

    private float[] train(Optimizer optimizer, ExecutorService pool, Device... devices) throws Exception {
        return train(optimizer, pool, 3, devices);
    }

    /** The parameters after so many epochs. */
    private float[] train(Optimizer optimizer, ExecutorService pool, int epochs, Device... devices) throws Exception {
        engine.setRandomSeed(3);
        try (Model model = Model.newInstance("mirrored", devices[0], "Wengert")) {
            model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(16).build()).add(Activation::tanh)
                    .add(Linear.builder().setUnits(3).build()));
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optDevices(devices).optOptimizer(optimizer);
            if (pool != null) {
                config.optExecutorService(pool);
            }
            try (Trainer trainer = model.newTrainer(config); NDManager m = engine.newBaseManager(devices[0])) {
                assertEquals(List.of(devices), List.of(trainer.getDevices()));
                trainer.initialize(new Shape(8, 5));
                ArrayDataset data = samples(m);
                for (int epoch = 0; epoch < epochs; epoch++) {
                    for (Batch batch : trainer.iterateDataset(data)) {
                        EasyTrain.trainBatch(trainer, batch);
                        trainer.step();
                        batch.close();
                    }
                }
                assertMirrored(trainer, m.ones(new Shape(2, 5)));
                return NDArrays.concat(new NDList(model.getBlock().getParameters().values().stream()
                        .map(p -> p.getArray().flatten()).toList())).toFloatArray();
            }
        }
    }

    private static ArrayDataset samples(NDManager m) {
        Random random = new Random(5);
        float[] x = new float[SAMPLES * 5];
        float[] y = new float[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            y[i] = i % 3;
            for (int j = 0; j < 5; j++) {
                x[5 * i + j] = (float) random.nextGaussian() + (j == i % 3 ? 2 : 0);
            }
        }
        return new ArrayDataset.Builder().setData(m.create(x, new Shape(SAMPLES, 5))).optLabels(m.create(y)).setSampling(8, false).build();
    }

    /** Every device has the same parameters. */
    private static void assertMirrored(Trainer trainer, NDArray x) {
        float[] first = null;
        for (Device d : trainer.getDevices()) {
            float[] y = trainer.evaluate(new NDList(x.toDevice(d, true))).singletonOrThrow().toFloatArray();
            first = first == null ? y : first;
            assertArrayEquals(first, y, 1e-5f, d.toString());
        }
    }
}
