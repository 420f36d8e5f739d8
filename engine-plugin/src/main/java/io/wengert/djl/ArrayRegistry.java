package io.wengert.djl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The arrays of one manager: a list to which any thread adds without a lock. Those that have left, or have been collected, are
 * taken out together once in a while.
 *
 * <p>Arrays that nobody closes are collected in the end, so they may only be held weakly for long. But what is collected before its
 * manager closes is memory that nobody gives back for reuse, and making a weak reference costs a small operation a fifth of its
 * time. So the latest small arrays are held themselves, and large ones as long as all that are so held take no more than a quarter of
 * the heap; then the managers that have held some for longest hold theirs weakly.
 */
final class ArrayRegistry {

    /** Of an array that is held weakly from the beginning. */
    static final long WEAK = -1;
    /** Of a small array. */
    static final long LIGHT = 0;

    /** The place of one array in the list of its manager. */
    static final class Entry {
        private Entry next;
        /** The array, or a weak reference to it; null when it has left. */
        private Object held;
        /** What it counts of what is held. */
        private final long bytes;

        Entry(Object held, long bytes) {
            this.held = held;
            this.bytes = bytes;
        }

        WgNDArray array() {
            Object h = held;
            return (WgNDArray) (h instanceof WeakReference<?> weak ? weak.get() : h);
        }

        boolean isOver() {
            Object h = held;
            return h == null || h instanceof WeakReference<?> weak && weak.refersTo(null);
        }

        /** Returns how much less is held now. */
        long weaken() {
            Object h = held;
            return h instanceof WgNDArray array && HELD.compareAndSet(this, h, new WeakReference<>(array)) ? bytes : 0;
        }

        /** Returns how much less is held now. */
        long clear() {
            if (bytes == 0) {
                held = null;
                return 0;
            }
            return HELD.getAndSet(this, null) instanceof WgNDArray ? bytes : 0;
        }
    }

    /** What one registry holds; it outlives a registry that is collected with its manager, so that the sum stays right. */
    private static final class Share extends WeakReference<ArrayRegistry> {
        final AtomicLong bytes = new AtomicLong();
        final AtomicBoolean isQueued = new AtomicBoolean();

        Share(ArrayRegistry registry) { super(registry); }

        void add(long n) {
            bytes.getAndAdd(n);
            ALL.getAndAdd(n);
        }
    }

    /** The bytes that all registries hold, and the most that they should. */
    private static final AtomicLong ALL = new AtomicLong();
    private static final long MOST = Runtime.getRuntime().maxMemory() / 4;

    /** The shares of registries that hold something, those that began first in front. */
    private static final Queue<Share> SHARES = new ConcurrentLinkedQueue<>();

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
    /** Null as long as nothing that counts has been held. */
    private volatile Share share;

    /**
     * Takes an array in.
     *
     * @param bytes that it takes; or {@link #LIGHT}, or {@link #WEAK}
     */
    void add(WgNDArray array, long bytes) {
        Entry e = new Entry(bytes == WEAK ? new WeakReference<>(array) : array, Math.max(0, bytes));
        array.entry(e);
        if (bytes > 0) {
            hold(bytes);
        }
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
            long bytes = e.clear();
            if (bytes > 0) {
                share.add(-bytes);
            }
            array.entry(null);
        }
    }

    private void hold(long bytes) {
        Share own = share();
        own.add(bytes);
        if (!own.isQueued.get() && own.isQueued.compareAndSet(false, true)) {
            SHARES.add(own);
        }
        while (ALL.get() > MOST) {
            Share first = SHARES.poll();
            if (first == null) {
                return;
            }
            first.isQueued.set(false);
            ArrayRegistry registry = first.get();
            if (registry == null) {
                first.add(-first.bytes.get());
            } else {
                registry.weakenAll();
            }
        }
    }

    private Share share() {
        Share s = share;
        if (s == null) {
            synchronized (this) {
                s = share;
                if (s == null) {
                    share = s = new Share(this);
                }
            }
        }
        return s;
    }

    /** Holds all weakly that are here now. */
    private synchronized void weakenAll() {
        for (Entry e = (Entry) FIRST.getAcquire(this); e != null; e = e.next) {
            share.add(-e.weaken());
        }
    }

    private void weakenLatest() {
        Entry e = (Entry) FIRST.getAcquire(this);
        for (int i = 0; i < LATEST && e != null; i++, e = e.next) {
            weakenLight(e);
        }
    }

    private static void weakenLight(Entry e) {
        if (e.bytes == 0) {
            e.weaken();
        }
    }

    /** Takes out who has left, but for the first, which only those who add may replace. */
    private synchronized void sweep() {
        int live = 0;
        for (Entry e = (Entry) FIRST.getAcquire(this); e != null; e = e.next) {
            weakenLight(e);
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
