package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.Species.F32;
import static io.wengert.kernel.cpu.vector.Species.I32;

import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * The functions of {@link FloatVectorFns} for vectors of 16 lanes, where one instruction looks a value up in a table of 16:
 * functions with limits are polynomials then, one for each of 16 segments, with neither a division nor an exponential.
 *
 * <p>Coefficients are fits made for this class, of the distance from the middle of a segment; in the first one, from zero.
 */
final class FloatSegmentFns extends FloatVectorFns {

    /** 1.5 * 2^21: adding it rounds a float to a multiple of a quarter, the number of which the low bits of the sum hold. */
    private static final float QUARTER_ROUNDER = 3145728f;

    /** Bits of an integer beside the four that number a segment. */
    private static final int ABOVE_SEGMENT = 28;

    private static final int SIGN = 0x80000000;
    private static final int MAGNITUDE = 0x7FFFFFFF;

    /** Added to the bits of what is not negative, makes an integer below zero of a NaN, and of nothing else. */
    private static final int BEYOND_INFINITY = 0x007FFFFF;

    /** The bits of where erf reaches its limit. */
    private static final int TOP_ERF = 0x4077FFFF; // just below 3.875

    private static final IntVector ERF_0 = table(
            0f, 0.2763264f, 0.5204999f, 0.71115565f, 0.8427008f, 0.92290014f, 0.96610516f, 0.9866717f, 0.9953223f,
            0.9985373f, 0.999593f, 0.9998994f, 0.9999779f, 0.9999957f, 0.9999993f, 0.9999999f);
    private static final IntVector ERF_1 = table(
            0.12837917f, 1.0600142f, 0.8787827f, 0.64293104f, 0.4151075f, 0.23652112f, 0.11893029f, 0.052774996f,
            0.020666985f, 0.007142319f, 0.0021782843f, 5.862772e-4f, 1.3925305e-4f, 2.9189025e-5f, 5.3994268e-6f,
            2.2187587e-7f);
    private static final IntVector ERF_2 = table(
            3.2342427e-7f, -0.26499894f, -0.4393886f, -0.48220468f, -0.41510114f, -0.29565987f, -0.17840613f, -0.09236495f,
            -0.041345324f, -0.016079385f, -0.0054307883f, -0.001616808f, -4.0598714e-4f, -1.00587495e-4f, -3.31384e-5f,
            -8.49525e-6f);
    private static final IntVector ERF_3 = table(
            -0.3761442f, -0.30919468f, -0.14649607f, 0.02679059f, 0.13836889f, 0.16753472f, 0.13875283f, 0.09015806f,
            0.048223473f, 0.021724666f, 0.0083500035f, 0.0027603128f, 7.8905287e-4f, 1.9578924e-4f, 4.2288437e-5f,
            1.7084501e-4f);
    private static final IntVector ERF_4 = table(
            3.2644832e-4f, 0.12608853f, 0.182141f, 0.15067567f, 0.06884865f, -0.0052862116f, -0.04361268f, -0.0474047f,
            -0.03371083f, -0.018541886f, -0.009620974f, -0.0029931425f, -0.001809298f, 7.553977e-5f, 8.423561e-4f,
            4.6544682e-4f);
    private static final IntVector ERF_5 = table(
            0.1107798f, 0.08090914f, 0.009134994f, -0.052967712f, -0.06889458f, -0.047064696f, -0.014986617f, 0.006481434f,
            0.013005919f, 0.010640544f, 0.0061308215f, 0.0027708444f, 0.0010257023f, 3.1777303e-4f, 8.348208e-5f,
            -0.007703856f);

    private FloatSegmentFns() {}

    private static IntVector table(float... values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return IntVector.fromArray(I32, bits, 0);
    }

    // Lookups are of integers: the JDK makes shuffles of those without a conversion.

    /**
     * erf(x); within 1.3 ulp. A segment is what is nearest to a multiple of a quarter. In the first one the polynomial is that
     * of erf(x) - x: its value in the middle, zero, is the only one not above d, so that the larger of the two is x there.
     */
    public static FloatVector erf(FloatVector x) {
        IntVector size = x.reinterpretAsInts().and(MAGNITUDE);
        FloatVector a = size.add(BEYOND_INFINITY).min(TOP_ERF + BEYOND_INFINITY).sub(BEYOND_INFINITY).reinterpretAsFloats();
        FloatVector z = a.add(broadcast(F32, QUARTER_ROUNDER));
        // Two shifts rather than a mask, with which C2 was measured to make slower code.
        VectorShuffle<Integer> at = z.reinterpretAsInts().lanewise(VectorOperators.LSHL, ABOVE_SEGMENT)
                .lanewise(VectorOperators.LSHR, ABOVE_SEGMENT).toShuffle();
        FloatVector d = a.sub(z.sub(broadcast(F32, QUARTER_ROUNDER)));
        IntVector y = ERF_5.rearrange(at).reinterpretAsFloats()
                .fma(d, ERF_4.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_3.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_2.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_1.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_0.rearrange(at).max(d.reinterpretAsInts()).reinterpretAsFloats()).reinterpretAsInts();
        return y.or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }
}
