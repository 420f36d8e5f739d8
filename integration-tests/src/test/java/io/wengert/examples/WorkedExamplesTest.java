package io.wengert.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of differentiation in short: what they set out to show is there. */
class WorkedExamplesTest {

    private static Options options(Class<?> example, String number, int value) {
        return Options.of(example).number(number, value, "").parse();
    }

    @Test
    void logisticRegressionLearnsByHand() throws Exception {
        LogisticRegressionByHand.Result r = LogisticRegressionByHand.train(options(LogisticRegressionByHand.class, "steps", 60));
        assertEquals(Math.log(2), r.losses()[0], 1e-5, "all weights zero");
        assertTrue(r.losses()[59] < 0.12, "loss " + r.losses()[59]);
        assertTrue(r.accuracy() > 0.95 && r.floor() < 0.65, r.accuracy() + " against " + r.floor());
    }

    @Test
    void newtonConvergesQuadratically() throws Exception {
        Options options = options(NewtonConjugateGradient.class, "descent", 100);
        List<NewtonConjugateGradient.Step> steps = NewtonConjugateGradient.newton(options, 20);
        NewtonConjugateGradient.Step last = steps.get(steps.size() - 1);
        assertTrue(last.gradient() < 1e-11, "gradient " + last.gradient() + " after " + steps.size() + " steps");
        NewtonConjugateGradient.Step descent = NewtonConjugateGradient.descend(options, 100);
        assertTrue(descent.loss() > last.loss() + 1e-4 && descent.gradient() > 1e-4, "descent comes to " + descent);
    }

    @Test
    void theNetSolvesTheDifferentialEquation() {
        PhysicsInformedNet.Result r = PhysicsInformedNet.solve(options(PhysicsInformedNet.class, "steps", 2000));
        assertTrue(r.largestError() < 0.02, "largest error " + r.largestError());
        assertTrue(r.losses()[1999] < 1e-3 * r.losses()[0], "residual " + r.losses()[1999]);
    }

    @Test
    void oneStepFromMetaLearntWeightsFitsANewCurve() {
        MetaLearning.Result r = MetaLearning.train(options(MetaLearning.class, "steps", 1000));
        assertTrue(r.metaAfter() < 0.7 * r.metaBefore(), r.metaBefore() + " before, " + r.metaAfter() + " after");
        assertTrue(r.metaAfter() < 0.7 * r.jointAfter(), r.metaAfter() + " against " + r.jointAfter());
    }
}
