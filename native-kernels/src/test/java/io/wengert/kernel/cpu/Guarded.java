package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/** An array that lies in its memory in some way, with guard elements wherever the memory holds something else. */
record Guarded(Buffer buffer, Layout layout) implements View {

    private static final double GUARD = 1;

    /** How an array lies in memory. */
    enum Lie {
        WHOLE,
        OFFSET,
        TRANSPOSED,
        GAPS,
        BACKWARDS;

        /** A layout of the shape, in memory of some size. */
        Layout of(long... shape) {
            int rank = shape.length;
            int[] reversed = IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
            long[] doubled = Arrays.stream(shape).map(n -> 2 * n + 2).toArray();
            return switch (this) {
                case WHOLE -> Layout.of(shape);
                case OFFSET -> Layout.of(shape, strides(Layout.of(shape)), 3);
                case TRANSPOSED -> Layout.of(Layout.of(shape).permute(reversed).shape()).permute(reversed);
                case GAPS -> sliced(Layout.of(doubled), 1, 2, shape);
                case BACKWARDS -> sliced(Layout.of(doubled), -1, -2, shape);
            };
        }

        private static Layout sliced(Layout l, int first, int step, long... shape) {
            for (int i = 0; i < shape.length; i++) {
                l = l.slice(i, shape[i] == 0 ? 0 : first > 0 ? first : 2 * shape[i] - 1, shape[i], step);
            }
            return l;
        }
    }

    static Guarded empty(Backend backend, DType type, Lie lie, long... shape) {
        Layout l = lie.of(shape);
        long size = l.offset() + 1;
        for (int i = 0; i < l.rank(); i++) {
            size += Math.max(0, l.stride(i)) * Math.max(0, l.size(i) - 1);
        }
        size = lie == Lie.WHOLE ? l.size() : size + 20;
        Buffer b = backend.allocate(type, size);
        int lead = ((CpuBuffer) b).lead();
        for (int i = 0; i < size; i++) {
            Numbers.set(type, CpuBackend.array(b), lead + i, GUARD);
        }
        return new Guarded(b, l);
    }

    static Guarded of(Backend backend, DType type, Lie lie, double[] values, long... shape) {
        Guarded g = empty(backend, type, lie, shape);
        int[] places = g.places();
        for (int i = 0; i < places.length; i++) {
            Numbers.set(type, CpuBackend.array(g.buffer), places[i], values[i]);
        }
        return g;
    }

    static long[] strides(Layout l) { return IntStream.range(0, l.rank()).mapToLong(l::stride).toArray(); }

    /** The elements row by row. */
    double[] values() { return Arrays.stream(places()).mapToDouble(p -> Numbers.get(dtype(), array(), p)).toArray(); }

    /** Fails if anything but the elements has been written. */
    void assertUnharmed(String what) {
        BitSet mine = new BitSet();
        Arrays.stream(places()).forEach(mine::set);
        int lead = ((CpuBuffer) buffer).lead();
        for (int i = lead; i < lead + buffer.size(); i++) {
            if (!mine.get(i)) {
                assertEquals(GUARD, Numbers.get(dtype(), array(), i), what + " wrote to place " + i);
            }
        }
    }

    private Object array() { return CpuBackend.array(buffer); }

    private int[] places() { return places(CpuBackend.placed(this).layout()); }

    /** The places of all elements row by row. */
    static int[] places(Layout l) {
        int[] r = new int[(int) l.size()];
        for (int p = 0; p < r.length; p++) {
            r[p] = (int) l.at(index(p, l.shape()));
        }
        return r;
    }

    static long[] index(int place, long... shape) {
        long[] index = new long[shape.length];
        for (int i = shape.length - 1, rest = place; i >= 0; i--) {
            index[i] = rest % shape[i];
            rest /= (int) shape[i];
        }
        return index;
    }

    static double[] numbers(int n, long seed, DType type) {
        java.util.Random r = new java.util.Random(seed);
        return r.doubles(n).map(v -> switch (type.family()) {
            case BOOL -> v < 0.5 ? 0 : 1;
            case UNSIGNED -> Math.floor(9 * v);
            case SIGNED -> Math.floor(9 * v) - 4;
            default -> Math.rint(64 * v) / 16 - 2;
        }).toArray();
    }
}
