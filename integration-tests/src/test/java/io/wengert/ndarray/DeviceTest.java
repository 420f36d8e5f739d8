package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.wengert.op.TestDevice;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Arrays on CPU and GPU through DJL: moving them, their gradients, training, and what is said where there is no GPU. */
@Tag("cuda")
class DeviceTest {

    private final Engine engine = Engine.getEngine("Wengert");

    private static void needsGpu() {
        Assumptions.assumeTrue(TestDevice.isGpu(), "runs in the profile cuda, with -Dwengert.test.device=gpu");
    }

    @Test
    void withoutGpuTheReasonIsTold() {
        Assumptions.assumeTrue(engine.getGpuCount() == 0, "there is a GPU");
        assertEquals(Device.cpu(), engine.defaultDevice());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> engine.newBaseManager(Device.gpu()));
        assertTrue(e.getMessage().startsWith("no gpu(0) in this process: "), e.getMessage());
        assertTrue(engine.toString().contains("GPU: none ("), engine.toString());
    }

    @Test
    void unknownDeviceIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> engine.newBaseManager(Device.of("quantum", 0)));
        assertThrows(IllegalArgumentException.class, () -> engine.newBaseManager(Device.gpu(7)));
    }

    @Test
    void gpuIsTheDefault() {
        needsGpu();
        assertEquals(Device.gpu(), engine.defaultDevice());
        assertTrue(engine.toString().contains("GPU: "), engine.toString());
        try (NDManager m = engine.newBaseManager()) {
            NDArray x = m.create(new float[] {1, 2, 3});
            assertEquals(Device.gpu(), x.getDevice());
            assertEquals(Device.gpu(), x.add(1).getDevice());
            assertEquals(Device.gpu(), x.zerosLike().getDevice());
            assertTrue(x.toString().contains("gpu(0)"), x.toString());
        }
    }

    @Test
    void arraysMoveBothWays() {
        needsGpu();
        try (NDManager m = engine.newBaseManager(Device.cpu())) {
            for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.UINT8, DataType.BOOLEAN,
                DataType.FLOAT16, DataType.COMPLEX64}) {
                NDArray x = m.arange(12).reshape(3, 4).toType(type, false).transpose();
                NDArray there = x.toDevice(Device.gpu(), false);
                assertEquals(Device.gpu(), there.getDevice());
                NDArray back = there.transpose().toDevice(Device.cpu(), false);
                assertEquals(Device.cpu(), back.getDevice());
                assertArrayEquals(x.transpose().toByteBuffer().array(), back.toByteBuffer().array(), type.toString());
                assertSame(there, there.toDevice(Device.gpu(), false));
                assertNotSame(there, there.toDevice(Device.gpu(), true));
            }
            NDArray text = m.create("text");
            assertThrows(IllegalArgumentException.class, () -> text.toDevice(Device.gpu(), false));
        }
    }

    @Test
    void gradientGoesBackOverTheDevices() {
        needsGpu();
        try (NDManager m = engine.newBaseManager(Device.cpu())) {
            NDArray x = m.create(new float[] {1, 2, 3});
            x.setRequiresGradient(true);
            try (GradientCollector gc = engine.newGradientCollector()) {
                NDArray y = x.toDevice(Device.gpu(), false).square().toDevice(Device.cpu(), false).mul(x);
                gc.backward(y.sum());
            }
            assertEquals(Device.cpu(), x.getGradient().getDevice());
            assertArrayEquals(new float[] {3, 12, 27}, x.getGradient().toFloatArray(), 1e-5f);
        }
    }

    @Test
    void devicesDoNotMix() {
        needsGpu();
        try (NDManager m = engine.newBaseManager(Device.cpu())) {
            NDArray x = m.ones(new Shape(3));
            NDArray y = x.toDevice(Device.gpu(), false);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> x.add(y));
            assertTrue(e.getMessage().contains("different devices") && e.getMessage().contains("toDevice"), e.getMessage());
        }
    }

    @Test
    void randomNumbersAreTheSame() {
        needsGpu();
        float[][] drawn = new float[2][];
        int k = 0;
        for (Device d : new Device[] {Device.cpu(), Device.gpu()}) {
            engine.setRandomSeed(7);
            try (NDManager m = engine.newBaseManager(d)) {
                drawn[k++] = m.randomUniform(0, 1, new Shape(1000)).toFloatArray();
            }
        }
        assertArrayEquals(drawn[0], drawn[1]);
    }

    @Test
    void perceptronTrainsAlike() {
        needsGpu();
        assertAlike(() -> new SequentialBlock().add(Blocks.batchFlattenBlock(28 * 28)).add(Linear.builder().setUnits(64).build())
                .add(Activation::relu).add(Dropout.builder().optRate(0.2f).build()).add(Linear.builder().setUnits(10).build()));
    }

    @Test
    void convolutionalNetworkTrainsAlike() {
        needsGpu();
        assertAlike(() -> new SequentialBlock()
                .add(Conv2d.builder().setFilters(4).setKernelShape(new Shape(5, 5)).optPadding(new Shape(2, 2)).build())
                .add(BatchNorm.builder().build()).add(Activation::relu).add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(Conv2d.builder().setFilters(8).setKernelShape(new Shape(5, 5)).build()).add(Activation::tanh)
                .add(Pool.avgPool2dBlock(new Shape(2, 2), new Shape(2, 2))).add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(10).build()));
    }

    private interface Network {
        Block make();
    }

    /** The same seed gives the same losses on both devices, up to rounding. */
    private void assertAlike(Network network) {
        float[] cpu = losses(Device.cpu(), network.make());
        float[] gpu = losses(Device.gpu(), network.make());
        assertTrue(cpu[cpu.length - 1] < cpu[0], "the network learns");
        assertArrayEquals(cpu, gpu, 1e-3f);
    }

    private float[] losses(Device device, Block block) {
        engine.setRandomSeed(3);
        Random random = new Random(5);
        float[] pixels = new float[16 * 28 * 28];
        float[] digits = new float[16];
        for (int i = 0; i < 16; i++) {
            digits[i] = i % 10;
            for (int p = 0; p < 784; p++) {
                pixels[784 * i + p] = p / 78 == i % 10 ? 1 : 0.3f * random.nextFloat();
            }
        }
        float[] losses = new float[5];
        try (Model model = Model.newInstance("alike", device, "Wengert")) {
            model.setBlock(block);
            DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optDevices(new Device[] {device})
                    .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.005f)).build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(16, 1, 28, 28));
                for (int step = 0; step < losses.length; step++) {
                    try (NDManager m = trainer.getManager().newSubManager(); GradientCollector gc = trainer.newGradientCollector()) {
                        NDArray x = m.create(pixels, new Shape(16, 1, 28, 28));
                        NDArray y = m.create(digits, new Shape(16));
                        NDArray loss = trainer.getLoss().evaluate(new NDList(y), trainer.forward(new NDList(x), new NDList(y)));
                        gc.backward(loss);
                        losses[step] = loss.getFloat();
                    }
                    trainer.step();
                }
            }
        }
        return losses;
    }
}
