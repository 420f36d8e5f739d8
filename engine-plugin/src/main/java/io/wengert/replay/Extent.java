package io.wengert.replay;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * A whole number that may depend on the sizes of inputs: a polynomial in named dimensions, each to the first power at most.
 * {@code 12*N+3} in words.
 */
public final class Extent {

    /** By set of dimensions, as bits: element 0 is the constant. */
    private final long[] coefficients;

    private Extent(long[] coefficients) { this.coefficients = coefficients; }

    /** A number that depends on nothing. */
    static Extent of(long constant) { return new Extent(new long[] {constant}); }

    /**
     * The polynomial through values at the corners of a box.
     *
     * @param values by corner: bit i of the index says whether dimension i is {@code high[i]} or {@code low[i]}
     * @return null if there is none with whole coefficients
     */
    static Extent through(long[] values, long[] low, long[] high) {
        long[] c = values.clone();
        for (int i = 0; i < low.length; i++) {
            for (int k = 0; k < c.length; k++) {
                if ((k & 1 << i) != 0) {
                    int without = k ^ 1 << i;
                    long rise = c[k] - c[without];
                    if (rise % (high[i] - low[i]) != 0) {
                        return null;
                    }
                    c[k] = rise / (high[i] - low[i]);
                    c[without] -= c[k] * low[i];
                }
            }
        }
        return new Extent(c);
    }

    boolean isConstant() { return Arrays.stream(coefficients).skip(1).allMatch(c -> c == 0); }

    /** The value for given sizes of the dimensions. */
    public long at(long... sizes) {
        long sum = 0;
        for (int k = 0; k < coefficients.length; k++) {
            long term = coefficients[k];
            for (int i = 0; term != 0 && i < sizes.length; i++) {
                term = (k & 1 << i) == 0 ? term : Math.multiplyExact(term, sizes[i]);
            }
            sum = Math.addExact(sum, term);
        }
        return sum;
    }

    /** As {@link #parse} reads it. */
    String text(List<String> dimensions) {
        StringJoiner sum = new StringJoiner("+");
        for (int k = coefficients.length - 1; k >= 0; k--) {
            long c = coefficients[k];
            if (c != 0) {
                StringJoiner term = new StringJoiner("*");
                if (c != 1 || k == 0) {
                    term.add(Long.toString(c));
                }
                for (int i = 0; i < dimensions.size(); i++) {
                    if ((k & 1 << i) != 0) {
                        term.add(dimensions.get(i));
                    }
                }
                sum.add(term.toString());
            }
        }
        return sum.length() == 0 ? "0" : sum.toString();
    }

    /**
     * Reads a sum of products of numbers and dimensions.
     *
     * @throws IllegalArgumentException if it names another dimension, or one twice in a product
     */
    static Extent parse(String text, List<String> dimensions) {
        long[] c = new long[1 << dimensions.size()];
        for (String term : text.split("\\+", -1)) {
            long factor = 1;
            int set = 0;
            for (String part : term.split("\\*", -1)) {
                int i = dimensions.indexOf(part);
                if (i < 0) {
                    factor *= number(part, text);
                } else if ((set & 1 << i) != 0) {
                    throw new IllegalArgumentException("no extent: " + text + " has the square of " + part);
                } else {
                    set |= 1 << i;
                }
            }
            c[set] += factor;
        }
        return new Extent(c);
    }

    private static long number(String part, String text) {
        try {
            return Long.parseLong(part);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no extent: " + text + "; there is no dimension " + part, e);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Extent e && Arrays.equals(trimmed(), e.trimmed());
    }

    @Override
    public int hashCode() { return Arrays.hashCode(trimmed()); }

    /** Without the zeros at the end, which say nothing. */
    private long[] trimmed() {
        int n = coefficients.length;
        while (n > 0 && coefficients[n - 1] == 0) {
            n--;
        }
        return Arrays.copyOf(coefficients, n);
    }

    @Override
    public String toString() { return "extent " + Arrays.toString(coefficients); }
}
