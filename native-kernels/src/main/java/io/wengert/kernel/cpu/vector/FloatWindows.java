package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.PlainFloatWindows;
import java.util.function.IntPredicate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Inner loops over windows of floats, a vector of windows at a time. */
final class FloatWindows extends PlainFloatWindows {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    /** Of two vectors in a row every second element: the lanes of either, and which lanes come from the second. */
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(S, lane -> 2 * lane % L);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(S, lane -> (2 * lane + 1) % L);
    private static final VectorMask<Float> SECOND = VectorMask.fromArray(S, lanes(lane -> lane >= L / 2), 0);

    /** The way back: each element of one half twice, and which lanes of the result are even. */
    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(S, lane -> lane / 2);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.fromOp(S, lane -> L / 2 + lane / 2);
    private static final VectorMask<Float> EVEN_LANES = VectorMask.fromArray(S, lanes(lane -> lane % 2 == 0), 0);

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
    public void take(int n, float[] from, int at, int step, float[] to, int o) {
        if (step != 2 || n < L) {
            super.take(n, from, at, step, to, o);
            return;
        }
        for (int i = 0; i < n; i += L) {
            // The last vector overlaps the one before.
            int first = Math.min(i, n - L);
            FloatVector a = FloatVector.fromArray(S, from, at + 2 * first);
            FloatVector b = FloatVector.fromArray(S, from, at + 2 * first + L);
            a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND).intoArray(to, o + first);
        }
    }

    /**
     * With a step of 2 what lies between is written, unchanged; but nothing behind the last element, which may be
     * another thread's.
     */
    @Override
    public void put(int n, float[] from, int at, float[] to, int o, int step) {
        if (step != 2 || n <= L) {
            super.put(n, from, at, to, o, step);
            return;
        }
        for (int i = 0; i < n - 1; i += L) {
            int first = Math.min(i, n - 1 - L);
            FloatVector x = FloatVector.fromArray(S, from, at + first);
            int p = o + 2 * first;
            FloatVector.fromArray(S, to, p).blend(x.rearrange(LOW), EVEN_LANES).intoArray(to, p);
            FloatVector.fromArray(S, to, p + L).blend(x.rearrange(HIGH), EVEN_LANES).intoArray(to, p + L);
        }
        to[o + 2 * (n - 1)] = from[at + n - 1];
    }

    @Override
    public void rows(int rows, int n, float[] from, int at, int step, float[] to, int o, int toStep) {
        if (n < L || n > 8 * L) {
            super.rows(rows, n, from, at, step, to, o, toStep);
            return;
        }
        for (int r = 0; r < rows; r++, at += step, o += toStep) {
            int i = 0;
            for (; i < n - L; i += L) {
                FloatVector.fromArray(S, from, at + i).intoArray(to, o + i);
            }
            // The last vector overlaps the one before.
            FloatVector.fromArray(S, from, at + n - L).intoArray(to, o + n - L);
        }
    }

    @Override
    public void add(int n, float[] from, int at, float[] to, int o, int step) {
        int i = 0;
        if (step == 1) {
            for (; i + L <= n; i += L) {
                FloatVector.fromArray(S, to, o + i).add(FloatVector.fromArray(S, from, at + i)).intoArray(to, o + i);
            }
        } else if (step == 2) {
            FloatVector none = FloatVector.zero(S);
            for (; i + L < n; i += L) {
                FloatVector x = FloatVector.fromArray(S, from, at + i);
                int p = o + 2 * i;
                FloatVector.fromArray(S, to, p).add(none.blend(x.rearrange(LOW), EVEN_LANES)).intoArray(to, p);
                FloatVector.fromArray(S, to, p + L).add(none.blend(x.rearrange(HIGH), EVEN_LANES)).intoArray(to, p + L);
            }
        }
        super.add(n - i, from, at + i, to, o + i * step, step);
    }

    @Override
    public void multiply(int n, float[] a, int at, float[] b, int bt, float[] to, int o) {
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector.fromArray(S, a, at + i).mul(FloatVector.fromArray(S, b, bt + i)).intoArray(to, o + i);
        }
        super.multiply(n - i, a, at + i, b, bt + i, to, o + i);
    }

    @Override
    public void weigh(int n, float[] in, int[] offsets, float[] weights, int w, float[] out) {
        for (int f = 0; f < n; f += 4 * L) {
            FloatVector a = FloatVector.zero(S);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int t = 0; t < offsets.length; t++) {
                FloatVector x = FloatVector.broadcast(S, weights[w + t]);
                int o = f + offsets[t];
                a = x.fma(FloatVector.fromArray(S, in, o), a);
                b = x.fma(FloatVector.fromArray(S, in, o + L), b);
                c = x.fma(FloatVector.fromArray(S, in, o + 2 * L), c);
                d = x.fma(FloatVector.fromArray(S, in, o + 3 * L), d);
            }
            a.intoArray(out, f);
            b.intoArray(out, f + L);
            c.intoArray(out, f + 2 * L);
            d.intoArray(out, f + 3 * L);
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
        int t = 0;
        for (; t + 3 <= offsets.length; t += 3) {
            three(n, out, in, offsets[t], offsets[t + 1], offsets[t + 2], sums, t);
        }
        for (; t < offsets.length; t++) {
            int o = offsets[t];
            FloatVector a = FloatVector.zero(S);
            FloatVector b = FloatVector.zero(S);
            for (int f = 0; f < n; f += 2 * L) {
                a = FloatVector.fromArray(S, out, f).fma(FloatVector.fromArray(S, in, o + f), a);
                b = FloatVector.fromArray(S, out, f + L).fma(FloatVector.fromArray(S, in, o + f + L), b);
            }
            sums[t] += LaneSums.sum(a.add(b));
        }
    }

    private static void three(int n, float[] out, float[] in, int o0, int o1, int o2, double[] sums, int t) {
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        for (int f = 0; f < n; f += 2 * L) {
            FloatVector x = FloatVector.fromArray(S, out, f);
            FloatVector y = FloatVector.fromArray(S, out, f + L);
            a0 = x.fma(FloatVector.fromArray(S, in, o0 + f), a0);
            a1 = x.fma(FloatVector.fromArray(S, in, o1 + f), a1);
            a2 = x.fma(FloatVector.fromArray(S, in, o2 + f), a2);
            b0 = y.fma(FloatVector.fromArray(S, in, o0 + f + L), b0);
            b1 = y.fma(FloatVector.fromArray(S, in, o1 + f + L), b1);
            b2 = y.fma(FloatVector.fromArray(S, in, o2 + f + L), b2);
        }
        sums[t] += LaneSums.sum(a0.add(b0));
        sums[t + 1] += LaneSums.sum(a1.add(b1));
        sums[t + 2] += LaneSums.sum(a2.add(b2));
    }

    @Override
    public void max(int n, float[] in, int[] offsets, float[] out) {
        for (int f = 0; f < n; f += L) {
            largest(in, f, offsets).intoArray(out, f);
        }
    }

    @Override
    public void maxOfPairs(int n, float[] a, int at, float[] b, int bt, float[] to, int o) {
        if (n < L) {
            super.maxOfPairs(n, a, at, b, bt, to, o);
            return;
        }
        for (int i = 0; i < n; i += L) {
            // The last vector overlaps the one before.
            int first = Math.min(i, n - L);
            int p = at + 2 * first;
            int q = bt + 2 * first;
            FloatVector x = FloatVector.fromArray(S, a, p).max(FloatVector.fromArray(S, b, q));
            FloatVector y = FloatVector.fromArray(S, a, p + L).max(FloatVector.fromArray(S, b, q + L));
            FloatVector even = x.rearrange(EVEN).blend(y.rearrange(EVEN), SECOND);
            even.max(x.rearrange(ODD).blend(y.rearrange(ODD), SECOND)).intoArray(to, o + first);
        }
    }

    @Override
    public void sumOfPairs(int n, float[] a, int at, float[] b, int bt, double factor, float[] to, int o) {
        if (n < L) {
            super.sumOfPairs(n, a, at, b, bt, factor, to, o);
            return;
        }
        FloatVector scale = FloatVector.broadcast(S, (float) factor);
        for (int i = 0; i < n; i += L) {
            int first = Math.min(i, n - L);
            int p = at + 2 * first;
            int q = bt + 2 * first;
            FloatVector x = FloatVector.fromArray(S, a, p).add(FloatVector.fromArray(S, b, q));
            FloatVector y = FloatVector.fromArray(S, a, p + L).add(FloatVector.fromArray(S, b, q + L));
            FloatVector even = x.rearrange(EVEN).blend(y.rearrange(EVEN), SECOND);
            even.add(x.rearrange(ODD).blend(y.rearrange(ODD), SECOND)).mul(scale).intoArray(to, o + first);
        }
    }

    @Override
    public void select(int n, float[] guide, int[] offsets, float[] in, float[] out) {
        for (int f = 0; f < n; f += L) {
            FloatVector most = largest(guide, f, offsets);
            if (most.compare(VectorOperators.NE, most).anyTrue()) {
                for (int i = f; i < f + L; i++) {
                    out[i] = in[i + offsets[largestTap(guide, i, offsets)]];
                }
                continue;
            }
            // Backwards, so that the first of several is the last to be taken.
            FloatVector y = FloatVector.zero(S);
            for (int t = offsets.length - 1; t >= 0; t--) {
                FloatVector x = FloatVector.fromArray(S, guide, f + offsets[t]);
                y = y.blend(FloatVector.fromArray(S, in, f + offsets[t]), x.compare(VectorOperators.EQ, most));
            }
            y.intoArray(out, f);
        }
    }

    @Override
    public void deliver(int n, float[] guide, int[] offsets, float[] out, float[] in) {
        FloatVector none = FloatVector.zero(S);
        for (int f = 0; f < n; f += L) {
            FloatVector most = largest(guide, f, offsets);
            if (most.compare(VectorOperators.NE, most).anyTrue()) {
                for (int i = f; i < f + L; i++) {
                    in[i + offsets[largestTap(guide, i, offsets)]] += out[i];
                }
                continue;
            }
            FloatVector left = FloatVector.fromArray(S, out, f);
            for (int t = 0; t < offsets.length; t++) {
                int o = f + offsets[t];
                VectorMask<Float> here = FloatVector.fromArray(S, guide, o).compare(VectorOperators.EQ, most);
                FloatVector.fromArray(S, in, o).add(none.blend(left, here)).intoArray(in, o);
                left = left.blend(none, here);
            }
        }
    }

    private static FloatVector largest(float[] in, int f, int[] offsets) {
        FloatVector a = FloatVector.fromArray(S, in, f + offsets[0]);
        for (int t = 1; t < offsets.length; t++) {
            a = a.max(FloatVector.fromArray(S, in, f + offsets[t]));
        }
        return a;
    }

    @Override
    public int tileFilters() { return FloatTiles.FILTERS; }

    @Override
    public int tileWindows() { return FloatTiles.WINDOWS; }

    @Override
    public void convolve(float[] in, int at, int[] offsets, float[] weights, int w, float[] out, int o, int row) {
        FloatTiles.convolve(in, at, offsets, weights, w, out, o, row);
    }

    @Override
    public void four(int n, int rows, float[] out, int o, int plane, float[] to, int t) {
        FloatTiles.four(n, rows, out, o, plane, to, t);
    }

    @Override
    public void correlate(int n, int rows, int columns, float[] four, int o, float[] in, int at,
            int[] offsets, int first, float[] sums, int s, int row) {
        FloatTiles.correlate(1, 0, n, rows, columns, four, o, in, at, offsets, first, sums, s, row);
    }

    @Override
    public void correlate(int runs, int step, int n, int rows, int columns, float[] four, int o, float[] in, int at,
            int[] offsets, int first, float[] sums, int s, int row) {
        FloatTiles.correlate(runs, step, n, rows, columns, four, o, in, at, offsets, first, sums, s, row);
    }

    @Override
    public int images() { return FloatTranspose.FITS ? L : 0; }

    @Override
    public void transpose(int n, float[] from, int at, int line, float[] to, int o, int step) {
        FloatTranspose.lines(n, from, at, line, L, to, o, step);
    }
}
