package io.wengert.kernel.cpu;

import java.util.Arrays;

/** Sorts the places of a row by integer keys whose order is the order of the values. */
final class SortKeys {

    /** Longer rows are sorted digit by digit. */
    private static final int RADIX_PAYS = 512;
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private final long[] keys;
    private final int[] order;
    private final int[] spare;

    SortKeys(int n) {
        keys = new long[n];
        order = new int[n];
        spare = new int[n];
    }

    /** The places in ascending or descending order of their values, equal ones in their old order, NaN the largest. */
    int[] order(Lane lane, Object row, boolean descending) {
        int n = keys.length;
        if (lane == Lane.F32) {
            // Key and place in one long: one primitive sort does it, stably.
            float[] v = (float[]) row;
            for (int i = 0; i < n; i++) {
                int key = ascending(v[i]);
                keys[i] = (long) (descending ? ~key : key) << 32 | i;
            }
            long[] sorted = n < RADIX_PAYS ? small() : byDigits();
            for (int i = 0; i < n; i++) {
                order[i] = (int) sorted[i];
            }
            return order;
        }
        for (int i = 0; i < n; i++) {
            long key = switch (lane) {
                case F64 -> ascending(((double[]) row)[i]);
                case U64 -> ((long[]) row)[i] ^ Long.MIN_VALUE;
                default -> ((long[]) row)[i];
            };
            keys[i] = descending ? ~key : key;
            order[i] = i;
        }
        if (n < RADIX_PAYS) {
            mergeSort(n);
            return order;
        }
        return byLongDigits();
    }

    private long[] small() {
        Arrays.sort(keys);
        return keys;
    }

    /** Sorts by the upper halves of the keys, digit by digit from the lowest (Knuth, TAOCP 5.2.5), stably. */
    private long[] byDigits() {
        long[] from = keys;
        long[] to = new long[from.length];
        int[] starts = new int[DIGITS];
        for (int shift = 32; shift < 64; shift += DIGIT_BITS) {
            if (!count(from, shift, starts)) {
                continue;
            }
            distribute(from, shift, starts, to);
            long[] t = from;
            from = to;
            to = t;
        }
        return from;
    }

    /** The same by whole keys, with the places moving along. */
    private int[] byLongDigits() {
        long[] from = keys;
        long[] to = new long[from.length];
        int[] places = order;
        int[] next = spare;
        int[] starts = new int[DIGITS];
        for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
            if (!count(from, shift, starts)) {
                continue;
            }
            for (int i = 0; i < from.length; i++) {
                int at = starts[digit(from[i], shift)]++;
                to[at] = from[i];
                next[at] = places[i];
            }
            long[] t = from;
            from = to;
            to = t;
            int[] u = places;
            places = next;
            next = u;
        }
        return places;
    }

    /** Counts where each digit's keys begin; false if all keys have one digit. */
    private static boolean count(long[] from, int shift, int[] starts) {
        Arrays.fill(starts, 0);
        for (long key : from) {
            starts[digit(key, shift)]++;
        }
        int at = 0;
        for (int d = 0; d < DIGITS; d++) {
            int n = starts[d];
            if (n == from.length) {
                return false;
            }
            starts[d] = at;
            at += n;
        }
        return true;
    }

    private static void distribute(long[] from, int shift, int[] starts, long[] to) {
        for (long key : from) {
            to[starts[digit(key, shift)]++] = key;
        }
    }

    /** A digit of a signed number: turning the sign bit round brings negative ones to the front. */
    private static int digit(long key, int shift) { return (int) ((key ^ Long.MIN_VALUE) >>> shift) & DIGITS - 1; }

    private static int ascending(float v) {
        if (v != v) {
            return Integer.MAX_VALUE;
        }
        int bits = Float.floatToRawIntBits(v + 0f);
        return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    }

    private static long ascending(double v) {
        if (v != v) {
            return Long.MAX_VALUE;
        }
        long bits = Double.doubleToRawLongBits(v + 0.0);
        return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }

    /** Bottom up and stable, on places. */
    private void mergeSort(int n) {
        int[] from = order;
        int[] to = spare;
        for (int width = 1; width < n; width *= 2) {
            for (int low = 0; low < n; low += 2 * width) {
                merge(from, to, low, Math.min(low + width, n), Math.min(low + 2 * width, n));
            }
            int[] t = from;
            from = to;
            to = t;
        }
        if (from != order) {
            System.arraycopy(from, 0, order, 0, n);
        }
    }

    private void merge(int[] from, int[] to, int low, int middle, int high) {
        int a = low;
        int b = middle;
        for (int i = low; i < high; i++) {
            boolean left = a < middle && (b >= high || keys[from[a]] <= keys[from[b]]);
            to[i] = left ? from[a++] : from[b++];
        }
    }
}
