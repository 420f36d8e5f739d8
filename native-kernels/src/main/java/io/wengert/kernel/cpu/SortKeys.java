package io.wengert.kernel.cpu;

import java.util.Arrays;

/** Sorts the places of a row by integer keys whose order is the order of the values. */
final class SortKeys {

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
            Arrays.sort(keys);
            for (int i = 0; i < n; i++) {
                order[i] = (int) keys[i];
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
        mergeSort(n);
        return order;
    }

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
