package io.wengert.benchmark;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.translate.NoopTranslator;
import java.util.List;

/** One sample at a time through DJL's {@link Predictor}, every answer read back. */
final class Prediction {

    private Prediction() {}

    static List<Workload> all() {
        return List.of(
                row("predict MLP b1", manager -> predictions(manager, Models.mlp(), new Shape(1, 784))),
                row("predict LeNet b1", manager -> predictions(manager, Models.leNet(), new Shape(1, 1, 28, 28))),
                row("predict ResNet18 b1 3x32x32",
                        manager -> predictions(manager, Models.resNet18(), new Shape(1, 3, 32, 32))),
                row("predict LSTM b1 t64 h256", manager -> predictions(manager, Models.lstm(), new Shape(1, 64, 256))),
                row("predict Transformer encoder b1 t128 d256 h4",
                        manager -> predictions(manager, Models.transformerEncoder(), new Shape(1, 128, 256))));
    }

    private static Workload row(String name, Workload.Warm factory) {
        return Workload.rate("predict", name, "samples/s", factory);
    }

    private static Job predictions(NDManager manager, Block block, Shape input) {
        Model model = Model.newInstance("benchmark", Device.cpu(), manager.getEngine().getEngineName());
        block.initialize(model.getNDManager(), DataType.FLOAT32, input);
        model.setBlock(block);
        Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
        NDArray x = manager.randomUniform(-1, 1, input);
        Job.Step step = () -> {
            NDManager home = x.getManager();
            try (NDManager scratch = home.newSubManager()) {
                x.attach(scratch);
                predictor.predict(new NDList(x)).head().toFloatArray();
                x.attach(home);
            }
            return null;
        };
        return new Job(1, step, x, () -> {
            predictor.close();
            model.close();
        });
    }
}
