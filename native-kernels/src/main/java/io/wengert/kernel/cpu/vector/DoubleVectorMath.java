package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.Species.F64;

import io.wengert.kernel.cpu.DoubleFns;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rounding, and two activations, of a vector of doubles; {@link DoubleVectorFns} inherits them.
 *
 * <p>Signed zeros, infinities and NaN come out as in DoubleFns.
 */
class DoubleVectorMath {

    /** 2^52: from here on every double is an integer. */
    private static final double INTEGERS = 0x1p52;

    DoubleVectorMath() {}

    public static DoubleVector sigmoid(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.sigmoid(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector softplus(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.softplus(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
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
