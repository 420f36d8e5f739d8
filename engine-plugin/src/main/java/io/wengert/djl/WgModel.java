package io.wengert.djl;

import ai.djl.BaseModel;
import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A block with its parameters: trained, saved and loaded in DJL's own {@code .params} format. */
public final class WgModel extends BaseModel {

    WgModel(String name, NDManager manager) {
        super(name);
        this.manager = manager;
        this.dataType = DataType.FLOAT32;
        manager.setName("model " + name);
    }

    /**
     * Loads the parameters of the block that has been set.
     *
     * @throws FileNotFoundException if there is no such model
     * @throws MalformedModelException if the file is no parameter file or is damaged
     */
    @Override
    public void load(Path path, String prefix, Map<String, ?> options) throws IOException, MalformedModelException {
        setModelDir(path);
        wasLoaded = true;
        requireBlock();
        Path file = paramPathResolver(prefix == null ? modelName : prefix, options);
        if (file == null && prefix == null) {
            file = paramPathResolver(modelDir.toFile().getName(), options);
        }
        if (file == null || !Files.isRegularFile(file)) {
            throw new FileNotFoundException("no parameter file " + (prefix == null ? modelName : prefix) + "-*.params in " + modelDir);
        }
        try (InputStream in = Files.newInputStream(file)) {
            read(in, file.toString(), options);
        }
    }

    @Override
    public void load(InputStream in, Map<String, ?> options) throws IOException, MalformedModelException {
        wasLoaded = true;
        requireBlock();
        read(in, "the stream", options);
    }

    private void requireBlock() {
        if (block == null) {
            throw new IllegalStateException("model " + modelName + " has no block; call setBlock before load");
        }
    }

    private void read(InputStream in, String from, Map<String, ?> options) throws IOException, MalformedModelException {
        boolean known;
        try {
            known = readParameters(in, options);
        } catch (EOFException e) {
            throw new MalformedModelException(from + " ends too early: the parameter file is damaged", e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new MalformedModelException(from + " is damaged: " + e.getMessage(), e);
        }
        if (!known) {
            throw new MalformedModelException(from + " is no DJL parameter file: it does not start with DJL@");
        }
    }

    /** A trainer of this model; parameters that have been loaded learn on, but for running averages. */
    @Override
    public Trainer newTrainer(TrainingConfig config) {
        PairList<Initializer, Predicate<Parameter>> initializers = config.getInitializers();
        if (block == null) {
            throw new IllegalStateException("model " + modelName + " has no block; call setBlock before newTrainer");
        }
        if (wasLoaded) {
            block.freezeParameters(false, p -> p.getType() != Parameter.Type.RUNNING_MEAN && p.getType() != Parameter.Type.RUNNING_VAR);
        }
        for (Pair<Initializer, Predicate<Parameter>> p : initializers) {
            if (p.getKey() != null && p.getValue() != null) {
                block.setInitializer(p.getKey(), p.getValue());
            }
        }
        return new Trainer(this, config);
    }

    /** A predictor that never records, even while a trainer records on another thread. */
    @Override
    public <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Device device) {
        return new WgPredictor<>(this, translator, device);
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
