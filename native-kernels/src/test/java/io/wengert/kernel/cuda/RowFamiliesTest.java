package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Reduction;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Running sums, softmax and sorting of rows of any length and layout, against the CPU's. */
@Tag("cuda")
class RowFamiliesTest {

    private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

    private final CudaBackend gpu = EmulatedGpu.get();

    @Test
    void scans() {
        for (DType type : Twin.REALS) {
            for (Reduction r : Reduction.values()) {
                for (Lie lie : Lie.values()) {
                    for (int axis = 0; axis < 3; axis++) {
                        scan(r, type, lie, axis, 3, 35, 2);
                        scan(r, type, lie, axis, 2, 0, 2);
                    }
                }
                scan(r, type, Lie.OFFSET, 1, 2, 3000);
            }
        }
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT16, DType.UINT64)) {
            scan(Reduction.SUM, type, Lie.OFFSET, 0, 50_001);
            scan(Reduction.MAX, type, Lie.GAPS, 1, 2, 20_000);
            scan(Reduction.SUM, type, Lie.WHOLE, 0, 40, 700);
        }
    }

    private void scan(Reduction r, DType type, Lie lie, int axis, long... shape) {
        Twin x = lie.twin(gpu, type, 1, shape);
        Twin y = lie.twin(gpu, type.accumulated(), 2, shape);
        Backends.cpu().scan(r, type.lane(), y.cpu(), x.cpu(), axis);
        gpu.scan(r, type.lane(), y.gpu(), x.gpu(), axis);
        double units = r == Reduction.PROD && type.isFloating() ? 200 : type == DType.BFLOAT16 || type == DType.FLOAT16 ? 1 : 0;
        assertEquals(List.of(), y.differences(units),
                r + " of " + type.text() + " " + lie + " " + x.cpu().layout() + " axis " + axis);
        x.release();
        y.release();
    }

    @Test
    void softmax() {
        for (DType type : FLOATS) {
            for (boolean logarithm : new boolean[] {false, true}) {
                for (Lie lie : Lie.values()) {
                    for (int axis = 0; axis < 3; axis++) {
                        softmax(logarithm, type, type, lie, axis, 3, 37, 2);
                        softmax(logarithm, type, type, lie, axis, 2, 0, 2);
                    }
                }
                softmax(logarithm, type, type, Lie.OFFSET, 1, 3, 1000);
                softmax(logarithm, type, type, Lie.WHOLE, 1, 2, 5003);
                softmax(logarithm, type, DType.INT32, Lie.WHOLE, 1, 2, 9);
                softmax(logarithm, type, DType.FLOAT64, Lie.WHOLE, 1, 2, 9);
                softmax(logarithm, type, type, Lie.WHOLE, 0, 3, 5000);
            }
        }
    }

    private void softmax(boolean logarithm, DType out, DType type, Lie lie, int axis, long... shape) {
        Twin x = lie.twin(gpu, type, 1, shape);
        Twin y = lie.twin(gpu, out, 2, shape);
        Backends.cpu().softmax(logarithm, y.cpu(), x.cpu(), axis);
        gpu.softmax(logarithm, y.gpu(), x.gpu(), axis);
        assertEquals(List.of(), y.differences(6, logarithm ? 1 : 0),
                out.text() + " of " + type.text() + " " + lie + " " + x.cpu().layout() + " axis " + axis);
        x.release();
        y.release();
    }

    @Test
    void softmaxOfInfinitiesAndNan() {
        float inf = Float.POSITIVE_INFINITY;
        float[] rows = {-inf, 1, -inf, 2, -inf, -inf, -inf, -inf, 1, Float.NaN, 2, 3, inf, 1, -inf, 2, 1e30f, 1e30f, -1e30f, 0};
        for (boolean logarithm : new boolean[] {false, true}) {
            Twin x = Twin.of(gpu, DType.FLOAT32, rows, 20, io.wengert.kernel.Layout.of(5, 4));
            Twin y = Lie.WHOLE.twin(gpu, DType.FLOAT32, 2, 5, 4);
            Backends.cpu().softmax(logarithm, y.cpu(), x.cpu(), 1);
            gpu.softmax(logarithm, y.gpu(), x.gpu(), 1);
            assertEquals(List.of(), y.differences(4), "logarithm " + logarithm);
        }
    }

    @Test
    void sorts() {
        for (DType type : Twin.REALS) {
            for (boolean descending : new boolean[] {false, true}) {
                for (Lie lie : Lie.values()) {
                    for (int axis = 0; axis < 3; axis++) {
                        sort(lie.twin(gpu, type, 1, 3, 35, 2), axis, descending);
                    }
                }
                sort(Twin.mixed(gpu, type, 7, 3, 1000), 1, descending);
                sort(Twin.mixed(gpu, type, 8, 5000, 2), 0, descending);
                sort(Twin.mixed(gpu, type, 9, 2, 1), 1, descending);
                sort(Twin.mixed(gpu, type, 9, 2, 0), 1, descending);
            }
        }
        sort(Lie.WHOLE.twin(gpu, DType.FLOAT32, 3, 70_000), 0, false);
    }

    private void sort(Twin x, int axis, boolean descending) {
        DType type = x.cpu().dtype();
        Twin y = Lie.GAPS.twin(gpu, type, 2, x.cpu().layout().shape());
        Twin places = Lie.OFFSET.twin(gpu, DType.INT64, 3, x.cpu().layout().shape());
        Backends.cpu().sort(y.cpu(), places.cpu(), x.cpu(), axis, descending);
        gpu.sort(y.gpu(), places.gpu(), x.gpu(), axis, descending);
        String what = type.text() + " " + x.cpu().layout() + " axis " + axis + " descending " + descending;
        assertEquals(List.of(), places.differences(0), what);
        assertEquals(List.of(), y.differences(0), what);
        Twin again = Lie.OFFSET.twin(gpu, DType.INT64, 3, x.cpu().layout().shape());
        gpu.sort(null, again.gpu(), x.gpu(), axis, descending);
        Backends.cpu().sort(null, again.cpu(), x.cpu(), axis, descending);
        assertEquals(List.of(), again.differences(0), what);
        List.of(x, y, places, again).forEach(Twin::release);
    }
}
