package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The recorded calls that lie between some heads and the values whose gradients are asked for: all others need no playing back. */
final class Relevant {

    /** For each relevant call, which inputs lead to a value that is asked for. */
    private final Map<Node, boolean[]> leads = new IdentityHashMap<>();

    private Relevant() {}

    /** Looks for the calls between heads and targets. */
    static Relevant between(Tensor[] heads, Set<Gradient> targets) {
        Relevant r = new Relevant();
        // A call is recorded after those it takes its inputs from.
        for (Node n : reachable(heads)) {
            r.look(n, targets);
        }
        return r;
    }

    private static List<Node> reachable(Tensor[] heads) {
        Map<Node, Boolean> seen = new IdentityHashMap<>();
        Deque<Origin> todo = new ArrayDeque<>();
        for (Tensor head : heads) {
            if (head.origin() != null) {
                todo.push(head.origin());
            }
        }
        while (!todo.isEmpty()) {
            if (todo.pop() instanceof Node n && seen.put(n, true) == null && !n.isFreed()) {
                for (int i = 0; i < n.arity(); i++) {
                    if (n.origin(i) != null) {
                        todo.push(n.origin(i));
                    }
                }
            }
        }
        List<Node> all = new ArrayList<>(seen.keySet());
        all.sort(Comparator.comparingLong(Node::sequence));
        return all;
    }

    private void look(Node n, Set<Gradient> targets) {
        Call<?> call = n.call();
        if (call == null) {
            // Where it led to is forgotten: to be complained about if a gradient flows there.
            leads.put(n, new boolean[0]);
            return;
        }
        boolean[] wants = new boolean[n.arity()];
        boolean any = isTarget(n, call.outputs(), targets);
        for (int i = 0; i < wants.length; i++) {
            Origin from = call.wants(i) ? n.origin(i) : null;
            wants[i] = from instanceof Leaf leaf ? targets.contains(leaf.gradient()) : from != null && leads.containsKey(from);
            any |= wants[i];
        }
        if (any) {
            leads.put(n, wants);
        }
    }

    private static boolean isTarget(Node n, int outputs, Set<Gradient> targets) {
        for (int i = 0; i < outputs; i++) {
            if (n.watched(i) != null && targets.contains(n.watched(i))) {
                return true;
            }
        }
        return false;
    }

    boolean contains(Node n) { return leads.containsKey(n); }

    /** Whether anything that is asked for lies behind a call. */
    boolean goesOn(Node n) {
        for (boolean b : leads.get(n)) {
            if (b) {
                return true;
            }
        }
        return false;
    }

    /** The call of a node, of which only the gradients that lead on are wanted. */
    <A> Call<A> narrow(Node n, Call<A> call) { return call.wanting(leads.get(n)); }
}
