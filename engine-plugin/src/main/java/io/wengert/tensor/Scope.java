package io.wengert.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of work on one thread whose temporary tensors are closed at its end, so that their memory is reused at once
 * and not only when the garbage collector comes by.
 */
public final class Scope implements AutoCloseable {

    /** The innermost open scope of a thread. */
    private static final class Innermost {
        private Scope scope;
    }

    private static final ThreadLocal<Innermost> INNERMOST = ThreadLocal.withInitial(Innermost::new);

    private final List<Tensor> made = new ArrayList<>();
    private final Innermost innermost;
    private final Scope outer;

    private Scope(Innermost innermost) {
        this.innermost = innermost;
        outer = innermost.scope;
        innermost.scope = this;
    }

    /** Opens a scope on this thread; to be closed on the same thread, inner scopes first. */
    public static Scope open() { return new Scope(INNERMOST.get()); }

    static void track(Tensor t) {
        Scope s = INNERMOST.get().scope;
        if (s != null) {
            s.made.add(t);
        }
    }

    /**
     * Takes a tensor out of the scope, so that it outlives it.
     *
     * @return the tensor, or a share of it if it was not made in this scope
     */
    public Tensor keep(Tensor t) {
        for (int i = made.size() - 1; i >= 0; i--) {
            if (made.get(i) == t) {
                made.remove(i);
                return adopt(t);
            }
        }
        return adopt(t.share());
    }

    private Tensor adopt(Tensor t) {
        if (outer != null) {
            outer.made.add(t);
        }
        return t;
    }

    /** Closes what was made since this scope opened and has not been kept. */
    @Override
    public void close() {
        innermost.scope = outer;
        clear();
    }

    /** Closes what was made so far and has not been kept; the scope stays open. */
    public void clear() {
        for (int i = 0; i < made.size(); i++) {
            made.get(i).close();
        }
        made.clear();
    }
}
