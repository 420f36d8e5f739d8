package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reductions and places of extrema along any axes of any layout, in every dtype, against the CPU's. */
@Tag("cuda")
class ReduceFamilyTest {

    private static final long[][][] CASES = {{{7}, {1}}, {{3, 5}, {3, 1}}, {{3, 5}, {1, 5}}, {{3, 5}, {1, 1}},
        {{2, 3, 4}, {2, 1, 4}}, {{2, 3, 4}, {1, 3, 1}}, {{65, 33}, {1, 33}}, {{4, 300}, {4, 1}}, {{0, 3}, {1, 3}},
        {{3, 0}, {3, 1}}, {{}, {}}, {{5, 1}, {5, 1}}, {{3, 5, 4, 8}, {1, 5, 1, 1}}};

    private final CudaBackend gpu = EmulatedGpu.get();

    @Test
    void everyDtypeAndLayout() {
        for (DType type : Twin.REALS) {
            for (Reduction r : Reduction.values()) {
                for (long[][] c : CASES) {
                    for (Lie lie : Lie.values()) {
                        if (r.allowsEmpty() || Layout.sizeOf(c[0]) > 0) {
                            check(r, type.lane(), type.isFloating() ? type : type.accumulated(), type, lie, c);
                        }
                    }
                }
            }
        }
    }

    @Test
    void everyLaneAndOutput() {
        long[][] c = {{3, 70}, {3, 1}};
        for (DType type : Twin.REALS) {
            for (DType lane : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.UINT64)) {
                for (DType out : List.of(DType.BOOL, DType.UINT8, DType.INT32, DType.UINT64, DType.BFLOAT16, DType.FLOAT64)) {
                    check(Reduction.SUM, lane, out, type, Lie.OFFSET, c);
                }
            }
        }
    }

    @Test
    void manyElementsGoInParts() {
        for (long[][] c : new long[][][] {{{300_001}, {1}}, {{70_000, 2}, {1, 2}}, {{3000, 40}, {1, 40}}, {{3, 40_000}, {3, 1}},
            {{40, 100, 30}, {1, 100, 1}}}) {
            for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.INT32)) {
                check(Reduction.SUM, type.lane(), type.accumulated(), type, Lie.OFFSET, c);
                check(Reduction.MAX, type.lane(), type, type, Lie.WHOLE, c);
            }
        }
    }

    @Test
    void specialNumbers() {
        for (DType type : Twin.REALS) {
            for (Reduction r : List.of(Reduction.MAX, Reduction.MIN)) {
                for (int n : new int[] {1, 2, 5, 40, 333}) {
                    Twin x = Twin.mixed(gpu, type, n, 20, n);
                    Twin y = Lie.WHOLE.twin(gpu, type, 1, 20, 1);
                    Backends.cpu().reduce(r, type.lane(), y.cpu(), x.cpu());
                    gpu.reduce(r, type.lane(), y.gpu(), x.gpu());
                    assertEquals(List.of(), y.differences(0), r + " of " + n + " " + type.text());
                    places(x, 1, type.text());
                    places(x, 0, type.text());
                    x.release();
                    y.release();
                }
            }
        }
    }

    @Test
    void placesInEveryDtypeAndLayout() {
        for (DType type : Twin.REALS) {
            for (Lie lie : Lie.values()) {
                Twin x = lie.twin(gpu, type, 5, 4, 37, 3);
                for (int axis = 0; axis < 3; axis++) {
                    places(x, axis, lie + " " + type.text());
                }
                x.release();
            }
        }
        Twin x = Lie.WHOLE.twin(gpu, DType.FLOAT32, 5, 200_000);
        places(x, 0, "parts");
        x.release();
    }

    private void places(Twin x, int axis, String what) {
        long[] shape = x.cpu().layout().shape();
        shape[axis] = 1;
        for (boolean largest : new boolean[] {true, false}) {
            Twin y = Lie.GAPS.twin(gpu, DType.INT64, 2, shape);
            Backends.cpu().argReduce(largest, y.cpu(), x.cpu(), axis);
            gpu.argReduce(largest, y.gpu(), x.gpu(), axis);
            assertEquals(List.of(), y.differences(0), what + " " + x.cpu().layout() + " axis " + axis + " largest " + largest);
            y.release();
        }
    }

    private void check(Reduction r, DType lane, DType out, DType type, Lie lie, long[][] shapes) {
        Twin x = lie.twin(gpu, type, 3, shapes[0]);
        Twin y = lie.twin(gpu, out, 4, shapes[1]);
        Backends.cpu().reduce(r, lane, y.cpu(), x.cpu());
        gpu.reduce(r, lane, y.gpu(), x.gpu());
        // Sums of multiples of 1/16 are exact up to a million; products of floats are rounded.
        double units = r == Reduction.PROD && lane.isFloating() ? 64 : 0;
        assertEquals(List.of(), y.differences(units), r + " of " + Layout.text(shapes[0]) + " " + type.text() + " to "
                + Layout.text(shapes[1]) + " " + out.text() + " by " + lane.text() + " " + lie);
        x.release();
        y.release();
    }
}
