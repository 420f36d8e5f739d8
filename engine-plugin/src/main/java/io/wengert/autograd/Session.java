package io.wengert.autograd;

import java.util.ArrayList;
import java.util.List;

/** The recording between the opening and the closing of one collector: the calls that were recorded for it. */
public final class Session {

    private static final int FIRST_SWEEP = 1024;

    private List<Node> nodes = new ArrayList<>();
    private int sweepAt = FIRST_SWEEP;
    private volatile boolean open = true;

    Session() {}

    public boolean isOpen() { return open; }

    synchronized void add(Node n) {
        if (nodes.size() >= sweepAt) {
            // A collector that stays open for many steps must not remember what has been played back.
            nodes.removeIf(Node::isFreed);
            sweepAt = Math.max(FIRST_SWEEP, 2 * nodes.size());
        }
        nodes.add(n);
    }

    /** Ends the recording; what was recorded lives as long as values that were computed by it. */
    synchronized void forget() {
        open = false;
        nodes = new ArrayList<>();
    }

    /** Frees everything recorded, so that nothing stays reachable through values that live on. */
    void close() {
        List<Node> all;
        synchronized (this) {
            open = false;
            all = nodes;
            nodes = new ArrayList<>();
        }
        all.forEach(Node::free);
    }
}
