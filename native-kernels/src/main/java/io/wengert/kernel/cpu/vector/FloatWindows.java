package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.PlainFloatWindows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Inner loops over windows of floats, a vector of windows at a time. */
final class FloatWindows extends PlainFloatWindows {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    @Override
    public int width() { return 2 * L; }

    @Override
    public void weigh(int n, float[] in, int[] offsets, float[] weights, int w, float[] out) {
        for (int f = 0; f < n; f += 2 * L) {
            FloatVector a = FloatVector.zero(S);
            FloatVector b = FloatVector.zero(S);
            for (int t = 0; t < offsets.length; t++) {
                FloatVector x = FloatVector.broadcast(S, weights[w + t]);
                int o = f + offsets[t];
                a = x.fma(FloatVector.fromArray(S, in, o), a);
                b = x.fma(FloatVector.fromArray(S, in, o + L), b);
            }
            a.intoArray(out, f);
            b.intoArray(out, f + L);
        }
    }

    @Override
    public void spread(int n, float[] out, int[] offsets, float[] weights, int w, float[] in) {
        for (int t = 0; t < offsets.length; t++) {
            FloatVector x = FloatVector.broadcast(S, weights[w + t]);
            int o = offsets[t];
            for (int f = 0; f < n; f += L) {
                x.fma(FloatVector.fromArray(S, out, f), FloatVector.fromArray(S, in, o + f)).intoArray(in, o + f);
            }
        }
    }

    @Override
    public void correlate(int n, float[] out, float[] in, int[] offsets, double[] sums) {
        for (int t = 0; t < offsets.length; t++) {
            int o = offsets[t];
            FloatVector a = FloatVector.zero(S);
            FloatVector b = FloatVector.zero(S);
            for (int f = 0; f < n; f += 2 * L) {
                a = FloatVector.fromArray(S, out, f).fma(FloatVector.fromArray(S, in, o + f), a);
                b = FloatVector.fromArray(S, out, f + L).fma(FloatVector.fromArray(S, in, o + f + L), b);
            }
            sums[t] += a.add(b).reduceLanes(VectorOperators.ADD);
        }
    }

    @Override
    public void max(int n, float[] in, int[] offsets, float[] out) {
        for (int f = 0; f < n; f += L) {
            FloatVector a = FloatVector.fromArray(S, in, f + offsets[0]);
            for (int t = 1; t < offsets.length; t++) {
                a = a.max(FloatVector.fromArray(S, in, f + offsets[t]));
            }
            a.intoArray(out, f);
        }
    }

    @Override
    public void select(int n, float[] guide, int[] offsets, float[] in, float[] out) {
        for (int f = 0; f < n; f += L) {
            FloatVector most = FloatVector.fromArray(S, guide, f + offsets[0]);
            FloatVector y = FloatVector.fromArray(S, in, f + offsets[0]);
            for (int t = 1; t < offsets.length; t++) {
                FloatVector x = FloatVector.fromArray(S, guide, f + offsets[t]);
                VectorMask<Float> more = larger(x, most);
                most = most.blend(x, more);
                y = y.blend(FloatVector.fromArray(S, in, f + offsets[t]), more);
            }
            y.intoArray(out, f);
        }
    }

    @Override
    public void deliver(int n, float[] guide, int[] offsets, float[] out, float[] in) {
        for (int f = 0; f < n; f += L) {
            FloatVector most = FloatVector.fromArray(S, guide, f + offsets[0]);
            FloatVector winner = FloatVector.zero(S);
            for (int t = 1; t < offsets.length; t++) {
                FloatVector x = FloatVector.fromArray(S, guide, f + offsets[t]);
                VectorMask<Float> more = larger(x, most);
                most = most.blend(x, more);
                winner = winner.blend(FloatVector.broadcast(S, t), more);
            }
            FloatVector y = FloatVector.fromArray(S, out, f);
            FloatVector none = FloatVector.zero(S);
            for (int t = 0; t < offsets.length; t++) {
                FloatVector part = none.blend(y, winner.compare(VectorOperators.EQ, (float) t));
                FloatVector.fromArray(S, in, f + offsets[t]).add(part).intoArray(in, f + offsets[t]);
            }
        }
    }

    /** Where x is larger than the largest so far, or the first NaN. */
    private static VectorMask<Float> larger(FloatVector x, FloatVector most) {
        return x.compare(VectorOperators.LE, most).not().and(most.compare(VectorOperators.EQ, most));
    }
}
