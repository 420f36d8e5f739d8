package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;

import io.wengert.kernel.Expr;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.function.Function;

/**
 * Optimizer steps: each is one pass over a weight, its gradient and the optimizer's states, which computes the next
 * weight and states.
 *
 * <p>All but AdamW begin with {@code d = clip(rescale * gradient, -limit, limit) + decay * weight}, as DJL's Adagrad
 * and MXNet's optimizers document it. A step is never recorded.
 */
public final class Updates {

    /**
     * What every step starts from.
     *
     * @param rescale the number that gradients are multiplied by
     * @param limit the largest absolute value of a rescaled gradient; not positive for none
     * @param decay the share of the weight that is added to the gradient
     */
    public record Start(float rescale, float limit, float decay) {}

    /** A step's formulas of weight, gradient and states: the next weight, then the next states. */
    public static final class Step {
        private final String name;
        private final int states;
        private final Program program;

        private Step(String name, int states, Function<Expr, Expr[]> formulas) {
            this(name, states, formulas, DECAYED);
        }

        private Step(String name, int states, Function<Expr, Expr[]> formulas, Expr gradient) {
            this.name = name;
            this.states = states;
            this.program = Program.of(formulas.apply(gradient));
        }

        public String name() { return name; }

        /** Whether a gradient of zero changes nothing. */
        public boolean restsAtZero(Start start) { return this == SGD && start.decay == 0; }

        /** How many states it keeps for a weight. */
        public int states() { return states; }

        public Program program() { return program; }

        @Override
        public String toString() { return name; }
    }

    private static final Expr W = arg(0);
    private static final Expr CLIPPED = arg(1).times(param(0)).max(param(1)).min(param(2));
    private static final Expr DECAYED = CLIPPED.plus(param(3).times(W));
    /** How many numbers a {@link Start} stands for; the step's own follow. */
    private static final int FIRST = 4;

    /** {@code w -= rate d}. Number: the learning rate. */
    public static final Step SGD = new Step("sgd", 0, d -> new Expr[] {W.minus(own(0).times(d))});

    /** {@code s = momentum s + rate d; w -= s}: DJL's Sgd. Numbers: learning rate, momentum. */
    public static final Step MOMENTUM = new Step("sgd_momentum", 1, d -> {
        Expr s = own(1).times(arg(2)).plus(own(0).times(d));
        return new Expr[] {W.minus(s), s};
    });

    /** Nesterov: {@code s = momentum s + d; w -= rate (d + momentum s)}. Numbers: learning rate, momentum. */
    public static final Step NAG = new Step("nag", 1, d -> {
        Expr s = own(1).times(arg(2)).plus(d);
        return new Expr[] {W.minus(own(0).times(d.plus(own(1).times(s)))), s};
    });

    /**
     * {@code m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d^2; w -= rate m / (sqrt v + epsilon)}: Kingma and
     * Ba (2015). Numbers: learning rate corrected for bias, beta1, 1 - beta1, beta2, 1 - beta2, epsilon.
     */
    public static final Step ADAM = new Step("adam", 2, d -> adam(W, d));

    /**
     * Adam whose decay shrinks the weight and stays out of the moments: Loshchilov and Hutter (2019). Numbers as
     * {@link #ADAM}, then the learning rate as it is times the decay.
     */
    public static final Step ADAMW = new Step("adamw", 2, g -> adam(W.minus(own(6).times(W)), g), CLIPPED);

    /**
     * {@code v = rho v + (1 - rho) d^2; w -= rate d / (sqrt v + epsilon)}: Tieleman and Hinton (2012). Numbers:
     * learning rate, rho, 1 - rho, epsilon.
     */
    public static final Step RMSPROP = new Step("rmsprop", 1, d -> {
        Expr v = average(arg(2), d.squared(), 1);
        return new Expr[] {W.minus(own(0).times(d).over(v.sqrt().plus(own(3)))), v};
    });

    /**
     * {@code m = rho m + (1 - rho) d; v = rho v + (1 - rho) d^2; s = momentum s - rate d / sqrt(v - m^2 + epsilon);
     * w += s}: Graves (2013), equations 38 to 45. States: m, v, s. Numbers: learning rate, rho, 1 - rho, epsilon,
     * momentum.
     */
    public static final Step CENTERED_RMSPROP = new Step("rmsprop_centered", 3, d -> {
        Expr m = average(arg(2), d, 1);
        Expr v = average(arg(3), d.squared(), 1);
        // Rounding may make the variance a little negative.
        Expr variance = v.minus(m.squared()).max(c(0));
        Expr s = own(4).times(arg(4)).minus(own(0).times(d).over(variance.plus(own(3)).sqrt()));
        return new Expr[] {W.plus(s), m, v, s};
    });

    /** {@code h += d^2; w -= rate d / (sqrt h + epsilon)}: Duchi et al. (2011). Numbers: learning rate, epsilon. */
    public static final Step ADAGRAD = new Step("adagrad", 1, d -> {
        Expr h = arg(2).plus(d.squared());
        return new Expr[] {W.minus(own(0).times(d).over(h.sqrt().plus(own(1)))), h};
    });

    /**
     * {@code a = rho a + (1 - rho) d^2; u = sqrt(b + epsilon) / sqrt(a + epsilon) d; b = rho b + (1 - rho) u^2;
     * w -= u}: Zeiler (2012). States: a, b. Numbers: epsilon, rho, 1 - rho.
     */
    public static final Step ADADELTA = new Step("adadelta", 2, d -> {
        Expr a = average(arg(2), d.squared(), 1);
        Expr u = arg(3).plus(own(0)).sqrt().over(a.plus(own(0)).sqrt()).times(d);
        return new Expr[] {W.minus(u), a, average(arg(3), u.squared(), 1)};
    });

    private Updates() {}

    /** The step's own number {@code i}. */
    private static Expr own(int i) { return param(FIRST + i); }

    /** A running average: own number {@code i} is the share of the old value, the one behind it that of the new. */
    private static Expr average(Expr old, Expr next, int i) { return own(i).times(old).plus(own(i + 1).times(next)); }

    private static Expr[] adam(Expr w, Expr d) {
        Expr m = average(arg(2), d, 1);
        Expr v = average(arg(3), d.squared(), 3);
        return new Expr[] {w.minus(own(0).times(m).over(v.sqrt().plus(own(5)))), m, v};
    }

    /**
     * Computes one step.
     *
     * @param numbers the step's own numbers
     * @param overwrite whether the memory of weight and states may be used for the results where nobody else holds it
     * @param in the weight, the gradient, which may have another dtype and layout, and the states
     * @return the next weight and states, of the dtypes of the old
     * @throws IllegalArgumentException if there are too many or too few states, or shapes differ
     */
    public static Tensor[] step(Step step, Start start, Number[] numbers, boolean overwrite, Tensor... in) {
        check(step, in);
        View[] results = new View[1 + step.states];
        Tensor[] next = new Tensor[1 + step.states];
        for (int i = 0; i < next.length; i++) {
            Tensor old = in[i == 0 ? 0 : i + 1];
            next[i] = target(old, overwrite);
            results[i] = next[i];
        }
        Number[] all = new Number[FIRST + numbers.length];
        float limit = start.limit > 0 ? start.limit : Float.POSITIVE_INFINITY;
        all[0] = start.rescale;
        all[1] = -limit;
        all[2] = limit;
        all[3] = start.decay;
        System.arraycopy(numbers, 0, all, FIRST, numbers.length);
        in[0].backend().map(step.program, in[0].dtype().lane(), all, results, in);
        return next;
    }

    /** Where the value that replaces {@code old} is to be written: the same memory if nobody else holds it. */
    static Tensor target(Tensor old, boolean overwrite) {
        if (!overwrite || !old.buffer().isSole() || !old.layout().isContiguous()) {
            return Tensor.empty(old.backend(), old.dtype(), old.shape());
        }
        old.buffer().overwritten();
        return old.view(old.layout());
    }

    private static void check(Step step, Tensor[] in) {
        if (in.length != step.states + 2) {
            throw Op.wrong(step.name, "takes a weight, a gradient and " + step.states + " states", in);
        }
        for (int i = 0; i < in.length; i++) {
            if (!in[i].layout().sameShape(in[0].layout())) {
                throw Op.wrong(step.name, "weight, gradient and states must have one shape", in);
            }
            if (i != 1 ? !in[i].dtype().isFloating() : !in[i].dtype().isReal()) {
                throw Op.wrong(step.name, "not defined for " + in[i].dtype().text(), in);
            }
            if (in[i].backend() != in[0].backend()) {
                throw Op.wrong(step.name, "arrays on different devices, " + in[0].backend().place() + " and "
                        + in[i].backend().place() + "; move them to one with toDevice", in);
            }
            for (int k = 0; k < i; k++) {
                if (i != 1 && k != 1 && in[k].buffer() == in[i].buffer()) {
                    throw Op.wrong(step.name, "weight and states must be different arrays", in);
                }
            }
        }
    }
}
