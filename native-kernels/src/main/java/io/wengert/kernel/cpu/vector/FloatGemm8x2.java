package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of 8 rows by one or two vectors of float, for the 32 registers of AVX-512.
 *
 * <p>Accumulators are named locals, as the compiler keeps arrays of vectors in memory.
 */
final class FloatGemm8x2 extends FloatGemm {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    FloatGemm8x2() { super(8, FloatTile14x2.ROWS); }

    @Override
    void packed(int k, float[] a, int ao, float[] b, int bo,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S), c41 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S), c51 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S), c61 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S), c71 = FloatVector.zero(S);
        int shift = bo - 2 * L / 8 * ao;
        for (int i = ao, end = ao + 8 * k; i < end; i += 8) {
            int j = 2 * L / 8 * i + shift;
            FloatVector b0 = FloatVector.fromArray(S, b, j);
            FloatVector b1 = FloatVector.fromArray(S, b, j + L);
            FloatVector x = FloatVector.broadcast(S, a[i]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[i + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[i + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[i + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[i + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[i + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, a[i + 6]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(S, a[i + 7]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        int o1 = co + cRow;
        int o2 = co + 2 * cRow;
        int o3 = co + 3 * cRow;
        int o4 = co + 4 * cRow;
        int o5 = co + 5 * cRow;
        int o6 = co + 6 * cRow;
        int o7 = co + 7 * cRow;
        int f1 = fo + fRow;
        int f2 = fo + 2 * fRow;
        int f3 = fo + 3 * fRow;
        int f4 = fo + 4 * fRow;
        int f5 = fo + 5 * fRow;
        int f6 = fo + 6 * fRow;
        int f7 = fo + 7 * fRow;
        c00 = c00.add(FloatVector.fromArray(S, from, fo));
        c01 = c01.add(FloatVector.fromArray(S, from, fo + L));
        c10 = c10.add(FloatVector.fromArray(S, from, f1));
        c11 = c11.add(FloatVector.fromArray(S, from, f1 + L));
        c20 = c20.add(FloatVector.fromArray(S, from, f2));
        c21 = c21.add(FloatVector.fromArray(S, from, f2 + L));
        c30 = c30.add(FloatVector.fromArray(S, from, f3));
        c31 = c31.add(FloatVector.fromArray(S, from, f3 + L));
        c40 = c40.add(FloatVector.fromArray(S, from, f4));
        c41 = c41.add(FloatVector.fromArray(S, from, f4 + L));
        c50 = c50.add(FloatVector.fromArray(S, from, f5));
        c51 = c51.add(FloatVector.fromArray(S, from, f5 + L));
        c60 = c60.add(FloatVector.fromArray(S, from, f6));
        c61 = c61.add(FloatVector.fromArray(S, from, f6 + L));
        c70 = c70.add(FloatVector.fromArray(S, from, f7));
        c71 = c71.add(FloatVector.fromArray(S, from, f7 + L));
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
        c60.intoArray(c, o6);
        c61.intoArray(c, o6 + L);
        c70.intoArray(c, o7);
        c71.intoArray(c, o7 + L);
    }

    @Override
    void tall(int k, float[] a, int ao, float[] b, int bo, float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        FloatTile14x2.multiply(k, a, ao, b, bo, from, fo, fRow, c, co, cRow);
    }

    @Override
    void wide(int rows, int k, float[] a, int ao, int aRow, int aCol, float[] b, int bo, int bRow,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + Math.min(3, last) * aRow;
        int a4 = ao + Math.min(4, last) * aRow;
        int a5 = ao + Math.min(5, last) * aRow;
        int a6 = ao + Math.min(6, last) * aRow;
        int a7 = ao + last * aRow;
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S), c41 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S), c51 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S), c61 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S), c71 = FloatVector.zero(S);
        for (int p = 0, q = 0; p < k; p++, q += aCol, bo += bRow) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x = FloatVector.broadcast(S, a[ao + q]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[a1 + q]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[a2 + q]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[a3 + q]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[a4 + q]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[a5 + q]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, a[a6 + q]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(S, a[a7 + q]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        int o1 = co + Math.min(1, last) * cRow;
        int o2 = co + Math.min(2, last) * cRow;
        int o3 = co + Math.min(3, last) * cRow;
        int o4 = co + Math.min(4, last) * cRow;
        int o5 = co + Math.min(5, last) * cRow;
        int o6 = co + Math.min(6, last) * cRow;
        int o7 = co + last * cRow;
        int f1 = fo + Math.min(1, last) * fRow;
        int f2 = fo + Math.min(2, last) * fRow;
        int f3 = fo + Math.min(3, last) * fRow;
        int f4 = fo + Math.min(4, last) * fRow;
        int f5 = fo + Math.min(5, last) * fRow;
        int f6 = fo + Math.min(6, last) * fRow;
        int f7 = fo + last * fRow;
        c00 = c00.add(FloatVector.fromArray(S, from, fo));
        c01 = c01.add(FloatVector.fromArray(S, from, fo + L));
        c10 = c10.add(FloatVector.fromArray(S, from, f1));
        c11 = c11.add(FloatVector.fromArray(S, from, f1 + L));
        c20 = c20.add(FloatVector.fromArray(S, from, f2));
        c21 = c21.add(FloatVector.fromArray(S, from, f2 + L));
        c30 = c30.add(FloatVector.fromArray(S, from, f3));
        c31 = c31.add(FloatVector.fromArray(S, from, f3 + L));
        c40 = c40.add(FloatVector.fromArray(S, from, f4));
        c41 = c41.add(FloatVector.fromArray(S, from, f4 + L));
        c50 = c50.add(FloatVector.fromArray(S, from, f5));
        c51 = c51.add(FloatVector.fromArray(S, from, f5 + L));
        c60 = c60.add(FloatVector.fromArray(S, from, f6));
        c61 = c61.add(FloatVector.fromArray(S, from, f6 + L));
        c70 = c70.add(FloatVector.fromArray(S, from, f7));
        c71 = c71.add(FloatVector.fromArray(S, from, f7 + L));
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
        c60.intoArray(c, o6);
        c61.intoArray(c, o6 + L);
        c70.intoArray(c, o7);
        c71.intoArray(c, o7 + L);
    }

    @Override
    void narrow(int rows, int k, float[] a, int ao, int aRow, int aCol, float[] b, int bo, int bRow,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + Math.min(3, last) * aRow;
        int a4 = ao + Math.min(4, last) * aRow;
        int a5 = ao + Math.min(5, last) * aRow;
        int a6 = ao + Math.min(6, last) * aRow;
        int a7 = ao + last * aRow;
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        for (int p = 0, q = 0; p < k; p++, q += aCol, bo += bRow) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector x = FloatVector.broadcast(S, a[ao + q]);
            c0 = x.fma(b0, c0);
            x = FloatVector.broadcast(S, a[a1 + q]);
            c1 = x.fma(b0, c1);
            x = FloatVector.broadcast(S, a[a2 + q]);
            c2 = x.fma(b0, c2);
            x = FloatVector.broadcast(S, a[a3 + q]);
            c3 = x.fma(b0, c3);
            x = FloatVector.broadcast(S, a[a4 + q]);
            c4 = x.fma(b0, c4);
            x = FloatVector.broadcast(S, a[a5 + q]);
            c5 = x.fma(b0, c5);
            x = FloatVector.broadcast(S, a[a6 + q]);
            c6 = x.fma(b0, c6);
            x = FloatVector.broadcast(S, a[a7 + q]);
            c7 = x.fma(b0, c7);
        }
        int o1 = co + Math.min(1, last) * cRow;
        int o2 = co + Math.min(2, last) * cRow;
        int o3 = co + Math.min(3, last) * cRow;
        int o4 = co + Math.min(4, last) * cRow;
        int o5 = co + Math.min(5, last) * cRow;
        int o6 = co + Math.min(6, last) * cRow;
        int o7 = co + last * cRow;
        int f1 = fo + Math.min(1, last) * fRow;
        int f2 = fo + Math.min(2, last) * fRow;
        int f3 = fo + Math.min(3, last) * fRow;
        int f4 = fo + Math.min(4, last) * fRow;
        int f5 = fo + Math.min(5, last) * fRow;
        int f6 = fo + Math.min(6, last) * fRow;
        int f7 = fo + last * fRow;
        c0 = c0.add(FloatVector.fromArray(S, from, fo));
        c1 = c1.add(FloatVector.fromArray(S, from, f1));
        c2 = c2.add(FloatVector.fromArray(S, from, f2));
        c3 = c3.add(FloatVector.fromArray(S, from, f3));
        c4 = c4.add(FloatVector.fromArray(S, from, f4));
        c5 = c5.add(FloatVector.fromArray(S, from, f5));
        c6 = c6.add(FloatVector.fromArray(S, from, f6));
        c7 = c7.add(FloatVector.fromArray(S, from, f7));
        c0.intoArray(c, co);
        c1.intoArray(c, o1);
        c2.intoArray(c, o2);
        c3.intoArray(c, o3);
        c4.intoArray(c, o4);
        c5.intoArray(c, o5);
        c6.intoArray(c, o6);
        c7.intoArray(c, o7);
    }
}
