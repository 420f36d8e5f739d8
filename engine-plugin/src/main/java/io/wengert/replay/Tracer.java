package io.wengert.replay;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Layout;
import io.wengert.op.Call;
import io.wengert.op.Conversions;
import io.wengert.op.Observer;
import io.wengert.op.Op;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes down what one thread computes, from opening to closing: which operations, on which values.
 *
 * <p>A value is known again by its memory and layout; everything traced is held until the end, so that no memory is used
 * twice. What no traced operation made, and is no input, is a constant.
 */
public final class Tracer implements Observer, AutoCloseable {

    private static final ThreadLocal<Tracer> CURRENT = new ThreadLocal<>();
    private static volatile int open;

    /** The origin of what has the value of something else, but none of its gradient. */
    private static final class Stopped implements Origin {
        @Override
        public boolean isLive() { return false; }
    }

    /** Where a value lies, and whether it is the stopped one of those that lie there. */
    private record Place(Buffer buffer, Layout layout, Stopped mark) {

        static Place of(Tensor t) { return new Place(t.buffer(), t.layout(), t.origin() instanceof Stopped s ? s : null); }

        @Override
        public boolean equals(Object o) {
            return o instanceof Place p && buffer == p.buffer && mark == p.mark && layout.equals(p.layout);
        }

        @Override
        public int hashCode() { return 31 * System.identityHashCode(buffer) + layout.hashCode(); }
    }

    /** What was done, with values numbered as they appeared; the shape and dtype are those of random numbers. */
    record Event(Op<?> op, Object attribute, int[] in, int[] out, Distribution distribution, double a, double b, DType dtype,
            long[] shape) {}

    private final Thread thread = Thread.currentThread();
    private final Map<Place, Integer> places = new HashMap<>();
    private final Map<Tensor, Integer> tensors = new IdentityHashMap<>();
    private final Map<Buffer, Boolean> memory = new IdentityHashMap<>();
    private final List<Tensor> held = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<Integer, Tensor> constants = new HashMap<>();
    private int depth;
    private int[] in;
    private int count;
    private String refusal;

    private Tracer() {}

    /**
     * Begins to trace this thread.
     *
     * @param known inputs and parameters, the values 0, 1, ...
     * @throws IllegalStateException if it is being traced already
     */
    static Tracer open(List<Tensor> known) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("this thread is being traced already");
        }
        Tracer t = new Tracer();
        known.forEach(x -> t.give(x));
        CURRENT.set(t);
        synchronized (Tracer.class) {
            open++;
        }
        Observer.Installed.add(t);
        return t;
    }

    /** The tracer of this thread, or null. */
    public static Tracer current() { return open == 0 ? null : CURRENT.get(); }

    /** Numbers a value. */
    private int give(Tensor t) {
        held.add(t.share());
        places.put(Place.of(t), count);
        tensors.put(t, count);
        memory.put(t.buffer(), true);
        return count++;
    }

    /**
     * The number of a value, if it is known.
     *
     * @return -1 if it is not
     * @throws IllegalStateException if it is part of a known one, but no operation made it
     */
    int number(Tensor t) {
        Integer n = tensors.get(t);
        if (n == null) {
            n = places.get(Place.of(t));
        }
        if (n == null && memory.containsKey(t.buffer())) {
            throw new IllegalStateException("trace: the array " + t.text() + " is a view that no operation made");
        }
        return n == null ? -1 : n;
    }

    /** The number of a value; one that is not known becomes a constant. */
    int take(Tensor t) {
        int n = number(t);
        if (n < 0) {
            Tensor copy = Conversions.copied(t);
            n = give(t);
            constants.put(n, copy.share());
            copy.close();
        }
        return n;
    }

    @Override
    public void begins(Call<?> call) {
        if (Thread.currentThread() != thread || depth++ > 0) {
            return;
        }
        in = new int[call.inputs().length];
        for (int i = 0; i < in.length; i++) {
            in[i] = take(call.inputs()[i]);
        }
    }

    @Override
    public void ends(Call<?> call, Tensor[] out) {
        if (Thread.currentThread() != thread || --depth > 0 || out == null) {
            return;
        }
        int[] numbers = new int[out.length];
        for (int i = 0; i < out.length; i++) {
            numbers[i] = give(out[i]);
        }
        events.add(new Event(call.op(), call.attribute(), in, numbers, null, 0, 0, null, null));
    }

    /** Tells that a tensor holds random numbers; gives it back. */
    public Tensor drawn(Tensor t, Distribution distribution, double a, double b) {
        events.add(new Event(null, null, new int[0], new int[] {give(t)}, distribution, a, b, t.dtype(), t.shape()));
        return t;
    }

    /** Tells that no gradient flows from {@code stopped} to {@code x}, whose value it has; gives it back. */
    public Tensor stopped(Tensor x, Tensor stopped) {
        int from = take(x);
        stopped.from(new Stopped(), 0);
        events.add(new Event(null, null, new int[] {from}, new int[] {give(stopped)}, null, 0, 0, null, null));
        return stopped;
    }

    /** Tells that something was done that cannot be traced. */
    public void refuse(String reason) { refusal = refusal == null ? reason : refusal; }

    /** Why this cannot be traced; null if it can. */
    String refusal() { return refusal; }

    List<Event> events() { return events; }

    /** Copies of the constants, by number. */
    Map<Integer, Tensor> constants() { return constants; }

    int count() { return count; }

    /** The shape and dtype of a value. */
    Recording.Shaped shape(int value) { return Recording.Shaped.of(held.get(value)); }

    @Override
    public void close() {
        Observer.Installed.remove(this);
        CURRENT.remove();
        synchronized (Tracer.class) {
            open--;
        }
        held.forEach(Tensor::close);
        held.clear();
    }
}
