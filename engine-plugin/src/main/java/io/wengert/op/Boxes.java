package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The boxes of single-shot object detection (Liu et al., 2016), as MXNet's operators MultiBoxPrior, MultiBoxTarget and
 * MultiBoxDetection define them: anchors, what to train them to, and what they have found.
 *
 * <p>A box is {@code (left, top, right, bottom)} in parts of the image's width and height. What a network predicts for
 * an anchor is the place of the box's centre relative to the anchor, in parts of the anchor's size, and the logarithm
 * of the ratio of sizes, all divided by {@link #VARIANCES}. Computed on the host in double precision; no gradient flows
 * through.
 */
public final class Boxes {

    /** Of the centre's x and y, of width and of height. */
    private static final double[] VARIANCES = {0.1, 0.1, 0.2, 0.2};
    /** An anchor that overlaps less is no object's best. */
    private static final double LEAST_OVERLAP = 1e-6;
    /** A detection: class, score, box. */
    private static final int ROW = 6;

    /**
     * How anchors are matched with objects.
     *
     * @param overlap above which an anchor is matched with the object that it overlaps most; not positive for each
     *     object's best only
     * @param ignored the class of anchors that are not trained
     * @param negatives how many anchors without object are trained for each with one, those of the least predicted
     *     background; not positive for all of them
     * @param negativeOverlap below which an anchor counts as one without object
     * @param leastNegatives how many anchors without object are trained at least, if their number is limited
     */
    public record Matching(double overlap, double ignored, double negatives, double negativeOverlap,
            int leastNegatives) {}

    /**
     * Which detections are kept.
     *
     * @param clip whether boxes are limited to the image
     * @param threshold the least score
     * @param background the class that is none; those after it move up by one
     * @param overlap from which on the weaker of two boxes is removed; none is, nor are they sorted, outside of (0, 1]
     * @param acrossClasses whether a box also removes those of other classes
     * @param most how many of the strongest are looked at; not positive for all
     */
    public record Selection(boolean clip, double threshold, int background, double overlap, boolean acrossClasses,
            int most) {}

    private Boxes() {}

    /**
     * Anchors around each place of feature maps: one of each size, square, then one of the first size for each further
     * ratio of width to height.
     *
     * @param x (batch, channels, height, width)
     * @param steps between places, down and across; not positive for one place a pixel
     * @param offsets of the first place in steps, down and across
     * @return {@code (1, height * width * (sizes + ratios - 1), 4)}
     */
    public static Tensor prior(Tensor x, double[] sizes, double[] ratios, double[] steps, double[] offsets,
            boolean clip) {
        if (x.rank() != 4 || sizes.length == 0 || ratios.length == 0 || steps.length != 2 || offsets.length != 2) {
            throw Op.wrong("multi_box_prior", "takes maps (batch, channels, height, width), sizes, ratios, two steps"
                    + " and two offsets", x);
        }
        if (Arrays.stream(sizes).anyMatch(s -> !(s > 0)) || Arrays.stream(ratios).anyMatch(r -> !(r > 0))) {
            throw Op.wrong("multi_box_prior", "sizes " + Arrays.toString(sizes) + " and ratios "
                    + Arrays.toString(ratios) + " must be positive", x);
        }
        int height = Math.toIntExact(x.size(2));
        int width = Math.toIntExact(x.size(3));
        boolean own = steps[0] > 0 && steps[1] > 0;
        double down = own ? steps[0] : 1.0 / height;
        double across = own ? steps[1] : 1.0 / width;
        int each = sizes.length + ratios.length - 1;
        double[] box = new double[Math.multiplyExact(Math.multiplyExact(height, width), 4 * each)];
        int at = 0;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                for (int k = 0; k < each; k++) {
                    double size = sizes[k < sizes.length ? k : 0];
                    double ratio = k < sizes.length ? 1 : Math.sqrt(ratios[k - sizes.length + 1]);
                    put(box, at, (j + offsets[1]) * across, (i + offsets[0]) * down, size * height / width * ratio,
                            size / ratio, clip);
                    at += 4;
                }
            }
        }
        return tensor(x, x.dtype().floating(), box, 1, at / 4, 4);
    }

    private static void put(double[] box, int at, double x, double y, double width, double height, boolean clip) {
        box[at] = x - width / 2;
        box[at + 1] = y - height / 2;
        box[at + 2] = x + width / 2;
        box[at + 3] = y + height / 2;
        for (int i = at; clip && i < at + 4; i++) {
            box[i] = Math.max(0, Math.min(1, box[i]));
        }
    }

    /** The part that two boxes have in common of what they cover together; 0 if they cover nothing. */
    private static double overlap(double[] a, int i, double[] b, int j) {
        double width = Math.max(0, Math.min(a[i + 2], b[j + 2]) - Math.max(a[i], b[j]));
        double height = Math.max(0, Math.min(a[i + 3], b[j + 3]) - Math.max(a[i + 1], b[j + 1]));
        double common = width * height;
        double all = (a[i + 2] - a[i]) * (a[i + 3] - a[i + 1]) + (b[j + 2] - b[j]) * (b[j + 3] - b[j + 1]) - common;
        return all <= 0 ? 0 : common / all;
    }

    /**
     * What to train anchors to. Each object gets the anchor that overlaps it most, the best pair first; then each
     * anchor left may get an object, see {@link Matching}. In a sample without objects all anchors are ignored.
     *
     * @param anchors (1, n, 4)
     * @param labels (batch, objects, 5 or more): class and box; class -1 ends the list
     * @param predictions of classes, not normalized, background first: (batch, classes, n)
     * @return what boxes to predict (batch, 4 n), 1 where they count (batch, 4 n), classes (batch, n) with 0 for
     *     background
     */
    public static Tensor[] target(Tensor anchors, Tensor labels, Tensor predictions, Matching matching) {
        boolean fits = isAnchors(anchors) && labels.rank() == 3 && labels.size(2) >= 5 && predictions.rank() == 3
                && predictions.size(0) == labels.size(0) && predictions.size(1) > 0
                && predictions.size(2) == anchors.size(1) && areReal(anchors, labels, predictions);
        if (!fits) {
            throw Op.wrong("multi_box_target", "takes anchors (1, n, 4), labels (batch, objects, 5) and class"
                    + " predictions (batch, classes, n)", anchors, labels, predictions);
        }
        int n = Math.toIntExact(anchors.size(1));
        int batch = Math.toIntExact(labels.size(0));
        Samples s = new Samples(n, Math.toIntExact(labels.size(1)), Math.toIntExact(labels.size(2)),
                Math.toIntExact(predictions.size(1)), host(anchors), host(labels),
                matching.negatives > 0 ? host(predictions) : null, matching);
        double[] offsets = new double[batch * n * 4];
        double[] masks = new double[batch * n * 4];
        double[] classes = new double[batch * n];
        Arrays.fill(classes, matching.ignored);
        for (int b = 0; b < batch; b++) {
            s.fill(b, offsets, masks, classes);
        }
        DType type = anchors.dtype().floating();
        return new Tensor[] {tensor(anchors, type, offsets, batch, 4L * n), tensor(anchors, type, masks, batch, 4L * n),
            tensor(anchors, type, classes, batch, n)};
    }

    private static boolean areReal(Tensor... arrays) { return Arrays.stream(arrays).allMatch(t -> t.dtype().isReal()); }

    private static boolean isAnchors(Tensor x) { return x.rank() == 3 && x.size(0) == 1 && x.size(2) == 4; }

    /** A batch to be matched: n anchors, up to {@code objects} labels of so many numbers each. */
    private record Samples(int n, int objects, int width, int classes, double[] anchors, double[] labels,
            double[] predictions, Matching matching) {

        void fill(int sample, double[] offsets, double[] masks, double[] target) {
            int first = sample * objects * width;
            int count = 0;
            while (count < objects && labels[first + count * width] != -1) {
                count++;
            }
            if (count == 0) {
                return;
            }
            double[] overlaps = overlaps(first, count);
            int[] object = matched(overlaps, count);
            boolean[] negative = negatives(overlaps, count, object, sample);
            for (int j = 0; j < n; j++) {
                int at = sample * n + j;
                if (object[j] >= 0) {
                    int label = first + object[j] * width;
                    target[at] = labels[label] + 1;
                    Arrays.fill(masks, 4 * at, 4 * at + 4, 1);
                    encode(4 * j, label + 1, offsets, 4 * at);
                } else if (negative[j]) {
                    target[at] = 0;
                }
            }
        }

        private double[] overlaps(int first, int count) {
            double[] r = new double[n * count];
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < count; k++) {
                    r[j * count + k] = overlap(anchors, 4 * j, labels, first + k * width + 1);
                }
            }
            return r;
        }

        /** For each anchor its object, or -1. */
        private int[] matched(double[] overlaps, int count) {
            int[] object = new int[n];
            Arrays.fill(object, -1);
            int[] best = new int[count];
            for (int k = 0; k < count; k++) {
                best[k] = best(overlaps, count, k, object);
            }
            for (int k = first(overlaps, count, best); k >= 0; k = first(overlaps, count, best)) {
                int taken = best[k];
                object[taken] = k;
                best[k] = -1;
                for (int other = 0; other < count; other++) {
                    best[other] = best[other] == taken ? best(overlaps, count, other, object) : best[other];
                }
            }
            for (int j = 0; matching.overlap > 0 && j < n; j++) {
                int k = most(overlaps, count, j);
                object[j] = object[j] < 0 && overlaps[j * count + k] > matching.overlap ? k : object[j];
            }
            return object;
        }

        /** The first anchor without object that overlaps object k most, or -1. */
        private int best(double[] overlaps, int count, int k, int[] object) {
            int best = -1;
            double most = LEAST_OVERLAP;
            for (int j = 0; j < n; j++) {
                if (object[j] < 0 && overlaps[j * count + k] > most) {
                    best = j;
                    most = overlaps[j * count + k];
                }
            }
            return best;
        }

        /** The object whose best anchor overlaps most; of equals the one with the first anchor. */
        private static int first(double[] overlaps, int count, int[] best) {
            int r = -1;
            for (int k = 0; k < count; k++) {
                if (best[k] >= 0) {
                    double more = r < 0 ? 1 : overlaps[best[k] * count + k] - overlaps[best[r] * count + r];
                    r = more > 0 || more == 0 && best[k] < best[r] ? k : r;
                }
            }
            return r;
        }

        /** The object that anchor j overlaps most. */
        private static int most(double[] overlaps, int count, int j) {
            int r = 0;
            for (int k = 1; k < count; k++) {
                r = overlaps[j * count + k] > overlaps[j * count + r] ? k : r;
            }
            return r;
        }

        /** Which anchors are trained to be background. */
        private boolean[] negatives(double[] overlaps, int count, int[] object, int sample) {
            boolean[] negative = new boolean[n];
            if (!(matching.negatives > 0)) {
                Arrays.fill(negative, true);
                return negative;
            }
            int positives = (int) Arrays.stream(object).filter(k -> k >= 0).count();
            List<Integer> candidates = new ArrayList<>();
            double[] background = new double[n];
            for (int j = 0; j < n; j++) {
                if (object[j] < 0 && overlaps[j * count + most(overlaps, count, j)] < matching.negativeOverlap) {
                    candidates.add(j);
                    background[j] = background(sample, j);
                }
            }
            candidates.sort(Comparator.comparingDouble(j -> background[j]));
            long wanted = Math.max(matching.leastNegatives, (long) (positives * matching.negatives));
            for (int j : candidates.subList(0, (int) Math.min(wanted, candidates.size()))) {
                negative[j] = true;
            }
            return negative;
        }

        /** The softmax of class 0. */
        private double background(int sample, int anchor) {
            int at = sample * classes * n + anchor;
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(predictions[at + c * n] - predictions[at]);
            }
            return 1 / sum;
        }

        private void encode(int anchor, int label, double[] to, int at) {
            for (int i = 0; i < 2; i++) {
                double size = anchors[anchor + 2 + i] - anchors[anchor + i];
                double wanted = labels[label + 2 + i] - labels[label + i];
                double place = (labels[label + i] + labels[label + 2 + i]) / 2;
                double from = (anchors[anchor + i] + anchors[anchor + 2 + i]) / 2;
                to[at + i] = (place - from) / size / VARIANCES[i];
                to[at + 2 + i] = Math.log(wanted / size) / VARIANCES[2 + i];
            }
        }
    }

    /**
     * The detections of a network: of each anchor its strongest class but background, then by non-maximum suppression
     * the strongest of boxes that overlap.
     *
     * @param probabilities (batch, classes, n)
     * @param offsets (batch, 4 n)
     * @param anchors (1, n, 4)
     * @return (batch, n, 6), the strongest first: class, score, box; a box that was removed has class -1, and where
     *     there is none all numbers are -1
     */
    public static Tensor detection(Tensor probabilities, Tensor offsets, Tensor anchors, Selection selection) {
        boolean fits = isAnchors(anchors) && probabilities.rank() == 3 && probabilities.size(2) == anchors.size(1)
                && offsets.rank() == 2 && offsets.size(0) == probabilities.size(0)
                && offsets.size(1) == 4 * anchors.size(1) && areReal(probabilities, offsets, anchors);
        if (!fits) {
            throw Op.wrong("multi_box_detection", "takes class probabilities (batch, classes, n), box predictions"
                    + " (batch, 4 n) and anchors (1, n, 4)", probabilities, offsets, anchors);
        }
        int batch = Math.toIntExact(probabilities.size(0));
        int classes = Math.toIntExact(probabilities.size(1));
        int n = Math.toIntExact(anchors.size(1));
        double[] p = host(probabilities);
        double[] o = host(offsets);
        double[] a = host(anchors);
        double[] rows = new double[batch * n * ROW];
        Arrays.fill(rows, -1);
        for (int b = 0; b < batch; b++) {
            List<double[]> found = found(p, b * classes * n, n, classes, selection);
            for (double[] row : found) {
                int anchor = (int) row[ROW];
                decode(a, 4 * anchor, o, 4 * (b * n + anchor), row, selection.clip);
            }
            if (selection.overlap > 0 && selection.overlap <= 1) {
                suppress(found, selection);
            }
            for (int i = 0; i < found.size(); i++) {
                System.arraycopy(found.get(i), 0, rows, (b * n + i) * ROW, ROW);
            }
        }
        return tensor(probabilities, probabilities.dtype().floating(), rows, batch, n, ROW);
    }

    /** Class and score of each anchor that is not background, room for the box, and the anchor. */
    private static List<double[]> found(double[] p, int from, int n, int classes, Selection s) {
        int[] best = new int[n];
        double[] score = new double[n];
        Arrays.fill(best, -1);
        Arrays.fill(score, -1);
        for (int c = 0; c < classes; c++) {
            for (int j = 0; c != s.background && j < n; j++) {
                double probability = p[from + c * n + j];
                if (probability > score[j]) {
                    best[j] = c;
                    score[j] = probability;
                }
            }
        }
        List<double[]> found = new ArrayList<>();
        for (int j = 0; j < n; j++) {
            if (best[j] >= 0 && score[j] >= s.threshold) {
                int shown = s.background >= 0 && best[j] > s.background ? best[j] - 1 : best[j];
                found.add(new double[] {shown, score[j], 0, 0, 0, 0, j});
            }
        }
        return found;
    }

    private static void decode(double[] anchors, int anchor, double[] offsets, int at, double[] row, boolean clip) {
        double width = anchors[anchor + 2] - anchors[anchor];
        double height = anchors[anchor + 3] - anchors[anchor + 1];
        double x = (anchors[anchor] + anchors[anchor + 2]) / 2 + offsets[at] * VARIANCES[0] * width;
        double y = (anchors[anchor + 1] + anchors[anchor + 3]) / 2 + offsets[at + 1] * VARIANCES[1] * height;
        put(row, 2, x, y, Math.exp(offsets[at + 2] * VARIANCES[2]) * width,
                Math.exp(offsets[at + 3] * VARIANCES[3]) * height, clip);
    }

    private static void suppress(List<double[]> found, Selection s) {
        found.sort((a, b) -> Double.compare(b[1], a[1]));
        int looked = s.most > 0 ? Math.min(s.most, found.size()) : found.size();
        found.subList(looked, found.size()).forEach(row -> row[0] = -1);
        for (int i = 0; i < looked; i++) {
            double[] strong = found.get(i);
            for (int j = i + 1; strong[0] >= 0 && j < looked; j++) {
                double[] weak = found.get(j);
                boolean rivals = weak[0] >= 0 && (s.acrossClasses || weak[0] == strong[0]);
                if (rivals && overlap(strong, 2, weak, 2) >= s.overlap) {
                    weak[0] = -1;
                }
            }
        }
    }

    private static double[] host(Tensor x) {
        double[] v = new double[Math.toIntExact(x.size())];
        // Without origin, so that nothing is recorded.
        try (Tensor same = x.view(x.layout());
                Tensor wide = Conversions.CAST.with(DType.FLOAT64, same);
                Tensor rows = wide.layout().isContiguous() ? wide : Conversions.copied(wide)) {
            Observer.Installed.read(wide);
            rows.backend().read(rows.buffer(), rows.layout().offset(), v, 0, v.length);
        }
        return v;
    }

    private static Tensor tensor(Tensor like, DType type, double[] v, long... shape) {
        try (Tensor t = Tensor.of(like.backend(), DType.FLOAT64, v, shape)) {
            return Conversions.CAST.with(type, t);
        }
    }
}
