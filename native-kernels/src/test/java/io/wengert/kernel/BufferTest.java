package io.wengert.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who holds memory, and when it goes. */
class BufferTest {

    private final AtomicInteger freed = new AtomicInteger();

    private Buffer buffer() {
        return new Buffer(null, DType.FLOAT32, 8) {
            @Override
            public Buffer parts() { return this; }

            @Override
            protected void free() { freed.incrementAndGet(); }
        };
    }

    @Test
    void theLastHolderFrees() {
        Buffer b = buffer();
        assertTrue(b.isAlive() && b.isSole());
        b.retain();
        assertFalse(b.isSole());
        b.release();
        assertEquals(0, freed.get());
        assertTrue(b.isSole());
        b.release();
        assertEquals(1, freed.get());
        assertFalse(b.isAlive());
    }

    @Test
    void afterwardsNobodyHoldsOrFreesIt() {
        Buffer b = buffer();
        b.release();
        assertTrue(assertThrows(IllegalStateException.class, b::retain).getMessage().contains("8 float32"));
        assertThrows(IllegalStateException.class, b::release);
        assertThrows(IllegalStateException.class, b::release);
        assertFalse(b.isAlive());
        assertEquals(1, freed.get());
    }

    @Test
    void manyThreads() {
        Buffer b = buffer();
        IntStream.range(0, 100_000).parallel().forEach(i -> {
            b.retain();
            b.release();
        });
        assertEquals(0, freed.get());
        b.release();
        assertEquals(1, freed.get());
    }

    @Test
    void theVersionCountsOverwriting() {
        Buffer b = buffer();
        int before = b.version();
        b.overwritten();
        assertEquals(before + 1, b.version());
    }
}
