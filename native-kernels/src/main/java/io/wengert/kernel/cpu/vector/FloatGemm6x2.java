package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of 6 rows by one or two vectors of float, for 16 registers or more.
 *
 * <p>Accumulators are named locals, as the compiler keeps arrays of vectors in memory.
 */
final class FloatGemm6x2 extends FloatGemm {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    FloatGemm6x2() { super(6); }

    @Override
    void panel(int k, float[] a, int ao, int aStep, float[] b, int bo, int bStep,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int f1 = fo + fRow;
        int f2 = fo + 2 * fRow;
        int f3 = fo + 3 * fRow;
        int f4 = fo + 4 * fRow;
        int f5 = fo + 5 * fRow;
        FloatVector c00 = FloatVector.fromArray(S, from, fo);
        FloatVector c01 = FloatVector.fromArray(S, from, fo + L);
        FloatVector c10 = FloatVector.fromArray(S, from, f1);
        FloatVector c11 = FloatVector.fromArray(S, from, f1 + L);
        FloatVector c20 = FloatVector.fromArray(S, from, f2);
        FloatVector c21 = FloatVector.fromArray(S, from, f2 + L);
        FloatVector c30 = FloatVector.fromArray(S, from, f3);
        FloatVector c31 = FloatVector.fromArray(S, from, f3 + L);
        FloatVector c40 = FloatVector.fromArray(S, from, f4);
        FloatVector c41 = FloatVector.fromArray(S, from, f4 + L);
        FloatVector c50 = FloatVector.fromArray(S, from, f5);
        FloatVector c51 = FloatVector.fromArray(S, from, f5 + L);
        for (int p = 0; p < k; p++, ao += aStep, bo += bStep) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x = FloatVector.broadcast(S, a[ao]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[ao + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[ao + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[ao + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[ao + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[ao + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
        }
        int o1 = co + cRow;
        int o2 = co + 2 * cRow;
        int o3 = co + 3 * cRow;
        int o4 = co + 4 * cRow;
        int o5 = co + 5 * cRow;
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + L);
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + L);
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + L);
        c40.intoArray(c, o4);
        c41.intoArray(c, o4 + L);
        c50.intoArray(c, o5);
        c51.intoArray(c, o5 + L);
    }

    @Override
    void slim(int k, float[] a, int ao, int aStep, float[] b, int bo, int bStep,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int f1 = fo + fRow;
        int f2 = fo + 2 * fRow;
        int f3 = fo + 3 * fRow;
        int f4 = fo + 4 * fRow;
        int f5 = fo + 5 * fRow;
        FloatVector c0 = FloatVector.fromArray(S, from, fo);
        FloatVector c1 = FloatVector.fromArray(S, from, f1);
        FloatVector c2 = FloatVector.fromArray(S, from, f2);
        FloatVector c3 = FloatVector.fromArray(S, from, f3);
        FloatVector c4 = FloatVector.fromArray(S, from, f4);
        FloatVector c5 = FloatVector.fromArray(S, from, f5);
        for (int p = 0; p < k; p++, ao += aStep, bo += bStep) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector x = FloatVector.broadcast(S, a[ao]);
            c0 = x.fma(b0, c0);
            x = FloatVector.broadcast(S, a[ao + 1]);
            c1 = x.fma(b0, c1);
            x = FloatVector.broadcast(S, a[ao + 2]);
            c2 = x.fma(b0, c2);
            x = FloatVector.broadcast(S, a[ao + 3]);
            c3 = x.fma(b0, c3);
            x = FloatVector.broadcast(S, a[ao + 4]);
            c4 = x.fma(b0, c4);
            x = FloatVector.broadcast(S, a[ao + 5]);
            c5 = x.fma(b0, c5);
        }
        int o1 = co + cRow;
        int o2 = co + 2 * cRow;
        int o3 = co + 3 * cRow;
        int o4 = co + 4 * cRow;
        int o5 = co + 5 * cRow;
        c0.intoArray(c, co);
        c1.intoArray(c, o1);
        c2.intoArray(c, o2);
        c3.intoArray(c, o3);
        c4.intoArray(c, o4);
        c5.intoArray(c, o5);
    }

    @Override
    void rows(int rows, int k, float[] a, int ao, int aRow, float[] b, int bo, int bStep,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + Math.min(3, last) * aRow;
        int a4 = ao + Math.min(4, last) * aRow;
        int a5 = ao + last * aRow;
        int f1 = fo + Math.min(1, last) * fRow;
        int f2 = fo + Math.min(2, last) * fRow;
        int f3 = fo + Math.min(3, last) * fRow;
        int f4 = fo + Math.min(4, last) * fRow;
        int f5 = fo + last * fRow;
        FloatVector c00 = FloatVector.fromArray(S, from, fo);
        FloatVector c01 = FloatVector.fromArray(S, from, fo + L);
        FloatVector c10 = FloatVector.fromArray(S, from, f1);
        FloatVector c11 = FloatVector.fromArray(S, from, f1 + L);
        FloatVector c20 = FloatVector.fromArray(S, from, f2);
        FloatVector c21 = FloatVector.fromArray(S, from, f2 + L);
        FloatVector c30 = FloatVector.fromArray(S, from, f3);
        FloatVector c31 = FloatVector.fromArray(S, from, f3 + L);
        FloatVector c40 = FloatVector.fromArray(S, from, f4);
        FloatVector c41 = FloatVector.fromArray(S, from, f4 + L);
        FloatVector c50 = FloatVector.fromArray(S, from, f5);
        FloatVector c51 = FloatVector.fromArray(S, from, f5 + L);
        for (int p = 0; p < k; p++, bo += bStep) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[a4 + p]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[a5 + p]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
        }
        int o1 = co + Math.min(1, last) * cRow;
        int o2 = co + Math.min(2, last) * cRow;
        int o3 = co + Math.min(3, last) * cRow;
        int o4 = co + Math.min(4, last) * cRow;
        int o5 = co + last * cRow;
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + L);
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + L);
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + L);
        c40.intoArray(c, o4);
        c41.intoArray(c, o4 + L);
        c50.intoArray(c, o5);
        c51.intoArray(c, o5 + L);
    }

    @Override
    void few(int rows, int k, float[] a, int ao, int aRow, float[] b, int bo, int bStep,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + last * aRow;
        int f1 = fo + Math.min(1, last) * fRow;
        int f2 = fo + Math.min(2, last) * fRow;
        int f3 = fo + last * fRow;
        FloatVector c00 = FloatVector.fromArray(S, from, fo);
        FloatVector c01 = FloatVector.fromArray(S, from, fo + L);
        FloatVector c10 = FloatVector.fromArray(S, from, f1);
        FloatVector c11 = FloatVector.fromArray(S, from, f1 + L);
        FloatVector c20 = FloatVector.fromArray(S, from, f2);
        FloatVector c21 = FloatVector.fromArray(S, from, f2 + L);
        FloatVector c30 = FloatVector.fromArray(S, from, f3);
        FloatVector c31 = FloatVector.fromArray(S, from, f3 + L);
        for (int p = 0; p < k; p++, bo += bStep) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        int o1 = co + Math.min(1, last) * cRow;
        int o2 = co + Math.min(2, last) * cRow;
        int o3 = co + last * cRow;
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + L);
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + L);
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + L);
    }

    @Override
    void narrow(int rows, int k, float[] a, int ao, int aRow, float[] b, int bo, int bStep,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + Math.min(3, last) * aRow;
        int a4 = ao + Math.min(4, last) * aRow;
        int a5 = ao + last * aRow;
        int f1 = fo + Math.min(1, last) * fRow;
        int f2 = fo + Math.min(2, last) * fRow;
        int f3 = fo + Math.min(3, last) * fRow;
        int f4 = fo + Math.min(4, last) * fRow;
        int f5 = fo + last * fRow;
        FloatVector c0 = FloatVector.fromArray(S, from, fo);
        FloatVector c1 = FloatVector.fromArray(S, from, f1);
        FloatVector c2 = FloatVector.fromArray(S, from, f2);
        FloatVector c3 = FloatVector.fromArray(S, from, f3);
        FloatVector c4 = FloatVector.fromArray(S, from, f4);
        FloatVector c5 = FloatVector.fromArray(S, from, f5);
        for (int p = 0; p < k; p++, bo += bStep) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(b0, c0);
            x = FloatVector.broadcast(S, a[a1 + p]);
            c1 = x.fma(b0, c1);
            x = FloatVector.broadcast(S, a[a2 + p]);
            c2 = x.fma(b0, c2);
            x = FloatVector.broadcast(S, a[a3 + p]);
            c3 = x.fma(b0, c3);
            x = FloatVector.broadcast(S, a[a4 + p]);
            c4 = x.fma(b0, c4);
            x = FloatVector.broadcast(S, a[a5 + p]);
            c5 = x.fma(b0, c5);
        }
        int o1 = co + Math.min(1, last) * cRow;
        int o2 = co + Math.min(2, last) * cRow;
        int o3 = co + Math.min(3, last) * cRow;
        int o4 = co + Math.min(4, last) * cRow;
        int o5 = co + last * cRow;
        c0.intoArray(c, co);
        c1.intoArray(c, o1);
        c2.intoArray(c, o2);
        c3.intoArray(c, o3);
        c4.intoArray(c, o4);
        c5.intoArray(c, o5);
    }
}
