package io.wengert.kernel.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The process-wide team of worker threads: one caller at a time splits its work over all of them.
 *
 * <p>Workers are daemons, started by the first parallel call; they spin briefly after each piece of work, so that
 * a train of small operations is handed over in well under a microsecond, and then park. A caller that finds the
 * team busy, or that is itself inside a part, does its work alone: nothing ever waits for the team.
 */
public final class Threads {

    private static final long SPIN_NANOS = 50_000;

    /** Waking a parked thread can cost the waker some 50 microseconds: work must last longer than this to do it. */
    private static final long WAKE_NANOS = 150_000;
    private static final int SPINS_BEFORE_YIELD = 500;

    /** How long the JVM is likely to be busy compiling; with more than a few processors that hinders nobody. */
    private static final long YOUTH_NANOS = 8_000_000_000L;
    private static final int FEW_PROCESSORS = 4;
    private static final long PART_MASK = 0xffff_ffffL;

    private final int size;
    private final Worker[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();

    /** The number of the current job in the upper half, how many of its parts nobody has claimed in the lower. */
    private final AtomicLong tickets = new AtomicLong();

    private final AtomicInteger unfinished = new AtomicInteger();

    // Written by the caller before it publishes tickets, read by a worker only after it has claimed a part:
    // the job cannot end, and these cannot change, while that part is unfinished.
    private IntConsumer body;
    private int parts;
    private volatile Throwable failure;

    /** How long the last calls took, since workers were last woken: what the next call is likely to be part of. */
    private long recentNanos;

    /** Until when short pieces of work leave the other processors to the JVM's compilers. */
    private final long grownUp;

    /** The body of a {@link #split}: it handles the indices from {@code from} to {@code to}, exclusive. */
    @FunctionalInterface
    public interface RangeBody {
        void run(int from, int to);
    }

    private static final class Holder {
        static final Threads TEAM = new Threads(Math.max(1, Integer.getInteger("ai.djl.wengert.num_threads",
                Runtime.getRuntime().availableProcessors())));
    }

    /** A team of {@code size} threads, the caller being one of them. */
    Threads(int size) {
        this.size = size;
        this.workers = new Worker[size - 1];
        boolean crowded = size <= FEW_PROCESSORS && size >= Runtime.getRuntime().availableProcessors();
        this.grownUp = System.nanoTime() + (crowded ? YOUTH_NANOS : 0);
    }

    /** Returns the team of this process; {@code ai.djl.wengert.num_threads} sets its size. */
    public static Threads team() { return Holder.TEAM; }

    /** Returns the number of threads that work at once, the caller included. */
    public int size() { return size; }

    /**
     * Calls {@code body} once with each of 0 .. {@code parts - 1}, in any order and on any thread, and returns when
     * all have ended; what they wrote is visible then. The first exception of a part is rethrown here, and parts
     * not yet begun are skipped.
     */
    public void run(int parts, IntConsumer body) { run(parts, 0, body); }

    /** The same for work that takes about {@code nanos} on one thread: if that is long, parked workers are woken. */
    public void run(int parts, long nanos, IntConsumer body) {
        if (parts <= 1 || size == 1 || !busy.compareAndSet(false, true)) {
            for (int part = 0; part < parts; part++) {
                body.accept(part);
            }
            return;
        }
        Throwable thrown;
        long start = System.nanoTime();
        try {
            publish(parts, body);
            if (asleep(parts - 1) && (start < grownUp ? nanos : Math.max(nanos, recentNanos)) >= WAKE_NANOS) {
                recentNanos = 0;
                wake(parts - 1);
            }
            work();
            awaitWorkers();
        } finally {
            recentNanos += System.nanoTime() - start;
            thrown = failure;
            failure = null;
            this.body = null;
            busy.set(false);
        }
        if (thrown != null) {
            rethrow(thrown);
        }
    }

    /**
     * Splits [0, {@code n}) into at most {@link #size} ranges of about {@code grain} indices or more, whose inner
     * bounds are multiples of {@code multiple}, and runs them; one range here if {@code n < 2 * grain}.
     * A grain is work of about a microsecond.
     */
    public void split(int n, int grain, int multiple, RangeBody body) {
        int most = n / Math.max(1, grain);
        int blocks = n / multiple + (n % multiple == 0 ? 0 : 1);
        int ranges = Math.min(size, Math.min(most, blocks));
        if (ranges <= 1) {
            if (n > 0) {
                body.run(0, n);
            }
            return;
        }
        run(ranges, 1000L * most, part -> {
            long from = (long) blocks * part / ranges * multiple;
            long to = (long) blocks * (part + 1) / ranges * multiple;
            body.run((int) from, (int) Math.min(n, to));
        });
    }

    private void publish(int count, IntConsumer work) {
        body = work;
        parts = count;
        unfinished.set(count);
        long job = (tickets.get() >>> 32) + 1;
        tickets.set(job << 32 | count);
    }

    private boolean asleep(int helpers) {
        for (int i = 0; i < helpers && i < workers.length; i++) {
            if (workers[i] == null || workers[i].parked) {
                return true;
            }
        }
        return false;
    }

    private void wake(int helpers) {
        for (int i = 0; i < helpers && i < workers.length; i++) {
            if (workers[i] == null) {
                workers[i] = new Worker(i + 1);
                workers[i].start();
            } else if (workers[i].parked) {
                LockSupport.unpark(workers[i]);
            }
        }
    }

    /** Claims parts and runs them until none is left. */
    private void work() {
        for (long ticket = tickets.get(); (ticket & PART_MASK) != 0; ticket = tickets.get()) {
            if (tickets.compareAndSet(ticket, ticket - 1)) {
                runPart(parts - (int) (ticket & PART_MASK));
            }
        }
    }

    private void runPart(int part) {
        try {
            if (failure == null) {
                body.accept(part);
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            unfinished.decrementAndGet();
        }
    }

    private void awaitWorkers() {
        for (int spins = 0; unfinished.get() != 0; spins++) {
            if (spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private static void rethrow(Throwable t) {
        if (t instanceof RuntimeException) {
            throw (RuntimeException) t;
        }
        if (t instanceof Error) {
            throw (Error) t;
        }
        throw new IllegalStateException(t);
    }

    /** One thread of the team: takes parts of whatever job is current, spins for a while, parks. */
    private final class Worker extends Thread {

        private volatile boolean parked;

        Worker(int number) {
            super("wengert-" + number);
            setDaemon(true);
        }

        @Override
        public void run() {
            long idleSince = System.nanoTime();
            for (int spins = 1;; spins++) {
                if ((tickets.get() & PART_MASK) != 0) {
                    work();
                    idleSince = System.nanoTime();
                } else if ((spins & 63) == 0 && System.nanoTime() - idleSince > SPIN_NANOS) {
                    park();
                    idleSince = System.nanoTime();
                } else {
                    Thread.onSpinWait();
                }
            }
        }

        /** Parks until the next job; if that is done by the time the thread is awake, spinning is ready for another. */
        private void park() {
            parked = true;
            if ((tickets.get() & PART_MASK) == 0) {
                LockSupport.park(Threads.this);
            }
            parked = false;
        }
    }
}
