package io.wengert.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Changes of view, against what they mean for the place of each element. */
class LayoutTest {

    private static final Layout X = Layout.of(2, 3, 4);

    /** The places of all elements row by row. */
    private static long[] places(Layout l) {
        long[] r = new long[(int) l.size()];
        for (int p = 0; p < r.length; p++) {
            long[] index = new long[l.rank()];
            for (int i = l.rank() - 1, rest = p; i >= 0; i--) {
                index[i] = rest % l.size(i);
                rest /= (int) l.size(i);
            }
            r[p] = l.at(index);
        }
        return r;
    }

    private static long[] range(int n) {
        long[] r = new long[n];
        Arrays.setAll(r, i -> i);
        return r;
    }

    @Test
    void rowMajor() {
        assertArrayEquals(range(24), places(X));
        assertTrue(X.isContiguous() && X.isWhole());
        assertEquals(1, Layout.of().size());
        assertEquals(0, Layout.of(2, 0).size());
        assertTrue(Layout.of(2, 0).transposed().isContiguous());
        assertEquals("(2, 3, 4)", Layout.text(X.shape()));
        assertThrows(IllegalArgumentException.class, () -> Layout.of(new long[2], new long[1], 0));
    }

    @Test
    void views() {
        assertArrayEquals(new long[] {0, 3, 1, 4, 2, 5}, places(Layout.of(2, 3).transposed()));
        assertArrayEquals(new long[] {3, 1}, places(Layout.of(5).slice(0, 3, 2, -2)));
        assertArrayEquals(new long[] {8, 9, 10, 11, 20, 21, 22, 23}, places(X.select(1, 2)));
        assertArrayEquals(new long[] {2, 1, 3, 4}, X.expand(1).shape());
        assertArrayEquals(range(24), places(X.expand(3)));
        assertArrayEquals(new long[] {4, 2, 3}, X.permute(2, 0, 1).shape());
        assertEquals(0, X.slice(1, 2, 0, 1).size());
        assertFalse(X.slice(2, 1, 2, 1).isContiguous());
        assertTrue(X.slice(0, 1, 1, 1).isContiguous());
        assertFalse(X.slice(0, 1, 1, 1).isWhole());
    }

    @Test
    void axes() {
        assertEquals(2, X.axis(-1));
        assertEquals(0, X.axis(0));
        assertThrows(IndexOutOfBoundsException.class, () -> X.axis(3));
        assertThrows(IndexOutOfBoundsException.class, () -> X.axis(-4));
        assertThrows(IndexOutOfBoundsException.class, () -> Layout.of().axis(0));
    }

    @Test
    void broadcasting() {
        assertArrayEquals(new long[] {0, 1, 0, 1, 0, 1}, places(Layout.of(2).broadcastTo(3, 2)));
        assertArrayEquals(new long[] {0, 0, 1, 1}, places(Layout.of(2, 1).broadcastTo(2, 2)));
        assertEquals(0, Layout.of(1, 3).broadcastTo(0, 3).size());
        assertThrows(IllegalArgumentException.class, () -> Layout.of(2).broadcastTo(3));
        assertThrows(IllegalArgumentException.class, () -> Layout.of(1, 2).broadcastTo(2));
        assertArrayEquals(new long[] {5, 3, 4}, Layout.broadcast(Layout.of(3, 1), Layout.of(5, 1, 4)));
        assertArrayEquals(new long[] {0}, Layout.broadcast(Layout.of(0), Layout.of(1)));
        assertNull(Layout.broadcast(Layout.of(2), Layout.of(3)));
    }

    @Test
    void reshapeKeepsTheOrderOrIsImpossible() {
        Random random = new Random(1);
        long[][] shapes = {{24}, {2, 12}, {4, 6}, {3, 8}, {2, 3, 4}, {1, 24, 1}, {2, 2, 2, 3}, {6, 2, 2}};
        int views = 0;
        for (int round = 0; round < 2000; round++) {
            Layout l = random(random, shapes[random.nextInt(shapes.length)]);
            long[] to = shapes[random.nextInt(shapes.length)];
            Layout r = l.reshape(to);
            if (r != null) {
                views++;
                assertArrayEquals(to, r.shape());
                assertArrayEquals(places(l), places(r), l + " as " + Layout.text(to));
            } else {
                assertFalse(l.isContiguous());
            }
        }
        assertTrue(views > 300, "reshaped " + views);
        assertNull(Layout.of(2, 3).transposed().reshape(6));
        assertArrayEquals(new long[] {2, 3, 1}, Layout.of(3, 2).transposed().reshape(2, 3, 1).shape());
    }

    @Test
    void collapseKeepsTheOrder() {
        Random random = new Random(2);
        for (int round = 0; round < 1000; round++) {
            Layout l = random(random, 2, 3, 1, 4);
            assertArrayEquals(places(l), places(l.collapse()), l.toString());
        }
        assertEquals(1, X.collapse().rank());
        assertEquals(2, X.slice(2, 0, 2, 1).collapse().rank());
    }

    private static Layout random(Random random, long... shape) {
        Layout l = Layout.of(shape);
        for (int i = 0; i < 3; i++) {
            int a = random.nextInt(shape.length);
            int b = random.nextInt(shape.length);
            switch (random.nextInt(4)) {
                case 0 -> l = l.slice(a, l.size(a) - 1, l.size(a), -1);
                case 1 -> l = Layout.of(l.shape(), doubled(l), 2 * l.offset() + 1);
                case 2 -> l = l.size(a) == 1 ? l : l.slice(a, 0, 1, 1).broadcastTo(l.shape());
                default -> l = l.size(a) == l.size(b) ? exchanged(l, a, b) : l;
            }
        }
        return l;
    }

    private static long[] doubled(Layout l) {
        long[] s = new long[l.rank()];
        Arrays.setAll(s, i -> 2 * l.stride(i));
        return s;
    }

    private static Layout exchanged(Layout l, int a, int b) {
        int[] axes = new int[l.rank()];
        Arrays.setAll(axes, i -> i == a ? b : i == b ? a : i);
        return l.permute(axes);
    }

    @Test
    void equality() {
        assertEquals(Layout.of(2, 3), Layout.of(2, 3));
        assertEquals(Layout.of(2, 3).hashCode(), Layout.of(2, 3).hashCode());
        assertNotEquals(Layout.of(2, 3), Layout.of(3, 2).transposed());
        assertTrue(Layout.of(2, 3).sameShape(Layout.of(3, 2).transposed()));
    }
}
