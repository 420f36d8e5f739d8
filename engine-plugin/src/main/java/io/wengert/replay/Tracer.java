package io.wengert.replay;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Layout;
import io.wengert.op.Call;
import io.wengert.op.Conversions;
import io.wengert.op.Custom;
import io.wengert.op.Observer;
import io.wengert.op.Op;
import io.wengert.op.Sampling;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

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

    /** What was done, with values numbered as they appeared, and which part of the program did it. */
    record Event(Deed deed, int[] in, int[] out, String where) {}

    /** What an event does to the values that it takes. */
    sealed interface Deed {

        /** Whether another does the same, but for numbers that may go by sizes. */
        boolean isLike(Deed d);

        /** Its name in messages. */
        String text();
    }

    /** An operation was applied. */
    record Applied(Op<?> op, Object attribute) implements Deed {
        @Override
        public boolean isLike(Deed d) { return d instanceof Applied a && a.op == op; }

        @Override
        public String text() { return op.name(); }
    }

    /** Random numbers were drawn. */
    record Drawn(Distribution distribution, double a, double b, DType dtype, long[] shape) implements Deed {
        @Override
        public boolean isLike(Deed d) {
            return d instanceof Drawn r && r.distribution == distribution && r.a == a && r.b == b && r.dtype == dtype;
        }

        @Override
        public String text() { return "random"; }
    }

    /** Samples were drawn from distributions whose parameters are values. */
    record Sampled(Sampling.Law law, long experiments, long[] samples) implements Deed {
        @Override
        public boolean isLike(Deed d) { return d instanceof Sampled s && s.law == law && s.experiments == experiments; }

        @Override
        public String text() { return "sample"; }
    }

    /** A value was taken without its gradient. */
    record Halted() implements Deed {
        @Override
        public boolean isLike(Deed d) { return d instanceof Halted; }

        @Override
        public String text() { return "stop"; }
    }

    private final Thread thread = Thread.currentThread();
    private final Map<Place, Integer> places = new HashMap<>();
    private final Map<Tensor, Integer> tensors = new IdentityHashMap<>();
    private final Map<Buffer, Boolean> memory = new IdentityHashMap<>();
    private final List<Tensor> held = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<Integer, Tensor> constants = new HashMap<>();
    private final Map<Integer, String> appeared = new HashMap<>();
    private final Supplier<String> where;
    private final boolean learning;
    private int depth;
    private int[] in;
    private int count;
    private String read;
    private String refusal;

    private Tracer(boolean learning, Supplier<String> where) {
        this.learning = learning;
        this.where = where;
    }

    /**
     * Begins to trace this thread.
     *
     * @param known inputs and parameters, the values 0, 1, ...
     * @param learning whether gradients are to flow through the graph
     * @param where tells which part of the program is at work
     * @throws IllegalStateException if it is being traced already
     */
    static Tracer open(List<Tensor> known, boolean learning, Supplier<String> where) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("this thread is being traced already");
        }
        Tracer t = new Tracer(learning, where);
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
            appeared.put(n, where.get());
        }
        return n;
    }

    /** A function of the user's is what its forward computes; for its gradient there is no form. */
    private boolean isTransparent(Call<?> call) {
        boolean custom = call.op() instanceof Custom;
        if (custom && learning) {
            refuse("the function " + call.op().name() + " has a gradient in Java, which no graph can hold: write it with operations of "
                    + "NDArray, or trace a block without it and apply the function outside");
        }
        return custom;
    }

    @Override
    public void begins(Call<?> call) {
        if (Thread.currentThread() != thread || isTransparent(call) || depth++ > 0) {
            return;
        }
        in = new int[call.inputs().length];
        for (int i = 0; i < in.length; i++) {
            in[i] = take(call.inputs()[i]);
        }
    }

    @Override
    public void ends(Call<?> call, Tensor[] out) {
        if (Thread.currentThread() != thread || call.op() instanceof Custom || --depth > 0 || out == null) {
            return;
        }
        int[] numbers = new int[out.length];
        for (int i = 0; i < out.length; i++) {
            numbers[i] = give(out[i]);
        }
        add(new Applied(call.op(), call.attribute()), in, numbers);
    }

    private void add(Deed deed, int[] from, int... to) { events.add(new Event(deed, from, to, where.get())); }

    /** Tells that a tensor holds random numbers; gives it back. */
    public Tensor drawn(Tensor t, Distribution distribution, double a, double b) {
        add(new Drawn(distribution, a, b, t.dtype(), t.shape()), new int[0], give(t));
        return t;
    }

    /** Draws samples from distributions given by arrays, as {@link Sampling#draw} does, and takes it down as one step. */
    public Tensor sampled(Sampling.Law law, long experiments, long key, long[] samples, Tensor... parameters) {
        int[] from = new int[parameters.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = take(parameters[i]);
        }
        depth++;
        Tensor t;
        try {
            t = Sampling.draw(law, experiments, key, samples, parameters);
        } finally {
            depth--;
        }
        add(new Sampled(law, experiments, samples), from, give(t));
        return t;
    }

    /** Tells that no gradient flows from {@code stopped} to {@code x}, whose value it has; gives it back. */
    public Tensor stopped(Tensor x, Tensor stopped) {
        int from = take(x);
        stopped.from(new Stopped(), 0);
        add(new Halted(), new int[] {from}, give(stopped));
        return stopped;
    }

    @Override
    public void reads(Tensor t) {
        if (Thread.currentThread() == thread && depth == 0 && read == null) {
            read = where.get();
        }
    }

    /** Where the program read elements of an array; null if it did not. */
    String read() { return read; }

    /** Tells that something was done that cannot be traced. */
    public void refuse(String reason) { refusal = refusal == null ? where.get() + ": " + reason : refusal; }

    /** Why this cannot be traced; null if it can. */
    String refusal() { return refusal; }

    List<Event> events() { return events; }

    /** Copies of the constants, by number. */
    Map<Integer, Tensor> constants() { return constants; }

    /** Where each constant was first used. */
    Map<Integer, String> appeared() { return appeared; }

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
