package io.wengert.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.op.Arithmetic;
import io.wengert.op.Axes;
import io.wengert.op.Elementary;
import io.wengert.op.Elementwise;
import io.wengert.op.Reductions;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What may be relied on when calls are recorded and played back. */
@Timeout(60)
class TapeTest {

    private final Backend backend = Backends.cpu();
    private Session session;

    @BeforeAll
    static void install() { Tape.install(); }

    @BeforeEach
    void start() { session = Tape.start(); }

    @AfterEach
    void stop() { Tape.stop(session); }

    private Tensor constant(float... v) { return Tensor.of(backend, DType.FLOAT32, v, v.length); }

    private Cell variable(float... v) {
        Cell cell = new Cell(constant(v));
        Leaf.attach(cell);
        return cell;
    }

    private static float[] values(Tensor t) {
        float[] v = new float[(int) t.size()];
        t.backend().read(t.buffer(), t.layout().offset(), v, 0, v.length);
        return v;
    }

    private static float[] gradient(Cell x) {
        Gradient g = Gradients.gradient(x.get());
        g.read();
        return values(g.get());
    }

    private void backward(Tensor... heads) { Gradients.backward(session, heads, null, false, false); }

    private static Tensor squared(Tensor x) { return Elementary.SQUARE.on(x); }

    @Test
    void tensorsMayBeClosedBeforeBackward() {
        Cell x = variable(1, 2, 3);
        Tensor a = squared(x.get());
        Tensor y = Elementary.EXP.on(a);
        a.close();
        Tensor again = constant(7, 7, 7);
        x.release();
        backward(y);
        assertArrayEquals(new float[] {(float) (2 * Math.E), (float) (4 * Math.exp(4)), (float) (6 * Math.exp(9))},
                gradient(x), 0.1f);
        again.close();
    }

    @Test
    void aGraphIsPlayedBackOnceUnlessRetained() {
        Cell x = variable(3);
        Tensor y = squared(x.get());
        Gradients.backward(session, new Tensor[] {y}, null, true, false);
        Gradients.backward(session, new Tensor[] {y}, null, false, false);
        assertArrayEquals(new float[] {12}, gradient(x), "twice");
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> backward(y));
        assertTrue(e.getMessage().contains("retainGraph"), e.getMessage());
    }

    @Test
    void aFreedPartBehindANewHeadIsAnError() {
        Cell x = variable(3);
        Tensor a = squared(x.get());
        Tensor y = squared(a);
        Tensor z = Elementary.EXP.on(a);
        backward(y);
        assertThrows(IllegalStateException.class, () -> backward(z));
    }

    @Test
    void aHeadThatWasNotRecordedIsAnError() {
        assertThrows(IllegalStateException.class, () -> backward(constant(1)));
        Tape.Mode pause = Tape.pause();
        assertFalse(Tape.recording());
        Tensor afterwards = squared(variable(3).get());
        pause.close();
        assertTrue(Tape.recording());
        assertNull(afterwards.origin());
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> backward(afterwards));
        assertTrue(e.getMessage().contains("float32 (1)"), e.getMessage());
    }

    @Test
    void severalHeadsAndTheirGradients() {
        Cell x = variable(1, 2);
        Tensor a = squared(x.get());
        Tensor b = Arithmetic.MUL_NUMBER.with(x.get(), 5);
        Gradients.backward(session, new Tensor[] {a, b}, new Tensor[] {constant(10, 100), null}, false, false);
        assertArrayEquals(new float[] {25, 405}, gradient(x));
    }

    @Test
    void aHeadGradientOfAnotherShapeIsAnError() {
        Tensor y = squared(variable(1, 2).get());
        assertThrows(IllegalArgumentException.class,
                () -> Gradients.backward(session, new Tensor[] {y}, new Tensor[] {constant(1)}, false, false));
    }

    @Test
    void aVariableMayBeAHead() {
        Cell x = variable(1, 2);
        backward(x.get());
        assertArrayEquals(new float[] {1, 1}, gradient(x));
    }

    @Test
    void gradOfSomeValuesLeavesGradientsAlone() {
        Cell x = variable(2);
        Cell other = variable(5);
        Tensor a = squared(x.get());
        Tensor y = squared(a);
        Tensor[] g = Gradients.grad(session, new Tensor[] {y}, new Tensor[] {a, x.get(), other.get()}, null, false, false);
        assertArrayEquals(new float[] {8}, values(g[0]), "of an intermediate value");
        assertArrayEquals(new float[] {32}, values(g[1]));
        assertNull(g[2], "no dependence");
        assertArrayEquals(new float[] {0}, gradient(x));
        assertThrows(IllegalStateException.class,
                () -> Gradients.grad(session, new Tensor[] {y}, new Tensor[] {constant(1)}, null, false, false));
    }

    @Test
    void thirdDerivative() {
        Cell x = variable(2);
        Tensor y = squared(squared(x.get()));
        for (float expected : new float[] {32, 48, 48}) {
            y = Gradients.grad(session, new Tensor[] {y}, new Tensor[] {x.get()}, null, true, true)[0];
            assertArrayEquals(new float[] {expected}, values(y));
        }
    }

    @Test
    void aLongChainNeedsNoStack() {
        Cell x = variable(1);
        Tensor y = x.get();
        for (int i = 0; i < 100_000; i++) {
            y = Elementary.NEG.on(y);
        }
        backward(y);
        assertArrayEquals(new float[] {1}, gradient(x));
    }

    /** The bytes that a recorded chain of an operation on 1,000 numbers holds, its end among them. */
    private long heldByAChain(Elementwise op, int length) {
        Cell x = variable(new float[1000]);
        long before = backend.memory().used();
        Tensor y = op.on(x.get());
        for (int i = 1; i < length; i++) {
            Tensor next = op.on(y);
            y.close();
            y = next;
        }
        long held = backend.memory().used() - before;
        backward(y);
        y.close();
        x.release();
        return held;
    }

    @Test
    void aLongChainHoldsWhatIsSavedAndNoMore() {
        long one = heldByAChain(Elementary.NEG, 1);
        assertEquals(one, heldByAChain(Elementary.NEG, 100_000), "whose gradient reads nothing");
        assertEquals(1000 * one, heldByAChain(Elementary.TANH, 1000), "whose gradient reads its result");
    }

    @Test
    void broadcastGradientsAreSummedAndCast() {
        Cell x = variable(2);
        Tensor many = Tensor.of(backend, DType.FLOAT64, new double[] {1, 2, 3, 4}, 2, 2);
        Tensor y = Arithmetic.MUL.on(x.get(), many);
        assertEquals(DType.FLOAT64, y.dtype());
        backward(y);
        assertArrayEquals(new float[] {10}, gradient(x));
    }

    @Test
    void gradientsAccumulateWithinASessionAndStartAfreshOnceUsed() {
        Cell x = variable(3);
        backward(squared(x.get()));
        backward(squared(x.get()));
        assertArrayEquals(new float[] {12}, gradient(x), "accumulated, and now read");
        backward(squared(x.get()));
        assertArrayEquals(new float[] {18}, gradient(x), "reading does not end accumulation in the same session");
        next();
        backward(squared(x.get()));
        assertArrayEquals(new float[] {6}, gradient(x), "read, then another session");
        Gradients.gradient(x.get()).consumed();
        backward(squared(x.get()));
        assertArrayEquals(new float[] {6}, gradient(x), "consumed");
    }

    @Test
    void unreadGradientsAccumulateAcrossSessions() {
        Cell x = variable(3);
        backward(squared(x.get()));
        next();
        backward(squared(x.get()));
        assertArrayEquals(new float[] {12}, gradient(x));
    }

    @Test
    void zeroAllAndRequests() {
        Cell x = variable(3);
        assertArrayEquals(new float[] {0}, gradient(x), "before backward");
        backward(squared(x.get()));
        Gradient.zeroAll();
        assertArrayEquals(new float[] {0}, gradient(x));
        backward(squared(x.get()));
        assertArrayEquals(new float[] {6}, gradient(x));
        Gradient g = Gradients.gradient(x.get());
        g.req(GradReq.WRITE);
        backward(squared(x.get()));
        assertArrayEquals(new float[] {6}, gradient(x), "write");
        g.req(GradReq.NULL);
        assertNull(squared(x.get()).origin(), "null: not recorded");
    }

    @Test
    void intermediateValuesKeepTheirGradientsOnDemand() {
        Cell x = variable(3);
        Tensor a = squared(x.get());
        assertNull(Gradients.existing(a));
        Gradient g = Gradients.gradient(a);
        backward(squared(a));
        assertArrayEquals(new float[] {18}, values(g.get()));
        assertArrayEquals(new float[] {108}, gradient(x));
    }

    @Test
    void aSecondSessionOnAThreadThrowsAndLeavesNothingBehind() {
        assertThrows(IllegalStateException.class, Tape::start);
        Cell x = variable(3);
        backward(squared(x.get()));
        assertArrayEquals(new float[] {6}, gradient(x));
        Tape.stop(session);
        assertFalse(Tape.recording(), "nothing is left of the second one");
        Tape.stop(session);
        session = Tape.start();
        assertTrue(Tape.recording());
    }

    @Test
    void valuesThatOutliveTheirSessionAreDead() {
        Cell x = variable(3);
        Tensor y = squared(x.get());
        next();
        assertFalse(y.isTracked());
        assertThrows(IllegalStateException.class, () -> backward(y));
    }

    @Test
    void twoThreadsWithSessionsOfTheirOwn() throws Exception {
        Tape.stop(session);
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Void>> done = new ArrayList<>();
            for (int t = 1; t <= 2; t++) {
                float value = t;
                done.add(threads.submit((Callable<Void>) () -> {
                    together.await();
                    for (int i = 0; i < 300; i++) {
                        Session own = Tape.start();
                        Cell x = variable(value);
                        Tensor y = squared(x.get());
                        Gradients.backward(own, new Tensor[] {y}, null, false, false);
                        assertArrayEquals(new float[] {2 * value}, gradient(x));
                        Tape.stop(own);
                    }
                    return null;
                }));
            }
            for (Future<Void> f : done) {
                f.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void executorThreadsRecordForTheOnlySession() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Cell x = variable(3);
            List<Future<Tensor>> parts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                parts.add(threads.submit(() -> {
                    Tensor y = squared(x.get());
                    Gradients.backward(session, new Tensor[] {y}, null, true, false);
                    return y;
                }));
            }
            Tensor last = null;
            for (Future<Tensor> p : parts) {
                last = p.get();
            }
            assertArrayEquals(new float[] {48}, gradient(x), "eight gradients of six");
            next();
            assertFalse(last.isTracked(), "what they recorded ends with the session");
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void manyCallsMayBePendingAtOnceInAnyOrder() {
        Cell x = variable(2);
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            parts.add(Arithmetic.MUL_NUMBER.with(squared(x.get()), i));
        }
        Tensor rising = parts.get(0);
        Tensor falling = parts.get(99);
        Tensor mixed = parts.get(50);
        for (int i = 1; i < 100; i++) {
            rising = Arithmetic.ADD.on(rising, parts.get(i));
            falling = Arithmetic.ADD.on(falling, parts.get(99 - i));
            mixed = Arithmetic.ADD.on(mixed, parts.get((50 + 37 * i) % 100));
        }
        backward(rising, falling, mixed);
        assertArrayEquals(new float[] {3 * 4 * 4950}, gradient(x));
    }

    @Test
    void callsOfTwoThreadsMeetInOneHead() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Cell x = variable(1);
            List<Future<Tensor>> parts = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                parts.add(threads.submit(() -> {
                    Tensor y = x.get();
                    for (int i = 0; i < 20; i++) {
                        y = Arithmetic.ADD.on(Elementary.SIN.on(y), x.get());
                    }
                    return Arithmetic.MUL_NUMBER.with(y, 0);
                }));
            }
            Tensor head = squared(x.get());
            for (Future<Tensor> p : parts) {
                head = Arithmetic.ADD.on(head, p.get());
            }
            Node sum = (Node) head.origin();
            for (int i = 0; i < 2; i++) {
                assertTrue(((Node) sum.origin(i)).sequence() < sum.sequence(), "what a call depends on is earlier, whoever recorded it");
            }
            assertArrayEquals(new float[] {2}, values(Gradients.grad(session, new Tensor[] {Arithmetic.ADD.on(squared(x.get()),
                    Arithmetic.SUB.on(parts.get(0).get(), parts.get(1).get()))}, new Tensor[] {x.get()}, null, true, false)[0]));
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void nothingIsReachableAfterTheSession() throws InterruptedException {
        Cell x = variable(3, 4);
        List<WeakReference<Tensor>> recorded = new ArrayList<>();
        Tensor last = chain(x, recorded);
        Tape.stop(session);
        for (int i = 0; i < 100 && recorded.stream().anyMatch(r -> r.get() != null); i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertTrue(recorded.stream().allMatch(r -> r.get() == null), "through " + last.text());
        session = Tape.start();
    }

    private static Tensor chain(Cell x, List<WeakReference<Tensor>> recorded) {
        Tensor y = x.get();
        for (int i = 0; i < 50; i++) {
            y = Elementary.SIN.on(y);
            if (i < 49) {
                recorded.add(new WeakReference<>(y));
            }
        }
        return y;
    }

    @Test
    void memoryReturnsToItsLevel() {
        train();
        long before = backend.memory().used();
        train();
        assertEquals(before, backend.memory().used());
    }

    /** Every tensor closed; what the tape holds goes with the session. */
    private void train() {
        Cell x = variable(new float[5000]);
        for (int step = 0; step < 3; step++) {
            try (Tensor a = Elementary.EXP.on(x.get()); Tensor b = squared(a); Tensor c = Arithmetic.MUL.on(a, b);
                    Tensor loss = Reductions.SUM.with(new Axes(false, 0), c)) {
                Gradients.backward(session, new Tensor[] {loss}, null, step == 1, step == 2);
            }
            next();
        }
        Gradient g = Gradients.gradient(x.get());
        g.put(null);
        x.release();
    }

    private void next() {
        Tape.stop(session);
        session = Tape.start();
    }
}
