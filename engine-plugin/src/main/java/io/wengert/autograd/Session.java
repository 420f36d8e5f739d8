package io.wengert.autograd;

import io.wengert.tensor.Chain;

/** The recording between the opening and the closing of one collector: the calls that were recorded for it, by any thread. */
public final class Session {

    private static final int FIRST_SWEEP = 1024;

    private final Chain<Node> calls = new Chain<>();
    /** About how many have been added since the last sweep, and how many are due before the next. */
    private int added;
    private int due = FIRST_SWEEP;
    private volatile boolean open = true;

    Session() {}

    public boolean isOpen() { return open; }

    void add(Node n) {
        calls.add(n);
        if (++added >= due) {
            sweep();
        }
    }

    /** A collector that stays open for many steps must not remember what has been played back. */
    private void sweep() {
        due = Math.max(FIRST_SWEEP, calls.sweep());
        added = 0;
    }

    /** Ends the recording; what was recorded lives as long as values that were computed by it. */
    void forget() {
        open = false;
        calls.clear(n -> {});
    }

    /** Frees everything recorded, so that nothing stays reachable through values that live on. */
    void close() {
        open = false;
        calls.clear(Node::free);
    }
}
