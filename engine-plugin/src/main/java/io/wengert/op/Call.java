package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;

/**
 * One application of an operation: its attribute, inputs and outputs.
 *
 * <p>In forward direction all inputs are there. In a gradient rule only those inputs and outputs are that the operation
 * has declared to save; shapes, dtypes and which gradients are wanted are always known.
 */
public final class Call<A> {

    private final Op<A> op;
    private final A attribute;
    private final Tensor[] in;
    private Tensor[] out;
    private final Layout[] layouts;
    private final DType[] dtypes;
    private final boolean[] wants;

    Call(Op<A> op, A attribute, Tensor[] in) {
        this.op = op;
        this.attribute = attribute;
        this.in = in;
        this.layouts = null;
        this.dtypes = null;
        this.wants = null;
    }

    private Call(Call<A> from, Tensor[] in, Tensor[] out) {
        this.op = from.op;
        this.attribute = from.attribute;
        this.in = in;
        this.out = out;
        int n = in.length;
        layouts = new Layout[n];
        dtypes = new DType[n];
        wants = new boolean[n];
        for (int i = 0; i < n; i++) {
            Tensor x = from.in[i];
            layouts[i] = x.layout();
            dtypes[i] = x.dtype();
            wants[i] = x.isTracked() && (x.dtype().isFloating() || x.dtype().isComplex());
        }
    }

    private Call(Call<A> from, Tensor[] in, Tensor[] out, Layout[] layouts, DType[] dtypes, boolean[] wants) {
        this.op = from.op;
        this.attribute = from.attribute;
        this.in = in;
        this.out = out;
        this.layouts = layouts;
        this.dtypes = dtypes;
        this.wants = wants;
    }

    /**
     * What a gradient rule will see: shares of the values that the operation saves, and of the others the shapes only.
     *
     * @return the call to be kept; {@link #free} it when it is no longer needed
     */
    public Call<A> saved() {
        Tensor[] savedIn = new Tensor[in.length];
        Tensor[] savedOut = new Tensor[out.length];
        Call<A> c = new Call<>(this, savedIn, savedOut);
        for (int i = 0; i < in.length; i++) {
            savedIn[i] = op.savesInput(i, c) ? in[i].share() : null;
        }
        for (int i = 0; i < out.length; i++) {
            savedOut[i] = op.savesOutput(i, c) ? out[i].share() : null;
        }
        return c;
    }

    /** The same call with other tensors in place of those it saved. */
    public Call<A> with(Tensor[] savedIn, Tensor[] savedOut) { return new Call<>(this, savedIn, savedOut, layouts, dtypes, wants); }

    /** The same call, of which fewer gradients are wanted. */
    public Call<A> wanting(boolean[] fewer) { return new Call<>(this, in, out, layouts, dtypes, fewer); }

    /** Lets all that was saved go, and what the attribute keeps if it keeps anything. */
    public void free() {
        close(in);
        close(out);
        if (attribute instanceof Kept kept) {
            kept.close();
        }
    }

    private static void close(Tensor[] tensors) {
        for (Tensor t : tensors) {
            if (t != null) {
                t.close();
            }
        }
    }

    /** An attribute that holds values for the gradient rule, until the call is freed. */
    public interface Kept extends AutoCloseable {
        @Override
        void close();
    }

    public Op<A> op() { return op; }

    public A attribute() { return attribute; }

    /** How many inputs there are. */
    public int arity() { return in.length; }

    /**
     * Input {@code i}.
     *
     * @throws IllegalStateException in a gradient rule, for an input that the operation does not save
     */
    public Tensor in(int i) {
        if (in[i] == null) {
            throw new IllegalStateException(op.name() + ": the gradient rule reads input " + i + ", which is not saved");
        }
        return in[i];
    }

    /** Output {@code i}, as {@link #in}. */
    public Tensor out(int i) {
        if (out == null || out[i] == null) {
            throw new IllegalStateException(op.name() + ": the gradient rule reads output " + i + ", which is not saved");
        }
        return out[i];
    }

    public int outputs() { return out.length; }

    Call<A> gives(Tensor... results) {
        out = results;
        return this;
    }

    /** The inputs as given, with null for what is not saved. */
    public Tensor[] inputs() { return in; }

    /** The outputs, with null for what is not saved. */
    public Tensor[] results() { return out; }

    public Layout layout(int i) { return layouts != null ? layouts[i] : in[i].layout(); }

    public long[] shape(int i) { return layout(i).shape(); }

    public DType dtype(int i) { return dtypes != null ? dtypes[i] : in[i].dtype(); }

    /** Whether the gradient with respect to input {@code i} will be used. */
    public boolean wants(int i) { return wants[i]; }

    public Backend backend() { return in(0).backend(); }

    /** A new output of undefined contents on the device of the first input. */
    public Tensor empty(DType dtype, long... shape) { return Tensor.empty(backend(), dtype, shape); }

    /** An error in the arguments of this call: the operation, what is wrong, and what it was given. */
    public IllegalArgumentException wrong(String what) { return Op.wrong(op.name(), what, in); }
}
