package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Results do not depend on when the device does what was queued: at once, as late as possible, or by chance; with one GPU and
 * with two.
 */
@Tag("cuda")
class CudaStreamsTest {

    private static final List<String> PACES = List.of("lazy=0", "lazy=1", "lazy=2 seed=1", "lazy=2 seed=2", "lazy=2 seed=3");
    private static final Program SCALE = Program.of(Expr.arg(0).times(Expr.param(0)));

    private final CudaBackend gpu = EmulatedGpu.get();

    @AfterEach
    void restore() { pace("lazy=0 peers=1"); }

    private static void pace(String settings) {
        if (EmulatedGpu.isEmulated()) {
            EmulatedGpu.set(settings);
        }
    }

    private static Buffer upload(CudaBackend gpu, float... x) {
        Buffer b = gpu.allocate(DType.FLOAT32, x.length);
        gpu.write(b, 0, x, 0, x.length);
        return b;
    }

    private static float[] download(Buffer b) {
        float[] y = new float[(int) b.size()];
        b.backend().read(b, 0, y, 0, y.length);
        return y;
    }

    private static void scale(Buffer b, float factor) {
        View[] v = {View.of(b, Layout.of(b.size()))};
        b.backend().map(SCALE, DType.FLOAT32, new Number[] {factor}, v, v);
    }

    private static Buffer copy(CudaBackend to, Buffer b) {
        Buffer c = to.allocate(b.dtype(), b.size());
        to.copy(View.of(c, Layout.of(b.size())), View.of(b, Layout.of(b.size())));
        return c;
    }

    private static float[] ramp(int n, float step) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i * step;
        }
        return x;
    }

    @Test
    void devicesWaitForEachOther() {
        CudaBackend other = EmulatedGpu.get(1);
        for (String pace : PACES) {
            pace(pace);
            Buffer a = upload(gpu, 1, 2, 3);
            scale(a, 2);
            Buffer b = copy(other, a);
            scale(a, 0);
            scale(b, 10);
            Buffer c = copy(gpu, b);
            scale(b, 0);
            assertArrayEquals(new float[] {20, 40, 60}, download(c), pace);
            assertArrayEquals(new float[3], download(a), pace);
            assertArrayEquals(new float[3], download(b), pace);
            List.of(a, b, c).forEach(Buffer::release);
        }
    }

    @Test
    void memoryIsReusedInOrder() {
        CudaBackend other = EmulatedGpu.get(1);
        for (String pace : PACES) {
            pace(pace);
            Buffer a = upload(gpu, 1, 2, 3);
            Buffer b = copy(other, a);
            long place = ((CudaBuffer) a).address();
            a.release();
            Buffer next = upload(gpu, 7, 8, 9);
            assertEquals(place, ((CudaBuffer) next).address(), "the test needs the same memory");
            assertArrayEquals(new float[] {7, 8, 9}, download(next), pace);
            assertArrayEquals(new float[] {1, 2, 3}, download(b), pace);
            next.release();
            b.release();
        }
    }

    @Test
    void copiesBetweenDevicesDoNotGoThroughTheHost() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "counts the calls of the emulated driver");
        CudaBackend other = EmulatedGpu.get(1);
        Buffer a = upload(gpu, ramp(100_000, 1));
        int host = EmulatedGpu.count(gpu, EmulatedGpu.Count.HOST_COPIES);
        int peer = EmulatedGpu.count(gpu, EmulatedGpu.Count.PEER_COPIES);
        int direct = EmulatedGpu.count(gpu, EmulatedGpu.Count.DIRECT_PEER_COPIES);
        Buffer b = copy(other, a);
        assertEquals(host, EmulatedGpu.count(gpu, EmulatedGpu.Count.HOST_COPIES));
        assertEquals(peer + 1, EmulatedGpu.count(gpu, EmulatedGpu.Count.PEER_COPIES));
        assertEquals(direct + 1, EmulatedGpu.count(gpu, EmulatedGpu.Count.DIRECT_PEER_COPIES));
        assertArrayEquals(ramp(100_000, 1), download(b));
        a.release();
        b.release();
    }

    @Test
    void onlyRowsGoBetweenDevices() {
        CudaBackend other = EmulatedGpu.get(1);
        Buffer a = upload(gpu, 1, 2, 3, 4);
        Buffer b = other.allocate(DType.FLOAT32, 4);
        View turned = View.of(a, Layout.of(2, 2).permute(1, 0));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> other.copy(View.of(b, Layout.of(2, 2)), turned));
        assertTrue(e.getMessage().contains("gpu(0)") && e.getMessage().contains("gpu(1)"), e.getMessage());
        a.release();
        b.release();
    }

    @Test
    void uploadsDoNotWait() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "looks at the emulated driver's queue");
        EmulatedGpu.set("lazy=1");
        Buffer slow = upload(gpu, ramp(100, 1));
        int before = EmulatedGpu.count(gpu, EmulatedGpu.Count.QUEUED);
        scale(slow, 2);
        List<Buffer> all = new ArrayList<>();
        float[] x = new float[300_000];
        for (int k = 0; k < 60; k++) {
            Arrays.fill(x, k);
            all.add(upload(gpu, x));
        }
        assertTrue(EmulatedGpu.count(gpu, EmulatedGpu.Count.QUEUED) > before + 60, "72 MB wait behind a kernel, not their owner");
        for (int k = 0; k < 60; k++) {
            Arrays.fill(x, k);
            assertArrayEquals(x, download(all.get(k)));
        }
        all.forEach(Buffer::release);
        slow.release();
    }

    @Test
    void moreThanWaitsAtOnceIsUploadedInTurn() {
        for (String pace : PACES.subList(0, 3)) {
            pace(pace);
            // More than the page-locked memory that uploads may take.
            float[] x = ramp(40 << 20, 0.5f);
            Buffer b = upload(gpu, x);
            Arrays.fill(x, 0);
            assertArrayEquals(ramp(x.length, 0.5f), download(b), pace);
            b.release();
        }
        if (EmulatedGpu.isEmulated()) {
            assertTrue(EmulatedGpu.count(gpu, EmulatedGpu.Count.PINNED) < 90, "page-locked memory is used again");
        }
    }

    @Test
    void smallAndOddUploadsShareMemory() {
        pace("lazy=1");
        List<Buffer> all = new ArrayList<>();
        for (int k = 0; k < 500; k++) {
            Buffer b = gpu.allocate(DType.INT8, 37 * k + 1);
            byte[] x = new byte[37 * k + 1];
            Arrays.fill(x, (byte) k);
            gpu.write(b, 0, x, 0, x.length);
            all.add(b);
        }
        for (int k = 0; k < 500; k++) {
            byte[] x = new byte[37 * k + 1];
            gpu.read(all.get(k), 0, x, 0, x.length);
            for (byte v : x) {
                assertEquals((byte) k, v);
            }
            all.get(k).release();
        }
    }

    @Test
    void threadsPassMemoryAround() throws InterruptedException, ExecutionException {
        CudaBackend other = EmulatedGpu.get(1);
        for (String pace : PACES) {
            pace(pace);
            ExecutorService pool = Executors.newFixedThreadPool(4);
            List<Future<?>> all = new ArrayList<>();
            for (int k = 0; k < 4; k++) {
                CudaBackend from = k % 2 == 0 ? gpu : other;
                CudaBackend to = k < 2 ? gpu : other;
                int number = k;
                all.add(pool.submit(() -> pass(from, to, number)));
            }
            for (Future<?> f : all) {
                f.get();
            }
            pool.shutdown();
        }
    }

    private static void pass(CudaBackend from, CudaBackend to, int number) {
        for (int i = 0; i < 100; i++) {
            float[] x = ramp(1000, number + i);
            Buffer a = upload(from, x);
            Arrays.fill(x, -1);
            scale(a, 2);
            Buffer b = copy(to, a);
            a.release();
            scale(b, 0.5f);
            Buffer c = copy(from, b);
            b.release();
            assertArrayEquals(ramp(1000, number + i), download(c));
            c.release();
        }
    }
}
