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
    private Call<?> call;
    private Origin[] origins;
    private int[] outputs;
    /** Gradients that somebody wants to see of this intermediate value, by output; null if none. */
    private Gradient[] retained;
    /** The walk that is passing, and what has flowed to each output on it so far. */
    private volatile Backward walk;
    private Tensor[] cotangents;

    Node(long sequence, Call<?> call) {
        this.sequence = sequence;
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
    }

    long sequence() { return sequence; }

    String name() { return name; }

    /** The call with its saved values; null when it has been freed. */
    Call<?> call() { return call; }

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
        walk = null;
        return row;
    }

    /** The gradient to be kept of output {@code i}, made on demand. */
    synchronized Gradient retain(Tensor value, int i) {
        if (retained == null) {
            retained = new Gradient[Math.max(i + 1, call.outputs())];
        }
        if (retained[i] == null) {
            retained[i] = new Gradient(value);
        }
        return retained[i];
    }

    synchronized Gradient retained(int i) { return retained == null ? null : retained[i]; }

    /** Lets saved values and inputs go; gradients no longer flow through it. */
    synchronized void free() {
        Call<?> c = call;
        if (c == null) {
            return;
        }
        call = null;
        origins = null;
        close(c.inputs());
        close(c.results());
    }

    private static void close(Tensor[] tensors) {
        for (Tensor t : tensors) {
            if (t != null) {
                t.close();
            }
        }
    }

    @Override
    public boolean isLive() { return call != null; }
}
