package io.wengert.djl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The arrays of one manager, weakly held: a list to which any thread adds without a lock. Those that have left, or have been
 * collected, are taken out together once in a while.
 */
final class ArrayRegistry {

    /** The place of one array in the list of its manager. */
    static final class Entry extends WeakReference<WgNDArray> {
        private Entry next;
        private boolean left;

        Entry(WgNDArray array) { super(array); }

        boolean isOver() { return left || get() == null; }
    }

    private static final int FIRST_SWEEP = 256;

    private static final VarHandle FIRST;

    static {
        try {
            FIRST = MethodHandles.lookup().findVarHandle(ArrayRegistry.class, "first", Entry.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Entry first;
    /** About how many have been added since the last sweep, and how many are due before the next. */
    private int added;
    private int due = FIRST_SWEEP;

    void add(WgNDArray array) {
        Entry e = new Entry(array);
        Entry before;
        do {
            before = (Entry) FIRST.getAcquire(this);
            e.next = before;
        } while (!FIRST.compareAndSet(this, before, e));
        array.entry(e);
        if (++added >= due) {
            sweep();
        }
    }

    void remove(WgNDArray array) {
        Entry e = array.entry();
        if (e != null) {
            e.left = true;
            array.entry(null);
        }
    }

    /** Takes out who has left, but for the first, which only those who add may replace. */
    private synchronized void sweep() {
        int live = 0;
        for (Entry e = (Entry) FIRST.getAcquire(this); e != null; e = e.next) {
            Entry next = e.next;
            while (next != null && next.isOver()) {
                next = next.next;
            }
            e.next = next;
            live++;
        }
        added = 0;
        // Seldom enough that looking at all of them costs little an array.
        due = Math.max(FIRST_SWEEP, 3 * live);
    }

    synchronized List<WgNDArray> list() {
        List<WgNDArray> live = new ArrayList<>();
        for (Entry e = (Entry) FIRST.getAcquire(this); e != null; e = e.next) {
            WgNDArray a = e.get();
            if (a != null && !e.left) {
                live.add(a);
            }
        }
        return live;
    }

    /** Closes all arrays and forgets them. */
    synchronized void closeAll() {
        Entry e = (Entry) FIRST.getAndSet(this, null);
        for (; e != null; e = e.next) {
            WgNDArray a = e.left ? null : e.get();
            if (a != null) {
                a.close();
            }
        }
    }
}
