package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of 8 rows by one or two vectors of double, for the 32 registers of AVX-512.
 *
 * <p>Accumulators are named locals, as the compiler keeps arrays of vectors in memory.
 */
final class DoubleGemm8x2 extends DoubleGemm {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int L = S.length();

    DoubleGemm8x2() { super(8); }

    @Override
    void packed(int k, double[] a, int ao, double[] b, int bo,
            double[] from, int fo, int fRow, double[] c, int co, int cRow) {
        DoubleVector c00 = DoubleVector.zero(S), c01 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S), c11 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S), c21 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S), c31 = DoubleVector.zero(S);
        DoubleVector c40 = DoubleVector.zero(S), c41 = DoubleVector.zero(S);
        DoubleVector c50 = DoubleVector.zero(S), c51 = DoubleVector.zero(S);
        DoubleVector c60 = DoubleVector.zero(S), c61 = DoubleVector.zero(S);
        DoubleVector c70 = DoubleVector.zero(S), c71 = DoubleVector.zero(S);
        int shift = bo - 2 * L / 8 * ao;
        for (int i = ao, end = ao + 8 * k; i < end; i += 8) {
            int j = 2 * L / 8 * i + shift;
            DoubleVector b0 = DoubleVector.fromArray(S, b, j);
            DoubleVector b1 = DoubleVector.fromArray(S, b, j + L);
            DoubleVector x = DoubleVector.broadcast(S, a[i]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = DoubleVector.broadcast(S, a[i + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = DoubleVector.broadcast(S, a[i + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = DoubleVector.broadcast(S, a[i + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = DoubleVector.broadcast(S, a[i + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = DoubleVector.broadcast(S, a[i + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = DoubleVector.broadcast(S, a[i + 6]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = DoubleVector.broadcast(S, a[i + 7]);
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
        c00 = c00.add(DoubleVector.fromArray(S, from, fo));
        c01 = c01.add(DoubleVector.fromArray(S, from, fo + L));
        c10 = c10.add(DoubleVector.fromArray(S, from, f1));
        c11 = c11.add(DoubleVector.fromArray(S, from, f1 + L));
        c20 = c20.add(DoubleVector.fromArray(S, from, f2));
        c21 = c21.add(DoubleVector.fromArray(S, from, f2 + L));
        c30 = c30.add(DoubleVector.fromArray(S, from, f3));
        c31 = c31.add(DoubleVector.fromArray(S, from, f3 + L));
        c40 = c40.add(DoubleVector.fromArray(S, from, f4));
        c41 = c41.add(DoubleVector.fromArray(S, from, f4 + L));
        c50 = c50.add(DoubleVector.fromArray(S, from, f5));
        c51 = c51.add(DoubleVector.fromArray(S, from, f5 + L));
        c60 = c60.add(DoubleVector.fromArray(S, from, f6));
        c61 = c61.add(DoubleVector.fromArray(S, from, f6 + L));
        c70 = c70.add(DoubleVector.fromArray(S, from, f7));
        c71 = c71.add(DoubleVector.fromArray(S, from, f7 + L));
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
    void wide(int rows, int k, double[] a, int ao, int aRow, int aCol, double[] b, int bo, int bRow,
            double[] from, int fo, int fRow, double[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + Math.min(3, last) * aRow;
        int a4 = ao + Math.min(4, last) * aRow;
        int a5 = ao + Math.min(5, last) * aRow;
        int a6 = ao + Math.min(6, last) * aRow;
        int a7 = ao + last * aRow;
        DoubleVector c00 = DoubleVector.zero(S), c01 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S), c11 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S), c21 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S), c31 = DoubleVector.zero(S);
        DoubleVector c40 = DoubleVector.zero(S), c41 = DoubleVector.zero(S);
        DoubleVector c50 = DoubleVector.zero(S), c51 = DoubleVector.zero(S);
        DoubleVector c60 = DoubleVector.zero(S), c61 = DoubleVector.zero(S);
        DoubleVector c70 = DoubleVector.zero(S), c71 = DoubleVector.zero(S);
        for (int p = 0, q = 0; p < k; p++, q += aCol, bo += bRow) {
            DoubleVector b0 = DoubleVector.fromArray(S, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(S, b, bo + L);
            DoubleVector x = DoubleVector.broadcast(S, a[ao + q]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = DoubleVector.broadcast(S, a[a1 + q]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = DoubleVector.broadcast(S, a[a2 + q]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = DoubleVector.broadcast(S, a[a3 + q]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = DoubleVector.broadcast(S, a[a4 + q]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = DoubleVector.broadcast(S, a[a5 + q]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = DoubleVector.broadcast(S, a[a6 + q]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = DoubleVector.broadcast(S, a[a7 + q]);
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
        c00 = c00.add(DoubleVector.fromArray(S, from, fo));
        c01 = c01.add(DoubleVector.fromArray(S, from, fo + L));
        c10 = c10.add(DoubleVector.fromArray(S, from, f1));
        c11 = c11.add(DoubleVector.fromArray(S, from, f1 + L));
        c20 = c20.add(DoubleVector.fromArray(S, from, f2));
        c21 = c21.add(DoubleVector.fromArray(S, from, f2 + L));
        c30 = c30.add(DoubleVector.fromArray(S, from, f3));
        c31 = c31.add(DoubleVector.fromArray(S, from, f3 + L));
        c40 = c40.add(DoubleVector.fromArray(S, from, f4));
        c41 = c41.add(DoubleVector.fromArray(S, from, f4 + L));
        c50 = c50.add(DoubleVector.fromArray(S, from, f5));
        c51 = c51.add(DoubleVector.fromArray(S, from, f5 + L));
        c60 = c60.add(DoubleVector.fromArray(S, from, f6));
        c61 = c61.add(DoubleVector.fromArray(S, from, f6 + L));
        c70 = c70.add(DoubleVector.fromArray(S, from, f7));
        c71 = c71.add(DoubleVector.fromArray(S, from, f7 + L));
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
    void narrow(int rows, int k, double[] a, int ao, int aRow, int aCol, double[] b, int bo, int bRow,
            double[] from, int fo, int fRow, double[] c, int co, int cRow) {
        int last = rows - 1;
        int a1 = ao + Math.min(1, last) * aRow;
        int a2 = ao + Math.min(2, last) * aRow;
        int a3 = ao + Math.min(3, last) * aRow;
        int a4 = ao + Math.min(4, last) * aRow;
        int a5 = ao + Math.min(5, last) * aRow;
        int a6 = ao + Math.min(6, last) * aRow;
        int a7 = ao + last * aRow;
        DoubleVector c0 = DoubleVector.zero(S);
        DoubleVector c1 = DoubleVector.zero(S);
        DoubleVector c2 = DoubleVector.zero(S);
        DoubleVector c3 = DoubleVector.zero(S);
        DoubleVector c4 = DoubleVector.zero(S);
        DoubleVector c5 = DoubleVector.zero(S);
        DoubleVector c6 = DoubleVector.zero(S);
        DoubleVector c7 = DoubleVector.zero(S);
        for (int p = 0, q = 0; p < k; p++, q += aCol, bo += bRow) {
            DoubleVector b0 = DoubleVector.fromArray(S, b, bo);
            DoubleVector x = DoubleVector.broadcast(S, a[ao + q]);
            c0 = x.fma(b0, c0);
            x = DoubleVector.broadcast(S, a[a1 + q]);
            c1 = x.fma(b0, c1);
            x = DoubleVector.broadcast(S, a[a2 + q]);
            c2 = x.fma(b0, c2);
            x = DoubleVector.broadcast(S, a[a3 + q]);
            c3 = x.fma(b0, c3);
            x = DoubleVector.broadcast(S, a[a4 + q]);
            c4 = x.fma(b0, c4);
            x = DoubleVector.broadcast(S, a[a5 + q]);
            c5 = x.fma(b0, c5);
            x = DoubleVector.broadcast(S, a[a6 + q]);
            c6 = x.fma(b0, c6);
            x = DoubleVector.broadcast(S, a[a7 + q]);
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
        c0 = c0.add(DoubleVector.fromArray(S, from, fo));
        c1 = c1.add(DoubleVector.fromArray(S, from, f1));
        c2 = c2.add(DoubleVector.fromArray(S, from, f2));
        c3 = c3.add(DoubleVector.fromArray(S, from, f3));
        c4 = c4.add(DoubleVector.fromArray(S, from, f4));
        c5 = c5.add(DoubleVector.fromArray(S, from, f5));
        c6 = c6.add(DoubleVector.fromArray(S, from, f6));
        c7 = c7.add(DoubleVector.fromArray(S, from, f7));
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
