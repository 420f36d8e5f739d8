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
        Tensor y = transposed(c.out(0));
        return grads(Elementary.NEG.on(LinearAlgebra.MATMUL.on(LinearAlgebra.MATMUL.on(y, g), y)));
    });

    private static final Program SAME = Program.of(arg(0));
    private static final Program COMBINED = Program.of(arg(0).minus(arg(1)), arg(2).plus(arg(3)));

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
        Tensor a = x.rank() == 1 ? ShapeOps.reshape(x, 1, x.size()) : x;
        Tensor b = y.rank() == 1 ? ShapeOps.reshape(y, y.size(), 1) : y;
        Tensor r = MATMUL.on(a, b);
        if (x.rank() > 1 && y.rank() > 1) {
            return r;
        }
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
        if (y.rank() <= 2) {
            return x.rank() <= 2 || y.rank() == 1 ? matmul(x, y) : matmul(flat(x), y, x, y);
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
        if (rank < 2 || x.size(rank - 1) != x.size(rank - 2) || !c.dtype(0).isReal()) {
            throw c.wrong("takes square matrices of real numbers");
        }
        int n = Math.toIntExact(x.size(rank - 1));
        Tensor y = c.empty(c.dtype(0).floating(), x.shape());
        try (Tensor wide = c.empty(DType.FLOAT64, x.shape())) {
            y.backend().map(SAME, DType.FLOAT64, new Number[0], new View[] {wide}, new View[] {c.in(0)});
            double[] a = new double[n * n];
            for (int at = 0; at < x.size(); at += n * n) {
                y.backend().read(wide.buffer(), at, a, 0, n * n);
                double[] inverse = inverse(a, n);
                if (inverse == null) {
                    throw c.wrong("matrix " + at / (n * n) + " is singular");
                }
                y.backend().write(wide.buffer(), at, inverse, 0, n * n);
            }
            y.backend().map(SAME, DType.FLOAT64, new Number[0], new View[] {y}, new View[] {wide});
        }
        return y;
    }

    /**
     * Gaussian elimination with partial pivoting of a matrix, which is used up, and of the identity beside it.
     *
     * @return the inverse, or null if a pivot is 0
     */
    private static double[] inverse(double[] a, int n) {
        double[] x = new double[n * n];
        for (int i = 0; i < n; i++) {
            x[i * n + i] = 1;
        }
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k + 1; i < n; i++) {
                // Turned around, so that NaN becomes the pivot and is seen in the result.
                pivot = Math.abs(a[i * n + k]) <= Math.abs(a[pivot * n + k]) ? pivot : i;
            }
            if (a[pivot * n + k] == 0) {
                return null;
            }
            exchange(a, pivot * n, k * n, n);
            exchange(x, pivot * n, k * n, n);
            for (int i = k + 1; i < n; i++) {
                double f = -a[i * n + k] / a[k * n + k];
                add(a, i * n, f, k * n, n);
                add(x, i * n, f, k * n, n);
            }
        }
        for (int k = n - 1; k >= 0; k--) {
            divide(x, k * n, a[k * n + k], n);
            for (int i = 0; i < k; i++) {
                add(x, i * n, -a[i * n + k], k * n, n);
            }
        }
        return x;
    }

    private static void exchange(double[] a, int p, int q, int n) {
        for (int i = 0; p != q && i < n; i++) {
            double t = a[p + i];
            a[p + i] = a[q + i];
            a[q + i] = t;
        }
    }

    private static void add(double[] a, int to, double factor, int from, int n) {
        for (int i = 0; i < n; i++) {
            a[to + i] += factor * a[from + i];
        }
    }

    private static void divide(double[] a, int at, double by, int n) {
        for (int i = 0; i < n; i++) {
            a[at + i] /= by;
        }
    }

    /** The last two axes exchanged, and complex numbers conjugated. */
    private static Tensor adjoint(Tensor x) { return transposed(x.dtype().isComplex() ? Complex.CONJ.on(x) : x); }

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
        long k = x.size(x.rank() - 1);
        if (k != y.size(y.rank() - 2)) {
            throw c.wrong("the inner sizes differ: " + k + " columns, " + y.size(y.rank() - 2) + " rows");
        }
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
        on.map(COMBINED, DType.FLOAT32, new Number[0], new View[] {Complex.re(r), Complex.im(r)}, p);
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
