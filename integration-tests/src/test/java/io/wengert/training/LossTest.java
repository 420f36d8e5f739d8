package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.evaluator.BinaryAccuracy;
import ai.djl.training.evaluator.Coverage;
import ai.djl.training.evaluator.Evaluator;
import ai.djl.training.evaluator.IndexEvaluator;
import ai.djl.training.evaluator.TopKAccuracy;
import ai.djl.training.loss.ElasticNetWeightDecay;
import ai.djl.training.loss.HingeLoss;
import ai.djl.training.loss.IndexLoss;
import ai.djl.training.loss.L1WeightDecay;
import ai.djl.training.loss.L2WeightDecay;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.MaskedSoftmaxCrossEntropyLoss;
import ai.djl.training.loss.QuantileL1Loss;
import ai.djl.training.loss.SigmoidBinaryCrossEntropyLoss;
import ai.djl.training.loss.SimpleCompositeLoss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.loss.TabNetClassificationLoss;
import ai.djl.training.loss.TabNetRegressionLoss;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The losses and evaluators of {@code ai.djl.training}: values and gradients worked out by hand. */
class LossTest {

    private static final double EPS = 1e-5;

    private final Engine engine = Engine.getEngine("Wengert");
    private final NDManager manager = engine.newBaseManager();

    @AfterEach
    void close() { manager.close(); }

    private NDArray row(float... values) { return manager.create(values, new Shape(1, values.length)); }

    /** Checks a loss of one prediction and its gradient. */
    private void check(double expected, float[] gradient, Loss loss, NDArray label, NDArray prediction) {
        check(expected, gradient, loss, new NDList(label), prediction, new NDList(prediction));
    }

    private void check(double expected, float[] gradient, Loss loss, NDList labels, NDArray variable,
            NDList predictions) {
        variable.setRequiresGradient(true);
        try (GradientCollector collector = engine.newGradientCollector()) {
            NDArray value = loss.evaluate(labels, predictions);
            assertEquals(expected, value.mean().getFloat(), EPS, loss.getName());
            collector.backward(value);
        }
        assertArrayEquals(gradient, variable.getGradient().toFloatArray(), (float) EPS, loss.getName() + " gradient");
    }

    @Test
    void distances() {
        check((1 + 4) / 2. / 2, new float[] {0.5f, -1}, Loss.l2Loss(), row(1, 2), row(2, 0));
        check((1 + 2) / 2., new float[] {0.5f, -0.5f}, Loss.l1Loss(), row(1, 2), row(2, 0));
        // |d| of 1 above is weighed by 1 - q, |d| of 2 below by q, both twice.
        check((2 * 0.25 * 1 + 2 * 0.75 * 2) / 2, new float[] {0.25f, -0.75f}, new QuantileL1Loss(0.75f), row(1, 2),
                row(2, 0));
        check((0 + 1.5) / 2, new float[] {0, 0.5f}, new HingeLoss(), row(1, -1), row(2, 0.5f));
    }

    @Test
    void crossEntropies() {
        double softmax = Math.exp(1) / (Math.exp(1) + 2);
        float p = (float) softmax;
        float q = (1 - p) / 2;
        check(-Math.log(softmax), new float[] {p - 1, q, q}, Loss.softmaxCrossEntropyLoss(),
                manager.create(new float[] {0}), row(1, 0, 0));
        check(-Math.log(softmax), new float[] {p - 1, q, q}, new SoftmaxCrossEntropyLoss("dense", 1, -1, false, true),
                row(1, 0, 0), row(1, 0, 0));
        // Without fromLogit the prediction is already the logarithm of a probability.
        check(3 * 0.7, new float[] {-3, 0}, new SoftmaxCrossEntropyLoss("weighed", 3, -1, false, false), row(1, 0),
                row(-0.7f, -0.7f));
    }

    @Test
    void sigmoidCrossEntropy() {
        double sigmoid = 1 / (1 + Math.exp(-2));
        float slope = (float) (1 - sigmoid) / 2;
        check(-Math.log(sigmoid), new float[] {-slope, slope}, Loss.sigmoidBinaryCrossEntropyLoss(), row(1, 0),
                row(2, -2));
        // With sigmoids given, DJL adds logarithms of probabilities without turning their sign.
        check((Math.log(0.8) + Math.log(0.5)) / 2, new float[] {0.5f / 0.8f, -1},
                new SigmoidBinaryCrossEntropyLoss("from sigmoid", 1, true), row(1, 0), row(0.8f, 0.5f));
    }

    @Test
    void maskedCrossEntropyIgnoresWhatIsBeyondTheLength() {
        NDArray logits = manager.zeros(new Shape(1, 3, 2));
        NDList labels = new NDList(row(0, 1, 1), manager.create(new float[] {2}));
        float[] gradient = {-1 / 6f, 1 / 6f, 1 / 6f, -1 / 6f, 0, 0};
        check(2 * Math.log(2) / 3, gradient, new MaskedSoftmaxCrossEntropyLoss(), labels, logits, new NDList(logits));
    }

    @Test
    void weightDecays() {
        NDArray w = row(3, -4);
        NDList all = new NDList(w);
        check(7, new float[] {1, -1}, new L1WeightDecay(all), all, w, all);
        check(25 * 0.1, new float[] {0.6f, -0.8f}, new L2WeightDecay("L2", all, 0.1f), all, w, all);
        check(7 + 25, new float[] {7, -9}, new ElasticNetWeightDecay(all), all, w, all);
    }

    @Test
    void composedLosses() {
        NDArray prediction = row(2, 0);
        Loss sum = new SimpleCompositeLoss("both").addLoss(Loss.l1Loss()).addLoss(Loss.l2Loss());
        check(1.5 + 1.25, new float[] {1, -1.5f}, sum, row(1, 2), prediction);
        NDArray other = row(2, 0);
        check(1.5, new float[] {0.5f, -0.5f}, new IndexLoss(Loss.l1Loss(), 1, 0), new NDList(row(1, 2)), other,
                new NDList(row(9), other));
    }

    @Test
    void tabNetLosses() {
        NDArray sparse = row(0.2f, 0.4f);
        NDArray p = row(2, 0);
        check(2.5 + 0.3, new float[] {1, -2}, new TabNetRegressionLoss(), new NDList(row(1, 2)), p,
                new NDList(p, sparse));
        NDArray q = row(0, 0);
        check(Math.log(2) + 0.3, new float[] {-0.5f, 0.5f}, new TabNetClassificationLoss(),
                new NDList(manager.create(new float[] {0})), q, new NDList(q, sparse));
    }

    @Test
    void evaluators() {
        NDArray scores = manager.create(new float[] {5, 1, 2, 1, 5, 2, 2, 1, 5, 4, 5, 1}, new Shape(4, 3));
        NDArray labels = manager.create(new int[] {0, 1, 0, 0});
        assertEquals(0.5f, accumulated(new Accuracy(), labels, scores));
        assertEquals(1f, accumulated(new TopKAccuracy(2), labels, scores));
        assertEquals(0.75f, accumulated(new BinaryAccuracy(0.5f), row(1, 0, 1, 0), row(0.9f, 0.1f, 0.2f, 0.4f)));
        assertEquals(0.5f, accumulated(new Coverage(), row(1, 2, 3, 4), row(2, 3, 1, 1)));
        Evaluator second = new IndexEvaluator(new Accuracy(), 1, 0);
        second.addAccumulator("key");
        second.updateAccumulators(new String[] {"key"}, new NDList(labels), new NDList(labels, scores));
        assertEquals(0.5f, second.getAccumulator("key"));
    }

    private static float accumulated(Evaluator e, NDArray label, NDArray prediction) {
        e.addAccumulator("key");
        e.updateAccumulators(new String[] {"key"}, new NDList(label), new NDList(prediction));
        e.updateAccumulators(new String[] {"key"}, new NDList(label), new NDList(prediction));
        return e.getAccumulator("key");
    }
}
