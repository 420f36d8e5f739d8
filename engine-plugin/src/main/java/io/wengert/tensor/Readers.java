package io.wengert.tensor;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that read arrays which other threads may be changing: predictors beside a trainer.
 *
 * <p>While there are any, what another thread's in-place operation replaces stays open and is left to the garbage
 * collector, for a reader may have got hold of it just before. A reader announces itself before it looks into a
 * {@link Cell}, and a writer looks for readers after it has replaced the value; so one of them sees the other.
 */
public final class Readers {

    private static final AtomicInteger ALL = new AtomicInteger();
    private static final ThreadLocal<int[]> OWN = ThreadLocal.withInitial(() -> new int[1]);

    private Readers() {}

    /** Announces that this thread reads, until {@link #leave}; may be nested. */
    public static void enter() {
        OWN.get()[0]++;
        ALL.incrementAndGet();
    }

    public static void leave() {
        ALL.decrementAndGet();
        OWN.get()[0]--;
    }

    /** Whether threads other than this one read. */
    static boolean elsewhere() {
        int all = ALL.get();
        return all > 0 && all > OWN.get()[0];
    }
}
