package io.wengert.replay;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Layout;
import io.wengert.op.Op;
import io.wengert.op.Recorder;
import io.wengert.op.Sampling;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A computation as a list of steps, to be run again on other inputs and parameters; gradients flow through it as through the
 * operations it consists of.
 *
 * <p>Values are numbered: inputs, parameters, constants, and what the steps give, in this order. Immutable; any number of
 * threads may run it.
 */
public final class Graph {

    /** A size that is an input's and may change from run to run. */
    public record Dimension(String name, int input, int axis) {}

    /** A value that comes in or goes out. */
    public record Port(DType dtype, Extents shape) {}

    /** The next value of a parameter, such as a running mean. */
    public record Update(int parameter, int value) {}

    /** A part of the computation that ends in these values, of these shapes. */
    public record Layer(String name, List<Integer> outputs, List<Port> shapes) {}

    /** Where random numbers come from. */
    public interface Draws {

        /** Fills a tensor and gives it back. */
        Tensor fill(Tensor t, Distribution distribution, double a, double b);

        /** Samples from distributions given by arrays, as {@link Sampling#draw} makes them. */
        Tensor sample(Sampling.Law law, long experiments, long[] samples, Tensor... parameters);
    }

    /** What one run gives; both are the caller's to close. The updates go by {@link Graph#updates}. */
    public record Result(Tensor[] outputs, Tensor[] updates) {}

    private final List<Dimension> dimensions;
    private final List<Port> inputs;
    private final int parameters;
    private final int constants;
    private final List<Step> steps;
    private final int[] outputs;
    private final List<Port> results;
    private final List<Update> updates;
    private final List<Layer> layers;
    /** The first value of each step. */
    private final int[] first;
    /** Until which step each value is needed; the number of steps for what goes out. */
    private final int[] last;
    /** Steps that only updates depend on: no gradient is to flow through them. */
    private final BitSet aside;

    /**
     * A graph of given steps.
     *
     * @param results what goes out, by {@code outputs}
     * @throws IllegalArgumentException if a step, an output or an update names a value that is not there
     */
    Graph(List<Dimension> dimensions, List<Port> inputs, int parameters, int constants, List<Step> steps, int[] outputs,
            List<Port> results, List<Update> updates, List<Layer> layers) {
        this.dimensions = List.copyOf(dimensions);
        this.inputs = List.copyOf(inputs);
        this.parameters = parameters;
        this.constants = constants;
        this.steps = List.copyOf(steps);
        this.outputs = outputs.clone();
        this.results = List.copyOf(results);
        this.updates = List.copyOf(updates);
        this.layers = List.copyOf(layers);
        first = numbered();
        check();
        last = lastUses();
        aside = new BitSet();
        aside.set(0, steps.size());
        needed(outputs).stream().forEach(i -> aside.clear(i));
    }

    private int[] numbered() {
        int[] f = new int[steps.size() + 1];
        f[0] = inputs.size() + parameters + constants;
        for (int i = 0; i < steps.size(); i++) {
            f[i + 1] = f[i] + steps.get(i).outputs();
        }
        return f;
    }

    private void check() {
        for (int i = 0; i < steps.size(); i++) {
            for (int v : steps.get(i).in()) {
                require(v >= 0 && v < first[i], "step " + i + " takes value " + v);
            }
        }
        int values = first[steps.size()];
        for (int v : outputs) {
            require(v >= 0 && v < values, "value " + v + " is an output");
        }
        for (Update u : updates) {
            require(u.value >= 0 && u.value < values && u.parameter >= 0 && u.parameter < parameters,
                    "parameter " + u.parameter + " becomes value " + u.value);
        }
        for (Layer l : layers) {
            require(l.outputs.stream().allMatch(v -> v >= 0 && v < values), "layer " + l.name + " ends in " + l.outputs);
        }
        for (Dimension d : dimensions) {
            boolean there = d.input >= 0 && d.input < inputs.size() && d.axis >= 0 && d.axis < inputs.get(d.input).shape().axes().size();
            require(there, "dimension " + d.name + " is axis " + d.axis + " of input " + d.input);
        }
        require(results.size() == outputs.length, outputs.length + " outputs have " + results.size() + " shapes");
    }

    private static void require(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException("no graph: " + what + ", which is not there");
        }
    }

    private int[] lastUses() {
        int[] l = new int[first[steps.size()]];
        Arrays.fill(l, -1);
        for (int i = 0; i < steps.size(); i++) {
            for (int v : steps.get(i).in()) {
                l[v] = i;
            }
        }
        for (int v : outputs) {
            l[v] = steps.size();
        }
        updates.forEach(u -> l[u.value] = steps.size());
        return l;
    }

    /** The steps that values depend on. */
    private BitSet needed(int... values) {
        BitSet wanted = new BitSet();
        BitSet needed = new BitSet();
        Arrays.stream(values).forEach(wanted::set);
        for (int i = steps.size() - 1; i >= 0; i--) {
            int next = wanted.nextSetBit(first[i]);
            if (next >= 0 && next < first[i + 1]) {
                needed.set(i);
                Arrays.stream(steps.get(i).in()).forEach(wanted::set);
            }
        }
        return needed;
    }

    /** The sizes of inputs that may change, in the order in which extents take them. */
    public List<Dimension> dimensions() { return dimensions; }

    /** What comes in; shapes may depend on the dimensions. */
    public List<Port> inputs() { return inputs; }

    /** What goes out; shapes may depend on the dimensions. */
    public List<Port> results() { return results; }

    public int parameters() { return parameters; }

    public int constants() { return constants; }

    /** The parts that it was made of, as far as they are known. */
    public List<Layer> layers() { return layers; }

    public List<Update> updates() { return updates; }

    List<Step> steps() { return steps; }

    int[] outputs() { return outputs.clone(); }

    /** The number of steps. */
    public int size() { return steps.size(); }

    List<String> names() { return dimensions.stream().map(Dimension::name).toList(); }

    /** The number of the first value that is neither input nor parameter. */
    private int firstConstant() { return inputs.size() + parameters; }

    /**
     * The sizes of the dimensions for inputs of these shapes.
     *
     * @throws IllegalArgumentException if the graph is not for such inputs
     */
    public long[] sizes(long[]... shapes) {
        boolean fits = shapes.length == inputs.size();
        for (int i = 0; fits && i < shapes.length; i++) {
            fits = inputs.get(i).shape().admits(shapes[i]);
        }
        long[] sizes = new long[dimensions.size()];
        for (int i = 0; fits && i < sizes.length; i++) {
            sizes[i] = shapes[dimensions.get(i).input][dimensions.get(i).axis];
        }
        for (int i = 0; fits && i < shapes.length; i++) {
            fits = Arrays.equals(inputs.get(i).shape().at(sizes), shapes[i]);
        }
        if (!fits) {
            throw new IllegalArgumentException("graph: recorded for inputs " + inputs.stream().map(p -> p.shape().text(names())).toList()
                    + ", not " + Arrays.stream(shapes).map(Layout::text).toList());
        }
        return sizes;
    }

    /**
     * Computes the outputs, and the next values of parameters that change on the way.
     *
     * @throws IllegalArgumentException if the graph is not for inputs of these shapes
     */
    public Result run(Tensor[] in, Tensor[] parameters, Tensor[] constants, Draws draws) {
        return new Run(in, parameters, constants, draws).result();
    }

    /** One run: all values that are still needed. */
    private final class Run {
        private final Tensor[] values = new Tensor[first[steps.size()]];
        private final long[] sizes;
        private final Backend backend;
        private final Draws draws;

        Run(Tensor[] in, Tensor[] parameters, Tensor[] constants, Draws draws) {
            sizes = sizes(Arrays.stream(in).map(Tensor::shape).toArray(long[][]::new));
            System.arraycopy(in, 0, values, 0, in.length);
            System.arraycopy(parameters, 0, values, in.length, parameters.length);
            System.arraycopy(constants, 0, values, firstConstant(), constants.length);
            backend = in[0].backend();
            this.draws = draws;
        }

        Result result() {
            boolean done = false;
            try {
                for (int i = 0; i < steps.size(); i++) {
                    Step step = steps.get(i);
                    Tensor[] out = aside.get(i) ? Recorder.Installed.get().unrecorded(() -> compute(step)) : compute(step);
                    System.arraycopy(out, 0, values, first[i], step.outputs());
                    release(i);
                }
                Result r = new Result(shares(outputs), shares(updates.stream().mapToInt(Update::value).toArray()));
                done = true;
                return r;
            } finally {
                for (int v = first[0]; v < values.length; v++) {
                    if (values[v] != null && (!done || last[v] == steps.size())) {
                        values[v].close();
                    }
                }
            }
        }

        private Tensor[] shares(int... numbers) { return Arrays.stream(numbers).mapToObj(v -> values[v].share()).toArray(Tensor[]::new); }

        private Tensor[] compute(Step step) {
            if (step instanceof Step.Apply a) {
                return apply(a.op(), a);
            }
            if (step instanceof Step.Draw d) {
                return new Tensor[] {draws.fill(Tensor.empty(backend, d.dtype(), d.shape().at(sizes)), d.distribution(), d.a(), d.b())};
            }
            if (step instanceof Step.Sample s) {
                return new Tensor[] {draws.sample(s.law(), s.experiments(), s.samples().at(sizes), taken(s.in()))};
            }
            return new Tensor[] {values[((Step.Stop) step).value()].share().from(null, 0)};
        }

        @SuppressWarnings("unchecked")
        private <A> Tensor[] apply(Op<A> op, Step.Apply a) {
            Tensor[] out = op.all((A) a.attribute().at(sizes), taken(a.in()));
            if (out.length != a.outputs()) {
                throw new IllegalStateException("graph: " + op.name() + " gave " + out.length + " arrays, not " + a.outputs());
            }
            return out;
        }

        private Tensor[] taken(int... numbers) { return Arrays.stream(numbers).mapToObj(v -> values[v]).toArray(Tensor[]::new); }

        /** Gives the memory back of what no later step needs. */
        private void release(int step) {
            for (int v : steps.get(step).in()) {
                close(v, step);
            }
            for (int v = first[step]; v < first[step + 1]; v++) {
                close(v, -1);
            }
        }

        private void close(int value, int lastUse) {
            if (value >= first[0] && last[value] == lastUse && values[value] != null) {
                values[value].close();
                values[value] = null;
            }
        }
    }

    /** Which parameters any step or output takes. */
    public BitSet parametersRead() { return read(inputs.size(), parameters); }

    /** Which constants any step or output takes. */
    public BitSet constantsRead() { return read(firstConstant(), constants); }

    private BitSet read(int from, int count) {
        BitSet read = new BitSet();
        for (int i = 0; i < count; i++) {
            read.set(i, last[from + i] >= 0);
        }
        return read;
    }

    /** Whether both are the same computation. */
    public boolean isSame(Graph g) { return GraphJson.write(this).equals(GraphJson.write(g)); }

    /** The same graph without the parameters and constants that are not chosen, which it must not read. */
    public Graph withOnly(BitSet chosenParameters, BitSet chosenConstants) {
        BitSet all = new BitSet();
        all.set(0, steps.size());
        return new Selection(chosenParameters, chosenConstants, all).graph(outputs, results, updates, layers);
    }

    /** The same graph ending before its last layer; null if there is not more than one. */
    public Graph withoutLastLayer() {
        if (layers.size() < 2) {
            return null;
        }
        Layer l = layers.get(layers.size() - 2);
        return endingIn(l.outputs.stream().mapToInt(v -> v).toArray(), l.shapes, layers.subList(0, layers.size() - 1));
    }

    private Graph endingIn(int[] values, List<Port> shapes, List<Layer> left) {
        BitSet needed = needed(values);
        // A running mean is brought up to date if what it is the mean of is still computed.
        List<Update> kept = new ArrayList<>();
        for (Update u : updates) {
            BitSet from = needed(u.value);
            from.andNot(aside);
            from.andNot(needed);
            if (from.isEmpty()) {
                kept.add(u);
            }
        }
        needed.or(needed(kept.stream().mapToInt(Update::value).toArray()));
        return new Selection(parametersRead(), constantsRead(), needed).graph(values, shapes, kept, left);
    }

    /** Some of the parameters, constants and steps, and the numbers that their values have among themselves. */
    private final class Selection {
        private final int[] number = new int[first[steps.size()]];
        private final List<Step> chosen = new ArrayList<>();
        private final int parametersLeft;
        private final int constantsLeft;

        Selection(BitSet parametersChosen, BitSet constantsChosen, BitSet stepsChosen) {
            parametersLeft = parametersChosen.cardinality();
            constantsLeft = constantsChosen.cardinality();
            Arrays.fill(number, -1);
            int next = 0;
            for (int v = 0; v < first[0]; v++) {
                boolean stays = v < inputs.size() || (v < firstConstant() ? parametersChosen.get(v - inputs.size())
                        : constantsChosen.get(v - firstConstant()));
                number[v] = stays ? next++ : -1;
            }
            for (int i = 0; i < steps.size(); i++) {
                if (stepsChosen.get(i)) {
                    chosen.add(steps.get(i).of(mapped(steps.get(i).in())));
                    for (int v = first[i]; v < first[i + 1]; v++) {
                        number[v] = next++;
                    }
                }
            }
        }

        private int[] mapped(int... values) { return Arrays.stream(values).map(v -> number[v]).toArray(); }

        Graph graph(int[] out, List<Port> shapes, List<Update> updated, List<Layer> parts) {
            List<Update> u = updated.stream()
                    .map(x -> new Update(number[inputs.size() + x.parameter] - inputs.size(), number[x.value])).toList();
            List<Layer> l = parts.stream().filter(x -> x.outputs.stream().allMatch(v -> number[v] >= 0))
                    .map(x -> new Layer(x.name, x.outputs.stream().map(v -> number[v]).toList(), x.shapes)).toList();
            return new Graph(dimensions, inputs, parametersLeft, constantsLeft, chosen, mapped(out), shapes, u, l);
        }
    }
}
