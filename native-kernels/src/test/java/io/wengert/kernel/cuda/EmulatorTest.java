package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
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
        // As large as a segment of its own, of a backend that has no other: what follows is nobody's.
        Buffer out = new CudaBackend(0).allocate(DType.INT8, 24 << 20);
        CudaException e = assertThrows(CudaException.class,
                () -> gpu.launch(planted("outside"), 1, 1, 0, out, out.size()));
        assertTrue(e.getMessage().contains("outside"), e.getMessage());
        assertTrue(e.isLasting());
        out.release();
    }

    @Test
    void missingWaitForAnotherStreamShows() {
        CUstream first = CudaDriver.stream();
        CUstream second = CudaDriver.stream();
        CUevent event = CudaDriver.event();
        Buffer a = gpu.allocate(DType.INT32, 1);
        Buffer b = gpu.allocate(DType.INT32, 1);
        long from = ((CudaBuffer) a).address();
        long to = ((CudaBuffer) b).address();
        for (boolean waits : new boolean[] {false, true}) {
            gpu.write(a, 0, new int[] {1}, 0, 1);
            gpu.synchronize();
            EmulatedGpu.set("lazy=1");
            CudaDriver.fill(from, (byte) 2, 4, first);
            CudaDriver.record(event, first);
            if (waits) {
                CudaDriver.wait(second, event);
            }
            CudaDriver.move(to, from, 4, second);
            CudaDriver.synchronize(second);
            assertArrayEquals(new int[] {waits ? 0x02020202 : 1}, ints(b));
            CudaDriver.synchronize(first);
        }
        a.release();
        b.release();
    }

    @Test
    void chanceFindsMissingWaitsToo() {
        CUstream first = CudaDriver.stream();
        CUstream second = CudaDriver.stream();
        Buffer a = gpu.allocate(DType.INT8, 2);
        long at = ((CudaBuffer) a).address();
        Set<Byte> seen = new HashSet<>();
        EmulatedGpu.set("lazy=2 seed=3");
        for (int i = 0; i < 100; i++) {
            CudaDriver.fill(at, (byte) 1, 1, first);
            CudaDriver.fill(at, (byte) 2, 1, second);
            CudaDriver.synchronize(second);
            CudaDriver.synchronize(first);
            byte[] r = new byte[1];
            gpu.read(a, 0, r, 0, 1);
            seen.add(r[0]);
        }
        assertEquals(Set.of((byte) 1, (byte) 2), seen);
        a.release();
    }

    @Test
    void memoryOfAnotherDeviceIsFound() {
        CudaBackend other = EmulatedGpu.get(1);
        Buffer foreign = other.allocate(DType.INT64, 7);
        CudaException e = assertThrows(CudaException.class,
                () -> gpu.launch(planted("arguments"), 1, 1, 0, foreign, -5, 1L << 40, 2.5f, -3.5, new int[] {7, 8}, null));
        assertTrue(e.getMessage().contains("another device"), e.getMessage());
        foreign.release();
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
