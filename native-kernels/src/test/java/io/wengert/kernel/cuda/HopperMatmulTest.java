package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products by the kernels for compute capability 9.0, whose instructions the emulated device carries out as the PTX manual says. */
@Tag("cuda")
class HopperMatmulTest {

    private static CudaBackend gpu;
    private static HopperMatmul hopper;

    @BeforeAll
    static void becomeHopper() {
        boolean emulated = EmulatedGpu.isEmulated();
        if (emulated) {
            EmulatedGpu.set("capability=90");
        }
        gpu = new CudaBackend(0);
        hopper = new HopperMatmul(gpu);
        Assumptions.assumeTrue(gpu.gpu().capability() / 10 == 9, "a GPU of another compute capability than 9.x");
        Assumptions.assumeTrue(HopperCheck.isForDriver(), "a driver older than CUDA 12.5");
        System.setProperty(MatmulFamily.TF32, "true");
    }

    @AfterAll
    static void becomeAmpere() {
        System.clearProperty(MatmulFamily.TF32);
        if (EmulatedGpu.isEmulated()) {
            EmulatedGpu.set("capability=80 order=0 heal=1");
        }
    }

    @Test
    void kernelsPassTheirOwnCheck() {
        for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32)) {
            assertTrue(new HopperCheck(gpu).passes(type), type.text());
        }
    }

    @Test
    void halfInAllFourWays() {
        for (Lie a : List.of(Lie.WHOLE, Lie.TRANSPOSED)) {
            for (Lie b : List.of(Lie.WHOLE, Lie.TRANSPOSED)) {
                check(DType.BFLOAT16, a, b, Lie.WHOLE, new long[] {200, 264}, new long[] {264, 328});
            }
        }
        check(DType.FLOAT16, Lie.WHOLE, Lie.WHOLE, Lie.GAPS, new long[] {328, 520}, new long[] {520, 136});
    }

    @Test
    void tf32InAnyLayout() {
        check(DType.FLOAT32, Lie.WHOLE, Lie.TRANSPOSED, Lie.WHOLE, new long[] {200, 264}, new long[] {264, 328});
        check(DType.FLOAT32, Lie.GAPS, Lie.WHOLE, Lie.TRANSPOSED, new long[] {131, 515}, new long[] {515, 259});
    }

    @Test
    void batches() {
        check(DType.BFLOAT16, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {3, 136, 264}, new long[] {3, 264, 168});
        check(DType.FLOAT32, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {1, 136, 264}, new long[] {4, 264, 168});
    }

    @Test
    void longSumsGoInParts() {
        check(DType.BFLOAT16, Lie.TRANSPOSED, Lie.WHOLE, Lie.WHOLE, new long[] {72, 3600}, new long[] {3600, 72});
    }

    @Test
    void notWhereTheSwitchOrTheSizeOrTheLayoutForbidsIt() {
        Twin x = Lie.WHOLE.twin(gpu, DType.BFLOAT16, 1, 264, 264);
        Twin y = Lie.GAPS.twin(gpu, DType.BFLOAT16, 2, 264, 264);
        assertTrue(takes(x, x, x));
        assertFalse(takes(x, x, y), "lines that are no pieces of memory");
        assertFalse(hopper.isFor(DType.BFLOAT16, 64, 4096, 4096, 1));
        assertFalse(hopper.isFor(DType.FLOAT64, 4096, 4096, 4096, 1));
        System.setProperty(HopperMatmul.SWITCH, "false");
        try {
            assertFalse(takes(x, x, x));
        } finally {
            System.clearProperty(HopperMatmul.SWITCH);
        }
        List.of(x, y).forEach(Twin::release);
    }

    @Test
    void otherOrdersOfThreads() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "a real GPU has its own order");
        for (int order = 1; order < 3; order++) {
            EmulatedGpu.set("order=" + order + " seed=" + 3 * order);
            check(DType.BFLOAT16, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {200, 328}, new long[] {328, 264});
        }
        EmulatedGpu.set("order=0");
    }

    @Test
    void failureOfTheCheckLeavesTheOtherKernels() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "a real GPU does not fail at will");
        EmulatedGpu.set("fail=715");
        CudaBackend failing = new CudaBackend(0);
        Twin x = Lie.WHOLE.twin(failing, DType.BFLOAT16, 1, 200, 328);
        Twin y = Lie.WHOLE.twin(failing, DType.BFLOAT16, 2, 328, 264);
        Twin z = Lie.WHOLE.twin(failing, DType.BFLOAT16, 3, 200, 264);
        Backends.cpu().matmul(z.cpu(), x.cpu(), y.cpu());
        failing.matmul(z.gpu(), x.gpu(), y.gpu());
        assertEquals(List.of(), z.differences(0));
        List.of(x, y, z).forEach(Twin::release);
        EmulatedGpu.set("fail=715");
        HopperCheck check = new HopperCheck(failing);
        assertFalse(check.passes(DType.BFLOAT16));
        assertFalse(check.passes(DType.BFLOAT16), "found out once");
    }

    private static void check(DType type, Lie a, Lie b, Lie c, long[] left, long[] right) {
        Twin x = a.twin(gpu, type, 1, left);
        Twin y = b.twin(gpu, type, 2, right);
        int rank = left.length;
        long[] shape = left.clone();
        shape[0] = rank > 2 ? Math.max(left[0], right[0]) : left[0];
        shape[rank - 1] = right[rank - 1];
        Twin z = c.twin(gpu, type, 3, shape);
        String what = type.text() + " " + a + " " + Layout.text(left) + " by " + b + " " + Layout.text(right) + " to " + c;
        assertTrue(takes(z, x, y), what);
        Backends.cpu().matmul(z.cpu(), x.cpu(), y.cpu());
        gpu.matmul(z.gpu(), x.gpu(), y.gpu());
        // Sums of so few multiples of 1/256 are exact in float.
        assertEquals(List.of(), z.differences(0), what);
        List.of(x, y, z).forEach(Twin::release);
    }

    private static boolean takes(Twin c, Twin a, Twin b) {
        View z = c.gpu();
        int rank = z.layout().rank();
        long batch = rank > 2 ? z.layout().size(0) : 1;
        long[] batches = Axes.of(lead(z, batch), lead(a.gpu(), batch), lead(b.gpu(), batch));
        return hopper.isFor(z.dtype(), z.layout().size(rank - 2), z.layout().size(rank - 1), a.gpu().layout().size(rank - 1), batch)
                && hopper.plan(z, a.gpu(), b.gpu(), batch, batches) != null;
    }

    private static Layout lead(View v, long batch) {
        return v.layout().rank() == 2 ? v.layout().permute() : v.layout().permute(0).broadcastTo(batch);
    }
}
