package io.wengert.benchmark;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;

/** Training steps through DJL's {@link Trainer}: forward, loss, backward and an update by plain SGD. */
final class Training {

    private Training() {}

    static List<Workload> all() {
        return List.of(
                row("train MLP b32", manager -> mlp(manager, 32)),
                row("train MLP b256", manager -> mlp(manager, 256)),
                row("train LeNet b64", manager -> classifier(manager, Models.leNet(), new Shape(64, 1, 28, 28), 10)),
                row("train ResNet18 b32 3x32x32",
                        manager -> classifier(manager, Models.resNet18(), new Shape(32, 3, 32, 32), 10)),
                row("train LSTM b32 t64 h256",
                        manager -> classifier(manager, Models.lstm(), new Shape(32, 64, 256), 10)),
                row("train Transformer encoder b8 t128 d256 h4", manager -> transformer(manager, new Shape(8, 128, 256))),
                row("train embedding classifier b64 t64 20000x128", Training::embedding));
    }

    static Workload row(String name, Workload.Warm factory) {
        return Workload.rate("train", name, "samples/s", factory);
    }

    static Job mlp(NDManager manager, int batch) {
        return classifier(manager, Models.mlp(), new Shape(batch, 784), 10);
    }

    static Job classifier(NDManager manager, Block block, Shape input, int classes) {
        NDArray x = manager.randomUniform(-1, 1, input);
        return steps(block, x, labels(manager, input.get(0), classes), Loss.softmaxCrossEntropyLoss());
    }

    static Job transformer(NDManager manager, Shape shape) {
        NDArray x = manager.randomUniform(-1, 1, shape);
        return steps(Models.transformerEncoder(), x, manager.randomUniform(-1, 1, shape), Loss.l2Loss());
    }

    private static Job embedding(NDManager manager) {
        NDArray tokens = manager.randomUniform(0, 20_000, new Shape(64, 64)).toType(DataType.INT64, false);
        return steps(Models.embeddingClassifier(), tokens, labels(manager, 64, 2), Loss.softmaxCrossEntropyLoss());
    }

    /** Class numbers 0, 1, 2, ... as floats. */
    private static NDArray labels(NDManager manager, long batch, int classes) {
        float[] labels = new float[(int) batch];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % classes;
        }
        return manager.create(labels);
    }

    private static Job steps(Block block, NDArray x, NDArray labels, Loss loss) {
        Model model = Model.newInstance("benchmark", x.getDevice(), x.getManager().getEngine().getEngineName());
        model.setBlock(block);
        Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss)
                .optDevices(new Device[] {x.getDevice()})
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.001f)).build()));
        trainer.initialize(x.getShape());
        NDArray firstParameter = block.getParameters().valueAt(0).getArray();
        Job.Step step = () -> {
            step(trainer, x, labels);
            return null;
        };
        return new Job(x.getShape().get(0), step, firstParameter, () -> {
            trainer.close();
            model.close();
        });
    }

    /** One step; everything in between belongs to a manager that is closed with the step, like a DJL batch's. */
    private static void step(Trainer trainer, NDArray x, NDArray labels) {
        NDManager home = x.getManager();
        try (NDManager scratch = home.newSubManager()) {
            x.attach(scratch);
            labels.attach(scratch);
            try (GradientCollector tape = trainer.newGradientCollector()) {
                NDList prediction = trainer.forward(new NDList(x));
                tape.backward(trainer.getLoss().evaluate(new NDList(labels), prediction));
            }
            trainer.step();
            x.attach(home);
            labels.attach(home);
        }
    }
}
