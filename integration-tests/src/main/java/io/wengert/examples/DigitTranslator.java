package io.wengert.examples;

import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;
import java.util.stream.IntStream;

/** The way from one image, 28 x 28 pixels of ink from 0 to 255, to the probabilities of the ten digits. */
final class DigitTranslator implements Translator<float[], Classifications> {

    private static final List<String> DIGITS = IntStream.range(0, Mnist.NUM_CLASSES).mapToObj(String::valueOf).toList();

    @Override
    public NDList processInput(TranslatorContext context, float[] pixels) {
        Shape shape = new Shape(1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH);
        // The same scaling as ToTensor's, which the data set applies to its batches.
        return new NDList(context.getNDManager().create(pixels, shape).div(255));
    }

    @Override
    public Classifications processOutput(TranslatorContext context, NDList logits) {
        return new Classifications(DIGITS, logits.singletonOrThrow().softmax(-1));
    }
}
