package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The samples of one family of operations; a subclass lists them in its constructor. */
abstract class Samples {

    private static final long[][][] ONE = {{{2, 3}}, {{}}, {{0, 3}}, {{2, 1, 3}}, {{1021}}};
    private static final long[][][] TWO = {{{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{2, 1}, {1, 3}}, {{}, {2, 3}}, {{4}, {}},
        {{}, {}}, {{0, 3}, {3}}, {{65}, {65}}, {{5, 37}, {37}}};
    private static final long[][][] THREE = {{{2, 3}, {2, 3}, {2, 3}}, {{2, 1}, {1, 3}, {}}, {{0}, {1}, {0}}, {{}, {}, {}},
        {{65}, {65}, {}}};
    private static final long[][][] FOUR = {{{2, 3}, {3}, {2, 1}, {2, 3}}, {{}, {}, {}, {}}, {{65}, {65}, {}, {1}}};

    private final List<Sample<?>> all = new ArrayList<>();

    List<Sample<?>> all() { return all; }

    /** A sample of an operation with an attribute. */
    protected final <A> Sample<A> sample(Op<A> op, A attribute, Input... in) { return keep(new Sample<>(op, attribute, in)); }

    /** A sample of an operation without attribute. */
    protected final Sample<Void> sample(Op<Void> op, Input... in) { return keep(new Sample<>(op, null, in)); }

    /** An element-wise operation, in every shape; a domain an input, or none for numbers between -2 and 2. */
    protected final void each(Elementwise op, Input... domains) { each(op, new Number[0], domains); }

    /** The same of an operation that takes numbers. */
    protected final void each(Elementwise op, Number[] numbers, Input... domains) {
        long[][][] shapes = op.arity() == 1 ? ONE : op.arity() == 2 ? TWO : op.arity() == 3 ? THREE : FOUR;
        for (long[][] s : shapes) {
            Input[] in = new Input[op.arity()];
            for (int i = 0; i < in.length; i++) {
                in[i] = (i < domains.length ? domains[i] : Input.any()).shaped(s[i]);
            }
            keep(new Sample<>(op, numbers, in)).are(x -> new Host[] {formula(op, numbers, x)}).in(types(op, numbers));
        }
    }

    protected static Number[] numbers(Number... n) { return n; }

    private static List<DType> types(Elementwise op, Number[] numbers) {
        boolean fractions = Arrays.stream(numbers).anyMatch(n -> n instanceof Double);
        boolean negative = Arrays.stream(numbers).anyMatch(n -> n.doubleValue() < 0);
        return op.typing() != Elementwise.Typing.ARITHMETIC ? Sample.REALS
                : fractions ? Sample.FLOATS : negative ? Sample.SIGNED : Sample.NUMBERS;
    }

    /** The formula itself, in double precision, at every place. */
    static Host formula(Elementwise op, Number[] numbers, Host... x) {
        Layout shape = Layout.of(x[0].shape());
        for (Host h : x) {
            shape = Layout.of(Layout.broadcast(shape, Layout.of(h.shape())));
        }
        double[] params = Arrays.stream(numbers).mapToDouble(Number::doubleValue).toArray();
        return Host.of(i -> {
            double[] v = new double[x.length];
            Arrays.setAll(v, k -> x[k].at(i));
            return op.program().eval(Arrays.copyOf(v, op.program().args()), params)[0];
        }, shape.shape());
    }

    private <A> Sample<A> keep(Sample<A> s) {
        all.add(s);
        return s;
    }
}
