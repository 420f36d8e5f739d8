package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gather and scatter in every dtype and layout, with equal indices, against the CPU's. */
@Tag("cuda")
class IndexFamilyTest {

    private final CudaBackend gpu = EmulatedGpu.get();

    private static List<DType> types() {
        List<DType> all = new ArrayList<>(Twin.REALS);
        all.add(DType.COMPLEX64);
        return all;
    }

    @Test
    void gathers() {
        for (DType type : types()) {
            for (Lie lie : Lie.values()) {
                for (int axis = 0; axis < 3; axis++) {
                    long[] shape = {4, 5, 6};
                    shape[axis] = 9;
                    gather(type, lie, axis, index(4 + axis, 3, shape), shape, 4, 5, 6);
                }
            }
            // Rows as a whole, of a width that moves in larger pieces and of one that does not.
            for (long width : new long[] {64, 7}) {
                long[] shape = {2, 30, width};
                Twin rows = index(11, 11, 2, 30, 1);
                gather(type, Lie.WHOLE, 1, broadcast(rows, shape), shape, 2, 11, width);
                gather(type, Lie.OFFSET, 1, broadcast(rows, shape), shape, 2, 11, width);
            }
        }
        gather(DType.FLOAT32, Lie.WHOLE, 0, index(1, 3, 0, 2), new long[] {0, 2}, 3, 2);
    }

    private void gather(DType type, Lie lie, int axis, Twin index, long[] shape, long... from) {
        Twin x = lie.twin(gpu, type, 5, from);
        Twin y = lie.twin(gpu, type, 6, shape);
        Backends.cpu().gather(y.cpu(), x.cpu(), index.cpu(), axis);
        gpu.gather(y.gpu(), x.gpu(), index.gpu(), axis);
        assertEquals(List.of(), y.differences(0), type.text() + " " + lie + " " + Layout.text(shape) + " axis " + axis);
        x.release();
        y.release();
    }

    @Test
    void scatters() {
        for (DType type : types()) {
            for (boolean add : new boolean[] {false, true}) {
                for (Lie lie : Lie.values()) {
                    for (int axis = 0; axis < 3; axis++) {
                        long[] shape = {4, 5, 6};
                        shape[axis] = 9;
                        scatter(add, type, lie, axis, index(4 + axis, 4, shape), shape, 4, 5, 6);
                    }
                }
                long[] shape = {2, 30, 7};
                scatter(add, type, Lie.OFFSET, 1, broadcast(index(11, 2, 2, 30, 1), shape), shape, 2, 11, 7);
                // Runs of equal indices that are longer than what one thread adds up, and begin anywhere.
                long[] many = {1000, 3};
                scatter(add, type, Lie.WHOLE, 0, broadcast(index(4, 2, 1000, 1), many), many, 4, 3);
                scatter(add, type, Lie.WHOLE, 0, broadcast(index(1, 2, 1000, 1), many), many, 4, 3);
                scatter(add, type, Lie.WHOLE, 0, broadcast(index(60, 2, 1000, 1), many), many, 60, 3);
                scatter(add, type, Lie.WHOLE, 0, broadcast(index(1, 2, 1, 1), many), many, 1, 3);
            }
        }
        scatter(true, DType.FLOAT32, Lie.WHOLE, 0, index(500, 2, 9000), new long[] {9000}, 500);
        scatter(true, DType.FLOAT32, Lie.WHOLE, 0, index(1, 2, 0), new long[] {0}, 5);
    }

    private void scatter(boolean add, DType type, Lie lie, int axis, Twin index, long[] shape, long... to) {
        Twin x = lie.twin(gpu, type, 5, shape);
        Twin y = lie.twin(gpu, type, 6, to);
        Backends.cpu().scatter(y.cpu(), index.cpu(), x.cpu(), axis, add);
        gpu.scatter(y.gpu(), index.gpu(), x.gpu(), axis, add);
        // The CPU rounds sums of 16-bit floats after each addition.
        double units = !add ? 0 : type == DType.FLOAT16 ? 20 : type == DType.BFLOAT16 ? 60 : 0;
        assertEquals(List.of(), y.differences(units, 4), type.text() + " " + lie + " " + Layout.text(shape) + " to "
                + Layout.text(to) + " axis " + axis + " add " + add);
        x.release();
        y.release();
    }

    private Twin index(long bound, long seed, long... shape) {
        int n = (int) Layout.sizeOf(shape);
        return Twin.of(gpu, DType.INT64, new Random(seed).longs(n, 0, bound).toArray(), n, Layout.of(shape));
    }

    private static Twin broadcast(Twin t, long... shape) {
        Layout l = t.cpu().layout().broadcastTo(shape);
        return new Twin(View.of(t.cpu().buffer(), l), View.of(t.gpu().buffer(), l));
    }
}
