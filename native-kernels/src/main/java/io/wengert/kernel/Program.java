package io.wengert.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One or more formulas flattened to a straight line of steps in which equal sub-formulas stand once.
 *
 * <p>Values are numbered: first the arguments, then the parameters, then the constants, then one for each step. Programs
 * are interned: equal formulas give the same object, so that a backend can keep the kernel it made under {@link #id()}.
 */
public final class Program {

    /** Calls {@code fn} on earlier values; value numbers that the function does not take are -1. */
    public record Step(Fn fn, int x, int y, int z) {

        @Override
        public boolean equals(Object o) { return o instanceof Step s && fn == s.fn && x == s.x && y == s.y && z == s.z; }

        @Override
        public int hashCode() { return 31 * (31 * (31 * fn.ordinal() + x) + y) + z; }
    }

    /**
     * What makes two programs equal. This and that of steps are written out: a record's own are put together at run time, which
     * would take a tenth of a young program's first second.
     */
    private record Shape(int args, int params, List<Double> constants, List<Step> steps, List<Integer> outs) {

        @Override
        public boolean equals(Object o) {
            return o instanceof Shape s && args == s.args && params == s.params && constants.equals(s.constants) && steps.equals(s.steps)
                    && outs.equals(s.outs);
        }

        @Override
        public int hashCode() { return 31 * (31 * (31 * args + params) + steps.hashCode()) + outs.hashCode(); }
    }

    private static final Map<Shape, Program> INTERNED = new ConcurrentHashMap<>();
    private static final AtomicInteger IDS = new AtomicInteger();

    private final Shape shape;
    private final int id = IDS.getAndIncrement();
    private final double cost;

    private Program(Shape shape) {
        this.shape = shape;
        double sum = 1;
        for (Step s : shape.steps) {
            sum += cost(s.fn());
        }
        cost = sum;
    }

    /** About how many times an addition's time a function takes where there are vectors; some have no arithmetic of vectors. */
    private static int cost(Fn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, MAX, MIN, EQ, NE, GT, GE, LT, LE, AND, OR, XOR, NEG, ABS, SIGN, SQRT, FLOOR, CEIL, ROUND, TRUNC, NOT,
                    ISNAN, ISINF, RELU, STEP, WHERE -> 1;
            case MOD, ATAN2, POLYGAMMA, CBRT, ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH, ERFC, ERFINV, LGAMMA -> 50;
            case EXP, LOG -> 4;
            default -> 6;
        };
    }

    /** The program that computes the formulas, each one an output. */
    public static Program of(Expr... outputs) {
        Flattening f = new Flattening();
        for (Expr e : outputs) {
            f.count(e);
        }
        int[] outs = new int[outputs.length];
        for (int i = 0; i < outs.length; i++) {
            outs[i] = f.number(outputs[i]);
        }
        Shape shape = f.shape(outs);
        return INTERNED.computeIfAbsent(shape, Program::new);
    }

    /** A small number that is this program's alone. */
    public int id() { return id; }

    /** Whether it gives its one argument as it is. */
    public boolean isIdentity() { return shape.args == 1 && shape.outs.size() == 1 && shape.outs.get(0) == 0; }

    /** How many input arrays it reads. */
    public int args() { return shape.args; }

    /** How many numbers it takes at each call. */
    public int params() { return shape.params; }

    public int constants() { return shape.constants.size(); }

    public double constant(int i) { return shape.constants.get(i); }

    public List<Step> steps() { return shape.steps; }

    /** How many arrays it writes. */
    public int outs() { return shape.outs.size(); }

    /** The value number of output {@code i}. */
    public int out(int i) { return shape.outs.get(i); }

    /** A rough cost of one element, where an addition is 1. */
    public double cost() { return cost; }

    /** The values of all outputs in double precision: the meaning of this program. */
    public double[] eval(double[] args, double... params) {
        double[] v = new double[shape.args + shape.params + shape.constants.size() + shape.steps.size()];
        System.arraycopy(args, 0, v, 0, shape.args);
        System.arraycopy(params, 0, v, shape.args, shape.params);
        int n = shape.args + shape.params;
        for (double k : shape.constants) {
            v[n++] = k;
        }
        for (Step s : shape.steps) {
            v[n++] = s.fn().eval(v[s.x()], s.y() < 0 ? 0 : v[s.y()], s.z() < 0 ? 0 : v[s.z()]);
        }
        double[] r = new double[outs()];
        Arrays.setAll(r, i -> v[out(i)]);
        return r;
    }

    @Override
    public String toString() { return shape.steps + " -> " + shape.outs; }

    /** Numbers values in two passes: counting first, because steps are numbered behind all leaves. */
    private static final class Flattening {
        private final Map<Expr, Object> seen = new IdentityHashMap<>();
        private final Map<Expr, Integer> numbers = new IdentityHashMap<>();
        private final Map<Step, Integer> known = new HashMap<>();
        private final List<Double> constants = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();
        private int args;
        private int params;

        void count(Expr e) {
            if (e == null || seen.put(e, e) != null) {
                return;
            }
            if (e instanceof Expr.Arg a) {
                args = Math.max(args, a.index() + 1);
            } else if (e instanceof Expr.Param p) {
                params = Math.max(params, p.index() + 1);
            } else if (e instanceof Expr.Const k && !constants.contains(k.value())) {
                constants.add(k.value());
            } else if (e instanceof Expr.Call k) {
                count(k.x());
                count(k.y());
                count(k.z());
            }
        }

        int number(Expr e) {
            if (e == null) {
                return -1;
            }
            Integer known = numbers.get(e);
            if (known != null) {
                return known;
            }
            int n;
            if (e instanceof Expr.Arg a) {
                n = a.index();
            } else if (e instanceof Expr.Param p) {
                n = args + p.index();
            } else if (e instanceof Expr.Const k) {
                n = args + params + constants.indexOf(k.value());
            } else {
                Expr.Call k = (Expr.Call) e;
                n = step(new Step(k.fn(), number(k.x()), number(k.y()), number(k.z())));
            }
            numbers.put(e, n);
            return n;
        }

        private int step(Step s) {
            return known.computeIfAbsent(s, k -> {
                steps.add(k);
                return args + params + constants.size() + steps.size() - 1;
            });
        }

        Shape shape(int[] outs) {
            List<Integer> o = new ArrayList<>();
            for (int n : outs) {
                o.add(n);
            }
            return new Shape(args, params, List.copyOf(constants), List.copyOf(steps), List.copyOf(o));
        }
    }
}
