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
    private static final long LOW = 0xFFFFFFFFL;

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

    /**
     * Writes the words of {@code n} counters in a row, as {@link #words} does for one. Rounds go over whole arrays, which the JIT
     * compiler makes vector loops of.
     *
     * @param scratch four arrays of at least n elements
     */
    public static void words(long key, long counter, int n, int[] out, long[][] scratch) {
        long[] c0 = scratch[0];
        long[] c1 = scratch[1];
        long[] c2 = scratch[2];
        long[] c3 = scratch[3];
        for (int i = 0; i < n; i++) {
            c0[i] = counter + i & LOW;
            c1[i] = counter + i >>> 32;
            c2[i] = 0;
            c3[i] = 0;
        }
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < 10; round++) {
            round(c0, c1, c2, c3, n, k0 & LOW, k1 & LOW);
            k0 += W0;
            k1 += W1;
        }
        for (int i = 0; i < n; i++) {
            out[4 * i] = (int) c0[i];
            out[4 * i + 1] = (int) c1[i];
            out[4 * i + 2] = (int) c2[i];
            out[4 * i + 3] = (int) c3[i];
        }
    }

    private static void round(long[] c0, long[] c1, long[] c2, long[] c3, int n, long k0, long k1) {
        for (int i = 0; i < n; i++) {
            long p0 = (M0 & LOW) * c0[i];
            long p1 = (M1 & LOW) * c2[i];
            c0[i] = p1 >>> 32 ^ c1[i] ^ k0;
            c2[i] = p0 >>> 32 ^ c3[i] ^ k1;
            c1[i] = p1 & LOW;
            c3[i] = p0 & LOW;
        }
    }

    /** A float in [0, 1) from the upper 24 bits of a word. */
    public static float unit(int word) { return (word >>> 8) * 0x1p-24f; }

    /** A double in [0, 1) from 53 bits of two words. */
    public static double unit(int high, int low) {
        return (((long) (high >>> 5) << 26) | (low >>> 6)) * 0x1p-53;
    }
}
