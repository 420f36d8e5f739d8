package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Application;
import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.repository.LocalRepository;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.ParameterStore;
import ai.djl.translate.NoopTranslator;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of DJL's basic zoo run on Wengert though the zoo does not name it; here the zoo lies in a folder. */
class BasicZooTest {

    private static final String METADATA = """
            {"metadataVersion": "0.2", "resourceType": "model", "application": "cv/image_classification", "groupId": "ai.djl.zoo",
             "artifactId": "mlp", "artifacts": [{"version": "0.0.3", "name": "mlp", "properties": {"dataset": "mnist"},
             "arguments": {"width": 4, "height": 3, "output": 5, "hidden": [7], "blockFactory":
             "ai.djl.basicmodelzoo.basic.MlpBlockFactory"}, "options": {}, "files": {}}]}
            """;

    private final ModelZoo original = ModelZoo.getModelZoo("ai.djl.zoo");

    @TempDir private Path folder;

    /** A repository that is its own cache. */
    private static final class Folder extends LocalRepository {
        private final Path path;

        Folder(Path path) {
            super("folder", path.toUri(), path);
            this.path = path;
        }

        @Override
        public Path getCacheDirectory() { return path; }
    }

    /** As DJL's basic zoo: for the engines that it knows. */
    private static final class Basic extends ModelZoo {

        Basic(Path path) { addModel(new Folder(path).model(Application.CV.IMAGE_CLASSIFICATION, "ai.djl.zoo", "mlp", "0.0.3")); }

        @Override
        public String getGroupId() { return "ai.djl.zoo"; }

        @Override
        public Set<String> getSupportedEngines() { return Set.of("MXNet", "PyTorch"); }
    }

    @BeforeEach
    void fill() throws Exception {
        Path at = folder.resolve("model/cv/image_classification/ai/djl/zoo/mlp");
        Path files = Files.createDirectories(at.resolve("0.0.3/mlp"));
        Files.writeString(at.resolve("metadata.json"), METADATA);
        try (Model model = Model.newInstance("mlp", "Wengert")) {
            model.setBlock(new Mlp(12, 5, new int[] {7}));
            model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 12));
            model.save(files, "mlp");
        }
        ModelZoo zoo = new Basic(folder);
        ModelZoo.registerModelZoo(() -> zoo);
    }

    @AfterEach
    void restore() { ModelZoo.registerModelZoo(() -> original); }

    private static Criteria.Builder<NDList, NDList> criteria() {
        return Criteria.builder().setTypes(NDList.class, NDList.class).optGroupId("ai.djl.zoo").optArtifactId("mlp")
                .optTranslator(new NoopTranslator());
    }

    private static void predicts(Criteria<NDList, NDList> criteria) throws Exception {
        try (ZooModel<NDList, NDList> model = criteria.loadModel(); Predictor<NDList, NDList> p = model.newPredictor()) {
            assertEquals("Wengert", model.getNDManager().getEngine().getEngineName());
            NDArray x = model.getNDManager().ones(new Shape(2, 12));
            assertEquals(new Shape(2, 5), p.predict(new NDList(x)).head().getShape());
            Block block = model.getBlock();
            GraphCheck.same("predicted", block.forward(new ParameterStore(model.getNDManager(), false), new NDList(x), false),
                    p.predict(new NDList(x)));
        }
    }

    @Test
    void isFoundByTheDefaultEngine() throws Exception {
        Engine.getEngine("Wengert");
        assertEquals("Wengert", Engine.getDefaultEngineName());
        predicts(criteria().build());
    }

    @Test
    void isFoundByName() throws Exception { predicts(criteria().optEngine("Wengert").build()); }

    @Test
    void otherZoosAreLeftAlone() {
        assertTrue(ModelZoo.listModelZoo().stream().filter(z -> z.getGroupId().equals("ai.djl.localmodelzoo")).count() <= 1);
        assertThrows(ModelNotFoundException.class, () -> criteria().optGroupId("ai.djl.pytorch").build().loadModel());
    }

    @Test
    void modelsOfOtherEnginesAreNamed() throws Exception {
        Files.writeString(folder.resolve("net.pt"), "TorchScript");
        try (Model model = Model.newInstance("net", "Wengert")) {
            FileNotFoundException e = assertThrows(FileNotFoundException.class, () -> model.load(folder));
            assertTrue(e.getMessage().contains("net.pt") && e.getMessage().contains("PyTorch"), e.getMessage());
        }
    }
}
