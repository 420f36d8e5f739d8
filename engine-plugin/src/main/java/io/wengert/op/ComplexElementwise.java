package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/**
 * An element-wise operation on complex arrays as formulas of real and imaginary parts: what {@link Elementwise} does
 * when one of its inputs is complex. Real inputs have the imaginary part 0.
 *
 * <p>Calculated in double precision, so that neither differences of products cancel nor quotients overflow. The
 * gradient of a real value L with respect to {@code x + iy} is {@code dL/dx + i dL/dy}, PyTorch's convention (the
 * conjugate Wirtinger derivative, twice), and so follows from the formulas of the parts.
 */
final class ComplexElementwise extends Op<Number[]> {

    private final int arity;
    private final DType result;
    private final Expr[] parts;
    private final Program program;
    private final Gradient[] gradients;
    /** The derivative of an analytic function of one array; null if it follows from the parts. */
    private ComplexExpr derivative;

    /** The gradient of one input as an operation of some of the inputs and, with the number arity, the output's. */
    private record Gradient(ComplexElementwise op, int[] args) {}

    /**
     * An operation outside of the catalogue.
     *
     * @param result complex64, when there are two parts, or a real dtype
     * @param parts formulas in which the parts of input i are the arguments 2 i and 2 i + 1
     */
    ComplexElementwise(String name, int arity, DType result, Expr... parts) {
        super(name);
        this.arity = arity;
        this.result = result;
        this.parts = parts;
        this.program = Program.of(parts);
        this.gradients = new Gradient[arity];
    }

    /** Declares the derivative of an analytic function of one array, where that of the parts is long or not stable. */
    void derivative(ComplexExpr d) { derivative = d; }

    @Override
    protected Tensor[] forward(Call<Number[]> c) {
        Tensor[] in = c.inputs();
        if (in.length != arity) {
            throw c.wrong("takes " + arity + " arrays, not " + in.length);
        }
        Number[] numbers = Elementwise.numbers(c, program);
        Tensor y = c.empty(result, broadcast(c.op().name(), in));
        try (Tensor zero = Conversions.fill(c.empty(DType.FLOAT32), 0)) {
            View[] args = new View[2 * arity];
            for (int i = 0; i < arity; i++) {
                if (in[i].dtype() == DType.STRING) {
                    throw c.wrong("not defined for string");
                }
                args[2 * i] = in[i].dtype().isComplex() ? Complex.re(in[i]) : in[i];
                args[2 * i + 1] = in[i].dtype().isComplex() ? Complex.im(in[i]) : zero;
            }
            View[] outs = result.isComplex() ? new View[] {Complex.re(y), Complex.im(y)} : new View[] {y};
            y.backend().map(program, DType.FLOAT64, numbers, outs, Arrays.copyOf(args, program.args()));
        }
        return new Tensor[] {y};
    }

    @Override
    protected boolean savesInput(int i, Call<Number[]> c) {
        for (int k = 0; k < arity; k++) {
            if (c.wants(k) && result != DType.BOOL && Arrays.stream(gradient(k).args).anyMatch(a -> a == i)) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected boolean savesOutput(int i, Call<Number[]> c) { return false; }

    @Override
    protected Tensor[] vjp(Call<Number[]> c, Tensor... g) {
        Tensor[] r = new Tensor[arity];
        for (int i = 0; i < arity; i++) {
            if (c.wants(i) && result != DType.BOOL) {
                Gradient d = gradient(i);
                Tensor[] args = new Tensor[d.args.length];
                for (int k = 0; k < args.length; k++) {
                    args[k] = d.args[k] < arity ? c.in(d.args[k]) : g[0];
                }
                r[i] = args.length == 0 ? null : d.op.with(d.op.program.params() == 0 ? null : c.attribute(), args);
            }
        }
        return r;
    }

    private synchronized Gradient gradient(int i) {
        if (gradients[i] == null) {
            Expr[] d = partials(i);
            int[] args = new int[arity + 1];
            Expr[] renamed = new Expr[2 * arity + 2];
            int n = 0;
            for (int k = 0; k <= arity; k++) {
                if (mentions(d, 2 * k) || mentions(d, 2 * k + 1)) {
                    args[n] = k;
                    renamed[2 * k] = Expr.arg(2 * n);
                    renamed[2 * k + 1] = Expr.arg(2 * n++ + 1);
                }
            }
            ComplexElementwise op = new ComplexElementwise(name() + "'" + i, n, DType.COMPLEX64,
                    d[0].substitute(renamed), d[1].substitute(renamed));
            gradients[i] = new Gradient(op, Arrays.copyOf(args, n));
        }
        return gradients[i];
    }

    /** The parts of the gradient of input i; for an analytic function the conjugate of its derivative times the output's. */
    private Expr[] partials(int i) {
        if (derivative == null) {
            return new Expr[] {partial(2 * i), partial(2 * i + 1)};
        }
        ComplexExpr d = derivative.conj().times(ComplexExpr.arg(1));
        return new Expr[] {d.re(), d.im()};
    }

    /** By one part of an input: the sum over the parts of the output of their slopes times their gradients. */
    private Expr partial(int argument) {
        Expr sum = Expr.c(0);
        for (int k = 0; k < parts.length; k++) {
            sum = sum.plus(parts[k].d(argument).times(Expr.arg(2 * arity + k)));
        }
        return sum;
    }

    private static boolean mentions(Expr[] formulas, int arg) {
        return formulas[0].mentions(arg) || formulas[1].mentions(arg);
    }
}
