package io.wengert.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A chain keeps what is added, by whichever thread, until it is over and taken out. */
class ChainTest {

    private final Chain<Number> chain = new Chain<>();

    private static final class Number extends Chain.Link {
        private final int value;
        private boolean over;

        Number(int value) { this.value = value; }

        @Override
        protected boolean isOver() { return over; }
    }

    private List<Integer> values() {
        List<Integer> r = new ArrayList<>();
        chain.each(n -> r.add(n.value));
        return r;
    }

    @Test
    void theLatestComesFirst() {
        for (int i = 0; i < 5; i++) {
            assertTrue(chain.add(new Number(i)));
        }
        assertEquals(List.of(4, 3, 2, 1, 0), values());
        List<Integer> latest = new ArrayList<>();
        chain.latest(2, n -> latest.add(n.value));
        assertEquals(List.of(4, 3), latest);
    }

    @Test
    void whatIsOverMakesRoom() {
        List<Number> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(new Number(i));
            chain.add(all.get(i));
        }
        all.get(0).over = true;
        all.get(2).over = true;
        all.get(3).over = true;
        assertEquals(3, chain.sweep());
        assertEquals(List.of(5, 4, 1), values());
        all.get(5).over = true;
        assertFalse(chain.add(new Number(6)), "the latest is replaced without a sweep");
        assertEquals(List.of(6, 4, 1), values());
    }

    /** The maker may be reading what lies behind its latest link. */
    @Test
    void otherThreadsSweepTheirOwn() throws InterruptedException {
        List<Number> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(new Number(i));
            chain.add(all.get(i));
        }
        all.get(1).over = true;
        List<Integer> left = new ArrayList<>();
        Thread other = new Thread(() -> {
            Number over = new Number(3);
            over.over = true;
            chain.add(over);
            chain.add(new Number(4));
            left.add(chain.sweep());
        });
        other.start();
        other.join();
        assertEquals(List.of(1), left);
        assertEquals(List.of(2, 1, 0, 4), values());
        assertEquals(2, chain.sweep());
        assertEquals(List.of(2, 0, 4), values());
    }

    @Test
    void anyThreadAdds() throws InterruptedException, ExecutionException {
        int each = 20_000;
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                done.add(threads.submit(() -> add(each)));
            }
            add(each);
            for (Future<?> f : done) {
                f.get();
            }
        } finally {
            threads.shutdown();
        }
        AtomicInteger found = new AtomicInteger();
        chain.clear(n -> found.incrementAndGet());
        assertEquals(4 * each, found.get());
        assertEquals(List.of(), values());
    }

    private void add(int count) {
        for (int i = 0; i < count; i++) {
            chain.add(new Number(i));
        }
    }
}
