package io.wengert.djl;

import io.wengert.kernel.Distribution;
import io.wengert.kernel.Philox;
import io.wengert.op.Sampling;
import io.wengert.replay.Graph;
import io.wengert.replay.Tracer;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The engine's stream of random numbers: a key, and how far it has been used. Requests from several threads take
 * disjoint parts of it.
 */
public final class RandomStream implements Graph.Draws {

    private long key = System.nanoTime();
    private long counter;
    /** Where this thread notes its requests, or reads which it made before; as a rule nowhere. */
    private final ThreadLocal<Draws> draws = new ThreadLocal<>();

    RandomStream() {}

    /** A position in a stream. */
    private record Place(long key, long counter) {}

    /** Where in the stream the requests of one thread began, in order; to be made again with the same numbers. */
    public static final class Draws {

        private final List<Place> places = new ArrayList<>();
        /** The next place to be read; negative while they are being noted. */
        private int next = -1;
        /** Who was noting or reading when this began. */
        private Draws outer;
    }

    /** Starts the stream that belongs to a seed. */
    synchronized void seed(long seed) {
        key = seed;
        counter = 0;
    }

    /** Notes the requests that some work on this thread makes. */
    public void note(Draws log, Runnable work) { use(log, -1, work); }

    /** Gives the requests of some work on this thread the numbers that were noted before. */
    public void replay(Draws log, Runnable work) { use(log, 0, work); }

    private void use(Draws log, int next, Runnable work) {
        log.outer = draws.get();
        log.next = next;
        draws.set(log);
        try {
            work.run();
        } finally {
            if (log.outer == null) {
                draws.remove();
            } else {
                draws.set(log.outer);
            }
            log.outer = null;
        }
    }

    /** Where the next request of this thread begins. */
    private Place place(Draws log) {
        if (log == null) {
            return new Place(key, counter);
        }
        if (log.next < 0) {
            Place p = place(log.outer);
            log.places.add(p);
            return p;
        }
        if (log.next == log.places.size()) {
            throw new IllegalStateException("more random numbers are drawn than the first time");
        }
        return log.places.get(log.next++);
    }

    private static boolean isReplay(Draws log) { return log != null && (log.next >= 0 || isReplay(log.outer)); }

    /** A number in [0, 1) for the program to decide by. */
    double choice() {
        if (Tracer.current() != null) {
            Tracer.current().refuse("an image is changed at random, by numbers outside of arrays: do it in the dataset's pipeline");
        }
        return (fork() >>> 11) * 0x1p-53;
    }

    @Override
    public Tensor sample(Sampling.Law law, long experiments, long[] samples, Tensor... parameters) {
        Tracer tracer = Tracer.current();
        return tracer == null ? Sampling.draw(law, experiments, fork(), samples, parameters)
                : tracer.sampled(law, experiments, fork(), samples, parameters);
    }

    /** The key of a stream of its own, which depends on the seed and on what was drawn before. */
    private synchronized long fork() {
        Draws log = draws.get();
        Place at = place(log);
        counter += isReplay(log) ? 0 : 1;
        int[] words = new int[4];
        Philox.words(at.key, at.counter, words, 0);
        return (long) words[0] << 32 | words[1] & 0xFFFFFFFFL;
    }

    /** Fills a tensor with the next numbers. */
    @Override
    public synchronized Tensor fill(Tensor t, Distribution distribution, double a, double b) {
        if (t.size() > 0) {
            Draws log = draws.get();
            Place at = place(log);
            long used = t.backend().random(t, distribution, a, b, at.key, at.counter);
            counter += isReplay(log) ? 0 : used;
        }
        Tracer tracer = Tracer.current();
        return tracer == null ? t : tracer.drawn(t, distribution, a, b);
    }
}
