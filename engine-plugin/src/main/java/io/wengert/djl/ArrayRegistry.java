package io.wengert.djl;

import io.wengert.tensor.Chain;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The arrays of one manager, to which any thread adds without a lock.
 *
 * <p>Arrays that nobody closes are collected in the end, so they may only be held weakly for long. But what is collected before its
 * manager closes is memory that nobody gives back for reuse, and making a weak reference costs a small operation a fifth of its
 * time. So the latest small arrays are held themselves, and large ones as long as all that are so held take no more than a quarter of
 * the heap; then the managers that have held much for longest hold theirs weakly.
 */
final class ArrayRegistry {

    /** Of an array that is held weakly from the beginning. */
    static final long WEAK = -1;
    /** Of a small array. */
    static final long LIGHT = 0;

    /** The place of one array in the list of its manager. */
    static class Entry extends Chain.Link {
        /** The array, or a weak reference to it; null when it has left. */
        private Object held;

        Entry(Object held) { this.held = held; }

        WgNDArray array() {
            Object h = held;
            return (WgNDArray) (h instanceof WeakReference<?> weak ? weak.get() : h);
        }

        @Override
        protected boolean isOver() {
            Object h = held;
            return h == null || h instanceof WeakReference<?> weak && weak.refersTo(null);
        }

        /** Returns whether it was held itself. */
        boolean weaken() {
            Object h = held;
            return h instanceof WgNDArray array && HELD.compareAndSet(this, h, new WeakReference<>(array));
        }
    }

    /** The place of an array that counts while it is held itself. */
    private static final class Counted extends Entry {
        final long bytes;

        Counted(WgNDArray array, long bytes) {
            super(array);
            this.bytes = bytes;
        }
    }

    /** What a registry that holds much has of the sum; it outlives a registry that is collected with its manager. */
    private static final class Share extends WeakReference<ArrayRegistry> {
        private long bytes;
        private boolean ended;

        Share(ArrayRegistry registry) { super(registry); }

        /** Without effect once it has ended: somebody may have got hold of it just before. */
        synchronized void add(long n) {
            if (!ended) {
                bytes += n;
                ALL.getAndAdd(n);
            }
        }

        void end() {
            synchronized (this) {
                add(-bytes);
                ended = true;
            }
            synchronized (SHARES) {
                SHARES.remove(this);
            }
        }

        static void begin(Share share) {
            synchronized (SHARES) {
                SHARES.add(share);
            }
        }

        static Share oldest() {
            synchronized (SHARES) {
                return SHARES.isEmpty() ? null : SHARES.iterator().next();
            }
        }
    }

    /** The bytes that registries with a share hold in all, the most that they should, and from how many on one has a share. */
    private static final AtomicLong ALL = new AtomicLong();
    private static final long MOST = Runtime.getRuntime().maxMemory() / 4;
    private static final long MUCH = MOST / 256;

    /** In the order in which they began. */
    private static final Set<Share> SHARES = new LinkedHashSet<>();

    /** How many are added before the small ones among them are held weakly, or before all are looked at if there are few. */
    private static final int LATEST = 256;

    private static final VarHandle HELD;
    private static final VarHandle BYTES;

    static {
        try {
            BYTES = MethodHandles.lookup().findVarHandle(ArrayRegistry.class, "bytes", long.class);
            HELD = MethodHandles.lookup().findVarHandle(Entry.class, "held", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Chain<Entry> entries = new Chain<>();
    /** About how many have been added since the last sweep, and how many are due before the next. */
    private int added;
    private int due = LATEST;
    private long bytes;
    private volatile Share share;

    /**
     * Takes an array in.
     *
     * @param bytes that it takes; or {@link #LIGHT}, or {@link #WEAK}
     */
    void add(WgNDArray array, long bytes) {
        Entry e;
        if (bytes > 0) {
            e = new Counted(array, bytes);
            hold(bytes);
        } else {
            e = new Entry(bytes == WEAK ? new WeakReference<>(array) : array);
        }
        array.entry(e);
        // Arrays that are closed before the next is made need no sweep.
        if (entries.add(e) && ++added % LATEST == 0) {
            entries.latest(LATEST, ArrayRegistry::weakenLight);
            if (added >= due) {
                sweep();
            }
        }
    }

    void remove(WgNDArray array) {
        Entry e = array.entry();
        if (e != null) {
            if (e instanceof Counted c) {
                if (HELD.getAndSet(e, null) instanceof WgNDArray) {
                    count(-c.bytes);
                }
            } else {
                e.held = null;
            }
            array.entry(null);
        }
    }

    private void hold(long n) {
        long now = count(n);
        if (share == null && now > MUCH) {
            share(now);
        }
        while (ALL.get() > MOST) {
            Share oldest = Share.oldest();
            if (oldest == null) {
                return;
            }
            ArrayRegistry registry = oldest.get();
            if (registry != null) {
                registry.weakenAll();
            }
            oldest.end();
        }
    }

    /** Returns how much it is now. */
    private long count(long n) {
        Share s = share;
        if (s != null) {
            s.add(n);
        }
        return (long) BYTES.getAndAdd(this, n) + n;
    }

    private synchronized void share(long n) {
        if (share == null) {
            Share s = new Share(this);
            s.add(n);
            share = s;
            Share.begin(s);
        }
    }

    /** Holds all weakly that are here now. */
    private synchronized void weakenAll() {
        share = null;
        entries.each(e -> {
            if (e.weaken() && e instanceof Counted c) {
                BYTES.getAndAdd(this, -c.bytes);
            }
        });
    }

    private static void weakenLight(Entry e) {
        if (!(e instanceof Counted)) {
            e.weaken();
        }
    }

    private void sweep() {
        entries.each(ArrayRegistry::weakenLight);
        // Seldom enough that looking at all of them costs little an array.
        due = Math.max(LATEST, 3 * entries.sweep());
        added = 0;
    }

    List<WgNDArray> list() {
        List<WgNDArray> live = new ArrayList<>();
        entries.each(e -> {
            WgNDArray a = e.array();
            if (a != null) {
                live.add(a);
            }
        });
        return live;
    }

    /** Closes all arrays and forgets them. */
    synchronized void closeAll() {
        entries.clear(e -> {
            WgNDArray a = e.array();
            if (a != null) {
                a.close();
            }
        });
        if (share != null) {
            share.end();
            share = null;
        }
    }
}
