package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Philox;
import io.wengert.kernel.SpecialFunctions;
import io.wengert.kernel.View;

/** The random family: a stream of numbers that depends on key and counter alone. */
final class RandomFamily {

    /** Words drawn at once. */
    private static final int WORDS = 1024;
    private static final int GRAIN = 4096;
    private static final long ONE_BITS = Double.doubleToRawLongBits(1);

    /** Which share of a normal distribution lies within two standard deviations: erf(sqrt 2). */
    private static final double WITHIN_TWO = SpecialFunctions.erf(Math.sqrt(2));

    private RandomFamily() {}

    static long run(View out, Distribution d, double a, double b, long key, long counter) {
        int n = Math.toIntExact(out.layout().size());
        boolean narrow = out.dtype().isFloating() && out.dtype() != DType.FLOAT64 && d != Distribution.INTEGER;
        // Words that an element takes; blocks are of as many words.
        int each = narrow ? 1 : 2;
        int block = WORDS / each;
        Object to = CpuBackend.array(out.buffer());
        Threads.team().split(n, GRAIN, 4, (from, end) -> {
            Runs runs = Runs.of(out.layout());
            int[] words = new int[WORDS];
            long[][] scratch = new long[4][WORDS / 4];
            Lane lane = narrow ? Lane.F32 : d == Distribution.INTEGER ? Lane.I64 : Lane.F64;
            Object x = lane.make(block);
            for (int at = from; at < end; at += block) {
                int m = Math.min(block, end - at);
                // Whole counters: what is drawn beyond m is not stored.
                int drawn = (m * each + 3) / 4 * 4;
                Philox.words(key, counter + (long) at * each / 4, drawn / 4, words, scratch);
                switch (lane) {
                    case F32 -> floats(d, a, b, words, (float[]) x, drawn);
                    case F64 -> doubles(d, a, b, words, (double[]) x, drawn / 2);
                    default -> integers(a, b, words, (long[]) x, drawn / 2);
                }
                runs.store(lane, x, out.dtype(), to, 0, at, m);
            }
        });
        return ((long) n * each + 3) / 4;
    }

    private static void floats(Distribution d, double a, double b, int[] words, float[] to, int n) {
        switch (d) {
            case UNIFORM -> uniform(a, b, words, to, n);
            case NORMAL -> normal(a, b, words, to, n);
            case TRUNCATED_NORMAL -> {
                for (int i = 0; i < n; i++) {
                    to[i] = (float) truncated(a, b, unit(words[i]) + 0x1p-25);
                }
            }
            default -> bernoulli(a, words, to, n);
        }
    }

    /** 1 where the uniform number lies below {@code share}, compared as 24 bits and without a branch. */
    private static void bernoulli(double share, int[] words, float[] to, int n) {
        int limit = (int) Math.ceil(Math.max(0, Math.min(share, 1)) * 0x1p24);
        int one = Float.floatToRawIntBits(1);
        for (int i = 0; i < n; i++) {
            to[i] = Float.intBitsToFloat((words[i] >>> 8) - limit >> 31 & one);
        }
    }

    /** Rounding must not reach the upper bound. */
    private static void uniform(double a, double b, int[] words, float[] to, int n) {
        float bound = b > a ? (float) b : Float.POSITIVE_INFINITY;
        float top = Math.max((float) a, Math.nextDown((float) b));
        for (int i = 0; i < n; i++) {
            float x = (float) (a + (b - a) * unit(words[i]));
            to[i] = x >= bound ? top : x;
        }
    }

    /** Box and Muller (1958): two normals of two uniforms; 1 - u is never 0. */
    private static void normal(double mean, double deviation, int[] words, float[] to, int n) {
        for (int i = 0; i < n; i += 2) {
            double u = unit(words[i]);
            double angle = 2 * Math.PI * unit(words[i + 1]);
            double r = deviation * Math.sqrt(-2 * FloatMath.logOf(1 - u));
            to[i] = (float) (mean + r * FloatMath.sinOf(angle, 1));
            to[i + 1] = (float) (mean + r * FloatMath.sinOf(angle, 0));
        }
    }

    /** {@link Philox#unit(int)} by way of the bits, which is faster than converting an integer. */
    private static double unit(int word) {
        return Double.longBitsToDouble(ONE_BITS | (word >>> 8 & 0xFFFFFFL) << 28) - 1;
    }

    private static void doubles(Distribution d, double a, double b, int[] words, double[] to, int n) {
        for (int i = 0; i < n; i += 2) {
            double u = Philox.unit(words[2 * i], words[2 * i + 1]);
            double v = Philox.unit(words[2 * i + 2], words[2 * i + 3]);
            switch (d) {
                case UNIFORM -> {
                    to[i] = a + (b - a) * u;
                    to[i + 1] = a + (b - a) * v;
                }
                case NORMAL -> {
                    double r = b * Math.sqrt(-2 * Math.log(1 - u));
                    to[i] = a + r * Math.cos(2 * Math.PI * v);
                    to[i + 1] = a + r * Math.sin(2 * Math.PI * v);
                }
                case TRUNCATED_NORMAL -> {
                    to[i] = truncated(a, b, u + 0x1p-54);
                    to[i + 1] = truncated(a, b, v + 0x1p-54);
                }
                default -> {
                    to[i] = u < a ? 1 : 0;
                    to[i + 1] = v < a ? 1 : 0;
                }
            }
        }
    }

    private static void integers(double a, double b, int[] words, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = integer(a, b, words[2 * i], words[2 * i + 1]);
        }
    }

    /** By the inverse of the distribution function, so that each number takes one draw. */
    private static double truncated(double mean, double deviation, double u) {
        return mean + deviation * Math.sqrt(2) * SpecialFunctions.erfinv(WITHIN_TWO * (2 * u - 1));
    }

    /** 64 random bits scaled to the range by the upper half of the product (Lemire 2019, without rejection). */
    private static long integer(double low, double high, int w0, int w1) {
        long from = (long) low;
        long range = (long) high - from;
        long bits = (long) w0 << 32 | w1 & 0xFFFFFFFFL;
        // Both factors are unsigned: a range may be the whole of 64 bits.
        long upper = Math.multiplyHigh(bits, range) + (bits < 0 ? range : 0) + (range < 0 ? bits : 0);
        return from + upper;
    }
}
