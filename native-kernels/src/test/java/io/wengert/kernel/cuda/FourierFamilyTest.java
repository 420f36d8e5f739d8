package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Transforms of all kinds of lengths and layouts, between real and complex numbers, against the CPU's. */
@Tag("cuda")
class FourierFamilyTest {

    private final CudaBackend gpu = EmulatedGpu.get();

    @Test
    void everyKindOfLength() {
        // Powers, products, a prime within the radices, primes beyond them, and rows too long for shared memory.
        for (int n : new int[] {1, 2, 3, 4, 8, 12, 15, 31, 37, 64, 100, 97 * 2, 1024, 2048, 4096, 3000, 4099}) {
            for (boolean inverse : new boolean[] {false, true}) {
                check(DType.COMPLEX64, DType.COMPLEX64, Lie.WHOLE, 1, n, inverse, new long[] {2, n}, new long[] {2, n});
                check(DType.FLOAT32, DType.COMPLEX64, Lie.WHOLE, 1, n, inverse, new long[] {2, n}, new long[] {2, n / 2 + 1});
                check(DType.COMPLEX64, DType.FLOAT32, Lie.WHOLE, 1, n, inverse, new long[] {2, n / 2 + 1}, new long[] {2, n});
            }
        }
    }

    @Test
    void paddedAndCut() {
        for (int n : new int[] {5, 8, 37}) {
            for (int given : new int[] {1, 4, 50}) {
                check(DType.COMPLEX64, DType.COMPLEX64, Lie.WHOLE, 1, n, false, new long[] {2, given}, new long[] {2, 3});
                check(DType.FLOAT64, DType.COMPLEX64, Lie.WHOLE, 1, n, true, new long[] {2, given}, new long[] {2, n});
                check(DType.COMPLEX64, DType.FLOAT64, Lie.WHOLE, 1, n, true, new long[] {2, given}, new long[] {2, 4});
            }
        }
    }

    @Test
    void everyLayoutAndDtype() {
        for (Lie lie : Lie.values()) {
            for (int axis = 0; axis < 3; axis++) {
                long[] shape = {6, 10, 7};
                check(DType.COMPLEX64, DType.COMPLEX64, lie, axis, (int) shape[axis], true, shape, shape);
                for (DType type : Twin.REALS) {
                    check(type, DType.COMPLEX64, lie, axis, (int) shape[axis], false, shape, shape);
                }
                for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
                    check(DType.COMPLEX64, type, lie, axis, (int) shape[axis], false, shape, shape);
                }
            }
        }
        check(DType.COMPLEX64, DType.COMPLEX64, Lie.WHOLE, 1, 4, false, new long[] {0, 4}, new long[] {0, 4});
    }

    private void check(DType from, DType to, Lie lie, int axis, int n, boolean inverse, long[] in, long[] out) {
        Twin x = lie.twin(gpu, from, 1, in);
        Twin y = lie.twin(gpu, to, 2, out);
        Backends.cpu().fourier(y.cpu(), x.cpu(), axis, n, inverse, 0.5);
        gpu.fourier(y.gpu(), x.gpu(), axis, n, inverse, 0.5);
        // Wrapped small negative numbers are huge; what cancels between them leaves double precision's rounding.
        double largest = from.family() == DType.Family.UNSIGNED ? Math.scalb(1e-7, 8 * from.bytes()) : 0;
        double scale = n * Math.max(4, largest);
        assertEquals(List.of(), y.differences(to == DType.FLOAT64 ? 64 : 1, scale), from.text() + " " + Layout.text(in) + " to "
                + to.text() + " " + Layout.text(out) + " axis " + axis + " length " + n + " inverse " + inverse + " " + lie);
        x.release();
        y.release();
    }
}
