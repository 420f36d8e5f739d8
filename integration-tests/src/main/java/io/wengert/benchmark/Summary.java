package io.wengert.benchmark;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/**
 * The middle and the spread of a figure over the rounds.
 *
 * @param median the median over the rounds
 * @param low the smallest round
 * @param high the largest round
 */
public record Summary(double median, double low, double high) {

    /** Sums up at least one figure. */
    public static Summary of(double... rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return new Summary(median(sorted), sorted[0], sorted[sorted.length - 1]);
    }

    /** The median of at least one value, in any order; of an even number, the mean of the middle two. */
    static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The geometric mean of at least one positive value: the fair average of ratios. */
    static double geometricMean(double... values) {
        return Math.exp(Arrays.stream(values).map(Math::log).average().orElseThrow());
    }

    /** A figure in three significant digits, from a thousand on in four, without an exponent: 0.105, 4.07, 37650. */
    public static String digits(double figure) {
        if (!Double.isFinite(figure)) {
            return "-";
        }
        MathContext digits = new MathContext(Math.abs(figure) < 1000 ? 3 : 4);
        BigDecimal rounded = new BigDecimal(figure).round(digits);
        int missing = Math.max(0, digits.getPrecision() - rounded.precision());
        return rounded.setScale(rounded.scale() + missing).toPlainString();
    }

    /** The median with the range behind it, such as {@code 4.07 (2.62-4.17)}; the median alone of a single round. */
    @Override
    public String toString() {
        return low == high ? digits(median) : digits(median) + " (" + digits(low) + "-" + digits(high) + ")";
    }
}
