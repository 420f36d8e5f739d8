package io.wengert.autograd;

import io.wengert.kernel.DType;
import io.wengert.op.Activations;
import io.wengert.op.Arithmetic;
import io.wengert.op.Axes;
import io.wengert.op.Complex;
import io.wengert.op.Conversions;
import io.wengert.op.Elementwise;
import io.wengert.op.IndexOps;
import io.wengert.op.LinearAlgebra;
import io.wengert.op.Networks;
import io.wengert.op.Normalization;
import io.wengert.op.Op;
import io.wengert.op.Recurrent;
import io.wengert.op.Reductions;
import io.wengert.op.ShapeOps;
import io.wengert.op.Sorting;
import io.wengert.op.Spectral;
import io.wengert.op.Windows;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One call on one sample, made on all samples at once: for each operation, how a leading batch axis is carried through it.
 *
 * <p>Element-wise operations align ranks; most others take the same attribute with its axes moved up by one. Convolutions and pooling
 * fold the batch into their own batch axis, or, where the weight differs by sample too, into channels and groups. Operations
 * without a rule are applied to the samples one by one.
 */
final class BatchRules {

    /** Gives the outputs, each with the batch axis in front. */
    private interface Rule {
        Tensor[] apply(BatchRules b);
    }

    private static final Map<Op<?>, Rule> RULES = new IdentityHashMap<>();

    static {
        for (Op<?> op : List.of(Conversions.CAST, Conversions.COPY, Conversions.TO_DEVICE, Complex.PAIRS, Complex.COMPLEX,
                LinearAlgebra.INVERSE)) {
            RULES.put(op, b -> b.all(b.step.attribute()));
        }
        for (Op<Axes> op : List.of(Reductions.SUM, Reductions.PROD, Reductions.MAX, Reductions.MIN, Reductions.MEAN)) {
            RULES.put(op, b -> b.all(b.up(b.<Axes>attribute())));
        }
        RULES.put(Reductions.NORM, b -> {
            Reductions.Power p = b.attribute();
            return b.all(new Reductions.Power(p.order(), b.up(p.axes())));
        });
        for (Op<Integer> op : List.of(Sorting.CUM_SUM, Sorting.CUM_PROD, ShapeOps.CONCAT, Recurrent.UNSTACK, IndexOps.GATHER)) {
            RULES.put(op, b -> b.all(up(b.<Integer>attribute())));
        }
        for (Op<Integer> op : List.of(Activations.SOFTMAX, Activations.LOG_SOFTMAX)) {
            RULES.put(op, BatchRules::softmax);
        }
        RULES.put(IndexOps.SCATTER, b -> b.with(up(b.<Integer>attribute()), b.full(0), b.full(1), b.aligned(2, b.rank(1))));
        RULES.put(IndexOps.SCATTER_ADD, b -> b.all(b.up(b.<IndexOps.Target>attribute())));
        RULES.put(IndexOps.TAKE, BatchRules::take);
        RULES.put(IndexOps.PUT_ADD, BatchRules::putAdd);
        RULES.put(Sorting.SORT, b -> b.all(up(b.<Sorting.Order>attribute())));
        RULES.put(Sorting.ARG_SORT, b -> b.all(up(b.<Sorting.Order>attribute())));
        for (Op<Sorting.Along> op : List.of(Sorting.ARG_MAX, Sorting.ARG_MIN)) {
            RULES.put(op, b -> {
                Sorting.Along a = b.attribute();
                return b.all(new Sorting.Along(up(a.axis()), a.keep()));
            });
        }
        for (Op<Spectral.Transform> op : List.of(Spectral.FOURIER, Spectral.HERMITIAN)) {
            RULES.put(op, b -> {
                Spectral.Transform t = b.attribute();
                return b.all(new Spectral.Transform(up(t.axis()), t.n(), t.count(), t.inverse(), t.scale()));
            });
        }
        shapes();
        products();
        windows();
    }

    private static void shapes() {
        RULES.put(ShapeOps.RESHAPE, b -> b.all(b.joined(b.<long[]>attribute())));
        RULES.put(ShapeOps.BROADCAST, b -> {
            long[] shape = b.attribute();
            return b.with(b.joined(shape), b.aligned(0, shape.length));
        });
        RULES.put(ShapeOps.PERMUTE, b -> {
            int[] axes = b.attribute();
            int[] moved = new int[axes.length + 1];
            Arrays.setAll(moved, i -> i == 0 ? 0 : (axes[i - 1] < 0 ? axes[i - 1] + axes.length : axes[i - 1]) + 1);
            return b.all(moved);
        });
        RULES.put(ShapeOps.SLICE, b -> b.all(b.up(b.<ShapeOps.Region>attribute())));
        RULES.put(ShapeOps.PLACE, b -> {
            ShapeOps.Placement p = b.attribute();
            return b.all(new ShapeOps.Placement(b.up(p.region()), b.joined(p.shape())));
        });
        RULES.put(ShapeOps.REPLACE, b -> b.with(b.up(b.<ShapeOps.Region>attribute()), b.full(0), b.aligned(1, b.rank(0))));
        RULES.put(LinearAlgebra.DIAGONAL, b -> b.all(up(b.<LinearAlgebra.Diagonal>attribute())));
        RULES.put(LinearAlgebra.PLACE_DIAGONAL, b -> {
            LinearAlgebra.OnDiagonal d = b.attribute();
            return b.all(new LinearAlgebra.OnDiagonal(up(d.diagonal()), b.joined(d.shape())));
        });
    }

    private static void products() {
        RULES.put(LinearAlgebra.MATMUL, BatchRules::matmul);
        RULES.put(Networks.LINEAR, BatchRules::linear);
        for (Op<?> op : List.of(Normalization.NORMALIZE, Normalization.NORMALIZE_BY)) {
            RULES.put(op, b -> normalized(b, 1));
        }
        RULES.put(Normalization.NORMALIZE_GRADIENT, b -> normalized(b, 2));
    }

    /** The first inputs have the shape of the array, the others broadcast to it. */
    private static Tensor[] normalized(BatchRules b, int arrays) {
        Normalization.Norm n = b.attribute();
        int[] axes = Arrays.stream(n.axes()).map(BatchRules::up).toArray();
        Tensor[] in = new Tensor[b.in.length];
        Arrays.setAll(in, i -> i < arrays ? b.full(i) : b.aligned(i, b.rank(0)));
        return b.with(new Normalization.Norm(axes, n.epsilon(), n.scaled(), n.shifted()), in);
    }

    private static void windows() {
        for (Op<?> op : List.of(Windows.POOL, Windows.POOL_INPUT, Windows.MAX_POOL, Windows.MAX_POOL_INPUT)) {
            RULES.put(op, BatchRules::folded);
        }
        RULES.put(Windows.CONVOLVE, b -> b.onlyFirst() ? b.folded() : b.grouped(false));
        RULES.put(Windows.CONVOLVE_INPUT, b -> b.onlyFirst() ? b.folded() : b.grouped(false));
        RULES.put(Windows.CONVOLVE_WEIGHT, b -> b.grouped(true));
    }

    private final CallTrace.Step step;
    private final Tensor[] in;
    private final long size;

    /**
     * One call.
     *
     * @param in in the places of values that differ by sample, those of all samples along axis 0; constants elsewhere
     */
    BatchRules(CallTrace.Step step, Tensor[] in, long size) {
        this.step = step;
        this.in = in;
        this.size = size;
    }

    /** Whether there is a rule for an operation. */
    static boolean has(Op<?> op) { return op instanceof Elementwise || RULES.containsKey(op); }

    /** The outputs for all samples, which the caller closes. */
    Tensor[] apply() {
        try (Scope scope = Scope.open()) {
            Rule rule = step.op() instanceof Elementwise ? BatchRules::elementwise : RULES.getOrDefault(step.op(), BatchRules::oneByOne);
            Tensor[] out = rule.apply(this);
            Arrays.setAll(out, i -> out[i].share());
            return out;
        }
    }

    @SuppressWarnings("unchecked")
    private <A> A attribute() { return (A) step.attribute(); }

    private boolean isConstant(int i) { return step.in()[i].isConstant(); }

    /** How many axes an input has, without that of the batch. */
    private int rank(int i) { return step.in()[i].shape().length; }

    private long[] shape(int i) { return step.in()[i].shape(); }

    private long[] joined(long... rest) { return Batching.joined(size, rest); }

    /** Applies the operation of the call. */
    @SuppressWarnings("unchecked")
    private <A> Tensor[] with(A attribute, Tensor... tensors) { return ((Op<A>) step.op()).all(attribute, tensors); }

    /** Applies it to all inputs, each for all samples. */
    private Tensor[] all(Object attribute) {
        Tensor[] full = new Tensor[in.length];
        Arrays.setAll(full, this::full);
        return with(attribute, full);
    }

    /** An input for all samples; one that they share is repeated, in a view. */
    private Tensor full(int i) { return isConstant(i) ? ShapeOps.BROADCAST.with(joined(shape(i)), in[i]) : in[i]; }

    /** An input that will broadcast to the batch of arrays of some rank: axes of size 1 come in behind that of the batch. */
    private Tensor aligned(int i, int rank) {
        return isConstant(i) || rank(i) >= rank ? in[i] : ShapeOps.reshape(in[i], joined(padded(shape(i), rank)));
    }

    private static long[] padded(long[] shape, int rank) {
        long[] r = new long[rank];
        Arrays.fill(r, 1);
        System.arraycopy(shape, 0, r, rank - shape.length, shape.length);
        return r;
    }

    private static int up(int axis) { return axis < 0 ? axis : axis + 1; }

    private Axes up(Axes a) { return new Axes(a.keep(), Arrays.stream(a.axes()).map(BatchRules::up).toArray()); }

    private static Sorting.Order up(Sorting.Order o) { return new Sorting.Order(up(o.axis()), o.descending()); }

    private static LinearAlgebra.Diagonal up(LinearAlgebra.Diagonal d) {
        return new LinearAlgebra.Diagonal(d.offset(), up(d.axis1()), up(d.axis2()));
    }

    private IndexOps.Target up(IndexOps.Target t) { return new IndexOps.Target(up(t.axis()), joined(t.shape())); }

    private ShapeOps.Region up(ShapeOps.Region r) {
        return new ShapeOps.Region(Batching.joined(0, r.from()), joined(r.count()), Batching.joined(1, r.step()));
    }

    private Tensor[] elementwise() {
        int rank = IntStream.range(0, in.length).map(this::rank).max().orElse(0);
        Tensor[] args = new Tensor[in.length];
        Arrays.setAll(args, i -> aligned(i, rank));
        return with(step.attribute(), args);
    }

    private Tensor[] softmax() {
        if (rank(0) > 0) {
            return all(up(this.<Integer>attribute()));
        }
        return new Tensor[] {ShapeOps.reshape(with(1, ShapeOps.reshape(in[0], size, 1))[0], size)};
    }

    /** Samples that share the right matrix are the rows of one left matrix. */
    private Tensor[] matmul() {
        if (isConstant(1) && rank(1) == 2) {
            long[] shape = shape(0);
            Tensor rows = ShapeOps.reshape(in[0], size * rows(shape), shape[shape.length - 1]);
            return new Tensor[] {ShapeOps.reshape(with(null, rows, in[1])[0], joined(step.shapes()[0]))};
        }
        int rank = Math.max(rank(0), rank(1));
        return with(null, aligned(0, rank), aligned(1, rank));
    }

    /** How many rows there are, of all axes but the last. */
    private static long rows(long... shape) { return Arrays.stream(shape).limit(shape.length - 1).reduce(1, (a, b) -> a * b); }

    private Tensor[] linear() {
        if (isConstant(1) && (in.length < 3 || isConstant(2))) {
            return with(null, in);
        }
        long[] shape = shape(0);
        long columns = shape[shape.length - 1];
        Tensor x = ShapeOps.reshape(full(0), size, rows(shape), columns);
        Tensor y = LinearAlgebra.MATMUL.on(x, LinearAlgebra.transposed(in[1]));
        if (in.length > 2) {
            y = Arithmetic.ADD.on(y, aligned(2, 2));
        }
        return new Tensor[] {ShapeOps.reshape(y, joined(step.shapes()[0]))};
    }

    private Tensor[] take() {
        int axis = this.<Integer>attribute() < 0 ? this.<Integer>attribute() + rank(0) : this.<Integer>attribute();
        if (isConstant(1)) {
            return with(axis + 1, in);
        }
        if (isConstant(0)) {
            Tensor y = with(axis, in)[0];
            int[] order = IntStream.range(0, y.rank()).toArray();
            for (int i = axis; i > 0; i--) {
                order[i] = order[i - 1];
            }
            order[0] = axis;
            return new Tensor[] {ShapeOps.PERMUTE.with(order, y)};
        }
        if (axis != 0) {
            return oneByOne();
        }
        return new Tensor[] {IndexOps.TAKE.with(0, ShapeOps.reshape(in[0], merged(shape(0))), rowsOfSample(shape(0)[0]))};
    }

    private Tensor[] putAdd() {
        IndexOps.Target t = attribute();
        if (isConstant(1)) {
            return with(up(t), in);
        }
        if (t.axis() != 0) {
            return oneByOne();
        }
        long[] shape = merged(t.shape());
        Tensor all = with(new IndexOps.Target(0, shape), full(0), rowsOfSample(t.shape()[0]))[0];
        return new Tensor[] {ShapeOps.reshape(all, joined(t.shape()))};
    }

    /** The shape of the samples one behind the other. */
    private long[] merged(long... shape) {
        long[] r = shape.clone();
        r[0] *= size;
        return r;
    }

    /** Indices of rows, of which each sample has n, as indices of the rows of all samples. */
    private Tensor rowsOfSample(long n) {
        Tensor index = Arithmetic.MOD_NUMBER.with(Conversions.CAST.with(DType.INT64, in[1]), n);
        long[] first = LongStream.range(0, size).map(k -> k * n).toArray();
        long[] column = padded(new long[0], index.rank());
        column[0] = size;
        return Arithmetic.ADD.on(index, Tensor.of(index.backend(), DType.INT64, first, column));
    }

    private boolean onlyFirst() { return IntStream.range(1, in.length).allMatch(this::isConstant); }

    /** The batch folded into the first axis of arrays that are batches themselves; what follows the data is shared. */
    private Tensor[] folded() {
        Tensor[] args = new Tensor[in.length];
        Arrays.setAll(args, i -> i > 0 && onlyFirst() && isWeight() ? in[i] : ShapeOps.reshape(full(i), merged(shape(i))));
        return new Tensor[] {ShapeOps.reshape(with(step.attribute(), args)[0], joined(step.shapes()[0]))};
    }

    private boolean isWeight() { return step.op() == Windows.CONVOLVE || step.op() == Windows.CONVOLVE_INPUT; }

    /** Each sample as a group of channels of its own: convolutions whose weights differ by sample, or are what is asked for. */
    private Tensor[] grouped(boolean toWeight) {
        Windows.Sliding s = attribute();
        Windows.Sliding more = new Windows.Sliding(s.window(), Math.toIntExact(s.groups() * size), s.in(), s.out());
        Tensor[] args = new Tensor[in.length];
        args[0] = channels(full(0));
        args[1] = toWeight ? channels(full(1)) : ShapeOps.reshape(full(1), merged(shape(1)));
        if (in.length > 2) {
            args[2] = ShapeOps.reshape(full(2), merged(shape(2)));
        }
        Tensor y = with(more, args)[0];
        long[] out = step.shapes()[0];
        if (toWeight) {
            return new Tensor[] {ShapeOps.reshape(y, joined(out))};
        }
        long[] apart = Batching.joined(out[0], Batching.joined(size, Arrays.copyOfRange(out, 1, out.length)));
        return new Tensor[] {ShapeOps.swapAxes(ShapeOps.reshape(y, apart), 0, 1)};
    }

    /** (batch, n, channels, ..) as (n, batch x channels, ..). */
    private Tensor channels(Tensor x) {
        long[] s = x.shape();
        long[] joined = Arrays.copyOfRange(s, 1, s.length);
        joined[1] *= size;
        return ShapeOps.reshape(ShapeOps.swapAxes(x, 0, 1), joined);
    }

    private Tensor[] oneByOne() {
        int n = Math.toIntExact(size);
        Tensor[][] parts = new Tensor[step.outputs()][n];
        for (int k = 0; k < n; k++) {
            Tensor[] args = new Tensor[in.length];
            for (int i = 0; i < in.length; i++) {
                args[i] = isConstant(i) ? in[i] : ShapeOps.reshape(
                        ShapeOps.SLICE.with(ShapeOps.Region.along(in[i].shape(), 0, k, 1), in[i]), shape(i));
            }
            Tensor[] out = with(step.attribute(), args);
            for (int i = 0; i < out.length; i++) {
                if (!Arrays.equals(out[i].shape(), step.shapes()[i])) {
                    throw new IllegalArgumentException("vmap: " + step.op().name() + " gives " + out[i].text() + " for sample " + k
                            + ", which has another shape than for the first");
                }
                parts[i][k] = ShapeOps.reshape(out[i], Batching.joined(1, out[i].shape()));
            }
        }
        Tensor[] r = new Tensor[parts.length];
        Arrays.setAll(r, i -> ShapeOps.CONCAT.with(0, parts[i]));
        return r;
    }
}
