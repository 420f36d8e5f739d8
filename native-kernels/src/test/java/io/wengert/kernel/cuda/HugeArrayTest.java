package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** More elements than an int counts: what kernels do not take is refused before anything is queued. */
@Tag("cuda")
class HugeArrayTest {

    private static final long HUGE = 1L << 32;

    private final CudaBackend gpu = EmulatedGpu.get();
    private final Buffer one = gpu.allocate(DType.FLOAT32, 8);
    private final Buffer places = gpu.allocate(DType.INT64, 8);

    @AfterEach
    void release() {
        one.release();
        places.release();
    }

    /** One element that is seen everywhere. */
    private static View repeated(Buffer b, long... shape) { return View.of(b, Layout.of().broadcastTo(shape)); }

    private static void assertRefused(Executable call, String what) {
        String said = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(said.startsWith(what + ": " + HUGE + ", ") && said.contains(" at most"), said);
    }

    @Test
    void groupsOfThreadsStayInts() {
        long[][] expected = {{0, 1}, {1, 1}, {5, 8}, {1 << 30, 1 << 30}, {(1 << 30) + 1, 1 << 30}, {HUGE, 1 << 30}};
        for (long[] e : expected) {
            assertEquals(e[1], Axes.powerOfTwo(e[0]), "for " + e[0]);
        }
    }

    @Test
    void rowsTooLongToSort() {
        View in = repeated(one, 1, HUGE);
        assertRefused(() -> gpu.sort(null, repeated(places, 1, HUGE), in, 1, false), "sort of a row of so many elements");
    }

    @Test
    void tooManyPlacesToAddTo() {
        View out = View.of(one, Layout.of(8));
        assertRefused(() -> gpu.scatter(out, repeated(places, HUGE), repeated(one, HUGE), 0, true),
                "scatter, adding, of so many places");
    }

    @Test
    void matricesOfTooManyRows() {
        View b = View.of(one, Layout.of(4, 2));
        assertRefused(() -> gpu.matmul(repeated(one, HUGE, 2), repeated(one, HUGE, 4), b),
                "product of matrices of so many rows, or columns");
    }
}
