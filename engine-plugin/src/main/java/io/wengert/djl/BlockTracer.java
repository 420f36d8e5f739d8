package io.wengert.djl;

import ai.djl.modality.nlp.Encoder;
import ai.djl.modality.nlp.EncoderDecoder;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import io.wengert.autograd.Tape;
import io.wengert.kernel.DType;
import io.wengert.op.Arithmetic;
import io.wengert.op.IndexOps;
import io.wengert.op.Reductions;
import io.wengert.replay.Generalization;
import io.wengert.replay.Graph;
import io.wengert.replay.Recording;
import io.wengert.tensor.Tensor;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** Makes graphs of a block: runs it on inputs of several sizes, and checks the graph on others. */
final class BlockTracer {

    /** The name that DJL's encoder-decoder gives to the first input that is a label in training. */
    static final String DECODER_INPUT = "decoderInput";
    private static final List<String> NAMES = List.of("N", "T", "U", "V");
    /** Classes whose lines are of no interest to who wrote a block. */
    private static final Pattern ENGINE = Pattern.compile("io\\.wengert\\.(djl|op|tensor|replay|autograd|Function)\\b|ai\\.djl\\.|java\\.");
    /** A batch of one is none of those that the graph is made from: some blocks treat it apart, the graph does not. */
    private static final long LEAST = 2;

    /** A graph and its constants. */
    record Traced(Graph graph, List<Tensor> constants) {}

    private final Block block;
    private final NDList example;
    private final boolean training;
    private final WgEngine engine;
    private final List<Graph.Dimension> dimensions = new ArrayList<>();
    /** For each axis of each input the number of its dimension, or -1. */
    private final int[][] dimension;
    private final List<WgNDArray> parameters = new ArrayList<>();
    private final List<String> owners = new ArrayList<>();
    /** Where the block reads elements of arrays; null if it does not. */
    private String read;

    /**
     * Prepares to trace a block.
     *
     * @param shapes for each example its shape with -1 for what may change; axes of the same place and size change together
     */
    BlockTracer(Block block, NDList example, Shape[] shapes, boolean training) {
        this.block = block;
        this.example = example;
        this.training = training;
        if (example.isEmpty() || shapes.length != example.size()) {
            throw new IllegalArgumentException("trace: takes one example array for each of the block's inputs, and as many shapes, not "
                    + example.size() + " and " + shapes.length);
        }
        engine = WgNDArray.own(example.head(), "trace").manager().engine();
        for (Pair<String, Parameter> p : parameters(block)) {
            parameters.add(WgNDArray.own(p.getValue().getArray(), "trace"));
            owners.add(p.getKey().contains("_") ? p.getKey().substring(0, p.getKey().indexOf('_')) : p.getKey());
        }
        dimension = new int[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            dimension[i] = dimensions(i, shapes[i].getShape());
        }
    }

    /** The parameters of a block, those that several children share by the first of their names. */
    static PairList<String, Parameter> parameters(Block block) {
        PairList<String, Parameter> r = new PairList<>();
        Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        block.getParameters().stream().filter(p -> seen.add(p.getValue())).forEach(r::add);
        return r;
    }

    private int[] dimensions(int input, long... pattern) {
        long[] size = example.get(input).getShape().getShape();
        if (pattern.length != size.length) {
            throw new IllegalArgumentException("trace: the shape " + Arrays.toString(pattern) + " is not that of the example "
                    + Arrays.toString(size));
        }
        int[] d = new int[size.length];
        for (int i = 0; i < d.length; i++) {
            int axis = i;
            d[i] = pattern[i] >= 0 ? -1 : (int) dimensions.stream()
                    .takeWhile(x -> x.axis() != axis || example.get(x.input()).getShape().get(axis) != size[axis]).count();
            if (d[i] == dimensions.size()) {
                if (d[i] == NAMES.size()) {
                    throw new IllegalArgumentException("trace: more than " + NAMES.size() + " sizes that change");
                }
                dimensions.add(new Graph.Dimension(NAMES.get(d[i]), input, i));
            }
        }
        return d;
    }

    private long size(Graph.Dimension d) { return example.get(d.input()).getShape().get(d.axis()); }

    /**
     * The block as a graph.
     *
     * @throws IllegalArgumentException if it cannot be one, or computes something else than the graph on other inputs
     */
    Traced traced() {
        long[] own = dimensions.stream().mapToLong(this::size).toArray();
        long[] low = Arrays.stream(own).map(n -> Math.max(LEAST, n)).toArray();
        long[] high = Arrays.stream(low).map(n -> n + 1).toArray();
        List<Recording> corners = new ArrayList<>();
        Tape.Mode pause = Tape.pause();
        try {
            for (int k = 0; k < 1 << low.length; k++) {
                long[] sizes = low.clone();
                for (int i = 0; i < sizes.length; i++) {
                    sizes[i] = (k & 1 << i) == 0 ? low[i] : high[i];
                }
                corners.add(record(sizes));
            }
            read = corners.get(0).read();
            Generalization g = new Generalization(dimensions, low, high, corners);
            Traced t = new Traced(g.graph(), g.constants());
            if (Arrays.stream(own).allMatch(n -> n >= LEAST)) {
                check(t, own);
            }
            check(t, Arrays.stream(high).map(n -> n + 1).toArray());
            return t;
        } finally {
            corners.forEach(Recording::close);
            pause.close();
        }
    }

    /** What one run of the block gives: outputs, and the parameters' values after it. */
    private record Ran(Tensor[] outputs, Tensor[] after) {}

    /** Runs something on the block and puts the parameters back afterwards. */
    private <T> T undone(Supplier<T> work) {
        Tensor[] before = parameters.stream().map(p -> p.tensor().share()).toArray(Tensor[]::new);
        try {
            return work.get();
        } finally {
            for (int i = 0; i < before.length; i++) {
                parameters.get(i).cell().put(before[i]);
            }
        }
    }

    private Recording record(long... sizes) {
        try (NDManager manager = engine.newBaseManager(example.head().getDevice())) {
            NDList in = inputs(manager, false, sizes);
            return undone(() -> Recording.of(tensors(in), values(), owners, marks -> tensors(outputs(manager, in, marks)), this::values,
                    training, BlockTracer::where));
        }
    }

    /** What the block gives; that it takes no inputs of this size is a reason not to be a graph. */
    private NDList outputs(NDManager manager, NDList in, Recording.Marks marks) {
        try {
            return forward(manager, in, marks);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("trace: the block fails " + (training ? "in training" : "in prediction") + " on inputs "
                    + Arrays.toString(in.getShapes()) + ": " + e.getMessage(), e);
        }
    }

    private Tensor[] values() { return parameters.stream().map(WgNDArray::tensor).toArray(Tensor[]::new); }

    private static Tensor[] tensors(NDList list) {
        return list.stream().map(a -> WgNDArray.own(a, "trace").tensor()).toArray(Tensor[]::new);
    }

    /** The example in other sizes, its elements repeated; for a check with other numbers where they may be any. */
    private NDList inputs(NDManager manager, boolean others, long... sizes) {
        NDList in = new NDList();
        for (int i = 0; i < dimension.length; i++) {
            Tensor x = WgNDArray.own(example.get(i), "trace").tensor();
            for (int axis = 0; axis < dimension[i].length; axis++) {
                int d = dimension[i][axis];
                if (d >= 0 && x.size(axis) != sizes[d]) {
                    long n = x.size(axis);
                    Tensor index = Tensor.of(x.backend(), DType.INT64, LongStream.range(0, sizes[d]).map(k -> k % n).toArray(), sizes[d]);
                    x = IndexOps.TAKE.with(axis, x, index);
                }
            }
            NDArray array = ((WgNDManager) manager)
                    .give(others && x.dtype().isFloating() ? Arithmetic.MUL_NUMBER.with(x, 0.75) : x.share().from(null, 0));
            array.setName(example.get(i).getName());
            in.add(array);
        }
        return in;
    }

    private NDList forward(NDManager manager, NDList in, Recording.Marks marks) {
        ParameterStore store = new ParameterStore(manager, false);
        if (block instanceof EncoderDecoder) {
            return forward((EncoderDecoder) block, store, in);
        }
        boolean chain = block.getClass() == SequentialBlock.class && !((SequentialBlock) block).isReturnIntermediate();
        if (!chain) {
            return block.forward(store, new NDList(in), training);
        }
        NDList x = new NDList(in);
        for (Pair<String, Block> child : block.getChildren()) {
            x = child.getValue().forward(store, x, training);
            marks.layer(child.getKey(), tensors(x));
        }
        return x;
    }

    /**
     * Training as DJL has it, where the decoder reads what it is to say. DJL has no prediction: here it is the same without
     * dropout, for the decoder's words so far.
     */
    private NDList forward(EncoderDecoder block, ParameterStore store, NDList in) {
        NDList data = new NDList(in.head());
        NDList words = in.subNDList(1);
        if (training) {
            return block.forward(store, data, words, null);
        }
        Encoder encoder = (Encoder) block.getChildren().valueAt(0);
        words.addAll(encoder.getStates(encoder.forward(store, data, false)));
        return block.getChildren().valueAt(1).getChildren().valueAt(0).forward(store, words, false);
    }

    /** The blocks at work on this thread, outermost first, and the line of the program if it is none of DJL's. */
    private static String where() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).walk(frames -> {
            Deque<String> blocks = new ArrayDeque<>();
            String[] line = new String[1];
            frames.takeWhile(f -> f.getDeclaringClass() != BlockTracer.class || !f.getMethodName().equals("outputs")).forEach(f -> {
                Class<?> c = f.getDeclaringClass();
                boolean block = Block.class.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers());
                if (block && f.getMethodName().equals("forwardInternal")) {
                    blocks.push(c.getSimpleName().isEmpty() ? c.getName() : c.getSimpleName());
                }
                if (line[0] == null && !ENGINE.matcher(c.getName()).lookingAt()) {
                    line[0] = f.getFileName() + ':' + f.getLineNumber();
                }
            });
            return (blocks.isEmpty() ? "the block" : String.join(" > ", blocks)) + (line[0] == null ? "" : " (" + line[0] + ')');
        });
    }

    /** Compares the graph with the block on inputs of given sizes. */
    private void check(Traced t, long... sizes) {
        try (NDManager manager = engine.newBaseManager(example.head().getDevice())) {
            NDList in = inputs(manager, true, sizes);
            RandomStream.Draws draws = new RandomStream.Draws();
            Ran[] ran = new Ran[1];
            engine.random().note(draws, () -> ran[0] = undone(() -> {
                Tensor[] out = Arrays.stream(tensors(forward(manager, in, (name, x) -> {}))).map(Tensor::share).toArray(Tensor[]::new);
                return new Ran(out, Arrays.stream(values()).map(Tensor::share).toArray(Tensor[]::new));
            }));
            Graph.Result[] again = new Graph.Result[1];
            engine.random().replay(draws, () -> again[0] = t.graph.run(tensors(in), values(), t.constants.toArray(new Tensor[0]),
                    engine.random()));
            for (int i = 0; i < ran[0].outputs.length; i++) {
                compare("output " + i, in, ran[0].outputs[i], again[0].outputs()[i]);
            }
            for (int i = 0; i < again[0].updates().length; i++) {
                int p = t.graph.updates().get(i).parameter();
                compare("the next value of parameter " + parameters(block).keys().get(p), in, ran[0].after[p], again[0].updates()[i]);
            }
        }
    }

    private void compare(String what, NDList in, Tensor block, Tensor graph) {
        if (!Reductions.allClose(block, graph, 0, 0, true)) {
            throw new IllegalArgumentException("trace: " + what + " of the block, " + block.text() + ", is not that of its graph, "
                    + graph.text() + ", for inputs " + Arrays.toString(in.getShapes())
                    + (read == null ? ": the block treats this size apart, which no graph can do"
                            : ": it computes with elements outside of arrays (getFloat, toArray), which no graph can do, in " + read));
        }
    }
}
