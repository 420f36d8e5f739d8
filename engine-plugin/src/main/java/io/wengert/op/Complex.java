package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.ARITHMETIC;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Complex arrays from and to real ones. Kernels only ever see their parts, as strided arrays of float32. */
public final class Complex {

    /** Pairs along the last axis, which has the size 2 and goes, as real and imaginary parts. */
    public static final Primitive<Void> COMPLEX = op("complex", Complex::joined)
            .vjp((c, g) -> grads(Complex.PAIRS.on(g)));

    /** The transpose of complex: real and imaginary part along a new last axis; a view. */
    public static final Primitive<Void> PAIRS = op("pairs", Complex::pairs).vjp((c, g) -> grads(Complex.COMPLEX.on(g)));

    /** The imaginary part negated; a real array as it is. */
    public static final Elementwise CONJ = Elementwise.unary("conj", ARITHMETIC, x -> x).complex(ComplexExpr::conj);

    private static final Program SAME = Program.of(arg(0));
    private static final Program WITH_ZERO = Program.of(arg(0), c(0));
    private static final Program NUMBER = Program.of(param(0), c(0));
    private static final Program NOT_ZERO = Program.of(ComplexExpr.arg(0).isTrue());

    private Complex() {}

    /** As {@link #CONJ}; a real array itself. */
    static Tensor conjugate(Tensor x) { return x.dtype().isComplex() ? CONJ.on(x) : x; }

    /** The real parts of a complex array. */
    static View re(View z) { return part(z, 0); }

    /** The imaginary parts of a complex array. */
    static View im(View z) { return part(z, 1); }

    private static View part(View z, int which) {
        Layout l = z.layout();
        return View.of(z.buffer().parts(), Layout.of(l.shape(), doubled(l, l.rank()), 2 * l.offset() + which));
    }

    private static long[] doubled(Layout l, int rank) {
        long[] strides = new long[rank];
        for (int i = 0; i < l.rank(); i++) {
            strides[i] = 2 * l.stride(i);
        }
        return strides;
    }

    /** Both parts along a new last axis. */
    static View parts(View z) {
        Layout l = z.layout();
        long[] shape = Arrays.copyOf(l.shape(), l.rank() + 1);
        long[] strides = doubled(l, l.rank() + 1);
        shape[l.rank()] = 2;
        strides[l.rank()] = 1;
        return View.of(z.buffer().parts(), Layout.of(shape, strides, 2 * l.offset()));
    }

    private static Tensor joined(Call<Void> c) {
        Tensor x = c.in(0);
        int last = x.rank() - 1;
        if (last < 0 || x.size(last) != 2 || !x.dtype().isReal()) {
            throw c.wrong("takes real numbers with a last axis of size 2, for real and imaginary part");
        }
        Tensor z = c.empty(DType.COMPLEX64, x.layout().select(last, 0).shape());
        if (z.size() > 0) {
            z.backend().map(SAME, DType.FLOAT32, new Number[0], new View[] {parts(z)}, new View[] {x});
        }
        return z;
    }

    private static Tensor pairs(Call<Void> c) {
        Tensor z = c.in(0);
        if (!z.dtype().isComplex()) {
            throw c.wrong("takes complex numbers");
        }
        View v = parts(z);
        v.buffer().retain();
        return new Tensor(v.buffer(), v.layout());
    }

    /** To or from a complex type: the real part, or with the imaginary part 0; a boolean is whether it is not 0. */
    static Tensor cast(Tensor x, DType to) {
        Tensor y = Tensor.empty(x.backend(), to, x.shape());
        boolean truth = to == DType.BOOL;
        View[] outs = to.isComplex() ? new View[] {re(y), im(y)} : new View[] {y};
        View[] ins = to.isComplex() ? new View[] {x} : truth ? new View[] {re(x), im(x)} : new View[] {re(x)};
        Program p = to.isComplex() ? WITH_ZERO : truth ? NOT_ZERO : SAME;
        x.backend().map(p, DType.FLOAT64, new Number[0], outs, ins);
        return y;
    }

    /** One real number everywhere. */
    static Tensor fill(Tensor z, Number value) {
        z.backend().map(NUMBER, DType.FLOAT32, new Number[] {value},
                new View[] {re(z), im(z)}, new View[0]);
        return z;
    }
}
