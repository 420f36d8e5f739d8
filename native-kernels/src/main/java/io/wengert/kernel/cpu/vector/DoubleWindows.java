package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.PlainDoubleWindows;
import java.util.function.IntPredicate;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Inner loops over windows of doubles, a vector of windows at a time. */
final class DoubleWindows extends PlainDoubleWindows {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();

    /** Of two vectors in a row every second element: the lanes of either, and which lanes come from the second. */
    private static final VectorShuffle<Double> EVEN = VectorShuffle.fromOp(S, lane -> 2 * lane % L);
    private static final VectorMask<Double> SECOND = VectorMask.fromArray(S, lanes(lane -> lane >= L / 2), 0);

    /** The way back: each element of one half twice, and which lanes of the result are even. */
    private static final VectorShuffle<Double> LOW = VectorShuffle.fromOp(S, lane -> lane / 2);
    private static final VectorShuffle<Double> HIGH = VectorShuffle.fromOp(S, lane -> L / 2 + lane / 2);
    private static final VectorMask<Double> EVEN_LANES = VectorMask.fromArray(S, lanes(lane -> lane % 2 == 0), 0);

    private static boolean[] lanes(IntPredicate which) {
        boolean[] set = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            set[lane] = which.test(lane);
        }
        return set;
    }

    @Override
    public int width() { return 4 * L; }

    /** With a step of 2 it reads one element behind the last: buffers are longer than their elements. */
    @Override
    public void take(int n, double[] from, int at, int step, double[] to, int o) {
        if (step != 2 || n < L) {
            super.take(n, from, at, step, to, o);
            return;
        }
        for (int i = 0; i < n; i += L) {
            // The last vector overlaps the one before.
            int first = Math.min(i, n - L);
            DoubleVector a = DoubleVector.fromArray(S, from, at + 2 * first);
            DoubleVector b = DoubleVector.fromArray(S, from, at + 2 * first + L);
            a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND).intoArray(to, o + first);
        }
    }

    /**
     * With a step of 2 what lies between is written, unchanged; but nothing behind the last element, which may be
     * another thread's.
     */
    @Override
    public void put(int n, double[] from, int at, double[] to, int o, int step) {
        if (step != 2 || n <= L) {
            super.put(n, from, at, to, o, step);
            return;
        }
        for (int i = 0; i < n - 1; i += L) {
            int first = Math.min(i, n - 1 - L);
            DoubleVector x = DoubleVector.fromArray(S, from, at + first);
            int p = o + 2 * first;
            DoubleVector.fromArray(S, to, p).blend(x.rearrange(LOW), EVEN_LANES).intoArray(to, p);
            DoubleVector.fromArray(S, to, p + L).blend(x.rearrange(HIGH), EVEN_LANES).intoArray(to, p + L);
        }
        to[o + 2 * (n - 1)] = from[at + n - 1];
    }

    @Override
    public void rows(int rows, int n, double[] from, int at, int step, double[] to, int o, int toStep) {
        if (n < L || n > 8 * L) {
            super.rows(rows, n, from, at, step, to, o, toStep);
            return;
        }
        for (int r = 0; r < rows; r++, at += step, o += toStep) {
            int i = 0;
            for (; i < n - L; i += L) {
                DoubleVector.fromArray(S, from, at + i).intoArray(to, o + i);
            }
            // The last vector overlaps the one before.
            DoubleVector.fromArray(S, from, at + n - L).intoArray(to, o + n - L);
        }
    }

    @Override
    public void add(int n, double[] from, int at, double[] to, int o, int step) {
        int i = 0;
        if (step == 1) {
            for (; i + L <= n; i += L) {
                DoubleVector.fromArray(S, to, o + i).add(DoubleVector.fromArray(S, from, at + i)).intoArray(to, o + i);
            }
        } else if (step == 2) {
            DoubleVector none = DoubleVector.zero(S);
            for (; i + L < n; i += L) {
                DoubleVector x = DoubleVector.fromArray(S, from, at + i);
                int p = o + 2 * i;
                DoubleVector.fromArray(S, to, p).add(none.blend(x.rearrange(LOW), EVEN_LANES)).intoArray(to, p);
                DoubleVector.fromArray(S, to, p + L).add(none.blend(x.rearrange(HIGH), EVEN_LANES)).intoArray(to, p
                        + L);
            }
        }
        super.add(n - i, from, at + i, to, o + i * step, step);
    }

    @Override
    public void multiply(int n, double[] a, int at, double[] b, int bt, double[] to, int o) {
        int i = 0;
        for (; i + L <= n; i += L) {
            DoubleVector.fromArray(S, a, at + i).mul(DoubleVector.fromArray(S, b, bt + i)).intoArray(to, o + i);
        }
        super.multiply(n - i, a, at + i, b, bt + i, to, o + i);
    }

    @Override
    public void weigh(int n, double[] in, int[] offsets, double[] weights, int w, double[] out) {
        for (int f = 0; f < n; f += 4 * L) {
            DoubleVector a = DoubleVector.zero(S);
            DoubleVector b = a;
            DoubleVector c = a;
            DoubleVector d = a;
            for (int t = 0; t < offsets.length; t++) {
                DoubleVector x = DoubleVector.broadcast(S, weights[w + t]);
                int o = f + offsets[t];
                a = x.fma(DoubleVector.fromArray(S, in, o), a);
                b = x.fma(DoubleVector.fromArray(S, in, o + L), b);
                c = x.fma(DoubleVector.fromArray(S, in, o + 2 * L), c);
                d = x.fma(DoubleVector.fromArray(S, in, o + 3 * L), d);
            }
            a.intoArray(out, f);
            b.intoArray(out, f + L);
            c.intoArray(out, f + 2 * L);
            d.intoArray(out, f + 3 * L);
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
        int t = 0;
        for (; t + 3 <= offsets.length; t += 3) {
            three(n, out, in, offsets[t], offsets[t + 1], offsets[t + 2], sums, t);
        }
        for (; t < offsets.length; t++) {
            int o = offsets[t];
            DoubleVector a = DoubleVector.zero(S);
            DoubleVector b = DoubleVector.zero(S);
            for (int f = 0; f < n; f += 2 * L) {
                a = DoubleVector.fromArray(S, out, f).fma(DoubleVector.fromArray(S, in, o + f), a);
                b = DoubleVector.fromArray(S, out, f + L).fma(DoubleVector.fromArray(S, in, o + f + L), b);
            }
            sums[t] += LaneSums.sum(a.add(b));
        }
    }

    private static void three(int n, double[] out, double[] in, int o0, int o1, int o2, double[] sums, int t) {
        DoubleVector a0 = DoubleVector.zero(S);
        DoubleVector a1 = a0;
        DoubleVector a2 = a0;
        DoubleVector b0 = a0;
        DoubleVector b1 = a0;
        DoubleVector b2 = a0;
        for (int f = 0; f < n; f += 2 * L) {
            DoubleVector x = DoubleVector.fromArray(S, out, f);
            DoubleVector y = DoubleVector.fromArray(S, out, f + L);
            a0 = x.fma(DoubleVector.fromArray(S, in, o0 + f), a0);
            a1 = x.fma(DoubleVector.fromArray(S, in, o1 + f), a1);
            a2 = x.fma(DoubleVector.fromArray(S, in, o2 + f), a2);
            b0 = y.fma(DoubleVector.fromArray(S, in, o0 + f + L), b0);
            b1 = y.fma(DoubleVector.fromArray(S, in, o1 + f + L), b1);
            b2 = y.fma(DoubleVector.fromArray(S, in, o2 + f + L), b2);
        }
        sums[t] += LaneSums.sum(a0.add(b0));
        sums[t + 1] += LaneSums.sum(a1.add(b1));
        sums[t + 2] += LaneSums.sum(a2.add(b2));
    }

    @Override
    public void max(int n, double[] in, int[] offsets, double[] out) {
        for (int f = 0; f < n; f += L) {
            largest(in, f, offsets).intoArray(out, f);
        }
    }

    @Override
    public void select(int n, double[] guide, int[] offsets, double[] in, double[] out) {
        for (int f = 0; f < n; f += L) {
            DoubleVector most = largest(guide, f, offsets);
            if (most.compare(VectorOperators.NE, most).anyTrue()) {
                for (int i = f; i < f + L; i++) {
                    out[i] = in[i + offsets[largestTap(guide, i, offsets)]];
                }
                continue;
            }
            // Backwards, so that the first of several is the last to be taken.
            DoubleVector y = DoubleVector.zero(S);
            for (int t = offsets.length - 1; t >= 0; t--) {
                DoubleVector x = DoubleVector.fromArray(S, guide, f + offsets[t]);
                y = y.blend(DoubleVector.fromArray(S, in, f + offsets[t]), x.compare(VectorOperators.EQ, most));
            }
            y.intoArray(out, f);
        }
    }

    @Override
    public void deliver(int n, double[] guide, int[] offsets, double[] out, double[] in) {
        DoubleVector none = DoubleVector.zero(S);
        for (int f = 0; f < n; f += L) {
            DoubleVector most = largest(guide, f, offsets);
            if (most.compare(VectorOperators.NE, most).anyTrue()) {
                for (int i = f; i < f + L; i++) {
                    in[i + offsets[largestTap(guide, i, offsets)]] += out[i];
                }
                continue;
            }
            DoubleVector left = DoubleVector.fromArray(S, out, f);
            for (int t = 0; t < offsets.length; t++) {
                int o = f + offsets[t];
                VectorMask<Double> here = DoubleVector.fromArray(S, guide, o).compare(VectorOperators.EQ, most);
                DoubleVector.fromArray(S, in, o).add(none.blend(left, here)).intoArray(in, o);
                left = left.blend(none, here);
            }
        }
    }

    private static DoubleVector largest(double[] in, int f, int[] offsets) {
        DoubleVector a = DoubleVector.fromArray(S, in, f + offsets[0]);
        for (int t = 1; t < offsets.length; t++) {
            a = a.max(DoubleVector.fromArray(S, in, f + offsets[t]));
        }
        return a;
    }

    @Override
    public int tileFilters() { return DoubleTiles.FILTERS; }

    @Override
    public int tileWindows() { return DoubleTiles.WINDOWS; }

    @Override
    public void convolve(double[] in, int at, int[] offsets, double[] weights, int w, double[] out, int o, int row) {
        DoubleTiles.convolve(in, at, offsets, weights, w, out, o, row);
    }

    @Override
    public void four(int n, int rows, double[] out, int o, int plane, double[] to, int t) {
        DoubleTiles.four(n, rows, out, o, plane, to, t);
    }

    @Override
    public void correlate(int n, int rows, int columns, double[] four, int o, double[] in, int at,
            int[] offsets, int first, double[] sums, int s, int row) {
        DoubleTiles.correlate(n, rows, columns, four, o, in, at, offsets, first, sums, s, row);
    }
}
