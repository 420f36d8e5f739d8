package io.wengert.op;

import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Products of vectors and matrices. */
public final class LinearAlgebra {

    /** Matrices of any rank from 2 on, leading axes broadcast: {@code (.., m, k)} by {@code (.., k, n)}. */
    public static final Primitive<Void> MATMUL = op("matmul", LinearAlgebra::product).saves(IN_0, IN_1)
            .vjp((c, g) -> grads(c.wants(0) ? LinearAlgebra.MATMUL.on(g, transposed(c.in(1))) : null,
                    c.wants(1) ? weightGradient(c, g) : null));

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
     * NumPy's dot: the sum over the last axis of x and the last but one of y (of a vector its only one); of a number the
     * product.
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

    /** One matrix that many were multiplied by gets its whole gradient in one product, not in a sum of many. */
    private static Tensor weightGradient(Call<Void> c, Tensor g) {
        Tensor x = c.in(0);
        if (c.layout(1).rank() == 2 && x.rank() > 2) {
            x = ShapeOps.reshape(x, x.size() / x.size(x.rank() - 1), x.size(x.rank() - 1));
            g = ShapeOps.reshape(g, g.size() / g.size(g.rank() - 1), g.size(g.rank() - 1));
        }
        return MATMUL.on(transposed(x), g);
    }

    private static Tensor product(Call<Void> c) {
        Layout x = c.layout(0);
        Layout y = c.layout(1);
        if (x.rank() < 2 || y.rank() < 2) {
            throw c.wrong("takes arrays of at least two axes");
        }
        long k = x.size(x.rank() - 1);
        if (k != y.size(y.rank() - 2)) {
            throw c.wrong("the inner sizes differ: " + k + " columns, " + y.size(y.rank() - 2) + " rows");
        }
        DType type = DType.promote(c.dtype(0), c.dtype(1));
        if (!type.isReal() || type == DType.BOOL) {
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
        r.backend().matmul(r, View.of(a.buffer(), widened(a.layout(), lead)), View.of(b.buffer(), widened(b.layout(), lead)));
        return r;
    }

    private static long[] lead(Layout l) { return Arrays.copyOf(l.shape(), l.rank() - 2); }

    private static Layout widened(Layout l, long[] lead) {
        long[] shape = Arrays.copyOf(lead, lead.length + 2);
        shape[lead.length] = l.size(l.rank() - 2);
        shape[lead.length + 1] = l.size(l.rank() - 1);
        return l.broadcastTo(shape);
    }
}
