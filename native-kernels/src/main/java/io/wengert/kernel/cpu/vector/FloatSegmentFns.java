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
 * <p>A segment is a quarter of an octave of the sum of |x| and a number, so that those near zero are narrow. Its place in the
 * tables is the last four bits of the sum's exponent and first two of the mantissa. Coefficients are fits made for this class, of
 * the distance from the middle of a segment; in the first one, from zero.
 */
final class FloatSegmentFns extends FloatVectorFns {

    private static final int SEGMENTS = 16;

    /** Bits of a float below its exponent and the first two of the mantissa. */
    private static final int QUARTERS = 21;

    private static final int SIGN = 0x80000000;
    private static final int MAGNITUDE = 0x7FFFFFFF;

    /** Added to the bits of what is not negative, makes an integer below zero of a NaN, and of nothing else. */
    private static final int BEYOND_INFINITY = 0x007FFFFF;

    /** The bits of where functions reach their limits. */
    private static final int TOP_TANH = 0x411051EC; // 9.02
    private static final int TOP_ERF = 0x407CCCCD; // 3.95

    private static final IntVector TANH_CENTERS = table(
            1.625f, 2.125f, 2.625f, 3.125f, 3.875f, 4.875f, 5.875f, 6.875f, 8.375f, 0f, 0.1875f, 0.3125f, 0.5f, 0.75f, 1f,
            1.25f);
    private static final IntVector TANH_0 = table(
            0.92534626f, 0.97187275f, 0.98955977f, 0.9961465f, 0.99913883f, 0.9998834f, 0.9999842f, 0.99999785f, 0.9999999f,
            0f, 0.1853332f, 0.30270973f, 0.46211717f, 0.63514894f, 0.7615942f, 0.84828365f);
    private static final IntVector TANH_1 = table(
            0.1437342f, 0.055463355f, 0.020771503f, 0.0076920893f, 0.0017214867f, 2.3315995e-4f, 3.15568e-5f, 4.2708066e-6f,
            2.1262753e-7f, 1f, 0.96565163f, 0.9083668f, 0.78644776f, 0.5965858f, 0.41997436f, 0.28041488f);
    private static final IntVector TANH_2 = table(
            -0.13301311f, -0.053902503f, -0.020555917f, -0.0076580094f, -0.001716611f, -2.3276813e-4f, -3.0983443e-5f,
            -3.9367687e-6f, -8.217372e-9f, 2.8328634e-7f, -0.1789817f, -0.27496922f, -0.3634284f, -0.3789157f, -0.31986246f,
            -0.23787732f);
    private static final IntVector TANH_3 = table(
            0.07517867f, 0.033900674f, 0.013415953f, 0.005068781f, 0.0011443867f, 1.5516003e-4f, 2.1024654e-5f,
            2.8454735e-6f, 2.1307454e-7f, -0.33335435f, -0.28878358f, -0.2195314f, -0.094219275f, 0.041809186f,
            0.103597574f, 0.10830741f);
    private static final IntVector TANH_4 = table(
            -0.024829054f, -0.015024757f, -0.0064441487f, -0.002584994f, -6.023395e-4f, -8.1551814e-5f, -1.3161268e-5f,
            -2.8050829e-6f, -4.951848e-7f, 4.559379e-4f, 0.116609894f, 0.15725565f, 0.16373551f, 0.09940498f, 0.028801017f,
            -0.011968595f);
    private static final IntVector TANH_5 = table(
            0.0010871988f, 0.0044521187f, 0.0023578147f, 9.7330194e-4f, 2.324357e-4f, 3.252132e-5f, 4.356945e-6f,
            5.9002457e-7f, -2.5008768e-7f, 0.13005406f, 0.11482955f, 0.04129427f, -0.025695281f, -0.06374003f,
            -0.045845922f, -0.01909535f);
    private static final IntVector ERF_CENTERS = table(
            1.9375f, 2.4375f, 2.9375f, 3.4375f, 4.1875f, 0f, 0.09375f, 0.15625f, 0.25f, 0.375f, 0.5f, 0.625f, 0.8125f,
            1.0625f, 1.3125f, 1.5625f);
    private static final IntVector ERF_0 = table(
            0.99385685f, 0.99943346f, 0.99996734f, 0.9999988f, 1f, 0f, 0.10547645f, 0.17488489f, 0.2763264f, 0.4041169f,
            0.5204999f, 0.6232409f, 0.74946404f, 0.8670583f, 0.93656856f, 0.97287464f);
    private static final IntVector ERF_1 = table(
            0.026433477f, 0.002965766f, 2.0182207e-4f, 8.330191e-6f, 1.2009349e-7f, 1.1283792f, 1.1185052f, 1.1011645f,
            1.0600141f, 0.98035276f, 0.8787826f, 0.76349956f, 0.5831132f, 0.36490288f, 0.2015185f, 0.09821229f);
    private static final IntVector ERF_2 = table(
            -0.051223528f, -0.0072241235f, -5.876927e-4f, -2.5095076e-5f, 7.7791265e-7f, -1.3147629e-5f, -0.1048815f,
            -0.17206481f, -0.2649991f, -0.36761034f, -0.43940562f, -0.4771989f, -0.4737817f, -0.3877144f, -0.26448765f,
            -0.15347266f);
    private static final IntVector ERF_3 = table(
            0.05734654f, 0.0107571315f, 0.0010930386f, 6.2695166e-5f, 4.295825e-6f, -0.37535796f, -0.36646265f, -0.3493183f,
            -0.30916038f, -0.23480496f, -0.14647284f, -0.05569804f, 0.06224826f, 0.15299246f, 0.1642614f, 0.12711185f);
    private static final IntVector ERF_4 = table(
            -0.03820291f, -0.010959864f, -0.0015495011f, -1.6186782e-4f, 8.19024e-6f, -0.016483536f, 0.07421955f, 0.092715f,
            0.12568894f, 0.16077735f, 0.18654375f, 0.17928332f, 0.13248661f, 0.04844763f, -0.019627213f, -0.046869222f);
    private static final IntVector ERF_5 = table(
            0.012281335f, 0.0072495914f, 0.0013669723f, 1.238666e-4f, 9.383676e-6f, 0.23022299f, 0.30967668f, 0.24471615f,
            0.076867014f, 0.028839784f, 0.011020847f, -0.021639358f, -0.06087746f, -0.06599776f, -0.039111115f,
            -0.008046778f);

    private FloatSegmentFns() {}

    private static IntVector table(float... values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return IntVector.fromArray(I32, bits, 0);
    }

    // Lookups are of integers: the JDK makes shuffles of those without a conversion.

    /** tanh(x); within 1.5 ulp. */
    public static FloatVector tanh(FloatVector x) {
        IntVector size = x.reinterpretAsInts().and(MAGNITUDE);
        FloatVector a = size.add(BEYOND_INFINITY).min(TOP_TANH + BEYOND_INFINITY).sub(BEYOND_INFINITY).reinterpretAsFloats();
        VectorShuffle<Integer> at = a.add(broadcast(F32, 0.625f)).reinterpretAsInts().lanewise(VectorOperators.LSHR, QUARTERS)
                .and(SEGMENTS - 1).toShuffle();
        FloatVector d = a.sub(TANH_CENTERS.rearrange(at).reinterpretAsFloats());
        IntVector y = TANH_5.rearrange(at).reinterpretAsFloats()
                .fma(d, TANH_4.rearrange(at).reinterpretAsFloats())
                .fma(d, TANH_3.rearrange(at).reinterpretAsFloats())
                .fma(d, TANH_2.rearrange(at).reinterpretAsFloats())
                .fma(d, TANH_1.rearrange(at).reinterpretAsFloats())
                .fma(d, TANH_0.rearrange(at).reinterpretAsFloats()).reinterpretAsInts();
        return y.or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }

    /** erf(x); within 2.1 ulp. */
    public static FloatVector erf(FloatVector x) {
        IntVector size = x.reinterpretAsInts().and(MAGNITUDE);
        FloatVector a = size.add(BEYOND_INFINITY).min(TOP_ERF + BEYOND_INFINITY).sub(BEYOND_INFINITY).reinterpretAsFloats();
        VectorShuffle<Integer> at = a.add(broadcast(F32, 0.3125f)).reinterpretAsInts().lanewise(VectorOperators.LSHR, QUARTERS)
                .and(SEGMENTS - 1).toShuffle();
        FloatVector d = a.sub(ERF_CENTERS.rearrange(at).reinterpretAsFloats());
        IntVector y = ERF_5.rearrange(at).reinterpretAsFloats()
                .fma(d, ERF_4.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_3.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_2.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_1.rearrange(at).reinterpretAsFloats())
                .fma(d, ERF_0.rearrange(at).reinterpretAsFloats()).reinterpretAsInts();
        return y.or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }
}
