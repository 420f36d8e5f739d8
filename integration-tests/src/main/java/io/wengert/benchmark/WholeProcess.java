package io.wengert.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Figures of a process of its own: the way to the first result, the warm-up, the memory, what the collector gets to do. */
final class WholeProcess {

    private static final String GROUP = "process";

    private WholeProcess() {}

    static List<Workload> all() {
        return List.of(
                Workload.fresh(GROUP, "start to first 2x2 matMul, whole process", "ms", false, WholeProcess::start),
                Workload.fresh(GROUP, "warm-up of MLP b32 training, first 5 s", "samples", true, WholeProcess::warmUp),
                Workload.fresh(GROUP, "memory of MLP b32 training, peak RSS", "MB", false, WholeProcess::memory),
                Workload.fresh(GROUP, "allocation of MLP b32 training, Java heap", "KB/step", false, WholeProcess::allocation));
    }

    /** Milliseconds from the launch of the process until the first result has been read. */
    private static double start(String engine, Instant launched) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine)) {
            NDArray x = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
            x.matMul(x).toFloatArray();
            return Duration.between(launched, Instant.now()).toNanos() * 1e-6;
        }
    }

    /** Samples trained in the five seconds that begin with the launch of the process. */
    private static double warmUp(String engine, Instant launched) throws Exception {
        Instant end = launched.plusSeconds(5);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine); Job job = Training.mlp(manager, 32)) {
            double samples = 0;
            while (Instant.now().isBefore(end)) {
                job.secondsFor(manager, 10);
                samples += 10 * job.amount();
            }
            return samples;
        }
    }

    /** The largest resident set in MB of a process that trains a thousand steps. */
    private static double memory(String engine, Instant launched) throws Exception {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            throw new UnsupportedOperationException("no /proc/self/status on this system");
        }
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine); Job job = Training.mlp(manager, 32)) {
            job.secondsFor(manager, 1000);
            return peakKilobytes(status) / 1024.0;
        }
    }

    /** Kilobytes of Java objects that all threads make in a step, once a few thousand have gone before. */
    private static double allocation(String engine, Instant launched) throws Exception {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine); Job job = Training.mlp(manager, 32)) {
            while (Instant.now().isBefore(launched.plusSeconds(10))) {
                job.secondsFor(manager, 100);
            }
            long before = allocatedBytes();
            job.secondsFor(manager, 1000);
            return (allocatedBytes() - before) / 1024.0 / 1000;
        }
    }

    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).filter(bytes -> bytes > 0).sum();
    }

    private static long peakKilobytes(Path status) throws IOException {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new UnsupportedOperationException("no VmHWM in " + status));
        }
    }
}
