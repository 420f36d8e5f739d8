package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;

/**
 * One recorded call, hung on its output tensors: what its gradient rule needs, and where its inputs came from.
 */
final class Node implements Origin {

    private final long sequence;
    private final String name;
    private Call<?> call;
    private Origin[] origins;
    private int[] outputs;
    /** Gradients that somebody wants to see of this intermediate value, by output; null if none. */
    private Gradient[] retained;
    /** The node recorded before in the same session. */
    private Node previous;

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

    Node previous() { return previous; }

    void previous(Node p) { previous = p; }

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
