package io.wengert.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * A list to which any thread adds without a lock, and the thread that made it without even an atomic operation; the latest first.
 *
 * <p>Links that are over are taken out together once in a while.
 *
 * @param <L> its links
 */
public final class Chain<L extends Chain.Link> {

    /** A link of one chain at most. */
    public abstract static class Link {
        private Link next;

        /** Whether it may be taken out. */
        protected abstract boolean isOver();
    }

    private static final VarHandle OWN;
    private static final VarHandle OTHERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWN = lookup.findVarHandle(Chain.class, "own", Link.class);
            OTHERS = lookup.findVarHandle(Chain.class, "others", Link.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread maker = Thread.currentThread();
    /** The latest link that its maker has added, and the latest of all other threads. */
    private Link own;
    private Link others;

    /**
     * Adds a link.
     *
     * @return whether the chain has become longer: the maker's latest link makes room if it is over
     */
    public boolean add(L link) {
        Link l = link;
        Link before;
        if (Thread.currentThread() == maker) {
            // Who takes all at this very moment may leave some: they have been dealt with.
            before = (Link) OWN.getAcquire(this);
            l.next = before != null && before.isOver() ? before.next : before;
            OWN.setRelease(this, l);
        } else {
            do {
                before = (Link) OTHERS.getAcquire(this);
                // What is behind the latest may be taken out by another thread meanwhile.
                l.next = before;
            } while (!OTHERS.compareAndSet(this, before, l));
        }
        return l.next == before;
    }

    /** Shows the latest links that this thread has added, at most so many. */
    public void latest(int count, Consumer<? super L> visitor) {
        VarHandle list = Thread.currentThread() == maker ? OWN : OTHERS;
        visit((Link) list.getAcquire(this), count, visitor);
    }

    /** Shows all links, those that are over and have not been taken out included. */
    public synchronized void each(Consumer<? super L> visitor) {
        visit((Link) OWN.getAcquire(this), Integer.MAX_VALUE, visitor);
        visit((Link) OTHERS.getAcquire(this), Integer.MAX_VALUE, visitor);
    }

    @SuppressWarnings("unchecked")
    private void visit(Link from, int count, Consumer<? super L> visitor) {
        int i = 0;
        for (Link l = from; l != null && i < count; l = l.next, i++) {
            visitor.accept((L) l);
        }
    }

    /**
     * Takes out the links that are over, but for the latest, which only those who add may replace; of the maker's links or those of the
     * others, whichever this thread adds to, so that nothing is taken out behind the back of the maker.
     *
     * @return how many of these are left
     */
    public synchronized int sweep() {
        VarHandle list = Thread.currentThread() == maker ? OWN : OTHERS;
        return swept((Link) list.getAcquire(this));
    }

    private static int swept(Link from) {
        int left = 0;
        for (Link l = from; l != null; l = l.next) {
            Link next = l.next;
            while (next != null && next.isOver()) {
                Link gone = next;
                next = gone.next;
                gone.next = null;
            }
            l.next = next;
            left++;
        }
        return left;
    }

    /** Takes all links out and hands each over. */
    public synchronized void clear(Consumer<? super L> to) {
        clear((Link) OWN.getAndSet(this, null), to);
        clear((Link) OTHERS.getAndSet(this, null), to);
    }

    @SuppressWarnings("unchecked")
    private void clear(Link from, Consumer<? super L> to) {
        Link l = from;
        while (l != null) {
            Link next = l.next;
            l.next = null;
            to.accept((L) l);
            l = next;
        }
    }
}
