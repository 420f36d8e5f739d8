package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.PlainDoubleWindows;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Inner loops over windows of doubles, a vector of windows at a time. */
final class DoubleWindows extends PlainDoubleWindows {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();

    @Override
    public int width() { return 2 * L; }

    @Override
    public void weigh(int n, double[] in, int[] offsets, double[] weights, int w, double[] out) {
        for (int f = 0; f < n; f += 2 * L) {
            DoubleVector a = DoubleVector.zero(S);
            DoubleVector b = DoubleVector.zero(S);
            for (int t = 0; t < offsets.length; t++) {
                DoubleVector x = DoubleVector.broadcast(S, weights[w + t]);
                int o = f + offsets[t];
                a = x.fma(DoubleVector.fromArray(S, in, o), a);
                b = x.fma(DoubleVector.fromArray(S, in, o + L), b);
            }
            a.intoArray(out, f);
            b.intoArray(out, f + L);
        }
    }

    @Override
    public void spread(int n, double[] out, int[] offsets, double[] weights, int w, double[] in) {
        for (int t = 0; t < offsets.length; t++) {
            DoubleVector x = DoubleVector.broadcast(S, weights[w + t]);
            int o = offsets[t];
            for (int f = 0; f < n; f += L) {
                x.fma(DoubleVector.fromArray(S, out, f), DoubleVector.fromArray(S, in, o + f)).intoArray(in, o + f);
            }
        }
    }

    @Override
    public void correlate(int n, double[] out, double[] in, int[] offsets, double[] sums) {
        for (int t = 0; t < offsets.length; t++) {
            int o = offsets[t];
            DoubleVector a = DoubleVector.zero(S);
            DoubleVector b = DoubleVector.zero(S);
            for (int f = 0; f < n; f += 2 * L) {
                a = DoubleVector.fromArray(S, out, f).fma(DoubleVector.fromArray(S, in, o + f), a);
                b = DoubleVector.fromArray(S, out, f + L).fma(DoubleVector.fromArray(S, in, o + f + L), b);
            }
            sums[t] += a.add(b).reduceLanes(VectorOperators.ADD);
        }
    }

    @Override
    public void max(int n, double[] in, int[] offsets, double[] out) {
        for (int f = 0; f < n; f += L) {
            DoubleVector a = DoubleVector.fromArray(S, in, f + offsets[0]);
            for (int t = 1; t < offsets.length; t++) {
                a = a.max(DoubleVector.fromArray(S, in, f + offsets[t]));
            }
            a.intoArray(out, f);
        }
    }

    @Override
    public void select(int n, double[] guide, int[] offsets, double[] in, double[] out) {
        for (int f = 0; f < n; f += L) {
            DoubleVector most = DoubleVector.fromArray(S, guide, f + offsets[0]);
            DoubleVector y = DoubleVector.fromArray(S, in, f + offsets[0]);
            for (int t = 1; t < offsets.length; t++) {
                DoubleVector x = DoubleVector.fromArray(S, guide, f + offsets[t]);
                VectorMask<Double> more = larger(x, most);
                most = most.blend(x, more);
                y = y.blend(DoubleVector.fromArray(S, in, f + offsets[t]), more);
            }
            y.intoArray(out, f);
        }
    }

    @Override
    public void deliver(int n, double[] guide, int[] offsets, double[] out, double[] in) {
        for (int f = 0; f < n; f += L) {
            DoubleVector most = DoubleVector.fromArray(S, guide, f + offsets[0]);
            DoubleVector winner = DoubleVector.zero(S);
            for (int t = 1; t < offsets.length; t++) {
                DoubleVector x = DoubleVector.fromArray(S, guide, f + offsets[t]);
                VectorMask<Double> more = larger(x, most);
                most = most.blend(x, more);
                winner = winner.blend(DoubleVector.broadcast(S, t), more);
            }
            DoubleVector y = DoubleVector.fromArray(S, out, f);
            DoubleVector none = DoubleVector.zero(S);
            for (int t = 0; t < offsets.length; t++) {
                DoubleVector part = none.blend(y, winner.compare(VectorOperators.EQ, t));
                DoubleVector.fromArray(S, in, f + offsets[t]).add(part).intoArray(in, f + offsets[t]);
            }
        }
    }

    /** Where x is larger than the largest so far, or the first NaN. */
    private static VectorMask<Double> larger(DoubleVector x, DoubleVector most) {
        return x.compare(VectorOperators.LE, most).not().and(most.compare(VectorOperators.EQ, most));
    }
}
