package io.wengert.examples;

import ai.djl.basicdataset.cv.classification.Mnist;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Images of some of the ten digits in main memory; their classes count from the first of those digits.
 *
 * @param images 28 x 28 numbers from 0 to 1 each
 * @param classes one for each image
 */
record Digits(List<float[]> images, List<Integer> classes) {

    private static final int PIXELS = Mnist.IMAGE_HEIGHT * Mnist.IMAGE_WIDTH;

    /** The images of digits {@code first} to {@code last} in a set. */
    static Digits of(Mnist set, NDManager manager, int first, int last) throws IOException, TranslateException {
        Digits digits = new Digits(new ArrayList<>(), new ArrayList<>());
        for (Batch batch : set.getData(manager)) {
            try (batch) {
                float[] pixels = batch.getData().head().toFloatArray();
                float[] labels = batch.getLabels().head().toType(DataType.FLOAT32, false).toFloatArray();
                for (int i = 0; i < labels.length; i++) {
                    if (labels[i] >= first && labels[i] <= last) {
                        float[] image = new float[PIXELS];
                        System.arraycopy(pixels, i * PIXELS, image, 0, PIXELS);
                        digits.images.add(image);
                        digits.classes.add((int) labels[i] - first);
                    }
                }
            }
        }
        return digits;
    }

    /** How many there are. */
    int size() { return images.size(); }

    /** The first {@code count} of each class. */
    Digits few(int count) {
        Digits few = new Digits(new ArrayList<>(), new ArrayList<>());
        int[] taken = new int[Mnist.NUM_CLASSES];
        for (int i = 0; i < size(); i++) {
            if (taken[classes.get(i)]++ < count) {
                few.images.add(images.get(i));
                few.classes.add(classes.get(i));
            }
        }
        return few;
    }

    /** The images of that number as a batch (chosen, 1, 28, 28). */
    NDList data(NDManager manager, int[] chosen) {
        float[] pixels = new float[chosen.length * PIXELS];
        for (int i = 0; i < chosen.length; i++) System.arraycopy(images.get(chosen[i]), 0, pixels, i * PIXELS, PIXELS);
        return new NDList(manager.create(pixels, new Shape(chosen.length, 1, Mnist.IMAGE_HEIGHT, Mnist.IMAGE_WIDTH)));
    }

    /** Their classes, (chosen). */
    NDList labels(NDManager manager, int[] chosen) {
        return new NDList(manager.create(IntStream.of(chosen).map(classes::get).toArray()));
    }
}
