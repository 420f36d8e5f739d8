package io.wengert.kernel;

/** A factor for backends that have no form of their own: the matrix row by row. */
final class PlainFactor implements Factor {

    private static final Program ADD = Program.of(Expr.arg(0).plus(Expr.arg(1)));

    private final Backend backend;
    private final View b;

    PlainFactor(Backend backend, View b, long rows) {
        this.backend = backend;
        DType type = b.dtype();
        // A single row is multiplied as fast by a matrix that lies transposed.
        boolean asItLies = rows == 1 && type == type.lane() && b.layout().transposed().isContiguous();
        if (asItLies || b.layout().isContiguous()) {
            this.b = b;
            b.buffer().retain();
        } else {
            // Not again by each product.
            this.b = View.of(backend.allocate(b.dtype(), b.layout().size()), Layout.of(b.layout().shape()));
            backend.copy(this.b, b);
        }
    }

    @Override
    public void multiply(View out, View a, View plus) {
        View row = plus == null ? null : row(plus, out.layout().size(1));
        if (row != null && backend.matmul(out, a, b, row)) {
            return;
        }
        backend.matmul(out, a, b);
        if (plus != null) {
            backend.map(ADD, out.dtype().lane(), new Number[0], new View[] {out}, new View[] {out, plus});
        }
    }

    /** What is added to each row of n elements, if that is the same for all; else null. */
    private static View row(View plus, long n) {
        Layout l = plus.layout();
        if (l.hasShape(n)) {
            return plus;
        }
        return l.hasShape(1, n) ? View.of(plus.buffer(), l.select(0, 0)) : null;
    }

    @Override
    public void close() { b.buffer().release(); }
}
