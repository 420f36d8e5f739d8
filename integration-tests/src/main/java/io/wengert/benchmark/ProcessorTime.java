package io.wengert.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A reading of the processors' clocks, in hundredths of a second over all processors; all zero outside Linux.
 *
 * <p>Engines whose threads meet at barriers lose far more than their share when another program takes a core, so a
 * measurement beside other work is no measurement.
 *
 * @param total the time there was
 * @param busy the time that was spent, by whomever, or stolen by a hypervisor
 * @param ours the time that the benchmark's own processes spent
 */
record ProcessorTime(long total, long busy, long ours) {

    private static final Path STAT = Path.of("/proc/stat");
    private static final int IDLE = 3;
    private static final int WAITING = 4;

    /** Reads the clocks; {@code ours} are the processes that belong to the benchmark. */
    static ProcessorTime now(Stream<ProcessHandle> ours) {
        try (Stream<String> lines = Files.lines(STAT)) {
            // cpu user nice system idle iowait irq softirq steal guest guest_nice; the guests are within user.
            String[] words = lines.findFirst().orElse("").split(" +");
            long[] ticks = Stream.of(words).skip(1).limit(8).mapToLong(Long::parseLong).toArray();
            long total = LongStream.of(ticks).sum();
            long spent = ours.map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                    .mapToLong(Duration::toMillis).sum() / 10;
            return new ProcessorTime(total, total - ticks[IDLE] - ticks[WAITING], spent);
        } catch (IOException | RuntimeException e) {
            return new ProcessorTime(0, 0, 0);
        }
    }

    /** The share of the processors, 0 to 1, that others took since {@code earlier}. */
    double othersSince(ProcessorTime earlier) {
        long passed = total - earlier.total;
        double others = (busy - earlier.busy) - (ours - earlier.ours);
        return passed <= 0 ? 0 : Math.max(0, Math.min(1, others / passed));
    }
}
