package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.of;
import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.Window;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Convolution and pooling over arrays {@code (batch, channel, ..)} with one to three spatial axes.
 *
 * <p>Convolution and its two transposes are one trilinear form, seen from each of its three arguments; so each one's
 * gradients are the other two, at any order.
 */
public final class Windows {

    /**
     * {@code y = x * w + b}: x (batch, channels, ..), w (filters, channels / groups, kernel..) and, if there is a third
     * input, b (filters) give (batch, filters, ..). As usual in neural networks the kernel is not turned.
     */
    public static final Primitive<Sliding> CONVOLVE = op("convolve", Windows::convolve).saves(IN_0, IN_1)
            .vjp(Windows::convolveGradient);

    /** Its transpose with respect to x: from y and w. */
    public static final Primitive<Sliding> CONVOLVE_INPUT = op("convolve_input",
            Windows::convolveInput).takes(2).saves(IN_0, IN_1)
            .vjp((c, h) -> grads(c.wants(0) ? CONVOLVE.with(c.attribute(), h, c.in(1)) : null,
                    c.wants(1) ? Windows.CONVOLVE_WEIGHT.with(c.attribute(), h, c.in(0)) : null));

    /** Its transpose with respect to w: from x and y. */
    public static final Primitive<Sliding> CONVOLVE_WEIGHT = op("convolve_weight",
            Windows::convolveWeight).takes(2).saves(IN_0, IN_1)
            .vjp((c, v) -> grads(c.wants(0) ? CONVOLVE_INPUT.with(c.attribute(), c.in(1), v) : null,
                    c.wants(1) ? CONVOLVE.with(c.attribute(), c.in(0), v) : null));

    /** Sums and means of windows. */
    public static final Primitive<Pool> POOL = op("pool", Windows::pool)
            .vjp((c, g) -> grads(Windows.POOL_INPUT.with(c.attribute(), g)));

    /** Its transpose. */
    public static final Primitive<Pool> POOL_INPUT = op("pool_input", Windows::poolInput)
            .vjp((c, h) -> grads(POOL.with(c.attribute(), h)));

    /**
     * Of x the element of each window where a second array, the guide, has its first maximum; with x itself as the
     * guide, as {@link #maxPool} has it, the maximum. The guide gets no gradient.
     */
    public static final Primitive<Sliding> MAX_POOL = op("max_pool", Windows::guided).takes(2).saves(IN_1)
            .vjp((c, g) -> grads(c.wants(0) ? Windows.MAX_POOL_INPUT.with(c.attribute(), g, c.in(1)) : null, null));

    /** Its transpose: from y and the guide. */
    public static final Primitive<Sliding> MAX_POOL_INPUT = op("max_pool_input",
            Windows::guidedInput).takes(2).saves(IN_1)
            .vjp((c, h) -> grads(c.wants(0) ? MAX_POOL.with(c.attribute(), h, c.in(1)) : null, null));

    /** {@code |x| ^ p}, with the derivative 0 at 0. */
    public static final Elementwise ABS_POWER = of("abs_power", FLOATING, 1, arg(0).abs().pow(param(0)))
            .slopes(nonZero(param(0).times(arg(0).sign()).times(arg(0).abs().pow(param(0).minus(c(1))))));

    /** {@code x ^ (1 / p)} of x at least 0, with the derivative 0 at 0: what makes the gradient of a norm finite. */
    public static final Elementwise ROOT = of("root", FLOATING, 1, arg(0).pow(c(1).over(param(0))))
            .slopes(nonZero(arg(0).pow(c(1).over(param(0)).minus(c(1))).over(param(0))));

    /**
     * A window with the spatial extents that it leads from and to.
     *
     * @param groups equal parts of input channels and filters that belong together; 1 for pooling
     */
    public record Sliding(Window window, int groups, long[] in, long[] out) {

        @Override
        public String toString() {
            return window + " groups " + groups + " from " + Layout.text(in) + " to " + Layout.text(out);
        }
    }

    /** Which linear pooling, SUM or one of the means. */
    public record Pool(Pooling pooling, Sliding sliding) {}

    private Windows() {}

    private static Expr nonZero(Expr slope) { return arg(0).eq(c(0)).where(c(0), slope); }

    /**
     * Convolution.
     *
     * @param bias of shape (filters), or null
     * @throws IllegalArgumentException if shapes, dtypes or groups do not fit
     */
    public static Tensor convolution(Tensor x, Tensor w, Tensor bias, long[] stride, long[] padding, long[] dilation,
            int groups) {
        if (x.rank() < 3 || x.rank() > 5 || w.rank() != x.rank()) {
            throw Op.wrong("convolution",
                    "takes an input (batch, channel, ..) with one to three spatial axes and a weight"
                            + " (filter, channel / groups, kernel..) of the same rank", x, w);
        }
        Window window = window("convolution", tail(w.shape()), stride, padding, dilation, x, w);
        long[] in = tail(x.shape());
        Sliding s = new Sliding(window, groups, in, extents("convolution", window, false, x));
        return bias == null ? CONVOLVE.with(s, x, w) : CONVOLVE.with(s, x, w, bias);
    }

    /**
     * Transposed convolution, to {@code (n - 1) stride - 2 padding + dilation (kernel - 1) + 1 + outPadding} places an
     * axis.
     *
     * @param w of shape (filters, channels / groups, kernel..)
     * @param bias of shape (filters), or null
     */
    public static Tensor deconvolution(Tensor x, Tensor w, Tensor bias, long[] stride, long[] padding,
            long[] outPadding, long[] dilation, int groups) {
        if (x.rank() < 3 || x.rank() > 5 || w.rank() != x.rank() || groups < 1 || x.size(1) != w.size(1) * groups
                || w.size(0) % groups != 0) {
            throw Op.wrong("deconvolution",
                    "takes an input (batch, channel, ..) with one to three spatial axes and a weight"
                            + " (filter, channel / groups, kernel..); groups are " + groups, x, w);
        }
        if (bias != null && !bias.layout().hasShape(w.size(0))) {
            throw Op.wrong("deconvolution", "the bias must have the shape (" + w.size(0) + ")", x, w, bias);
        }
        Window window = window("deconvolution", tail(w.shape()), stride, padding, dilation, x, w);
        if (outPadding.length != window.rank() || Arrays.stream(outPadding).anyMatch(p -> p < 0)) {
            throw Op.wrong("deconvolution",
                    "the output's padding must be one number, at least 0, for each spatial axis, not "
                            + Layout.text(outPadding), x, w);
        }
        long[] in = tail(x.shape());
        long[] out = window.transposedExtents(in, ints("deconvolution", outPadding, x, w));
        if (Arrays.stream(out).anyMatch(n -> n < 1)) {
            throw Op.wrong("deconvolution", "the result would have the extents " + Layout.text(out), x, w);
        }
        return ShapeOps.scoped(() -> {
            Tensor y = CONVOLVE_INPUT.with(new Sliding(window, groups, out, in), x, exchanged(w, groups));
            if (bias == null) {
                return y;
            }
            long[] shape = new long[window.rank() + 1];
            Arrays.fill(shape, 1);
            shape[0] = bias.size();
            return Arithmetic.ADD.on(y, ShapeOps.reshape(bias, shape));
        });
    }

    /**
     * (filters, channels / groups, ..) as the convolution that this is the transpose of has it: (channels, filters /
     * groups, ..).
     */
    private static Tensor exchanged(Tensor w, int groups) {
        if (groups == 1) {
            return ShapeOps.swapAxes(w, 0, 1);
        }
        long[] kernel = tail(w.shape());
        long filters = w.size(0) / groups;
        long channels = w.size(1);
        Tensor parts = ShapeOps.reshape(w, lead(kernel, groups, filters, channels));
        return ShapeOps.reshape(ShapeOps.swapAxes(parts, 1, 2), lead(kernel, groups * channels, filters));
    }

    /**
     * The largest element of each window; of several equal ones the first gets the gradient, NaN counts as the largest.
     */
    public static Tensor maxPool(Tensor x, long[] kernel, long[] stride, long[] padding, boolean ceil) {
        return MAX_POOL.with(sliding("max_pool", kernel, stride, padding, ceil, x), x, x);
    }

    /**
     * The mean of each window.
     *
     * @param padded whether padding counts as zeros, or not at all
     */
    public static Tensor meanPool(Tensor x, long[] kernel, long[] stride, long[] padding, boolean ceil,
            boolean padded) {
        Pooling pooling = padded ? Pooling.MEAN_PADDED : Pooling.MEAN;
        return POOL.with(new Pool(pooling, sliding("avg_pool", kernel, stride, padding, ceil, x)), x);
    }

    /**
     * The p-norm of each window, {@code (sum of |x| ^ p) ^ (1 / p)}; its gradient is 0 where it is 0.
     *
     * @param p larger than 0; infinity gives the largest absolute value
     */
    public static Tensor normPool(Tensor x, double p, long[] kernel, long[] stride, long[] padding, boolean ceil) {
        Sliding s = sliding("lp_pool", kernel, stride, padding, ceil, x);
        if (!(p > 0)) {
            throw Op.wrong("lp_pool", "the norm must be larger than 0, not " + p, x);
        }
        return ShapeOps.scoped(() -> {
            if (Double.isInfinite(p)) {
                Tensor a = Elementary.ABS.on(x);
                return MAX_POOL.with(s, a, a);
            }
            if (p == 1) {
                return POOL.with(new Pool(Pooling.SUM, s), Elementary.ABS.on(x));
            }
            Tensor powers = p == 2 ? Elementary.SQUARE.on(x) : ABS_POWER.with(x, p);
            return ROOT.with(POOL.with(new Pool(Pooling.SUM, s), powers), p);
        });
    }

    /** The maximum of each channel, of shape (batch, channel). */
    public static Tensor globalMaxPool(Tensor x) {
        return ShapeOps.scoped(() -> ShapeOps.reshape(maxPool(x, whole(x), whole(x), zeros(x), false), flat(x)));
    }

    /** The mean of each channel, of shape (batch, channel). */
    public static Tensor globalMeanPool(Tensor x) {
        spatial("global_avg_pool", x);
        return Reductions.MEAN.with(new Axes(false, IntStream.range(2, x.rank()).toArray()), x);
    }

    /** The p-norm of each channel, of shape (batch, channel). */
    public static Tensor globalNormPool(Tensor x, double p) {
        return ShapeOps.scoped(() -> ShapeOps.reshape(normPool(x, p, whole(x), whole(x), zeros(x), false), flat(x)));
    }

    private static long[] whole(Tensor x) {
        spatial("global_pool", x);
        return tail(x.shape());
    }

    private static long[] zeros(Tensor x) { return new long[x.rank() - 2]; }

    private static long[] flat(Tensor x) { return Arrays.copyOf(x.shape(), 2); }

    private static void spatial(String name, Tensor x) {
        if (x.rank() < 3 || x.rank() > 5) {
            throw Op.wrong(name, "takes an array (batch, channel, ..) with one to three spatial axes", x);
        }
        if (!x.dtype().isFloating()) {
            throw Op.wrong(name, "takes a floating array", x);
        }
    }

    private static Sliding sliding(String name, long[] kernel, long[] stride, long[] padding, boolean ceil, Tensor x) {
        spatial(name, x);
        long[] ones = new long[x.rank() - 2];
        Arrays.fill(ones, 1);
        Window w = window(name, kernel, stride, padding, ones, x);
        for (int i = 0; i < w.rank(); i++) {
            if (w.padding()[i] >= w.kernel()[i]) {
                throw Op.wrong(name, "the padding " + Layout.text(padding) + " must be smaller than the window "
                        + Layout.text(kernel), x);
            }
        }
        return new Sliding(w, 1, tail(x.shape()), extents(name, w, ceil, x));
    }

    private static Window window(String name, long[] kernel, long[] stride, long[] padding, long[] dilation,
            Tensor... in) {
        if (kernel.length != in[0].rank() - 2) {
            throw Op.wrong(name, "a window " + Layout.text(kernel) + " does not fit the spatial axes", in);
        }
        if (Arrays.stream(padding).anyMatch(p -> p < 0)) {
            throw Op.wrong(name, "negative padding " + Layout.text(padding), in);
        }
        try {
            return new Window(ints(name, kernel, in), ints(name, stride, in), ints(name, padding, in), ints(name,
                    dilation, in));
        } catch (IllegalArgumentException e) {
            throw Op.wrong(name, e.getMessage(), in);
        }
    }

    private static int[] ints(String name, long[] a, Tensor... in) {
        if (Arrays.stream(a).anyMatch(v -> v != (int) v)) {
            throw Op.wrong(name, "numbers too large: " + Layout.text(a), in);
        }
        return Arrays.stream(a).mapToInt(v -> (int) v).toArray();
    }

    private static long[] extents(String name, Window w, boolean ceil, Tensor x) {
        long[] out = w.extents(ceil, tail(x.shape()));
        if (Arrays.stream(out).anyMatch(n -> n < 1)) {
            throw Op.wrong(name, "the " + w + " is larger than the padded input", x);
        }
        return out;
    }

    private static long[] tail(long[] shape) {
        return Arrays.copyOfRange(shape, Math.min(2, shape.length), shape.length);
    }

    private static long[] lead(long[] tail, long... first) {
        long[] r = Arrays.copyOf(first, first.length + tail.length);
        System.arraycopy(tail, 0, r, first.length, tail.length);
        return r;
    }

    private static Tensor convolve(Call<Sliding> c) {
        if (c.arity() < 2 || c.arity() > 3) {
            throw c.wrong("takes an input, a weight and maybe a bias");
        }
        Sliding s = c.attribute();
        Layout x = c.layout(0);
        Layout w = c.layout(1);
        check(c, x, s.in());
        check(c, w, kernel(s));
        boolean fits = s.groups() > 0 && x.size(1) == w.size(1) * s.groups() && w.size(0) % s.groups() == 0;
        if (!fits) {
            throw c.wrong("takes an input (batch, channel, ..) and a weight (filter, channel / groups, kernel..) in "
                    + s.groups() + " groups");
        }
        if (c.arity() > 2 && !c.layout(2).hasShape(w.size(0))) {
            throw c.wrong("the bias must have the shape (" + w.size(0) + ")");
        }
        Tensor y = c.empty(c.dtype(0), lead(s.out(), x.size(0), w.size(0)));
        c.backend().convolve(y, c.in(0), c.in(1), s.window(), s.groups());
        if (c.arity() == 2) {
            return y;
        }
        long[] shape = new long[s.window().rank() + 1];
        Arrays.fill(shape, 1);
        shape[0] = w.size(0);
        try (Tensor own = c.in(2).view(c.layout(2)); Tensor column = ShapeOps.reshape(own, shape)) {
            Tensor sum = Arithmetic.ADD.onto(null, y, column);
            y.close();
            return sum;
        }
    }

    private static Tensor[] convolveGradient(Call<Sliding> c, Tensor g) {
        Tensor dx = c.wants(0) ? CONVOLVE_INPUT.with(c.attribute(), g, c.in(1)) : null;
        Tensor dw = c.wants(1) ? CONVOLVE_WEIGHT.with(c.attribute(), c.in(0), g) : null;
        if (c.arity() == 2) {
            return grads(dx, dw);
        }
        int[] axes = IntStream.range(0, g.rank()).filter(i -> i != 1).toArray();
        return grads(dx, dw, c.wants(2) ? Reductions.SUM.with(new Axes(false, axes), g) : null);
    }

    private static Tensor convolveInput(Call<Sliding> c) {
        Sliding s = c.attribute();
        Layout y = c.layout(0);
        Layout w = c.layout(1);
        check(c, y, s.out());
        check(c, w, kernel(s));
        if (s.groups() < 1 || y.size(1) != w.size(0) || w.size(0) % s.groups() != 0) {
            throw c.wrong("takes an output (batch, filter, ..) and a weight (filter, channel / groups, kernel..) in "
                    + s.groups() + " groups");
        }
        Tensor x = c.empty(c.dtype(0), lead(s.in(), y.size(0), w.size(1) * s.groups()));
        c.backend().convolveInput(x, c.in(0), c.in(1), s.window(), s.groups());
        return x;
    }

    private static Tensor convolveWeight(Call<Sliding> c) {
        Sliding s = c.attribute();
        Layout x = c.layout(0);
        Layout y = c.layout(1);
        check(c, x, s.in());
        check(c, y, s.out());
        if (s.groups() < 1 || x.size(0) != y.size(0) || x.size(1) % s.groups() != 0 || y.size(1) % s.groups() != 0) {
            throw c.wrong("takes an input (batch, channel, ..) and an output (batch, filter, ..) in " + s.groups()
                    + " groups");
        }
        Tensor w = c.empty(c.dtype(0), lead(kernel(s), y.size(1), x.size(1) / s.groups()));
        c.backend().convolveWeight(w, c.in(0), c.in(1), s.window(), s.groups());
        return w;
    }

    private static long[] kernel(Sliding s) { return Arrays.stream(s.window().kernel()).asLongStream().toArray(); }

    /** Floating arrays of one dtype, this one of the spatial extents given. */
    private static void check(Call<?> c, Layout l, long[] extents) {
        DType type = c.dtype(0);
        for (int i = 0; i < c.arity(); i++) {
            if (c.dtype(i) != type || !type.isFloating()) {
                throw c.wrong("takes floating arrays of one dtype");
            }
        }
        if (l.rank() < 3 || l.rank() > 5 || !Arrays.equals(tail(l.shape()), extents)) {
            throw c.wrong("expects the extents " + Layout.text(extents) + " after the first two axes");
        }
    }

    private static Tensor pool(Call<Pool> c) {
        Sliding s = c.attribute().sliding();
        check(c, c.layout(0), s.in());
        Tensor y = c.empty(c.dtype(0), lead(s.out(), c.layout(0).size(0), c.layout(0).size(1)));
        c.backend().pool(c.attribute().pooling(), y, c.in(0), c.in(0), s.window());
        return y;
    }

    private static Tensor poolInput(Call<Pool> c) {
        Sliding s = c.attribute().sliding();
        check(c, c.layout(0), s.out());
        Tensor x = c.empty(c.dtype(0), lead(s.in(), c.layout(0).size(0), c.layout(0).size(1)));
        c.backend().poolInput(c.attribute().pooling(), x, c.in(0), c.in(0), s.window());
        return x;
    }

    private static Tensor guided(Call<Sliding> c) {
        Sliding s = c.attribute();
        check(c, c.layout(0), s.in());
        if (!c.layout(0).sameShape(c.layout(1))) {
            throw c.wrong("the guide must have the shape of the input");
        }
        Tensor y = c.empty(c.dtype(0), lead(s.out(), c.layout(0).size(0), c.layout(0).size(1)));
        boolean same = c.in(0).buffer() == c.in(1).buffer() && c.layout(0).equals(c.layout(1));
        c.backend().pool(Pooling.MAX, y, c.in(0), same ? c.in(0) : c.in(1), s.window());
        return y;
    }

    private static Tensor guidedInput(Call<Sliding> c) {
        Sliding s = c.attribute();
        check(c, c.layout(0), s.out());
        check(c, c.layout(1), s.in());
        if (c.layout(0).size(0) != c.layout(1).size(0) || c.layout(0).size(1) != c.layout(1).size(1)) {
            throw c.wrong("the guide must have the batch and channels of the output");
        }
        Tensor x = c.empty(c.dtype(0), c.shape(1));
        c.backend().poolInput(Pooling.MAX, x, c.in(0), c.in(1), s.window());
        return x;
    }
}
