package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Philox;
import io.wengert.kernel.SpecialFunctions;
import io.wengert.kernel.View;

/** The random family: a stream of numbers that depends on key and counter alone. */
final class RandomFamily {

    private static final int BLOCK = 1024;
    private static final int GRAIN = 4096;

    /** Which share of a normal distribution lies within two standard deviations: erf(sqrt 2). */
    private static final double WITHIN_TWO = SpecialFunctions.erf(Math.sqrt(2));

    long run(View out, Distribution d, double a, double b, long key, long counter) {
        int n = Math.toIntExact(out.layout().size());
        boolean narrow = out.dtype().isFloating() && out.dtype() != DType.FLOAT64 && d != Distribution.INTEGER;
        int each = narrow ? 4 : 2;
        Object to = CpuBackend.array(out.buffer());
        Threads.team().split(n, GRAIN, 4, (from, end) -> {
            Runs runs = Runs.of(out.layout());
            int[] words = new int[4];
            float[] f = narrow ? new float[BLOCK + 4] : null;
            double[] x = narrow || d == Distribution.INTEGER ? null : new double[BLOCK + 4];
            long[] i = d == Distribution.INTEGER ? new long[BLOCK + 4] : null;
            for (int at = from; at < end; at += BLOCK) {
                int m = Math.min(BLOCK, end - at);
                for (int j = 0; j < m; j += each) {
                    Philox.words(key, counter + (at + j) / each, words, 0);
                    if (narrow) {
                        floats(d, a, b, words, f, j);
                    } else if (i != null) {
                        i[j] = integer(a, b, words[0], words[1]);
                        i[j + 1] = integer(a, b, words[2], words[3]);
                    } else {
                        doubles(d, a, b, words, x, j);
                    }
                }
                Lane lane = narrow ? Lane.F32 : i != null ? Lane.I64 : Lane.F64;
                runs.store(lane, narrow ? f : i != null ? i : x, out.dtype(), to, 0, at, m);
            }
        });
        return (n + each - 1) / each;
    }

    private static void floats(Distribution d, double a, double b, int[] w, float[] to, int at) {
        for (int k = 0; k < 4; k += 2) {
            float u = Philox.unit(w[k]);
            float v = Philox.unit(w[k + 1]);
            switch (d) {
                case UNIFORM -> {
                    to[at + k] = uniform(a, b, u);
                    to[at + k + 1] = uniform(a, b, v);
                }
                case NORMAL -> {
                    // Box and Muller: two normals of two uniforms; 1 - u is never 0.
                    double r = b * Math.sqrt(-2 * Math.log(1 - u));
                    double angle = 2 * Math.PI * v;
                    to[at + k] = (float) (a + r * Math.cos(angle));
                    to[at + k + 1] = (float) (a + r * Math.sin(angle));
                }
                case TRUNCATED_NORMAL -> {
                    to[at + k] = (float) truncated(a, b, u + 0x1p-25);
                    to[at + k + 1] = (float) truncated(a, b, v + 0x1p-25);
                }
                default -> {
                    to[at + k] = u < a ? 1 : 0;
                    to[at + k + 1] = v < a ? 1 : 0;
                }
            }
        }
    }

    /** Rounding must not reach the upper bound. */
    private static float uniform(double a, double b, float u) {
        float x = (float) (a + (b - a) * u);
        return x >= (float) b && b > a ? Math.max((float) a, Math.nextDown((float) b)) : x;
    }

    private static void doubles(Distribution d, double a, double b, int[] w, double[] to, int at) {
        double u = Philox.unit(w[0], w[1]);
        double v = Philox.unit(w[2], w[3]);
        switch (d) {
            case UNIFORM -> {
                to[at] = a + (b - a) * u;
                to[at + 1] = a + (b - a) * v;
            }
            case NORMAL -> {
                double r = b * Math.sqrt(-2 * Math.log(1 - u));
                to[at] = a + r * Math.cos(2 * Math.PI * v);
                to[at + 1] = a + r * Math.sin(2 * Math.PI * v);
            }
            case TRUNCATED_NORMAL -> {
                to[at] = truncated(a, b, u + 0x1p-54);
                to[at + 1] = truncated(a, b, v + 0x1p-54);
            }
            default -> {
                to[at] = u < a ? 1 : 0;
                to[at + 1] = v < a ? 1 : 0;
            }
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
