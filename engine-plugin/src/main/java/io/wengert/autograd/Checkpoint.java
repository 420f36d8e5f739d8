package io.wengert.autograd;

import io.wengert.kernel.Buffer;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A stretch of computation that saves nothing for backward but where it started: when its gradients are wanted, it is computed
 * once more. Memory for time (Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016).
 *
 * <p>Calls are recorded as ever. What they save is numbered and dropped; the first value that is wanted back has the stretch run
 * again, which gives all of them in the same order. Variables and the stretch's inputs are alive anyhow and are held.
 */
public final class Checkpoint implements Saving {

    private final Consumer<List<Tensor>> again;
    private final List<Tensor> inputs;
    private int packed;
    private int held;
    /** What the second run has given, by number; null while there was none. */
    private Map<Integer, Tensor> recomputed;

    /** The values of variables that the first run took, in order. */
    private final List<Taken> taken = new ArrayList<>();

    /** The place of a value in the order of saving. */
    private record Dropped(int number) {}

    /** A variable's value, without a hold on it. */
    private record Taken(Buffer buffer, int version) {

        static Taken of(Tensor t) { return new Taken(t.buffer(), t.buffer().version()); }
    }

    private Checkpoint(List<Tensor> inputs, Consumer<List<Tensor>> again) {
        this.inputs = inputs;
        this.again = again;
    }

    /**
     * Runs a stretch.
     *
     * @param inputs the recorded values that go into it, beside variables
     * @param run computes it
     * @param again computes it once more from the inputs, which it must not close, in the same way to the last operation: with the
     *     same random numbers, and without changing anything in place
     */
    public static <T> T run(List<Tensor> inputs, Supplier<T> run, Consumer<List<Tensor>> again) {
        List<Tensor> held = new ArrayList<>();
        inputs.forEach(t -> held.add(t.share()));
        try (Tape.Mode saving = Tape.saving(new Checkpoint(held, again))) {
            return run.get();
        }
    }

    @Override
    public synchronized Object pack(Tensor t) {
        int number = packed++;
        if (isHeld(t)) {
            return t;
        }
        t.close();
        held++;
        return new Dropped(number);
    }

    @Override
    public synchronized void takes(String operation, Tensor variable) { taken.add(Taken.of(variable)); }

    private boolean isHeld(Tensor t) {
        if (t.origin() instanceof Leaf) {
            return true;
        }
        for (Tensor x : inputs) {
            if (x.buffer() == t.buffer()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized Tensor unpack(Object value) {
        if (!(value instanceof Dropped d)) {
            return ((Tensor) value).share();
        }
        if (recomputed == null) {
            recompute();
        }
        Tensor t = recomputed.get(d.number);
        if (t == null) {
            throw new IllegalStateException("checkpoint: running it again did not give all saved values of the first run; what it"
                    + " computes must not depend on anything that changes");
        }
        return t.share();
    }

    private void recompute() {
        Again second = new Again();
        try (Tape.Mode apart = Tape.apart(); Tape.Mode saving = Tape.saving(second)) {
            again.accept(inputs);
        } catch (RuntimeException | Error e) {
            second.values.values().forEach(Tensor::close);
            throw e;
        }
        if (second.number != packed) {
            second.values.values().forEach(Tensor::close);
            throw new IllegalStateException("checkpoint: running it again saved " + second.number + " values and not the " + packed
                    + " of the first run; what it computes must not depend on anything that changes");
        }
        recomputed = second.values;
    }

    @Override
    public synchronized void drop(Object value) {
        if (value instanceof Tensor t) {
            t.close();
            return;
        }
        if (recomputed != null) {
            Tensor t = recomputed.remove(((Dropped) value).number);
            if (t != null) {
                t.close();
            }
        }
        if (--held == 0) {
            inputs.forEach(Tensor::close);
            taken.clear();
        }
    }

    /** Keeps what the second run saves. */
    private final class Again implements Saving {
        private final Map<Integer, Tensor> values = new HashMap<>();
        private int number;
        private int variables;

        /** The derivative is that at the first run's values, which a variable that has changed since does not have any more. */
        @Override
        public void takes(String operation, Tensor variable) {
            int i = variables++;
            if (i < taken.size() && !taken.get(i).equals(Taken.of(variable))) {
                throw new IllegalStateException("checkpoint: the variable " + variable.text() + " that " + operation + " takes at "
                        + CallSite.here() + " has been changed since the first run, so that its gradients cannot be computed any more;"
                        + " call backward before variables are updated");
            }
        }

        @Override
        public Object pack(Tensor t) {
            if (!isHeld(t)) {
                values.put(number, t.share().from(null, 0));
            }
            number++;
            return t;
        }

        @Override
        public Tensor unpack(Object value) { return ((Tensor) value).share(); }
    }
}
