package io.wengert.kernel.cpu;

/**
 * Elementary functions of one float, evaluated in double by short polynomials: nearly correctly rounded, and faster
 * than {@code (float) Math.x}.
 *
 * <p>Doubles carry 29 spare bits, so none of the usual two-part arguments is needed, and rounding the result to float
 * yields infinities and subnormals by itself. The coefficients are minimax fits made for this class. Every function
 * is within 0.51 ulp unless it says otherwise.
 */
final class FloatMath {

    static final double LN2 = 0.6931471805599453;
    static final double LOG2_E = 1.4426950408889634;
    static final double LOG10_E = 0.4342944819032518;

    /** 1.5 * 2^52: adding it rounds a double to an integer, which the low bits of the sum then hold. */
    private static final double ROUNDER = 6755399441055744.0;
    private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);

    private static final long SQRT_HALF_BITS = Double.doubleToRawLongBits(Math.sqrt(0.5));
    private static final double TWO_OVER_PI = 0.6366197723675814;

    /** pi / 2 in two parts (Cody and Waite, 1980): the first has 33 bits, so that small multiples of it are exact. */
    private static final double PI_HALF = 1.5707963267341256;
    private static final double PI_HALF_LOW = 6.077100506506192e-11;

    private static final double PI_OVER_TWO = Math.PI / 2;
    private static final double TAN_PI_8 = 0.41421356237309503;
    private static final double TAN_3PI_8 = 2.414213562373095;

    private FloatMath() {}

    static float exp(float x) {
        return Math.abs(x) < 110 ? (float) expOf(x) : x > 0 ? Float.POSITIVE_INFINITY : x < 0 ? 0 : x;
    }

    static float expm1(float x) {
        return Math.abs(x) < 110 && x != 0 ? (float) expm1Of(x) : x > 0 ? Float.POSITIVE_INFINITY : x < 0 ? -1 : x;
    }

    static float log(float x) {
        return isPositiveFinite(x) ? (float) logOf(x) : logOfOther(x);
    }

    static float log2(float x) {
        return isPositiveFinite(x) ? (float) (logOf(x) * LOG2_E) : logOfOther(x);
    }

    static float log10(float x) {
        return isPositiveFinite(x) ? (float) (logOf(x) * LOG10_E) : logOfOther(x);
    }

    static float log1p(float x) {
        return Math.abs(x) < 1e-5f ? (float) (x - 0.5 * x * x) : x > -1 && x < Float.POSITIVE_INFINITY
                ? (float) logOf(1.0 + x) : logOfOther(x == -1 ? 0 : x);
    }

    static float sin(float x) {
        return Math.abs(x) < 1e6f ? x == 0 ? x : (float) sinOf(x, 0) : (float) Math.sin(x);
    }

    static float cos(float x) {
        return Math.abs(x) < 1e6f ? (float) sinOf(x, 1) : (float) Math.cos(x);
    }

    static float tan(float x) {
        return Math.abs(x) < 1e6f ? x == 0 ? x : (float) (sinOf(x, 0) / sinOf(x, 1)) : (float) Math.tan(x);
    }

    static float sinh(float x) {
        if (!(Math.abs(x) < 110) || x == 0) {
            return x == 0 ? x : x * Float.POSITIVE_INFINITY;
        }
        double e = expm1Of(Math.abs(x));
        return (float) Math.copySign(0.5 * (e + e / (e + 1)), x);
    }

    static float cosh(float x) {
        if (!(Math.abs(x) < 110)) {
            return Math.abs(x) * Float.POSITIVE_INFINITY;
        }
        double e = expOf(x);
        return (float) (0.5 * (e + 1 / e));
    }

    static float tanh(float x) {
        if (Math.abs(x) > 10) {
            return Math.copySign(1, x);
        }
        double e = expm1Of(2.0 * x);
        return x == 0 ? x : (float) (e / (e + 2));
    }

    static float atan(float x) { return x == 0 ? x : (float) atanOf(x); }

    static float asin(float x) {
        double a = Math.abs(x);
        if (a <= 0.5) {
            return x == 0 ? x : (float) (x * asinOverX((double) x * x));
        }
        return (float) Math.copySign(PI_OVER_TWO - acosOf(a), x);
    }

    static float acos(float x) {
        double a = Math.abs(x);
        if (a <= 0.5) {
            return (float) (PI_OVER_TWO - x * asinOverX((double) x * x));
        }
        double y = acosOf(a);
        return (float) (x > 0 ? y : Math.PI - y);
    }

    /** The angle of the point (x, y) as {@link Math#atan2} defines it. */
    static float atan2(float y, float x) {
        if (x == 0 || y == 0 || !(Math.abs(x) < Float.POSITIVE_INFINITY) || !(Math.abs(y) < Float.POSITIVE_INFINITY)) {
            return (float) Math.atan2(y, x);
        }
        double a = atanOf((double) y / x);
        return (float) (x > 0 ? a : y > 0 ? a + Math.PI : a - Math.PI);
    }

    static float asinh(float x) {
        double a = Math.abs(x);
        return a < 1e-4 ? (float) (x * (1 - a * a / 6))
                : a < Float.POSITIVE_INFINITY ? (float) Math.copySign(logOf(a + Math.sqrt(a * a + 1)), x) : x;
    }

    static float acosh(float x) {
        double t = (double) x - 1;
        return x >= 1 ? x < Float.POSITIVE_INFINITY ? (float) Math.log1p(t + Math.sqrt(t * (t + 2))) : x : Float.NaN;
    }

    static float atanh(float x) {
        double a = x;
        return Math.abs(x) < 1e-4f ? (float) (a + a * a * a / 3) : Math.abs(x) < 1
                ? (float) (0.5 * logOf((1 + a) / (1 - a))) : x / 0f * (Math.abs(x) == 1 ? 1 : Float.NaN);
    }

    /** 1 / (1 + e^-x). */
    static float sigmoid(float x) {
        return Math.abs(x) < 110 ? (float) (1 / (1 + expOf(-x))) : x > 0 ? 1 : x < 0 ? 0 : x;
    }

    /** log(1 + e^x). */
    static float softplus(float x) {
        if (!(Math.abs(x) < 20)) {
            return x > 0 ? x : exp(x);
        }
        double e = expOf(x);
        return (float) (e < 1e-5 ? e * (1 - 0.5 * e) : logOf(1 + e));
    }

    static float erf(float x) {
        double a = Math.abs(x);
        if (a <= 1) {
            return (float) (x * erfOverX(a * a));
        }
        return (float) Math.copySign(a > 5 ? 1 : 1 - erfcOf(a), x);
    }

    static float erfc(float x) {
        double a = Math.abs(x);
        if (a <= 1) {
            return (float) (1 - x * erfOverX(a * a));
        }
        return a < 11 ? (float) (x > 0 ? erfcOf(a) : 2 - erfcOf(a)) : x > 0 ? 0 : x < 0 ? 2 : x;
    }

    /** x to the power y as {@link Math#pow} defines it; within 0.6 ulp. */
    static float pow(float x, float y) {
        if (isPositiveFinite(x)) {
            double e = y * logOf(x);
            if (Math.abs(e) < 110) {
                return (float) expOf(e);
            }
        }
        return (float) Math.pow(x, y);
    }

    private static boolean isPositiveFinite(float x) { return x > 0 && x < Float.POSITIVE_INFINITY; }

    /** The logarithm where its argument is zero, negative, infinite or NaN. */
    private static float logOfOther(float x) { return x == 0 ? Float.NEGATIVE_INFINITY : x < 0 ? Float.NaN : x; }

    /** (e^r - 1) / r for |r| at most log(2) / 2. */
    private static double expm1OverX(double r) {
        double p = 2.4884102748740852e-05;
        p = p * r + 0.00019906202392342817;
        p = p * r + 0.0013888806131868926;
        p = p * r + 0.00833328721879116;
        p = p * r + 0.04166666697250259;
        p = p * r + 0.1666666675969869;
        p = p * r + 0.4999999999971513;
        return p * r + 1;
    }

    /** e^x for |x| below 700; relative error 6e-12. */
    private static double expOf(double x) {
        double z = x * LOG2_E + ROUNDER;
        double r = x - (z - ROUNDER) * LN2;
        return (expm1OverX(r) * r + 1) * powerOfTwo(z);
    }

    /** e^x - 1 for |x| below 700. */
    private static double expm1Of(double x) {
        double z = x * LOG2_E + ROUNDER;
        double r = x - (z - ROUNDER) * LN2;
        double scale = powerOfTwo(z);
        return scale * (expm1OverX(r) * r) + (scale - 1);
    }

    /** 2^k, where k is in the low bits of z. */
    private static double powerOfTwo(double z) {
        return Double.longBitsToDouble((Double.doubleToRawLongBits(z) + 1023) << 52);
    }

    /** log(x) for a positive, normal double; relative error 1e-13 (atanh series, A&S 4.1.29, refitted). */
    static double logOf(double x) {
        long bits = Double.doubleToRawLongBits(x);
        long k = (bits - SQRT_HALF_BITS) >> 52;
        double m = Double.longBitsToDouble(bits - (k << 52));
        double s = (m - 1) / (m + 1);
        double z = s * s;
        double p = 0.1958877116967282;
        p = p * z + 0.22175929974089223;
        p = p * z + 0.2857211356848428;
        p = p * z + 0.3999999560163997;
        p = p * z + 0.6666666667577031;
        return asDouble(k) * LN2 + s * (p * z + 2);
    }

    /** A small integer, without the conversion instruction, which waits for its register's last use. */
    private static double asDouble(long k) { return Double.longBitsToDouble(ROUNDER_BITS + k) - ROUNDER; }

    /** The angle of slope x: A&amp;S 4.4.34 brings it to within pi / 8. */
    private static double atanOf(double x) {
        double a = Math.abs(x);
        double base = a > TAN_3PI_8 ? PI_OVER_TWO : a > TAN_PI_8 ? PI_OVER_TWO / 2 : 0;
        double t = a > TAN_3PI_8 ? -1 / a : a > TAN_PI_8 ? (a - 1) / (a + 1) : a;
        return Math.copySign(base + t * atanOverX(t * t), x);
    }

    /** atan(x) / x from s = x^2, for x up to tan(pi / 8). */
    private static double atanOverX(double s) {
        double p = -0.03769961501547369;
        p = p * s + 0.06976886640437197;
        p = p * s - 0.089931913931456;
        p = p * s + 0.11103532131333915;
        p = p * s - 0.1428539110668869;
        p = p * s + 0.19999993184927278;
        p = p * s - 0.33333333278346244;
        return p * s + 0.9999999999992706;
    }

    /** acos(a) for a from 1/2 to 1, by the half angle; NaN above. */
    private static double acosOf(double a) {
        double s = (1 - a) / 2;
        return 2 * Math.sqrt(s) * asinOverX(s);
    }

    /** asin(x) / x from s = x^2, for s up to 1/4. */
    private static double asinOverX(double s) {
        double p = 0.03208621654913745;
        p = p * s - 0.003014673141607478;
        p = p * s + 0.018711904732372178;
        p = p * s + 0.016454401439337216;
        p = p * s + 0.022475297033422457;
        p = p * s + 0.030374819069828828;
        p = p * s + 0.044643137807812545;
        p = p * s + 0.07499999441386214;
        p = p * s + 0.16666666670964111;
        return p * s + 0.9999999999999463;
    }

    /** sin(x + quarters * pi / 2) for |x| below 1e6. */
    static double sinOf(double x, int quarters) {
        double z = x * TWO_OVER_PI + ROUNDER;
        double k = z - ROUNDER;
        double r = x - k * PI_HALF - k * PI_HALF_LOW;
        long quadrant = Double.doubleToRawLongBits(z) + quarters;
        double s = r * r;
        // Chosen and signed without a branch, which could not be foreseen.
        long sin = Double.doubleToRawLongBits(r * sinOverX(s));
        long cos = Double.doubleToRawLongBits(cosOf(s));
        return Double.longBitsToDouble(sin ^ (sin ^ cos) & -(quadrant & 1) ^ (quadrant & 2) << 62);
    }

    /** sin(r) / r from s = r^2. */
    private static double sinOverX(double s) {
        double p = -2.4756216915935375e-08;
        p = p * s + 2.7555284359603474e-06;
        p = p * s - 0.00019841263487435241;
        p = p * s + 0.008333333324683086;
        p = p * s - 0.16666666666628527;
        return p * s + 1;
    }

    /** cos(r) from s = r^2. */
    private static double cosOf(double s) {
        double p = -2.7555523762066386e-07;
        p = p * s + 2.4801580761541897e-05;
        p = p * s - 0.0013888888877886753;
        p = p * s + 0.041666666666600294;
        return (p * s - 0.5) * s + 1;
    }

    /** erf(x) / x from s = x^2, for s at most 1. */
    private static double erfOverX(double s) {
        double p = 1.0601163917604553e-06;
        p = p * s - 1.3914056347583606e-05;
        p = p * s + 0.00011957329535207984;
        p = p * s - 0.0008542702949747894;
        p = p * s + 0.005223786524898974;
        p = p * s - 0.026866134011804304;
        p = p * s + 0.11283791318327735;
        p = p * s - 0.37612638889900226;
        return p * s + 1.1283791670947132;
    }

    /**
     * erfc(x) for x in [1, 11]: exp(-x^2) / (1 + 2x) times a fit in t = (x - 4) / (x + 2) (Shepherd and Laframboise,
     * Math. Comp. 36, 1981); relative error 6e-10.
     */
    private static double erfcOf(double x) {
        double t = (x - 4) / (x + 2);
        double p = 3.1224654916675747e-06;
        p = p * t - 5.2707547974640865e-05;
        p = p * t - 0.00016971778156892254;
        p = p * t + 0.0005795377320812826;
        p = p * t + 0.0011783222656203717;
        p = p * t - 0.010438309562615175;
        p = p * t + 0.026509182602658485;
        p = p * t - 0.017527836282632336;
        p = p * t - 0.10471583510071619;
        p = p * t + 1.2329951179445076;
        return p / (1 + 2 * x) * expOf(-x * x);
    }
}
