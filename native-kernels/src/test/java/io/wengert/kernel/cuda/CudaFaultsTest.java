package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Backends;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is said when a device or a kernel fails, and what goes on working. */
@Tag("cuda")
class CudaFaultsTest {

    private static final Program NEXT = Program.of(Expr.arg(0).plus(Expr.c(1)));

    private final CudaBackend gpu = EmulatedGpu.get();

    @BeforeEach
    void onlyEmulated() { Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "would spoil a real GPU"); }

    @AfterEach
    void heal() { EmulatedGpu.set("heal=1 lazy=0"); }

    private static Buffer upload(CudaBackend on, float... x) {
        Buffer b = on.allocate(DType.FLOAT32, x.length);
        on.write(b, 0, x, 0, x.length);
        return b;
    }

    private static float[] next(Buffer b) {
        View[] v = {View.of(b, Layout.of(b.size()))};
        b.backend().map(NEXT, DType.FLOAT32, new Number[0], v, v);
        float[] y = new float[(int) b.size()];
        b.backend().read(b, 0, y, 0, y.length);
        return y;
    }

    private static void assertLost(CudaException e, String device) {
        assertTrue(e.isLasting(), e.getMessage());
        for (String part : List.of(device + ": ", "context is lost", "Start again", "CPU or another GPU", "CUDA_LAUNCH_BLOCKING=1")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void failedKernelIsReportedWhenItIsWaitedFor() {
        Buffer x = upload(gpu, 1, 2, 3);
        View[] v = {View.of(x, Layout.of(3))};
        EmulatedGpu.set("fail=700 lazy=1");
        gpu.map(NEXT, DType.FLOAT32, new Number[0], v, v);
        CudaException e = assertThrows(CudaException.class, gpu::synchronize);
        assertLost(e, "gpu(0)");
        assertTrue(e.getMessage().contains("failed as planted"), e.getMessage());
        assertLost(assertThrows(CudaException.class, () -> next(x)), "gpu(0)");
        assertLost(assertThrows(CudaException.class, () -> gpu.read(x, 0, new float[3], 0, 3)), "gpu(0)");
        assertLost(assertThrows(CudaException.class, () -> gpu.allocate(DType.INT8, 100 << 20)), "gpu(0)");
        long used = gpu.memory().used();
        x.release();
        assertTrue(gpu.memory().used() < used, "memory is given back all the same");
        gpu.emptyCache();
        EmulatedGpu.set("heal=1");
        Buffer y = upload(gpu, 1, 2, 3);
        assertArrayEquals(new float[] {2, 3, 4}, next(y));
        y.release();
    }

    @Test
    void lostDeviceLeavesTheOthersAlone() {
        CudaBackend other = EmulatedGpu.get(1);
        for (int status : new int[] {46, 214, 719, 999}) {
            Buffer here = upload(gpu, 1, 2, 3);
            Buffer there = upload(other, 1, 2, 3);
            other.gpu().enter();
            EmulatedGpu.set("gone=" + status);
            assertLost(assertThrows(CudaException.class, () -> next(there)), "gpu(1)");
            assertLost(assertThrows(CudaException.class, () -> other.write(there, 0, new float[3], 0, 3)), "gpu(1)");
            View from = View.of(there, Layout.of(3));
            View to = View.of(here, Layout.of(3));
            assertLost(assertThrows(CudaException.class, () -> gpu.copy(to, from)), "gpu(1)");
            assertLost(assertThrows(CudaException.class, () -> other.copy(from, to)), "gpu(1)");
            assertArrayEquals(new float[] {2, 3, 4}, next(here));
            assertTrue(Backends.isLost(1) && !Backends.isLost(0));
            there.release();
            other.emptyCache();
            here.release();
            EmulatedGpu.set("heal=1");
        }
        assertEquals(0, other.memory().used());
    }

    @Test
    void refusalIsNoLoss() {
        EmulatedGpu.set("fail=701");
        Buffer x = upload(gpu, 1, 2, 3);
        CudaException e = assertThrows(CudaException.class, () -> next(x));
        assertTrue(!e.isLasting() && !e.getMessage().contains("lost"), e.getMessage());
        x.release();
    }

    @Test
    void kernelsThatDoNotCompileAreNamed() {
        CudaException e = assertThrows(CudaException.class, () -> gpu.gpu().modules().compile("no kernel at all", "nonsense"));
        assertTrue(e.getMessage().contains("gpu(0): loading the kernels nonsense [no .version in the text]"), e.getMessage());
        String text = ".version 7.0\n.target sm_80\n.visible .entry odd(\n.param .u64 a\n)\n{\nfrobnicate.u32 %r1, %r2;\nret;\n}\n";
        CudaException odd = assertThrows(CudaException.class, () -> gpu.gpu().modules().compile(text, "odd"));
        assertTrue(odd.getMessage().contains("loading the kernels odd [") && odd.getMessage().contains("frobnicate"),
                odd.getMessage());
        Buffer x = upload(gpu, 1, 2, 3);
        assertArrayEquals(new float[] {2, 3, 4}, next(x), "later work is right");
        x.release();
    }

    @Test
    void memoryMayBeFreedWhileWorkIsQueued() {
        gpu.emptyCache();
        EmulatedGpu.set("lazy=1");
        Buffer x = upload(gpu, new float[10 << 20]);
        View[] v = {View.of(x, Layout.of(x.size()))};
        for (int i = 0; i < 3; i++) {
            gpu.map(NEXT, DType.FLOAT32, new Number[0], v, v);
        }
        Buffer y = gpu.allocate(DType.FLOAT32, x.size());
        View[] w = {View.of(y, Layout.of(y.size()))};
        gpu.map(NEXT, DType.FLOAT32, new Number[0], w, v);
        x.release();
        gpu.emptyCache();
        float[] r = new float[1];
        gpu.read(y, y.size() - 1, r, 0, 1);
        assertArrayEquals(new float[] {4}, r);
        y.release();
    }
}
