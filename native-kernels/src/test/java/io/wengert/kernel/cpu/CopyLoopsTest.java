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
