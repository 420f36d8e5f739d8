package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of 14 rows by two vectors of float, for packed operands and the 32 registers of AVX-512, of which C takes 28.
 *
 * <p>Accumulators are named locals, as the compiler keeps arrays of vectors in memory. All begin as one zero: with a zero each C1
 * runs out of virtual registers when it compiles the loop with profiling, and a method that it has compiled without, as it
 * does while C2 is busy, then never gets to C2.
 */
final class FloatTile14x2 {

    static final int ROWS = 14;

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int L = S.length();

    private FloatTile14x2() {}

    /** C = from + packed A panel, {@link #ROWS} wide, times packed B panel, two vectors wide. */
    static void multiply(int k, float[] a, int ao, float[] b, int bo,
            float[] from, int fo, int fRow, float[] c, int co, int cRow) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c0 = zero, d0 = zero, c1 = zero, d1 = zero;
        FloatVector c2 = zero, d2 = zero, c3 = zero, d3 = zero;
        FloatVector c4 = zero, d4 = zero, c5 = zero, d5 = zero;
        FloatVector c6 = zero, d6 = zero, c7 = zero, d7 = zero;
        FloatVector c8 = zero, d8 = zero, c9 = zero, d9 = zero;
        FloatVector c10 = zero, d10 = zero, c11 = zero, d11 = zero;
        FloatVector c12 = zero, d12 = zero, c13 = zero, d13 = zero;
        for (int i = ao, end = ao + ROWS * k; i < end; i += ROWS, bo += 2 * L) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x = FloatVector.broadcast(S, a[i]);
            c0 = x.fma(b0, c0);
            d0 = x.fma(b1, d0);
            x = FloatVector.broadcast(S, a[i + 1]);
            c1 = x.fma(b0, c1);
            d1 = x.fma(b1, d1);
            x = FloatVector.broadcast(S, a[i + 2]);
            c2 = x.fma(b0, c2);
            d2 = x.fma(b1, d2);
            x = FloatVector.broadcast(S, a[i + 3]);
            c3 = x.fma(b0, c3);
            d3 = x.fma(b1, d3);
            x = FloatVector.broadcast(S, a[i + 4]);
            c4 = x.fma(b0, c4);
            d4 = x.fma(b1, d4);
            x = FloatVector.broadcast(S, a[i + 5]);
            c5 = x.fma(b0, c5);
            d5 = x.fma(b1, d5);
            x = FloatVector.broadcast(S, a[i + 6]);
            c6 = x.fma(b0, c6);
            d6 = x.fma(b1, d6);
            x = FloatVector.broadcast(S, a[i + 7]);
            c7 = x.fma(b0, c7);
            d7 = x.fma(b1, d7);
            x = FloatVector.broadcast(S, a[i + 8]);
            c8 = x.fma(b0, c8);
            d8 = x.fma(b1, d8);
            x = FloatVector.broadcast(S, a[i + 9]);
            c9 = x.fma(b0, c9);
            d9 = x.fma(b1, d9);
            x = FloatVector.broadcast(S, a[i + 10]);
            c10 = x.fma(b0, c10);
            d10 = x.fma(b1, d10);
            x = FloatVector.broadcast(S, a[i + 11]);
            c11 = x.fma(b0, c11);
            d11 = x.fma(b1, d11);
            x = FloatVector.broadcast(S, a[i + 12]);
            c12 = x.fma(b0, c12);
            d12 = x.fma(b1, d12);
            x = FloatVector.broadcast(S, a[i + 13]);
            c13 = x.fma(b0, c13);
            d13 = x.fma(b1, d13);
        }
        c0.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d0.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c1.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d1.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c2.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d2.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c3.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d3.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c4.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d4.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c5.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d5.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c6.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d6.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c7.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d7.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c8.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d8.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c9.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d9.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c10.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d10.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c11.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d11.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c12.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d12.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
        fo += fRow;
        co += cRow;
        c13.add(FloatVector.fromArray(S, from, fo)).intoArray(c, co);
        d13.add(FloatVector.fromArray(S, from, fo + L)).intoArray(c, co + L);
    }
}
