package io.wengert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;

/**
 * Keeps the small gradients of half precision above zero: the loss is multiplied by a large number before backward, the gradients
 * are divided by it before the step (Micikevicius et al., Mixed Precision Training, 2018).
 *
 * <pre>{@code
 * LossScaler scaler = new LossScaler();
 * try (GradientCollector collector = trainer.newGradientCollector()) {
 *     NDArray loss = trainer.getLoss().evaluate(labels, trainer.forward(data));
 *     collector.backward(scaler.scale(loss));
 * }
 * scaler.step(trainer);
 * }</pre>
 *
 * <p>The number is found as training goes: when a gradient overflows, the step is left out and the number halved; after so many steps
 * without overflow it is doubled. For one training, on one thread.
 */
public final class LossScaler {

    private static final double FIRST = 1 << 16;
    private static final double LARGEST = 1L << 60;
    private static final int PATIENCE = 2000;

    private final double growth;
    private final double backoff;
    private final int patience;
    private double scale;
    private int good;
    private long skipped;

    /** Starts with 65536, halves on overflow, doubles after 2000 steps without. */
    public LossScaler() { this(FIRST, 2, 0.5, PATIENCE); }

    /**
     * A scaler of given habits.
     *
     * @param scale the first factor
     * @param growth by what it grows, from 1 on
     * @param backoff by what it is multiplied on overflow, below 1
     * @param patience after how many steps without overflow it grows
     * @throws IllegalArgumentException if a number is not in its range
     */
    public LossScaler(double scale, double growth, double backoff, int patience) {
        if (!(scale > 0) || !(growth >= 1) || !(backoff > 0 && backoff < 1) || patience < 1) {
            throw new IllegalArgumentException("LossScaler: takes a positive scale, a growth from 1 on, a backoff between 0 and 1 and a"
                    + " patience from 1 on, not " + scale + ", " + growth + ", " + backoff + ", " + patience);
        }
        this.scale = scale;
        this.growth = growth;
        this.backoff = backoff;
        this.patience = patience;
    }

    /** The factor of now. */
    public double scale() { return scale; }

    /** How many steps have been left out. */
    public long skipped() { return skipped; }

    /** The loss times the factor, to be played back; of a half type it becomes float32 first, where the product has room. */
    public NDArray scale(NDArray loss) {
        DataType type = loss.getDataType();
        boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        return (half ? loss.toType(DataType.FLOAT32, false) : loss).mul(scale);
    }

    /**
     * Divides the gradients by the factor, if all are finite, and adapts the factor for the next step.
     *
     * @return whether to take the step: false if there is a NaN or infinity, and the gradients are not to be used
     */
    public boolean unscale(NDList variables) {
        double norm = GradientClipping.globalNorm(variables);
        if (!(norm < Double.POSITIVE_INFINITY)) {
            scale = Math.max(Float.MIN_NORMAL, scale * backoff);
            good = 0;
            skipped++;
            return false;
        }
        GradientClipping.scale(variables, 1 / scale);
        if (++good >= patience) {
            scale = Math.min(scale * growth, LARGEST);
            good = 0;
        }
        return true;
    }

    /** As {@link #unscale(NDList)}, of a block's trained parameters. */
    public boolean unscale(Block block) { return unscale(GradientClipping.trained(block)); }

    /**
     * Divides the gradients, and has the trainer take its step unless there was an overflow.
     *
     * @return whether the step was taken
     */
    public boolean step(Trainer trainer) {
        boolean take = unscale(trainer.getModel().getBlock());
        if (take) {
            trainer.step();
        }
        return take;
    }
}
