package io.wengert.kernel;

import static io.wengert.kernel.Expr.arg;
import static io.wengert.kernel.Expr.c;
import static io.wengert.kernel.Expr.param;

/** Normalization composed of other families: what a backend does that has no kernel of its own for it. */
final class Normalizing {

    private static final Number[] NONE = {};
    private static final Program SCALED = Program.of(arg(0).times(param(0)));
    private static final Program SQUARED_DISTANCE = Program.of(arg(0).minus(arg(1)).squared());
    private static final Program INVERSE_ROOT = Program.of(c(1).over(arg(0).times(param(0)).plus(param(1)).sqrt()));
    private static final Expr NORMALIZED = arg(0).minus(arg(1)).times(arg(2));
    private static final Program[] RESULT = {Program.of(NORMALIZED), Program.of(NORMALIZED.times(arg(3))),
        Program.of(NORMALIZED.plus(arg(3))), Program.of(NORMALIZED.times(arg(3)).plus(arg(4)))};

    private Normalizing() {}

    static void run(Backend backend, double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        DType lane = mean.dtype();
        double share = (double) mean.layout().size() / in.layout().size();
        backend.reduce(Reduction.SUM, lane, mean, in);
        map(backend, SCALED, mean, new Number[] {share}, mean);
        // The distances go where the result will be, unless that is too narrow to hold them.
        boolean narrow = out.dtype() != lane || !out.layout().isContiguous();
        View squares = narrow ? View.of(backend.allocate(lane, in.layout().size()), Layout.of(in.layout().shape())) : out;
        map(backend, SQUARED_DISTANCE, squares, NONE, in, mean);
        backend.reduce(Reduction.SUM, lane, rstd, squares);
        if (narrow) {
            squares.buffer().release();
        }
        map(backend, INVERSE_ROOT, rstd, new Number[] {share, epsilon}, rstd);
        View[] operands = {in, mean, rstd, scale == null ? shift : scale, shift};
        int count = scale != null && shift != null ? 5 : scale != null || shift != null ? 4 : 3;
        View[] used = new View[count];
        System.arraycopy(operands, 0, used, 0, count);
        Program result = RESULT[(scale == null ? 0 : 1) + (shift == null ? 0 : 2)];
        backend.map(result, lane, NONE, new View[] {out}, used);
    }

    private static void map(Backend backend, Program p, View y, Number[] numbers, View... x) {
        backend.map(p, y.dtype(), numbers, new View[] {y}, x);
    }
}
