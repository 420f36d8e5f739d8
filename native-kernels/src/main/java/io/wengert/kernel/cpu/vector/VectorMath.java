package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.Species.F32;

import static jdk.incubator.vector.FloatVector.broadcast;

import io.wengert.kernel.cpu.FloatFns;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of a vector of floats in float arithmetic: range reduction and minimax polynomials, no tables,
 * no branches but on what is rare (huge angles, logarithms of what is not positive and normal). {@link FloatVectorFns} inherits them.
 *
 * <p>Coefficients are fits made for this class. The bounds are measured over the whole range. Every function handles
 * signed zeros, subnormals, infinities and NaN as its scalar counterpart in FloatFns does. Methods are kept below the
 * 325 bytecodes up to which the compiler inlines them, and the common ones call no method of ours: once
 * a large kernel has used up C2's node budget, only what it calls itself is inlined, and a vector that crosses a real
 * call is boxed.
 */
class VectorMath {

    /** 1.5 * 2^23: adding it rounds a float to an integer, which the low bits of the sum then hold. */
    private static final float ROUNDER = 12582912f;
    private static final int ROUNDER_BITS = 0x4B400000;

    private static final int ONE_BITS = 0x3F800000;
    private static final int SIGN = 0x80000000;
    private static final int MAGNITUDE = 0x7FFFFFFF;
    private static final int INFINITY_BITS = 0x7F800000;

    /** {@link #ROUNDER} and the bias of exponents: shifted left by 23, the bits of the sum are those of two to the power of the integer. */
    private static final float SCALER = ROUNDER + 127;
    private static final int SCALER_BITS = ROUNDER_BITS + 127;

    /** The same for two to the power of the integer and 24: an exponent from -150 to 0, so lifted, is a normal number's. */
    private static final float LIFTED_SCALER = SCALER + 24;

    /** Added to the bits of what is not negative, makes an integer below zero of a NaN, and of nothing else. */
    private static final int BEYOND_INFINITY = 0x007FFFFF;

    /** Added to the bits of a float, brings them in this order: NaN that are negative, what is positive, what is negative, -infinity. */
    private static final int BELOW_INFINITY = BEYOND_INFINITY - SIGN;

    /** The bits of -104.5, whose exponential is zero. */
    private static final int BOTTOM_EXP = 0xC2D10000;

    /** The bits of where functions reach their limits. */
    private static final int TOP_SIGMOID = 0x42D00000; // 104
    private static final int TOP_TANH = 0x411051EC; // 9.02
    private static final int TOP_ERF = 0x407CCCCD; // 3.95
    private static final int TWO_THIRDS_BITS = 0x3F2AAAAB;
    private static final int SQRT_HALF_BITS = 0x3F3504F3;

    private static final float LN2 = 0.6931472f;
    private static final float LN2_LOW = -1.9046542e-9f;
    private static final float LOG2_E = 1.442695f;
    private static final float LOG2_E_LOW = 1.925963e-8f;
    private static final float TWO_LOG2_E = 2.88539f;
    private static final float TWO_LOG2_E_LOW = 3.851926e-8f;
    private static final float LOG10_E = 0.4342945f;
    private static final float LOG10_E_LOW = -1.010305e-8f;
    private static final float LOG10_2 = 0.30103f;
    private static final float LOG10_2_LOW = -1.4320989e-8f;

    private static final float TWO_OVER_PI = 0.63661975f;
    private static final float PI_HALF = 1.5707964f;
    private static final float PI_HALF_MIDDLE = -4.371139e-8f;
    private static final float PI_HALF_LOW = -1.7151245e-15f;

    /** Up to here three parts of pi / 2 reduce an angle without loss; beyond, lanes are done one by one. */
    private static final float LARGEST_ANGLE = 1e5f;

    VectorMath() {}

    /**
     * e^x; within 1.5 ulp, gradual underflow included. The argument is reduced by whole multiples of 2 log(2), so that
     * multiplying by 2^k twice reaches from the smallest subnormal to overflow.
     */
    public static FloatVector exp(FloatVector x) {
        // By integers: on JDK 17 the larger of two floats takes six instructions, and a blend four.
        FloatVector t = x.reinterpretAsInts().add(BELOW_INFINITY).min(BOTTOM_EXP + BELOW_INFINITY).sub(BELOW_INFINITY)
                .reinterpretAsFloats();
        IntVector n = t.fma(broadcast(F32, 0.5f * LOG2_E), broadcast(F32, SCALER)).reinterpretAsInts().min(SCALER_BITS + 65);
        FloatVector k = n.reinterpretAsFloats().sub(broadcast(F32, SCALER));
        FloatVector r = k.fma(broadcast(F32, -2 * LN2_LOW), k.fma(broadcast(F32, -2 * LN2), t));
        FloatVector p = broadcast(F32, 2.4436953e-05f)
                .fma(r, broadcast(F32, 0.00020112439f))
                .fma(r, broadcast(F32, 0.0013893794f))
                .fma(r, broadcast(F32, 0.008332512f))
                .fma(r, broadcast(F32, 0.041666523f))
                .fma(r, broadcast(F32, 0.16666675f))
                .fma(r, broadcast(F32, 0.5f))
                .fma(r.mul(r), r);
        FloatVector scale = n.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return scale.fma(p, scale).mul(scale);
    }

    /** e^x - 1; within 2 ulp. */
    public static FloatVector expm1(FloatVector x) {
        FloatVector clamped = x.max(-30f).min(88.8f);
        FloatVector z = clamped.fma(broadcast(F32, LOG2_E), broadcast(F32, ROUNDER));
        FloatVector r = reduceExp(clamped, z.sub(ROUNDER));
        // Half the scale, doubled at the end: 2^128 would overflow before the result does.
        FloatVector scale = powerOfTwo(z.reinterpretAsInts().sub(ROUNDER_BITS + 1));
        FloatVector y = scale.fma(expm1OverX(r).mul(r), scale.sub(0.5f));
        return withSign(y.add(y), x);
    }

    /** log(x); within 1 ulp. */
    public static FloatVector log(FloatVector x) {
        if (isNotNormal(x)) {
            return logOfAny(x);
        }
        IntVector k = x.reinterpretAsInts().sub(TWO_THIRDS_BITS).lanewise(VectorOperators.ASHR, 23);
        FloatVector f = x.reinterpretAsInts().sub(k.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats()
                .sub(broadcast(F32, 1f));
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        // What log(2) has beyond a float's precision is a twentieth of an ulp here.
        return e.fma(broadcast(F32, LN2), logTail(f, f));
    }

    /** Whether any lane is zero, subnormal, negative, infinite or NaN. */
    private static boolean isNotNormal(FloatVector x) {
        // Adding the bits of infinity takes what is positive and normal below those of -2^127, and all else above.
        return x.reinterpretAsInts().add(INFINITY_BITS).compare(VectorOperators.GE, 0xFF000000).anyTrue();
    }

    /** The logarithm of anything, {@link #log} on the numbers that it takes itself. */
    private static FloatVector logOfAny(FloatVector x) {
        FloatVector y = normal(x);
        IntVector k = exponent(y);
        FloatVector f = mantissa(y, k).sub(1f);
        FloatVector e = exponentAsFloat(k, x);
        return logSpecial(e.fma(broadcast(F32, LN2), logTail(f, f)), x);
    }

    /**
     * x^y = 2^(y log2 x), the logarithm in two parts that have some 30 bits together; within 2 ulp. Results beyond 2^64
     * or below 2^-64, and x that is not positive and normal, are left to the scalar function.
     */
    public static FloatVector pow(FloatVector x, FloatVector y) {
        if (isNotNormal(x)) {
            return powLanes(x, y);
        }
        IntVector k = balancedExponent(x);
        FloatVector f = mantissa(x, k).sub(broadcast(F32, 1f));
        FloatVector i = broadcast(F32, 1f).div(broadcast(F32, -2f).sub(f));
        FloatVector s = f.mul(i);
        FloatVector p = s.mul(broadcast(F32, TWO_LOG2_E));
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        FloatVector high = e.sub(p);
        FloatVector low = e.sub(high).sub(p).add(log2Low(f, i, s, p));
        FloatVector z = y.fma(high.add(low), broadcast(F32, ROUNDER));
        FloatVector n = broadcast(F32, ROUNDER).sub(z);
        if (n.abs().compare(VectorOperators.LT, broadcast(F32, 64f)).allTrue()) {
            // 2^r is between 1/2 and 2: adding to its exponent multiplies it.
            FloatVector r = y.fma(low, y.fma(high, n));
            return broadcast(F32, 0.0001532998f)
                    .fma(r, broadcast(F32, 0.0013391187f))
                    .fma(r, broadcast(F32, 0.0096184985f))
                    .fma(r, broadcast(F32, 0.05550359f))
                    .fma(r, broadcast(F32, 0.24022648f))
                    .fma(r, broadcast(F32, 0.6931472f))
                    .fma(r, broadcast(F32, 1f))
                    .reinterpretAsInts().add(z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
        }
        return powLanes(x, y);
    }

    /**
     * p + log2(1 + f) as 2 artanh(f / (2 + f)) / log(2) (A&amp;S 4.1.29, refitted), where i is -1 / (2 + f), s is f i and p is
     * 2 s log2(e), all rounded.
     */
    private static FloatVector log2Low(FloatVector f, FloatVector i, FloatVector s, FloatVector p) {
        FloatVector rest = s.fma(f, s.fma(broadcast(F32, 2f), f)).mul(i);
        FloatVector z = s.mul(s);
        FloatVector q = broadcast(F32, -0.34021622f)
                .fma(z, broadcast(F32, -0.41180235f))
                .fma(z, broadcast(F32, -0.5770795f))
                .fma(z, broadcast(F32, -0.9617967f));
        FloatVector low = s.fma(broadcast(F32, -TWO_LOG2_E_LOW), s.fma(broadcast(F32, -TWO_LOG2_E), p));
        low = rest.fma(z, rest).fma(broadcast(F32, -TWO_LOG2_E), low);
        return s.mul(z).fma(q, low);
    }

    private static FloatVector powLanes(FloatVector x, FloatVector y) {
        float[] first = x.toArray();
        float[] second = y.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = FloatFns.pow(first[i], second[i]);
        }
        return FloatVector.fromArray(F32, first, 0);
    }

    /** log2(x); within 2 ulp, exact at powers of two. */
    public static FloatVector log2(FloatVector x) {
        FloatVector y = normal(x);
        IntVector k = exponent(y);
        FloatVector f = mantissa(y, k).sub(1f);
        FloatVector tail = logTail(f, broadcast(F32, 0f));
        FloatVector log = f.fma(broadcast(F32, LOG2_E), tail.fma(broadcast(F32, LOG2_E), f.mul(LOG2_E_LOW)));
        return logSpecial(log.add(exponentAsFloat(k, x)), x);
    }

    /** log10(x); within 2 ulp. */
    public static FloatVector log10(FloatVector x) {
        FloatVector y = normal(x);
        IntVector k = exponent(y);
        FloatVector f = mantissa(y, k).sub(1f);
        FloatVector e = exponentAsFloat(k, x);
        FloatVector low = f.fma(broadcast(F32, LOG10_E_LOW), e.mul(LOG10_2_LOW));
        FloatVector tail = logTail(f, broadcast(F32, 0f)).fma(broadcast(F32, LOG10_E), low);
        FloatVector log = f.fma(broadcast(F32, LOG10_E), tail);
        return logSpecial(e.fma(broadcast(F32, LOG10_2), log), x);
    }

    /** log(1 + x); within 1.5 ulp. */
    public static FloatVector log1p(FloatVector x) {
        FloatVector y = withSign(log1pFinite(x), x);
        y = y.blend(x, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not());
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, -1f));
        return y.blend(Float.NaN, x.compare(VectorOperators.LT, -1f));
    }

    /** log(1 + x) for finite x above -1; the rounding error of 1 + x goes on in the mantissa. */
    private static FloatVector log1pFinite(FloatVector x) {
        FloatVector u = x.add(1f);
        FloatVector b = u.sub(1f);
        FloatVector lost = broadcast(F32, 1f).sub(u.sub(b)).add(x.sub(b));
        IntVector k = exponent(u);
        FloatVector f = lost.fma(powerOfTwo(k.neg().max(-126)), mantissa(u, k).sub(1f));
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        return e.fma(broadcast(F32, LN2), f.add(logTail(f, e.mul(LN2_LOW))));
    }

    /** 1 / (1 + e^-x), from the exponential that cannot overflow; within 2.4 ulp. */
    public static FloatVector sigmoid(FloatVector x) {
        VectorSpecies<Float> s = F32;
        FloatVector t = x.reinterpretAsInts().and(MAGNITUDE).add(BEYOND_INFINITY).min(TOP_SIGMOID + BEYOND_INFINITY).sub(BEYOND_INFINITY)
                .or(SIGN).reinterpretAsFloats();
        FloatVector z = t.fma(broadcast(s, LOG2_E), broadcast(s, LIFTED_SCALER));
        FloatVector k = z.sub(broadcast(s, LIFTED_SCALER));
        FloatVector r = k.fma(broadcast(s, -LN2_LOW), k.fma(broadcast(s, -LN2), t));
        FloatVector p = broadcast(s, 0.0013947577f)
                .fma(r, broadcast(s, 0.008367234f))
                .fma(r, broadcast(s, 0.041666266f))
                .fma(r, broadcast(s, 0.16666538f))
                .fma(r, broadcast(s, 0.5f))
                .fma(r, broadcast(s, 1f))
                .fma(r, broadcast(s, 1f));
        FloatVector scale = z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector e = p.mul(scale).mul(broadcast(s, 0x1p-24f));
        FloatVector one = broadcast(s, 1f);
        // e where x is negative, else one: a blend would take four instructions on JDK 17, this is two.
        IntVector negative = x.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
        IntVector choice = one.reinterpretAsInts().lanewise(VectorOperators.XOR, e.reinterpretAsInts()).and(negative);
        return one.reinterpretAsInts().lanewise(VectorOperators.XOR, choice).reinterpretAsFloats().div(e.add(one));
    }

    /** log(1 + e^x) as max(x, 0) + log(1 + e^-|x|), which cannot overflow; within 2 ulp. */
    public static FloatVector softplus(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector p = broadcast(F32, -0.0033184697f)
                .fma(e, broadcast(F32, 0.020204576f))
                .fma(e, broadcast(F32, -0.057664435f))
                .fma(e, broadcast(F32, 0.106805556f))
                .fma(e, broadcast(F32, -0.15355398f))
                .fma(e, broadcast(F32, 0.19695401f))
                .fma(e, broadcast(F32, -0.24958588f))
                .fma(e, broadcast(F32, 0.33330512f))
                .fma(e, broadcast(F32, -0.4999993f));
        return x.reinterpretAsInts().max(0).reinterpretAsFloats().add(p.mul(e).fma(e, e));
    }

    /**
     * tanh(x) = (e - 1) / (e + 1) with e = e^(-2 |x|), up to the sign; within 2 ulp. Numerator and denominator are each rounded
     * once, from the e^r - 1 of the reduced argument.
     */
    public static FloatVector tanh(FloatVector x) {
        FloatVector a = x.reinterpretAsInts().and(MAGNITUDE).add(BEYOND_INFINITY).min(TOP_TANH + BEYOND_INFINITY).sub(BEYOND_INFINITY)
                .reinterpretAsFloats();
        FloatVector z = a.fma(broadcast(F32, -2 * LOG2_E), broadcast(F32, SCALER));
        FloatVector r = z.sub(broadcast(F32, SCALER)).fma(broadcast(F32, -LN2), a.mul(broadcast(F32, -2f)));
        FloatVector p = broadcast(F32, 0.0013869841f)
                .fma(r, broadcast(F32, 0.008366447f))
                .fma(r, broadcast(F32, 0.041667446f))
                .fma(r, broadcast(F32, 0.16666545f))
                .fma(r, broadcast(F32, 0.49999997f))
                .fma(r.mul(r), r);
        FloatVector scale = z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector y = scale.fma(p, scale.sub(broadcast(F32, 1f))).div(scale.fma(p, scale.add(broadcast(F32, 1f))));
        return y.reinterpretAsInts().and(MAGNITUDE).or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }

    /** sinh(x): an odd polynomial below 1, exponentials above; within 2 ulp. */
    public static FloatVector sinh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector s = x.mul(x);
        FloatVector p = broadcast(F32, 2.8173995e-06f);
        p = p.fma(s, broadcast(F32, 0.00019836075f));
        p = p.fma(s, broadcast(F32, 0.0083333505f));
        p = p.fma(s, broadcast(F32, 0.16666667f));
        FloatVector small = p.mul(s).fma(a, a);
        FloatVector e = halfExp(a);
        FloatVector big = e.sub(broadcast(F32, 0.25f).div(e));
        return withSign(small.blend(big, a.compare(VectorOperators.GT, 1f)), x);
    }

    /** e^a / 2 for positive a, finite a little beyond where e^a is. */
    private static FloatVector halfExp(FloatVector a) {
        FloatVector z = a.min(90f).fma(broadcast(F32, LOG2_E), broadcast(F32, ROUNDER));
        FloatVector r = reduceExp(a.min(90f), z.sub(ROUNDER));
        FloatVector p = expm1OverX(r).fma(r, broadcast(F32, 1f));
        return p.mul(powerOfTwo(z.reinterpretAsInts().sub(ROUNDER_BITS + 2))).mul(2f);
    }

    /** cosh(x); within 2 ulp. */
    public static FloatVector cosh(FloatVector x) {
        FloatVector e = halfExp(x.abs());
        return e.add(broadcast(F32, 0.25f).div(e));
    }

    /** erf(x) = 1 - e^-g up to the sign, where g is a polynomial of |x|; within 2 ulp. */
    public static FloatVector erf(FloatVector x) {
        VectorSpecies<Float> s = F32;
        IntVector size = x.reinterpretAsInts().and(MAGNITUDE);
        FloatVector a = size.min(TOP_ERF).reinterpretAsFloats();
        FloatVector g = broadcast(s, 9.335491e-06f)
                .fma(a, broadcast(s, -0.00011837146f))
                .fma(a, broadcast(s, 0.00063554104f))
                .fma(a, broadcast(s, -0.0016722062f))
                .fma(a, broadcast(s, 0.00016589323f))
                .fma(a, broadcast(s, 0.019149847f))
                .fma(a, broadcast(s, -0.10277686f))
                .fma(a, broadcast(s, -0.6366195f))
                .fma(a, broadcast(s, 5.8635383e-08f)).mul(a);
        g = a.fma(broadcast(s, -1.1283792f), g);
        FloatVector z = g.fma(LOG2_E, ROUNDER);
        FloatVector r = z.sub(ROUNDER).fma(broadcast(s, -LN2), g);
        FloatVector p = broadcast(s, 0.0013869841f)
                .fma(r, broadcast(s, 0.008366447f))
                .fma(r, broadcast(s, 0.041667446f))
                .fma(r, broadcast(s, 0.16666545f))
                .fma(r, broadcast(s, 0.49999997f))
                .fma(r.mul(r), r);
        FloatVector scale = z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
        return scale.fma(p, scale.sub(1f)).reinterpretAsInts().and(MAGNITUDE).or(x.reinterpretAsInts().and(SIGN))
                .or(size.neg().add(INFINITY_BITS).lanewise(VectorOperators.ASHR, 31)).reinterpretAsFloats();
    }

    /** sin(x); within 1.5 ulp. */
    public static FloatVector sin(FloatVector x) {
        if (isLargeAngle(x)) {
            return sinLanes(x);
        }
        FloatVector z = x.fma(broadcast(F32, TWO_OVER_PI), broadcast(F32, ROUNDER));
        FloatVector y = sinOf(reduceAngle(x, z.sub(ROUNDER)), z.reinterpretAsInts());
        return y.blend(x, x.compare(VectorOperators.EQ, 0f));
    }

    /** cos(x); within 1.5 ulp. */
    public static FloatVector cos(FloatVector x) {
        if (isLargeAngle(x)) {
            return cosLanes(x);
        }
        FloatVector z = x.fma(broadcast(F32, TWO_OVER_PI), broadcast(F32, ROUNDER));
        return sinOf(reduceAngle(x, z.sub(ROUNDER)), z.reinterpretAsInts().add(1));
    }

    /** tan(x); within 3.5 ulp. */
    public static FloatVector tan(FloatVector x) {
        if (isLargeAngle(x)) {
            return tanLanes(x);
        }
        FloatVector z = x.fma(broadcast(F32, TWO_OVER_PI), broadcast(F32, ROUNDER));
        FloatVector r = reduceAngle(x, z.sub(ROUNDER));
        IntVector quadrant = z.reinterpretAsInts();
        FloatVector y = sinOf(r, quadrant).div(sinOf(r, quadrant.add(1)));
        return y.blend(x, x.compare(VectorOperators.EQ, 0f));
    }

    /** sin(r + quadrant * pi / 2): one of two polynomials, chosen and signed by the low bits of the quadrant. */
    private static FloatVector sinOf(FloatVector r, IntVector quadrant) {
        FloatVector s = r.mul(r);
        FloatVector p = broadcast(F32, 2.7176034e-06f);
        p = p.fma(s, broadcast(F32, -0.00019839262f));
        p = p.fma(s, broadcast(F32, 0.008333329f));
        p = p.fma(s, broadcast(F32, -0.16666667f));
        IntVector sin = p.mul(s).fma(r, r).reinterpretAsInts();
        FloatVector q = broadcast(F32, 2.4432215e-05f);
        q = q.fma(s, broadcast(F32, -0.0013887316f));
        q = q.fma(s, broadcast(F32, 0.041666646f));
        q = q.fma(s, broadcast(F32, -0.5f));
        IntVector cos = q.fma(s, broadcast(F32, 1f)).reinterpretAsInts();
        IntVector odd = quadrant.and(1).neg();
        IntVector sign = quadrant.and(2).lanewise(VectorOperators.LSHL, 30);
        IntVector chosen = sin.lanewise(VectorOperators.XOR, sin.lanewise(VectorOperators.XOR, cos).and(odd));
        return chosen.lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
    }

    private static boolean isLargeAngle(FloatVector x) {
        return x.abs().compare(VectorOperators.GT, LARGEST_ANGLE).anyTrue();
    }

    private static FloatVector sinLanes(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.sin(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    private static FloatVector cosLanes(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.cos(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    private static FloatVector tanLanes(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.tan(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    private static FloatVector reduceAngle(FloatVector x, FloatVector k) {
        FloatVector r = k.fma(broadcast(F32, -PI_HALF), x);
        r = k.fma(broadcast(F32, -PI_HALF_MIDDLE), r);
        return k.fma(broadcast(F32, -PI_HALF_LOW), r);
    }

    /** The nearest integer, halves to even; the sign stays, also of a zero result. */
    public static FloatVector round(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector y = withSign(a.add(8388608f).sub(8388608f), x);
        return x.blend(y, a.compare(VectorOperators.LT, 8388608f));
    }

    public static FloatVector floor(FloatVector x) {
        FloatVector y = round(x);
        return withSign(y.blend(y.sub(1f), y.compare(VectorOperators.GT, x)), x);
    }

    public static FloatVector ceil(FloatVector x) {
        FloatVector y = round(x);
        return withSign(y.blend(y.add(1f), y.compare(VectorOperators.LT, x)).abs(), x);
    }

    public static FloatVector trunc(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector y = round(a);
        return withSign(y.blend(y.sub(1f), y.compare(VectorOperators.GT, a)), x);
    }

    /** Puts the sign bit of {@code sign} on magnitudes; a sign bit already there stays. */
    static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
        return magnitude.reinterpretAsInts().or(sign.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }

    /** x - k log(2), log(2) in two parts. */
    private static FloatVector reduceExp(FloatVector x, FloatVector k) {
        return k.fma(broadcast(F32, -LN2_LOW), k.fma(broadcast(F32, -LN2), x));
    }

    /** (e^r - 1) / r for |r| at most log(2) / 2. */
    private static FloatVector expm1OverX(FloatVector r) {
        FloatVector p = broadcast(F32, 0.00019915593f);
        p = p.fma(r, broadcast(F32, 0.0013942006f));
        p = p.fma(r, broadcast(F32, 0.00833327f));
        p = p.fma(r, broadcast(F32, 0.041666344f));
        p = p.fma(r, broadcast(F32, 0.16666667f));
        p = p.fma(r, broadcast(F32, 0.5f));
        return p.fma(r, broadcast(F32, 1f));
    }

    /** 2^k for k from -127 (giving 0) to 127. */
    private static FloatVector powerOfTwo(IntVector k) {
        return k.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /** x, or 2^23 x where it is subnormal. */
    private static FloatVector normal(FloatVector x) {
        return x.blend(x.mul(8388608f), x.compare(VectorOperators.LT, Float.MIN_NORMAL));
    }

    /** The exponent that leaves a mantissa in [2/3, 4/3). */
    private static IntVector exponent(FloatVector y) {
        return y.reinterpretAsInts().sub(TWO_THIRDS_BITS).lanewise(VectorOperators.ASHR, 23);
    }

    /** The exponent that leaves a mantissa in [sqrt(1/2), sqrt(2)). */
    private static IntVector balancedExponent(FloatVector y) {
        return y.reinterpretAsInts().sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
    }

    private static FloatVector mantissa(FloatVector y, IntVector k) {
        return y.reinterpretAsInts().sub(k.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
    }

    /** The exponent of x, undoing {@link #normal}. */
    private static FloatVector exponentAsFloat(IntVector k, FloatVector x) {
        FloatVector e = (FloatVector) k.convert(VectorOperators.I2F, 0);
        return e.blend(e.sub(23f), x.compare(VectorOperators.LT, Float.MIN_NORMAL));
    }

    /** log(1 + f) - f + low for |f| at most 1/3. */
    private static FloatVector logTail(FloatVector f, FloatVector low) {
        FloatVector p = broadcast(F32, -0.12890564f);
        p = p.fma(f, broadcast(F32, 0.13982588f));
        p = p.fma(f, broadcast(F32, -0.12184533f));
        p = p.fma(f, broadcast(F32, 0.14006291f));
        p = p.fma(f, broadcast(F32, -0.16680467f));
        p = p.fma(f, broadcast(F32, 0.20010376f));
        p = p.fma(f, broadcast(F32, -0.24999799f));
        p = p.fma(f, broadcast(F32, 0.33333218f));
        p = p.fma(f, broadcast(F32, -0.5f));
        return p.fma(f.mul(f), low);
    }

    /** Puts in a logarithm's values at zero, infinity, NaN and negative x. */
    private static FloatVector logSpecial(FloatVector log, FloatVector x) {
        FloatVector y = log.blend(x, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not());
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        return y.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
    }
}
