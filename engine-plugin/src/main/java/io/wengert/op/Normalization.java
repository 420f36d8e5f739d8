package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.of;
import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.Value.IN_2;
import static io.wengert.op.Primitive.Value.IN_3;
import static io.wengert.op.Primitive.Value.IN_4;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.Value.OUT_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;
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

    /**
     * The way back through {@link #NORMALIZE} where gamma is constant along the axes, in few passes. Inputs: g, x, mean, rstd and, if
     * there is one, gamma. Outputs: the gradient of x, and the sums of g and of {@code g (x - mean) rstd} along the axes.
     */
    public static final Primitive<Norm> NORMALIZE_GRADIENT = ops("normalize_gradient", (Call<Norm> c) -> backward(c, false))
            .overwrites(c -> backward(c, true))
            .saves(IN_0, IN_1, IN_2, IN_3, IN_4).vjpAll(Normalization::backwardGradient);

    /**
     * {@code y = (x - mean) gamma / sqrt(variance + epsilon) + beta} for given statistics, whatever the axes of the attribute. Inputs:
     * x, mean, variance, gamma, beta, of which all but the first broadcast to x and the latter two may be missing.
     */
    public static final Primitive<Norm> NORMALIZE_BY = op("normalize_by", Normalization::by).saves(IN_0, IN_1, IN_2, IN_3)
            .vjp(Normalization::byGradient);

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
            Norm norm = new Norm(new int[0], epsilon, gamma != null, beta != null);
            Tensor m = channels(x, channels, mean);
            Tensor v = channels(x, channels, variance);
            Tensor first = channels(x, channels, gamma != null ? gamma : beta);
            Tensor last = gamma != null && beta != null ? channels(x, channels, beta) : null;
            Tensor y = first == null ? NORMALIZE_BY.with(norm, x, m, v)
                    : last == null ? NORMALIZE_BY.with(norm, x, m, v, first) : NORMALIZE_BY.with(norm, x, m, v, first, last);
            return scope.keep(y);
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
        check(c, 1);
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

    /** What comes before scale and shift are {@code arrays}. */
    private static void check(Call<Norm> c, int arrays) {
        Norm norm = c.attribute();
        if (c.arity() != arrays + (norm.scaled() ? 1 : 0) + (norm.shifted() ? 1 : 0)) {
            throw c.wrong("takes " + arrays + (arrays == 1 ? " array" : " arrays") + ", and what its attribute says of scale and shift");
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
                throw c.wrong("what comes behind the array does not broadcast to it");
            }
        }
    }

    private static Tensor by(Call<Norm> c) {
        Norm norm = c.attribute();
        check(c, 3);
        Tensor gamma = norm.scaled() ? c.in(3) : null;
        Tensor beta = norm.shifted() ? c.in(c.arity() - 1) : null;
        DType type = c.dtype(0);
        boolean alike = IntStream.range(1, c.arity()).allMatch(i -> c.dtype(i) == type);
        if (alike && type.isFloating() && c.in(0).size() > 0) {
            Tensor y = c.empty(type, c.shape(0));
            if (c.backend().normalizeBy(norm.epsilon(), y, c.in(0), c.in(1), c.in(2), gamma, beta)) {
                return y;
            }
            y.close();
        }
        Tensor scale = scale(norm, c.in(2), gamma);
        return beta == null ? CENTER_SCALE.on(c.in(0), c.in(1), scale) : CENTER_SCALE_SHIFT.on(c.in(0), c.in(1), scale, beta);
    }

    /** {@code gamma / sqrt(variance + epsilon)}. */
    private static Tensor scale(Norm norm, Tensor variance, Tensor gamma) {
        Tensor rstd = INVERSE_DEVIATION.with(variance, norm.epsilon());
        return gamma == null ? rstd : Arithmetic.MUL.on(rstd, gamma);
    }

    /** With {@code r = 1 / sqrt(variance + epsilon)}, r's slope is {@code -r^3 / 2}. */
    private static Tensor[] byGradient(Call<Norm> c, Tensor g) {
        Norm norm = c.attribute();
        Tensor gamma = norm.scaled() ? c.in(3) : null;
        Tensor rstd = scale(norm, c.in(2), null);
        Tensor[] r = new Tensor[c.arity()];
        Tensor factor = gamma == null ? rstd : Arithmetic.MUL.on(rstd, gamma);
        r[0] = c.wants(0) || c.wants(1) ? Arithmetic.MUL.on(g, factor) : null;
        r[1] = c.wants(1) ? Elementary.NEG.on(r[0]) : null;
        if (norm.shifted()) {
            r[c.arity() - 1] = g;
        }
        if (c.wants(2) || gamma != null && c.wants(3)) {
            Tensor along = ALONG.on(g, c.in(0), c.in(1), rstd);
            r[2] = c.wants(2) ? Arithmetic.MUL.on(along, Arithmetic.MUL_NUMBER.with(Arithmetic.MUL.on(factor, rstd), -0.5)) : null;
            if (gamma != null) {
                r[3] = along;
            }
        }
        return r;
    }

    /** How many elements share a mean. */
    private static double count(Norm norm, Tensor x) {
        long n = 1;
        for (int a : norm.axes()) {
            n *= x.size(a);
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
        if (scaled && varies(c, 1)) {
            Tensor along = c.wants(0) || c.wants(1) ? ALONG.on(g, x, mean, rstd) : null;
            r[1] = along;
            r[0] = c.wants(0) ? slope(c.attribute(), gs, g, x, mean, rstd, c.in(1), weighted(c, g), weighted(c, along)) : null;
        } else if (c.wants(0) || scaled && c.wants(1)) {
            Tensor gamma = scaled ? c.in(1) : null;
            boolean fused = c.wants(0) && gs[0] == null && gs[1] == null && g.dtype() == x.dtype();
            Tensor[] back = fused ? fused(c, scaled ? new Tensor[] {g, x, mean, rstd, gamma} : new Tensor[] {g, x, mean, rstd})
                    : composed(c.attribute(), gs, g, x, mean, rstd, gamma, c.wants(0));
            r[last] = back[1];
            if (scaled) {
                r[1] = back[2];
            }
            r[0] = back[0];
        }
        if (c.attribute().shifted() && (r[last] == null || varies(c, last))) {
            r[last] = g;
        }
        return r;
    }

    /** By the operation of its own, onto g unless that is beta's gradient too. */
    private static Tensor[] fused(Call<Norm> c, Tensor... in) {
        boolean last = !c.attribute().shifted() || !varies(c, c.arity() - 1);
        return last ? NORMALIZE_GRADIENT.ontoGradient(c.attribute(), in) : NORMALIZE_GRADIENT.all(c.attribute(), in);
    }

    /** The gradient of x, if it is wanted, and the sums of g and of {@code g (x - mean) rstd}, for a gamma constant along the axes. */
    private static Tensor[] composed(Norm norm, Tensor[] gs, Tensor g, Tensor x, Tensor mean, Tensor rstd, Tensor gamma,
            boolean wanted) {
        Axes axes = new Axes(true, norm.axes());
        Tensor sum = Reductions.SUM.with(axes, g);
        Tensor along = Reductions.SUM.with(axes, ALONG.on(g, x, mean, rstd));
        if (!wanted) {
            return new Tensor[] {null, sum, along};
        }
        Tensor a = gamma == null ? sum : Arithmetic.MUL.on(sum, gamma);
        Tensor b = gamma == null ? along : Arithmetic.MUL.on(along, gamma);
        return new Tensor[] {slope(norm, gs, g, x, mean, rstd, gamma, a, b), sum, along};
    }

    /** {@code onto} says that g's memory may be used. */
    private static Tensor[] backward(Call<Norm> c, boolean onto) {
        boolean scaled = c.attribute().scaled();
        if (c.arity() != (scaled ? 5 : 4) || !c.layout(0).hasShape(c.shape(1)) || c.dtype(0) != c.dtype(1)) {
            throw c.wrong("takes g and x of one shape and dtype, mean, rstd and, if its attribute says so, gamma");
        }
        long[] kept = new Axes(true, c.attribute().axes()).kept(c.layout(1));
        for (int i = 2; i < c.arity(); i++) {
            if (!c.layout(i).broadcastsTo(kept)) {
                throw c.wrong("mean, rstd and gamma must be constant along the axes");
            }
        }
        Tensor gamma = scaled ? c.in(4) : null;
        DType lane = c.dtype(1).lane();
        if (c.dtype(1).isFloating() && c.in(1).size() > 0 && c.layout(2).hasShape(kept) && c.layout(3).hasShape(kept)) {
            Tensor g = c.in(0);
            boolean fits = onto && g.layout().isWhole() && g.size() == g.buffer().size();
            Tensor[] r = {fits ? g.view(g.layout()) : c.empty(c.dtype(1), c.shape(1)), c.empty(lane, kept), c.empty(lane, kept)};
            if (c.backend().normalizeGradient(r[0], r[1], r[2], g, c.in(1), c.in(2), c.in(3), gamma)) {
                if (fits) {
                    g.buffer().overwritten();
                }
                return r;
            }
            for (Tensor t : r) {
                t.close();
            }
        }
        return composed(c.attribute(), new Tensor[2], c.in(0), c.in(1), c.in(2), c.in(3), gamma, true);
    }

    /**
     * With h = (x - mean) rstd, s = sum(g), t = sum(g h), a factor f = rstd gamma, and v, p and q coming back through the three outputs,
     * what is differentiated is {@code f (sum(v g) - (sum(v) s + sum(v h) t) / n) + p s + q t}.
     */
    private static Tensor[] backwardGradient(Call<Norm> c, Tensor[] gs) {
        Tensor g = c.in(0);
        Tensor x = c.in(1);
        Tensor rstd = c.in(3);
        Tensor gamma = c.attribute().scaled() ? c.in(4) : null;
        Axes axes = new Axes(true, c.attribute().axes());
        double share = 1 / count(c.attribute(), x);
        Tensor v = gs[0] != null ? gs[0] : ShapeOps.zeros(x, x.shape());
        Tensor h = CENTER_SCALE.on(x, c.in(2), rstd);
        Tensor t = Reductions.SUM.with(axes, Arithmetic.MUL.on(g, h));
        Tensor alongV = Reductions.SUM.with(axes, Arithmetic.MUL.on(v, h));
        Tensor factor = gamma == null ? rstd : Arithmetic.MUL.on(rstd, gamma);
        Tensor part = Arithmetic.MUL_NUMBER.with(factor, share);
        Tensor byG = Arithmetic.MUL.on(factor, v);
        byG = Arithmetic.SUB.on(byG, Arithmetic.MUL.on(part, Reductions.SUM.with(axes, v)));
        byG = Arithmetic.SUB.on(byG, Arithmetic.MUL.on(h, Arithmetic.MUL.on(part, alongV)));
        Tensor byH = Arithmetic.MUL.on(Arithmetic.ADD.on(Arithmetic.MUL.on(v, t), Arithmetic.MUL.on(alongV, g)), part);
        byH = Elementary.NEG.on(byH);
        if (gs[1] != null) {
            byG = Arithmetic.ADD.on(byG, gs[1]);
        }
        if (gs[2] != null) {
            byG = Arithmetic.ADD.on(byG, Arithmetic.MUL.on(gs[2], h));
            byH = Arithmetic.ADD.on(byH, Arithmetic.MUL.on(gs[2], g));
        }
        Tensor[] r = new Tensor[c.arity()];
        r[0] = byG;
        r[1] = Arithmetic.MUL.on(byH, rstd);
        r[2] = Elementary.NEG.on(r[1]);
        if (c.wants(3) || gamma != null && c.wants(4)) {
            Tensor sums = Arithmetic.ADD.on(Arithmetic.MUL.on(Reductions.SUM.with(axes, v), Reductions.SUM.with(axes, g)),
                    Arithmetic.MUL.on(alongV, t));
            Tensor inner = Arithmetic.SUB.on(Reductions.SUM.with(axes, Arithmetic.MUL.on(v, g)), Arithmetic.MUL_NUMBER.with(sums, share));
            Tensor direct = gamma == null ? inner : Arithmetic.MUL.on(gamma, inner);
            r[3] = Arithmetic.ADD.on(direct, Arithmetic.DIV.on(Reductions.SUM.with(axes, Arithmetic.MUL.on(byH, h)), rstd));
            if (gamma != null) {
                r[4] = Arithmetic.MUL.on(rstd, inner);
            }
        }
        return r;
    }

    /** The sums of t gamma; of a gamma of just the last axes, as in layer normalization, a product with a vector. */
    private static Tensor weighted(Call<Norm> c, Tensor t) {
        Tensor gamma = c.in(1);
        int[] axes = c.attribute().axes();
        int lead = t.rank() - gamma.rank();
        boolean trailing = gamma.rank() == axes.length && gamma.size() == count(c.attribute(), t) && t.size() > 0;
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
    private static Tensor slope(Norm norm, Tensor[] gs, Tensor g, Tensor x, Tensor mean, Tensor rstd, Tensor gamma,
            Tensor sum, Tensor sumAlong) {
        Tensor a = Arithmetic.MUL.on(rstd, sum);
        Tensor b = Arithmetic.MUL.on(rstd, sumAlong);
        a = gs[0] == null ? a : Arithmetic.SUB.on(a, gs[0]);
        b = gs[1] == null ? b : Arithmetic.ADD.on(b, Arithmetic.MUL.on(gs[1], Elementary.SQUARE.on(rstd)));
        Number[] share = {1 / count(norm, x)};
        return gamma == null ? SLOPE.with(share, g, x, mean, rstd, a, b) : SCALED_SLOPE.with(share, g, x, mean, rstd, a, b, gamma);
    }

    /** Whether input {@code i} differs along the axes that are normalized, as in layer normalization. */
    private static boolean varies(Call<Norm> c, int i) {
        int lead = c.layout(0).rank() - c.layout(i).rank();
        return IntStream.of(c.attribute().axes()).anyMatch(a -> a >= lead && c.layout(i).size(a - lead) != 1);
    }
}
