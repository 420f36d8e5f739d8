package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers may rely on when they hand work to the team. */
@Timeout(60)
class ThreadsTest {

    private final Threads team = new Threads(3);

    @Test
    void everyPartRunsOnceAndIsSeenAfterwards() {
        for (int parts = 0; parts < 40; parts++) {
            int[] seen = new int[parts];
            int[] once = new int[parts];
            Arrays.fill(once, 1);
            for (int times = 0; times < 50; times++) {
                Arrays.fill(seen, 0);
                team.run(parts, part -> seen[part]++);
                assertArrayEquals(once, seen);
            }
        }
    }

    /** More than there are bits for chunks. */
    @Test
    void everyMemberOfALargeTeamWorks() {
        Threads large = new Threads(40);
        AtomicInteger together = new AtomicInteger();
        large.run(40, 1_000_000, part -> {
            together.incrementAndGet();
            while (together.get() < 40) {
                Thread.onSpinWait();
            }
        });
        AtomicIntegerArray seen = new AtomicIntegerArray(100);
        large.run(100, 1_000_000, seen::incrementAndGet);
        for (int part = 0; part < 100; part++) {
            assertEquals(1, seen.get(part));
        }
    }

    @Test
    void parkedWorkersWakeUp() {
        for (int times = 0; times < 20; times++) {
            LockSupport.parkNanos(1_000_000);
            AtomicInteger together = new AtomicInteger();
            team.run(3, 1_000_000, part -> {
                together.incrementAndGet();
                while (together.get() < 3) {
                    Thread.onSpinWait();
                }
            });
            assertEquals(3, together.get());
        }
    }

    @Test
    void theFirstExceptionReachesTheCallerAndTheTeamStaysUsable() {
        for (int times = 0; times < 200; times++) {
            IllegalArgumentException expected = new IllegalArgumentException("part");
            AtomicInteger running = new AtomicInteger();
            int bad = times % 8;
            Throwable thrown = assertThrows(IllegalArgumentException.class, () -> team.run(8, part -> {
                running.incrementAndGet();
                try {
                    if (part == bad) {
                        throw expected;
                    }
                } finally {
                    running.decrementAndGet();
                }
            }));
            assertSame(expected, thrown);
            assertEquals(0, running.get());
            AtomicInteger sum = new AtomicInteger();
            team.run(8, sum::addAndGet);
            assertEquals(28, sum.get());
        }
    }

    @Test
    void errorsAreRethrownAsTheyAre() {
        assertThrows(AssertionError.class, () -> team.run(4, part -> {
            throw new AssertionError();
        }));
    }

    @Test
    void nestedCallsRunOnTheirOwnThread() {
        AtomicInteger inner = new AtomicInteger();
        AtomicBoolean moved = new AtomicBoolean();
        team.run(6, part -> {
            Thread outer = Thread.currentThread();
            team.run(5, x -> {
                inner.incrementAndGet();
                if (Thread.currentThread() != outer) {
                    moved.set(true);
                }
            });
        });
        assertEquals(30, inner.get());
        assertTrue(!moved.get());
    }

    @Test
    void manyCallersAtOnceAllFinish() throws InterruptedException {
        List<Thread> callers = new ArrayList<>();
        AtomicInteger wrong = new AtomicInteger();
        for (int caller = 0; caller < 6; caller++) {
            Thread thread = new Thread(() -> {
                for (int times = 0; times < 2000; times++) {
                    AtomicInteger sum = new AtomicInteger();
                    team.run(7, sum::addAndGet);
                    if (sum.get() != 21) {
                        wrong.incrementAndGet();
                    }
                }
            });
            thread.start();
            callers.add(thread);
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(0, wrong.get());
    }

    @Test
    void rangesCoverEverythingOnceWithAlignedBounds() {
        for (int n : new int[] {0, 1, 5, 16, 17, 31, 32, 33, 100, 1000, 1001}) {
            for (int grain : new int[] {1, 7, 64, 5000}) {
                for (int multiple : new int[] {1, 8, 16}) {
                    AtomicIntegerArray seen = new AtomicIntegerArray(n);
                    AtomicInteger ranges = new AtomicInteger();
                    team.split(n, grain, multiple, (from, to) -> {
                        ranges.incrementAndGet();
                        assertTrue(from < to && from % multiple == 0 && (to == n || to % multiple == 0));
                        for (int i = from; i < to; i++) {
                            seen.incrementAndGet(i);
                        }
                    });
                    for (int i = 0; i < n; i++) {
                        assertEquals(1, seen.get(i));
                    }
                    assertTrue(ranges.get() <= (n < 2 * grain ? 1 : team.size()));
                }
            }
        }
    }

    @Test
    void theProcessHasOneTeam() {
        assertSame(Threads.team(), Threads.team());
        assertTrue(Threads.team().size() >= 1);
    }
}
