package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Philox;
import io.wengert.kernel.SpecialFunctions;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Random numbers whose distributions are given by arrays: from each element of the parameters so many samples, along
 * new last axes. Element i of a result depends on the key and on i alone. No gradient flows through a sample.
 */
public final class Sampling {

    /** Below this rate Poisson numbers are counted out, from it on drawn by rejection. */
    private static final double LARGE_RATE = 10;

    private Sampling() {}

    /** A family of distributions that {@link #draw} knows by name. */
    public enum Law {
        POISSON, GAMMA, MULTINOMIAL
    }

    /**
     * Samples of {@link #poisson}, {@link #gamma} or {@link #multinomial}.
     *
     * @param experiments how many experiments a sample of the multinomial distribution counts; the others have none
     * @param parameters the arrays that the distribution has for parameters, as many as it takes
     */
    public static Tensor draw(Law law, long experiments, long key, long[] samples, Tensor... parameters) {
        return switch (law) {
            case POISSON -> poisson(parameters[0], key, samples);
            case GAMMA -> gamma(parameters[0], parameters[1], key, samples);
            case MULTINOMIAL -> multinomial(experiments, parameters[0], key, samples);
        };
    }

    /** One sample from the distribution with parameters a and b. */
    private interface Sampler {
        double draw(Source u, double a, double b);
    }

    /**
     * Of the normal distributions with the means mu and the deviations sigma, which broadcast.
     *
     * @param mu the means, which no gradient is to reach: without an origin
     * @param sigma the deviations, likewise
     * @param samples the shape of what is drawn from each
     * @param standard fills an array with numbers of mean 0 and deviation 1
     */
    public static Tensor normal(Tensor mu, Tensor sigma, long[] samples, UnaryOperator<Tensor> standard) {
        DType type = DType.promote(mu.dtype(), sigma.dtype()).floating();
        if (!type.isFloating()) {
            throw Op.wrong("sample_normal", "means and deviations are real numbers", mu, sigma);
        }
        long[] shape = joined(Op.broadcast("sample_normal", mu, sigma), samples);
        long[] ones = new long[samples.length];
        Arrays.fill(ones, 1);
        return ShapeOps.scoped(() -> {
            Tensor z = standard.apply(Tensor.empty(mu.backend(), type, shape));
            Tensor scaled = Arithmetic.MUL.on(z, ShapeOps.reshape(sigma, joined(sigma.shape(), ones)));
            return Arithmetic.ADD.on(scaled, ShapeOps.reshape(mu, joined(mu.shape(), ones)));
        });
    }

    /** The value without its origin. */
    private static Tensor constant(Tensor x) { return x.view(x.layout()); }

    /**
     * Of the Poisson distributions with the rates given.
     *
     * @param samples the shape of what is drawn from each
     * @throws IllegalArgumentException for a negative rate
     */
    public static Tensor poisson(Tensor rate, long key, long... samples) {
        double[] rates = host(rate);
        if (Arrays.stream(rates).anyMatch(r -> !(r >= 0 && r < Double.POSITIVE_INFINITY))) {
            throw Op.wrong("sample_poisson", "rates are finite and not negative", rate);
        }
        return fill(rate, rate.dtype(), rates, rates, key, samples,
                (u, a, b) -> a < LARGE_RATE ? counted(u, a) : rejected(u, a));
    }

    /**
     * Of the gamma distributions with the shapes alpha and the scales beta, which broadcast.
     *
     * @param samples the shape of what is drawn from each
     * @throws IllegalArgumentException for a shape or scale that is not positive
     */
    public static Tensor gamma(Tensor alpha, Tensor beta, long key, long... samples) {
        long[] shape = Op.broadcast("sample_gamma", alpha, beta);
        try (Tensor a = alpha.view(alpha.layout().broadcastTo(shape));
                Tensor b = beta.view(beta.layout().broadcastTo(shape))) {
            double[] shapes = host(a);
            double[] scales = host(b);
            if (Arrays.stream(shapes).anyMatch(v -> !(v > 0)) || Arrays.stream(scales).anyMatch(v -> !(v > 0))) {
                throw Op.wrong("sample_gamma", "shapes and scales are positive", alpha, beta);
            }
            return fill(a, DType.promote(alpha.dtype(), beta.dtype()), shapes, scales, key, samples, Sampling::gamma);
        }
    }

    /**
     * How often each of p outcomes came in n experiments, int64 {@code (.., p)}.
     *
     * @param probabilities the p probabilities, one axis; the last takes what the others leave
     * @param samples how many times the n experiments are made
     */
    public static Tensor multinomial(long n, Tensor probabilities, long key, long... samples) {
        if (n < 0 || probabilities.rank() != 1 || probabilities.size() == 0) {
            throw Op.wrong("random_multinomial", n + " experiments, with one axis of probabilities, not with",
                    probabilities);
        }
        double[] sums = host(probabilities);
        for (int i = 0; i < sums.length; i++) {
            double before = i == 0 ? 0 : sums[i - 1];
            // Sums of float32 probabilities may be off by a rounding or two.
            if (!(sums[i] >= 0 && before + sums[i] <= 1 + 1e-5)) {
                throw Op.wrong("random_multinomial", "probabilities are not negative and sum to 1", probabilities);
            }
            sums[i] += before;
        }
        sums[sums.length - 1] = Double.POSITIVE_INFINITY;
        int rows = Math.toIntExact(Layout.sizeOf(samples));
        long[] counts = new long[Math.multiplyExact(rows, sums.length)];
        for (int r = 0; r < rows; r++) {
            Source u = new Source(key, r);
            for (long k = 0; k < n; k++) {
                counts[r * sums.length + above(sums, u.next())]++;
            }
        }
        return Tensor.of(probabilities.backend(), DType.INT64, counts, joined(samples, sums.length));
    }

    /**
     * The first place of a rising sequence that is above the number, so that an outcome of probability 0 never comes.
     */
    private static int above(double[] sums, double number) {
        int low = 0;
        for (int high = sums.length - 1; low < high;) {
            int middle = (low + high) >>> 1;
            low = sums[middle] > number ? low : middle + 1;
            high = sums[middle] > number ? middle : high;
        }
        return low;
    }

    /** Two shapes one behind the other. */
    public static long[] joined(long[] shape, long... more) {
        long[] s = Arrays.copyOf(shape, shape.length + more.length);
        System.arraycopy(more, 0, s, shape.length, more.length);
        return s;
    }

    private static Tensor fill(Tensor like, DType type, double[] a, double[] b, long key, long[] samples,
            Sampler sampler) {
        int each = Math.toIntExact(Layout.sizeOf(samples));
        double[] v = new double[Math.multiplyExact(a.length, each)];
        for (int i = 0; i < v.length; i++) {
            v[i] = sampler.draw(new Source(key, i), a[i / each], b[i / each]);
        }
        try (Tensor wide = Tensor.of(like.backend(), DType.FLOAT64, v, joined(like.shape(), samples))) {
            return Conversions.CAST.with(type.floating(), wide);
        }
    }

    private static double[] host(Tensor x) {
        if (!x.dtype().isReal()) {
            throw new IllegalArgumentException("the parameters of a distribution are real numbers, not " + x.text());
        }
        double[] v = new double[Math.toIntExact(x.size())];
        try (Tensor same = constant(x);
                Tensor wide = Conversions.CAST.with(DType.FLOAT64, same);
                Tensor rows = Conversions.copied(wide)) {
            Observer.Installed.read(wide);
            rows.backend().read(rows.buffer(), 0, v, 0, v.length);
        }
        return v;
    }

    /** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
    private static double gamma(Source u, double shape, double scale) {
        if (shape < 1) {
            return gamma(u, shape + 1, scale) * Math.pow(1 - u.next(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = u.normal();
            double v = 1 + c * x;
            if (v > 0) {
                v = v * v * v;
                if (Math.log(1 - u.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                    return d * v * scale;
                }
            }
        }
    }

    /** The number of exponential waiting times that fit into the rate, as a product of uniform numbers. */
    private static double counted(Source u, double rate) {
        double limit = Math.exp(-rate);
        int k = 0;
        for (double p = 1 - u.next(); p > limit; p *= 1 - u.next()) {
            k++;
        }
        return k;
    }

    /** Transformed rejection, the algorithm PTRS of Hoermann, "The transformed rejection method" (1993). */
    private static double rejected(Source u, double rate) {
        double b = 0.931 + 2.53 * Math.sqrt(rate);
        double a = -0.059 + 0.02483 * b;
        double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
        double vr = 0.9277 - 3.6224 / (b - 2);
        while (true) {
            double x = u.next() - 0.5;
            double v = 1 - u.next();
            double us = 0.5 - Math.abs(x);
            double k = Math.floor((2 * a / us + b) * x + rate + 0.43);
            if (us >= 0.07 && v <= vr) {
                return k;
            }
            if (k >= 0 && (us >= 0.013 || v <= us) && Math.log(v * inverseAlpha / (a / (us * us) + b))
                    <= k * Math.log(rate) - rate - SpecialFunctions.lgamma(k + 1)) {
                return k;
            }
        }
    }

    /** As many uniform numbers as one element of a result may need: 2^31 counters of the key's stream are its own. */
    private static final class Source {

        private final long key;
        private final int[] words = new int[4];
        private long counter;
        private int used = 4;

        Source(long key, long element) {
            this.key = key;
            this.counter = element << 31;
        }

        /** In [0, 1). */
        double next() {
            if (used == 4) {
                Philox.words(key, counter++, words, 0);
                used = 0;
            }
            used += 2;
            return Philox.unit(words[used - 2], words[used - 1]);
        }

        double normal() { return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()); }
    }
}
