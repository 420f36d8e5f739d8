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
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Device memory: copies, reuse, exhaustion, and what is left after a failure. */
@Tag("cuda")
class CudaMemoryTest {

    private static final long MB = 1 << 20;

    private final CudaBackend gpu = EmulatedGpu.get();

    @BeforeEach
    void start() {
        System.gc();
        gpu.emptyCache();
    }

    @AfterEach
    void restore() {
        if (EmulatedGpu.isEmulated()) {
            EmulatedGpu.set("heal=1 lazy=0 memory=" + 2048 * MB);
        }
    }

    @Test
    void everyArrayComesBack() {
        for (DType type : DType.values()) {
            if (type == DType.STRING) {
                assertThrows(IllegalArgumentException.class, () -> gpu.allocate(DType.STRING, 1));
                continue;
            }
            Twin t = Twin.mixed(gpu, type == DType.COMPLEX64 ? DType.FLOAT32 : type, 5, 1000);
            assertEquals(List.of(), t.differences(0), type.text());
            t.release();
        }
    }

    @Test
    void largeCopiesGoInStages() {
        if (EmulatedGpu.isEmulated()) {
            EmulatedGpu.set("lazy=1");
        }
        int n = (int) (5 * MB + 3);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i;
        }
        Buffer b = gpu.allocate(DType.FLOAT32, n + 10);
        gpu.write(b, 7, x, 0, n);
        float[] y = new float[n + 1];
        gpu.read(b, 7, y, 1, n);
        for (int i = 0; i < n; i++) {
            assertEquals(x[i], y[i + 1]);
        }
        b.release();
    }

    @Test
    void complexNumbersHaveParts() {
        Buffer b = gpu.allocate(DType.COMPLEX64, 2);
        gpu.write(b, 0, new float[] {1, 2, 3, 4}, 0, 2);
        float[] r = new float[2];
        gpu.read(b.parts(), 1, r, 0, 2);
        assertArrayEquals(new float[] {2, 3}, r);
        b.release();
        assertThrows(IllegalStateException.class, () -> gpu.read(b, 0, r, 0, 1));
    }

    @Test
    void piecesAreReusedAndJoined() {
        // A backend of its own: what other tests leave to the collector is not in its memory.
        CudaBackend own = new CudaBackend(0);
        List<Buffer> held = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            if (held.size() < 40 || random.nextBoolean()) {
                held.add(own.allocate(DType.INT8, 1 + random.nextInt(1 << random.nextInt(23))));
            } else {
                held.remove(random.nextInt(held.size())).release();
            }
            if (held.size() > 60) {
                held.remove(0).release();
            }
        }
        held.forEach(Buffer::release);
        assertEquals(0, own.memory().used());
        own.emptyCache();
        assertEquals(0, own.memory().pooled(), "free neighbours are joined to whole segments again");
    }

    @Test
    void exhaustionNamesWhatHoldsTheMemory() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "would take all of a real GPU");
        EmulatedGpu.set("memory=" + (gpu.memory().used() + gpu.memory().pooled() + 100 * MB));
        List<Buffer> held = new ArrayList<>();
        OutOfMemoryError e = assertThrows(OutOfMemoryError.class, () -> {
            while (true) {
                held.add(gpu.allocate(DType.FLOAT32, 3 * MB));
            }
        });
        assertTrue(held.size() >= 5, "of 100 MB only " + held.size() + " arrays of 12 MB");
        String expected = held.size() + " of " + 3 * MB + " float32 (" + 12 * held.size() + " MB)";
        assertTrue(e.getMessage().contains(expected) && e.getMessage().contains("gpu(0)"), e.getMessage());
        held.remove(0).release();
        held.add(gpu.allocate(DType.FLOAT32, 3 * MB));
        held.forEach(Buffer::release);
    }

    @Test
    void noMoreIsTakenThanTheLimit() {
        System.setProperty(CudaMemory.LIMIT, "30m");
        CudaBackend limited;
        try {
            limited = new CudaBackend(0);
        } finally {
            System.clearProperty(CudaMemory.LIMIT);
        }
        List<Buffer> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(limited.allocate(DType.FLOAT32, 2 * MB));
        }
        String said = assertThrows(OutOfMemoryError.class, () -> limited.allocate(DType.FLOAT32, 2 * MB)).getMessage();
        assertTrue(said.contains("3 arrays hold 24 MB of 30 MB; most of it 3 of 2097152 float32 (24 MB)"), said);
        held.remove(0).release();
        held.add(limited.allocate(DType.INT8, 8 * MB));
        held.forEach(Buffer::release);
        limited.emptyCache();
        assertEquals(0, limited.memory().pooled());
    }

    @Test
    void whatNobodyReleasesIsFound() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "would take all of a real GPU");
        EmulatedGpu.set("memory=" + (gpu.memory().used() + gpu.memory().pooled() + 100 * MB));
        for (int i = 0; i < 50; i++) {
            assertEquals(5 * MB, gpu.allocate(DType.FLOAT64, 5 * MB).size());
        }
    }

    @Test
    void limitIsRead() {
        assertEquals(Long.MAX_VALUE, CudaMemory.limit(null));
        assertEquals(5000, CudaMemory.limit("5000"));
        assertEquals(512 * MB, CudaMemory.limit("512m"));
        assertEquals(8192 * MB, CudaMemory.limit("8G"));
        assertThrows(IllegalArgumentException.class, () -> CudaMemory.limit("much"));
    }

    @Test
    void manyThreadsShareTheDevice() throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<?>> all = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            int number = k;
            all.add(pool.submit(() -> work(number)));
        }
        for (Future<?> f : all) {
            f.get();
        }
        pool.shutdown();
    }

    private void work(int number) {
        Program p = Program.of(Expr.arg(0).times(Expr.param(0)));
        float[] x = {1, 2, 3, number};
        for (int i = 0; i < 200; i++) {
            Buffer b = gpu.allocate(DType.FLOAT32, 4);
            gpu.write(b, 0, x, 0, 4);
            View[] v = {View.of(b, Layout.of(4))};
            gpu.map(p, DType.FLOAT32, new Number[] {number}, v, v);
            float[] y = new float[4];
            gpu.read(b, 0, y, 0, 4);
            assertArrayEquals(new float[] {number, 2 * number, 3 * number, number * number}, y);
            b.release();
        }
    }
}
