package io.wengert.autograd;

import io.wengert.tensor.Tensor;

/** Differentiation of tensors: the entry to this package for the layers above. */
public final class Gradients {

    private Gradients() {}

    /**
     * Adds the gradients of the heads to those of all variables that they depend on.
     *
     * @param session whose collector this is for
     * @param headGradients one a head, of its shape; null for ones, altogether or single
     * @param retainGraph whether the recorded calls can be played back once more
     * @param createGraph whether playing back is recorded itself, for higher derivatives; retains the graph
     * @throws IllegalStateException if a head was not recorded or its graph has been freed
     */
    public static void backward(Session session, Tensor[] heads, Tensor[] headGradients, boolean retainGraph, boolean createGraph) {
        new Backward(session, retainGraph, createGraph).run(heads, headGradients);
    }

    /**
     * The gradients of the heads with respect to some values, which need not be variables; null where there is no
     * dependence. Gradients of variables stay as they are.
     */
    public static Tensor[] grad(Session session, Tensor[] heads, Tensor[] variables, Tensor[] headGradients, boolean retainGraph,
            boolean createGraph) {
        return new Backward(session, retainGraph, createGraph).run(heads, headGradients, variables);
    }

    /** The gradient that backward leaves at a value: of a variable its own, of a recorded value one that is kept from now on. */
    public static Gradient gradient(Tensor t) {
        Gradient g = watch(t);
        if (g != null && g.req() == GradReq.NULL && !g.isOfLeaf()) {
            g.req(GradReq.ADD);
        }
        return g;
    }

    /** Where gradients of a value come by, whether they are kept or not; null for a constant. */
    public static Gradient watch(Tensor t) {
        if (t.origin() instanceof Leaf leaf) {
            return leaf.gradient();
        }
        return t.origin() instanceof Node n && !n.isFreed() ? n.watch(t, t.output()) : null;
    }

    /** The gradient of a variable, or of a recorded value of which one is kept; null if there is none. */
    public static Gradient existing(Tensor t) {
        if (t.origin() instanceof Leaf leaf) {
            return leaf.gradient();
        }
        Gradient g = t.origin() instanceof Node n ? n.watched(t.output()) : null;
        return g == null || g.req() == GradReq.NULL ? null : g;
    }
}
