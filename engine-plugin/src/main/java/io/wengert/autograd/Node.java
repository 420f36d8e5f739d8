package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.tensor.Chain;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One recorded call, hung on its output tensors: what its gradient rule needs, and where its inputs came from.
 */
final class Node extends Chain.Link implements Origin {

    private static final VarHandle CALL;

    static {
        try {
            CALL = MethodHandles.lookup().findVarHandle(Node.class, "call", Call.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long sequence;
    private final String name;
    private final Session session;
    private Call<?> call;
    private Origin[] origins;
    /** Which output of its origin each input is; null if all are the first. */
    private int[] outputs;
    /** Gradients of this intermediate value that somebody wants to see or keep, by output; null if none. Replaced, not changed. */
    private volatile Gradient[] watched;
    /** The line of the call; null unless somebody searches for anomalies. */
    private String line;
    /** The saved values, if they have been put away. */
    private Packed packed;

    /**
     * A call that is being recorded; its outputs get their origin.
     *
     * @param clock the number of what the thread has recorded before
     */
    Node(long clock, Call<?> call, Tensor[] in, Tensor[] out, Session session, Saving saving) {
        this.session = session;
        this.name = call.op().name();
        this.call = call;
        origins = new Origin[in.length];
        long latest = clock;
        for (int i = 0; i < in.length; i++) {
            Tensor x = in[i];
            if (call.wants(i)) {
                origins[i] = x.origin();
                if (x.output() > 0) {
                    outputs = outputs == null ? new int[in.length] : outputs;
                    outputs[i] = x.output();
                }
                if (x.origin() instanceof Node n) {
                    latest = Math.max(latest, n.sequence);
                }
            }
        }
        this.sequence = latest + 1;
        for (int i = 0; i < out.length; i++) {
            if (out[i].isDifferentiable()) {
                out[i].from(this, i);
            }
            if (call.results()[i] != null) {
                call.results()[i].from(out[i].origin(), i);
            }
        }
        if (saving != null) {
            for (Tensor x : in) {
                if (x.isTracked() && x.origin() instanceof Leaf) {
                    saving.takes(name, x);
                }
            }
            packed = Packed.of(saving, this.call);
        }
        if (Anomaly.isOn()) {
            line = CallSite.here();
        }
    }

    /** A number that grows from call to call on a thread, and is higher than those of all calls that this one depends on. */
    long sequence() { return sequence; }

    String name() { return name; }

    /** Where the call was made, as far as is known. */
    String line() { return line == null ? "a line that Autograd.detectAnomaly() would tell" : line; }

    /** Where the call was made; null if it is not known. */
    String knownLine() { return line; }

    /** Whether the saved values are not in the call, but put away by a {@link Saving}. */
    boolean isPutAway() { return packed != null; }

    /** The call, whose saved values may have been put away; null when it has been freed. */
    Call<?> call() { return call; }

    /** The saved values of the inputs and the outputs, brought back for the caller to close; null if they are in the call. */
    Tensor[][] unpack() {
        Packed p = packed;
        return p == null ? null : p.unpack();
    }

    int arity() { return origins.length; }

    Origin origin(int i) { return origins[i]; }

    int output(int i) {
        int[] o = outputs;
        return o == null ? 0 : o[i];
    }

    /** Where gradients of output {@code i} come by, made on demand; none is kept unless its request says so. */
    synchronized Gradient watch(Tensor value, int i) {
        Gradient known = watched(i);
        if (known != null) {
            return known;
        }
        Gradient made = new Gradient(value, false);
        made.req(GradReq.NULL);
        Gradient[] all = watched == null ? new Gradient[i + 1] : Arrays.copyOf(watched, Math.max(i + 1, watched.length));
        all[i] = made;
        watched = all;
        return made;
    }

    Gradient watched(int i) {
        Gradient[] all = watched;
        return all == null || i >= all.length ? null : all[i];
    }

    /** Lets saved values and inputs go; gradients no longer flow through it. */
    void free() {
        Call<?> c = call == null ? null : (Call<?>) CALL.getAndSet(this, null);
        if (c == null) {
            return;
        }
        origins = null;
        c.free();
        if (packed != null) {
            packed.drop();
            packed = null;
        }
    }

    /**
     * While its recording goes on, a call that has been played back and freed still counts, so that whoever goes on from its
     * outputs is told of it and does not lose a gradient silently; later, its outputs are constants.
     */
    @Override
    public boolean isLive() { return call != null || session.isOpen(); }

    /** Whether saved values and inputs have been let go. */
    boolean isFreed() { return call == null; }

    @Override
    protected boolean isOver() { return isFreed(); }
}
