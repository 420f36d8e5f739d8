package io.wengert.djl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The arrays of one manager: a list to which any thread adds without a lock. Those that have left, or have been collected, are
 * taken out together once in a while.
 *
 * <p>Arrays are held weakly. Since most small ones are closed soon, and making a weak reference costs a small operation a fifth of
 * its time, the latest of these are held themselves.
 */
final class ArrayRegistry {

    /** The place of one array in the list of its manager. */
    static final class Entry {
        private Entry next;
        /** The array, or a weak reference to it; null when it has left. */
        private Object held;

        Entry(Object held) { this.held = held; }

        WgNDArray array() {
            Object h = held;
            return (WgNDArray) (h instanceof WeakReference<?> weak ? weak.get() : h);
        }

        boolean isOver() {
            Object h = held;
            return h == null || h instanceof WeakReference<?> weak && weak.refersTo(null);
        }

        void weaken() {
            Object h = held;
            if (h instanceof WgNDArray array) {
                HELD.compareAndSet(this, h, new WeakReference<>(array));
            }
        }
    }

    /** How many are added before the small ones among them are held weakly, or before all are looked at if there are few. */
    private static final int LATEST = 256;

    private static final VarHandle FIRST;
    private static final VarHandle HELD;

    static {
        try {
            FIRST = MethodHandles.lookup().findVarHandle(ArrayRegistry.class, "first", Entry.class);
            HELD = MethodHandles.lookup().findVarHandle(Entry.class, "held", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Entry first;
    /** About how many have been added since the last sweep, and how many are due before the next. */
    private int added;
    private int due = LATEST;

    /**
     * Takes an array in.
     *
     * @param light whether it keeps so little memory from being reused that it may be collected later than others
     */
    void add(WgNDArray array, boolean light) {
        Entry e = new Entry(light ? array : new WeakReference<>(array));
        array.entry(e);
        Entry before;
        do {
            before = (Entry) FIRST.getAcquire(this);
            // Arrays that are closed before the next is made need no sweep.
            e.next = before != null && before.held == null ? before.next : before;
        } while (!FIRST.compareAndSet(this, before, e));
        if (e.next == before && ++added % LATEST == 0) {
            weakenLatest();
            if (added >= due) {
                sweep();
            }
        }
    }

    void remove(WgNDArray array) {
        Entry e = array.entry();
        if (e != null) {
            e.held = null;
            array.entry(null);
        }
    }

    private void weakenLatest() {
        Entry e = (Entry) FIRST.getAcquire(this);
        for (int i = 0; i < LATEST && e != null; i++, e = e.next) {
            e.weaken();
        }
    }

    /** Takes out who has left, but for the first, which only those who add may replace. */
    private synchronized void sweep() {
        int live = 0;
        for (Entry e = (Entry) FIRST.getAcquire(this); e != null; e = e.next) {
            e.weaken();
            Entry next = e.next;
            while (next != null && next.isOver()) {
                next = next.next;
            }
            e.next = next;
            live++;
        }
        added = 0;
        // Seldom enough that looking at all of them costs little an array.
        due = Math.max(LATEST, 3 * live);
    }

    synchronized List<WgNDArray> list() {
        List<WgNDArray> live = new ArrayList<>();
        for (Entry e = (Entry) FIRST.getAcquire(this); e != null; e = e.next) {
            WgNDArray a = e.array();
            if (a != null) {
                live.add(a);
            }
        }
        return live;
    }

    /** Closes all arrays and forgets them. */
    synchronized void closeAll() {
        Entry e = (Entry) FIRST.getAndSet(this, null);
        for (; e != null; e = e.next) {
            WgNDArray a = e.array();
            if (a != null) {
                a.close();
            }
        }
    }
}
