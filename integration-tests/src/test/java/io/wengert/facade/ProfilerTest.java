package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import io.wengert.Autograd;
import io.wengert.Profiler;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Time and memory by operation. */
class ProfilerTest extends Variables {

    private static Profiler.Row row(Profiler p, String operation, boolean backward) {
        return p.rows().stream().filter(r -> r.operation().equals(operation) && r.backward() == backward).findFirst().orElseThrow();
    }

    @Test
    void callsTimesAndBytesByOperationAndDirection() {
        NDArray w = manager.ones(new Shape(64, 64));
        w.setRequiresGradient(true);
        NDArray x = manager.ones(new Shape(64, 64));
        Profiler p = Profiler.start();
        try (p; Autograd.Scope recording = Autograd.record()) {
            for (int i = 0; i < 3; i++) {
                Autograd.backward(x.matMul(w).tanh().reshape(4096).sum());
            }
        }
        x.matMul(w);
        assertEquals(3, row(p, "matmul", false).calls());
        assertEquals(3 * 64 * 64 * 4, row(p, "matmul", false).bytes());
        assertEquals(3, row(p, "matmul", true).calls());
        assertEquals(3, row(p, "tanh'", true).calls());
        assertEquals(0, row(p, "reshape", false).bytes());
        for (Profiler.Row r : p.rows()) {
            assertTrue(r.selfNanos() > 0 && r.selfNanos() <= r.totalNanos(), r.toString());
        }
        assertTrue(p.nanos(false) > 0 && p.nanos(true) > 0 && p.nanos(false) + p.nanos(true) <= p.wallNanos());
        assertTrue(p.peakBytes() >= p.startBytes() && p.startBytes() > 0);
        String table = p.toString();
        assertTrue(table.contains("matmul") && table.contains("tanh'") && table.contains("backward"), table);
    }

    @Test
    void whatOperationsAreComposedOfIsTheirOwn() {
        NDArray x = manager.ones(new Shape(2, 3, 2)).complex();
        try (Profiler p = Profiler.start()) {
            x.prod(new int[] {1});
            Profiler.Row prod = row(p, "prod", false);
            assertTrue(prod.selfNanos() < prod.totalNanos());
            assertTrue(row(p, "mul", false).calls() > 0);
        }
    }

    @Test
    void allThreadsCount() {
        NDArray x = manager.ones(new Shape(8));
        try (Profiler p = Profiler.start()) {
            CompletableFuture.allOf(CompletableFuture.runAsync(x::exp), CompletableFuture.runAsync(x::exp)).join();
            assertEquals(2, row(p, "exp", false).calls());
        }
    }

    @Test
    void operationsAreEventsOfAFlightRecording(@TempDir Path folder) throws Exception {
        NDArray x = variable(1, 2);
        Path file = folder.resolve("run.jfr");
        try (Recording flight = new Recording()) {
            flight.start();
            x.exp();
            try (Profiler p = Profiler.start(); Autograd.Scope recording = Autograd.record()) {
                Autograd.backward(x.square());
            }
            flight.stop();
            flight.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals("io.wengert.Operation")).toList();
        assertEquals(2, events.size());
        assertEquals("square", events.get(0).getString("operation"));
        assertEquals("float32 (2)", events.get(0).getString("result"));
        assertEquals(8, events.get(0).getLong("bytes"));
        assertFalse(events.get(0).getBoolean("backward"));
        assertTrue(events.get(1).getBoolean("backward"));
        assertTrue(events.get(0).getDuration().toNanos() > 0);
    }

    @Test
    void aListenerProfilesATraining() {
        try (Model model = Model.newInstance("profiled", "Wengert")) {
            model.setBlock(Linear.builder().setUnits(2).build());
            Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()})
                    .addTrainingListeners(Profiler.listener()));
            trainer.initialize(new Shape(1, 2));
            trainer.forward(new NDList(manager.ones(new Shape(1, 2))));
            trainer.notifyListeners(l -> l.onTrainingEnd(trainer));
            trainer.close();
        }
    }
}
