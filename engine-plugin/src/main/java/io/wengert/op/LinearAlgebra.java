package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Products of vectors and matrices, diagonals, inverses. */
public final class LinearAlgebra {

    /** Matrices of any rank from 2 on, leading axes broadcast: {@code (.., m, k)} by {@code (.., k, n)}. */
    public static final Primitive<Void> MATMUL = op("matmul", LinearAlgebra::product).saves(IN_0, IN_1)
            .vjp((c, g) -> grads(c.wants(0) ? LinearAlgebra.MATMUL.on(g, adjoint(c.in(1))) : null,
                    c.wants(1) ? weightGradient(c, g) : null));

    /** The elements of two axes at the same place, or some places beside it, along a new last axis; a view. */
    public static final Primitive<Diagonal> DIAGONAL = op("diagonal", LinearAlgebra::diagonal)
            .vjp((c, g) -> grads(LinearAlgebra.PLACE_DIAGONAL.with(new OnDiagonal(c.attribute(), c.shape(0)), g)));

    /** The transpose of diagonal: an array of zeros with the input on its diagonal. */
    public static final Primitive<OnDiagonal> PLACE_DIAGONAL = op("place_diagonal", LinearAlgebra::placed)
            .vjp((c, g) -> grads(DIAGONAL.with(c.attribute().diagonal(), g)));

    /** The inverse of square matrices {@code (.., n, n)}; integers in float32. */
    public static final Primitive<Void> INVERSE = op("inverse", LinearAlgebra::inverted).saves(OUT_0).vjp((c, g) -> {
        Tensor y = adjoint(c.out(0));
        return grads(Elementary.NEG.on(LinearAlgebra.MATMUL.on(LinearAlgebra.MATMUL.on(y, g), y)));
    });

    /** What complex matrices are taken apart and put together with; apart, since programs with real ones only start sooner without. */
    private static final class Parts {
        static final Program SAME = Program.of(arg(0));
        static final Program NEGATIVE = Program.of(arg(0).neg());
        static final Program COMBINED = Program.of(arg(0).minus(arg(1)), arg(2).plus(arg(3)));
    }

    /** A diagonal of the plane of two axes: elements {@code (i, i + offset)}. */
    public record Diagonal(int offset, int axis1, int axis2) {

        Layout of(Layout x) {
            int a = x.axis(axis1);
            int b = x.axis(axis2);
            long row = Math.max(0, -(long) offset);
            long column = Math.max(0, offset);
            long count = Math.max(0, Math.min(x.size(a) - row, x.size(b) - column));
            Layout first = count == 0 ? x : x.slice(a, row, count, 1).slice(b, column, count, 1);
            Layout rest = first.slice(a, 0, 1, 1).slice(b, 0, 1, 1).select(Math.max(a, b), 0).select(Math.min(a, b), 0);
            int n = rest.rank();
            long[] shape = Arrays.copyOf(rest.shape(), n + 1);
            long[] strides = new long[n + 1];
            Arrays.setAll(strides, i -> i < n ? rest.stride(i) : x.stride(a) + x.stride(b));
            shape[n] = count;
            return Layout.of(shape, strides, rest.offset());
        }
    }

    /** A diagonal of an array of a given shape. */
    public record OnDiagonal(Diagonal diagonal, long[] shape) {}

    private LinearAlgebra() {}

    /**
     * NumPy's matmul: a vector on the left is a row, on the right a column, and its axis goes again.
     */
    public static Tensor matmul(Tensor x, Tensor y) {
        if (x.rank() == 0 || y.rank() == 0) {
            throw Op.wrong("matmul", "takes arrays of at least one axis", x, y);
        }
        checkInner("matmul", x, y);
        return x.rank() > 1 && y.rank() > 1 ? MATMUL.on(x, y) : ShapeOps.scoped(() -> vectorProduct(x, y));
    }

    /** The product where one array, or both, is a vector. */
    private static Tensor vectorProduct(Tensor x, Tensor y) {
        Tensor a = x.rank() == 1 ? ShapeOps.reshape(x, 1, x.size()) : x;
        Tensor b = y.rank() == 1 ? ShapeOps.reshape(y, y.size(), 1) : y;
        Tensor r = MATMUL.on(a, b);
        long[] shape = r.shape();
        int n = shape.length;
        long[] lead = Arrays.copyOf(shape, n - 2);
        if (x.rank() == 1 && y.rank() == 1) {
            return ShapeOps.reshape(r, lead);
        }
        long[] s = Arrays.copyOf(lead, n - 1);
        s[n - 2] = x.rank() == 1 ? shape[n - 1] : shape[n - 2];
        return ShapeOps.reshape(r, s);
    }

    /**
     * NumPy's dot: the sum over the last axis of x and the last but one of y (of a vector its only one); of a number
     * the product.
     */
    public static Tensor dot(Tensor x, Tensor y) {
        if (x.rank() == 0 || y.rank() == 0) {
            return Arithmetic.MUL.on(x, y);
        }
        checkInner("dot", x, y);
        return y.rank() == 1 || y.rank() == 2 && x.rank() <= 2 ? matmul(x, y) : ShapeOps.scoped(() -> flatProduct(x, y));
    }

    /** The dot as a product of two matrices. */
    private static Tensor flatProduct(Tensor x, Tensor y) {
        if (y.rank() == 2) {
            return matmul(flat(x), y, x, y);
        }
        int n = y.rank();
        int[] first = new int[n];
        first[0] = n - 2;
        for (int i = 0, j = 1; i < n; i++) {
            if (i != n - 2) {
                first[j++] = i;
            }
        }
        Tensor columns = ShapeOps.PERMUTE.with(first, y);
        Tensor b = ShapeOps.reshape(columns, y.size(n - 2), y.size(n - 2) == 0 ? 0 : y.size() / y.size(n - 2));
        return matmul(x.rank() == 1 ? ShapeOps.reshape(x, 1, x.size()) : flat(x), b, x, y);
    }

    /** The axes that are summed over, the last of x and the last but one of y (its only one), must have one size. */
    private static void checkInner(String name, Tensor x, Tensor y) {
        long k = x.size(x.rank() - 1);
        long n = y.size(Math.max(0, y.rank() - 2));
        if (k != n) {
            throw Op.wrong(name, "the inner sizes differ: " + k + " columns, " + n + " rows", x, y);
        }
    }

    private static Tensor flat(Tensor x) {
        long k = x.size(x.rank() - 1);
        return x.rank() == 2 ? x : ShapeOps.reshape(x, k == 0 ? 0 : x.size() / k, k);
    }

    /** The product of two matrices as the dot of the arrays that they were made from. */
    private static Tensor matmul(Tensor a, Tensor b, Tensor x, Tensor y) {
        long[] shape = new long[x.rank() + y.rank() - 2];
        int n = 0;
        for (int i = 0; i < x.rank() - 1; i++) {
            shape[n++] = x.size(i);
        }
        for (int i = 0; i < y.rank(); i++) {
            if (i != y.rank() - 2) {
                shape[n++] = y.size(i);
            }
        }
        return ShapeOps.reshape(MATMUL.on(a, b), shape);
    }

    /** Matrices in equal batches: {@code (b, m, k)} by {@code (b, k, n)}. */
    public static Tensor batchMatmul(Tensor x, Tensor y) {
        if (x.rank() < 3 || y.rank() < 3) {
            throw Op.wrong("batch_matmul", "takes arrays of at least three axes", x, y);
        }
        checkInner("batch_matmul", x, y);
        return MATMUL.on(x, y);
    }

    /** The last two axes exchanged. */
    public static Tensor transposed(Tensor x) {
        int[] axes = new int[x.rank()];
        Arrays.setAll(axes, i -> i);
        axes[x.rank() - 2] = x.rank() - 1;
        axes[x.rank() - 1] = x.rank() - 2;
        return ShapeOps.PERMUTE.with(axes, x);
    }

    /** The sum along a diagonal; the two axes go. */
    public static Tensor trace(Tensor x, Diagonal d) {
        return ShapeOps.scoped(() -> Reductions.SUM.with(new Axes(false, -1), DIAGONAL.with(d, x)));
    }

    private static Tensor diagonal(Call<Diagonal> c) {
        Diagonal d = c.attribute();
        if (Axes.axis("diagonal", c.in(0), d.axis1) == Axes.axis("diagonal", c.in(0), d.axis2)) {
            throw c.wrong("axes " + d.axis1 + " and " + d.axis2 + " are the same");
        }
        return c.in(0).view(d.of(c.layout(0)));
    }

    private static Tensor placed(Call<OnDiagonal> c) {
        long[] shape = c.attribute().shape();
        Layout part = c.attribute().diagonal().of(Layout.of(shape));
        if (!c.layout(0).broadcastsTo(part.shape())) {
            throw c.wrong("no diagonal of an array " + Layout.text(shape));
        }
        Tensor y = ShapeOps.zeros(c.in(0), shape);
        y.backend().copy(View.of(y.buffer(), part), c.in(0));
        return y;
    }

    private static Tensor inverted(Call<Void> c) {
        Layout x = c.layout(0);
        int rank = x.rank();
        if (rank < 2 || x.size(rank - 1) != x.size(rank - 2) || c.dtype(0) == DType.STRING) {
            throw c.wrong("takes square matrices of numbers");
        }
        boolean complex = c.dtype(0).isComplex();
        int n = Math.toIntExact(complex ? 2 * x.size(rank - 1) : x.size(rank - 1));
        try (Scope scope = Scope.open(); Tensor wide = c.empty(DType.FLOAT64, Sampling.joined(lead(x), n, n))) {
            Tensor y = c.empty(c.dtype(0).floating(), x.shape());
            widen(wide, c.in(0));
            double[] a = new double[n * n];
            for (int at = 0; at < wide.size(); at += n * n) {
                y.backend().read(wide.buffer(), at, a, 0, n * n);
                double[] inverse = Inversion.of(y.backend(), n, a);
                if (inverse == null) {
                    throw c.wrong("matrix " + at / (n * n) + " is singular");
                }
                y.backend().write(wide.buffer(), at, inverse, 0, n * n);
            }
            narrow(y, wide);
            return scope.keep(y);
        }
    }

    /** Matrices in double precision; for complex ones {@code a + ib} the real ((a, -b), (b, a)), whose inverse is alike. */
    private static void widen(Tensor wide, Tensor x) {
        if (!x.dtype().isComplex()) {
            map(Parts.SAME, wide, x);
            return;
        }
        map(Parts.SAME, quarter(wide, 0, 0), Complex.re(x));
        map(Parts.NEGATIVE, quarter(wide, 0, 1), Complex.im(x));
        map(Parts.SAME, quarter(wide, 1, 0), Complex.im(x));
        map(Parts.SAME, quarter(wide, 1, 1), Complex.re(x));
    }

    private static void narrow(Tensor y, Tensor wide) {
        if (y.dtype().isComplex()) {
            map(Parts.SAME, Complex.re(y), quarter(wide, 0, 0));
            map(Parts.SAME, Complex.im(y), quarter(wide, 1, 0));
        } else {
            map(Parts.SAME, y, wide);
        }
    }

    private static View quarter(Tensor x, int row, int column) {
        int last = x.rank() - 1;
        long half = x.size(last) / 2;
        return View.of(x.buffer(), x.layout().slice(last - 1, row * half, half, 1).slice(last, column * half, half, 1));
    }

    private static void map(Program program, View to, View from) {
        to.buffer().backend().map(program, DType.FLOAT64, new Number[0], new View[] {to}, new View[] {from});
    }

    /** The last two axes exchanged, and complex numbers conjugated. */
    private static Tensor adjoint(Tensor x) { return transposed(Complex.conjugate(x)); }

    /** One matrix that many were multiplied by gets its whole gradient in one product, not in a sum of many. */
    private static Tensor weightGradient(Call<Void> c, Tensor g) {
        Tensor x = c.in(0);
        if (c.layout(1).rank() == 2 && x.rank() > 2) {
            x = ShapeOps.reshape(x, x.size() / x.size(x.rank() - 1), x.size(x.rank() - 1));
            g = ShapeOps.reshape(g, g.size() / g.size(g.rank() - 1), g.size(g.rank() - 1));
        }
        return MATMUL.on(adjoint(x), g);
    }

    private static Tensor product(Call<Void> c) {
        if (c.arity() != 2) {
            throw c.wrong("takes two arrays, not " + c.arity());
        }
        Layout x = c.layout(0);
        Layout y = c.layout(1);
        if (c.dtype(0) == DType.STRING || c.dtype(1) == DType.STRING) {
            throw c.wrong("not defined for string");
        }
        if (x.rank() < 2 || y.rank() < 2) {
            throw c.wrong("takes arrays of at least two axes");
        }
        checkInner("matmul", c.in(0), c.in(1));
        DType type = DType.promote(c.dtype(0), c.dtype(1));
        if (type == DType.BOOL) {
            throw c.wrong("not defined for " + type.text());
        }
        long[] lead = Layout.broadcast(Layout.of(lead(x)), Layout.of(lead(y)));
        if (lead == null) {
            throw c.wrong("the leading axes do not broadcast");
        }
        long[] shape = Arrays.copyOf(lead, lead.length + 2);
        shape[lead.length] = x.size(x.rank() - 2);
        shape[lead.length + 1] = y.size(y.rank() - 1);
        Tensor a = c.dtype(0) == type ? c.in(0) : Conversions.CAST.with(type, c.in(0));
        Tensor b = c.dtype(1) == type ? c.in(1) : Conversions.CAST.with(type, c.in(1));
        Tensor r = c.empty(type, shape);
        View left = View.of(a.buffer(), widened(a.layout(), lead));
        View right = View.of(b.buffer(), widened(b.layout(), lead));
        if (type.isComplex()) {
            complexProduct(r, left, right);
        } else {
            r.backend().matmul(r, left, right);
        }
        return r;
    }

    /** By four products of real matrices. */
    private static void complexProduct(Tensor r, View a, View b) {
        Backend on = r.backend();
        View[][] parts = {{Complex.re(a), Complex.re(b)}, {Complex.im(a), Complex.im(b)},
            {Complex.re(a), Complex.im(b)}, {Complex.im(a), Complex.re(b)}};
        Tensor[] p = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            p[i] = Tensor.empty(on, DType.FLOAT32, r.shape());
            on.matmul(p[i], parts[i][0], parts[i][1]);
        }
        on.map(Parts.COMBINED, DType.FLOAT32, new Number[0], new View[] {Complex.re(r), Complex.im(r)}, p);
        Arrays.stream(p).forEach(Tensor::close);
    }

    private static long[] lead(Layout l) { return Arrays.copyOf(l.shape(), l.rank() - 2); }

    private static Layout widened(Layout l, long[] lead) {
        long[] shape = Arrays.copyOf(lead, lead.length + 2);
        shape[lead.length] = l.size(l.rank() - 2);
        shape[lead.length + 1] = l.size(l.rank() - 1);
        return l.broadcastTo(shape);
    }
}
