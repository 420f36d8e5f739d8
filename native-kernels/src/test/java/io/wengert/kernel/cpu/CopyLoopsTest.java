package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Copies between layouts, in every dtype. */
class CopyLoopsTest {

    private static final long[][] SHAPES = {{}, {1}, {0, 3}, {7}, {1025}, {5, 7}, {33, 65}, {2, 3, 4},
        {3, 1, 40, 35}, {300, 400}};

    private static final int[][][] PERMUTATIONS = {{}, {}, {{1, 0}}, {{0, 2, 1}, {2, 0, 1}, {1, 2, 0}, {2, 1, 0}},
        {{0, 2, 3, 1}, {2, 1, 0, 3}, {3, 1, 2, 0}}};

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void betweenAnyTwoLayouts() {
        for (DType type : Numbers.REALS) {
            for (long[] shape : SHAPES) {
                double[] x = Guarded.numbers((int) Layout.sizeOf(shape), 1, type);
                if (x.length > 10_000 && type != DType.FLOAT32) {
                    continue;
                }
                for (Guarded.Lie in : Guarded.Lie.values()) {
                    for (Guarded.Lie out : Guarded.Lie.values()) {
                        Guarded y = Guarded.empty(backend, type, out, shape);
                        backend.copy(y, Guarded.of(backend, type, in, x, shape));
                        assertArrayEquals(x, y.values(), type + " " + in + " to " + out + " " + Layout.text(shape));
                        y.assertUnharmed(type + " " + out);
                    }
                }
            }
        }
    }

    /** Around the sizes of vector, tile and scratch, and from and to axes that are not the last two. */
    @Test
    void permutations() {
        long[][] shapes = {{15, 40}, {16, 16}, {17, 31}, {32, 10}, {48, 8}, {513, 47}, {200, 1030}, {3, 37, 65}, {18, 5, 33},
            {5, 600, 40}, {70, 3, 19, 2}};
        for (DType type : new DType[] {DType.FLOAT32, DType.INT32}) {
            for (long[] shape : shapes) {
                int n = (int) Layout.sizeOf(shape);
                float[] x = new float[n];
                for (int i = 0; i < n; i++) {
                    x[i] = i + 1;
                }
                for (int[] axes : PERMUTATIONS[shape.length]) {
                    transposed(type, x, Layout.of(shape), axes);
                }
            }
        }
    }

    private void transposed(DType type, float[] x, Layout layout, int[] axes) {
        Buffer from = backend.allocate(type, x.length);
        Object numbers = type == DType.FLOAT32 ? x : ints(x);
        backend.write(from, 0, numbers, 0, x.length);
        Layout permuted = layout.permute(axes);
        Layout whole = Layout.of(permuted.shape());
        float[] want = new float[x.length];
        long[] index = new long[permuted.rank()];
        for (int i = 0; i < want.length; i++) {
            long rest = i;
            for (int axis = index.length - 1; axis >= 0; rest /= whole.size(axis), axis--) {
                index[axis] = rest % whole.size(axis);
            }
            want[i] = x[(int) permuted.at(index)];
        }
        Buffer to = backend.allocate(type, x.length);
        backend.copy(View.of(to, whole), View.of(from, permuted));
        assertArrayEquals(want, read(type, to, x.length), type + " " + Layout.text(layout.shape()) + Arrays.toString(axes));
        Buffer back = backend.allocate(type, x.length);
        backend.copy(View.of(back, permuted), View.of(to, whole));
        assertArrayEquals(x, read(type, back, x.length), type + " to " + Layout.text(layout.shape()) + Arrays.toString(axes));
    }

    private float[] read(DType type, Buffer from, int n) {
        float[] y = new float[n];
        if (type == DType.FLOAT32) {
            backend.read(from, 0, y, 0, n);
            return y;
        }
        int[] whole = new int[n];
        backend.read(from, 0, whole, 0, n);
        for (int i = 0; i < n; i++) {
            y[i] = whole[i];
        }
        return y;
    }

    private static int[] ints(float[] x) {
        int[] y = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (int) x[i];
        }
        return y;
    }

    @Test
    void broadcasting() {
        double[] x = {1, 2, 3};
        Guarded y = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.GAPS, 2, 3);
        backend.copy(y, Guarded.of(backend, DType.FLOAT32, Guarded.Lie.BACKWARDS, x, 3));
        assertArrayEquals(new double[] {1, 2, 3, 1, 2, 3}, y.values());
        backend.copy(y, Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, new double[] {4, 5}, 2, 1));
        assertArrayEquals(new double[] {4, 4, 4, 5, 5, 5}, y.values());
    }

    @Test
    void complexNumbersStayTogether() {
        Buffer from = backend.allocate(DType.COMPLEX64, 6);
        backend.write(from, 0, new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 0, 6);
        Buffer to = backend.allocate(DType.COMPLEX64, 6);
        backend.copy(View.of(to, Layout.of(3, 2)), View.of(from, Layout.of(2, 3).transposed()));
        float[] y = new float[12];
        backend.read(to, 0, y, 0, 6);
        assertArrayEquals(new float[] {0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}, y);
    }

    @Test
    void strings() {
        Buffer from = backend.allocate(DType.STRING, 4);
        backend.write(from, 0, new String[] {"a", "b", "c", "d"}, 0, 4);
        Buffer to = backend.allocate(DType.STRING, 4);
        backend.copy(View.of(to, Layout.of(2, 2)), View.of(from, Layout.of(2, 2).transposed()));
        String[] y = new String[4];
        backend.read(to, 0, y, 0, 4);
        assertEquals(Arrays.asList("a", "c", "b", "d"), Arrays.asList(y));
    }
}
