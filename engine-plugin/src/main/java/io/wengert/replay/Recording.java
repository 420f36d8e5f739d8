package io.wengert.replay;

import io.wengert.kernel.DType;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What one run of a computation did, with the shapes that it had. */
public final class Recording implements AutoCloseable {

    /** A computation under trace. */
    public interface Computation {

        /**
         * Computes the outputs.
         *
         * @param marks may be told where parts end
         */
        Tensor[] run(Marks marks);
    }

    /** Is told what the parts of a computation end in. */
    public interface Marks {
        void layer(String name, Tensor... outputs);
    }

    /** An array that comes in or goes out. */
    record Shaped(DType dtype, long... shape) {
        static Shaped of(Tensor t) { return new Shaped(t.dtype(), t.shape()); }
    }

    /** A part and the numbers of its last values. */
    record Part(String name, int[] outputs, List<Shaped> shapes) {}

    final List<Shaped> inputs;
    final int parameters;
    final List<Tracer.Event> events;
    final Map<Integer, Tensor> constants;
    /** Where each constant was first used. */
    final Map<Integer, String> appeared;
    final List<Part> parts = new ArrayList<>();
    final int[] outputs;
    final List<Shaped> results;
    /** The number of each parameter's value at the end. */
    final int[] after;
    final int count;
    private final String read;

    private Recording(Tracer tracer, Tensor[] in, Tensor[] parameters, List<String> owners, Computation c, Supplier<Tensor[]> now) {
        inputs = shapes(in);
        this.parameters = parameters.length;
        Tensor[] out = c.run((name, layer) -> parts.add(new Part(name, numbers(tracer, layer), shapes(layer))));
        outputs = numbers(tracer, out);
        results = shapes(out);
        after = numbers(tracer, now.get());
        events = tracer.events();
        constants = tracer.constants();
        appeared = tracer.appeared();
        count = tracer.count();
        read = tracer.read();
        if (parts.isEmpty()) {
            divide(tracer, owners);
        }
    }

    private static List<Shaped> shapes(Tensor... t) { return Arrays.stream(t).map(Shaped::of).toList(); }

    private static int[] numbers(Tracer tracer, Tensor... t) { return Arrays.stream(t).mapToInt(tracer::take).toArray(); }

    /** Parts by whose parameters are used: each ends where those of the next one first meet what depends on an input. */
    private void divide(Tracer tracer, List<String> owners) {
        String[] owner = new String[count];
        BitSet dependent = new BitSet();
        dependent.set(0, inputs.size());
        for (int i = 0; i < owners.size(); i++) {
            owner[inputs.size() + i] = owners.get(i);
        }
        Map<String, Integer> begins = new LinkedHashMap<>();
        for (Tracer.Event e : events) {
            String whose = Arrays.stream(e.in()).mapToObj(v -> owner[v]).filter(o -> o != null).findFirst().orElse(null);
            OptionalInt data = Arrays.stream(e.in()).filter(dependent::get).findFirst();
            for (int v : e.out()) {
                dependent.set(v, data.isPresent());
                owner[v] = data.isPresent() ? null : whose;
            }
            if (whose != null && data.isPresent()) {
                begins.putIfAbsent(whose, data.getAsInt());
            }
        }
        List<String> order = new ArrayList<>(begins.keySet());
        for (int i = 0; i < order.size(); i++) {
            boolean last = i == order.size() - 1;
            int[] ends = last ? outputs : new int[] {begins.get(order.get(i + 1))};
            parts.add(new Part(order.get(i), ends, last ? results : List.of(tracer.shape(ends[0]))));
        }
    }

    /**
     * Runs a computation once on this thread and takes down what it does.
     *
     * @param owners for each parameter the part of the computation that it belongs to
     * @param now gives the parameters' values after the run
     * @param learning whether gradients are to flow through the graph
     * @param where tells which part of the program is at work, for messages
     * @throws IllegalArgumentException if it does what cannot be traced
     */
    public static Recording of(Tensor[] inputs, Tensor[] parameters, List<String> owners, Computation c, Supplier<Tensor[]> now,
            boolean learning, Supplier<String> where) {
        try (Tracer tracer = Tracer.open(Stream.of(inputs, parameters).flatMap(Arrays::stream).toList(), learning, where)) {
            Recording r = new Recording(tracer, inputs, parameters, owners, c, now);
            if (tracer.refusal() != null) {
                r.close();
                throw new IllegalArgumentException("trace: " + tracer.refusal());
            }
            return r;
        }
    }

    /** Where the program read elements of an array, which a graph knows nothing of; null if it did not. */
    public String read() { return read; }

    @Override
    public void close() { constants.values().forEach(Tensor::close); }
}
