package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Elementwise.Typing.FLOATING;
import static io.wengert.op.Elementwise.binary;
import static io.wengert.op.Elementwise.of;
import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.IN_1;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Fully connected layers, embedding, dropout and the parametric rectifier. */
public final class Networks {

    /**
     * {@code y = x W' + b}: x of shape (.., in), W of shape (out, in) and, if there is a third input, b of shape (out);
     * the result is (.., out).
     */
    public static final Primitive<Void> LINEAR = op("linear", Networks::linear).saves(IN_0, IN_1)
            .vjp(Networks::linearGradient);

    /** {@code x mask scale}: the mask holds 1 for what stays and 0 for what is dropped; the number is the scale. */
    public static final Elementwise DROPOUT = of("dropout", FLOATING, 2, arg(1).where(arg(0).times(param(0)), c(0)))
            .slopes(arg(1).where(param(0), c(0)), c(0));

    /** x above zero, alpha x below. */
    public static final Elementwise PRELU = binary("prelu", FLOATING, (x, alpha) -> x.gt(c(0)).where(x, alpha.times(x)))
            .slopes(arg(0).gt(c(0)).where(c(1), arg(1)), arg(0).gt(c(0)).where(c(0), arg(0)));

    private Networks() {}

    /**
     * Parametric rectifier: He et al. (2015).
     *
     * @param alpha one slope, or one for each channel, which are axis 1 (axis 0 of an array with one axis)
     */
    public static Tensor prelu(Tensor x, Tensor alpha) {
        int axis = Math.min(1, x.rank() - 1);
        if (alpha.size() != 1 && (axis < 0 || alpha.size() != x.size(axis))) {
            throw Op.wrong("prelu", "alpha must have one element, or one for each channel", x, alpha);
        }
        long[] shape = new long[alpha.size() == 1 ? 0 : x.rank()];
        Arrays.fill(shape, 1);
        if (shape.length > 0) {
            shape[axis] = alpha.size();
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(PRELU.on(x, ShapeOps.reshape(alpha, shape)));
        }
    }

    /** The rows of a table (rows, size) that indices of any shape name: (.., size). */
    public static Tensor embedding(Tensor index, Tensor table) {
        if (table.rank() != 2) {
            throw Op.wrong("embedding", "the table must have two axes", index, table);
        }
        return IndexOps.TAKE.with(0, table, index);
    }

    private static Tensor linear(Call<Void> c) {
        if (c.arity() < 2 || c.arity() > 3) {
            throw c.wrong("takes an input, a weight and perhaps a bias");
        }
        for (int i = 0; i < c.arity(); i++) {
            if (!c.dtype(i).isReal() || c.dtype(i) == DType.BOOL) {
                throw c.wrong("not defined for " + c.dtype(i).text());
            }
        }
        Layout x = c.layout(0);
        Layout w = c.layout(1);
        if (w.rank() != 2 || x.rank() < 1 || x.size(x.rank() - 1) != w.size(1)) {
            throw c.wrong("takes an input (.., in) and a weight (out, in)");
        }
        if (c.arity() > 2 && !c.layout(2).hasShape(w.size(0))) {
            throw c.wrong("the bias must have the shape (" + w.size(0) + ")");
        }
        long[] shape = x.shape();
        shape[shape.length - 1] = w.size(0);
        try (Tensor own = constant(c.in(0)); Tensor rows = rows(own); Tensor weight = constant(c.in(1));
                Tensor columns = LinearAlgebra.transposed(weight); Tensor y = affine(c, rows, columns)) {
            return y.view(y.layout().reshape(shape));
        }
    }

    /** The product of two matrices and, if the call has one, the bias. */
    private static Tensor affine(Call<Void> c, Tensor rows, Tensor columns) {
        if (c.arity() > 2 && rows.dtype() == columns.dtype()) {
            Tensor y = c.empty(rows.dtype(), rows.size(0), columns.size(1));
            if (c.backend().matmul(y, rows, columns, c.in(2))) {
                return y;
            }
            y.close();
        }
        Tensor y = LinearAlgebra.MATMUL.on(rows, columns);
        if (c.arity() > 2) {
            View[] terms = {y, c.in(2)};
            c.backend().map(Arithmetic.ADD.program(), y.dtype().lane(), new Number[0], new View[] {y}, terms);
        }
        return y;
    }

    /** The same value without origin, so that the operations that a kernel is made of are not recorded themselves. */
    private static Tensor constant(Tensor x) { return x.view(x.layout()); }

    /** All but the last axis as one. */
    private static Tensor rows(Tensor x) {
        long last = x.size(x.rank() - 1);
        long[] shape = {Layout.sizeOf(Arrays.copyOf(x.shape(), x.rank() - 1)), last};
        return ShapeOps.reshape(x, shape);
    }

    private static Tensor[] linearGradient(Call<Void> c, Tensor g) {
        Tensor dx = c.wants(0) ? LINEAR.on(g, LinearAlgebra.transposed(c.in(1))) : null;
        Tensor dw = null;
        if (c.wants(1)) {
            dw = LinearAlgebra.MATMUL.on(LinearAlgebra.transposed(rows(g)), rows(c.in(0)));
        }
        return c.arity() > 2 ? grads(dx, dw, g) : grads(dx, dw);
    }

    /**
     * Dropout at training time: each element becomes zero with probability {@code rate}, the others are scaled by
     * 1 / (1 - rate), so that the expectation stays.
     *
     * @param mask 1 with probability 1 - rate, else 0; of the shape of x
     */
    public static Tensor dropout(Tensor x, Tensor mask, double rate) {
        return DROPOUT.with(new Number[] {rate < 1 ? 1 / (1 - rate) : 0.0}, x, mask);
    }

    /**
     * The dtype of the mask that {@link #dropout} takes.
     *
     * @throws IllegalArgumentException if x is complex or of strings
     */
    public static DType maskType(Tensor x) {
        if (!x.dtype().isReal()) {
            throw Op.wrong("dropout", "not defined for " + x.dtype().text(), x);
        }
        return x.dtype().floating();
    }
}
