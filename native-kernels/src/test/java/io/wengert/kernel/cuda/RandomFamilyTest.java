package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same numbers from the same key and counter as on the CPU, in every dtype and layout. */
@Tag("cuda")
class RandomFamilyTest {

    private final CudaBackend gpu = EmulatedGpu.get();

    @Test
    void everyDistributionAndDtype() {
        for (Distribution d : Distribution.values()) {
            for (DType type : Twin.REALS) {
                for (Lie lie : Lie.values()) {
                    double b = d == Distribution.INTEGER || !type.isFloating() ? 100 : 1.5;
                    check(d, type, lie, d == Distribution.BERNOULLI ? 0.3 : type.isFloating() ? -1 : 0, b, 5, 7);
                }
            }
        }
    }

    @Test
    void manyNumbers() {
        for (Distribution d : Distribution.values()) {
            for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64)) {
                check(d, type, Lie.WHOLE, 0.25, 8, 40_001);
            }
        }
        check(Distribution.UNIFORM, DType.FLOAT32, Lie.WHOLE, 1, 1.0000002, 20_000);
        check(Distribution.INTEGER, DType.INT64, Lie.WHOLE, -4e18, 4e18, 10_000);
        check(Distribution.UNIFORM, DType.FLOAT32, Lie.WHOLE, 0, 1, 0);
    }

    private void check(Distribution d, DType type, Lie lie, double a, double b, long... shape) {
        Twin y = lie.twin(gpu, type, 1, shape);
        long key = 0x0123456789ABCDEFL;
        long counter = 0xFFFFFFFFL - 3;
        long used = Backends.cpu().random(y.cpu(), d, a, b, key, counter);
        assertEquals(used, gpu.random(y.gpu(), d, a, b, key, counter), "counters");
        boolean exact = d != Distribution.NORMAL && d != Distribution.TRUNCATED_NORMAL;
        assertEquals(List.of(), y.differences(exact || !type.isFloating() ? 0 : 8, b), d + " " + type.text() + " " + lie);
        y.release();
    }
}
