package io.wengert.autograd;

import java.util.concurrent.atomic.AtomicReference;

/** The recording between the opening and the closing of one collector: the calls that were recorded for it. */
public final class Session {

    private final AtomicReference<Node> last = new AtomicReference<>();
    private volatile boolean open = true;

    Session() {}

    public boolean isOpen() { return open; }

    void add(Node n) {
        Node p;
        do {
            p = last.get();
            n.previous(p);
        } while (!last.compareAndSet(p, n));
    }

    /** Frees everything recorded, so that nothing stays reachable through values that live on. */
    void close() {
        open = false;
        Node n = last.getAndSet(null);
        while (n != null) {
            n.free();
            Node p = n.previous();
            n.previous(null);
            n = p;
        }
    }
}
