package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.function.Function;

/**
 * An operation: what it computes, what it keeps for its gradient, and its gradient, in one declaration.
 *
 * <p>{@link #on} is the one door: it checks the arguments, runs the kernels and tells the recorder.
 *
 * @param <A> what the operation takes beside tensors (axes, a shape); immutable
 */
public abstract class Op<A> {

    private final String name;

    protected Op(String name) { this.name = name; }

    public final String name() { return name; }

    /** Applies the operation, which takes no attribute and has one output. */
    public final Tensor on(Tensor... in) { return with(null, in); }

    /** Applies the operation and gives its first output. */
    public final Tensor with(A attribute, Tensor... in) {
        Tensor y = Observer.Installed.all() == null ? direct(attribute, in) : null;
        if (y == null) {
            return first(all(attribute, in));
        }
        if (isRecorded(in)) {
            note(attribute, in, y);
        }
        return y;
    }

    private static Tensor first(Tensor[] out) {
        for (int i = 1; i < out.length; i++) {
            out[i].close();
        }
        return out[0];
    }

    /**
     * The output by the shortest way, which counts for small arrays; null if the arguments need a closer look. Applies no other
     * operation.
     */
    protected Tensor direct(A attribute, Tensor... in) { return null; }

    /** Applies the operation and gives all its outputs. */
    public final Tensor[] all(A attribute, Tensor... in) {
        check(in);
        Call<A> call = new Call<>(this, attribute, in);
        Observer[] observers = Observer.Installed.all();
        return observers == null ? apply(call) : observed(call, observers, this::apply);
    }

    private Tensor[] apply(Call<A> call) {
        if (!isRecorded(call.inputs())) {
            return compute(call);
        }
        Tensor[] out = isComposed() ? Recorder.Installed.get().unrecorded(() -> compute(call)) : compute(call);
        note(call.attribute(), call.inputs(), out);
        return out;
    }

    private Tensor[] observed(Call<A> call, Observer[] observers, Function<Call<A>, Tensor[]> work) {
        for (Observer o : observers) {
            o.begins(call);
        }
        Tensor[] out = null;
        try {
            out = work.apply(call);
        } finally {
            for (Observer o : observers) {
                o.ends(call, out);
            }
        }
        return out;
    }

    /**
     * Applies the operation to an array that is about to be replaced by the result, so that its memory may be reused.
     * {@code in[0]} must not be used afterwards but to be closed.
     */
    public final Tensor onto(A attribute, Tensor... in) { return first(allOnto(attribute, in)); }

    /**
     * For gradient rules: as {@link #onto}, with all outputs, where {@code in[0]} is what has come back and nothing reads it
     * afterwards. Observers may keep what they see; and for a few elements it does not pay.
     */
    final Tensor[] ontoGradient(A attribute, Tensor... in) {
        return in[0].isLight() || Observer.Installed.all() != null ? all(attribute, in) : allOnto(attribute, in);
    }

    private Tensor[] allOnto(A attribute, Tensor... in) {
        check(in);
        if (isRecorded(in) || !in[0].buffer().isSole()) {
            return all(attribute, in);
        }
        Call<A> call = new Call<>(this, attribute, in);
        Observer[] observers = Observer.Installed.all();
        return observers == null ? overwrite(call) : observed(call, observers, this::overwrite);
    }

    /** Whether computing it may apply other operations, which are then not recorded: its own gradient rule stands for them. */
    protected boolean isComposed() { return true; }

    /** {@link #forward}, whose complaints about arguments are made to name this operation and its inputs. */
    private Tensor[] compute(Call<A> call) {
        try {
            return forward(call);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw e;
        } catch (IndexOutOfBoundsException e) {
            throw isNamed(e) ? e : new IndexOutOfBoundsException(wrong(name, e.getMessage(), call.inputs()).getMessage());
        } catch (IllegalArgumentException e) {
            throw isNamed(e) ? e : wrong(name, e.getMessage(), call.inputs());
        }
    }

    private boolean isNamed(RuntimeException e) { return e.getMessage() != null && e.getMessage().startsWith(name + ":"); }

    /** Whether the gradient rule needs the value of input {@code i}; the call knows which gradients are wanted. */
    protected abstract boolean savesInput(int i, Call<A> c);

    /** Whether the gradient rule needs the value of output {@code i}. */
    protected abstract boolean savesOutput(int i, Call<A> c);

    /** Checks the arguments and computes the outputs; they may be views of inputs. */
    protected abstract Tensor[] forward(Call<A> c);

    /** As {@link #forward}, with leave to use the memory of input 0. */
    protected Tensor[] overwrite(Call<A> c) { return forward(c); }

    /**
     * The gradients of a scalar with respect to the inputs, from those with respect to the outputs (null where there is
     * none). Written with operations, so that it can be differentiated again. A gradient may have the shape that its input
     * was broadcast to; null means zero. The last operation that reads g may be applied
     * {@link #ontoGradient}.
     */
    protected abstract Tensor[] vjp(Call<A> c, Tensor... g);

    /** Plays the call back. */
    public static <A> Tensor[] pullBack(Call<A> c, Tensor... g) { return c.op().vjp(c, g); }

    /**
     * The gradient of input 0, the only one that there is, where just some of its rows are not zero and it pays to leave the
     * others out; else null.
     */
    public static <A> RowGradient pullBackRows(Call<A> c, Tensor g) { return c.op().rowGradient(c, g); }

    protected RowGradient rowGradient(Call<A> c, Tensor g) { return null; }

    private void note(A attribute, Tensor[] in, Tensor... out) {
        for (Tensor t : out) {
            if (t.isDifferentiable()) {
                Recorder.Installed.get().record(Call.saved(this, attribute, in, out), in, out);
                return;
            }
        }
    }

    /** Whether a call is to be recorded. */
    static boolean isRecorded(Tensor... in) {
        for (Tensor t : in) {
            if (t.isTracked()) {
                return Recorder.Installed.get().isRecording();
            }
        }
        return false;
    }

    private void check(Tensor[] in) {
        if (in.length == 0) {
            throw new IllegalArgumentException(name + ": takes at least one array, not none");
        }
        Backend backend = in[0].backend();
        for (Tensor t : in) {
            if (!t.isOpen()) {
                throw new IllegalStateException(name + ": an array " + t.text() + " has been closed already");
            }
            if (t.backend() != backend) {
                throw wrong(name, "arrays on different devices, " + backend.place() + " and " + t.backend().place()
                        + "; move them to one with toDevice", in);
            }
        }
    }

    /** An error in arguments: {@code add: shapes do not broadcast: float32 (2, 3), float32 (4)}. */
    public static IllegalArgumentException wrong(String name, String what, Tensor... in) {
        StringBuilder b = new StringBuilder(name).append(": ").append(what);
        for (int i = 0; i < in.length; i++) {
            b.append(i == 0 ? ": " : ", ").append(in[i].text());
        }
        return new IllegalArgumentException(b.toString());
    }

    /** The shape that both broadcast to. */
    static long[] broadcast(String name, Tensor... in) {
        Layout shape = in[0].layout();
        for (int i = 1; i < in.length; i++) {
            if (!shape.sameShape(in[i].layout())) {
                long[] s = Layout.broadcast(shape, in[i].layout());
                if (s == null) {
                    throw wrong(name, "shapes do not broadcast", in);
                }
                shape = Layout.of(s);
            }
        }
        return shape.shape();
    }

    @Override
    public String toString() { return name; }
}
