package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * An operation given by one formula of the elements at the same place: kernel, reference and gradient follow from it.
 *
 * <p>Its attribute is the list of numbers that the formula's parameters stand for. The gradient with respect to input i is
 * another element-wise operation, {@code slope_i * g}, of just those inputs, the output y and g that occur in it; they
 * are what is saved.
 */
public final class Elementwise extends Op<Number[]> {

    private static final Number[] NONE = {};

    /** Of which dtype the result is. */
    public enum Typing {
        /** The promoted type of all inputs and numbers. */
        ARITHMETIC,
        /** The promoted type, but float32 instead of an integer. */
        FLOATING,
        /** Boolean; inputs are compared in their promoted type. */
        BOOLEAN,
        /** As ARITHMETIC, where the first input is a condition that does not count. */
        CHOICE
    }

    private final Typing typing;
    private final int arity;
    private final Expr formula;
    private final Program program;
    private Expr[] declared;
    private volatile Slope[] slopes;
    /** The same on complex arrays; null where it is not defined. */
    private ComplexElementwise complex;

    /** {@code slope * g} as an operation of the arguments listed: inputs, then y, then g. */
    private record Gradient(Elementwise op, int[] args) {}

    /** The partial derivative by one input, and which arguments occur in it. */
    private static final class Slope {
        private final Expr formula;
        private final boolean isZero;
        private final boolean isOne;
        private final boolean[] reads;
        private volatile Gradient gradient;

        Slope(Expr formula, int arity) {
            this.formula = formula;
            isZero = formula instanceof Expr.Const k && k.value() == 0;
            isOne = formula instanceof Expr.Const k && k.value() == 1;
            reads = new boolean[arity + 1];
            for (int i = 0; i <= arity; i++) {
                reads[i] = formula.mentions(i);
            }
        }
    }

    Elementwise(String name, Typing typing, int arity, Expr formula) {
        super(name);
        this.typing = typing;
        this.arity = arity;
        this.formula = formula;
        this.program = Program.of(formula);
    }

    static Elementwise unary(String name, Typing typing, UnaryOperator<Expr> f) {
        return Catalogue.add(new Elementwise(name, typing, 1, f.apply(Expr.arg(0))));
    }

    static Elementwise binary(String name, Typing typing, BinaryOperator<Expr> f) {
        return Catalogue.add(new Elementwise(name, typing, 2, f.apply(Expr.arg(0), Expr.arg(1))));
    }

    /** An operation of any number of inputs and numbers. */
    static Elementwise of(String name, Typing typing, int arity, Expr formula) {
        return Catalogue.add(new Elementwise(name, typing, arity, formula));
    }

    /** Declares the derivative where the formula's own is not stable: of one input x and the output y. */
    Elementwise slope(BinaryOperator<Expr> xy) {
        declared = new Expr[] {xy.apply(Expr.arg(0), Expr.arg(1))};
        return this;
    }

    /** Declares all derivatives, as formulas of the inputs and, as argument number {@code arity}, the output. */
    Elementwise slopes(Expr... all) {
        declared = all.clone();
        return this;
    }

    /** Declares what the operation of one array does with complex numbers. */
    Elementwise complex(UnaryOperator<ComplexExpr> f) { return complex(f.apply(ComplexExpr.arg(0))); }

    /** Declares what the operation of two arrays does with complex numbers. */
    Elementwise complex(BinaryOperator<ComplexExpr> f) {
        return complex(f.apply(ComplexExpr.arg(0), ComplexExpr.arg(1)));
    }

    /** Declares an analytic function of one complex number z, and its derivative as a formula of z. */
    Elementwise complex(UnaryOperator<ComplexExpr> f, UnaryOperator<ComplexExpr> derivative) {
        complex(f);
        complex.derivative(derivative.apply(ComplexExpr.arg(0)));
        return this;
    }

    /** Declares what the operation does with complex numbers. */
    Elementwise complex(ComplexExpr z) {
        complex = new ComplexElementwise(name(), arity, DType.COMPLEX64, z.re(), z.im());
        return this;
    }

    /** Declares which real number, or boolean, the operation makes of complex ones. */
    Elementwise complexToReal(Expr x) {
        complex = new ComplexElementwise(name(), arity, typing == Typing.BOOLEAN ? DType.BOOL : DType.FLOAT32, x);
        return this;
    }

    public int arity() { return arity; }

    public int numbers() { return program.params(); }

    public Expr formula() { return formula; }

    public Program program() { return program; }

    public Typing typing() { return typing; }

    /** Whether a gradient flows to any input. */
    public boolean isDifferentiable() {
        for (int i = 0; i < arity; i++) {
            if (!slope(i).isZero) {
                return typing != Typing.BOOLEAN;
            }
        }
        return false;
    }

    /** Applies the operation with numbers for its parameters. */
    public Tensor with(Tensor x, Number... numbers) { return with(numbers, x); }

    @Override
    protected Tensor[] forward(Call<Number[]> c) {
        if (isComplex(c)) {
            return complex.forward(c);
        }
        Tensor[] in = c.inputs();
        DType type = type(c);
        Layout layout = in[0].layout();
        boolean same = layout.isWhole();
        for (int i = 1; same && i < in.length; i++) {
            same = layout.sameShape(in[i].layout());
        }
        Tensor y = Tensor.empty(in[0].backend(), result(type), same ? layout : Layout.of(broadcast(name(), in)));
        return run(c, type, y);
    }

    /** Of whole arrays of one shape and one floating type that kernels calculate in. */
    @Override
    protected Tensor direct(Number[] numbers, Tensor... in) {
        if (in.length != arity || typing == Typing.CHOICE || !isComplete(numbers)) {
            return null;
        }
        Layout layout = in[0].layout();
        DType type = in[0].dtype();
        Backend backend = in[0].backend();
        boolean plain = type == DType.FLOAT32 || type == DType.FLOAT64;
        for (int i = 0; plain && i < in.length; i++) {
            Tensor x = in[i];
            Layout l = x.layout();
            plain = x.isOpen() && x.dtype() == type && x.backend() == backend && l.isWhole() && l.sameShape(layout);
        }
        if (!plain) {
            return null;
        }
        Tensor y = Tensor.empty(backend, result(type), layout);
        backend.map(program, type, numbers == null ? NONE : numbers, new View[] {y}, in);
        return y;
    }

    private boolean isComplete(Number... numbers) {
        boolean complete = program.params() == (numbers == null ? 0 : numbers.length);
        for (int i = 0; complete && i < program.params(); i++) {
            complete = numbers[i] != null;
        }
        return complete;
    }

    /** One kernel, nothing else. */
    @Override
    protected boolean isComposed() { return false; }

    @Override
    protected Tensor[] overwrite(Call<Number[]> c) {
        if (isComplex(c)) {
            return complex.forward(c);
        }
        Tensor x = c.in(0);
        DType type = type(c);
        boolean fits = x.dtype() == result(type) && x.layout().isWhole() && x.size() == x.buffer().size()
                && Arrays.equals(broadcast(name(), c.inputs()), x.shape());
        for (int i = 1; fits && i < c.arity(); i++) {
            fits = c.in(i).buffer() != x.buffer();
        }
        if (!fits) {
            return forward(c);
        }
        x.buffer().overwritten();
        return run(c, type, x.view(x.layout()));
    }

    private Tensor[] run(Call<Number[]> c, DType type, Tensor y) {
        Number[] numbers = numbers(c, program);
        DType lane = type.lane();
        if (typing == Typing.BOOLEAN && numbers.length > 0 && !c.dtype(0).isFloating()) {
            lane = c.dtype(0).lane();
            numbers = comparable(lane, numbers);
            lane = Arrays.stream(numbers).allMatch(n -> n instanceof Double) ? DType.FLOAT64 : lane;
        }
        y.backend().map(program, lane, numbers, new View[] {y}, c.inputs());
        return new Tensor[] {y};
    }

    /** Integers are compared with numbers as they are, which may be a fraction, or beyond the range of the dtype. */
    private static Number[] comparable(DType lane, Number... numbers) {
        Number[] r = new Number[numbers.length];
        boolean inLane = true;
        for (int i = 0; i < r.length; i++) {
            r[i] = Numbers.comparable(lane, numbers[i]);
            inLane &= !(r[i] instanceof Double);
        }
        for (int i = 0; !inLane && i < r.length; i++) {
            r[i] = r[i].doubleValue();
        }
        return r;
    }

    /** The numbers of a call, at least as many as a program takes. */
    static Number[] numbers(Call<Number[]> c, Program program) {
        Number[] numbers = c.attribute() == null ? NONE : c.attribute();
        if (numbers.length < program.params()) {
            throw c.wrong("takes " + program.params() + " numbers, not " + numbers.length);
        }
        for (Number n : numbers) {
            if (n == null) {
                throw c.wrong("takes a number, not null");
            }
        }
        return numbers;
    }

    private boolean isComplex(Call<Number[]> c) {
        for (int i = 0; complex != null && i < c.arity(); i++) {
            if (c.dtype(i).isComplex()) {
                return true;
            }
        }
        return false;
    }

    /** The common type that is calculated in, before it is widened to a lane. */
    private DType type(Call<Number[]> c) {
        Tensor[] in = c.inputs();
        if (in.length != arity) {
            throw c.wrong("takes " + arity + " arrays, not " + in.length);
        }
        DType t = null;
        for (int i = typing == Typing.CHOICE ? 1 : 0; i < in.length; i++) {
            DType next = in[i].dtype();
            if (!next.isReal()) {
                throw c.wrong("not defined for " + next.text());
            }
            t = t == null ? next : DType.promote(t, next);
        }
        if (c.attribute() != null) {
            t = type(c, t);
        }
        return typing == Typing.FLOATING ? t.floating() : t;
    }

    /** The type of arrays with the numbers of the call, which must be within that of integers. */
    private DType type(Call<Number[]> c, DType arrays) {
        Number[] numbers = numbers(c, program);
        DType t = arrays;
        for (Number n : numbers) {
            t = t == null ? DType.FLOAT32 : t.promote(n);
        }
        for (int i = 0; t != null && t.isInteger() && typing == Typing.ARITHMETIC && i < numbers.length; i++) {
            if (Numbers.exceeds(t, numbers[i])) {
                throw c.wrong("the number " + numbers[i] + " is out of the range of " + t.text() + "; convert the array first");
            }
        }
        return t;
    }

    private DType result(DType type) { return typing == Typing.BOOLEAN ? DType.BOOL : type; }

    @Override
    protected boolean savesInput(int i, Call<Number[]> c) {
        return isComplex(c) ? complex.savesInput(i, c) : reads(i, c);
    }

    @Override
    protected boolean savesOutput(int i, Call<Number[]> c) { return !isComplex(c) && reads(arity, c); }

    private boolean reads(int arg, Call<Number[]> c) {
        for (int i = 0; i < arity; i++) {
            if (slope(i).reads[arg] && c.wants(i)) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected Tensor[] vjp(Call<Number[]> c, Tensor... g) {
        if (isComplex(c)) {
            return complex.vjp(c, g);
        }
        Tensor[] r = new Tensor[arity];
        int last = -1;
        boolean handedOn = false;
        for (int i = 0; i < arity; i++) {
            if (c.wants(i) && !slope(i).isZero) {
                handedOn |= slope(i).isOne;
                last = i;
            }
        }
        for (int i = 0; i <= last; i++) {
            Slope slope = slope(i);
            if (c.wants(i) && !slope.isZero) {
                r[i] = slope.isOne ? g[0] : gradient(slope, c, g[0], i == last && !handedOn);
            }
        }
        return r;
    }

    /** What goes on through one input; {@code onto} says that nobody reads g after it. */
    private Tensor gradient(Slope slope, Call<Number[]> c, Tensor g, boolean onto) {
        Gradient d = gradient(slope);
        Tensor[] args = new Tensor[d.args.length];
        for (int k = 0; k < args.length; k++) {
            int a = d.args[k];
            args[k] = a < arity ? c.in(a) : a == arity ? c.out(0) : g;
        }
        Number[] numbers = d.op.numbers() == 0 ? null : c.attribute();
        return onto && args[0] == g && !g.isLight() ? d.op.ontoGradient(numbers, args)[0] : d.op.with(numbers, args);
    }

    private Gradient gradient(Slope slope) {
        Gradient made = slope.gradient;
        if (made == null) {
            Expr e = slope.formula.weigh(Expr.arg(arity + 1));
            int[] args = new int[arity + 2];
            Expr[] renamed = new Expr[arity + 2];
            int n = 0;
            // What comes back goes first: the result may take its place.
            for (int j = 0; j < renamed.length; j++) {
                int k = j == 0 ? arity + 1 : j - 1;
                if (e.mentions(k)) {
                    args[n] = k;
                    renamed[k] = Expr.arg(n++);
                }
            }
            made = new Gradient(new Elementwise(name() + "'", Typing.FLOATING, n, e.substitute(renamed)), Arrays.copyOf(args, n));
            slope.gradient = made;
        }
        return made;
    }

    private Slope slope(int i) {
        Slope[] known = slopes;
        if (known == null) {
            known = new Slope[arity];
            for (int k = 0; k < arity; k++) {
                known[k] = new Slope(declared != null ? declared[k] : output(formula.d(k)), arity);
            }
            slopes = known;
        }
        return known[i];
    }

    /** A derivative in which the formula itself has been replaced by the output. */
    private Expr output(Expr e) {
        if (e == formula && formula instanceof Expr.Call) {
            return Expr.arg(arity);
        }
        if (!(e instanceof Expr.Call k)) {
            return e;
        }
        return new Expr.Call(k.fn(), output(k.x()), k.y() == null ? null : output(k.y()), k.z() == null ? null : output(k.z()));
    }
}
