package io.wengert.autograd;

import io.wengert.tensor.Tensor;

/**
 * What one function's calls have recorded, apart from all collectors: it lives until this is closed, and its values can be
 * differentiated until then.
 */
public final class Recording implements AutoCloseable {

    private final Session session = new Session();

    /** Records this thread's calls here, and nowhere else, until the returned object is closed; any number of times. */
    public Tape.Mode open() { return Tape.apart(session); }

    /**
     * The gradients of heads with respect to some values, as {@link Gradients#grad}; what is recorded is kept.
     *
     * @param createGraph whether playing back is recorded here too
     */
    public Tensor[] grad(Tensor[] heads, Tensor[] variables, Tensor[] headGradients, boolean createGraph) {
        return Gradients.grad(session, heads, variables, headGradients, true, createGraph);
    }

    /** Frees what was recorded. */
    @Override
    public void close() { session.close(); }
}
