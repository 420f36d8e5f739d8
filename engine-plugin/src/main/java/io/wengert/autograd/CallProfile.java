package io.wengert.autograd;

import io.wengert.kernel.Buffer;
import io.wengert.op.Call;
import io.wengert.op.Observer;
import io.wengert.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The time and the memory of all calls from start to close, by operation and direction. */
public final class CallProfile implements Observer, AutoCloseable {

    private record Key(String operation, boolean backward) {}

    private static final class Counter {
        final LongAdder calls = new LongAdder();
        final LongAdder total = new LongAdder();
        final LongAdder self = new LongAdder();
        final LongAdder bytes = new LongAdder();
    }

    /** A call that has begun on a thread. */
    private static final class Frame {
        final Frame outer;
        final CallEvents.Event event;
        long began;
        /** Time in calls inside. */
        long inside;

        Frame(Frame outer, CallEvents.Event event) {
            this.outer = outer;
            this.event = event;
        }
    }

    /** One operation in one direction; times in nanoseconds. */
    public record Total(String operation, boolean backward, long calls, long total, long self, long bytes) {}

    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
    private final ThreadLocal<Frame> frames = new ThreadLocal<>();
    private final CallEvents events = CallEvents.find();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong first = new AtomicLong(-1);
    private final long started = System.nanoTime();
    private volatile long ended;

    private CallProfile() {}

    /** Begins to count, on all threads. */
    public static CallProfile start() {
        CallProfile p = new CallProfile();
        Observer.Installed.add(p);
        return p;
    }

    @Override
    public void begins(Call<?> call) {
        Frame outer = frames.get();
        Frame f = new Frame(outer, outer == null && events != null ? events.begin() : null);
        frames.set(f);
        f.began = System.nanoTime();
    }

    @Override
    public void ends(Call<?> call, Tensor[] out) {
        Frame f = frames.get();
        if (f == null) {
            // Begun before the profiler was started.
            return;
        }
        if (f.outer == null) {
            call.inputs()[0].backend().synchronize();
        }
        long nanos = System.nanoTime() - f.began;
        if (f.outer == null) {
            frames.remove();
        } else {
            frames.set(f.outer);
            f.outer.inside += nanos;
        }
        boolean backward = Tape.isPlayingBack();
        long bytes = out == null ? 0 : made(call, out);
        Counter c = counters.computeIfAbsent(new Key(call.op().name(), backward), k -> new Counter());
        c.calls.increment();
        c.total.add(nanos);
        c.self.add(nanos - f.inside);
        c.bytes.add(bytes);
        if (f.outer == null) {
            long used = call.inputs()[0].backend().memory().used();
            first.compareAndSet(-1, used);
            peak.accumulateAndGet(used, Math::max);
            if (f.event != null) {
                f.event.end(call.op().name(), out == null || out.length == 0 ? "" : out[0].text(), backward, bytes);
            }
        }
    }

    /** Bytes of outputs that are no views of inputs. */
    private static long made(Call<?> call, Tensor[] out) {
        long bytes = 0;
        for (Tensor t : out) {
            bytes += isOf(t.buffer(), call.inputs()) ? 0 : t.size() * t.dtype().bytes();
        }
        return bytes;
    }

    private static boolean isOf(Buffer b, Tensor[] in) {
        for (Tensor t : in) {
            if (t != null && t.buffer() == b) {
                return true;
            }
        }
        return false;
    }

    /** What was counted so far. */
    public List<Total> totals() {
        return counters.entrySet().stream().map(e -> new Total(e.getKey().operation, e.getKey().backward, e.getValue().calls.sum(),
                e.getValue().total.sum(), e.getValue().self.sum(), e.getValue().bytes.sum())).toList();
    }

    /** Nanoseconds from start to close, or to now. */
    public long wall() { return (ended == 0 ? System.nanoTime() : ended) - started; }

    /** The most bytes that a device had in use at the end of a call. */
    public long peak() { return peak.get(); }

    /** The bytes in use at the end of the first call. */
    public long first() { return Math.max(0, first.get()); }

    @Override
    public void close() {
        if (ended == 0) {
            Observer.Installed.remove(this);
            ended = System.nanoTime();
        }
    }
}
