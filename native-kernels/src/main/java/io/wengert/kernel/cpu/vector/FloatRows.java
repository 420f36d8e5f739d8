package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.RowKernels;
import jdk.incubator.vector.FloatVector;

/**
 * Softmax, normalization and windows of rows of floats, in passes over memory that the first-level cache holds. Sums go in
 * blocks whose results are added in double precision.
 */
final class FloatRows implements RowKernels {

    private static final int L = Species.F32.length();
    private static final int BLOCK = 4096;

    @Override
    public void softmax(boolean logarithm, float[] x, int[] xAt, float[] y, int[] yAt, int from, int to, int n) {
        FloatSoftmax.rows(logarithm, x, xAt, y, yAt, from, to, n);
    }

    @Override
    public void fill(float value, float[] y, int at, int n) {
        FloatVector v = FloatVector.broadcast(Species.F32, value);
        int i = 0;
        for (; i + L <= n; i += L) {
            v.intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = value;
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
    public void normalize(Normalization rows, int from, int to) { new FloatNormalization(rows).rows(from, to); }

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

    @Override
    public void toInts(float[] x, int at, int[] y, int yAt, int n) { FloatConversions.toInts(x, at, y, yAt, n); }

    @Override
    public void toTruths(float[] x, int at, byte[] y, int yAt, int n) { FloatConversions.toTruths(x, at, y, yAt, n); }
}
