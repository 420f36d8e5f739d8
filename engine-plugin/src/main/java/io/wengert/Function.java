package io.wengert;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.djl.WgNDArray;
import io.wengert.djl.WgNDManager;
import io.wengert.kernel.Layout;
import io.wengert.op.Call;
import io.wengert.op.Custom;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An operation with a gradient of its own, written in a program: MXNet's {@code autograd.Function}.
 *
 * <pre>{@code
 * Function sigmoid = new Function("my_sigmoid") {
 *     protected NDList forward(Context c, NDList x) {
 *         NDArray y = x.head().neg().exp().add(1).getNDArrayInternal().rdiv(1);
 *         c.save(y);
 *         return new NDList(y);
 *     }
 *
 *     protected NDList backward(Context c, NDList g) {
 *         NDArray y = c.saved(0);
 *         return new NDList(g.head().mul(y).mul(y.neg().add(1)));
 *     }
 * };
 * NDArray y = sigmoid.apply(x).head();
 * }</pre>
 *
 * <p>Works inside any block, and any number of times. If {@code backward} is written with differentiable operations, gradients of
 * its gradients follow.
 */
public abstract class Function {

    private final Custom op;

    /** A function of this name, as messages and graphs show it. */
    protected Function(String name) { op = new Custom(name); }

    /**
     * Computes the outputs; nothing of it is recorded.
     *
     * @param inputs what the function is applied to; not to be changed in place
     */
    protected abstract NDList forward(Context context, NDList inputs);

    /**
     * Computes the gradients of the inputs.
     *
     * @param gradients the gradient of each output; zeros where none flowed in
     * @return one array an input, of its shape; null where there is none or {@link Context#wants} says that it is not wanted
     */
    protected abstract NDList backward(Context context, NDList gradients);

    /** Applies the function to arrays of this engine; the outputs belong to the manager of the first. */
    public final NDList apply(NDArray... inputs) { return apply(new NDList(inputs)); }

    /** As {@link #apply(NDArray...)}. */
    public final NDList apply(NDList inputs) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException(op.name() + ": takes at least one array");
        }
        Tensor[] in = WgNDArray.tensors(inputs, op.name());
        Context context = new Context(inputs.head().getDevice());
        Tensor[] out = op.all(new Application(context, inputs), in);
        NDList r = new NDList(out.length);
        for (Tensor t : out) {
            r.add(((WgNDArray) inputs.head()).give(t));
        }
        if (out.length > 0 && out[0].origin() == null) {
            context.close();
        } else {
            context.nameSavedOutputs(out);
        }
        return r;
    }

    /**
     * A function of one array whose gradient is that of the identity, such as rounding: the straight-through estimator (Bengio et
     * al., 2013).
     */
    public static Function straightThrough(String name, UnaryOperator<NDArray> forward) {
        return new Function(name) {
            @Override
            protected NDList forward(Context context, NDList inputs) { return new NDList(forward.apply(inputs.singletonOrThrow())); }

            @Override
            protected NDList backward(Context context, NDList gradients) { return gradients; }
        };
    }

    /** What one application of a function keeps for its gradient. */
    public static final class Context {

        private final Device device;
        private final List<Tensor> saved = new ArrayList<>();
        private Object note;
        private NDManager manager;
        private Call<?> call;

        private Context(Device device) { this.device = device; }

        /** Keeps arrays, inputs, outputs or others, for {@link #saved}. */
        public void save(NDArray... values) {
            for (NDArray x : values) {
                saved.add(WgNDArray.own(x, "save").tensor().share());
            }
        }

        /** What was saved as number {@code i}, in backward. */
        public NDArray saved(int i) {
            if (i < 0 || i >= saved.size()) {
                throw new IndexOutOfBoundsException("saved: number " + i + " of " + saved.size() + " saved arrays");
            }
            return ((WgNDManager) manager).give(saved.get(i).share());
        }

        /** Keeps anything that is no array. */
        public void note(Object value) { note = value; }

        /** What was kept by {@link #note}. */
        public Object note() { return note; }

        /** In backward, whether the gradient of input {@code i} will be used. */
        public boolean wants(int i) { return call.wants(i); }

        /** In backward, the manager of the arrays handed out, which is closed afterwards. */
        public NDManager manager() { return manager; }

        /** Outputs that were saved get the origin that they have been given since, so that they can be differentiated. */
        private void nameSavedOutputs(Tensor[] out) {
            for (Tensor t : saved) {
                for (Tensor y : out) {
                    if (t.origin() == null && t.buffer() == y.buffer() && t.layout().equals(y.layout())) {
                        t.from(y.origin(), y.output());
                    }
                }
            }
        }

        private void close() { saved.forEach(Tensor::close); }
    }

    /** What an output looks like. */
    private record Output(Shape shape, DataType dtype) {}

    /** One application, as the tape knows it. */
    private final class Application implements Custom.Body {

        private final Context context;
        private NDList inputs;
        private Output[] like;

        Application(Context context, NDList inputs) {
            this.context = context;
            this.inputs = inputs;
        }

        @Override
        public Tensor[] forward(Tensor[] in) {
            NDList y = Function.this.forward(context, inputs);
            inputs = null;
            if (y == null || y.isEmpty()) {
                throw new IllegalStateException(op.name() + ": forward gives no output");
            }
            Tensor[] out = WgNDArray.tensors(y, op.name());
            like = new Output[out.length];
            for (int i = 0; i < out.length; i++) {
                like[i] = new Output(y.get(i).getShape(), y.get(i).getDataType());
                out[i] = out[i].share().from(null, 0);
            }
            return out;
        }

        @Override
        public Tensor[] backward(Tensor[] g, Call<Custom.Body> call) {
            try (WgNDManager manager = Autograd.newManager(context.device)) {
                context.manager = manager;
                context.call = call;
                NDList gradients = new NDList(g.length);
                for (int i = 0; i < g.length; i++) {
                    gradients.add(g[i] == null ? manager.zeros(like[i].shape, like[i].dtype) : manager.give(g[i].share()));
                }
                return check(Function.this.backward(context, gradients), call);
            } finally {
                context.manager = null;
                context.call = null;
            }
        }

        private Tensor[] check(NDList found, Call<?> call) {
            if (found == null || found.size() != call.arity()) {
                throw new EngineException(op.name() + ": backward gives " + (found == null ? "no list" : found.size() + " gradients")
                        + " for " + call.arity() + " inputs");
            }
            Tensor[] r = new Tensor[found.size()];
            for (int i = 0; i < r.length; i++) {
                if (found.get(i) != null) {
                    Tensor t = WgNDArray.own(found.get(i), op.name()).tensor();
                    if (!t.layout().sameShape(call.layout(i))) {
                        throw new EngineException(op.name() + ": backward gives a gradient " + t.text() + " for input " + i
                                + " of the shape " + Layout.text(call.shape(i)));
                    }
                    r[i] = t.share();
                }
            }
            return r;
        }

        @Override
        public void close() { context.close(); }
    }
}
