package io.wengert;

import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import io.wengert.autograd.CallProfile;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the time goes: every operation of the process from its opening to its closing, forward and backward apart.
 *
 * <pre>{@code
 * try (Profiler profiler = Profiler.start()) {
 *     trainEpoch();
 *     System.out.println(profiler);
 * }
 * }</pre>
 *
 * <p>While a flight recording is running (Java Flight Recorder, where the JVM has it), each outermost operation is an event
 * {@code io.wengert.Operation} too, on the time line beside garbage collections and compilations. Operations on a GPU are waited
 * for, so that their time is theirs; altogether the program is then slower than without a profiler.
 */
public final class Profiler implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Profiler.class);

    private final CallProfile profile = CallProfile.start();

    private Profiler() {}

    /**
     * One operation, in one direction.
     *
     * @param operation as errors and graphs name it; {@code mul'} is a derivative of mul
     * @param backward whether it was applied to find gradients
     * @param calls how often, on all threads
     * @param totalNanos from beginning to end, in nanoseconds, with other operations that it is composed of
     * @param selfNanos without these
     * @param bytes of memory that its results took; views take none
     */
    public record Row(String operation, boolean backward, long calls, long totalNanos, long selfNanos, long bytes) {}

    /** Begins. */
    public static Profiler start() { return new Profiler(); }

    /** Profiles a training from beginning to end (the closing of the trainer), and logs the table then. */
    public static TrainingListener listener() {
        return new TrainingListenerAdapter() {
            private Profiler profiler;

            @Override
            public void onTrainingBegin(Trainer trainer) { profiler = start(); }

            @Override
            public void onTrainingEnd(Trainer trainer) {
                if (profiler != null) {
                    profiler.close();
                    LOGGER.info("Profile of the training:\n{}", profiler);
                    profiler = null;
                }
            }
        };
    }

    /** What was counted so far, the most of own time first. */
    public List<Row> rows() {
        return profile.totals().stream().map(t -> new Row(t.operation(), t.backward(), t.calls(), t.total(), t.self(), t.bytes()))
                .sorted(Comparator.comparingLong(Row::selfNanos).reversed().thenComparing(Row::operation)).toList();
    }

    /** From the start until now, or until it was closed; in nanoseconds. */
    public long wallNanos() { return profile.wall(); }

    /** Time in operations, of all threads together, in one direction; in nanoseconds. */
    public long nanos(boolean backward) { return rows().stream().filter(r -> r.backward == backward).mapToLong(Row::selfNanos).sum(); }

    /** The most bytes of device memory that were in use at the end of any operation. */
    public long peakBytes() { return profile.peak(); }

    /** The bytes of device memory that were in use at the end of the first operation: what was there before. */
    public long startBytes() { return profile.first(); }

    /** Ends counting; what was counted stays. */
    @Override
    public void close() { profile.close(); }

    /** A table, the most of own time first. */
    @Override
    public String toString() {
        List<Row> rows = rows();
        long all = Math.max(1, rows.stream().mapToLong(Row::selfNanos).sum());
        StringBuilder b = new StringBuilder();
        b.append(String.format(Locale.ROOT, "%-26s %-8s %9s %11s %11s %9s %7s %10s%n", "operation", "", "calls", "self ms", "total ms",
                "us/call", "share", "MB made"));
        for (Row r : rows) {
            b.append(String.format(Locale.ROOT, "%-26s %-8s %9d %11.3f %11.3f %9.1f %6.1f%% %10.2f%n", r.operation,
                    r.backward ? "backward" : "forward", r.calls, r.selfNanos / 1e6, r.totalNanos / 1e6, r.totalNanos / 1e3 / r.calls,
                    100.0 * r.selfNanos / all, r.bytes / 1e6));
        }
        b.append(String.format(Locale.ROOT, "%nforward %.3f ms, backward %.3f ms, in operations %.3f of %.3f ms; memory in use %.2f MB"
                + " at the start, %.2f MB at most%n", nanos(false) / 1e6, nanos(true) / 1e6, (nanos(false) + nanos(true)) / 1e6,
                wallNanos() / 1e6, startBytes() / 1e6, peakBytes() / 1e6));
        return b.toString();
    }
}
