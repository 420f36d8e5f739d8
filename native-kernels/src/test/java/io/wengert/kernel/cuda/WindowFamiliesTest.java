package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Convolution, pooling and their transposes over one to three axes, against the CPU's. */
@Tag("cuda")
class WindowFamiliesTest {

    private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

    private final CudaBackend gpu = EmulatedGpu.get();

    /** What is done: shapes, window and groups. */
    private record Case(long batch, long channels, long filters, int groups, Window window, long[] in, long[] out) {

        static Case of(long batch, long channels, long filters, int groups, Window w, long... in) {
            return new Case(batch, channels, filters, groups, w, in, w.extents(false, in));
        }

        long[] input() { return shape(batch, channels, in); }

        long[] output(long of) { return shape(batch, of, out); }

        long[] weight() {
            return shape(filters, channels / groups, Arrays.stream(window.kernel()).asLongStream().toArray());
        }

        private static long[] shape(long a, long b, long[] rest) {
            return LongStream.concat(LongStream.of(a, b), Arrays.stream(rest)).toArray();
        }
    }

    private static Window window(int rank, int kernel, int stride, int padding, int dilation) {
        int[][] n = new int[4][rank];
        int[] values = {kernel, stride, padding, dilation};
        for (int i = 0; i < 4; i++) {
            Arrays.fill(n[i], values[i]);
        }
        return new Window(n[0], n[1], n[2], n[3]);
    }

    private static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (int groups : new int[] {1, 2}) {
            all.add(Case.of(2, 4, 6, groups, window(1, 3, 1, 1, 1), 11));
            all.add(Case.of(2, 4, 6, groups, window(2, 3, 1, 1, 1), 7, 6));
            all.add(Case.of(2, 4, 6, groups, window(2, 3, 2, 1, 2), 9, 8));
            all.add(Case.of(1, 4, 6, groups, window(2, 1, 1, 0, 1), 4, 4));
            all.add(Case.of(1, 2, 2, groups, window(3, 2, 2, 1, 1), 4, 5, 3));
            all.add(Case.of(1, 12, 12, groups, window(2, 3, 1, 1, 1), 5, 5));
        }
        all.add(Case.of(2, 5, 5, 5, window(2, 3, 2, 1, 1), 7, 8));
        all.add(Case.of(2, 3, 9, 3, window(1, 2, 1, 0, 3), 9));
        Window uneven = new Window(new int[] {3, 2}, new int[] {1, 3}, new int[] {2, -1}, new int[] {2, 1});
        all.add(new Case(2, 3, 4, 1, uneven, new long[] {6, 9}, new long[] {4, 4}));
        // More windows than fit: what they see behind the input is zero.
        all.add(new Case(1, 2, 3, 1, window(2, 3, 2, 1, 1), new long[] {5, 5}, new long[] {4, 5}));
        all.add(Case.of(0, 2, 3, 1, window(2, 3, 1, 1, 1), 5, 5));
        all.add(Case.of(1, 0, 3, 1, window(2, 3, 1, 1, 1), 5, 5));
        return all;
    }

    @Test
    void convolutions() {
        for (DType type : FLOATS) {
            for (Case c : cases()) {
                for (Lie lie : Lie.values()) {
                    convolutions(type, c, lie);
                }
            }
        }
    }

    @Test
    void largeConvolutions() {
        for (DType type : FLOATS) {
            convolutions(type, Case.of(2, 68, 72, 1, window(2, 3, 1, 1, 1), 9, 8), Lie.WHOLE);
            convolutions(type, Case.of(1, 3, 130, 1, window(2, 3, 2, 1, 1), 31, 29), Lie.WHOLE);
            convolutions(type, Case.of(3, 2, 4, 1, window(2, 5, 1, 2, 1), 40, 30), Lie.WHOLE);
        }
        for (Lie lie : Lie.values()) {
            convolutions(DType.FLOAT32, Case.of(2, 5, 6, 1, window(2, 1, 1, 0, 1), 16, 17), lie);
        }
        System.setProperty(MatmulFamily.TF32, "true");
        try {
            convolutions(DType.FLOAT32, Case.of(2, 68, 72, 1, window(2, 3, 1, 1, 1), 9, 8), Lie.WHOLE);
        } finally {
            System.clearProperty(MatmulFamily.TF32);
        }
    }

    private void convolutions(DType type, Case c, Lie lie) {
        compare(type, c, lie, c.output(c.filters), (b, y) -> b.convolve(y, in(b, type, lie, c.input()),
                in(b, type, lie, c.weight()), c.window, c.groups));
        compare(type, c, lie, c.input(), (b, x) -> b.convolveInput(x, in(b, type, lie, c.output(c.filters)),
                in(b, type, lie, c.weight()), c.window, c.groups));
        compare(type, c, lie, c.weight(), (b, w) -> b.convolveWeight(w, in(b, type, lie, c.input()),
                in(b, type, lie, c.output(c.filters)), c.window, c.groups));
    }

    @Test
    void pools() {
        for (DType type : FLOATS) {
            for (Case c : cases()) {
                if (c.groups > 1) {
                    continue;
                }
                for (Lie lie : Lie.values()) {
                    for (Pooling p : Pooling.values()) {
                        compare(type, c, lie, c.output(c.channels), (b, y) -> {
                            View x = in(b, type, lie, c.input());
                            b.pool(p, y, x, x, c.window);
                        });
                        compare(type, c, lie, c.output(c.channels), (b, y) -> b.pool(p, y, in(b, type, lie, c.input()),
                                other(b, type, lie, c.input()), c.window));
                        compare(type, c, lie, c.input(), (b, x) -> b.poolInput(p, x,
                                in(b, type, lie, c.output(c.channels)), other(b, type, lie, c.input()), c.window));
                    }
                }
            }
        }
    }

    @Test
    void maximumOfNanAndInfinities() {
        for (DType type : FLOATS) {
            Twin x = Twin.mixed(gpu, type, 3, 2, 3, 8, 9);
            Twin y = Lie.WHOLE.twin(gpu, type, 1, 2, 3, 4, 5);
            Window w = window(2, 3, 2, 1, 1);
            Backends.cpu().pool(Pooling.MAX, y.cpu(), x.cpu(), x.cpu(), w);
            gpu.pool(Pooling.MAX, y.gpu(), x.gpu(), x.gpu(), w);
            assertEquals(List.of(), y.differences(0), type.text());
            Twin back = Lie.WHOLE.twin(gpu, type, 1, 2, 3, 8, 9);
            Twin gradient = Lie.WHOLE.twin(gpu, type, 2, 2, 3, 4, 5);
            Backends.cpu().poolInput(Pooling.MAX, back.cpu(), gradient.cpu(), x.cpu(), w);
            gpu.poolInput(Pooling.MAX, back.gpu(), gradient.gpu(), x.gpu(), w);
            assertEquals(List.of(), back.differences(0), type.text());
        }
    }

    /** A kernel family on one backend. */
    private interface Run {
        void on(Backend backend, View result);
    }

    private void compare(DType type, Case c, Lie lie, long[] shape, Run run) {
        Twin r = lie.twin(gpu, type, 9, shape);
        run.on(Backends.cpu(), r.cpu());
        run.on(gpu, r.gpu());
        // Winograd's way on the CPU rounds where a direct sum is exact.
        double units = type == DType.FLOAT64 ? 16 : type == DType.FLOAT32 ? 64 : 1;
        long terms = Math.max(c.channels * c.window.taps(), Layout.sizeOf(c.output(c.batch)));
        assertEquals(List.of(), r.differences(units, 8 + terms / 8.0),
                type.text() + " " + lie + " " + c + " to " + Layout.text(shape));
        r.release();
    }

    private View in(Backend b, DType type, Lie lie, long[] shape) { return pick(b, lie.twin(gpu, type, shape.length, shape)); }

    private View other(Backend b, DType type, Lie lie, long[] shape) { return pick(b, lie.twin(gpu, type, 77, shape)); }

    private View pick(Backend b, Twin t) { return b == gpu ? t.gpu() : t.cpu(); }
}
