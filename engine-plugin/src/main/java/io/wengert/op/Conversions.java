package io.wengert.op;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;

/** Changes of element type, copies, and arrays of one number. */
public final class Conversions {

    /** To the dtype of the attribute: floating to integer towards zero, anything but zero to true. */
    public static final Primitive<DType> CAST = op("cast", Conversions::cast)
            .vjp((c, g) -> grads(Conversions.CAST.with(c.dtype(0), g)));

    /** A copy with memory of its own. */
    public static final Primitive<Void> COPY = op("copy", (Call<Void> c) -> copied(c.in(0))).vjp((c, g) -> grads(g));

    /** The same elements in the memory of another device; the gradient goes back. */
    public static final Primitive<Transfer> TO_DEVICE = op("toDevice", Conversions::moved)
            .vjp((c, g) -> grads(Conversions.TO_DEVICE.with(new Transfer(c.attribute().to(), c.attribute().from()), g)));

    /** From which device to which. */
    public record Transfer(Backend from, Backend to) {}

    private static final Program SAME = Program.of(arg(0));
    private static final Program NUMBER = Program.of(Expr.param(0));

    private Conversions() {}

    private static Tensor cast(Call<DType> c) {
        Tensor x = c.in(0);
        DType to = c.attribute();
        if (x.dtype() == to) {
            return x.view(x.layout());
        }
        if (x.dtype() == DType.STRING || to == DType.STRING) {
            throw c.wrong("no conversion to " + to.text());
        }
        if (x.dtype().isComplex() || to.isComplex()) {
            return Complex.cast(x, to);
        }
        Tensor y = c.empty(to, c.shape(0));
        x.backend().map(SAME, lane(x.dtype(), to), new Number[0], new View[] {y}, new View[] {x});
        return y;
    }

    private static Tensor moved(Call<Transfer> c) {
        Tensor x = c.in(0);
        try (Tensor row = x.layout().isContiguous() ? x.view(x.layout()) : copied(x)) {
            Backend to = c.attribute().to();
            if (to.device().equals(row.backend().device())) {
                Tensor y = Tensor.empty(to, x.dtype(), x.shape());
                to.copy(y, row);
                return y;
            }
            int n = Math.toIntExact(x.size());
            Object elements = x.dtype().array(n);
            row.backend().read(row.buffer(), row.layout().offset(), elements, 0, n);
            return Tensor.of(to, x.dtype(), elements, x.shape());
        }
    }

    /** The lane that loses nothing on the way. */
    private static DType lane(DType from, DType to) {
        if (from.isFloating()) {
            return from == DType.FLOAT64 ? DType.FLOAT64 : from.lane();
        }
        if (to.isFloating()) {
            return to == DType.FLOAT64 || from.bytes() >= 4 ? DType.FLOAT64 : DType.FLOAT32;
        }
        return from == DType.UINT64 ? DType.UINT64 : DType.INT64;
    }

    /** A copy in row-major order, not recorded. */
    public static Tensor copied(Tensor x) {
        Tensor y = Tensor.empty(x.backend(), x.dtype(), x.shape());
        x.backend().copy(y, x);
        return y;
    }

    /** The tensor itself if it is in row-major order from the start of its memory, else a copy; not recorded. */
    public static Tensor contiguous(Tensor x) { return x.layout().isContiguous() ? x : COPY.on(x); }

    /**
     * Writes one number everywhere.
     *
     * @throws IllegalArgumentException for a whole number that is out of the range of an integer dtype
     */
    public static Tensor fill(Tensor y, Number value) {
        Numbers.check("fill", y, value);
        if (y.dtype().isComplex()) {
            return Complex.fill(y, value);
        }
        if (y.size() > 0) {
            y.backend().map(NUMBER, y.dtype().lane(), new Number[] {value}, new View[] {y}, new View[0]);
        }
        return y;
    }

    /** A host array of one element, the number 1. */
    static Object one(DType type) {
        return switch (type) {
            case FLOAT32 -> new float[] {1};
            case FLOAT64 -> new double[] {1};
            default -> throw new IllegalArgumentException("no gradient in " + type.text());
        };
    }
}
