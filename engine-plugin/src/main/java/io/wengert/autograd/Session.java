package io.wengert.autograd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The recording between the opening and the closing of one collector: the calls that were recorded for it, in a list to which
 * any thread adds without a lock.
 */
public final class Session {

    private static final int FIRST_SWEEP = 1024;

    private static final VarHandle LAST;

    static {
        try {
            LAST = MethodHandles.lookup().findVarHandle(Session.class, "last", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Node last;
    /** About how many have been added since the last sweep, and how many are due before the next. */
    private int added;
    private int due = FIRST_SWEEP;
    private volatile boolean open = true;

    Session() {}

    public boolean isOpen() { return open; }

    void add(Node n) {
        Node before;
        do {
            before = (Node) LAST.getAcquire(this);
            n.before(before);
        } while (!LAST.compareAndSet(this, before, n));
        if (++added >= due) {
            sweep();
        }
    }

    /** A collector that stays open for many steps must not remember what has been played back. */
    private synchronized void sweep() {
        int live = 0;
        for (Node n = (Node) LAST.getAcquire(this); n != null; n = n.before()) {
            Node before = n.before();
            while (before != null && before.isFreed()) {
                Node gone = before;
                before = gone.before();
                gone.before(null);
            }
            n.before(before);
            live++;
        }
        added = 0;
        due = Math.max(FIRST_SWEEP, live);
    }

    /** Ends the recording; what was recorded lives as long as values that were computed by it. */
    void forget() { end(false); }

    /** Frees everything recorded, so that nothing stays reachable through values that live on. */
    void close() { end(true); }

    private synchronized void end(boolean free) {
        open = false;
        Node n = (Node) LAST.getAndSet(this, null);
        while (n != null) {
            Node before = n.before();
            n.before(null);
            if (free) {
                n.free();
            }
            n = before;
        }
    }
}
