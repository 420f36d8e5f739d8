package io.wengert.djl;

import ai.djl.BaseModel;
import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.initializer.Initializer;
import ai.djl.translate.Translator;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A block with its parameters: trained, saved and loaded in DJL's own {@code .params} format.
 *
 * <p>A file that holds a graph (see {@link WgSymbolBlock}) is loaded without a block.
 */
public final class WgModel extends BaseModel {

    private Set<Parameter> frozenAtLoading = Set.of();

    WgModel(String name, NDManager manager) {
        super(name);
        this.manager = manager;
        this.dataType = DataType.FLOAT32;
        manager.setName("model " + name);
    }

    /**
     * Loads the parameters of the block that has been set; if none has been, a graph.
     *
     * @param path the folder of the model, or its file
     * @param prefix the name before the number of the file; null for that of the model, else of the folder
     * @param options {@code epoch} for the number of the file, else the newest; {@code trainParam} false to freeze all
     *     parameters
     * @throws FileNotFoundException if there is no such model
     * @throws MalformedModelException if the file is no parameter file, is damaged, or if it holds the parameters of a block
     *     in Java and none has been set
     */
    @Override
    public void load(Path path, String prefix, Map<String, ?> options) throws IOException, MalformedModelException {
        boolean named = Files.isRegularFile(path);
        setModelDir(named ? path.toAbsolutePath().getParent() : path);
        Path file = named ? path : paramPathResolver(prefix == null ? modelName : prefix, options);
        if (file == null && prefix == null) {
            file = paramPathResolver(modelDir.toFile().getName(), options);
        }
        if (file == null || !Files.isRegularFile(file)) {
            throw new FileNotFoundException("no parameter file " + (prefix == null ? modelName : prefix) + "-*.params in " + modelDir
                    + foreignFiles());
        }
        try (InputStream in = Files.newInputStream(file)) {
            read(in, file.toString(), options);
        }
    }

    /** What lies in the folder instead, for the message. */
    private String foreignFiles() throws IOException {
        Map<String, String> owners = Map.of(".pt", "PyTorch", "-symbol.json", "MXNet", ".onnx", "OnnxRuntime", "saved_model.pb",
                "TensorFlow");
        try (Stream<Path> files = Files.list(modelDir)) {
            return files.map(f -> f.getFileName().toString()).sorted().flatMap(f -> owners.entrySet().stream()
                    .filter(o -> f.endsWith(o.getKey())).map(o -> "; " + f + " is a model of the engine " + o.getValue())).findFirst()
                    .orElse("");
        }
    }

    @Override
    public void load(InputStream in, Map<String, ?> options) throws IOException, MalformedModelException {
        read(in, "the stream", options);
    }

    private void read(InputStream in, String from, Map<String, ?> options) throws IOException, MalformedModelException {
        Block given = block;
        block = given == null ? new WgSymbolBlock() : given;
        boolean done = false;
        try {
            parse(in, from, options);
            wasLoaded = true;
            done = true;
        } finally {
            block = done ? block : given;
        }
        Object trains = options == null ? null : options.get("trainParam");
        if (trains != null && !Boolean.parseBoolean(trains.toString())) {
            block.freezeParameters(true);
        }
        frozenAtLoading = block.getParameters().values().stream()
                .filter(p -> !p.requiresGradient() && !isRunning(p) && p.isInitialized() && p.getArray().getDataType().isFloating())
                .collect(Collectors.toSet());
    }

    private static boolean isRunning(Parameter p) {
        return p.getType() == Parameter.Type.RUNNING_MEAN || p.getType() == Parameter.Type.RUNNING_VAR;
    }

    private void parse(InputStream in, String from, Map<String, ?> options) throws IOException, MalformedModelException {
        boolean known;
        try {
            known = readParameters(in, options);
        } catch (MalformedModelException e) {
            throw new MalformedModelException(from + ": " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new MalformedModelException(from + " ends too early: the parameter file is damaged", e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new MalformedModelException(from + " does not fit the model's block, or is damaged: " + e.getMessage(), e);
        }
        if (!known) {
            throw new MalformedModelException(from + " is no DJL parameter file: it does not start with DJL@");
        }
    }

    /**
     * A trainer of this model. Parameters that were frozen when the model was loaded learn on, but for running averages; what
     * has been frozen since stays so.
     */
    @Override
    public Trainer newTrainer(TrainingConfig config) {
        PairList<Initializer, Predicate<Parameter>> initializers = config.getInitializers();
        if (block == null) {
            throw new IllegalStateException("model " + modelName + " has no block; call setBlock before newTrainer");
        }
        if (wasLoaded) {
            block.freezeParameters(false, frozenAtLoading::contains);
        }
        for (Pair<Initializer, Predicate<Parameter>> p : initializers) {
            if (p.getKey() != null && p.getValue() != null) {
                block.setInitializer(p.getKey(), p.getValue());
            }
        }
        return new WgTrainer(this, config);
    }

    /**
     * A predictor that never records, even while a trainer records on another thread.
     *
     * @throws IllegalStateException if there is no block
     */
    @Override
    public <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Device device) {
        if (block == null) {
            throw new IllegalStateException("model " + modelName + " has no block; call setBlock or load before newPredictor");
        }
        return new WgPredictor<>(this, translator, device);
    }

    /**
     * Brings all floating parameters to another floating dtype, for good; inputs are to be of that dtype then. Trainers that
     * are open go on with gradients of the new dtype.
     *
     * @throws IllegalArgumentException if the dtype is not floating
     */
    @Override
    public void cast(DataType type) {
        if (block == null) {
            throw new IllegalStateException("model " + modelName + " has no block to cast");
        }
        if (block instanceof WgSymbolBlock graph) {
            graph.cast(type);
        } else {
            block.getParameters().values().forEach(p -> ParameterCast.cast(p, type));
        }
        dataType = type;
    }

    /**
     * Keeps the weights of a graph as 8-bit integers, for prediction in less memory.
     *
     * @throws IllegalStateException if the block is no graph
     */
    @Override
    public void quantize() {
        if (!(block instanceof WgSymbolBlock graph)) {
            throw new IllegalStateException("quantize: the block of model " + modelName
                    + " is written in Java; make a graph of it with WgSymbolBlock.trace first");
        }
        graph.quantize();
    }

    @Override
    public String[] getArtifactNames() {
        if (modelDir == null) {
            return new String[0];
        }
        try (Stream<Path> files = Files.walk(modelDir)) {
            return files.filter(Files::isRegularFile).map(f -> modelDir.relativize(f).toString())
                    .filter(n -> !n.endsWith(".params")).sorted().toArray(String[]::new);
        } catch (IOException e) {
            throw new IllegalStateException("cannot list " + modelDir, e);
        }
    }

}
