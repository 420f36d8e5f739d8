package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Conversions of rows of floats, with the meaning of Java's casts. */
final class FloatConversions {

    private static final int L = Species.F32.length();
    private static final int MAGNITUDE = 0x7FFFFFFF;

    /** 2^23: added to what is smaller, it leaves the nearest integer in the low bits. */
    private static final float ROUNDER = 8388608f;
    private static final int ROUNDER_BITS = 0x4B000000;

    /** A byte for each lane; null where there is no vector that short. */
    private static final VectorSpecies<Byte> BYTES = 8 * L < 64 ? null : VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * L));

    private FloatConversions() {}

    static void toInts(float[] x, int at, int[] y, int yAt, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            IntVector bits = FloatVector.fromArray(Species.F32, x, at + i).reinterpretAsInts();
            IntVector size = bits.and(MAGNITUDE);
            if (size.compare(VectorOperators.GE, ROUNDER_BITS).anyTrue()) {
                one(x, at + i, y, yAt + i, L);
                continue;
            }
            FloatVector a = size.reinterpretAsFloats();
            FloatVector shifted = a.add(ROUNDER);
            // Negative where the nearest integer is too large: its sign is the -1 to add.
            IntVector less = a.sub(shifted.sub(ROUNDER)).reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            IntVector sign = bits.lanewise(VectorOperators.ASHR, 31);
            shifted.reinterpretAsInts().sub(ROUNDER_BITS).add(less).lanewise(VectorOperators.XOR, sign).sub(sign)
                    .intoArray(y, yAt + i);
        }
        one(x, at + i, y, yAt + i, n - i);
    }

    private static void one(float[] x, int at, int[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (int) x[at + i];
        }
    }

    static void toTruths(float[] x, int at, byte[] y, int yAt, int n) {
        int i = 0;
        if (BYTES != null) {
            for (; i + L <= n; i += L) {
                IntVector bits = FloatVector.fromArray(Species.F32, x, at + i).reinterpretAsInts().and(MAGNITUDE);
                IntVector truth = bits.neg().lanewise(VectorOperators.LSHR, 31);
                ((ByteVector) truth.convertShape(VectorOperators.I2B, BYTES, 0)).intoArray(y, yAt + i);
            }
        }
        for (; i < n; i++) {
            y[yAt + i] = (byte) (x[at + i] != 0 ? 1 : 0);
        }
    }
}
