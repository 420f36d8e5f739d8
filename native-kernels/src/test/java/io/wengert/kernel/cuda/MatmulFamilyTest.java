package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products of matrices of every dtype, size and layout, against the CPU's. */
@Tag("cuda")
class MatmulFamilyTest {

    private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

    private final CudaBackend gpu = EmulatedGpu.get();

    @Test
    void everyDtypeAndLayout() {
        for (DType type : Twin.REALS) {
            for (Lie a : Lie.values()) {
                for (Lie b : Lie.values()) {
                    check(type, a, b, Lie.GAPS, new long[] {5, 7}, new long[] {7, 9});
                }
                check(type, a, a, a, new long[] {2, 5, 3}, new long[] {2, 3, 4});
                check(type, a, a, a, new long[] {2, 1, 13}, new long[] {2, 13, 40});
                check(type, a, a, a, new long[] {2, 40, 13}, new long[] {2, 13, 1});
                check(type, a, a, a, new long[] {1, 0}, new long[] {0, 3});
                check(type, a, a, a, new long[] {3, 0}, new long[] {0, 4});
                check(type, a, a, a, new long[] {0, 3}, new long[] {3, 4});
            }
        }
    }

    @Test
    void sizesAroundTiles() {
        for (DType type : FLOATS) {
            for (long m : new long[] {1, 64, 67}) {
                for (long n : new long[] {1, 63, 68}) {
                    for (long k : new long[] {1, 16, 37}) {
                        check(type, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {m, k}, new long[] {k, n});
                    }
                }
            }
        }
    }

    @Test
    void largeTilesInAllFourWays() {
        for (DType type : FLOATS) {
            for (Lie a : List.of(Lie.WHOLE, Lie.TRANSPOSED)) {
                for (Lie b : List.of(Lie.WHOLE, Lie.TRANSPOSED)) {
                    check(type, a, b, Lie.WHOLE, new long[] {136, 72}, new long[] {72, 140});
                }
            }
            // Wholly aligned, with a long sum of several slices, and aligned with ragged ends.
            for (long k : new long[] {8, 40, 200}) {
                check(type, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {2, 136, k}, new long[] {2, k, 144});
                check(type, Lie.TRANSPOSED, Lie.TRANSPOSED, Lie.WHOLE, new long[] {136, k}, new long[] {k, 144});
            }
            check(type, Lie.OFFSET, Lie.OFFSET, Lie.OFFSET, new long[] {131, 33}, new long[] {33, 129});
            check(type, Lie.GAPS, Lie.BACKWARDS, Lie.TRANSPOSED, new long[] {131, 33}, new long[] {33, 129});
        }
    }

    @Test
    void tf32() {
        System.setProperty(MatmulFamily.TF32, "true");
        try {
            // Steps of 1/16 below 2 are exact in tf32, and so are their products in float.
            for (Lie a : List.of(Lie.WHOLE, Lie.TRANSPOSED)) {
                for (Lie b : List.of(Lie.WHOLE, Lie.TRANSPOSED)) {
                    check(DType.FLOAT32, a, b, Lie.WHOLE, new long[] {136, 72}, new long[] {72, 140});
                }
            }
        } finally {
            System.clearProperty(MatmulFamily.TF32);
        }
    }

    @Test
    void longSumsGoInParts() {
        for (DType type : FLOATS) {
            check(type, Lie.WHOLE, Lie.WHOLE, Lie.OFFSET, new long[] {3, 2000}, new long[] {2000, 5});
            check(type, Lie.WHOLE, Lie.TRANSPOSED, Lie.GAPS, new long[] {1, 4000}, new long[] {4000, 70});
        }
        check(DType.INT32, Lie.WHOLE, Lie.WHOLE, Lie.OFFSET, new long[] {3, 2000}, new long[] {2000, 5});
        check(DType.UINT64, Lie.WHOLE, Lie.WHOLE, Lie.OFFSET, new long[] {3, 2000}, new long[] {2000, 5});
    }

    @Test
    void batchesAndBroadcasting() {
        for (DType type : FLOATS) {
            check(type, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {3, 2, 5, 8}, new long[] {3, 2, 8, 6});
            check(type, Lie.WHOLE, Lie.GAPS, Lie.WHOLE, new long[] {3, 2, 5, 8}, new long[] {1, 1, 8, 6});
            check(type, Lie.GAPS, Lie.WHOLE, Lie.WHOLE, new long[] {1, 2, 5, 8}, new long[] {3, 1, 8, 6});
        }
    }

    @Test
    void matrixByItself() {
        Twin x = Lie.WHOLE.twin(gpu, DType.FLOAT32, 1, 6, 6);
        Twin y = Lie.WHOLE.twin(gpu, DType.FLOAT32, 2, 6, 6);
        Backends.cpu().matmul(y.cpu(), x.cpu(), View.of(x.cpu().buffer(), x.cpu().layout().transposed()));
        gpu.matmul(y.gpu(), x.gpu(), View.of(x.gpu().buffer(), x.gpu().layout().transposed()));
        assertEquals(List.of(), y.differences(0));
        Backends.cpu().matmul(y.cpu(), x.cpu(), x.cpu());
        gpu.matmul(y.gpu(), x.gpu(), x.gpu());
        assertEquals(List.of(), y.differences(0));
    }

    private void check(DType type, Lie a, Lie b, Lie c, long[] left, long[] right) {
        Twin x = a.twin(gpu, type, 1, left);
        Twin y = b.twin(gpu, type, 2, right);
        int rank = left.length;
        long[] shape = new long[rank];
        for (int i = 0; i < rank - 2; i++) {
            shape[i] = Math.max(left[i], right[i]);
        }
        shape[rank - 2] = left[rank - 2];
        shape[rank - 1] = right[rank - 1];
        Twin z = c.twin(gpu, type, 3, shape);
        Backends.cpu().matmul(z.cpu(), x.cpu(), y.cpu());
        gpu.matmul(z.gpu(), x.gpu(), y.gpu());
        // Sums of so few multiples of 1/256 are exact in float.
        assertEquals(List.of(), z.differences(0), type.text() + " " + a + " " + Layout.text(left) + " by " + b + " "
                + Layout.text(right) + " to " + c);
        List.of(x, y, z).forEach(Twin::release);
    }
}
