package io.wengert.op;

import static io.wengert.kernel.Expr.arg;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * One step of a recurrent network, as formulas of its gates before their non-linearity and of the state before the step.
 *
 * <p>The operands of the formulas are the gates, which lie side by side on the last axis of one array; if the input's share and the
 * state's are kept {@code apart}, the former and then the latter; and at last the {@code carried} state, if the formulas
 * read one. Their values are the new states, h first.
 */
final class RecurrentCell {

    /** No state enters the formulas but through the gates. */
    static final int NOTHING = -1;

    /** Elman (1990), with the rectifier. */
    static final RecurrentCell RELU = new RecurrentCell(1, false, NOTHING, arg(0).relu());
    /** Elman (1990). */
    static final RecurrentCell TANH = new RecurrentCell(1, false, NOTHING, arg(0).tanh());
    static final RecurrentCell GRU = gru();
    static final RecurrentCell LSTM = lstm();

    private static final Map<Fn, Elementwise> SINGLE = new EnumMap<>(Fn.class);

    private final int gates;
    private final boolean apart;
    private final int carried;
    private final Program next;
    /** Of the operands and the gradients of the new states, the gradients of the operands. */
    private final Program gradient;

    private RecurrentCell(int gates, boolean apart, int carried, Expr... next) {
        this.gates = gates;
        this.apart = apart;
        this.carried = carried;
        this.next = Program.of(next);
        int operands = gates * (apart ? 2 : 1) + (carried == NOTHING ? 0 : 1);
        Expr[] slopes = new Expr[operands];
        for (int i = 0; i < operands; i++) {
            slopes[i] = Expr.c(0);
            for (int k = 0; k < next.length; k++) {
                slopes[i] = slopes[i].plus(next[k].d(i).times(arg(operands + k)));
            }
        }
        this.gradient = Program.of(slopes);
    }

    /** Cho et al. (2014) as in cuDNN: the reset gate r acts on the state's share of n after its matrix; gates r, z, n. */
    private static RecurrentCell gru() {
        Expr r = arg(0).plus(arg(3)).sigmoid();
        Expr z = arg(1).plus(arg(4)).sigmoid();
        Expr n = arg(2).plus(r.times(arg(5))).tanh();
        return new RecurrentCell(3, true, 0, n.plus(z.times(arg(6).minus(n))));
    }

    /** Hochreiter and Schmidhuber (1997) with forget gate; gates i, f, g, o, states h and c. */
    private static RecurrentCell lstm() {
        Expr c = arg(1).sigmoid().times(arg(4)).plus(arg(0).sigmoid().times(arg(2).tanh()));
        return new RecurrentCell(4, false, 1, arg(3).sigmoid().times(c.tanh()), c);
    }

    int gates() { return gates; }

    /** Whether the input's share of the gates is kept apart from the state's. */
    boolean apart() { return apart; }

    /** Which state the formulas read: 0 for h, 1 for c, or {@link #NOTHING}. */
    int carried() { return carried; }

    /** How many states there are. */
    int states() { return next.outs(); }

    /** Computes the new states, each (batch, units), in one pass. */
    void step(Backend backend, View[] states, View... arrays) {
        View[] in = operands(arrays);
        backend.map(next, in[0].dtype().lane(), new Number[0], states, in);
    }

    /** Computes the gradients of the arrays that {@link #step} took, in one pass. */
    void pullBack(Tensor[] out, Tensor[] arrays, Tensor... g) {
        View[] in = concat(operands(arrays), g);
        View[] gradients = operands(out);
        in[0].buffer().backend().map(gradient, in[0].dtype().lane(), new Number[0], gradients, in);
    }

    /** The same by operations, one for each step of the formulas, so that it can be recorded. */
    Tensor[] recordedPullBack(Tensor[] arrays, Tensor... g) {
        Tensor[] value = new Tensor[gradient.args() + gradient.constants() + gradient.steps().size()];
        int n = 0;
        for (Tensor a : arrays) {
            long units = a.size(1) / (a == arrays[arrays.length - 1] && carried != NOTHING ? 1 : gates);
            for (long at = 0; at < a.size(1); at += units) {
                value[n++] = ShapeOps.SLICE.with(ShapeOps.Region.along(a.shape(), 1, at, units), a);
            }
        }
        for (Tensor t : g) {
            value[n++] = t;
        }
        n = gradient.args();
        for (int i = 0; i < gradient.constants(); i++) {
            value[n++] = ShapeOps.number("recurrent", g[0], gradient.constant(i));
        }
        for (Program.Step s : gradient.steps()) {
            Tensor[] in = {value[s.x()], s.y() < 0 ? null : value[s.y()], s.z() < 0 ? null : value[s.z()]};
            value[n++] = single(s.fn()).on(Arrays.copyOf(in, s.fn().arity()));
        }
        Tensor[] r = new Tensor[arrays.length];
        for (int i = 0, at = 0; i < r.length; i++) {
            Tensor[] parts = new Tensor[i == r.length - 1 && carried != NOTHING ? 1 : gates];
            for (int k = 0; k < parts.length; k++) {
                parts[k] = value[gradient.out(at++)];
            }
            r[i] = parts.length == 1 ? parts[0] : ShapeOps.CONCAT.with(1, parts);
        }
        return r;
    }

    private static Elementwise single(Fn fn) {
        synchronized (SINGLE) {
            return SINGLE.computeIfAbsent(fn, f -> {
                Expr[] args = new Expr[f.arity()];
                Arrays.setAll(args, Expr::arg);
                return new Elementwise(f.name().toLowerCase(java.util.Locale.ROOT), Elementwise.Typing.FLOATING, f.arity(),
                        Expr.call(f, args));
            });
        }
    }

    /** The operands that lie in the arrays. */
    private View[] operands(View... arrays) {
        View[] r = new View[gates * (apart ? 2 : 1) + (carried == NOTHING ? 0 : 1)];
        int n = 0;
        for (int i = 0; n < r.length; i++) {
            Layout l = arrays[i].layout();
            int parts = carried != NOTHING && n == r.length - 1 ? 1 : gates;
            long units = l.size(1) / parts;
            for (int k = 0; k < parts; k++) {
                r[n++] = parts == 1 ? arrays[i] : View.of(arrays[i].buffer(), l.slice(1, k * units, units, 1));
            }
        }
        return r;
    }

    private static View[] concat(View[] a, View... b) {
        View[] r = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, r, a.length, b.length);
        return r;
    }
}
