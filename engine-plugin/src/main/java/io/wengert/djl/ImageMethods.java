package io.wengert.djl;

import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.op.Boxes;
import io.wengert.op.Images;
import io.wengert.op.Images.Adjustment;
import io.wengert.op.Images.Aspect;
import io.wengert.op.Op;
import io.wengert.op.Required;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Image operations and the boxes of object detection. Images are (height, width, channels), or a batch of such, unless
 * a method says otherwise; a random choice holds for the whole batch.
 */
interface ImageMethods extends TensorArrayEx {

    @Override
    default NDArray normalize(float[] mean, float[] std) {
        return give(Images.normalize(tensor(), Required.of(mean, "means"), Required.of(std, "deviations")));
    }

    @Override
    default NDArray toTensor() { return give(Images.toTensor(tensor())); }

    /**
     * Resizes (batch, channels, ..), one to three spatial axes, of which {@code size} has one number each.
     *
     * @param mode the ordinal of an {@link Image.Interpolation}
     */
    @Override
    default NDArray interpolation(long[] size, int mode, boolean alignCorners) {
        Tensor x = tensor();
        if (Required.of(size, "sizes").length != x.rank() - 2) {
            throw Op.wrong("interpolation", "takes as many sizes as there are axes after batch and channels, not "
                    + size.length, x);
        }
        return give(Images.resize("interpolation", x, 2, size, named("interpolation", mode), alignCorners));
    }

    /** @param interpolation the ordinal of an {@link Image.Interpolation} */
    @Override
    default NDArray resize(int width, int height, int interpolation) {
        Tensor x = tensor();
        if (x.rank() != 3 && x.rank() != 4) {
            throw Op.wrong("resize", "takes an image of three axes, or a batch of four", x);
        }
        long[] size = {height, width};
        return give(Images.resize("resize", x, x.rank() - 3, size, named("resize", interpolation), false));
    }

    private Images.Interpolation named(String name, int ordinal) {
        Image.Interpolation[] all = Image.Interpolation.values();
        if (ordinal < 0 || ordinal >= all.length) {
            throw Op.wrong(name, "no Image.Interpolation has the ordinal " + ordinal, tensor());
        }
        return Images.Interpolation.valueOf(all[ordinal].name());
    }

    @Override
    default NDArray crop(int x, int y, int width, int height) {
        return give(Images.crop(tensor(), x, y, width, height));
    }

    @Override
    default NDArray randomFlipLeftRight() { return randomFlip(true); }

    @Override
    default NDArray randomFlipTopBottom() { return randomFlip(false); }

    private NDArray randomFlip(boolean leftRight) {
        try (Tensor flipped = Images.flip(tensor(), leftRight)) {
            return give(uniform(0, 1) < 0.5 ? flipped.share() : tensor().share());
        }
    }

    @Override
    default NDArray randomBrightness(float brightness) { return jitter("randomBrightness", brightness, 0, 0, 0); }

    /** Turns the hue by up to so many whole turns in either direction. */
    @Override
    default NDArray randomHue(float hue) { return jitter("randomHue", 0, 0, 0, hue); }

    /** The changes come in random order. */
    @Override
    default NDArray randomColorJitter(float brightness, float contrast, float saturation, float hue) {
        return jitter("randomColorJitter", brightness, contrast, saturation, hue);
    }

    private NDArray jitter(String name, float... amounts) {
        List<Adjustment> all = new ArrayList<>();
        for (Aspect aspect : Aspect.values()) {
            float amount = amounts[aspect.ordinal()];
            if (!(amount >= 0 && amount < Float.POSITIVE_INFINITY)) {
                throw Op.wrong(name, "an amount must not be negative, nor " + amount, tensor());
            }
            double drawn = uniform(Math.max(0, 1.0 - amount), 1.0 + amount);
            if (amount > 0) {
                int place = (int) uniform(0, all.size() + 1);
                all.add(place, new Adjustment(aspect, aspect == Aspect.HUE ? drawn - 1 : drawn));
            }
        }
        return give(Images.adjust(name, tensor(), all));
    }

    /** A number from the engine's stream. */
    private double uniform(double low, double high) {
        return low + (high - low) * array().manager().engine().random().choice();
    }

    /** Of feature maps (batch, channels, height, width): {@code (1, height * width * (sizes + ratios - 1), 4)}. */
    @Override
    default NDList multiBoxPrior(List<Float> sizes, List<Float> ratios, List<Float> steps, List<Float> offsets,
            boolean clip) {
        return new NDList(give(Boxes.prior(tensor(), numbers(sizes), numbers(ratios), numbers(steps), numbers(offsets),
                clip)));
    }

    private static double[] numbers(List<Float> list) {
        return Required.of(list, "numbers").stream().mapToDouble(Float::doubleValue).toArray();
    }

    /** Anchors (1, n, 4), labels (batch, objects, 5), class predictions (batch, classes, n). */
    @Override
    default NDList multiBoxTarget(NDList inputs, float iouThreshold, float ignoreLabel, float negativeMiningRatio,
            float negativeMiningThreshold, int minNegativeSamples) {
        Boxes.Matching matching = new Boxes.Matching(iouThreshold, ignoreLabel, negativeMiningRatio,
                negativeMiningThreshold, minNegativeSamples);
        Tensor[] in = three("multiBoxTarget", inputs);
        return array().give(Boxes.target(in[0], in[1], in[2], matching));
    }

    /**
     * Class probabilities (batch, classes, n), box predictions (batch, 4 n), anchors (1, n, 4): MultiBoxDetection's
     * order.
     */
    @Override
    default NDList multiBoxDetection(NDList inputs, boolean clip, float threshold, int backgroundId, float nmsThreshold,
            boolean forceSuppress, int nmsTopK) {
        Boxes.Selection selection = new Boxes.Selection(clip, threshold, backgroundId, nmsThreshold, forceSuppress,
                nmsTopK);
        Tensor[] in = three("multiBoxDetection", inputs);
        return new NDList(give(Boxes.detection(in[0], in[1], in[2], selection)));
    }

    private Tensor[] three(String name, NDList inputs) {
        if (Required.of(inputs, "arrays").size() != 3) {
            throw new IllegalArgumentException(name + ": takes three arrays, not " + inputs.size());
        }
        return inputs.stream().map(this::operand).toArray(Tensor[]::new);
    }
}
