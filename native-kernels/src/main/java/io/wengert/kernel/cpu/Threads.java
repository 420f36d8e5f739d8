package io.wengert.kernel.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The process-wide team of worker threads: one caller at a time splits its work over all of them.
 *
 * <p>Workers are daemons, started by the first parallel call; they stay awake for a millisecond after each piece of work, so
 * that a train of small operations is handed over in well under a microsecond, and then park. A caller that finds the
 * team busy, or that is itself inside a part, does its work alone: nothing ever waits for the team.
 */
public final class Threads {

    /** How long a worker spins before it lets other threads have its processor whenever they want it. */
    private static final long SPIN_NANOS = 50_000;

    /** How long a worker stays awake: between the products of a step of training lie many small operations. */
    private static final long AWAKE_NANOS = 1_000_000;

    /** Waking a parked thread can cost the waker some 50 microseconds: work must last longer than this to do it. */
    private static final long WAKE_NANOS = 150_000;
    private static final int SPINS_BEFORE_YIELD = 500;

    /** How long the JVM is likely to be busy compiling; with more than a few processors that hinders nobody. */
    private static final long YOUTH_NANOS = 5_000_000_000L;
    private static final int FEW_PROCESSORS = 4;
    private static final long OPEN_MASK = 0xffff_ffffL;

    /** The most chunks of a job that have a bit each; in larger teams they are counted, and nobody has any of his own. */
    private static final int MOST_CHUNKS = 32;

    private final int size;
    private final Worker[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();

    /** The number of the current job in the upper half, a bit for each chunk that nobody has claimed, or their count, in the lower. */
    private final AtomicLong open = new AtomicLong();

    private final AtomicInteger unfinished = new AtomicInteger();

    // Written by the caller before it opens chunks, relied on by a worker only after it has claimed one:
    // the job cannot end, and these cannot change, while that chunk is unfinished.
    private IntConsumer body;
    private int parts;
    private int chunks;
    private volatile Throwable failure;

    /** How long the last calls took, since workers were last woken: what the next call is likely to be part of. */
    private long recentNanos;

    /** Until when short pieces of work leave the other processors to the JVM's compilers. */
    private final long grownUp;

    // Not final on purpose. The JIT compiler sees through constant handles only: so work is compiled by itself, not as a part
    // of all that calls it. There, often more than 15 calls deep (MaxInlineLevel), it would leave out the innermost ones of vector
    // loops, and vectors that cross a real call are objects; besides, a program's every call would be compiled anew with it.
    private static MethodHandle runRange = handle(RangeBody.class, "run", int.class, int.class);
    private static MethodHandle acceptPart = handle(IntConsumer.class, "accept", int.class);

    /** The body of a {@link #split}: it handles the indices from {@code from} to {@code to}, exclusive. */
    @FunctionalInterface
    public interface RangeBody {
        void run(int from, int to);
    }

    private static final class Holder {
        static final Threads TEAM = new Threads(Math.max(1, Integer.getInteger("ai.djl.wengert.num_threads",
                Runtime.getRuntime().availableProcessors())));
    }

    private static MethodHandle handle(Class<?> type, String name, Class<?>... parameters) {
        try {
            return MethodHandles.lookup().findVirtual(type, name, MethodType.methodType(void.class, parameters));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
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
                apart(body, part);
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
            work(0);
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
    public void split(int n, int grain, int multiple, RangeBody body) { split(n, grain, multiple, 0, body); }

    /** The same for work that takes at least {@code nanos} on one thread, if a grain says less. */
    public void split(int n, int grain, int multiple, long nanos, RangeBody body) {
        int most = n / Math.max(1, grain);
        int blocks = n / multiple + (n % multiple == 0 ? 0 : 1);
        int ranges = Math.min(size, Math.min(most, blocks));
        if (ranges <= 1) {
            if (n > 0) {
                apart(body, 0, n);
            }
            return;
        }
        run(ranges, Math.max(nanos, 1000L * most), part -> {
            long from = (long) blocks * part / ranges * multiple;
            long to = (long) blocks * (part + 1) / ranges * multiple;
            body.run((int) from, (int) Math.min(n, to));
        });
    }

    private void publish(int count, IntConsumer work) {
        body = work;
        parts = count;
        chunks = size > MOST_CHUNKS ? count : Math.min(count, MOST_CHUNKS);
        unfinished.set(chunks);
        long job = (open.get() >>> 32) + 1;
        open.set(job << 32 | (size > MOST_CHUNKS ? count : OPEN_MASK >>> MOST_CHUNKS - chunks));
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

    /**
     * Claims chunks and runs them until none is left, beginning with those that fall to member {@code number} of the team: what a
     * thread has read and written is still in its core's caches when the next job of the kind comes.
     */
    private void work(int number) {
        for (long state = open.get(); (state & OPEN_MASK) != 0; state = open.get()) {
            if (size > MOST_CHUNKS) {
                if (open.compareAndSet(state, state - 1)) {
                    runChunk(chunks - (int) (state & OPEN_MASK));
                }
                continue;
            }
            // The count may be that of another job by now; then the claim fails, or the beginning is another's.
            int own = (int) ((long) number * chunks / size);
            int chunk = Integer.numberOfTrailingZeros(Integer.rotateRight((int) state, own)) + own & MOST_CHUNKS - 1;
            if (open.compareAndSet(state, state & ~(1L << chunk))) {
                runChunk(chunk);
            }
        }
    }

    private void runChunk(int chunk) {
        try {
            int end = (int) ((chunk + 1L) * parts / chunks);
            for (int part = (int) ((long) chunk * parts / chunks); part < end && failure == null; part++) {
                apart(body, part);
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

    private static void apart(RangeBody body, int from, int to) {
        try {
            runRange.invokeExact(body, from, to);
        } catch (Throwable t) {
            rethrow(t);
        }
    }

    private static void apart(IntConsumer body, int part) {
        try {
            acceptPart.invokeExact(body, part);
        } catch (Throwable t) {
            rethrow(t);
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

        private final int number;
        private volatile boolean parked;

        Worker(int number) {
            super("wengert-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            long idleSince = System.nanoTime();
            for (int spins = 1;; spins++) {
                if ((open.get() & OPEN_MASK) != 0) {
                    work(number);
                    idleSince = System.nanoTime();
                } else if ((spins & 63) == 0) {
                    idleSince = rest(idleSince);
                } else {
                    Thread.onSpinWait();
                }
            }
        }

        /** Goes on spinning, yields or parks, by how long there has been nothing to do; returns since when that is. */
        private long rest(long idleSince) {
            long idle = System.nanoTime() - idleSince;
            if (idle > AWAKE_NANOS) {
                park();
                return System.nanoTime();
            }
            if (idle > SPIN_NANOS) {
                Thread.yield();
            }
            return idleSince;
        }

        /** Parks until the next job; if that is done by the time the thread is awake, spinning is ready for another. */
        private void park() {
            parked = true;
            if ((open.get() & OPEN_MASK) == 0) {
                LockSupport.park(Threads.this);
            }
            parked = false;
        }
    }
}
