package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The emulated GPU runs right kernels rightly, and finds the mistakes of wrong ones. */
@Tag("cuda")
class EmulatorTest {

    private final CudaBackend gpu = EmulatedGpu.get();

    @BeforeEach
    void onlyEmulated() { Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "a real GPU finds no mistakes"); }

    @AfterEach
    void heal() { EmulatedGpu.set("heal=1 order=0 lazy=0"); }

    private CudaKernel planted(String name) {
        return gpu.gpu().modules().compile(".version 7.0\n.visible .entry planted_" + name + "(\n)", "planted_" + name);
    }

    private static int[] ints(Buffer b) {
        int[] r = new int[(int) b.size()];
        b.backend().read(b, 0, r, 0, r.length);
        return r;
    }

    @Test
    void argumentsArrive() {
        Buffer out = gpu.allocate(DType.INT64, 7);
        gpu.launch(planted("arguments"), 1, 1, 0, out, -5, 1L << 40, 2.5f, -3.5, new int[] {7, 8}, null);
        long[] r = new long[7];
        gpu.read(out, 0, r, 0, 7);
        assertArrayEquals(new long[] {-5, 1L << 40, 2, -3, 7, 8, 1}, r);
        out.release();
    }

    @Test
    void blocksMeetAtBarriersInAnyOrder() {
        Buffer out = gpu.allocate(DType.INT32, 20 * 128);
        for (int order = 0; order < 3; order++) {
            EmulatedGpu.set("order=" + order + " seed=" + 5 * order);
            gpu.launch(planted("sum"), 20, 128, 16, out);
            int[] expected = new int[20 * 128];
            Arrays.fill(expected, 127 * 64);
            assertArrayEquals(expected, ints(out), "order " + order);
        }
        out.release();
    }

    @Test
    void raceShowsInAnotherOrder() {
        Buffer out = gpu.allocate(DType.INT32, 64);
        gpu.launch(planted("race"), 1, 64, 0, out);
        int[] forward = ints(out);
        EmulatedGpu.set("order=1");
        gpu.launch(planted("race"), 1, 64, 0, out);
        assertNotEquals(Arrays.toString(forward), Arrays.toString(ints(out)));
        out.release();
    }

    @Test
    void divergentBarriersAreFound() {
        Buffer out = gpu.allocate(DType.INT32, 64);
        CudaException e = assertThrows(CudaException.class, () -> gpu.launch(planted("divergence"), 1, 64, 0, out));
        assertTrue(e.getMessage().contains("planted_divergence: threads of one block meet at different barriers"),
                e.getMessage());
        out.release();
    }

    @Test
    void deadlockIsFound() {
        Buffer out = gpu.allocate(DType.INT32, 32);
        CudaException e = assertThrows(CudaException.class, () -> gpu.launch(planted("deadlock"), 1, 32, 0, out));
        assertTrue(e.getMessage().contains("block (0, 0, 0) is stuck: 0 of 32 threads have ended"), e.getMessage());
        out.release();
    }

    @Test
    void writingOutsideIsFound() {
        // As large as a segment of its own, so that what follows is nobody's.
        Buffer out = gpu.allocate(DType.INT8, 24 << 20);
        CudaException e = assertThrows(CudaException.class,
                () -> gpu.launch(planted("outside"), 1, 1, 0, out, out.size()));
        assertTrue(e.getMessage().contains("outside"), e.getMessage());
        assertTrue(e.isLasting());
        out.release();
    }

    @Test
    void tooManyThreadsAreRefused() {
        Buffer out = gpu.allocate(DType.INT32, 1);
        CudaException e = assertThrows(CudaException.class, () -> gpu.launch(planted("bounds"), 1, 128, 0, out));
        assertTrue(e.getMessage().contains("planted_bounds") && e.getMessage().contains("128"), e.getMessage());
        assertEquals(701, e.status());
        gpu.launch(planted("bounds"), 1, 64, 0, out);
        assertArrayEquals(new int[] {1}, ints(out));
        out.release();
    }
}
