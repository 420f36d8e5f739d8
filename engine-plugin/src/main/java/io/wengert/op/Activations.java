package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.ARITHMETIC;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.of;
import static io.wengert.op.Elementwise.unary;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;

/** The non-linear functions of neural networks. */
public final class Activations {

    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double SELU_ALPHA = 1.6732632423543772;

    public static final Elementwise RELU = unary("relu", ARITHMETIC, Expr::relu);
    public static final Elementwise SIGMOID = unary("sigmoid", FLOATING, Expr::sigmoid);
    public static final Elementwise SOFT_PLUS = unary("soft_plus", FLOATING, Expr::softplus);
    public static final Elementwise SOFT_SIGN = unary("soft_sign", FLOATING, x -> x.over(c(1).plus(x.abs())))
            .slope((x, y) -> c(1).over(c(1).plus(x.abs()).squared()));
    /** With the number as the slope below zero. */
    public static final Elementwise LEAKY_RELU = of("leaky_relu", FLOATING, 1,
            arg(0).gt(c(0)).where(arg(0), param(0).times(arg(0))))
            .slopes(arg(0).gt(c(0)).where(c(1), param(0)));
    /** alpha (e^x - 1) below zero. */
    public static final Elementwise ELU = of("elu", FLOATING, 1,
            arg(0).gt(c(0)).where(arg(0), param(0).times(arg(0).min(c(0)).expm1())))
            .slopes(arg(0).gt(c(0)).where(c(1), arg(1).plus(param(0))));
    /** Klambauer et al., "Self-normalizing neural networks" (2017). */
    public static final Elementwise SELU = unary("selu", FLOATING,
            x -> c(SELU_SCALE).times(x.gt(c(0)).where(x, c(SELU_ALPHA).times(x.min(c(0)).expm1()))))
            .slope((x, y) -> x.gt(c(0)).where(c(SELU_SCALE), y.plus(c(SELU_SCALE * SELU_ALPHA))));
    /** x Phi(x), with the exact normal distribution function: Hendrycks and Gimpel (2016). */
    public static final Elementwise GELU = unary("gelu", FLOATING, x -> x.times(cdf(x)))
            .slope((x, y) -> cdf(x).plus(x.times(density(x))));
    /** x sigmoid(beta x). */
    public static final Elementwise SWISH = of("swish", FLOATING, 1, arg(0).times(param(0).times(arg(0)).sigmoid()));
    /** x tanh(softplus(x)): Misra (2019). */
    public static final Elementwise MISH = unary("mish", FLOATING, x -> x.times(x.softplus().tanh()));

    /** Along the axis of the attribute: {@code e^x / sum e^x}. */
    public static final Primitive<Integer> SOFTMAX = op("softmax", (Call<Integer> c) -> softmax(c, false)).saves(OUT_0)
            .vjp(Activations::softmaxGradient);
    /** Along the axis of the attribute: {@code x - log sum e^x}. */
    public static final Primitive<Integer> LOG_SOFTMAX = op("log_softmax", (Call<Integer> c) -> softmax(c, true)).saves(OUT_0)
            .vjp(Activations::logSoftmaxGradient);

    private static final Elementwise SOFTMAX_SLOPE = new Elementwise("softmax'", FLOATING, 3,
            arg(0).times(arg(1).minus(arg(2))));
    private static final Elementwise LOG_SOFTMAX_SLOPE = new Elementwise("log_softmax'", FLOATING, 3,
            arg(1).minus(arg(0).exp().times(arg(2))));

    private Activations() {}

    private static Expr density(Expr x) {
        return c(1 / Math.sqrt(2 * Math.PI)).times(x.squared().times(c(-0.5)).exp());
    }

    private static Expr cdf(Expr x) { return c(0.5).times(c(1).plus(x.times(c(Math.sqrt(0.5))).erf())); }

    private static Tensor softmax(Call<Integer> c, boolean logarithm) {
        if (!c.dtype(0).isReal()) {
            throw c.wrong("not defined for " + c.dtype(0).text());
        }
        Tensor x = c.in(0);
        boolean number = x.rank() == 0 && (c.attribute() == 0 || c.attribute() == -1);
        int axis = number ? 0 : Axes.axis(c.op().name(), x, c.attribute());
        Tensor y = c.empty(x.dtype().floating(), x.shape());
        if (number) {
            Conversions.fill(y, logarithm ? 0 : 1);
        } else if (y.size() > 0) {
            c.backend().softmax(logarithm, y, x, axis);
        }
        return y;
    }

    private static Tensor[] softmaxGradient(Call<Integer> c, Tensor g) {
        Tensor y = c.out(0);
        Tensor dot = Reductions.SUM.with(axes(c), Arithmetic.MUL.on(y, g));
        return grads(SOFTMAX_SLOPE.on(y, g, dot));
    }

    private static Tensor[] logSoftmaxGradient(Call<Integer> c, Tensor g) {
        return grads(LOG_SOFTMAX_SLOPE.on(c.out(0), g, Reductions.SUM.with(axes(c), g)));
    }

    private static Axes axes(Call<Integer> c) {
        Layout x = c.layout(0);
        return x.rank() == 0 ? new Axes(true) : new Axes(true, x.axis(c.attribute()));
    }
}
