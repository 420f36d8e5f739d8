package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.cpu.WinogradKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of F(4x4, 3x3) with the interpolation points 0, 1, -1, 2, -2 and infinity (Lavin and Gray, "Fast
 * Algorithms for Convolutional Neural Networks", 2016), each as one pass over rows and one over columns.
 */
final class VectorWinograd implements WinogradKernels {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    @Override
    public int width() { return L; }

    @Override
    public void image(float[] d, int from, int row, int column, float[] v, int to, int toRow, int toColumn, float[] t) {
        for (int i = 0; i < 6; i++) {
            image(d, from + i * row, column, t, i * 6 * L, L);
        }
        for (int j = 0; j < 6; j++) {
            image(t, j * L, 6 * L, v, to + j * toColumn, toRow);
        }
    }

    @Override
    public void result(float[] m, int from, int row, int column, float[] y, int to, int toRow, int toColumn,
            float[] t) {
        for (int i = 0; i < 6; i++) {
            result(m, from + i * row, column, t, i * 4 * L, L);
        }
        for (int j = 0; j < 4; j++) {
            result(t, j * L, 4 * L, y, to + j * toColumn, toRow);
        }
    }

    @Override
    public void resultTransposed(float[] g, int from, int row, int column, float[] m, int to, int toRow, int toColumn,
            float[] t) {
        for (int i = 0; i < 4; i++) {
            resultTransposed(g, from + i * row, column, t, i * 6 * L, L);
        }
        for (int j = 0; j < 6; j++) {
            resultTransposed(t, j * L, 6 * L, m, to + j * toColumn, toRow);
        }
    }

    @Override
    public void weight(float[] w, int from, int row, int column, float[] u, int to, int toRow, int toColumn,
            float[] t) {
        for (int i = 0; i < 3; i++) {
            weight(w, from + i * row, column, t, i * 6 * L, L);
        }
        for (int j = 0; j < 6; j++) {
            weight(t, j * L, 6 * L, u, to + j * toColumn, toRow);
        }
    }

    @Override
    public void weightTransposed(float[] u, int from, int row, int column, float[] w, int to, int toRow, int toColumn,
            float[] t) {
        for (int i = 0; i < 6; i++) {
            weightTransposed(u, from + i * row, column, t, i * 3 * L, L);
        }
        for (int j = 0; j < 3; j++) {
            weightTransposed(t, j * L, 3 * L, w, to + j * toColumn, toRow);
        }
    }

    private static FloatVector load(float[] a, int at) { return FloatVector.fromArray(S, a, at); }

    private static void image(float[] x, int at, int step, float[] y, int to, int by) {
        FloatVector d0 = load(x, at);
        FloatVector d1 = load(x, at + step);
        FloatVector d2 = load(x, at + 2 * step);
        FloatVector d3 = load(x, at + 3 * step);
        FloatVector d4 = load(x, at + 4 * step);
        FloatVector d5 = load(x, at + 5 * step);
        FloatVector a = d4.sub(d2.mul(4f));
        FloatVector b = d3.sub(d1.mul(4f));
        FloatVector c = d4.sub(d2);
        FloatVector e = d3.sub(d1).mul(2f);
        d0.sub(d2).mul(4f).add(c).intoArray(y, to);
        a.add(b).intoArray(y, to + by);
        a.sub(b).intoArray(y, to + 2 * by);
        c.add(e).intoArray(y, to + 3 * by);
        c.sub(e).intoArray(y, to + 4 * by);
        d1.sub(d3).mul(4f).add(d5.sub(d3)).intoArray(y, to + 5 * by);
    }

    private static void result(float[] x, int at, int step, float[] y, int to, int by) {
        FloatVector m0 = load(x, at);
        FloatVector m1 = load(x, at + step);
        FloatVector m2 = load(x, at + 2 * step);
        FloatVector m3 = load(x, at + 3 * step);
        FloatVector m4 = load(x, at + 4 * step);
        FloatVector m5 = load(x, at + 5 * step);
        FloatVector a = m1.add(m2);
        FloatVector b = m1.sub(m2);
        FloatVector c = m3.add(m4);
        FloatVector d = m3.sub(m4);
        m0.add(a).add(c).intoArray(y, to);
        b.add(d.mul(2f)).intoArray(y, to + by);
        a.add(c.mul(4f)).intoArray(y, to + 2 * by);
        b.add(d.mul(8f)).add(m5).intoArray(y, to + 3 * by);
    }

    private static void resultTransposed(float[] x, int at, int step, float[] y, int to, int by) {
        FloatVector g0 = load(x, at);
        FloatVector g1 = load(x, at + step);
        FloatVector g2 = load(x, at + 2 * step);
        FloatVector g3 = load(x, at + 3 * step);
        FloatVector a = g0.add(g2);
        FloatVector b = g1.add(g3);
        FloatVector c = g0.add(g2.mul(4f));
        FloatVector d = g1.add(g3.mul(4f)).mul(2f);
        g0.intoArray(y, to);
        a.add(b).intoArray(y, to + by);
        a.sub(b).intoArray(y, to + 2 * by);
        c.add(d).intoArray(y, to + 3 * by);
        c.sub(d).intoArray(y, to + 4 * by);
        g3.intoArray(y, to + 5 * by);
    }

    private static void weight(float[] x, int at, int step, float[] y, int to, int by) {
        FloatVector w0 = load(x, at);
        FloatVector w1 = load(x, at + step);
        FloatVector w2 = load(x, at + 2 * step);
        FloatVector a = w0.add(w2).mul(-1f / 6);
        FloatVector b = w1.mul(1f / 6);
        FloatVector c = w0.mul(1f / 24).add(w2.mul(1f / 6));
        FloatVector d = w1.mul(1f / 12);
        w0.mul(0.25f).intoArray(y, to);
        a.sub(b).intoArray(y, to + by);
        a.add(b).intoArray(y, to + 2 * by);
        c.add(d).intoArray(y, to + 3 * by);
        c.sub(d).intoArray(y, to + 4 * by);
        w2.intoArray(y, to + 5 * by);
    }

    private static void weightTransposed(float[] x, int at, int step, float[] y, int to, int by) {
        FloatVector u1 = load(x, at + step);
        FloatVector u2 = load(x, at + 2 * step);
        FloatVector u3 = load(x, at + 3 * step);
        FloatVector u4 = load(x, at + 4 * step);
        FloatVector a = u1.add(u2).mul(-1f / 6);
        FloatVector b = u3.add(u4);
        load(x, at).mul(0.25f).add(a).add(b.mul(1f / 24)).intoArray(y, to);
        u2.sub(u1).mul(1f / 6).add(u3.sub(u4).mul(1f / 12)).intoArray(y, to + by);
        a.add(b.mul(1f / 6)).add(load(x, at + 5 * step)).intoArray(y, to + 2 * by);
    }
}
