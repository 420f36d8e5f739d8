package io.wengert.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.modality.nlp.EncoderDecoder;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.wengert.replay.Graph;
import io.wengert.replay.NarrowParameters;
import io.wengert.tensor.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A block that has been recorded as a graph: it runs, learns, is saved and loaded without the Java classes it was made of.
 *
 * <p>{@link #trace} makes one of any block. {@code model.setBlock(symbolBlock)} and {@code model.save} write graph and
 * parameters to one file, and {@code Model.load} without a block reads it.
 */
public final class WgSymbolBlock extends AbstractSymbolBlock {

    /** A graph and its constants. */
    record Part(Graph graph, List<NDArray> constants) {}

    private Part inference;
    private Part training;
    /** Why there is no graph for training; null if there is one. */
    private String refusal;
    private PairList<String, Parameter> parameters = new PairList<>();

    /** An empty block, to be loaded. */
    WgSymbolBlock() {}

    /** A block of given graphs. */
    WgSymbolBlock(List<String> names, PairList<String, Parameter> parameters, Part inference, Part training, String refusal) {
        set(names, parameters, inference, training, refusal);
    }

    private void set(List<String> names, PairList<String, Parameter> known, Part predicting, Part learning, String reason) {
        parameters = known;
        inference = predicting;
        training = learning;
        refusal = reason;
        inputNames = List.copyOf(names);
        inputShapes = shapes(predicting.graph.inputs());
        outputDataTypes = predicting.graph.results().stream().map(p -> DTypes.of(p.dtype())).toArray(DataType[]::new);
    }

    private static Shape[] shapes(List<Graph.Port> ports) {
        return ports.stream().map(p -> new Shape(p.shape().open())).toArray(Shape[]::new);
    }

    /** As {@link #trace(Block, NDList, Shape...)}, where the first axis of each input is that of the batch. */
    public static WgSymbolBlock trace(Block block, NDList example) {
        Shape[] shapes = example.stream().map(a -> {
            long[] s = a.getShape().getShape().clone();
            if (s.length > 0) {
                s[0] = -1;
            }
            return new Shape(s);
        }).toArray(Shape[]::new);
        return trace(block, example, shapes);
    }

    /**
     * Records a block by running it on an example, as for prediction and as for training. It is run several times, on inputs
     * of other sizes made of the example's elements, until all numbers in the graph that depend on sizes are expressed by
     * them; then the graph is compared with the block on yet other sizes (but not on a batch of one, which some blocks squeeze:
     * the graph treats it like any other). The block stays as it is; the graph works on the same parameters.
     *
     * <p>An {@link ai.djl.modality.nlp.EncoderDecoder} takes the encoder's input and then the decoder's; a trainer gives its graph
     * the latter from the labels. What DJL does not have, its prediction, is that of the decoder after the words so far. A function
     * with a gradient in Java ({@code io.wengert.Function}) is part of a graph for prediction by what it computes; for training
     * it has no form.
     *
     * @param block an initialized block on this engine
     * @param example one array for each input
     * @param shapes the shape of each input with -1 for what may change; axes in the same place and of the same size in the
     *     example change together
     * @throws IllegalArgumentException if the block cannot be a graph: it chooses operations by shapes, or computes with
     *     elements outside of arrays
     * @throws IllegalStateException if the block has not been initialized
     */
    public static WgSymbolBlock trace(Block block, NDList example, Shape... shapes) {
        if (!block.isInitialized()) {
            throw new IllegalStateException("trace: the block has no parameters yet; initialize it or load it first");
        }
        Part predicting = part(new BlockTracer(block, example, shapes, false).traced());
        Part learning = null;
        String refusal = null;
        try {
            learning = part(new BlockTracer(block, example, shapes, true).traced());
            learning = learning.graph.isSame(predicting.graph) && same(learning.constants, predicting.constants) ? predicting : learning;
        } catch (IllegalArgumentException e) {
            refusal = e.getMessage();
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < example.size(); i++) {
            boolean words = block instanceof EncoderDecoder && i == 1;
            String name = example.get(i).getName();
            names.add(words ? BlockTracer.DECODER_INPUT : name == null ? "data" + i : name);
        }
        return new WgSymbolBlock(names, BlockTracer.parameters(block), predicting, learning, refusal);
    }

    private static Part part(BlockTracer.Traced t) {
        WgNDManager manager = WgEngineProvider.engine().system();
        return new Part(t.graph(), t.constants().stream().map(c -> (NDArray) manager.give(c)).toList());
    }

    private static boolean same(List<NDArray> a, List<NDArray> b) {
        return a.size() == b.size() && IntStream.range(0, a.size()).allMatch(i -> a.get(i).contentEquals(b.get(i)));
    }

    List<String> names() { return inputNames; }

    Part inference() { return inference; }

    /** The graph for training; null if there is none. */
    Part training() { return training; }

    String refusal() { return refusal; }

    @Override
    public ParameterList getDirectParameters() {
        ParameterList list = new ParameterList();
        parameters.forEach(p -> list.add(p.getKey(), p.getValue()));
        return list;
    }

    @Override
    protected NDList forwardInternal(ParameterStore store, NDList inputs, boolean learning, PairList<String, Object> options) {
        Part part = learning ? training : inference;
        if (part == null) {
            throw new IllegalStateException(inference == null ? "this graph has not been loaded" : "this graph is for prediction only: "
                    + refusal);
        }
        WgNDArray head = WgNDArray.own(inputs.head(), "graph");
        Device device = head.getDevice();
        WgNDArray[] p = parameters.values().stream().map(x -> WgNDArray.own(store.getValue(x, device, learning), "graph"))
                .toArray(WgNDArray[]::new);
        Tensor[] in = inputs.stream().map(head::operand).toArray(Tensor[]::new);
        Tensor[] constants = part.constants.stream().map(c -> head.operand(c.toDevice(device, false))).toArray(Tensor[]::new);
        Tensor[] values = Arrays.stream(p).map(WgNDArray::tensor).toArray(Tensor[]::new);
        Graph.Result r = part.graph.run(in, values, constants, head.manager().engine().random());
        for (int i = 0; i < r.updates().length; i++) {
            Tensor next = r.updates()[i];
            p[part.graph.updates().get(i).parameter()].update("graph", old -> next);
        }
        return head.give(r.outputs());
    }

    /** What a decoder reads while it learns is a label for DJL: inputs that the data has not got are taken from the labels. */
    @Override
    protected NDList forwardInternal(ParameterStore store, NDList data, NDList labels, PairList<String, Object> options) {
        int own = inputNames.indexOf(BlockTracer.DECODER_INPUT);
        NDList in = data;
        if (own > 0 && data.size() >= own && labels != null && labels.size() >= inputNames.size() - own) {
            in = data.subNDList(0, own);
            in.addAll(labels.subNDList(0, inputNames.size() - own));
        }
        return forwardInternal(store, in, true, options);
    }

    /**
     * Takes the last layer away: of a graph made of a {@link ai.djl.nn.SequentialBlock} its last block, of another what came
     * after the input of the last child with parameters. Parameters that are used no longer go with it.
     *
     * @throws IllegalStateException if there is but one layer
     */
    @Override
    public void removeLastBlock() {
        Graph predicting = inference.graph.withoutLastLayer();
        Graph learning = training == null ? null : training.graph.withoutLastLayer();
        if (predicting == null || training != null && learning == null) {
            throw new IllegalStateException("removeLastBlock: the graph has not more than one layer");
        }
        BitSet left = predicting.parametersRead();
        if (learning != null) {
            left.or(learning.parametersRead());
        }
        Part first = pruned(predicting, inference.constants, left);
        Part second = learning == null || training == inference ? learning == null ? null : first
                : pruned(learning, training.constants, left);
        PairList<String, Parameter> known = new PairList<>();
        left.stream().forEach(i -> known.add(parameters.get(i)));
        set(inputNames, known, first, second, refusal);
    }

    private static Part pruned(Graph g, List<NDArray> constants, BitSet parameters) {
        BitSet left = g.constantsRead();
        return new Part(g.withOnly(parameters, left), left.stream().mapToObj(constants::get).toList());
    }

    /** The names of the layers, in order: the children of the block that was traced. */
    public List<String> layers() { return inference.graph.layers().stream().map(Graph.Layer::name).toList(); }

    @Override
    public PairList<String, Shape> describeOutput() {
        Shape[] shapes = shapes(inference.graph.results());
        List<String> names = IntStream.range(0, shapes.length).mapToObj(i -> "output" + i).toList();
        return new PairList<>(names, Arrays.asList(shapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        Graph g = inference.graph;
        long[] sizes = g.sizes(Arrays.stream(shapes).map(Shape::getShape).toArray(long[][]::new));
        // A size that is not known is -1; what is computed from it is not known either.
        return g.results().stream().map(p -> new Shape(Arrays.stream(p.shape().at(sizes)).map(n -> Math.max(-1, n)).toArray()))
                .toArray(Shape[]::new);
    }

    /** Brings parameters and constants of a floating dtype to another one. Inputs are to be of that dtype then. */
    @Override
    public void cast(DataType type) {
        parameters.values().forEach(p -> ParameterCast.cast(p, type));
        List<Part> parts = training == null || training == inference ? List.of(inference) : List.of(inference, training);
        parts.forEach(p -> p.constants.forEach(c -> ParameterCast.cast((WgNDArray) c, type)));
    }

    /**
     * Keeps weights as 8-bit integers with a scale for each output channel: a quarter of the memory, in files too. They are
     * multiplied out whenever the graph runs, and no longer learn.
     */
    void quantize() {
        BitSet chosen = new BitSet();
        PairList<String, Parameter> known = new PairList<>();
        PairList<String, Parameter> scales = new PairList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.valueAt(i);
            chosen.set(i, WeightQuantization.applies(p));
            WeightQuantization q = chosen.get(i) ? WeightQuantization.of(p) : null;
            known.add(parameters.keyAt(i), q == null ? p : q.integers());
            if (q != null) {
                scales.add(parameters.keyAt(i) + "_scale", q.scale());
            }
        }
        known.addAll(scales);
        set(inputNames, known, new Part(NarrowParameters.of(inference.graph, chosen), inference.constants), null,
                "its weights have been quantized");
    }

    /** Graph and parameters, in the format of {@link GraphFile}. */
    @Override
    public void saveParameters(DataOutputStream os) throws IOException { GraphFile.write(this, os); }

    @Override
    public void loadParameters(NDManager manager, DataInputStream is) throws IOException, MalformedModelException {
        WgSymbolBlock b = GraphFile.read(manager, is);
        set(b.inputNames, b.parameters, b.inference, b.training, b.refusal);
    }

    @Override
    public boolean isInitialized() { return inference != null; }

    @Override
    public String toString() {
        if (inference == null) {
            return "Graph, not loaded";
        }
        return "Graph" + Arrays.toString(inputShapes) + " of " + inference.graph.size() + " steps and " + parameters.size()
                + " parameters -> " + Arrays.toString(shapes(inference.graph.results()));
    }
}
