package io.wengert.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Philox 4x32-10 against the known answers of Random123, as far as a 64-bit counter reaches. */
class PhiloxTest {

    private static int[] words(long key, long counter) {
        int[] w = new int[4];
        Philox.words(key, counter, w, 0);
        return w;
    }

    @Test
    void knownAnswer() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words(0, 0));
    }

    @Test
    void manyCountersAtOnceGiveTheSame() {
        long[] counters = {0, 0xFFFFFFF0L, -20};
        for (long counter : counters) {
            int n = 100;
            int[] all = new int[4 * n];
            Philox.words(0x9876543210L, counter, n, all, new long[4][n]);
            for (int i = 0; i < n; i++) {
                int[] four = {all[4 * i], all[4 * i + 1], all[4 * i + 2], all[4 * i + 3]};
                assertArrayEquals(words(0x9876543210L, counter + i), four, counter + " + " + i);
            }
        }
    }

    @Test
    void everyBitOfKeyAndCounterCounts() {
        int[] base = words(0x123456789L, 0x987654321L);
        for (int bit = 0; bit < 64; bit++) {
            int[] otherKey = words(0x123456789L ^ 1L << bit, 0x987654321L);
            int[] otherCounter = words(0x123456789L, 0x987654321L ^ 1L << bit);
            for (int[] other : new int[][] {otherKey, otherCounter}) {
                int changed = 0;
                for (int i = 0; i < 4; i++) {
                    changed += Integer.bitCount(base[i] ^ other[i]);
                }
                assertTrue(changed > 36 && changed < 92, "bit " + bit + " changes " + changed + " of 128");
            }
        }
    }

    @Test
    void unitsAreBelowOne() {
        assertEquals(0, Philox.unit(0));
        assertEquals(Math.nextDown(1f), Philox.unit(-1), 0x1p-24);
        assertTrue(Philox.unit(-1) < 1);
        assertEquals(0, Philox.unit(0, 0));
        assertEquals(1 - 0x1p-53, Philox.unit(-1, -1));
    }
}
