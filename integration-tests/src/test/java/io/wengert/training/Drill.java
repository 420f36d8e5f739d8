package io.wengert.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import ai.djl.translate.Batchifier;
import ai.djl.util.Pair;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.DoubleAdder;

/** A model that learns the same batch again and again, by DJL's own {@code EasyTrain}. */
final class Drill implements AutoCloseable {

    final Model model;
    final Trainer trainer;
    final NDManager manager;
    private final NDList data;
    private final NDList labels;
    private final DoubleAdder loss = new DoubleAdder();

    Drill(Block block, DefaultTrainingConfig config, NDList data, NDList labels, Shape... inputShapes) {
        this.data = data;
        this.labels = labels;
        model = Model.newInstance("drill", "Wengert");
        model.setBlock(block);
        manager = data.getManager();
        trainer = model.newTrainer(config.addTrainingListeners(new LossListener()));
        trainer.initialize(inputShapes);
    }

    Drill(Block block, DefaultTrainingConfig config, NDList data, NDList labels) {
        this(block, config, data, labels, data.getShapes());
    }

    /** DJL's configuration for the only device there is, whichever engine is DJL's default. */
    static DefaultTrainingConfig config(Loss loss) {
        return new DefaultTrainingConfig(loss).optDevices(new Device[] {Device.cpu()});
    }

    private final class LossListener extends TrainingListenerAdapter {
        @Override
        public void onTrainingBatch(Trainer trainer, BatchData batch) {
            for (Device device : batch.getLabels().keySet()) {
                NDList predictions = batch.getPredictions().get(device);
                loss.add(trainer.getLoss().evaluate(batch.getLabels().get(device), predictions).mean().getFloat());
            }
        }
    }

    /** One step; returns the loss before it, summed over the devices. */
    float step() {
        loss.reset();
        try (Batch batch = batch()) {
            EasyTrain.trainBatch(trainer, batch);
            trainer.step();
        }
        return loss.floatValue();
    }

    float[] steps(int n) {
        float[] losses = new float[n];
        for (int i = 0; i < n; i++) {
            losses[i] = step();
        }
        return losses;
    }

    Batch batch() {
        int size = (int) data.head().getShape().get(0);
        // Copies: a batch closes its arrays, and EncoderDecoder adds the encoder's states to the list of labels.
        NDList x = new NDList(data.stream().map(NDArray::duplicate).toList());
        NDList y = new NDList(labels.stream().map(NDArray::duplicate).toList());
        return new Batch(manager.newSubManager(), x, y, size, Batchifier.STACK, Batchifier.STACK, 0, 1);
    }

    /** A fingerprint of each parameter's bits, to tell which have changed. */
    Map<String, Integer> fingerprints() {
        Map<String, Integer> prints = new TreeMap<>();
        for (Pair<String, Parameter> p : model.getBlock().getParameters()) {
            prints.put(p.getKey(), Arrays.hashCode(p.getValue().getArray().toFloatArray()));
        }
        return prints;
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
