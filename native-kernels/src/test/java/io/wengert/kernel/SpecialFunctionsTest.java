package io.wengert.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** {@link SpecialFunctions} against values of 40-digit arithmetic and against identities. */
class SpecialFunctionsTest {

    private static final double INF = Double.POSITIVE_INFINITY;

    /** Function (a number is the order of polygamma), argument, value. */
    private static final String[] EXACT = {
        "erf 1e-10 1.1283791670955126e-10", "erf 0.3 0.3286267594591274", "erf 0.9999 0.8426592780487595",
        "erf 1.0 0.8427007929497149", "erf 1.5 0.9661051464753108", "erf 3.0 0.9999779095030014",
        "erf 5.5 0.9999999999999927", "erf -0.7 -0.6778011938374184", "erfc -3.0 1.9999779095030015",
        "erfc -0.4 1.4283923550466684", "erfc 0.2 0.7772974107895215", "erfc 0.26 0.7131002767842508",
        "erfc 0.9 0.20309178757716786", "erfc 1.1 0.11979493042591827", "erfc 4.0 1.541725790028002e-08",
        "erfc 10.0 2.088487583762545e-45", "erfc 20.0 5.395865611607901e-176", "erfc 26.5 2.2109076642637343e-307",
        "erfinv 1e-12 8.86226925452758e-13", "erfinv 0.1 0.08885599049425769", "erfinv 0.31 0.28203312162630184",
        "erfinv 0.499 0.47582428088309237", "erfinv 0.5 0.4769362762044699", "erfinv 0.75 0.8134198475976185",
        "erfinv 0.99 1.8213863677184494", "erfinv 0.999999999 4.320005388105362", "erfinv -0.6 -0.5951160814499948",
        "lgamma 1e-08 18.42068073818021", "lgamma 0.2 1.5240638224307845", "lgamma 0.5 0.5723649429247001",
        "lgamma 0.9 0.06637623973474295", "lgamma 1.0001 -5.771334222047127e-05", "lgamma 1.4 -0.1196129141723713",
        "lgamma 2.001 0.000423106734800117", "lgamma 2.6 0.35741186354897986", "lgamma 7.7 7.926541356269005",
        "lgamma 10.5 13.940625219403763", "lgamma 123.0 467.4121995716082", "lgamma 10000000000.0 220258509288.81058",
        "lgamma 1e+300 6.897755278982137e+302", "lgamma -1e-07 16.118095708679895", "lgamma -0.5 1.2655121234846454",
        "lgamma -1.3 1.2024757863901114", "lgamma -7.9 -8.072039736012833", "digamma 1e-06 -1000000.5772140201",
        "digamma 0.5 -1.9635100260214235", "digamma 1.0 -0.5772156649015329", "digamma 1.46 -0.0015805619870834522",
        "digamma 1.4617 6.56593922936765e-05", "digamma 2.0 0.42278433509846713", "digamma 9.9 2.2411803166063815",
        "digamma 10.1 2.262214357094148", "digamma 1000000.0 13.815510057964191", "digamma -0.3 2.113309779635399",
        "digamma -4.6 0.6100665888225428", "1 0.001 1000001.6425331958", "1 0.7 2.834049156694611",
        "1 3.3 0.3535015418410618", "1 15.0 0.0689382278476838", "1 250.0 0.004008010666632534",
        "1 -0.4 9.886209670902357", "1 -5.3 14.907422671380425", "2 0.001 -2000000002.3976321",
        "2 0.7 -6.4349928741909235", "2 3.3 -0.12375118526494272", "2 15.0 -0.004750602716551555",
        "2 250.0 -1.6064127999317343e-05", "2 -0.4 21.287168462856535", "2 -5.3 68.80803440381092",
        "3 0.001 6000000000006.469", "3 0.7 25.879149678427737", "3 3.3 0.08584966733688494",
        "3 15.0 0.0006544797782827373", "3 250.0 1.2877004798361634e-07", "3 -0.4 281.78204104534575",
        "3 -5.3 769.0108123670122", "7 0.001 5.04e+27", "7 0.7 87501.33472151982", "7 3.3 0.4126258656709193",
        "7 15.0 5.2840831298028196e-06", "7 250.0 1.196251150270177e-14", "7 -0.4 7990618.245891215",
        "7 -5.3 76905684.33016433", "20 0.001 -2.432902008176639e+81", "20 0.7 -4.3557784316220093e+21",
        "20 3.3 -31551777.702590305", "20 15.0 -6.646012211762035e-07", "20 250.0 -1.391751004650593e-31",
        "20 -0.4 5.530669672989051e+26", "20 -5.3 2.325831561706772e+29"
    };

    @Test
    void agreesWithHighPrecisionValues() {
        for (String line : EXACT) {
            String[] word = line.split(" ");
            double x = Double.parseDouble(word[1]);
            double want = Double.parseDouble(word[2]);
            double got = value(word[0], x);
            double ulps = Math.abs(got - want) / Math.max(Math.ulp(want), x < 0 ? 0x1p-52 : 0);
            assertTrue(ulps <= bound(word[0], x), line + " got " + got + ", " + ulps + " ulp off");
        }
    }

    private static double value(String function, double x) {
        return switch (function) {
            case "erf" -> SpecialFunctions.erf(x);
            case "erfc" -> SpecialFunctions.erfc(x);
            case "erfinv" -> SpecialFunctions.erfinv(x);
            case "lgamma" -> SpecialFunctions.lgamma(x);
            case "digamma" -> SpecialFunctions.digamma(x);
            default -> SpecialFunctions.polygamma(Integer.parseInt(function), x);
        };
    }

    private static double bound(String function, double x) {
        return switch (function) {
            case "erf" -> 2;
            case "erfc", "erfinv", "lgamma" -> 5;
            case "digamma" -> x < 0 ? 8 : 5;
            default -> x < 0 ? 2 * Integer.parseInt(function) + 8 : 20;
        };
    }

    @Test
    void handlesTheEndsOfTheLine() {
        assertEquals(1, SpecialFunctions.erf(INF));
        assertEquals(-1, SpecialFunctions.erf(-INF));
        assertEquals(-0.0, SpecialFunctions.erf(-0.0));
        assertEquals(0, SpecialFunctions.erfc(INF));
        assertEquals(2, SpecialFunctions.erfc(-INF));
        assertEquals(INF, SpecialFunctions.erfinv(1));
        assertEquals(-INF, SpecialFunctions.erfinv(-1));
        assertEquals(Double.NaN, SpecialFunctions.erfinv(1.5));
        assertEquals(0, SpecialFunctions.lgamma(1));
        assertEquals(0, SpecialFunctions.lgamma(2));
        for (double pole : new double[] {0, -1, -17, INF, -INF}) {
            assertEquals(INF, SpecialFunctions.lgamma(pole));
        }
        assertEquals(-INF, SpecialFunctions.digamma(0.0));
        assertEquals(INF, SpecialFunctions.digamma(-0.0));
        assertEquals(INF, SpecialFunctions.digamma(INF));
        assertEquals(Double.NaN, SpecialFunctions.digamma(-3));
        assertEquals(INF, SpecialFunctions.polygamma(1, -3));
        assertEquals(Double.NaN, SpecialFunctions.polygamma(2, -3));
        assertEquals(Double.NaN, SpecialFunctions.polygamma(-1, 2));
    }

    @Test
    void passesNaNOn() {
        for (String function : "erf erfc erfinv lgamma digamma 1 2".split(" ")) {
            assertEquals(Double.NaN, value(function, Double.NaN), function);
        }
    }

    @Test
    void inverseUndoesErf() {
        for (double y = -5; y < 5; y += 0.013) {
            double x = SpecialFunctions.erf(y);
            double slope = 1.1283791670955126 * Math.exp(-y * y);
            assertEquals(y, SpecialFunctions.erfinv(x), 1e-15 * (1 + Math.abs(y)) + 2 * Math.ulp(x) / slope);
        }
    }

    @Test
    void gammaFunctionsObeyTheirRecurrences() {
        for (double x = 0.07; x < 30; x += 0.093) {
            double lgamma = SpecialFunctions.lgamma(x + 1);
            assertEquals(lgamma, SpecialFunctions.lgamma(x) + Math.log(x), 2e-15 * (1 + Math.abs(lgamma)));
            assertEquals(SpecialFunctions.digamma(x + 1), SpecialFunctions.digamma(x) + 1 / x, 4e-15 * (1 + 1 / x));
            double trigamma = SpecialFunctions.polygamma(1, x);
            assertEquals(trigamma, SpecialFunctions.polygamma(1, x + 1) + 1 / (x * x), 4e-15 * trigamma);
        }
    }
}
