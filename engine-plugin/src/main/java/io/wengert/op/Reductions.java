package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;
import static io.wengert.op.Primitive.Value.IN_0;
import static io.wengert.op.Primitive.Value.OUT_0;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;

/** Operations that combine elements along axes; the attribute says along which. */
public final class Reductions {

    /** Integers and booleans are summed in int64, uint64 in itself. */
    public static final Primitive<Axes> SUM = op("sum", (Call<Axes> c) -> accumulate(c, Reduction.SUM))
            .vjp((c, g) -> grads(spread(c, g)));
    /** Integers and booleans are multiplied in int64, uint64 in itself. */
    public static final Primitive<Axes> PROD = op("prod", (Call<Axes> c) -> accumulate(c, Reduction.PROD))
            .saves(IN_0).vjp(Reductions::prodGradient);
    /** NaN if there is one. The gradient is shared equally by those that are the extremum: ties, or all NaN. */
    public static final Primitive<Axes> MAX = op("max", (Call<Axes> c) -> reduce(c, Reduction.MAX, c.dtype(0)))
            .saves(IN_0, OUT_0).vjp(Reductions::extremumGradient);
    /** As {@link #MAX}. */
    public static final Primitive<Axes> MIN = op("min", (Call<Axes> c) -> reduce(c, Reduction.MIN, c.dtype(0)))
            .saves(IN_0, OUT_0).vjp(Reductions::extremumGradient);
    /** Of integers and booleans a float32 mean; of nothing NaN. */
    public static final Primitive<Axes> MEAN = op("mean", Reductions::mean)
            .vjp((c, g) -> grads(spread(c, Arithmetic.MUL_NUMBER.with(g, 1.0 / c.attribute().count(c.layout(0))))));
    /** {@code (sum |x|^p)^(1/p)}; its gradient at the origin is 0. */
    public static final Primitive<Power> NORM = op("norm", Reductions::rooted).saves(IN_0, OUT_0)
            .vjp(Reductions::normGradient);

    /** The point of the way from x to y that the number says: x at 0, y at 1; exact if they are equal, infinite too. */
    public static final Elementwise LERP = Elementwise.of("lerp", Elementwise.Typing.FLOATING, 2, arg(0).eq(arg(1))
            .where(arg(0), arg(0).times(c(1).minus(param(0))).plus(arg(1).times(param(0)))))
            .slopes(c(1).minus(param(0)), param(0));
    /** x over y, or over the number if y is less. */
    public static final Elementwise DIV_AT_LEAST = Elementwise.of("div_at_least", Elementwise.Typing.FLOATING, 2,
            arg(0).over(arg(1).max(param(0))));
    /** Whether {@code |x - y| <= atol + rtol |y|}; the numbers are rtol, atol, and 1 if NaN equals NaN. */
    public static final Elementwise IS_CLOSE = Elementwise.of("is_close", Elementwise.Typing.BOOLEAN, 2, close());

    private static final Program ABSOLUTE = Program.of(arg(0).abs());
    private static final Program SQUARE = Program.of(arg(0).squared());
    private static final Program POWER = Program.of(arg(0).abs().pow(param(0)));
    private static final Program SAME = Program.of(arg(0));
    private static final Program ROOT = Program.of(arg(0).sqrt());
    private static final Program POWER_OF_SUM = Program.of(arg(0).pow(param(0)));

    /** The order of a norm, finite and not 0, and its axes. */
    public record Power(double order, Axes axes) {}

    private Reductions() {}

    /** How many elements are not zero, in int64. */
    public static Tensor countNonzero(Axes axes, Tensor x) {
        if (x.dtype() == DType.BOOL) {
            return SUM.with(axes, x);
        }
        try (Tensor hit = Comparisons.NEQ_NUMBER.with(x, 0)) {
            return SUM.with(axes, hit);
        }
    }

    /** Whether so many elements of the whole array are not zero as the comparison asks for; a boolean without axes. */
    public static Tensor count(Elementwise comparison, long number, Tensor x) {
        try (Tensor n = countNonzero(Axes.all(x.rank(), false), x)) {
            return comparison.with(n, number);
        }
    }

    /**
     * Whether two arrays are equal within tolerances everywhere, computed in double precision; as in NumPy, an infinity
     * is close to itself only. Of complex numbers each part has to be close.
     */
    public static boolean allClose(Tensor x, Tensor y, double rtol, double atol, boolean equalNan) {
        if (!x.layout().sameShape(y.layout())) {
            return false;
        }
        Number[] numbers = {rtol, atol, equalNan ? 1 : 0};
        boolean complex = x.dtype().isComplex() || y.dtype().isComplex();
        try (Tensor a = wide(complex, x);
                Tensor b = wide(complex, y);
                Tensor close = IS_CLOSE.with(numbers, a, b);
                Tensor all = count(Comparisons.EQ_NUMBER, close.size(), close)) {
            byte[] yes = new byte[1];
            Observer.Installed.read(all);
            all.backend().read(all.buffer(), all.layout().offset(), yes, 0, 1);
            return yes[0] != 0;
        }
    }

    private static Tensor wide(boolean complex, Tensor x) {
        if (!complex) {
            return Conversions.CAST.with(DType.FLOAT64, x);
        }
        try (Tensor z = Conversions.CAST.with(DType.COMPLEX64, x); Tensor parts = Complex.PAIRS.on(z)) {
            return Conversions.CAST.with(DType.FLOAT64, parts);
        }
    }

    private static Expr close() {
        Expr x = arg(0);
        Expr y = arg(1);
        Expr near = x.minus(y).abs().le(param(1).plus(param(0).times(y.abs()))).and(Expr.call(Fn.ISINF, y).not());
        Expr bothNan = param(2).and(Expr.call(Fn.ISNAN, x)).and(Expr.call(Fn.ISNAN, y));
        return x.eq(y).or(near).or(bothNan);
    }

    /**
     * The vector norm of order p over all axes named together, floating: {@code (sum |x|^p)^(1/p)}, for p = 0 how many
     * are not zero, and from the largest int on (infinity) the largest absolute value, likewise the smallest. Over two
     * axes order 2 is the Frobenius norm of the matrices. Of complex numbers |x| is taken first.
     *
     * @throws IllegalArgumentException if p is NaN
     */
    public static Tensor norm(double p, Axes axes, Tensor x) {
        if (x.dtype().isComplex()) {
            try (Tensor absolute = Elementary.ABS.on(x)) {
                return norm(p, axes, absolute);
            }
        }
        if (p != p || !x.dtype().isReal()) {
            throw Op.wrong("norm", p != p ? "the order is not a number" : "not defined for " + x.dtype().text(), x);
        }
        if (p != 0 && Math.abs(p) < Integer.MAX_VALUE) {
            return NORM.with(new Power(p, axes), x);
        }
        try (Scope scope = Scope.open()) {
            DType type = x.dtype().floating();
            return scope.keep(p == 0 ? SUM.with(axes, cast(type, Comparisons.NEQ_NUMBER.with(x, 0)))
                    : (p > 0 ? MAX : MIN).with(axes, Elementary.ABS.on(cast(type, x))));
        }
    }

    /**
     * The array over its norm of order p along an axis, which is taken to be at least eps.
     *
     * @throws IllegalArgumentException if p is NaN
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public static Tensor normalize(double p, long axis, double eps, Tensor x) {
        int a = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, axis));
        try (Tensor n = norm(p, new Axes(true, Axes.axis("normalize", x, a)), x)) {
            return DIV_AT_LEAST.with(new Number[] {eps}, x, n);
        }
    }

    /**
     * The value below which so many per cent of the elements lie, interpolated linearly between the two neighbours as
     * NumPy does; floating. NaN if an element is.
     *
     * @throws IllegalArgumentException if the percentage is not between 0 and 100, or there are no elements
     */
    public static Tensor percentile(double percent, Axes axes, Tensor x) {
        axes.check("percentile", x);
        if (!(percent >= 0 && percent <= 100) || !x.dtype().isReal()) {
            throw Op.wrong("percentile", x.dtype().isReal() ? percent + " is not between 0 and 100"
                    : "not defined for " + x.dtype().text(), x);
        }
        DType type = x.dtype().floating();
        long[] shape = axes.result(x.layout());
        long n = axes.count(x.layout());
        if (n == 0 && Layout.sizeOf(shape) != 0) {
            throw Op.wrong("percentile", "no elements along the axes", x);
        }
        if (n == 0 || Layout.sizeOf(shape) == 0) {
            return Tensor.empty(x.backend(), type, shape);
        }
        try (Scope scope = Scope.open()) {
            Tensor rows = axes.rows(x);
            int last = rows.rank() - 1;
            Tensor sorted = Sorting.SORT.with(new Sorting.Order(last, false), rows);
            double at = percent / 100 * (n - 1);
            long below = (long) at;
            Tensor y = cast(type, Sorting.part(sorted, last, below, 1));
            if (at > below) {
                y = LERP.with(new Number[] {at - below}, y, cast(type, Sorting.part(sorted, last, below + 1, 1)));
            }
            if (x.dtype().isFloating()) {
                Tensor largest = Sorting.part(sorted, last, n - 1, 1);
                y = Arithmetic.WHERE.on(Comparisons.IS_NAN.on(largest), largest, y);
            }
            return scope.keep(ShapeOps.RESHAPE.with(shape, y));
        }
    }

    private static Tensor cast(DType type, Tensor x) { return x.dtype() == type ? x : Conversions.CAST.with(type, x); }

    private static void check(Call<?> c, Axes axes) {
        axes.check(c.op().name(), c.in(0));
        if (!c.dtype(0).isReal()) {
            throw c.wrong("not defined for " + c.dtype(0).text());
        }
    }

    private static Tensor accumulate(Call<Axes> c, Reduction r) {
        if (c.dtype(0).isComplex()) {
            return r == Reduction.SUM ? complexSum(c) : complexProduct(c);
        }
        return reduce(c, r, c.dtype(0).accumulated());
    }

    /** Halves are multiplied until one is left. */
    private static Tensor complexProduct(Call<Axes> c) {
        c.attribute().check(c.op().name(), c.in(0));
        long[] shape = c.attribute().result(c.layout(0));
        return ShapeOps.scoped(() -> {
            Tensor x = c.attribute().rows(c.in(0));
            int last = x.rank() - 1;
            for (long n = x.size(last); n > 1; n = x.size(last)) {
                Tensor p = Arithmetic.MUL.on(Sorting.part(x, last, 0, n / 2), Sorting.part(x, last, n / 2, n / 2));
                x = n % 2 == 0 ? p : ShapeOps.CONCAT.with(last, p, Sorting.part(x, last, n - 1, 1));
            }
            return x.size(last) == 0 ? Conversions.fill(c.empty(DType.COMPLEX64, shape), 1) : ShapeOps.RESHAPE.with(shape, x);
        });
    }

    private static Tensor complexSum(Call<Axes> c) {
        c.attribute().check(c.op().name(), c.in(0));
        Tensor y = c.empty(DType.COMPLEX64, c.attribute().kept(c.layout(0)));
        c.backend().reduce(Reduction.SUM, DType.FLOAT32, Complex.parts(y), Complex.parts(c.in(0)));
        return squeezed(y, c.attribute().result(c.layout(0)));
    }

    private static Tensor reduce(Call<Axes> c, Reduction r, DType type) {
        check(c, c.attribute());
        Layout x = c.layout(0);
        long[] kept = c.attribute().kept(x);
        if (x.size() == 0 && Layout.sizeOf(kept) != 0 && !r.allowsEmpty()) {
            throw c.wrong("no elements along the axes, and so no " + c.op().name());
        }
        Tensor y = c.empty(type, kept);
        c.backend().reduce(r, type.lane(), y, c.in(0));
        return squeezed(y, c.attribute().result(x));
    }

    /** Half types are summed in float32, where the sum has room; integers in float64, which holds those of 32 bits. */
    private static Tensor mean(Call<Axes> c) {
        if (c.dtype(0).isComplex()) {
            try (Tensor sum = complexSum(c)) {
                return Arithmetic.MUL_NUMBER.with(sum, 1.0 / c.attribute().count(c.layout(0)));
            }
        }
        DType type = c.dtype(0).floating();
        Tensor sum = reduce(c, Reduction.SUM, c.dtype(0).isFloating() ? type.lane() : DType.FLOAT64);
        Tensor y = c.empty(type, sum.shape());
        Number[] scale = {1.0 / c.attribute().count(c.layout(0))};
        c.backend().map(Arithmetic.MUL_NUMBER.program(), sum.dtype(), scale, new View[] {y}, new View[] {sum});
        sum.close();
        return y;
    }

    private static Tensor rooted(Call<Power> c) {
        Axes axes = c.attribute().axes();
        check(c, axes);
        double p = c.attribute().order();
        Layout x = c.layout(0);
        DType type = c.dtype(0).floating();
        DType lane = type.lane();
        Tensor y = c.empty(type, axes.kept(x));
        try (Tensor powers = c.empty(lane, x.shape()); Tensor sum = c.empty(lane, y.shape())) {
            map(p == 1 ? ABSOLUTE : p == 2 ? SQUARE : POWER, p, powers, c.in(0));
            c.backend().reduce(Reduction.SUM, lane, sum, powers);
            map(p == 1 ? SAME : p == 2 ? ROOT : POWER_OF_SUM, 1 / p, y, sum);
        }
        return squeezed(y, axes.result(x));
    }

    private static void map(Program program, double number, Tensor y, Tensor x) {
        x.backend().map(program, y.dtype().lane(), new Number[] {number}, new View[] {y}, new View[] {x});
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

    /** As PyTorch's amax, and its max where there is a NaN. */
    private static Tensor[] extremumGradient(Call<Axes> c, Tensor g) {
        Tensor x = c.in(0);
        Tensor hit = Conversions.CAST.with(x.dtype(), Comparisons.SAME.on(x, kept(c, c.out(0))));
        Tensor ties = SUM.with(c.attribute().kept(), hit);
        return grads(Arithmetic.MUL.on(hit, Arithmetic.DIV.on(kept(c, g), ties)));
    }

    /** The product of the others is that of those before times that of those after: no division, so right for zeros. */
    private static Tensor[] prodGradient(Call<Axes> c, Tensor g) {
        Layout x = c.layout(0);
        long n = c.attribute().count(x);
        if (n < 2) {
            return grads(spread(c, g));
        }
        Tensor rows = c.attribute().rows(c.in(0));
        int last = rows.rank() - 1;
        Tensor up = Sorting.CUM_PROD.with(last, rows);
        Tensor down = Sorting.flipped(Sorting.CUM_PROD.with(last, Sorting.flipped(rows, last)), last);
        Tensor inner = Arithmetic.MUL.on(Sorting.part(up, last, 0, n - 2), Sorting.part(down, last, 2, n - 2));
        Tensor first = Sorting.part(down, last, 1, 1);
        Tensor others = ShapeOps.CONCAT.with(last, first, inner, Sorting.part(up, last, n - 2, 1));
        return grads(Arithmetic.MUL.on(Complex.conjugate(c.attribute().unrolled(others, x)), kept(c, g)));
    }

    /** {@code sign(x) (|x| / y)^(p - 1) g}; where y is 0, so is x, and 1 may stand for y. */
    private static Tensor[] normGradient(Call<Power> c, Tensor g) {
        Tensor x = c.in(0);
        double p = c.attribute().order();
        long[] kept = c.attribute().axes().kept(c.layout(0));
        Tensor h = ShapeOps.reshape(g, kept);
        if (p == 1) {
            return grads(Arithmetic.MUL.on(Elementary.SIGN.on(x), h));
        }
        Tensor y = ShapeOps.reshape(c.out(0), kept);
        // Where the norm is 0 it has no gradient; by infinity, 0 is given, and for all further derivatives.
        Tensor safe = Arithmetic.WHERE.on(Comparisons.EQ_NUMBER.with(y, 0),
                ShapeOps.number("norm", y, Double.POSITIVE_INFINITY), y);
        if (p == 2) {
            return grads(Arithmetic.MUL.on(x, Arithmetic.DIV.on(h, safe)));
        }
        Tensor share = Arithmetic.POW_NUMBER.with(Arithmetic.DIV.on(Elementary.ABS.on(x), safe), p - 1);
        return grads(Arithmetic.MUL.on(Elementary.SIGN.on(x), Arithmetic.MUL.on(share, h)));
    }
}
