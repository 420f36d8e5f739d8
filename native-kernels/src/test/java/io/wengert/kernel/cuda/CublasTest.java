package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.NativeLibrary;
import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products by cuBLAS, an emulated one, against the CPU's; what it has no way of goes to the own kernels. */
@Tag("cuda")
class CublasTest {

    private static String library;
    private static CudaBackend gpu;

    @BeforeAll
    static void ask() {
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "needs the emulated library");
        Path path = Path.of(System.getProperty(CudaProbe.DRIVER)).resolveSibling("libcublas.so");
        Assumptions.assumeTrue(Files.exists(path), "no emulated cuBLAS beside the driver");
        library = path.toString();
        System.setProperty(CudaBackend.CUBLAS, library);
        gpu = new CudaBackend(0);
    }

    @AfterAll
    static void takeBack() { System.clearProperty(CudaBackend.CUBLAS); }

    @AfterEach
    void atOnce() { EmulatedGpu.set("lazy=0"); }

    private static int products() { return NativeLibrary.getInstance(library).getGlobalVariableAddress("products").getInt(0); }

    /** How many matrices cuBLAS has multiplied. */
    private static int check(DType type, Lie a, Lie b, Lie c, long[] left, long[] right) {
        Twin x = a.twin(gpu, type, 1, left);
        Twin y = b.twin(gpu, type, 2, right);
        int rank = left.length;
        long[] shape = left.clone();
        for (int i = 0; i < rank - 2; i++) {
            shape[i] = Math.max(left[i], right[i]);
        }
        shape[rank - 1] = right[rank - 1];
        Twin z = c.twin(gpu, type, 3, shape);
        View l = View.of(x.cpu().buffer(), broadcast(x, shape));
        View r = View.of(y.cpu().buffer(), broadcast(y, shape));
        int before = products();
        Backends.cpu().matmul(z.cpu(), l, r);
        gpu.matmul(z.gpu(), View.of(x.gpu().buffer(), l.layout()), View.of(y.gpu().buffer(), r.layout()));
        // Sums of so few multiples of 1/256 are exact in float.
        assertEquals(List.of(), z.differences(0), type.text() + " " + a + " " + Layout.text(left) + " by " + b + " "
                + Layout.text(right) + " to " + c);
        List.of(x, y, z).forEach(Twin::release);
        return products() - before;
    }

    private static Layout broadcast(Twin t, long[] shape) {
        Layout l = t.cpu().layout();
        long[] to = shape.clone();
        to[to.length - 2] = l.size(to.length - 2);
        to[to.length - 1] = l.size(to.length - 1);
        return l.broadcastTo(to);
    }

    @Test
    void floatsOfEveryLayout() {
        int taken = 0;
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16)) {
            for (Lie a : Lie.values()) {
                for (Lie b : Lie.values()) {
                    taken += check(type, a, b, Lie.WHOLE, new long[] {5, 7}, new long[] {7, 9});
                    taken += check(type, a, b, Lie.OFFSET, new long[] {2, 5, 3}, new long[] {2, 3, 4});
                }
                check(type, a, a, a, new long[] {1, 13}, new long[] {13, 40});
                check(type, a, a, a, new long[] {40, 13}, new long[] {13, 1});
                check(type, a, a, a, new long[] {3, 0}, new long[] {0, 4});
                check(type, a, a, a, new long[] {0, 3}, new long[] {3, 4});
            }
            assertEquals(1, check(type, Lie.WHOLE, Lie.TRANSPOSED, Lie.WHOLE, new long[] {5, 7}, new long[] {7, 9}));
            assertEquals(6, check(type, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {3, 2, 5, 8}, new long[] {3, 2, 8, 6}));
            assertEquals(6, check(type, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {3, 2, 5, 8}, new long[] {1, 1, 8, 6}));
            // The step from one matrix to the next differs.
            assertEquals(0, check(type, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {3, 1, 5, 8}, new long[] {3, 2, 8, 6}));
        }
        assertEquals(68, taken, "those without gaps and not backwards");
    }

    @Test
    void integersStayHere() {
        assertEquals(0, check(DType.INT32, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {5, 7}, new long[] {7, 9}));
    }

    @Test
    void itComputesInTurn() {
        for (String pace : List.of("lazy=1", "lazy=2 seed=4")) {
            EmulatedGpu.set(pace);
            assertEquals(1, check(DType.FLOAT32, Lie.WHOLE, Lie.WHOLE, Lie.WHOLE, new long[] {20, 30}, new long[] {30, 10}));
        }
    }

    @Test
    void missingLibraryIsToldOf() {
        CudaDevice device = gpu.gpu();
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> new Cublas(device, "/nowhere/libcublas.so"));
        assertTrue(e.getMessage().startsWith("ai.djl.wengert.cublas=/nowhere/libcublas.so: no cuBLAS: "), e.getMessage());
        assertTrue(e.getMessage().contains("cannot open shared object file"), e.getMessage());
    }
}
