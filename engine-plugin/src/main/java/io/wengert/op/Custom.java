package io.wengert.op;

import io.wengert.tensor.Tensor;

/** An operation that its user has written: computation and gradient are given with each application. Not in the catalogue. */
public final class Custom extends Op<Custom.Body> {

    /** One application: computes, keeps what it needs until it is closed, and plays back. */
    public interface Body extends Call.Kept {

        /** The outputs, in tensors of their own. What it applies is not recorded. */
        Tensor[] forward(Tensor[] in);

        /**
         * The gradients of the inputs; null for none.
         *
         * @param g gradients of the outputs; null where nothing flowed in
         */
        Tensor[] backward(Tensor[] g, Call<Body> call);
    }

    /** An operation of this name, as messages and graphs show it. */
    public Custom(String name) { super(name); }

    @Override
    protected boolean savesInput(int i, Call<Body> c) { return false; }

    @Override
    protected boolean savesOutput(int i, Call<Body> c) { return false; }

    @Override
    protected Tensor[] forward(Call<Body> c) { return c.attribute().forward(c.inputs()); }

    @Override
    protected Tensor[] vjp(Call<Body> c, Tensor... g) { return c.attribute().backward(g, c); }
}
