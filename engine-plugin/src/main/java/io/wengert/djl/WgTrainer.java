package io.wengert.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * A trainer whose gradient collectors, when they are closed, wait for what was given to the trainer's executor while they were
 * open: DJL's {@code EasyTrain.trainBatch} has the parts of a batch computed there, and takes the step without waiting for them.
 */
final class WgTrainer extends Trainer {

    private final TrackingExecutor executor;

    WgTrainer(Model model, TrainingConfig config) {
        super(model, config);
        ExecutorService own = config.getExecutorService();
        executor = own == null ? null : new TrackingExecutor(own);
    }

    /** The executor of the configuration; listeners may ask while this object is being made. */
    @Override
    public Optional<ExecutorService> getExecutorService() { return executor == null ? super.getExecutorService() : Optional.of(executor); }

    @Override
    public GradientCollector newGradientCollector() {
        GradientCollector collector = super.newGradientCollector();
        if (executor == null) {
            return collector;
        }
        TrackingExecutor.Stretch stretch = executor.begin();
        return new GradientCollector() {
            @Override
            public void backward(NDArray target) { collector.backward(target); }

            @Override
            public void zeroGradients() { collector.zeroGradients(); }

            @Override
            public void close() {
                stretch.close();
                collector.close();
            }
        };
    }
}
