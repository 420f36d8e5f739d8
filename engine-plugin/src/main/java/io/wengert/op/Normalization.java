package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.of;
import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.Value.OUT_1;
import static io.wengert.op.Primitive.ops;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Batch and layer normalization. */
public final class Normalization {

    /**
     * Over which axes to normalize, and which inputs there are beside x.
     *
     * @param axes counted from the front
     * @param epsilon is added to the variance
     * @param scaled whether there is a gamma
     * @param shifted whether there is a beta
     */
    public record Norm(int[] axes, double epsilon, boolean scaled, boolean shifted) {}

    /**
     * {@code y = (x - mean) rstd gamma + beta}, where mean and {@code rstd = 1 / sqrt(variance + epsilon)} are those
     * along the axes of the attribute; the variance is that of the population. Inputs: x, gamma, beta, of which the
     * latter two broadcast to x. Outputs: mean, rstd, y; of the first two the axes stay with size 1.
     */
    public static final Primitive<Norm> NORMALIZE = ops("normalize", (Call<Norm> c) -> normalize(c))
            .saves(IN_0, IN_1, OUT_0, OUT_1).vjpAll(Normalization::gradient);

    /** {@code (x - mean) scale}. */
    public static final Elementwise CENTER_SCALE = of("center_scale", FLOATING, 3, arg(0).minus(arg(1)).times(arg(2)));

    /** {@code (x - mean) scale + shift}. */
    public static final Elementwise CENTER_SCALE_SHIFT = of("center_scale_shift", FLOATING, 4,
            arg(0).minus(arg(1)).times(arg(2)).plus(arg(3)));

    /** {@code 1 / sqrt(variance + number)}. */
    public static final Elementwise INVERSE_DEVIATION = of("inverse_deviation", FLOATING, 1,
            c(1).over(arg(0).plus(param(0)).sqrt()));

    /** {@code m old + n next} of running means; the numbers are m and n. */
    public static final Elementwise RUNNING_MEAN = of("running_mean", FLOATING, 2,
            param(0).times(arg(0)).plus(param(1).times(arg(1))));

    /**
     * As RUNNING_MEAN, of variances. The new one is given by {@code 1 / sqrt(variance + epsilon)} and counts as 1e36 if it is
     * more, so that it is finite in float32; the third number is epsilon.
     */
    public static final Elementwise RUNNING_VARIANCE = of("running_variance", FLOATING, 2, param(0).times(arg(0))
            .plus(param(1).times(c(1).over(arg(1).max(c(1e-18)).squared()).minus(param(2)).max(c(0)))));

    /** g (x - m) r: arguments g, x, m, r. */
    private static final Elementwise ALONG = new Elementwise("normalize'along", FLOATING, 4,
            arg(0).times(arg(1).minus(arg(2))).times(arg(3)));
    /** r g - (a + (x - m) r b) / n: arguments g, x, m, r, a, b; number 1 / n. */
    private static final Elementwise SLOPE = new Elementwise("normalize'", FLOATING, 6, slope(arg(3)));
    /** The same with r gamma in the place of the first r: gamma is the last argument. */
    private static final Elementwise SCALED_SLOPE = new Elementwise("normalize'scaled", FLOATING, 7,
            slope(arg(3).times(arg(6))));

    private Normalization() {}

    private static Expr slope(Expr scale) {
        Expr back = arg(4).plus(arg(1).minus(arg(2)).times(arg(3)).times(arg(5)));
        return scale.times(arg(0)).minus(param(0).times(back));
    }

    /**
     * Normalizes along the last axes: Ba et al., "Layer normalization" (2016).
     *
     * @param shape the sizes of those axes
     * @param gamma of that shape, or null
     * @param beta of that shape, or null
     */
    public static Tensor layer(Tensor x, long[] shape, Tensor gamma, Tensor beta, double epsilon) {
        int lead = x.rank() - shape.length;
        if (shape.length == 0 || lead < 0 || !Arrays.equals(shape, Arrays.copyOfRange(x.shape(), lead, x.rank()))) {
            throw Op.wrong("layer_norm", "the last axes are not " + Layout.text(shape), x);
        }
        for (Tensor t : new Tensor[] {gamma, beta}) {
            if (t != null && !t.layout().hasShape(shape)) {
                throw Op.wrong("layer_norm", "gamma and beta must have the shape " + Layout.text(shape), x, t);
            }
        }
        int[] axes = IntStream.range(lead, x.rank()).toArray();
        Tensor[] r = over(x, axes, gamma, beta, epsilon);
        r[0].close();
        r[1].close();
        return r[2];
    }

    /**
     * Normalizes each channel by the statistics of this batch: Ioffe and Szegedy (2015).
     *
     * @param axis that of the channels
     * @param gamma one element a channel, or null
     * @param beta one element a channel, or null
     * @return mean and rstd with all axes but the channels of size 1, and the result
     */
    public static Tensor[] batch(Tensor x, int axis, Tensor gamma, Tensor beta, double epsilon) {
        int channels = Axes.axis("batch_norm", x, axis);
        int[] axes = IntStream.range(0, x.rank()).filter(i -> i != channels).toArray();
        try (Scope scope = Scope.open()) {
            Tensor[] r = over(x, axes, channels(x, channels, gamma), channels(x, channels, beta), epsilon);
            return new Tensor[] {scope.keep(r[0]), scope.keep(r[1]), scope.keep(r[2])};
        }
    }

    /** Normalizes each channel by given statistics; parameters as for {@link #batch}. */
    public static Tensor batch(Tensor x, int axis, Tensor mean, Tensor variance, Tensor gamma, Tensor beta,
            double epsilon) {
        int channels = Axes.axis("batch_norm", x, axis);
        try (Scope scope = Scope.open()) {
            Tensor scale = INVERSE_DEVIATION.with(channels(x, channels, variance), epsilon);
            if (gamma != null) {
                scale = Arithmetic.MUL.on(scale, channels(x, channels, gamma));
            }
            Tensor m = channels(x, channels, mean);
            return scope.keep(beta == null ? CENTER_SCALE.on(x, m, scale)
                    : CENTER_SCALE_SHIFT.on(x, m, scale, channels(x, channels, beta)));
        }
    }

    /** One number a channel, as an array that broadcasts to x. */
    private static Tensor channels(Tensor x, int axis, Tensor t) {
        if (t == null) {
            return null;
        }
        if (t.size() != x.size(axis)) {
            throw Op.wrong("batch_norm", "one element is needed for each of the " + x.size(axis) + " channels", x, t);
        }
        long[] shape = new long[x.rank()];
        Arrays.fill(shape, 1);
        shape[axis] = t.size();
        return ShapeOps.reshape(t, shape);
    }

    /**
     * {@code momentum old + (1 - momentum) mean}; not recorded.
     *
     * @param mean as {@link #batch} gives it
     */
    public static Tensor runningMean(Tensor old, Tensor mean, double momentum) {
        return average(RUNNING_MEAN, old, mean, momentum, 1 - momentum);
    }

    /**
     * {@code momentum old + (1 - momentum) variance}, with the population's variance, as MXNet documents it; not
     * recorded.
     *
     * @param rstd as {@link #batch} gives it
     */
    public static Tensor runningVariance(Tensor old, Tensor rstd, double momentum, double epsilon) {
        return average(RUNNING_VARIANCE, old, rstd, momentum, 1 - momentum, epsilon);
    }

    /** Takes no part in gradients: of the new statistics it sees the value only. */
    private static Tensor average(Elementwise formula, Tensor old, Tensor next, Number... numbers) {
        if (old.size() != next.size() || !old.dtype().isFloating()) {
            throw Op.wrong("batch_norm", "the running statistics must have one floating element for each of the "
                    + next.size() + " channels", old);
        }
        try (Tensor value = next.view(next.layout()); Tensor flat = ShapeOps.RESHAPE.with(old.shape(), value)) {
            return formula.onto(numbers, old, flat);
        }
    }

    private static Tensor[] over(Tensor x, int[] axes, Tensor gamma, Tensor beta, double epsilon) {
        Norm norm = new Norm(axes, epsilon, gamma != null, beta != null);
        if (gamma == null) {
            return beta == null ? NORMALIZE.all(norm, x) : NORMALIZE.all(norm, x, beta);
        }
        return beta == null ? NORMALIZE.all(norm, x, gamma) : NORMALIZE.all(norm, x, gamma, beta);
    }

    private static Tensor[] normalize(Call<Norm> c) {
        check(c);
        DType type = c.dtype(0).floating();
        DType lane = type.lane();
        Norm norm = c.attribute();
        long[] kept = new Axes(true, norm.axes()).kept(c.layout(0));
        Tensor mean = c.empty(lane, kept);
        Tensor rstd = c.empty(lane, kept);
        Tensor y = c.empty(type, c.shape(0));
        if (y.size() == 0) {
            return new Tensor[] {Conversions.fill(mean, Double.NaN), Conversions.fill(rstd, Double.NaN), y};
        }
        View scale = norm.scaled() ? c.in(1) : null;
        View shift = norm.shifted() ? c.in(c.arity() - 1) : null;
        c.backend().normalize(norm.epsilon(), mean, rstd, y, c.in(0), scale, shift);
        return new Tensor[] {mean, rstd, y};
    }

    private static void check(Call<Norm> c) {
        Norm norm = c.attribute();
        if (c.arity() != 1 + (norm.scaled() ? 1 : 0) + (norm.shifted() ? 1 : 0)) {
            throw c.wrong("takes an array, and what its attribute says of scale and shift");
        }
        for (int i = 0; i < c.arity(); i++) {
            if (!c.dtype(i).isReal()) {
                throw c.wrong("not defined for " + c.dtype(i).text());
            }
            if (i == 0) {
                for (int a : norm.axes()) {
                    Axes.axis(c.op().name(), c.in(0), a);
                }
            } else if (!c.layout(i).broadcastsTo(c.shape(0))) {
                throw c.wrong("scale and shift do not broadcast to the array");
            }
        }
    }

    /** How many elements share a mean. */
    private static double count(Call<Norm> c) {
        long n = 1;
        for (int a : c.attribute().axes()) {
            n *= c.layout(0).size(a);
        }
        return n;
    }

    /**
     * With h = (x - mean) rstd and d = g gamma the gradient of x is {@code rstd (d - mean(d) - h mean(d h))}. Where
     * gamma is constant along the axes, it can wait until after the sums, and these are the gradients of gamma and beta
     * as well.
     */
    private static Tensor[] gradient(Call<Norm> c, Tensor[] gs) {
        Tensor x = c.in(0);
        Tensor mean = c.out(0);
        Tensor rstd = c.out(1);
        Tensor g = gs[2] != null ? gs[2] : ShapeOps.zeros(x, x.shape());
        boolean scaled = c.attribute().scaled();
        int last = c.arity() - 1;
        Tensor[] r = new Tensor[c.arity()];
        Tensor along = c.wants(0) || scaled && c.wants(1) ? ALONG.on(g, x, mean, rstd) : null;
        if (scaled && varies(c, 1)) {
            r[1] = along;
            r[0] = c.wants(0) ? slope(c, gs, g, weighted(c, g), weighted(c, along)) : null;
        } else if (along != null) {
            Axes axes = new Axes(true, c.attribute().axes());
            Tensor sum = Reductions.SUM.with(axes, g);
            Tensor sumAlong = Reductions.SUM.with(axes, along);
            r[last] = sum;
            if (scaled) {
                r[1] = sumAlong;
                sum = Arithmetic.MUL.on(sum, c.in(1));
                sumAlong = Arithmetic.MUL.on(sumAlong, c.in(1));
            }
            r[0] = c.wants(0) ? slope(c, gs, g, sum, sumAlong) : null;
        }
        if (c.attribute().shifted() && (r[last] == null || varies(c, last))) {
            r[last] = g;
        }
        return r;
    }

    /** The sums of t gamma; of a gamma of just the last axes, as in layer normalization, a product with a vector. */
    private static Tensor weighted(Call<Norm> c, Tensor t) {
        Tensor gamma = c.in(1);
        int[] axes = c.attribute().axes();
        int lead = t.rank() - gamma.rank();
        boolean trailing = gamma.rank() == axes.length && gamma.size() == count(c) && t.size() > 0;
        for (int i = 0; trailing && i < axes.length; i++) {
            trailing = axes[i] == lead + i;
        }
        if (!trailing) {
            return Reductions.SUM.with(new Axes(true, axes), Arithmetic.MUL.on(t, gamma));
        }
        Tensor rows = ShapeOps.reshape(t, t.size() / gamma.size(), gamma.size());
        Tensor sums = LinearAlgebra.MATMUL.on(rows, ShapeOps.reshape(gamma, gamma.size(), 1));
        return ShapeOps.reshape(sums, c.out(0).shape());
    }

    /**
     * The gradient of x, from the sums of d and of d h. Mean and rstd are outputs too: where the rule itself is
     * differentiated, something comes back through them.
     */
    private static Tensor slope(Call<Norm> c, Tensor[] gs, Tensor g, Tensor sum, Tensor sumAlong) {
        Tensor rstd = c.out(1);
        Tensor a = Arithmetic.MUL.on(rstd, sum);
        Tensor b = Arithmetic.MUL.on(rstd, sumAlong);
        a = gs[0] == null ? a : Arithmetic.SUB.on(a, gs[0]);
        b = gs[1] == null ? b : Arithmetic.ADD.on(b, Arithmetic.MUL.on(gs[1], Elementary.SQUARE.on(rstd)));
        Number[] share = {1 / count(c)};
        return c.attribute().scaled() ? SCALED_SLOPE.with(share, g, c.in(0), c.out(0), rstd, a, b, c.in(1))
                : SLOPE.with(share, g, c.in(0), c.out(0), rstd, a, b);
    }

    /** Whether input {@code i} differs along the axes that are normalized, as in layer normalization. */
    private static boolean varies(Call<Norm> c, int i) {
        int lead = c.layout(0).rank() - c.layout(i).rank();
        return IntStream.of(c.attribute().axes()).anyMatch(a -> a >= lead && c.layout(i).size(a - lead) != 1);
    }
}
