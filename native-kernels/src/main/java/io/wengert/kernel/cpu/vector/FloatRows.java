package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.RowKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax and normalization of one row of floats at a time, in passes over memory that the first-level cache holds.
 *
 * <p>What is left of a row behind its last whole vector goes through a vector of its own, so that every element meets the same
 * arithmetic. Sums go in blocks whose results are added in double precision.
 */
final class FloatRows implements RowKernels {

    private static final int L = Species.F32.length();
    private static final int BLOCK = 4096;
    private static final int MAGNITUDE = 0x7FFFFFFF;

    @Override
    public void softmax(boolean logarithm, float[] x, int at, float[] y, int yAt, int n) {
        float max = max(x, at, n);
        double sum = 0;
        // The logarithm reads x again, so that exponentials must not lie on it.
        float[] apart = logarithm && x == y ? new float[Math.min(n, BLOCK)] : null;
        for (int i = 0; i < n; i += BLOCK) {
            int m = Math.min(BLOCK, n - i);
            sum += apart == null ? exp(x, at + i, max, y, yAt + i, m) : exp(x, at + i, max, apart, 0, m);
        }
        if (logarithm) {
            shift(x, at, (float) (max + Math.log(sum)), y, yAt, n);
        } else {
            scale((float) (1 / sum), y, yAt, n);
        }
    }

    /** The largest element, by integers in the order of the floats: a NaN is larger than all, or smaller, by its sign. */
    private static float max(float[] x, int at, int n) {
        int i = 0;
        int max = Integer.MIN_VALUE;
        if (n >= L) {
            IntVector m = IntVector.broadcast(Species.I32, max);
            for (; i + L <= n; i += L) {
                IntVector v = FloatVector.fromArray(Species.F32, x, at + i).reinterpretAsInts();
                m = m.max(v.lanewise(VectorOperators.ASHR, 31).and(MAGNITUDE).lanewise(VectorOperators.XOR, v));
            }
            max = m.reduceLanes(VectorOperators.MAX);
        }
        for (; i < n; i++) {
            int v = Float.floatToRawIntBits(x[at + i]);
            max = Math.max(max, v >> 31 & MAGNITUDE ^ v);
        }
        return Float.intBitsToFloat(max >> 31 & MAGNITUDE ^ max);
    }

    /** Writes e^(x - max) and gives the sum. */
    private static float exp(float[] x, int at, float max, float[] y, int yAt, int n) {
        FloatVector m = FloatVector.broadcast(Species.F32, max);
        FloatVector a = FloatVector.zero(Species.F32);
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector e = FloatVectorFns.exp(FloatVector.fromArray(Species.F32, x, at + i).sub(m));
            e.intoArray(y, yAt + i);
            a = a.add(e);
        }
        float sum = LaneSums.sum(a);
        if (i < n) {
            float[] rest = new float[L];
            System.arraycopy(x, at + i, rest, 0, n - i);
            FloatVectorFns.exp(FloatVector.fromArray(Species.F32, rest, 0).sub(m)).intoArray(rest, 0);
            System.arraycopy(rest, 0, y, yAt + i, n - i);
            for (int k = 0; i + k < n; k++) {
                sum += rest[k];
            }
        }
        return sum;
    }

    private static void shift(float[] x, int at, float by, float[] y, int yAt, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, x, at + i).sub(by).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = x[at + i] - by;
        }
    }

    private static void scale(float by, float[] y, int at, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, y, at + i).mul(by).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] *= by;
        }
    }

    @Override
    public double squaredDistances(float[] x, int at, int n, float mean) {
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += distances(x, at + i, Math.min(BLOCK, n - i), mean);
        }
        return sum;
    }

    private static float distances(float[] x, int at, int n, float mean) {
        FloatVector a = FloatVector.zero(Species.F32);
        FloatVector b = a;
        int i = 0;
        for (; i + 2 * L <= n; i += 2 * L) {
            FloatVector u = FloatVector.fromArray(Species.F32, x, at + i).sub(mean);
            FloatVector v = FloatVector.fromArray(Species.F32, x, at + i + L).sub(mean);
            a = u.fma(u, a);
            b = v.fma(v, b);
        }
        float sum = LaneSums.sum(a.add(b));
        for (; i < n; i++) {
            float d = x[at + i] - mean;
            sum += d * d;
        }
        return sum;
    }

    @Override
    public double products(float[] g, int gAt, float[] x, int at, int n, float mean) {
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += distances(g, gAt + i, x, at + i, Math.min(BLOCK, n - i), mean);
        }
        return sum;
    }

    private static float distances(float[] g, int gAt, float[] x, int at, int n, float mean) {
        FloatVector a = FloatVector.zero(Species.F32);
        FloatVector b = a;
        int i = 0;
        for (; i + 2 * L <= n; i += 2 * L) {
            FloatVector u = FloatVector.fromArray(Species.F32, x, at + i).sub(mean);
            FloatVector v = FloatVector.fromArray(Species.F32, x, at + i + L).sub(mean);
            a = u.fma(FloatVector.fromArray(Species.F32, g, gAt + i), a);
            b = v.fma(FloatVector.fromArray(Species.F32, g, gAt + i + L), b);
        }
        float sum = LaneSums.sum(a.add(b));
        for (; i < n; i++) {
            sum += (x[at + i] - mean) * g[gAt + i];
        }
        return sum;
    }

    @Override
    public void normalizeGradient(float[] g, int gAt, float[] x, int at, int n, float mean, float factor, float constant,
            float slope, float[] result, int to) {
        FloatVector f = FloatVector.broadcast(Species.F32, factor);
        FloatVector s = FloatVector.broadcast(Species.F32, -slope);
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector d = FloatVector.fromArray(Species.F32, x, at + i).sub(mean);
            FloatVector.fromArray(Species.F32, g, gAt + i).fma(f, d.fma(s, FloatVector.broadcast(Species.F32, -constant)))
                    .intoArray(result, to + i);
        }
        for (; i < n; i++) {
            result[to + i] = Math.fma(g[gAt + i], factor, Math.fma(x[at + i] - mean, -slope, -constant));
        }
    }

    @Override
    public void normalize(float[] x, int at, float mean, float rstd, float[] gamma, int gammaAt, float[] beta, int betaAt,
            float[] y, int yAt, int n) {
        int i = gamma != null && beta != null ? affine(x, at, mean, rstd, gamma, gammaAt, beta, betaAt, y, yAt, n)
                : gamma == null && beta == null ? center(x, at, mean, rstd, y, yAt, n) : 0;
        for (; i < n; i++) {
            float v = (x[at + i] - mean) * rstd;
            v = gamma == null ? v : v * gamma[gammaAt + i];
            y[yAt + i] = beta == null ? v : v + beta[betaAt + i];
        }
    }

    private static int affine(float[] x, int at, float mean, float rstd, float[] gamma, int g, float[] beta, int b,
            float[] y, int yAt, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, x, at + i).sub(mean).mul(rstd)
                    .mul(FloatVector.fromArray(Species.F32, gamma, g + i)).add(FloatVector.fromArray(Species.F32, beta, b + i))
                    .intoArray(y, yAt + i);
        }
        return i;
    }

    private static int center(float[] x, int at, float mean, float rstd, float[] y, int yAt, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, x, at + i).sub(mean).mul(rstd).intoArray(y, yAt + i);
        }
        return i;
    }

    @Override
    public void normalize(float[] x, int at, float mean, float rstd, float gamma, float beta, float[] y, int yAt, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(Species.F32, x, at + i).sub(mean).mul(rstd).mul(gamma).add(beta).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = (x[at + i] - mean) * rstd * gamma + beta;
        }
    }

    @Override
    public int windows() { return L / 2; }

    @Override
    public void deliver(int n, float[] guide, int at, int width, float[] out, int from, float[] to, int o) {
        FloatHalving.deliver(n, guide, at, width, out, from, to, o);
    }
}
