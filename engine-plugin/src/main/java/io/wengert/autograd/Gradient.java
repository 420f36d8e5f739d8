package io.wengert.autograd;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.op.Arithmetic;
import io.wengert.op.Conversions;
import io.wengert.op.RowGradient;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The gradient of one variable: a live cell that backward adds to, and of which every reader gets handles.
 *
 * <p>Zeros are made only when somebody looks. Setting all gradients of the process to zero is the turn of one counter,
 * which each gradient compares with its own when it is next touched.
 */
public final class Gradient extends Cell {

    private static final AtomicLong ZEROED = new AtomicLong();

    /** What has become of the value since backward last wrote it. */
    private enum Use {
        FRESH,
        READ,
        CONSUMED
    }

    private final Backend backend;
    private final DType dtype;
    private final Layout layout;
    private final boolean ofLeaf;
    private volatile GradReq req = GradReq.ADD;
    private Use use = Use.FRESH;
    private Session writer;
    /** What is done to gradients on their way, in order. */
    private List<UnaryOperator<Tensor>> hooks = List.of();
    private long stamp = ZEROED.get();
    /** What the value is made of when somebody looks; null if it is made, or zeros. */
    private RowGradient rows;

    Gradient(Tensor like, boolean ofLeaf) {
        super(null);
        this.ofLeaf = ofLeaf;
        this.backend = like.backend();
        this.dtype = like.dtype();
        this.layout = Layout.of(like.shape());
    }

    /** Sets every gradient of the process to zero. */
    public static void zeroAll() { ZEROED.incrementAndGet(); }

    /** Whether it belongs to a variable, as opposed to a recorded value on the way. */
    boolean isOfLeaf() { return ofLeaf; }

    public GradReq req() { return req; }

    public synchronized void req(GradReq r) { req = r; }

    /** The current value; zeros before the first backward. */
    @Override
    public synchronized Tensor get() {
        expire();
        if (rows != null) {
            RowGradient few = rows;
            rows = null;
            try (few) {
                super.put(few.dense());
            }
        } else if (super.get() == null) {
            super.put(Conversions.fill(Tensor.empty(backend, dtype, layout), 0));
        }
        return super.get();
    }

    @Override
    public synchronized void put(Tensor next) {
        ended();
        stamp = ZEROED.get();
        super.put(next);
    }

    @Override
    protected synchronized void ended() {
        if (rows != null) {
            rows.close();
            rows = null;
        }
    }

    /** A hold on the rows that the value will be made of; null if it is there already. */
    public synchronized RowGradient rows() {
        expire();
        return rows == null ? null : rows.share();
    }

    /** Has a function applied to every gradient that arrives here, until the returned object is closed. */
    public synchronized Tape.Mode hook(UnaryOperator<Tensor> hook) {
        hooks = Stream.concat(hooks.stream(), Stream.of(hook)).toList();
        return () -> unhook(hook);
    }

    private synchronized void unhook(UnaryOperator<Tensor> hook) { hooks = hooks.stream().filter(h -> h != hook).toList(); }

    synchronized boolean hasHooks() { return !hooks.isEmpty(); }

    private synchronized List<UnaryOperator<Tensor>> hooks() { return hooks; }

    /** Applies the hooks to a gradient, which is used up; the caller closes the result. */
    Tensor hooked(Tensor g) {
        Tensor r = g;
        for (UnaryOperator<Tensor> hook : hooks()) {
            Tensor next = hook.apply(r);
            if (next != r) {
                r.close();
                r = next;
            }
        }
        return r;
    }

    /** Notes that somebody has taken a handle: the next collector starts afresh. */
    public synchronized void read() {
        if (use == Use.FRESH) {
            use = Use.READ;
        }
    }

    /** Notes that an optimizer has applied it: the next backward starts afresh. */
    public synchronized void consumed() { use = Use.CONSUMED; }

    /** Takes in what one backward has found. */
    synchronized void take(Tensor g, Session session, boolean recorded) {
        expire();
        if (startsAfresh(session)) {
            put(g.share());
            use = Use.FRESH;
        } else if (recorded) {
            put(Arithmetic.ADD.on(get(), g));
        } else {
            put(Arithmetic.ADD.onto(null, get(), g));
        }
        writer = session;
    }

    /** The same for a gradient of some rows, which it takes over. */
    synchronized void take(RowGradient g, Session session) {
        expire();
        if (startsAfresh(session)) {
            put(null);
            rows = g;
            use = Use.FRESH;
            writer = session;
            return;
        }
        try (g; Tensor all = g.dense()) {
            take(all, session, false);
        }
    }

    private boolean startsAfresh(Session session) {
        return req == GradReq.WRITE || use == Use.CONSUMED || use == Use.READ && writer != session || super.get() == null && rows == null;
    }

    private void expire() {
        if (stamp < ZEROED.get()) {
            put(null);
            use = Use.FRESH;
        }
    }
}
