package io.wengert.op;

import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.tensor.Tensor;

/** Operations that combine elements along axes; the attribute says along which. */
public final class Reductions {

    /** Integers and booleans are summed in int64. */
    public static final Primitive<Axes> SUM = op("sum", (Call<Axes> c) -> reduce(c, Reduction.SUM, c.dtype(0).accumulated()))
            .vjp((c, g) -> grads(spread(c, g)));
    public static final Primitive<Axes> PROD = op("prod", (Call<Axes> c) -> reduce(c, Reduction.PROD, c.dtype(0).accumulated()))
            .saves(IN_0).vjp(Reductions::prodGradient);
    /** The gradient of a tie is shared equally. */
    public static final Primitive<Axes> MAX = op("max", (Call<Axes> c) -> reduce(c, Reduction.MAX, c.dtype(0)))
            .saves(IN_0, OUT_0).vjp(Reductions::extremumGradient);
    public static final Primitive<Axes> MIN = op("min", (Call<Axes> c) -> reduce(c, Reduction.MIN, c.dtype(0)))
            .saves(IN_0, OUT_0).vjp(Reductions::extremumGradient);
    /** Of integers and booleans a floating mean; of nothing NaN. */
    public static final Primitive<Axes> MEAN = op("mean", Reductions::mean).vjp((c, g) -> grads(Arithmetic.MUL_NUMBER
            .with(spread(c, g), 1.0 / count(c))));

    private Reductions() {}

    private static Tensor reduce(Call<Axes> c, Reduction r, DType type) {
        if (!c.dtype(0).isReal()) {
            throw c.wrong("not defined for " + c.dtype(0).text());
        }
        Layout x = c.layout(0);
        long[] kept = c.attribute().kept(x);
        Tensor y = c.empty(type, kept);
        if (x.size() == 0 && y.size() != 0 && !r.allowsEmpty()) {
            y.close();
            throw c.wrong("no elements along the axes, and so no " + c.op().name());
        }
        c.backend().reduce(r, type.lane(), y, c.in(0));
        return squeezed(y, c.attribute().result(x));
    }

    private static Tensor mean(Call<Axes> c) {
        DType type = c.dtype(0).floating();
        Tensor sum = reduce(c, Reduction.SUM, type);
        return Arithmetic.MUL_NUMBER.onto(new Number[] {1.0 / count(c)}, sum);
    }

    private static double count(Call<Axes> c) {
        Layout x = c.layout(0);
        return x.size() == 0 ? 0 : (double) x.size() / Layout.sizeOf(c.attribute().kept(x));
    }

    private static Tensor squeezed(Tensor y, long[] shape) {
        if (y.layout().hasShape(shape)) {
            return y;
        }
        Tensor r = y.view(y.layout().reshape(shape));
        y.close();
        return r;
    }

    /** A gradient of the result, given back the axes that went. */
    private static Tensor kept(Call<Axes> c, Tensor g) { return ShapeOps.reshape(g, c.attribute().kept(c.layout(0))); }

    private static Tensor spread(Call<Axes> c, Tensor g) { return ShapeOps.BROADCAST.with(c.shape(0), kept(c, g)); }

    private static Tensor[] extremumGradient(Call<Axes> c, Tensor g) {
        Tensor x = c.in(0);
        Tensor hit = Conversions.CAST.with(x.dtype(), Comparisons.EQ.on(x, kept(c, c.out(0))));
        Tensor ties = SUM.with(new Axes(true, c.attribute().axes()), hit);
        return grads(Arithmetic.MUL.on(hit, Arithmetic.DIV.on(kept(c, g), ties)));
    }

    /**
     * The product of all others, right for zeros too: where an element is zero, of the rest with a one in its place; where
     * two or more are zero, nothing.
     */
    private static Tensor[] prodGradient(Call<Axes> c, Tensor g) {
        Tensor x = c.in(0);
        Axes axes = new Axes(true, c.attribute().axes());
        Tensor zero = Comparisons.EQ_NUMBER.with(x, 0);
        Tensor one = Tensor.of(x.backend(), x.dtype(), Conversions.one(x.dtype()));
        Tensor safe = Arithmetic.WHERE.on(zero, one, x);
        Tensor rest = PROD.with(axes, safe);
        Tensor zeros = SUM.with(axes, zero);
        Tensor none = Arithmetic.DIV.on(rest, safe);
        Tensor zeroElsewhere = Comparisons.GT.on(zeros, Conversions.CAST.with(DType.INT64, zero));
        Tensor others = Arithmetic.MUL.on(none, Conversions.CAST.with(x.dtype(), Comparisons.NOT.on(zeroElsewhere)));
        // At a zero the product is linear in x, but its cross derivatives are those of the rest alone.
        return grads(Arithmetic.MUL.on(others, kept(c, g)));
    }
}
