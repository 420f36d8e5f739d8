package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Gather and scatter against plain loops: every dtype, axis and layout. */
class IndexFamilyTest {

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void everyDtypeAxisAndLayout() {
        for (DType type : Numbers.REALS) {
            for (Guarded.Lie lie : Guarded.Lie.values()) {
                for (int axis = 0; axis < 3; axis++) {
                    check(type, lie, axis, 6, 2, 5, 3);
                    check(type, lie, axis, 4, 1, 7, 2);
                }
                check(type, lie, 0, 5, 4);
                check(type, lie, 1, 0, 2, 3);
            }
        }
    }

    @Test
    void largeOnes() {
        check(DType.FLOAT32, Guarded.Lie.WHOLE, 0, 5000, 100, 17);
        check(DType.FLOAT32, Guarded.Lie.WHOLE, 1, 3000, 17, 40);
        check(DType.FLOAT64, Guarded.Lie.WHOLE, 1, 300, 64, 10, 9);
        check(DType.INT64, Guarded.Lie.TRANSPOSED, 0, 65, 1021, 3);
    }

    /** {@code n} indices along an axis of an array of the shape. */
    private void check(DType type, Guarded.Lie lie, int axis, int n, long... shape) {
        long[] picked = shape.clone();
        picked[axis] = n;
        int size = (int) Layout.sizeOf(picked);
        double[] x = Guarded.numbers((int) Layout.sizeOf(shape), 1, type);
        Random random = new Random(2);
        double[] index = random.ints(size, 0, (int) shape[axis]).asDoubleStream().toArray();
        Guarded places = Guarded.of(backend, DType.INT64, lie, index, picked);
        String what = type + " " + lie + " axis " + axis + " of " + Layout.text(shape);

        Guarded y = Guarded.empty(backend, type, lie, picked);
        backend.gather(y, Guarded.of(backend, type, lie, x, shape), places, axis);
        double[] expected = new double[size];
        Arrays.setAll(expected, i -> x[target(i, axis, index[i], picked, shape)]);
        assertArrayEquals(expected, y.values(), "gather " + what);
        y.assertUnharmed("gather " + what);

        double[] from = Guarded.numbers(size, 3, type);
        scatter(type, lie, axis, places, index, from, shape, picked, false, what);
        if (type != DType.BOOL && n <= 100) {
            scatter(type, lie, axis, places, index, from, shape, picked, true, what);
        }
    }

    private void scatter(DType type, Guarded.Lie lie, int axis, Guarded places, double[] index, double[] from, long[] shape,
            long[] picked, boolean add, String what) {
        double[] expected = new double[(int) Layout.sizeOf(shape)];
        for (int i = 0; i < from.length; i++) {
            int at = target(i, axis, index[i], picked, shape);
            expected[at] = add ? expected[at] + from[i] : from[i];
        }
        Guarded out = Guarded.of(backend, type, lie, new double[expected.length], shape);
        backend.scatter(out, places, Guarded.of(backend, type, lie, from, picked), axis, add);
        // Small integers and sixteenths wrap in one byte, and keep all digits elsewhere.
        for (int i = 0; i < expected.length && !type.isFloating(); i++) {
            Object one = CpuMemory.Storage.of(type).make(1);
            Numbers.set(type, one, 0, expected[i]);
            expected[i] = Numbers.get(type, one, 0);
        }
        assertArrayEquals(expected, out.values(), type == DType.BFLOAT16 ? 0.5 : 1e-2, (add ? "add " : "scatter ") + what);
        out.assertUnharmed("scatter " + what);
    }

    private static int target(int place, int axis, double index, long[] picked, long[] shape) {
        long[] at = Guarded.index(place, picked);
        at[axis] = (long) index;
        return (int) Layout.of(shape).at(at);
    }
}
