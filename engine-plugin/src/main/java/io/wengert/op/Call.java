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
    private final Tensor[] out;
    private final Layout[] layouts;
    private final DType[] dtypes;
    private final boolean[] wants;

    Call(Op<A> op, A attribute, Tensor[] in) {
        this.op = op;
        this.attribute = attribute;
        this.in = in;
        this.out = null;
        this.layouts = null;
        this.dtypes = null;
        this.wants = null;
    }

    /** What is known of a call when it is played back, but for the values that it saves. */
    private Call(Op<A> op, A attribute, Tensor[] in, int outputs) {
        this.op = op;
        this.attribute = attribute;
        int n = in.length;
        this.in = new Tensor[n];
        this.out = new Tensor[outputs];
        layouts = new Layout[n];
        dtypes = new DType[n];
        wants = new boolean[n];
        for (int i = 0; i < n; i++) {
            Tensor x = in[i];
            layouts[i] = x.layout();
            dtypes[i] = x.dtype();
            wants[i] = x.isTracked() && x.isDifferentiable();
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
    static <A> Call<A> saved(Op<A> op, A attribute, Tensor[] in, Tensor... out) {
        Call<A> c = new Call<>(op, attribute, in, out.length);
        for (int i = 0; i < in.length; i++) {
            if (op.savesInput(i, c)) {
                c.in[i] = in[i].share();
            }
        }
        for (int i = 0; i < out.length; i++) {
            if (op.savesOutput(i, c)) {
                c.out[i] = out[i].share();
            }
        }
        return c;
    }

    /** The same call with other tensors in place of those it saved. */
    public Call<A> with(Tensor[] savedIn, Tensor[] savedOut) { return new Call<>(this, savedIn, savedOut, layouts, dtypes, wants); }

    /** The same call, of which fewer gradients are wanted. */
    public Call<A> wanting(boolean[] fewer) { return new Call<>(this, in, out, layouts, dtypes, fewer); }

    /** Lets all that was saved go, and what the attribute keeps if it keeps anything; to be called once. */
    public void free() {
        drop(in);
        drop(out);
        if (attribute instanceof Kept kept) {
            kept.close();
        }
    }

    private static void drop(Tensor[] tensors) {
        for (Tensor t : tensors) {
            if (t != null) {
                t.drop();
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
