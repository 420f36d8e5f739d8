package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Training on the threads of an executor, as DJL does with several devices. */
class ParallelTrainingTest {

    private static final int STEPS = 12;

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();
    private final ExecutorService pool = Executors.newFixedThreadPool(2);
    private NDArray x;
    private NDArray target;

    @BeforeEach
    void draw() {
        engine.setRandomSeed(6);
        x = manager.randomNormal(new Shape(8, 3));
        target = x.sum(new int[] {1}, true).sin();
    }

    @AfterEach
    void close() {
        manager.close();
        pool.shutdown();
    }

    private Drill drill(boolean parallel) {
        engine.setRandomSeed(2);
        Block block = new SequentialBlock().add(Linear.builder().setUnits(5).build()).add(Activation::tanh)
                .add(Linear.builder().setUnits(1).build());
        DefaultTrainingConfig config = Drill.config(Loss.l2Loss())
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build());
        return new Drill(block, parallel ? config.optExecutorService(pool) : config, new NDList(x), new NDList(target));
    }

    /** DJL's way: the parts of the batch are given to the executor, and nobody waits for them. */
    private static void step(Trainer trainer, Batch batch, ExecutorService executor) {
        try (batch; GradientCollector collector = trainer.newGradientCollector()) {
            for (Batch part : batch.split(new Device[] {Device.cpu(), Device.cpu()}, false)) {
                Runnable work = () -> {
                    sleep();
                    collector.backward(trainer.getLoss().evaluate(part.getLabels(), trainer.forward(part.getData(), part.getLabels())));
                };
                if (executor == null) {
                    work.run();
                } else {
                    CompletableFuture.runAsync(work, executor);
                }
            }
        }
        trainer.step();
    }

    /** Long enough for somebody who does not wait to be ahead. */
    private static void sleep() {
        try {
            Thread.sleep(3);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void partsOfABatchOnAnExecutorGiveTheSameParameters() {
        try (Drill alone = drill(false); Drill parallel = drill(true)) {
            for (int i = 0; i < STEPS; i++) {
                step(alone.trainer, alone.batch(), null);
                step(parallel.trainer, parallel.batch(), parallel.trainer.getExecutorService().orElseThrow());
            }
            List<String> names = alone.model.getBlock().getParameters().keys();
            for (String name : names) {
                // The two parts' gradients come in any order, but a sum of two does not depend on it.
                assertArrayEquals(alone.model.getBlock().getParameters().get(name).getArray().toFloatArray(),
                        parallel.model.getBlock().getParameters().get(name).getArray().toFloatArray(), name);
            }
        }
    }

    @Test
    void anExecutorChangesNothingOnOneDevice() {
        try (Drill alone = drill(false); Drill parallel = drill(true)) {
            assertArrayEquals(alone.steps(STEPS), parallel.steps(STEPS));
            assertEquals(alone.fingerprints(), parallel.fingerprints());
        }
    }

    @Test
    void aFailedPartIsWaitedForToo() {
        try (Drill drill = drill(true)) {
            ExecutorService executor = drill.trainer.getExecutorService().orElseThrow();
            CompletableFuture<Void> failing;
            try (GradientCollector collector = drill.trainer.newGradientCollector()) {
                failing = CompletableFuture.runAsync(() -> {
                    sleep();
                    collector.backward(x);
                }, executor);
            }
            assertEquals(true, failing.isCompletedExceptionally());
            pool.shutdown();
            try (GradientCollector collector = drill.trainer.newGradientCollector()) {
                assertThrows(RuntimeException.class, () -> executor.execute(collector::zeroGradients));
            }
        }
    }

    /** To DJL all CPUs are one device, so that there is none to train on beside it. */
    @Test
    void aDeviceIsNamedOnce() {
        DefaultTrainingConfig config = Drill.config(Loss.l2Loss()).optDevices(new Device[] {Device.cpu(), Device.of("cpu", 1)});
        Block block = Linear.builder().setUnits(1).build();
        assertThrows(IllegalArgumentException.class, () -> new Drill(block, config, new NDList(x), new NDList(target)).close());
    }
}
