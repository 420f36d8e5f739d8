package io.wengert.autograd;

import io.wengert.op.Axes;
import io.wengert.op.Call;
import io.wengert.op.Comparisons;
import io.wengert.op.Elementwise;
import io.wengert.op.Observer;
import io.wengert.op.Reductions;
import io.wengert.tensor.Tensor;

/**
 * The search for the first NaN or infinity: every operation's outputs and every gradient are looked through, and recorded
 * calls know the line that they come from. Slow; for finding a fault.
 */
public final class Anomaly implements Observer {

    private static final Anomaly INSTANCE = new Anomaly();
    private static int users;
    private static volatile boolean on;

    /** How deep in operations this thread is; what composed operations do inside is their own affair. */
    private final ThreadLocal<int[]> depth = ThreadLocal.withInitial(() -> new int[1]);

    private Anomaly() {}

    /** Searches, on all threads, until the returned object is closed. */
    public static Tape.Mode detect() {
        use(1);
        return new Tape.Mode() {
            private boolean closed;

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    use(-1);
                }
            }
        };
    }

    private static synchronized void use(int change) {
        users += change;
        boolean now = users > 0;
        if (now && !on) {
            Observer.Installed.add(INSTANCE);
        } else if (!now && on) {
            Observer.Installed.remove(INSTANCE);
        }
        on = now;
    }

    static boolean isOn() { return on; }

    @Override
    public void begins(Call<?> call) { depth.get()[0]++; }

    @Override
    public void ends(Call<?> call, Tensor[] out) {
        int[] d = depth.get();
        if (d[0] == 1 && out != null) {
            Tensor bad = firstAnomaly(out);
            if (bad != null && firstAnomaly(call.inputs()) == null) {
                d[0]--;
                throw new ArithmeticException(call.op().name() + ": the result " + bad.text() + " holds " + kind(bad)
                        + " though no input does: inputs " + texts(call.inputs()) + ", at " + CallSite.here());
            }
        }
        d[0]--;
    }

    /** Looks through what one step of backward has found; the step's own operations are not looked at one by one. */
    static void check(Node node, Tensor[] g, Tensor[] found) {
        Tensor bad = firstAnomaly(found);
        if (bad != null && firstAnomaly(g) == null) {
            throw new ArithmeticException("backward: the gradient of " + node.name() + " with respect to an input " + bad.text() + " holds "
                    + kind(bad) + " though what flowed in does not; " + node.name() + " was recorded at " + node.line());
        }
    }

    /** Does a step of backward without looking at its operations. */
    static Tape.Mode step() {
        int[] d = INSTANCE.depth.get();
        d[0]++;
        return () -> d[0]--;
    }

    private static Tensor firstAnomaly(Tensor[] tensors) {
        for (Tensor t : tensors) {
            if (t != null && t.isDifferentiable() && !isFinite(t)) {
                return t;
            }
        }
        return null;
    }

    private static boolean isFinite(Tensor t) { return !holds(t, Comparisons.IS_NAN) && !holds(t, Comparisons.IS_INFINITE); }

    private static String kind(Tensor t) { return holds(t, Comparisons.IS_NAN) ? "NaN" : "an infinity"; }

    private static boolean holds(Tensor t, Elementwise property) {
        Tape.Mode pause = Tape.pause();
        Tape.Mode inside = step();
        try (Tensor is = property.on(t); Tensor count = Reductions.SUM.with(Axes.all(is.rank(), false), is)) {
            long[] n = new long[1];
            count.backend().read(count.buffer(), count.layout().offset(), n, 0, 1);
            return n[0] > 0;
        } finally {
            inside.close();
            pause.close();
        }
    }

    private static String texts(Tensor[] tensors) {
        StringBuilder b = new StringBuilder();
        for (Tensor t : tensors) {
            b.append(b.length() == 0 ? "" : ", ").append(t.text());
        }
        return b.toString();
    }
}
