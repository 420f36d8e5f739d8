package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.wengert.Autograd;
import io.wengert.GradientClipping;
import io.wengert.LossScaler;
import org.junit.jupiter.api.Test;

/** Gradients between backward and the step: clipped, and scaled for half precision. */
class GradientScalingTest extends Variables {

    /** Two variables with the gradients (3, 0) and (0, -4). */
    private NDList threeFour() {
        NDArray a = variable(1, 1);
        NDArray b = variable(1, 1);
        try (Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(a.mul(manager.create(new float[] {3, 0})).add(b.mul(manager.create(new float[] {0, -4}))));
        }
        return new NDList(a, b);
    }

    @Test
    void theGlobalNormIsClipped() {
        NDList v = threeFour();
        assertEquals(5, GradientClipping.byGlobalNorm(v, 10), 1e-9);
        assertArrayEquals(new float[] {3, 0}, gradient(v.get(0)));
        assertEquals(5, GradientClipping.byGlobalNorm(v, 2.5), 1e-9);
        assertArrayEquals(new float[] {1.5f, 0}, gradient(v.get(0)));
        assertArrayEquals(new float[] {0, -2}, gradient(v.get(1)));
        assertEquals(2.5, GradientClipping.globalNorm(v), 1e-6);
        assertThrows(IllegalArgumentException.class, () -> GradientClipping.byGlobalNorm(v, 0));
    }

    @Test
    void valuesAreClipped() {
        NDList v = threeFour();
        assertEquals(5, GradientClipping.byValue(v, 1), 1e-9);
        assertArrayEquals(new float[] {1, 0}, gradient(v.get(0)));
        assertArrayEquals(new float[] {0, -1}, gradient(v.get(1)));
    }

    @Test
    void aNormThatIsNotFiniteIsGivenAndNothingChanged() {
        NDArray x = variable(0, 4);
        try (Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(x.sqrt());
        }
        assertEquals(Double.POSITIVE_INFINITY, GradientClipping.byGlobalNorm(new NDList(x), 1));
        assertArrayEquals(new float[] {Float.POSITIVE_INFINITY, 0.25f}, gradient(x));
    }

    @Test
    void aScaledLossGivesTheSameGradients() {
        NDArray x = variable(1, 2);
        LossScaler scaler = new LossScaler();
        try (Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(scaler.scale(x.square().sum()));
        }
        assertArrayEquals(new float[] {2 * 65536, 4 * 65536}, gradient(x));
        assertTrue(scaler.unscale(new NDList(x)));
        assertArrayEquals(new float[] {2, 4}, gradient(x));
    }

    @Test
    void smallGradientsOfHalfPrecisionSurvive() {
        NDArray x = manager.create(new float[] {1}).toType(DataType.FLOAT16, false);
        x.setRequiresGradient(true);
        for (boolean scaled : new boolean[] {false, true}) {
            LossScaler scaler = new LossScaler();
            NDArray seen = manager.zeros(new Shape(1));
            // On the way back 1e-6 times 1e-4 is zero in half precision, whose least number is 6e-8.
            Autograd.zeroGradients();
            try (Autograd.Scope recording = Autograd.record()) {
                NDArray h = x.mul(1e-4f);
                NDArray loss = h.toType(DataType.FLOAT32, false).mul(1e-6f).sum();
                Autograd.onGradient(h, g -> {
                    seen.addi(g.toType(DataType.FLOAT32, false));
                    return null;
                });
                Autograd.backward(scaled ? scaler.scale(loss) : loss);
            }
            try (NDArray g = x.getGradient()) {
                assertEquals(scaled, g.toType(DataType.FLOAT32, false).getFloat(0) > 0);
            }
        }
    }

    @Test
    void itShrinksOnOverflowAndGrowsWithPatience() {
        NDArray x = variable(1);
        LossScaler scaler = new LossScaler(8, 2, 0.5, 2);
        float[] factors = {1, 1, Float.POSITIVE_INFINITY, Float.NaN, 1, 1};
        boolean[] taken = new boolean[factors.length];
        double[] scales = new double[factors.length];
        for (int i = 0; i < factors.length; i++) {
            try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
                c.backward(scaler.scale(x.mul(factors[i]).sum()));
            }
            taken[i] = scaler.unscale(new NDList(x));
            scales[i] = scaler.scale();
        }
        assertArrayEquals(new boolean[] {true, true, false, false, true, true}, taken);
        assertArrayEquals(new double[] {8, 16, 8, 4, 4, 8}, scales);
        assertEquals(2, scaler.skipped());
        assertThrows(IllegalArgumentException.class, () -> new LossScaler(0, 2, 0.5, 1));
    }

    @Test
    void inATrainersLoopAnOverflowLeavesTheParametersAlone() {
        Block block = Linear.builder().setUnits(1).optBias(false).build();
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build())
                .optInitializer(new ConstantInitializer(1), p -> true);
        try (Model model = Model.newInstance("scaled", "Wengert")) {
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1, 1));
                LossScaler scaler = new LossScaler();
                assertTrue(step(trainer, scaler, 2));
                // w - 0.1 * (w * 2 - 0) * 2 with w = 1.
                assertEquals(0.6f, block.getParameters().valueAt(0).getArray().getFloat(0, 0), 1e-6f);
                assertFalse(step(trainer, scaler, Float.POSITIVE_INFINITY));
                assertEquals(0.6f, block.getParameters().valueAt(0).getArray().getFloat(0, 0), 1e-6f);
                assertTrue(step(trainer, scaler, 2));
                assertEquals(0.36f, block.getParameters().valueAt(0).getArray().getFloat(0, 0), 1e-6f);
            }
        }
    }

    private boolean step(Trainer trainer, LossScaler scaler, float x) {
        NDList data = new NDList(manager.create(new float[] {x}, new Shape(1, 1)));
        NDList labels = new NDList(manager.zeros(new Shape(1, 1)));
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDArray loss = trainer.getLoss().evaluate(labels, trainer.forward(data));
            collector.backward(scaler.scale(loss));
        }
        return scaler.step(trainer);
    }
}
