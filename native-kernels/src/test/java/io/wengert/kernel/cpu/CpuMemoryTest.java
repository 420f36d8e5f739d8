package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pool: arrays are long enough, come back, and are counted. */
class CpuMemoryTest {

    private final CpuMemory memory = new CpuMemory();

    @Test
    void arraysAreLongEnoughAndNotMuchLonger() {
        for (DType type : DType.values()) {
            for (int size = 0; size < 5000; size += 1 + size / 9) {
                int length = Array.getLength(memory.take(type, size));
                int needed = CpuMemory.length(type, size) + CpuMemory.SLACK;
                assertTrue(length >= needed && length <= 1.25 * needed + 4, type + " " + size + ": " + length);
            }
        }
    }

    @Test
    void whatIsGivenBackIsTakenAgain() {
        for (DType type : DType.values()) {
            Object a = memory.take(type, 10_000);
            memory.give(type, a);
            Object b = memory.take(type, 10_000);
            if (type == DType.STRING) {
                assertNotSame(a, b, "strings would be kept alive");
            } else {
                assertSame(a, b, type.toString());
                assertNotSame(a, memory.take(type, 10_000));
            }
        }
    }

    @Test
    void aThreadTakesSmallArraysAgainThatItHasGivenBack() {
        Object a = memory.take(DType.FLOAT32, 7);
        Object b = memory.take(DType.FLOAT32, 7);
        Object c = memory.take(DType.FLOAT32, 7);
        for (int round = 0; round < 3; round++) {
            memory.give(DType.FLOAT32, b);
            memory.give(DType.FLOAT32, a);
            Object x = memory.take(DType.FLOAT32, 7);
            Object y = memory.take(DType.FLOAT32, 7);
            assertNotSame(x, y);
            for (Object taken : List.of(x, y)) {
                assertNotSame(c, taken, "still in use");
                assertNotSame(taken, memory.take(DType.FLOAT32, 7));
            }
            assertTrue(round == 0 || x == a && y == b || x == b && y == a, "both come back");
            a = x;
            b = y;
        }
    }

    @Test
    void useIsCounted() {
        List<Object> all = new ArrayList<>();
        for (int n : new int[] {1000, 5000, 100_000}) {
            all.add(memory.take(DType.FLOAT32, n));
        }
        assertTrue(memory.used() >= 4 * 106_000);
        assertEquals(0, memory.pooled());
        long used = memory.used();
        all.forEach(a -> memory.give(DType.FLOAT32, a));
        assertEquals(0, memory.used());
        assertEquals(used, memory.pooled());
        memory.clear();
        assertEquals(0, memory.pooled());
    }

    @Test
    void beyondTheLimitTheClassThatWasIdleLongestMakesRoom() {
        CpuMemory small = new CpuMemory(100_000);
        Object old = small.take(DType.FLOAT32, 10_000);
        Object recent = small.take(DType.FLOAT64, 5_000);
        Object more = small.take(DType.INT64, 5_000);
        small.give(DType.FLOAT32, old);
        small.give(DType.FLOAT64, recent);
        small.give(DType.INT64, more);
        assertTrue(small.pooled() <= 100_000, "" + small.pooled());
        assertSame(more, small.take(DType.INT64, 5_000));
        assertSame(recent, small.take(DType.FLOAT64, 5_000));
        assertNotSame(old, small.take(DType.FLOAT32, 10_000));
        Object tooLarge = small.take(DType.INT8, 200_000);
        small.give(DType.INT8, tooLarge);
        assertEquals(0, small.pooled());
    }

    @Test
    void aReleasedBufferCannotBeRead() {
        CpuBackend backend = CpuBackend.create();
        Buffer b = backend.allocate(DType.FLOAT32, 4);
        b.release();
        assertThrows(IllegalStateException.class, () -> backend.read(b, 0, new float[4], 0, 4));
    }

    @Test
    void tooLargeIsSaid() {
        CpuBackend backend = CpuBackend.create();
        OutOfMemoryError e = assertThrows(OutOfMemoryError.class, () -> backend.allocate(DType.INT8, 1L << 31));
        assertTrue(e.getMessage().contains("int8"), e.getMessage());
        assertThrows(OutOfMemoryError.class, () -> backend.allocate(DType.COMPLEX64, 1L << 30));
    }
}
