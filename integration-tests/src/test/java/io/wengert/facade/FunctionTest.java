package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import io.wengert.Autograd;
import io.wengert.Function;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations that a program brings along with their gradients. */
class FunctionTest extends Variables {

    /** 1 / (1 + exp(-x)), whose gradient is written with its saved output. */
    private static final Function SIGMOID = new Function("my_sigmoid") {
        @Override
        protected NDList forward(Context c, NDList x) {
            assertFalse(Autograd.isRecording(), "what forward applies is not recorded");
            NDArray y = x.head().neg().exp().add(1).getNDArrayInternal().rdiv(1);
            c.save(y);
            return new NDList(y);
        }

        @Override
        protected NDList backward(Context c, NDList g) {
            NDArray y = c.saved(0);
            return new NDList(g.head().mul(y).mul(y.neg().add(1)));
        }
    };

    @Test
    void firstAndSecondDerivative() {
        NDArray x = variable(0.5f, -2);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = SIGMOID.apply(x.mul(2)).head();
        }
        NDList first = Autograd.grad(new NDList(y), new NDList(x), null, true, true);
        NDList second = Autograd.grad(first, new NDList(x), null, false, false);
        for (int i = 0; i < 2; i++) {
            double s = 1 / (1 + Math.exp(-2 * x.getFloat(i)));
            assertEquals(s, y.getFloat(i), 1e-6);
            assertEquals(2 * s * (1 - s), first.head().getFloat(i), 1e-6);
            assertEquals(4 * s * (1 - s) * (1 - 2 * s), second.head().getFloat(i), 1e-5);
        }
    }

    @Test
    void oneFunctionManyTimes() {
        NDArray x = variable(0.3f);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = SIGMOID.apply(SIGMOID.apply(SIGMOID.apply(x).head()).head()).head();
            Autograd.backward(y);
        }
        double s1 = 1 / (1 + Math.exp(-0.3f));
        double s2 = 1 / (1 + Math.exp(-s1));
        double s3 = 1 / (1 + Math.exp(-s2));
        assertEquals(s3 * (1 - s3) * s2 * (1 - s2) * s1 * (1 - s1), gradient(x)[0], 1e-6);
    }

    @Test
    void withoutInputsItIsAnError() {
        Function f = Function.straightThrough("my_round", NDArray::round);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> f.apply(new NDList()));
        assertTrue(e.getMessage().startsWith("my_round"), e.getMessage());
    }

    @Test
    void severalInputsAndOutputs() {
        List<Boolean> wanted = new ArrayList<>();
        Function sumAndDifference = new Function("sum_and_difference") {
            @Override
            protected NDList forward(Context c, NDList in) {
                c.note("kept");
                return new NDList(in.get(0).add(in.get(1)), in.get(0).sub(in.get(1)));
            }

            @Override
            protected NDList backward(Context c, NDList g) {
                assertEquals("kept", c.note());
                wanted.add(c.wants(0));
                wanted.add(c.wants(1));
                NDList r = new NDList(g.get(0).add(g.get(1)));
                r.add(null);
                return r;
            }
        };
        NDArray x = variable(1, 2);
        NDArray constant = manager.create(new float[] {10, 20});
        try (Autograd.Scope recording = Autograd.record()) {
            NDList y = sumAndDifference.apply(x, constant);
            assertArrayEquals(new float[] {-9, -18}, y.get(1).toFloatArray());
            // Only the second output is used: the first one's gradient is zeros.
            Autograd.backward(y.get(1).mul(3));
        }
        assertArrayEquals(new float[] {3, 3}, gradient(x));
        assertEquals(List.of(true, false), wanted);
    }

    @Test
    void wrongGradientsAreErrors() {
        NDArray x = variable(1, 2);
        for (NDList wrong : List.of(new NDList(), new NDList(manager.create(1f)))) {
            Function f = new Function("wrong") {
                @Override
                protected NDList forward(Context c, NDList in) { return new NDList(in.head().mul(2)); }

                @Override
                protected NDList backward(Context c, NDList g) { return wrong; }
            };
            try (Autograd.Scope recording = Autograd.record()) {
                NDArray y = f.apply(x).head();
                EngineException e = assertThrows(EngineException.class, () -> Autograd.backward(y));
                assertTrue(e.getMessage().startsWith("wrong: backward"), e.getMessage());
            }
        }
        assertArrayEquals(new float[] {0, 0}, gradient(x));
    }

    @Test
    void straightThroughRounding() {
        Function round = Function.straightThrough("round_ste", NDArray::round);
        NDArray x = variable(0.4f, 1.7f);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray y = round.apply(x).head();
            assertArrayEquals(new float[] {0, 2}, y.toFloatArray());
            Autograd.backward(y.mul(5));
        }
        assertArrayEquals(new float[] {5, 5}, gradient(x));
    }

    @Test
    void insideABlockOfAnOrdinaryTrainer() {
        try (Model model = Model.newInstance("custom", "Wengert")) {
            model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(3).build())
                    .add(new LambdaBlock(SIGMOID::apply)).add(Linear.builder().setUnits(1).build()));
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()))) {
                trainer.initialize(new Shape(4, 2));
                NDArray x = trainer.getManager().randomNormal(new Shape(4, 2));
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    collector.backward(trainer.forward(new NDList(x)).head().square().mean());
                }
                NDArray first = model.getBlock().getParameters().get(0).getValue().getArray();
                assertTrue(first.getGradient().abs().sum().getFloat() > 0);
            }
        }
    }

    @Test
    void withoutRecordingNothingIsKept() {
        NDArray y = SIGMOID.apply(manager.create(new float[] {0})).head();
        assertArrayEquals(new float[] {0.5f}, y.toFloatArray());
        assertThrows(EngineException.class, () -> Autograd.backward(y));
    }
}
