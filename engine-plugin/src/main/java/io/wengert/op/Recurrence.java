package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Factor;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;

/**
 * One layer of a recurrent network in one direction: a cell applied along an axis of time.
 *
 * <p>Inputs: the input's share of the gates at all times, with all biases (rank 3, the last axis gates x units); the state's
 * weight (gates x units, units); the first state (batch, units) of each kind; and if the cell keeps shares apart, the state's
 * bias (gates x units). Outputs: the state of each kind after each step, as the first input lies but with units on the
 * last axis, and the gates before their non-linearity (the state's share of them, if shares are kept apart).
 *
 * <p>The gradient goes back through time with the small product of each step; that of the weight is one product over all
 * steps at the end.
 */
public final class Recurrence extends Op<Recurrence.Time> {

    /** The axis of time, 0 or 1, and whether it is walked from its end. */
    public record Time(int axis, boolean backwards) {

        private int at(int step, int steps) { return backwards ? steps - 1 - step : step; }
    }

    private final RecurrentCell cell;

    Recurrence(String name, RecurrentCell cell) {
        super(name);
        this.cell = cell;
    }

    public int gates() { return cell.gates(); }

    public int states() { return cell.states(); }

    /** Whether the state's bias is an input of its own, and not part of the input's share. */
    public boolean takesBias() { return cell.apart(); }

    private int bias() { return 2 + cell.states(); }

    private void check(Call<Time> c) {
        if (c.arity() != bias() + (cell.apart() ? 1 : 0)) {
            throw c.wrong("takes " + (bias() + (cell.apart() ? 1 : 0)) + " arrays, not " + c.arity());
        }
        Layout x = c.layout(0);
        if (x.rank() != 3 || x.size(c.attribute().axis()) == 0 || x.size(2) % cell.gates() != 0) {
            throw c.wrong("takes an input of three axes with at least one step of time and " + cell.gates() + " gates");
        }
        long units = x.size(2) / cell.gates();
        if (!c.layout(1).hasShape(x.size(2), units)) {
            throw c.wrong("the state's weight must have the shape " + Layout.text(x.size(2), units));
        }
        for (int i = 0; i < cell.states(); i++) {
            if (!c.layout(2 + i).hasShape(x.size(1 - c.attribute().axis()), units)) {
                throw c.wrong("a state must have the shape " + Layout.text(x.size(1 - c.attribute().axis()), units));
            }
        }
        if (cell.apart() && !c.layout(bias()).hasShape(x.size(2))) {
            throw c.wrong("the state's bias must have the shape " + Layout.text(x.size(2)));
        }
        for (int i = 0; i < c.arity(); i++) {
            if (!c.dtype(i).isFloating() || c.dtype(i) != c.dtype(0)) {
                throw c.wrong("takes arrays of one floating dtype");
            }
        }
    }

    @Override
    protected Tensor[] forward(Call<Time> c) {
        check(c);
        long[] shape = c.shape(0);
        DType type = c.dtype(0);
        Tensor[] out = new Tensor[cell.states() + 1];
        out[cell.states()] = c.empty(type, shape);
        shape[2] /= cell.gates();
        for (int i = 0; i < cell.states(); i++) {
            out[i] = c.empty(type, shape);
        }
        try (Factor weight = c.backend().factor(View.of(c.in(1).buffer(), c.layout(1).transposed()), c.layout(2).size(0))) {
            walk(c, weight, out);
        }
        return out;
    }

    /** Fills the outputs, step by step. */
    private void walk(Call<Time> c, Factor weight, Tensor... out) {
        Time time = c.attribute();
        Tensor gates = out[cell.states()];
        View[] before = new View[cell.states()];
        System.arraycopy(c.inputs(), 2, before, 0, before.length);
        int steps = (int) gates.size(time.axis());
        Backend backend = c.backend();
        for (int s = 0; s < steps; s++) {
            int t = time.at(s, steps);
            View z = at(gates, time.axis(), t);
            View x = at(c.in(0), time.axis(), t);
            weight.multiply(z, before[0], cell.apart() ? c.in(bias()) : x);
            View[] after = new View[before.length];
            for (int i = 0; i < after.length; i++) {
                after[i] = at(out[i], time.axis(), t);
            }
            View carried = cell.carried() < 0 ? null : before[cell.carried()];
            if (cell.apart()) {
                cell.step(backend, after, x, z, carried);
            } else {
                cell.step(backend, after, z, carried);
            }
            before = after;
        }
    }

    private static View at(Tensor x, int axis, int t) { return View.of(x.buffer(), x.layout().select(axis, t)); }

    @Override
    protected boolean savesInput(int i, Call<Time> c) { return i > 0 && i < bias() || i == 0 && cell.apart(); }

    @Override
    protected boolean savesOutput(int i, Call<Time> c) { return true; }

    @Override
    protected Tensor[] vjp(Call<Time> c, Tensor... g) {
        BackThroughTime b = new BackThroughTime(c, g);
        b.run();
        Tensor hidden = b.hidden();
        Tensor[] r = new Tensor[c.arity()];
        r[0] = b.gates(0);
        r[1] = c.wants(1) ? LinearAlgebra.MATMUL.on(LinearAlgebra.transposed(flat(hidden)), flat(before(c))) : null;
        System.arraycopy(b.state, 0, r, 2, b.state.length);
        if (cell.apart()) {
            r[bias()] = hidden;
        }
        return r;
    }

    /** All but the last axis as one. */
    private static Tensor flat(Tensor x) { return ShapeOps.reshape(x, x.size(0) * x.size(1), x.size(2)); }

    /** The state h before each step, of all steps. */
    private static Tensor before(Call<Time> c) {
        Time time = c.attribute();
        Tensor h = c.out(0);
        long rest = h.size(time.axis()) - 1;
        Tensor first = ShapeOps.expandDims(c.in(2), time.axis());
        Tensor others = ShapeOps.SLICE.with(ShapeOps.Region.along(h.shape(), time.axis(), time.backwards() ? 1 : 0, rest), h);
        return time.backwards() ? ShapeOps.CONCAT.with(time.axis(), others, first)
                : ShapeOps.CONCAT.with(time.axis(), first, others);
    }

    /** One walk from the last step to the first. */
    private final class BackThroughTime {
        private final Call<Time> c;
        private final Time time;
        private final int steps;
        /** What flows in at each step: of the states' kinds, and last of the gates; null for nothing. */
        private final Tensor[][] g;
        /** What is differentiated, at each step: states, and last the gates. */
        private final Tensor[][] out;
        /** The input's share at each step, if it is kept apart. */
        private final Tensor[] x;
        private final boolean recorded = Recorder.Installed.get().isRecording() || Observer.Installed.wantOperations();
        /** The gradients of the gates (the input's share first, if apart) as one array, or step by step. */
        private final Tensor[] whole;
        private final Tensor[][] parts;
        /** The gradients of the states before the step that was walked last; that of h with what flows in there, if there is a weight. */
        private final Tensor[] state = new Tensor[cell.states()];
        /** The state's weight, kept for all steps unless they are recorded. */
        private Factor weight;

        BackThroughTime(Call<Time> c, Tensor[] gradients) {
            this.c = c;
            time = c.attribute();
            steps = (int) c.layout(0).size(time.axis());
            g = new Tensor[gradients.length][];
            out = new Tensor[gradients.length][];
            for (int i = 0; i < g.length; i++) {
                g[i] = gradients[i] == null ? null : Recurrent.UNSTACK.all(time.axis(), gradients[i]);
                out[i] = Recurrent.UNSTACK.all(time.axis(), c.out(i));
            }
            x = cell.apart() ? Recurrent.UNSTACK.all(time.axis(), c.in(0)) : null;
            int shares = cell.apart() ? 2 : 1;
            boolean byStep = recorded || g[cell.states()] != null;
            parts = byStep ? new Tensor[shares][steps] : null;
            whole = byStep ? null : new Tensor[shares];
            for (int i = 0; !byStep && i < shares; i++) {
                whole[i] = Tensor.empty(c.in(1).backend(), c.dtype(0), c.shape(0));
            }
        }

        /** The gradient of the gates, or of one share of them, at all times. */
        Tensor gates(int share) { return whole == null ? ShapeOps.stack(time.axis(), parts[share]) : whole[share]; }

        /** The gradient of what the state's weight and bias give to the gates. */
        Tensor hidden() { return gates(cell.apart() ? 1 : 0); }

        void run() {
            if (recorded) {
                walk();
                return;
            }
            try (Factor kept = c.in(1).backend().factor(c.in(1), c.layout(2).size(0))) {
                weight = kept;
                walk();
            }
        }

        private void walk() {
            for (int s = steps - 1; s >= 0; s--) {
                int t = time.at(s, steps);
                int before = s == 0 ? -1 : time.at(s - 1, steps);
                Tensor[] after = new Tensor[cell.states()];
                for (int i = 0; i < after.length; i++) {
                    boolean summed = i == 0 && weight != null && s < steps - 1;
                    after[i] = summed ? state[0] : sum(flow(i, t), state[i]);
                    after[i] = after[i] == null ? ShapeOps.zeros(c.in(2), c.shape(2)) : after[i];
                }
                Tensor[] d = pullBack(t, before, after);
                Tensor hidden = d[cell.apart() ? 1 : 0];
                Tensor[] last = state.clone();
                state[0] = s > 0 || c.wants(2) ? throughWeight(hidden, s > 0 ? flow(0, before) : null) : null;
                if (cell.carried() >= 0) {
                    state[cell.carried()] = cell.carried() == 0 ? sum(state[0], d[d.length - 1]) : d[d.length - 1];
                }
                release(last, after);
            }
        }

        /** What flows in at time t, or null. */
        private Tensor flow(int kind, int t) { return g[kind] == null ? null : g[kind][t]; }

        /** The gradient of h before a step, from that of the gates; and, unless it is recorded, what else flows in there. */
        private Tensor throughWeight(Tensor hidden, Tensor flow) {
            if (weight == null) {
                return LinearAlgebra.MATMUL.on(hidden, c.in(1));
            }
            Tensor r = Tensor.empty(c.in(1).backend(), c.dtype(0), c.shape(2));
            weight.multiply(r, hidden, flow);
            return r;
        }

        /** The gradients of the arrays that the cell took at time t, after that at time {@code before}. */
        private Tensor[] pullBack(int t, int before, Tensor... after) {
            Tensor z = out[cell.states()][t];
            int carried = cell.carried();
            Tensor from = carried < 0 ? null : before < 0 ? c.in(2 + carried) : out[carried][before];
            Tensor[] in = cell.apart() ? new Tensor[] {x[t], z, from} : carried < 0 ? new Tensor[] {z} : new Tensor[] {z, from};
            Tensor[] d = new Tensor[in.length];
            if (recorded) {
                d = cell.recordedPullBack(in, after);
            } else {
                for (int i = 0; i < d.length; i++) {
                    boolean gates = whole != null && i < whole.length;
                    d[i] = gates ? whole[i].view(whole[i].layout().select(time.axis(), t))
                            : Tensor.empty(in[i].backend(), in[i].dtype(), in[i].shape());
                }
                cell.pullBack(d, in, after);
            }
            if (parts != null) {
                int hidden = parts.length - 1;
                d[hidden] = sum(d[hidden], flow(cell.states(), t));
                for (int i = 0; i < parts.length; i++) {
                    parts[i][t] = d[i];
                }
            }
            return d;
        }

        private Tensor sum(Tensor a, Tensor b) { return a == null ? b : b == null ? a : Arithmetic.ADD.on(a, b); }

        /** What a step has used up, unless it was recorded, goes back to the pool at once. */
        private void release(Tensor[]... used) {
            if (recorded) {
                return;
            }
            for (Tensor[] row : used) {
                for (Tensor t : row) {
                    if (t != null) {
                        t.close();
                    }
                }
            }
        }
    }
}
