package io.wengert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Derivatives of functions, as PyTorch's {@code torch.func} and JAX have them: of lambdas from arrays to arrays, without variables,
 * collectors or {@code getGradient()}.
 *
 * <pre>{@code
 * NDArray g = Functional.grad(x -> x.pow(3).sum(), a);                          // 3 a^2
 * NDArray h = Functional.hessian(x -> x.pow(3).sum(), a);                       // diag(6 a)
 * NDArray t = Functional.jvp(x -> Functional.grad(y -> y.pow(3).sum(), x), a, v);  // 6 a v
 * }</pre>
 *
 * <p>They nest to any depth, and inside a recording ({@link Autograd#record}, a gradient collector) what they give can be
 * differentiated by whoever records: a penalty on a gradient, an inner step of learning. Variables that the function uses without
 * taking them as inputs are constants here; gradients of variables stay as they are. What is given belongs to the manager of the
 * input (of the first input, for values of the function); everything else is freed.
 *
 * <p>Gradients of inputs that are not floating or complex are zeros of their dtype. For complex arrays see {@link Linearization#vjp}.
 */
public final class Functional {

    /** In the place of an axis: an array that is the same for all samples. */
    public static final int NOT_MAPPED = Integer.MIN_VALUE;

    /** How many rows of a Jacobian are pulled back at once: enough for speed, without too much memory on the way. */
    private static final int ROWS = 256;

    private Functional() {}

    /** A value, and the gradients by the inputs. */
    public record ValueAndGradient(NDArray value, NDList gradients) {

        /** The gradient by the only input. */
        public NDArray gradient() { return gradients.singletonOrThrow(); }
    }

    private static Function<NDList, NDList> listed(UnaryOperator<NDArray> f) {
        return x -> new NDList(f.apply(x.singletonOrThrow()));
    }

    private static Function<NDList, NDList> scalar(Function<NDList, NDArray> f, String what) {
        return x -> {
            NDArray y = f.apply(x);
            if (y == null) {
                throw new IllegalArgumentException(what + ": the function gives no array");
            }
            if (y.size() != 1) {
                throw new IllegalArgumentException(what + ": the function must give one number, not an array " + y.getShape()
                        + "; sum it up, or use vjp or jacobian");
            }
            return new NDList(y);
        };
    }

    /**
     * Runs a function once, to apply its derivative at these inputs any number of times.
     *
     * @return to be closed
     */
    public static Linearization linearize(Function<NDList, NDList> f, NDList inputs) { return Linearization.of(f, inputs); }

    /** The vector-Jacobian product {@code J'u}, one array an input: see {@link Linearization#vjp}. */
    public static NDList vjp(Function<NDList, NDList> f, NDList inputs, NDList cotangents) {
        try (Linearization l = linearize(f, inputs)) {
            return l.vjp(cotangents);
        }
    }

    /** As {@link #vjp(Function, NDList, NDList)}, for one input and one output. */
    public static NDArray vjp(UnaryOperator<NDArray> f, NDArray x, NDArray cotangent) {
        return vjp(listed(f), new NDList(x), new NDList(cotangent)).head();
    }

    /** The Jacobian-vector product {@code Jt}, one array an output: see {@link Linearization#jvp}. */
    public static NDList jvp(Function<NDList, NDList> f, NDList inputs, NDList tangents) {
        try (Linearization l = linearize(f, inputs)) {
            return l.jvp(tangents);
        }
    }

    /** As {@link #jvp(Function, NDList, NDList)}, for one input and one output. */
    public static NDArray jvp(UnaryOperator<NDArray> f, NDArray x, NDArray tangent) {
        return jvp(listed(f), new NDList(x), new NDList(tangent)).head();
    }

    /**
     * The value of a function that gives one number, and its gradient by each input.
     *
     * @throws IllegalArgumentException if it gives more than one number
     */
    public static ValueAndGradient valueAndGrad(Function<NDList, NDArray> f, NDList inputs) {
        try (Linearization l = linearize(scalar(f, "grad"), inputs)) {
            NDList y = l.outputs();
            try (NDArray one = y.head().onesLike()) {
                return new ValueAndGradient(y.head(), l.vjp(new NDList(one)));
            }
        }
    }

    /** As {@link #valueAndGrad(Function, NDList)}, for one input. */
    public static ValueAndGradient valueAndGrad(UnaryOperator<NDArray> f, NDArray x) {
        return valueAndGrad(list -> f.apply(list.singletonOrThrow()), new NDList(x));
    }

    /** The gradients of a function that gives one number; as {@link #valueAndGrad(Function, NDList)}. */
    public static NDList grad(Function<NDList, NDArray> f, NDList inputs) {
        ValueAndGradient r = valueAndGrad(f, inputs);
        r.value.close();
        return r.gradients;
    }

    /** The gradient of a function that gives one number. */
    public static NDArray grad(UnaryOperator<NDArray> f, NDArray x) {
        return grad(list -> f.apply(list.singletonOrThrow()), new NDList(x)).head();
    }

    /**
     * The Jacobians of all outputs by all inputs: of output {@code i} by input {@code j} an array
     * {@code (output shape.., input shape..)} of the dtype of the input, complex if one of both is.
     *
     * <p>Many rows are pulled back at once, as {@link #vmap} does it. Of complex functions of complex arrays the derivative
     * {@code dy / dx} is given, which is all of it if they are holomorphic; of real ones of complex arrays the gradient of each
     * element.
     *
     * @return for each output a list with an array for each input
     */
    public static List<NDList> jacobian(Function<NDList, NDList> f, NDList inputs) {
        List<NDList> rows = new ArrayList<>();
        try (Linearization l = linearize(f, inputs)) {
            NDList y = l.outputs();
            for (int i = 0; i < y.size(); i++) {
                rows.add(jacobian(l, inputs, y, i));
            }
            y.close();
        }
        return rows;
    }

    private static NDList jacobian(Linearization l, NDList inputs, NDList y, int i) {
        try (NDManager scratch = y.get(i).getManager().newSubManager()) {
            NDArray head = y.get(i);
            NDList real = rows(l, scratch, y, i, false);
            NDList imaginary = null;
            NDList r = new NDList(inputs.size());
            for (int j = 0; j < inputs.size(); j++) {
                NDArray x = inputs.get(j);
                NDArray part = real.get(j);
                if (head.getDataType() == DataType.COMPLEX64 && x.getDataType() != DataType.COMPLEX64) {
                    imaginary = imaginary == null ? rows(l, scratch, y, i, true) : imaginary;
                    part = complex(part, imaginary.get(j));
                } else if (head.getDataType() == DataType.COMPLEX64) {
                    part = part.conj();
                }
                NDArray all = part.reshape(head.getShape().addAll(x.getShape()));
                all.attach(x.getManager());
                r.add(all);
            }
            return r;
        }
    }

    private static NDArray complex(NDArray real, NDArray imaginary) {
        return NDArrays.stack(new NDList(real.toType(DataType.FLOAT32, false), imaginary.toType(DataType.FLOAT32, false)), -1).complex();
    }

    /** What each element of output {@code i}, or i times it, gives back to the inputs: arrays (elements, input shape..). */
    private static NDList rows(Linearization l, NDManager scratch, NDList y, int i, boolean imaginary) {
        NDArray head = y.get(i);
        int n = Math.toIntExact(head.size());
        if (n == 0) {
            throw new IllegalArgumentException("jacobian: output " + i + ", " + head.getShape() + ", has no elements");
        }
        Function<NDList, NDList> pull = vmap(u -> {
            NDList cotangents = new NDList();
            for (int k = 0; k < y.size(); k++) {
                cotangents.add(k == i ? u.head() : null);
            }
            NDList g = l.vjp(cotangents);
            g.attach(u.head().getManager());
            return g;
        });
        List<NDList> chunks = new ArrayList<>();
        for (int from = 0; from < n; from += ROWS) {
            int count = Math.min(ROWS, n - from);
            NDArray unit = scratch.eye(count, n, from, DataType.FLOAT32);
            NDArray seeds = imaginary ? complex(unit.zerosLike(), unit) : unit.toType(head.getDataType(), false);
            chunks.add(pull.apply(new NDList(seeds.reshape(new Shape(count).addAll(head.getShape())))));
        }
        NDList r = new NDList();
        for (int j = 0; j < chunks.get(0).size(); j++) {
            int input = j;
            r.add(chunks.size() == 1 ? chunks.get(0).get(j)
                    : NDArrays.concat(new NDList(chunks.stream().map(c -> c.get(input)).toList()), 0));
        }
        return r;
    }

    /** The Jacobian of one array by another: {@code (output shape.., input shape..)}. */
    public static NDArray jacobian(UnaryOperator<NDArray> f, NDArray x) { return jacobian(listed(f), new NDList(x)).get(0).head(); }

    /**
     * The second derivatives of a function that gives one number.
     *
     * @return for each input {@code i} a list with an array for each input {@code j}: (shape of i.., shape of j..)
     */
    public static List<NDList> hessian(Function<NDList, NDArray> f, NDList inputs) { return jacobian(x -> grad(f, x), inputs); }

    /** The second derivatives of a function of one array that gives one number: {@code (shape.., shape..)}. */
    public static NDArray hessian(UnaryOperator<NDArray> f, NDArray x) { return jacobian(y -> grad(f, y), x); }

    /**
     * The Hessian-vector product {@code Hv} of a function that gives one number, at the cost of a few gradients (Pearlmutter,
     * 1994). By differentiating the gradient backwards, H being symmetric.
     */
    public static NDList hvp(Function<NDList, NDArray> f, NDList inputs, NDList v) { return vjp(x -> grad(f, x), inputs, v); }

    /** As {@link #hvp(Function, NDList, NDList)}, for one input. */
    public static NDArray hvp(UnaryOperator<NDArray> f, NDArray x, NDArray v) { return vjp(y -> grad(f, y), x, v); }

    /** The vector-Hessian product {@code v'H}, which is the same as {@link #hvp(Function, NDList, NDList)}. */
    public static NDList vhp(Function<NDList, NDArray> f, NDList inputs, NDList v) { return hvp(f, inputs, v); }

    /** As {@link #vhp(Function, NDList, NDList)}, for one input. */
    public static NDArray vhp(UnaryOperator<NDArray> f, NDArray x, NDArray v) { return hvp(f, x, v); }

    /**
     * A function of single samples as a function of batches; as {@link #vmap(Function, int[], int[])} along the first axes.
     */
    public static Function<NDList, NDList> vmap(Function<NDList, NDList> f) { return new VectorizedMap(f, null, null); }

    /** The function of one sample on each of a batch: as {@link #vmap(Function)}, with one input and output. */
    public static NDArray vmap(UnaryOperator<NDArray> f, NDArray batch) { return vmap(listed(f)).apply(new NDList(batch)).head(); }

    /**
     * A function of single samples as a function of batches: JAX's and PyTorch's {@code vmap}.
     *
     * <p>It is run on the first sample, and what it did there is then done on all samples at once. So it may be written for one
     * sample, of arrays and of derivatives ({@code vmap} of {@link #grad} gives gradients by sample), and can be differentiated and
     * mapped again itself. Batched are: element-wise operations, reductions, shapes and slices, matrix products and linear layers,
     * normalization, softmax, sorting, running sums, gather and scatter, embedding, convolution and pooling, Fourier transforms.
     * Other operations (recurrent layers among them) go over the samples one by one inside an otherwise batched run.
     *
     * <p>The whole function is run sample by sample if it reads elements of what it computes, with {@code getFloat} or by a boolean
     * mask, as what it does next may depend on them, or if it applies a {@link io.wengert.Function}. Random numbers drawn inside are
     * the same for all samples either way. It must not change arrays from outside in place: a total over samples is a sum of results.
     *
     * @param inAxes for each input the axis of its samples, or {@link #NOT_MAPPED} for one that all samples share
     * @param outAxes for each output the axis that samples get; null for the first
     * @throws IllegalArgumentException on use, if the numbers of samples differ or there are none, or outputs have different shapes
     *     for different samples
     */
    public static Function<NDList, NDList> vmap(Function<NDList, NDList> f, int[] inAxes, int[] outAxes) {
        return new VectorizedMap(f, inAxes.clone(), outAxes == null ? null : outAxes.clone());
    }

    /**
     * The gradients of a loss by variables for each sample of a batch, and not summed over it: for differential privacy, influence,
     * gradient noise.
     *
     * @param loss of one sample, that is of the batch's arrays without their first axis, and of the variables, which it just uses;
     *     one number
     * @param variables arrays that require gradients, such as a block's parameters
     * @param batch arrays with the samples along the first axis
     * @return for each variable an array {@code (samples, shape of the variable..)} with the variable's manager
     */
    public static NDList perSampleGradients(Function<NDList, NDArray> loss, NDList variables, NDList batch) {
        Function<NDList, NDList> one = scalar(loss, "perSampleGradients");
        NDList r = vmap(sample -> Linearization.gradients(one, sample, variables)).apply(batch);
        for (int i = 0; i < r.size(); i++) {
            r.get(i).attach(variables.get(i).getManager());
        }
        return r;
    }

    /**
     * The gradients of a block's trainable parameters for each sample, which the block is given as batches of one.
     *
     * @return by parameter in the block's order, those without gradient left out: {@code (samples, shape of the parameter..)}
     */
    public static NDList perSampleGradients(Block block, Loss loss, NDList data, NDList labels) {
        NDList variables = new NDList();
        for (Pair<String, Parameter> p : block.getParameters()) {
            if (p.getValue().requiresGradient()) {
                variables.add(p.getValue().getArray());
            }
        }
        int n = data.size();
        NDList batch = new NDList(data);
        batch.addAll(labels);
        try (NDManager manager = data.head().getManager().newSubManager()) {
            ParameterStore store = new ParameterStore(manager, false);
            return perSampleGradients(sample -> {
                NDList one = new NDList(sample.stream().map(x -> x.expandDims(0)).toList());
                NDList y = block.forward(store, new NDList(one.subList(0, n)), true);
                return loss.evaluate(new NDList(one.subList(n, one.size())), y).sum();
            }, variables, batch);
        }
    }
}
