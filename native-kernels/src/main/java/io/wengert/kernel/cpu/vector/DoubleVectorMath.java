package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.Species.F64;

import static jdk.incubator.vector.DoubleVector.broadcast;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions of a vector of doubles that {@link VectorOperators} lacks, composed from its own;
 * {@link DoubleVectorFns} inherits them.
 *
 * <p>Signed zeros, infinities and NaN come out as in DoubleFns.
 */
class DoubleVectorMath {

    /** 2^52: from here on every double is an integer. */
    private static final double INTEGERS = 0x1p52;

    DoubleVectorMath() {}

    /** 1 / (1 + e^-x), from the exponential that cannot overflow; within 2 ulp. */
    public static DoubleVector sigmoid(DoubleVector x) {
        DoubleVector e = x.abs().neg().lanewise(VectorOperators.EXP);
        DoubleVector numerator = broadcast(F64, 1).blend(e, x.compare(VectorOperators.LT, 0));
        return numerator.div(e.add(1));
    }

    /** log(1 + e^x), from the exponential that cannot overflow; within 2 ulp. */
    public static DoubleVector softplus(DoubleVector x) {
        return x.max(0).add(x.abs().neg().lanewise(VectorOperators.EXP).lanewise(VectorOperators.LOG1P));
    }

    /** The nearest integer, halves to even; the sign stays, also of a zero result. */
    public static DoubleVector round(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector y = withSign(a.add(INTEGERS).sub(INTEGERS), x);
        return x.blend(y, a.compare(VectorOperators.LT, INTEGERS));
    }

    public static DoubleVector floor(DoubleVector x) {
        DoubleVector y = round(x);
        return withSign(y.blend(y.sub(1), y.compare(VectorOperators.GT, x)), x);
    }

    public static DoubleVector ceil(DoubleVector x) {
        DoubleVector y = round(x);
        return withSign(y.blend(y.add(1), y.compare(VectorOperators.LT, x)).abs(), x);
    }

    public static DoubleVector trunc(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector y = round(a);
        return withSign(y.blend(y.sub(1), y.compare(VectorOperators.GT, a)), x);
    }

    /** Puts the sign bit of {@code sign} on magnitudes; a sign bit already there stays. */
    static DoubleVector withSign(DoubleVector magnitude, DoubleVector sign) {
        return magnitude.reinterpretAsLongs().or(sign.reinterpretAsLongs().and(Long.MIN_VALUE)).reinterpretAsDoubles();
    }
}
