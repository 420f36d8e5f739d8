package io.wengert.kernel;

/**
 * The special functions that {@link Math} lacks, in double precision: the reference that faster versions are tested
 * against.
 *
 * <p>Polynomial coefficients were fitted for this class in 60-digit arithmetic; "A&amp;S" is Abramowitz and Stegun,
 * Handbook of Mathematical Functions (1964). The bounds given are measured against 40-digit arithmetic.
 */
public final class SpecialFunctions {

    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double HALF_LOG_TWO_PI = 0.9189385332046728;
    private static final double LOG_PI = 1.1447298858494002;

    /** The positive zero of digamma, as the sum of two doubles. */
    private static final double DIGAMMA_ROOT = 1.4616321449683622;
    private static final double DIGAMMA_ROOT_LOW = 9.549995429965697e-17;

    /** From here on asymptotic series reach double precision. */
    private static final double LARGE = 10;

    /** 171! overflows. */
    private static final int LARGEST_FACTORIAL = 170;

    /** erf(x) / x - 1 in powers of x^2, for |x| at most 1. */
    private static final double[] ERF = {
        0.12837916709551256, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
        -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-05, 1.6447424703317362e-06,
        -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10
    };

    /** (1 + 2x) exp(x^2) erfc(x) in powers of t = (x - 4) / (x + 2), for x in [1, 28]. */
    private static final double[] ERFC = {
        1.2329951186255526, -0.10471583763042211, -0.01752790509988459, 0.026509232065677926,
        -0.010437170695420103, 0.0011786605691251103, 0.0005733251926140767, -0.00017577039009740152,
        -4.294299970618088e-05, 1.994661097618757e-05, 5.276081272515089e-06, -2.209404860847401e-06,
        -8.914356819792283e-07, 2.0471564662324918e-07, 1.611245315240329e-07, -3.5223617411561095e-09,
        -2.5496251668112867e-08, -4.749222843750003e-09, 2.398613509512692e-09, 1.0537514297957755e-09,
        8.999372288638713e-11
    };

    /** lgamma(2 + z) / z in powers of z, for |z| at most 1/2. */
    private static final double[] LGAMMA = {
        0.42278433509846713, 0.3224670334241132, -0.06735230105319563, 0.02058080842778338, -0.007385551028935545,
        0.002890510330865901, -0.0011927539009983087, 0.0005096695196526673, -0.00022315497746292723,
        9.945761692157133e-05, -4.4923727564247656e-05, 2.050601970174762e-05, -9.45628851510172e-06,
        4.3828545383846665e-06, -1.9743106888421067e-06, 9.242852225162277e-07, -5.811277768921246e-07,
        2.7475390051909663e-07
    };

    /** digamma(1.5 + u) / (1.5 + u - root) in powers of u, for |u| at most 1/2. */
    private static final double[] DIGAMMA = {
        0.9510558760318328, -0.4236274212814573, 0.24054248424078478, -0.14840492305485808, 0.09498872445354183,
        -0.06192213319072707, 0.0407608338843387, -0.026975800029253667, 0.017907250563619775,
        -0.011908146513976738, 0.007926972735646359, -0.005280903066090605, 0.0035187504361950134,
        -0.002337552647103118, 0.0015580749137213761, -0.0010776863967234226, 0.0007184107969046378,
        -0.00035476352053371977, 0.00023650171719339814, -0.0003783907897248858, 0.0002522590506964885
    };

    /** The Bernoulli numbers B2, B4, ... B26. */
    private static final double[] BERNOULLI = {
        1 / 6.0, -1 / 30.0, 1 / 42.0, -1 / 30.0, 5 / 66.0, -691 / 2730.0, 7 / 6.0, -3617 / 510.0, 43867 / 798.0,
        -174611 / 330.0, 854513 / 138.0, -236364091 / 2730.0, 8553103 / 6.0
    };

    /** B(2k+2) / ((2k+1)(2k+2)), the Stirling series of lgamma (A&S 6.1.41). */
    private static final double[] STIRLING = stirling(8);

    /** B(2k+2) / (2k+2), the asymptotic series of digamma (A&S 6.3.18). */
    private static final double[] DIGAMMA_SERIES = digammaSeries(9);

    private SpecialFunctions() {}

    /** The error function; within 2 ulp. Taylor-like below 1 (A&S 7.1.5), 1 - erfc above. */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a <= 1) {
            return x + x * polynomial(ERF, x * x);
        }
        return Math.copySign(a > 6 ? 1 : 1 - erfcTail(a), x);
    }

    /**
     * The complementary error function 1 - erf(x); within 5 ulp where the result is normal. The tail is
     * exp(-x^2) / (1 + 2x) times a smooth function (Shepherd and Laframboise, Math. Comp. 36, 1981).
     */
    public static double erfc(double x) {
        if (x > 1) {
            return x > 28 ? 0 : erfcTail(x);
        }
        if (x >= -1) {
            double tail = x * polynomial(ERF, x * x);
            return x < 0.25 ? 1 - (x + tail) : 0.5 - ((x - 0.5) + tail);
        }
        return x < -6 ? 2 : x < -1 ? 2 - erfcTail(-x) : x;
    }

    /**
     * The inverse of {@link #erf}; within 3 ulp, but for the last doubles before 1 and -1, where 12 have been measured.
     * Infinite at 1 and -1, NaN outside. Two Halley steps from Winitzki's approximation ("A handy
     * approximation for the error function and its inverse", 2008).
     */
    public static double erfinv(double x) {
        double a = Math.abs(x);
        if (a < 1e-9) {
            return x / TWO_OVER_SQRT_PI;
        }
        if (!(a < 1)) {
            return a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, x) : Double.NaN;
        }
        double y = halley(halley(inverseGuess(a), a), a);
        return Math.copySign(y, x);
    }

    /**
     * log|Gamma(x)|; within 4 ulp for positive x, with an absolute error of that size near the zeros at negative x.
     * Positive infinity at 0, at the negative integers and at both infinities.
     */
    public static double lgamma(double x) {
        if (x >= 0.5) {
            return x < LARGE ? lgammaMiddle(x) : stirling(x);
        }
        if (x > 0) {
            return lgamma(1 + x) - Math.log(x);
        }
        if (x == Math.rint(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (Double.isNaN(x)) {
            return x;
        }
        // A&S 6.1.17: Gamma(x) Gamma(-x) = -pi / (x sin(pi x)).
        return LOG_PI - Math.log(Math.abs(x * sinPi(x))) - lgamma(-x);
    }

    /**
     * The logarithmic derivative of Gamma; within 4 ulp for positive x, including its zero at 1.46, with an absolute
     * error of that size near the negative zeros. Minus infinity at 0, plus infinity at -0, NaN at the negative
     * integers.
     */
    public static double digamma(double x) {
        if (x >= LARGE) {
            double w = 1 / (x * x);
            return x == Double.POSITIVE_INFINITY ? x : Math.log(x) - 0.5 / x - w * polynomial(DIGAMMA_SERIES, w);
        }
        if (x >= 1) {
            double sum = 0;
            while (x > 2) {
                x -= 1;
                sum += 1 / x;
            }
            return ((x - DIGAMMA_ROOT) - DIGAMMA_ROOT_LOW) * polynomial(DIGAMMA, x - 1.5) + sum;
        }
        if (x == 0) {
            return -1 / x;
        }
        if (x > 0) {
            return digamma(1 + x) - 1 / x;
        }
        // A&S 6.3.7, and NaN at the poles, at minus infinity and for NaN.
        return x == Math.rint(x) || Double.isNaN(x) ? Double.NaN : digamma(1 - x) - Math.PI * cotPi(x);
    }

    /**
     * The n-th derivative of digamma; within 10 ulp for n up to 100 and positive x.
     *
     * <p>(-1)^(n+1) n! zeta(n+1, x) for positive x (A&amp;S 6.4.10) with the Hurwitz zeta function by Euler-Maclaurin
     * summation; reflected (A&amp;S 6.4.7) for negative x, where the error grows to 2n + 8 ulp and n ends at 170 (NaN
     * beyond). Infinite at the poles of odd n, NaN at those of even n.
     *
     * @param n the order, 0 giving {@link #digamma}; NaN when negative
     */
    public static double polygamma(int n, double x) {
        if (n < 0 || Double.isNaN(x)) {
            return Double.NaN;
        }
        if (n == 0) {
            return digamma(x);
        }
        boolean odd = (n & 1) == 1;
        if (x > 0) {
            double size = factorialTimes(n, zeta(n + 1, x));
            return odd ? size : -size;
        }
        if (x == Math.rint(x)) {
            return odd ? Double.POSITIVE_INFINITY : x == 0 ? -1 / x : Double.NaN;
        }
        if (n > LARGEST_FACTORIAL) {
            return Double.NaN;
        }
        double reflected = polygamma(n, 1 - x);
        return (odd ? -reflected : reflected) - Math.PI * cotPiDerivative(n, x);
    }

    /** Horner's rule over coefficients in ascending powers. */
    private static double polynomial(double[] c, double x) {
        double sum = c[c.length - 1];
        for (int i = c.length - 2; i >= 0; i--) {
            sum = sum * x + c[i];
        }
        return sum;
    }

    /** erfc for x in [1, 28]; x^2 is taken to double-double so that its rounding does not grow in the exponential. */
    private static double erfcTail(double x) {
        double square = x * x;
        double low = Math.fma(x, x, -square);
        double smooth = polynomial(ERFC, (x - 4) / (x + 2)) / (1 + 2 * x);
        return Math.exp(-square) * (smooth - smooth * low);
    }

    private static double inverseGuess(double a) {
        if (a < 0.3) {
            double s = a * a;
            return a / TWO_OVER_SQRT_PI * (1 + s * (0.2617993877991494 + s * 0.14393173084921979));
        }
        double log = Math.log((1 - a) * (1 + a));
        double b = 2 / (Math.PI * 0.147) + 0.5 * log;
        return Math.sqrt(Math.sqrt(b * b - log / 0.147) - b);
    }

    /** One step of Halley's method for erf(y) = a, on the complement where erf is nearly flat. */
    private static double halley(double y, double a) {
        double excess = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
        double step = excess / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
        return y - step / (1 + y * step);
    }

    /** lgamma on [1/2, 10) by the recurrence Gamma(x + 1) = x Gamma(x) and the fit around 2. */
    private static double lgammaMiddle(double x) {
        if (x < 1.5) {
            double z = x - 1;
            return z * polynomial(LGAMMA, z) - Math.log1p(z);
        }
        double product = 1;
        while (x > 2.5) {
            x -= 1;
            product *= x;
        }
        double z = x - 2;
        return z * polynomial(LGAMMA, z) + Math.log(product);
    }

    private static double stirling(double x) {
        double w = 1 / x;
        double log = Math.log(x);
        if (x > 1e17) {
            return x * (log - 1);
        }
        return (x - 0.5) * (log - 1) + (HALF_LOG_TWO_PI - 0.5 + w * polynomial(STIRLING, w * w));
    }

    private static double[] stirling(int terms) {
        double[] c = new double[terms];
        for (int k = 0; k < terms; k++) {
            c[k] = BERNOULLI[k] / ((2 * k + 1) * (2 * k + 2));
        }
        return c;
    }

    private static double[] digammaSeries(int terms) {
        double[] c = new double[terms];
        for (int k = 0; k < terms; k++) {
            c[k] = BERNOULLI[k] / (2 * k + 2);
        }
        return c;
    }

    /** sin(pi x), exact at integers and half integers. */
    private static double sinPi(double x) {
        double r = x - 2 * Math.rint(x / 2);
        double a = Math.abs(r);
        return Math.copySign(Math.sin(Math.PI * (a > 0.5 ? 1 - a : a)), r);
    }

    /** cot(pi x) for x that is not an integer. */
    private static double cotPi(double x) {
        double r = x - Math.rint(x);
        double a = Math.abs(r);
        return Math.copySign(a < 0.25 ? 1 / Math.tan(Math.PI * a) : Math.tan(Math.PI * (0.5 - a)), r);
    }

    /** The n-th derivative of cot(pi x): a polynomial in c = cot(pi x), since c' = -pi (1 + c^2). */
    private static double cotPiDerivative(int n, double x) {
        double[] p = {0, 1};
        for (int k = 0; k < n; k++) {
            double[] q = new double[p.length + 1];
            for (int i = 1; i < p.length; i++) {
                q[i - 1] -= Math.PI * i * p[i];
                q[i + 1] -= Math.PI * i * p[i];
            }
            p = q;
        }
        return polynomial(p, cotPi(x));
    }

    /** n! z; beyond 170 the factorial alone would overflow. */
    private static double factorialTimes(int n, double z) {
        if (n > LARGEST_FACTORIAL) {
            return Math.exp(lgamma(n + 1.0) + Math.log(z));
        }
        for (int k = 2; k <= n; k++) {
            z *= k;
        }
        return z;
    }

    /** The Hurwitz zeta function, sum of (x + k)^-s over k from 0, for s at least 2 and positive x. */
    private static double zeta(int s, double x) {
        double sum = 0;
        double far = 12 + s;
        while (x < far) {
            double term = Math.pow(x, -s);
            sum += term;
            if (term <= sum * 1e-18 || sum == Double.POSITIVE_INFINITY) {
                return sum;
            }
            x += 1;
        }
        double power = Math.pow(x, -s);
        double tail = power * x / (s - 1) + 0.5 * power;
        double factor = power / x * s / 2;
        double term = factor * BERNOULLI[0];
        for (int k = 1; k < BERNOULLI.length && Math.abs(term) > 1e-18 * tail; k++) {
            tail += term;
            factor *= (s + 2 * k - 1) / (x * (2 * k + 1)) * ((s + 2 * k) / (x * (2 * k + 2)));
            term = factor * BERNOULLI[k];
        }
        return sum + tail;
    }
}
