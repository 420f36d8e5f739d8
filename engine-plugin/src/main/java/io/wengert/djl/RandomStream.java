package io.wengert.djl;

import io.wengert.kernel.Distribution;
import io.wengert.kernel.Philox;
import io.wengert.tensor.Tensor;

/**
 * The engine's stream of random numbers: a key, and how far it has been used. Requests from several threads take
 * disjoint parts of it.
 */
final class RandomStream {

    private long key = System.nanoTime();
    private long counter;

    /** Starts the stream that belongs to a seed. */
    synchronized void seed(long seed) {
        key = seed;
        counter = 0;
    }

    /** The key of a stream of its own, which depends on the seed and on what was drawn before. */
    synchronized long fork() {
        int[] words = new int[4];
        Philox.words(key, counter++, words, 0);
        return (long) words[0] << 32 | words[1] & 0xFFFFFFFFL;
    }

    /** Fills a tensor with the next numbers. */
    synchronized Tensor fill(Tensor t, Distribution distribution, double a, double b) {
        if (t.size() > 0) {
            counter += t.backend().random(t, distribution, a, b, key, counter);
        }
        return t;
    }
}
