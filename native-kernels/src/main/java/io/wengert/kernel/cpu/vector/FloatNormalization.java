package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.RowKernels.Floats;
import io.wengert.kernel.cpu.RowKernels.Normalization;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Normalization of rows of floats to mean 0 and variance 1, as one loop a row: while a row's squared distances from its
 * mean are summed, the row before is written and the next one read, so that memory and arithmetic do not wait for each other.
 */
final class FloatNormalization {

    private static final int L = Species.F32.length();
    private static final int BLOCK = 4096;

    private final Normalization all;
    private final int n;
    private final Floats gamma;
    private final Floats beta;
    /** The sum of the elements of the row to come. */
    private double ahead;
    // How the row before is written: from its place in x, less its mean and times rstd, to a place of an array.
    private int at;
    private float mean;
    private float rstd;
    private float[] to;
    private int toAt;

    FloatNormalization(Normalization all) {
        this.all = all;
        this.n = all.n();
        this.gamma = all.gamma() == null ? row(1) : all.gamma();
        this.beta = all.beta() == null ? row(-0f) : all.beta();
    }

    private Floats row(float value) {
        float[] a = new float[n];
        Arrays.fill(a, value);
        return new Floats(a, 0);
    }

    void rows(int from, int end) {
        // There is no row before the first: something is written where nobody looks.
        at = all.x().at() + from * n;
        to = new float[n];
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            int whole = count / L * L;
            look(at + i, whole);
            look(at + i + whole, count - whole);
        }
        for (int r = from; r < end; r++) {
            int now = all.x().at() + r * n;
            int next = all.x().at() + Math.min(r + 1, end - 1) * n;
            float average = (float) (ahead / n);
            ahead = 0;
            double squares = 0;
            for (int i = 0; i < n; i += BLOCK) {
                squares += block(i, Math.min(BLOCK, n - i), now, average, next);
            }
            at = now;
            mean = average;
            rstd = (float) (1 / Math.sqrt(squares / n + all.epsilon()));
            to = all.y().array();
            toAt = all.y().at() + r * n;
            all.mean().array()[all.mean().at() + r] = mean;
            all.rstd().array()[all.rstd().at() + r] = rstd;
        }
        finish(0, n);
    }

    /** Elements from {@code first} on; gives the sum of their squared distances from the mean. */
    private float block(int first, int count, int now, float average, int next) {
        int whole = count / L * L;
        float squares = vectors(first, whole, now + first, average, next + first);
        if (whole < count) {
            finish(first + whole, count - whole);
            look(next + first + whole, count - whole);
            for (int i = first + whole; i < first + count; i++) {
                float d = all.x().array()[now + i] - average;
                squares += d * d;
            }
        }
        return squares;
    }

    private float vectors(int first, int count, int now, float average, int next) {
        float[] x = all.x().array();
        float[] to = this.to;
        float[] scale = gamma.array();
        float[] shift = beta.array();
        int last = at + first;
        int t = toAt + first;
        int g = gamma.at() + first;
        int b = beta.at() + first;
        FloatVector m = FloatVector.broadcast(Species.F32, mean);
        FloatVector r = FloatVector.broadcast(Species.F32, rstd);
        FloatVector squares = FloatVector.zero(Species.F32);
        FloatVector sum = squares;
        for (int i = 0; i < count; i += L) {
            FloatVector d = FloatVector.fromArray(Species.F32, x, now + i).sub(average);
            squares = d.fma(d, squares);
            sum = sum.add(FloatVector.fromArray(Species.F32, x, next + i));
            FloatVector.fromArray(Species.F32, x, last + i).sub(m).mul(r).mul(FloatVector.fromArray(Species.F32, scale, g + i))
                    .add(FloatVector.fromArray(Species.F32, shift, b + i)).intoArray(to, t + i);
        }
        ahead += LaneSums.sum(sum);
        return LaneSums.sum(squares);
    }

    /** Adds elements to {@link #ahead}, as {@link #vectors} does: a row's sum does not depend on what was before it. */
    private void look(int at, int count) {
        float[] x = all.x().array();
        FloatVector sum = FloatVector.zero(Species.F32);
        int i = 0;
        for (; i + L <= count; i += L) {
            sum = sum.add(FloatVector.fromArray(Species.F32, x, at + i));
        }
        float total = LaneSums.sum(sum);
        for (; i < count; i++) {
            total += x[at + i];
        }
        ahead += total;
    }

    /** Writes elements of the row before. */
    private void finish(int first, int count) {
        float[] x = all.x().array();
        int i = first;
        for (; i + L <= first + count; i += L) {
            FloatVector.fromArray(Species.F32, x, at + i).sub(mean).mul(rstd)
                    .mul(FloatVector.fromArray(Species.F32, gamma.array(), gamma.at() + i))
                    .add(FloatVector.fromArray(Species.F32, beta.array(), beta.at() + i)).intoArray(to, toAt + i);
        }
        for (; i < first + count; i++) {
            to[toAt + i] = (x[at + i] - mean) * rstd * gamma.array()[gamma.at() + i] + beta.array()[beta.at() + i];
        }
    }
}
