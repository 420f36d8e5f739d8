package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One recorded call, hung on its output tensors: what its gradient rule needs, and where its inputs came from.
 */
final class Node implements Origin {

    private static final VarHandle WALK;

    static {
        try {
            WALK = MethodHandles.lookup().findVarHandle(Node.class, "walk", Backward.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long sequence;
    private final String name;
    private final Session session;
    private Node before;
    private Call<?> call;
    private Origin[] origins;
    private int[] outputs;
    /** Gradients of this intermediate value that somebody wants to see or keep, by output; null if none. */
    private Gradient[] watched;
    /** The walk that is passing, and what has flowed to each output on it so far. */
    private volatile Backward walk;
    private Tensor[] cotangents;

    /** The line of the call; null unless somebody searches for anomalies. */
    private String line;
    /** The saved values, if they have been put away. */
    private Packed packed;

    Node(long sequence, Call<?> call, Session session, Saving saving) {
        this.sequence = sequence;
        this.session = session;
        this.name = call.op().name();
        Tensor[] in = call.inputs();
        origins = new Origin[in.length];
        outputs = new int[in.length];
        for (int i = 0; i < in.length; i++) {
            if (in[i].isTracked()) {
                origins[i] = in[i].origin();
                outputs[i] = in[i].output();
            }
        }
        Tensor[] out = call.results();
        for (int i = 0; i < out.length; i++) {
            if (out[i].dtype().isFloating() || out[i].dtype().isComplex()) {
                out[i].from(this, i);
            }
        }
        this.call = call.saved();
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

    long sequence() { return sequence; }

    /** The call that was recorded before this one for the same session; for the session's list alone. */
    Node before() { return before; }

    void before(Node n) { before = n; }

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

    int output(int i) { return outputs[i]; }

    /**
     * What has flowed to each output on a walk; a new row if it has not come by before.
     *
     * @return null if another walk, on another thread, is passing
     */
    Tensor[] visit(Backward by) {
        Backward now = walk;
        if (now == by) {
            return cotangents;
        }
        if (now != null || !WALK.compareAndSet(this, null, by)) {
            return null;
        }
        cotangents = new Tensor[call.outputs()];
        return cotangents;
    }

    /** Whether this walk has come by. */
    boolean isVisited(Backward by) { return walk == by; }

    /** Ends the visit. */
    Tensor[] leave() {
        Tensor[] row = cotangents;
        cotangents = null;
        WALK.setRelease(this, null);
        return row;
    }

    /** Where gradients of output {@code i} come by, made on demand; none is kept unless its request says so. */
    synchronized Gradient watch(Tensor value, int i) {
        if (watched == null) {
            watched = new Gradient[Math.max(i + 1, call.outputs())];
        }
        if (watched[i] == null) {
            watched[i] = new Gradient(value, false);
            watched[i].req(GradReq.NULL);
        }
        return watched[i];
    }

    synchronized Gradient watched(int i) { return watched == null ? null : watched[i]; }

    /** Lets saved values and inputs go; gradients no longer flow through it. */
    synchronized void free() {
        Call<?> c = call;
        if (c == null) {
            return;
        }
        call = null;
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
}
