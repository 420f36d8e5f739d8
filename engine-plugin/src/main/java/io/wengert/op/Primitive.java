package io.wengert.op;

import io.wengert.tensor.Tensor;

/** An operation given by a computation on the backend and, where it has one, a gradient rule. */
public final class Primitive<A> extends Op<A> {

    /** Computes the only output. */
    public interface Forward<A> {
        Tensor run(Call<A> c);
    }

    /** Computes all outputs. */
    public interface ForwardAll<A> {
        Tensor[] run(Call<A> c);
    }

    /** The gradient rule of an operation with one output. */
    public interface Rule<A> {
        Tensor[] run(Call<A> c, Tensor g);
    }

    /** The gradient rule of an operation with several outputs; an output that was not used has null. */
    public interface RuleAll<A> {
        Tensor[] run(Call<A> c, Tensor[] g);
    }

    /** The gradient of input 0 by its rows; null if it is better written out. */
    interface RowRule<A> {
        RowGradient run(Call<A> c, Tensor g);
    }

    /** What a gradient rule reads. */
    public enum Value {
        IN_0,
        IN_1,
        IN_2,
        IN_3,
        IN_4,
        OUT_0,
        OUT_1
    }

    private final ForwardAll<A> forward;
    private ForwardAll<A> overwriting;
    private int saves;
    private int takes;
    private RuleAll<A> rule;
    private RowRule<A> rowRule;

    private Primitive(String name, ForwardAll<A> forward) {
        super(name);
        this.forward = forward;
    }

    /** An operation with one output, listed in the catalogue. */
    public static <A> Primitive<A> op(String name, Forward<A> forward) {
        return Catalogue.add(new Primitive<>(name, c -> new Tensor[] {forward.run(c)}));
    }

    /** An operation with several outputs, listed in the catalogue. */
    public static <A> Primitive<A> ops(String name, ForwardAll<A> forward) {
        return Catalogue.add(new Primitive<>(name, forward));
    }

    /** Gives a computation that may use the memory of input 0. */
    Primitive<A> overwrites(ForwardAll<A> f) {
        overwriting = f;
        return this;
    }

    /** Declares how many arrays it takes; otherwise it is for the computation to say. */
    public Primitive<A> takes(int arrays) {
        takes = arrays;
        return this;
    }

    /** Declares which values the gradient rule reads. */
    public Primitive<A> saves(Value... values) {
        for (Value v : values) {
            saves |= 1 << v.ordinal();
        }
        return this;
    }

    /** Gives the gradient rule. */
    public Primitive<A> vjp(Rule<A> r) { return vjpAll((c, g) -> r.run(c, g[0])); }

    /** Gives the gradient rule of several outputs. */
    public Primitive<A> vjpAll(RuleAll<A> r) {
        rule = r;
        return this;
    }

    /** Gives a rule beside the gradient rule, for input 0, if no other input has a gradient. */
    Primitive<A> rows(RowRule<A> r) {
        rowRule = r;
        return this;
    }

    /** Whether a gradient flows through it. */
    public boolean isDifferentiable() { return rule != null; }

    @Override
    protected boolean savesInput(int i, Call<A> c) { return i < Value.OUT_0.ordinal() && (saves & 1 << i) != 0; }

    @Override
    protected boolean savesOutput(int i, Call<A> c) { return i < 2 && (saves & 1 << Value.OUT_0.ordinal() + i) != 0; }

    @Override
    protected Tensor[] forward(Call<A> c) {
        if (takes > 0 && c.arity() != takes) {
            throw c.wrong("takes " + takes + (takes == 1 ? " array, not " : " arrays, not ") + c.arity());
        }
        return forward.run(c);
    }

    @Override
    protected Tensor[] overwrite(Call<A> c) { return overwriting == null ? forward(c) : overwriting.run(c); }

    @Override
    protected Tensor[] vjp(Call<A> c, Tensor... g) { return rule == null ? new Tensor[c.arity()] : rule.run(c, g); }

    @Override
    protected RowGradient rowGradient(Call<A> c, Tensor g) { return rowRule == null ? null : rowRule.run(c, g); }

    /** The gradients of the inputs in order; null for none. */
    static Tensor[] grads(Tensor... g) { return g; }
}
