package io.wengert.op;

import static io.wengert.op.ShapeOps.scoped;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.op.ShapeOps.Region;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Images: their size, their place in memory and their colours.
 *
 * <p>Everything is composed of other operations, so that gradients of any order follow. Integers are calculated with as
 * floating numbers, and the result is rounded and limited to their range.
 */
public final class Images {

    /** The weights of red, green and blue in the luminance: ITU-R BT.601. */
    private static final double[] LUMINANCE = {0.299, 0.587, 0.114};
    private static final int MAX_RANK = 5;

    /**
     * How the elements of an axis are found when its size changes. Places between elements count from their centres.
     */
    public enum Interpolation {
        /** The element that lies there. */
        NEAREST,
        /** Linear; when shrinking, the triangle is as wide as what falls on one new element. */
        BILINEAR,
        /** The mean of all elements that a new one covers, if only in part. */
        AREA,
        /** The cubic of Keys (1981) with a = -1/2; when shrinking, as wide as what falls on one new element. */
        BICUBIC;

        /** How far from its centre, in elements, the kernel reaches. */
        double reach() { return this == BICUBIC ? 2 : 1; }

        /** The kernel, not normalized. */
        double at(double place) {
            double d = Math.abs(place);
            if (this != BICUBIC) {
                return Math.max(0, 1 - d);
            }
            return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((2.5 - 0.5 * d) * d - 4) * d + 2 : 0;
        }
    }

    /**
     * A change of colours and how far it goes: a factor, of which 1 changes nothing, or for the hue a part of a turn.
     */
    public record Adjustment(Aspect aspect, double amount) {}

    /** What an {@link Adjustment} changes. */
    public enum Aspect {
        /** Multiplies by the factor. */
        BRIGHTNESS,
        /** Away from the mean luminance of the image. */
        CONTRAST,
        /** Away from the luminance of the pixel. */
        SATURATION,
        /** Around the circle red, green, blue; lightness and saturation stay. */
        HUE
    }

    private Images() {}

    /**
     * Other sizes for the axes from {@code first} on. Shrinking with BILINEAR and BICUBIC smooths, as in Pillow,
     * torchvision and DJL's PyTorch engine, and kernels are cut off and normalized at the edges.
     *
     * @param corners whether the centres of the first elements before and after coincide, and those of the last: then
     *     nothing is smoothed. Without meaning for NEAREST and AREA
     * @return of the same dtype
     * @throws IllegalArgumentException for an empty array, a size that is not positive, or a dtype without order but
     *     for NEAREST
     */
    public static Tensor resize(String name, Tensor x, int first, long[] size, Interpolation how, boolean corners) {
        if (x.rank() < 3 || x.rank() > MAX_RANK || x.size() == 0 || first + size.length > x.rank()) {
            throw Op.wrong(name, "takes images of at least one pixel, and has sizes for " + size.length + " axes", x);
        }
        if (Arrays.stream(size).anyMatch(n -> n < 1 || n > Integer.MAX_VALUE)) {
            throw Op.wrong(name, "no images of the size " + Layout.text(size), x);
        }
        if (how == Interpolation.NEAREST) {
            return scoped(() -> nearest(x, first, size));
        }
        return computed(name, x, w -> {
            Tensor y = w;
            for (int axis : order(x, first, size)) {
                y = resample(y, axis, Math.toIntExact(size[axis - first]), how, corners);
            }
            return y;
        });
    }

    /** The axes to resize: those that shrink, with the longest runs first, then those that grow least. */
    private static int[] order(Tensor x, int first, long[] size) {
        Integer[] axes = new Integer[size.length];
        Arrays.setAll(axes, i -> first + i);
        Arrays.sort(axes, Comparator.comparingDouble(a -> Math.max(1, (double) size[a - first] / x.size(a))));
        return Arrays.stream(axes).mapToInt(i -> i).toArray();
    }

    private static Tensor nearest(Tensor x, int first, long[] size) {
        Tensor y = x;
        for (int axis : order(x, first, size)) {
            long n = x.size(axis);
            long out = size[axis - first];
            if (n != out) {
                long[] places = new long[(int) out];
                Arrays.setAll(places, i -> i * n / out);
                Runs runs = Runs.of(y, axis);
                y = runs.back(IndexOps.TAKE.with(runs.axis(), runs.of(y), runs.places(places)), out);
            }
        }
        return y;
    }

    private static Tensor resample(Tensor x, int axis, int out, Interpolation how, boolean corners) {
        int in = Math.toIntExact(x.size(axis));
        if (in == out) {
            return x;
        }
        Taps taps = Taps.of(in, out, how, corners);
        Runs runs = Runs.of(x, axis);
        Tensor from = runs.of(x);
        Tensor sum = null;
        for (int k = 0; k < taps.place().length; k++) {
            try (Tensor place = runs.places(taps.place()[k]);
                    Tensor weight = runs.numbers(taps.weight()[k]);
                    Tensor part = IndexOps.TAKE.with(runs.axis(), from, place);
                    Tensor before = sum) {
                Tensor term = Arithmetic.MUL.onto(null, part, weight);
                sum = before == null ? term : Arithmetic.ADD.onto(null, before, term);
                if (before != null) {
                    term.close();
                }
            }
        }
        return runs.back(sum, out);
    }

    /**
     * An axis of an array as kernels like it: where only few elements lie behind each place, such as the channels of a
     * pixel, one axis of both.
     *
     * @param run how many elements each place stands for
     */
    private record Runs(Tensor x, int axis, int run) {

        private static final int SHORT = 32;

        static Runs of(Tensor x, int axis) {
            long run = Layout.sizeOf(Arrays.copyOfRange(x.shape(), axis + 1, x.rank()));
            return new Runs(x, axis, run < SHORT ? (int) run : 1);
        }

        private boolean isMerged() { return run > 1; }

        Tensor of(Tensor y) {
            if (!isMerged()) {
                return y;
            }
            long[] shape = Arrays.copyOf(y.shape(), axis + 1);
            shape[axis] *= run;
            return ShapeOps.reshape(y, shape);
        }

        /** The result in the axes of x, of which this one has got another size. */
        Tensor back(Tensor y, long size) {
            long[] shape = x.shape();
            shape[axis] = size;
            return ShapeOps.reshape(y, shape);
        }

        Tensor places(long[] p) {
            long[] all = new long[p.length * run];
            Arrays.setAll(all, i -> p[i / run] * run + i % run);
            return Tensor.of(x.backend(), DType.INT64, all, all.length);
        }

        /** Numbers for each place, of the dtype of x, float32 or float64. */
        Tensor numbers(double[] v) {
            double[] all = new double[v.length * run];
            Arrays.setAll(all, i -> v[i / run]);
            long[] shape = new long[isMerged() ? 1 : x.rank() - axis];
            Arrays.fill(shape, 1);
            shape[0] = all.length;
            return Images.numbers(x, all, shape);
        }
    }

    /** For each element of a resized axis, the old elements that it is a weighted sum of: {@code [which][element]}. */
    private record Taps(long[][] place, double[][] weight) {

        static Taps of(int in, int out, Interpolation how, boolean corners) {
            double step = !corners ? (double) in / out : out > 1 ? (in - 1.0) / (out - 1) : 0;
            double width = corners ? 1 : Math.max(1, step);
            double[][] weights = new double[out][];
            int[] from = new int[out];
            int count = 0;
            for (int i = 0; i < out; i++) {
                if (how == Interpolation.AREA) {
                    from[i] = (int) ((long) i * in / out);
                    weights[i] = new double[(int) (((i + 1L) * in + out - 1) / out) - from[i]];
                    Arrays.fill(weights[i], 1.0 / weights[i].length);
                } else {
                    double centre = corners ? i * step : (i + 0.5) * step - 0.5;
                    double reach = how.reach() * width;
                    // The kernel is 0 at the ends of its reach.
                    from[i] = (int) Math.max(0, Math.floor(centre - reach) + 1);
                    int to = (int) Math.min(in, Math.ceil(centre + reach));
                    weights[i] = kernel(how, from[i], to, centre, width);
                }
                count = Math.max(count, weights[i].length);
            }
            return aligned(from, weights, count);
        }

        private static double[] kernel(Interpolation how, int from, int to, double centre, double width) {
            double[] w = new double[to - from];
            Arrays.setAll(w, j -> how.at((from + j - centre) / width));
            double sum = Arrays.stream(w).sum();
            Arrays.setAll(w, j -> w[j] / sum);
            return w;
        }

        /** As many for each element: the last one again with weight 0, so that no stranger's infinity comes in. */
        private static Taps aligned(int[] from, double[][] weights, int count) {
            Taps t = new Taps(new long[count][from.length], new double[count][from.length]);
            for (int k = 0; k < count; k++) {
                for (int i = 0; i < from.length; i++) {
                    int n = weights[i].length;
                    t.place[k][i] = from[i] + Math.min(k, n - 1);
                    t.weight[k][i] = k < n ? weights[i][k] : 0;
                }
            }
            return t;
        }
    }

    /** Numbers in the dtype of x, float32 or float64. */
    private static Tensor numbers(Tensor x, double[] v, long... shape) {
        if (x.dtype() == DType.FLOAT64) {
            return Tensor.of(x.backend(), DType.FLOAT64, v, shape);
        }
        float[] f = new float[v.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) v[i];
        }
        return Tensor.of(x.backend(), DType.FLOAT32, f, shape);
    }

    /** A calculation in float32 or float64, whose result gets back the dtype of x. */
    private static Tensor computed(String name, Tensor x, UnaryOperator<Tensor> f) {
        DType type = x.dtype();
        if (!type.isReal()) {
            throw Op.wrong(name, "images are real numbers", x);
        }
        boolean wide = type == DType.FLOAT64 || type.isInteger() && type.bytes() >= 4;
        DType work = wide ? DType.FLOAT64 : DType.FLOAT32;
        return scoped(() -> rounded(f.apply(type == work ? x : Conversions.CAST.with(work, x)), type));
    }

    private static Tensor rounded(Tensor y, DType type) {
        if (type == DType.BOOL) {
            return Comparisons.GTE_NUMBER.with(y, 0.5);
        }
        if (!type.isInteger()) {
            return y.dtype() == type ? y : Conversions.CAST.with(type, y);
        }
        boolean signed = type.family() == DType.Family.SIGNED;
        double end = Math.scalb(1.0, 8 * type.bytes() - (signed ? 1 : 0));
        // The largest 64-bit integers are no float64; the next smaller number is taken.
        double last = type.bytes() < 8 ? end - 1 : Math.nextDown(end);
        return Conversions.CAST.with(type, Arithmetic.CLIP.with(Elementary.ROUND.on(y), signed ? -end : 0.0, last));
    }

    /**
     * A rectangle of images (height, width, channels), or of a batch of such; a view.
     *
     * @throws IllegalArgumentException if it is not within the image
     */
    public static Tensor crop(Tensor x, int left, int top, int width, int height) {
        int axis = rows("crop", x);
        boolean inside = left >= 0 && top >= 0 && width >= 0 && height >= 0 && (long) left + width <= x.size(axis + 1)
                && (long) top + height <= x.size(axis);
        if (!inside) {
            throw Op.wrong("crop", "a rectangle of width " + width + " and height " + height + " at (" + left + ", "
                    + top + ") is not within the image", x);
        }
        return scoped(() -> {
            Tensor y = ShapeOps.SLICE.with(Region.along(x.shape(), axis, top, height), x);
            return ShapeOps.SLICE.with(Region.along(y.shape(), axis + 1, left, width), y);
        });
    }

    /** Images (height, width, channels), or a batch of such, turned around left to right or top to bottom; a view. */
    public static Tensor flip(Tensor x, boolean leftRight) {
        int axis = rows("flip", x);
        return ShapeOps.flip(x, leftRight ? axis + 1 : axis);
    }

    /**
     * {@code (x - mean) / deviation} with numbers for each channel of images (channels, height, width), or of a batch
     * of such. An image of one channel gets as many as there are numbers.
     */
    public static Tensor normalize(Tensor x, float[] mean, float[] deviation) {
        int axis = rows("normalize", x);
        long channels = x.size(axis);
        if (mean.length != deviation.length || channels != 1 && mean.length != 1 && mean.length != channels) {
            throw Op.wrong("normalize", mean.length + " means and " + deviation.length + " deviations for " + channels
                    + " channels", x);
        }
        return scoped(() -> {
            Tensor m = Tensor.of(x.backend(), DType.FLOAT32, mean, mean.length, 1, 1);
            Tensor d = Tensor.of(x.backend(), DType.FLOAT32, deviation, mean.length, 1, 1);
            return Arithmetic.DIV.onto(null, Arithmetic.SUB.on(x, m), d);
        });
    }

    /**
     * Images (height, width, channels) of [0, 255], or a batch of such, as float32 (channels, height, width) of [0, 1].
     */
    public static Tensor toTensor(Tensor x) {
        int axis = rows("to_tensor", x);
        int[] axes = axis == 0 ? new int[] {2, 0, 1} : new int[] {0, 3, 1, 2};
        return scoped(() -> {
            Tensor y = Arithmetic.DIV_NUMBER.with(Conversions.contiguous(ShapeOps.PERMUTE.with(axes, x)), 255);
            return y.dtype() == DType.FLOAT32 ? y : Conversions.CAST.with(DType.FLOAT32, y);
        });
    }

    /** The first axis of a single image. */
    private static int rows(String name, Tensor x) {
        if (x.rank() != 3 && x.rank() != 4) {
            throw Op.wrong(name, "takes an image of three axes, or a batch of four", x);
        }
        return x.rank() - 3;
    }

    /**
     * Changes of colours, one after the other, of images (height, width, channels), or of a batch of such. Grey images
     * have one channel, and neither saturation nor hue; coloured ones have red, green and blue.
     *
     * @return of the same dtype; integers are rounded and limited to their range at the end only
     */
    public static Tensor adjust(String name, Tensor x, List<Adjustment> adjustments) {
        rows(name, x);
        long channels = x.size(x.rank() - 1);
        if (channels != 3 && channels != 1 && adjustments.stream().anyMatch(a -> a.aspect() != Aspect.BRIGHTNESS)) {
            throw Op.wrong(name, "the last axis holds the channels, one or three", x);
        }
        return computed(name, x, w -> {
            Tensor y = w;
            for (Adjustment a : x.size() == 0 ? List.<Adjustment>of() : adjustments) {
                y = adjusted(y, a);
            }
            return y;
        });
    }

    private static Tensor adjusted(Tensor x, Adjustment a) {
        int rank = x.rank();
        boolean grey = x.size(rank - 1) == 1;
        return switch (a.aspect()) {
            case BRIGHTNESS -> Arithmetic.MUL_NUMBER.with(x, a.amount());
            case CONTRAST -> {
                Tensor mean = Reductions.MEAN.with(new Axes(true, rank - 3, rank - 2, rank - 1), luminance(x));
                yield Reductions.LERP.with(new Number[] {a.amount()}, mean, x);
            }
            case SATURATION -> grey ? x : Reductions.LERP.with(new Number[] {a.amount()}, luminance(x), x);
            case HUE -> grey ? x : turned(x, a.amount());
        };
    }

    private static Tensor luminance(Tensor x) {
        int last = x.rank() - 1;
        if (x.size(last) == 1) {
            return x;
        }
        return Reductions.SUM.with(new Axes(true, last), Arithmetic.MUL.on(x, numbers(x, LUMINANCE, 3)));
    }

    /**
     * The hue turned on. With the largest channel M, the smallest m and the hue h in sixths of the circle, a channel is
     * {@code M - (M - m) clip(min(k, 4 - k), 0, 1)}, {@code k = (h + n) mod 6}, where n is 5 for red, 3 for green, 1
     * for blue: whatever the range of the image is.
     */
    private static Tensor turned(Tensor x, double turns) {
        int last = x.rank() - 1;
        Tensor[] rgb = ShapeOps.split(x, 3, last);
        Tensor top = Arithmetic.MAXIMUM.on(rgb[0], Arithmetic.MAXIMUM.on(rgb[1], rgb[2]));
        Tensor range = Arithmetic.SUB.on(top, Arithmetic.MINIMUM.on(rgb[0], Arithmetic.MINIMUM.on(rgb[1], rgb[2])));
        Tensor hue = Arithmetic.WHERE.on(Comparisons.EQ.on(top, rgb[0]), sixths(rgb[1], rgb[2], range, 0),
                Arithmetic.WHERE.on(Comparisons.EQ.on(top, rgb[1]), sixths(rgb[2], rgb[0], range, 2),
                        sixths(rgb[0], rgb[1], range, 4)));
        Tensor[] y = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            Tensor k = Arithmetic.MOD_NUMBER.with(Arithmetic.ADD_NUMBER.with(hue, 6 * turns + 5 - 2 * i), 6);
            Tensor share = Arithmetic.CLIP.with(Arithmetic.MINIMUM.on(k, Arithmetic.RSUB_NUMBER.with(k, 4)), 0, 1);
            y[i] = Arithmetic.SUB.on(top, Arithmetic.MUL.on(range, share));
        }
        return ShapeOps.concat(last, y);
    }

    /** How far between two channels, from the middle of the sector; 0 where all are equal. */
    private static Tensor sixths(Tensor a, Tensor b, Tensor range, int sector) {
        Tensor d = Reductions.DIV_AT_LEAST.with(new Number[] {Float.MIN_NORMAL}, Arithmetic.SUB.on(a, b), range);
        return Arithmetic.ADD_NUMBER.with(d, sector);
    }
}
