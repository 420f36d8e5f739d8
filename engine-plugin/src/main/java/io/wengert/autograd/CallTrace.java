package io.wengert.autograd;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.Layout;
import io.wengert.op.Call;
import io.wengert.op.Custom;
import io.wengert.op.Observer;
import io.wengert.op.Op;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls by which one function, run on one thread, gets from its inputs to its outputs: what {@link Batching} makes again with
 * batches in the place of the inputs.
 *
 * <p>A value is known again by its memory, layout and origin. All values that depend on the inputs are held until the end, so that
 * no memory is used twice. Other values are constants. What cannot be followed (a value that is read by the program, which may
 * decide on it; a function with a gradient of its own) is noted as the reason why the trace is of no use.
 */
final class CallTrace implements Observer, AutoCloseable {

    /** Where a value is: output {@code output} of a step, or with step -1 an input; cut off from gradients or not. */
    record Place(int step, int output, boolean stopped) {}

    /** What goes into a step: a value that depends on inputs, or else a constant. */
    record Argument(Place place, Tensor constant, long[] shape) {

        boolean isConstant() { return place == null; }
    }

    /** One call; not recorded if it was made while recording was paused. */
    record Step(Op<?> op, Object attribute, Argument[] in, int outputs, boolean recorded, long[][] shapes) {}

    /** What identifies a value. */
    private record Key(Buffer buffer, Layout layout, Origin origin, int output) {

        static Key of(Tensor t) { return new Key(t.buffer(), t.layout(), t.origin(), t.output()); }

        static Key unmarked(Tensor t) { return new Key(t.buffer(), t.layout(), null, -1); }

        @Override
        public boolean equals(Object o) {
            return o instanceof Key k && buffer == k.buffer && origin == k.origin && output == k.output && layout.equals(k.layout);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * System.identityHashCode(buffer) + layout.hashCode()) + System.identityHashCode(origin) + output;
        }
    }

    private final Thread thread = Thread.currentThread();
    private final boolean recording = Tape.recording();
    private final Map<Key, Place> places = new HashMap<>();
    private final Map<Buffer, Boolean> dependent = new IdentityHashMap<>();
    private final List<Tensor> held = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private int depth;
    private Argument[] arguments;
    private String refusal;

    private CallTrace() {}

    /** Follows what this thread computes from some values until {@link #stop}. */
    static CallTrace start(List<Tensor> inputs) {
        CallTrace t = new CallTrace();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) != null) {
                t.put(inputs.get(i), new Place(-1, i, false));
            }
        }
        Observer.Installed.add(t);
        return t;
    }

    /** Follows no more. */
    void stop() { Observer.Installed.remove(this); }

    private void put(Tensor t, Place place) {
        held.add(t.share());
        places.put(Key.of(t), place);
        places.put(Key.unmarked(t), place);
        dependent.put(t.buffer(), true);
    }

    /** A value as it goes into a step or out of the function. */
    Argument argument(Tensor t) {
        Place place = places.get(Key.of(t));
        if (place == null) {
            Place same = places.get(Key.unmarked(t));
            if (same != null) {
                place = new Place(same.step, same.output, true);
            } else if (dependent.containsKey(t.buffer())) {
                refuse("a value " + t.text() + " is a view that no operation made");
            }
        }
        if (place != null) {
            return new Argument(place, null, t.shape());
        }
        Tensor constant = t.share();
        held.add(constant);
        return new Argument(null, constant, t.shape());
    }

    private void refuse(String reason) { refusal = refusal == null ? reason : refusal; }

    /** Why the calls cannot be made again; null if they can. */
    String refusal() { return refusal; }

    List<Step> steps() { return steps; }

    @Override
    public void begins(Call<?> call) {
        if (Thread.currentThread() == thread && depth++ == 0 && refusal == null) {
            arguments = Arrays.stream(call.inputs()).map(this::argument).toArray(Argument[]::new);
        }
    }

    @Override
    public void ends(Call<?> call, Tensor[] out) {
        if (Thread.currentThread() != thread || --depth > 0 || out == null || refusal != null) {
            return;
        }
        Argument[] in = arguments;
        if (Arrays.stream(in).allMatch(Argument::isConstant)) {
            return;
        }
        if (call.op() instanceof Custom) {
            refuse("the function " + call.op().name() + " has a gradient of its own");
            return;
        }
        boolean tracked = Arrays.stream(call.inputs()).anyMatch(Tensor::isTracked);
        boolean recorded = !recording || !tracked || Arrays.stream(out).anyMatch(t -> t.origin() != null);
        long[][] shapes = new long[out.length][];
        for (int i = 0; i < out.length; i++) {
            shapes[i] = out[i].shape();
            put(out[i], new Place(steps.size(), i, false));
        }
        steps.add(new Step(call.op(), call.attribute(), in, out.length, recorded, shapes));
    }

    @Override
    public void reads(Tensor t) {
        if (Thread.currentThread() == thread && depth == 0 && dependent.containsKey(t.buffer())) {
            refuse("a value " + t.text() + " is read by the program");
        }
    }

    @Override
    public boolean wantsOperations() { return Thread.currentThread() == thread; }

    /** Lets all values go. */
    @Override
    public void close() {
        held.forEach(Tensor::close);
        held.clear();
        places.clear();
    }
}
