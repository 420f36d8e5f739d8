package io.wengert.autograd;

import io.wengert.kernel.Layout;
import io.wengert.op.Arithmetic;
import io.wengert.op.Axes;
import io.wengert.op.Call;
import io.wengert.op.Conversions;
import io.wengert.op.Op;
import io.wengert.op.Reductions;
import io.wengert.op.RowGradient;
import io.wengert.op.ShapeOps;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reverse-mode differentiation: walks the recorded calls from the heads, the latest first, each one once when all that
 * depends on it is done. A queue and no recursion, so that depth costs nothing.
 */
final class Backward {

    private final Session session;
    private final boolean retainGraph;
    private final boolean createGraph;
    /** The values whose gradients are asked for, and the calls that lead to them; null for all variables. */
    private Set<Gradient> wanted;
    private Relevant relevant;
    private final Pending pending = new Pending();
    /** Sums for variables, delivered at the end. */
    private final Map<Gradient, Tensor> sums = new LinkedHashMap<>();
    /** Gradients of variables that nothing else has flowed to. */
    private Map<Gradient, RowGradient> rows = Map.of();

    Backward(Session session, boolean retainGraph, boolean createGraph) {
        this.session = session;
        this.retainGraph = retainGraph || createGraph;
        this.createGraph = createGraph;
    }

    /** Plays back and adds to the gradients of all variables. */
    void run(Tensor[] heads, Tensor[] headGradients) {
        walk(heads, headGradients);
        sums.forEach((gradient, g) -> {
            gradient.take(g, session, createGraph);
            g.close();
        });
        rows.forEach((gradient, g) -> gradient.take(g, session));
    }

    /**
     * Plays back and gives the gradients of some values alone; null where the heads do not depend on one.
     */
    Tensor[] run(Tensor[] heads, Tensor[] headGradients, Tensor[] variables) {
        Gradient[] targets = new Gradient[variables.length];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = target(variables[i]);
        }
        wanted = Set.of(Arrays.stream(targets).distinct().toArray(Gradient[]::new));
        relevant = Relevant.between(heads, wanted);
        walk(heads, headGradients);
        Tensor[] r = new Tensor[targets.length];
        for (int i = 0; i < r.length; i++) {
            Tensor g = sums.get(targets[i]);
            r[i] = g == null ? null : g.share();
        }
        sums.values().forEach(Tensor::close);
        return r;
    }

    private static Gradient target(Tensor t) {
        if (t.origin() instanceof Leaf leaf) {
            return leaf.gradient();
        }
        if (t.origin() instanceof Node node && !node.isFreed()) {
            return node.watch(t, t.output());
        }
        throw new IllegalStateException("grad: an array " + t.text() + " is neither a variable nor was it recorded; call"
                + " setRequiresGradient(true) on it before it is used" + asked());
    }

    private void walk(Tensor[] heads, Tensor[] headGradients) {
        if (heads.length == 0) {
            throw new IllegalArgumentException("backward: takes at least one head");
        }
        Tape.Mode pause = createGraph ? Tape.unpause() : Tape.pause();
        Tape.Mode walking = Tape.playingBack();
        try {
            playBack(heads, headGradients);
            for (Map.Entry<Gradient, Tensor> e : sums.entrySet()) {
                if (e.getKey().isOfLeaf()) {
                    e.setValue(e.getKey().hooked(e.getValue()));
                }
            }
        } finally {
            walking.close();
            pause.close();
            while (!pending.isEmpty()) {
                close(pending.removeLatest());
            }
        }
    }

    private void playBack(Tensor[] heads, Tensor[] headGradients) {
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < heads.length; i++) {
                seed(heads[i], headGradients == null ? null : headGradients[i], scope);
            }
            while (!pending.isEmpty()) {
                step(pending.latest(), pending.removeLatest(), scope);
                scope.clear();
            }
        }
    }

    private void seed(Tensor head, Tensor g, Scope scope) {
        if (head.origin() == null) {
            throw new IllegalStateException("backward: the array " + head.text() + " was not recorded: it depends on no array"
                    + " that requires a gradient, was computed before the collector was opened or while it was paused, or is itself a"
                    + " gradient that was computed without createGraph" + asked());
        }
        if (head.origin() instanceof Node node && node.isFreed()) {
            throw new IllegalStateException("backward: what was recorded for the array " + head.text() + ", a result of " + node.name()
                    + " at " + node.line() + ", has been freed, by an earlier backward (keep it with retainGraph) or by closing its"
                    + " collector" + asked());
        }
        if (!head.origin().isLive()) {
            throw new IllegalStateException("backward: the array " + head.text() + " is a variable whose gradient is switched off"
                    + " (GradReq.NULL)" + asked());
        }
        if (g != null && !g.layout().sameShape(head.layout())) {
            throw Op.wrong("backward", "a head gradient must have the shape of its head", head, g);
        }
        Tensor start = g == null ? Conversions.fill(Tensor.empty(head.backend(), head.dtype(), head.shape()), 1)
                : Conversions.CAST.with(head.dtype(), g);
        add(head.origin(), head.output(), scope.keep(start), scope);
    }

    private void step(Node node, Tensor[] g, Scope scope) {
        Call<?> call = node.call();
        Tensor[] in;
        Tensor[] arrived = g;
        Tensor[][] unpacked = null;
        Tape.Mode unobserved = Anomaly.isOn() ? Anomaly.step() : null;
        try {
            if (call == null) {
                throw new IllegalStateException(freed(node));
            }
            arrive(node, g, scope);
            if (relevant != null) {
                if (!relevant.goesOn(node)) {
                    return;
                }
                call = relevant.narrow(node, call);
            }
            if (unobserved != null) {
                // A gradient that somebody looks at afterwards is not overwritten.
                arrived = Arrays.stream(g).map(t -> t == null ? null : t.share()).toArray(Tensor[]::new);
            }
            unpacked = node.unpack();
            Call<?> complete = unpacked == null ? call : with(call, unpacked);
            in = addRows(node, complete, g[0]) ? new Tensor[0] : Op.pullBack(complete, g);
            if (unobserved != null) {
                Anomaly.check(node, arrived, in);
            }
            for (int i = 0; i < in.length; i++) {
                boolean flows = in[i] != null && call.wants(i) && node.origin(i) != null;
                in[i] = flows ? take(fit(in[i], call, i), g, scope) : null;
            }
        } finally {
            close(g);
            if (arrived != g) {
                close(arrived);
            }
            if (unpacked != null) {
                close(unpacked[0]);
                close(unpacked[1]);
            }
            if (unobserved != null) {
                unobserved.close();
            }
        }
        for (int i = 0; i < in.length; i++) {
            if (in[i] != null) {
                add(node.origin(i), node.output(i), in[i], scope);
            }
        }
        if (!retainGraph) {
            node.free();
        }
    }

    /**
     * Keeps the gradient of a variable by its rows, if it is one of few rows, all that flows to the variable, and nobody looks at it
     * on the way. On a GPU, finding out the rows would mean waiting for it.
     */
    private boolean addRows(Node node, Call<?> call, Tensor g) {
        if (g == null || createGraph || wanted != null || Anomaly.isOn() || !(node.origin(0) instanceof Leaf leaf) || !leaf.isLive()
                || g.backend().ordinal() >= 0) {
            return false;
        }
        Gradient variable = leaf.gradient();
        if (sums.containsKey(variable) || variable.hasHooks()) {
            return false;
        }
        RowGradient found = Op.pullBackRows(call, g);
        if (found == null) {
            return false;
        }
        if (rows.isEmpty()) {
            rows = new LinkedHashMap<>();
        }
        RowGradient other = rows.putIfAbsent(variable, found);
        if (other == null) {
            return true;
        }
        found.close();
        return false;
    }

    /** Takes a gradient over; one that only flows through is moved, the first time. */
    private static Tensor take(Tensor found, Tensor[] g, Scope scope) {
        for (int k = 0; k < g.length; k++) {
            if (g[k] == found) {
                g[k] = null;
                return found;
            }
        }
        return scope.keep(found);
    }

    private static <A> Call<A> with(Call<A> call, Tensor[][] values) { return call.with(values[0], values[1]); }

    private static String freed(Node node) {
        return "backward: the recorded " + node.name() + " has been freed by an earlier backward; keep it with retainGraph. It was"
                + " recorded at " + node.line() + asked();
    }

    /** The line that asks for gradients. */
    private static String asked() { return "; asked for at " + CallSite.here(); }

    /** All that flows to the outputs of a node has come: hooks see it, and who wants to keep it gets it. */
    private void arrive(Node node, Tensor[] g, Scope scope) {
        for (int i = 0; i < g.length; i++) {
            Gradient watched = g[i] == null ? null : node.watched(i);
            if (watched != null) {
                g[i] = watched.hooked(g[i]);
                if (wanted == null ? watched.req() != GradReq.NULL : wanted.contains(watched)) {
                    sums.merge(watched, g[i].share(), (a, b) -> sum(a, b, scope));
                }
            }
        }
    }

    /** Sums a gradient down to the shape that was broadcast, and gives it the input's dtype. */
    private static Tensor fit(Tensor g, Call<?> call, int i) {
        Layout x = call.layout(i);
        Tensor r = g;
        if (!x.sameShape(g.layout())) {
            int lead = g.rank() - x.rank();
            int[] axes = IntStream.range(0, g.rank()).filter(k -> k < lead || x.size(k - lead) == 1 && g.size(k) != 1).toArray();
            r = ShapeOps.reshape(Reductions.SUM.with(new Axes(false, axes), g), x.shape());
        }
        return r.dtype() == call.dtype(i) ? r : Conversions.CAST.with(call.dtype(i), r);
    }

    /** Takes over g and adds it to what has flowed to this origin so far. */
    private void add(Origin origin, int output, Tensor g, Scope scope) {
        if (origin instanceof Leaf leaf) {
            if (wanted == null ? leaf.isLive() : wanted.contains(leaf.gradient())) {
                RowGradient few = rows.isEmpty() ? null : rows.remove(leaf.gradient());
                if (few != null) {
                    try (few) {
                        sums.put(leaf.gradient(), scope.keep(few.dense()));
                    }
                }
                sums.merge(leaf.gradient(), g, (a, b) -> sum(a, b, scope));
            } else {
                g.close();
            }
            return;
        }
        Node node = (Node) origin;
        if (relevant != null && !relevant.contains(node)) {
            g.close();
            return;
        }
        if (node.call() == null) {
            g.close();
            throw new IllegalStateException(freed(node));
        }
        Tensor[] all = pending.of(node);
        all[output] = all[output] == null ? g : sum(all[output], g, scope);
    }

    /** The sum of two gradients, both of which are used up. */
    private Tensor sum(Tensor a, Tensor b, Scope scope) {
        Tensor r = createGraph ? Arithmetic.ADD.on(a, b) : Arithmetic.ADD.onto(null, a, b);
        a.close();
        b.close();
        return scope.keep(r);
    }

    private static void close(Tensor[] tensors) {
        for (Tensor t : tensors) {
            if (t != null) {
                t.drop();
            }
        }
    }
}
