package io.wengert.kernel;

/**
 * Philox 4x32-10, the counter-based random number generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers:
 * as easy as 1, 2, 3" (SC 2011): four 32-bit numbers as a pure function of a 64-bit key and a 64-bit counter.
 *
 * <p>Element {@code i} of a random array always comes from counter {@code offset + i / 4}, word {@code i % 4}, so every
 * backend and every number of threads gives the same stream.
 */
public final class Philox {

    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private Philox() {}

    /** Writes the four words of one counter to {@code out[at .. at + 3]}. */
    public static void words(long key, long counter, int[] out, int at) {
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        int c0 = (int) counter;
        int c1 = (int) (counter >>> 32);
        int c2 = 0;
        int c3 = 0;
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = n0;
            c2 = n2;
            k0 += W0;
            k1 += W1;
        }
        out[at] = c0;
        out[at + 1] = c1;
        out[at + 2] = c2;
        out[at + 3] = c3;
    }

    /** A float in [0, 1) from the upper 24 bits of a word. */
    public static float unit(int word) { return (word >>> 8) * 0x1p-24f; }

    /** A double in [0, 1) from 53 bits of two words. */
    public static double unit(int high, int low) {
        return (((long) (high >>> 5) << 26) | (low >>> 6)) * 0x1p-53;
    }
}
