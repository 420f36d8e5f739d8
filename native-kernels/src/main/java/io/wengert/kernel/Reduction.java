package io.wengert.kernel;

/** A way to combine many elements into one: its identity and its combining formula. */
public enum Reduction {
    SUM(0) {
        @Override
        public double combine(double a, double b) { return a + b; }
    },
    PROD(1) {
        @Override
        public double combine(double a, double b) { return a * b; }
    },
    /** The largest; NaN if there is one. */
    MAX(Double.NEGATIVE_INFINITY) {
        @Override
        public double combine(double a, double b) { return Math.max(a, b); }
    },
    /** The smallest; NaN if there is one. */
    MIN(Double.POSITIVE_INFINITY) {
        @Override
        public double combine(double a, double b) { return Math.min(a, b); }
    };

    private final double identity;

    Reduction(double identity) { this.identity = identity; }

    /** The result over no elements at all. */
    public double identity() { return identity; }

    /** True if reducing no elements has a meaning: an empty sum is 0, an empty maximum is an error. */
    public boolean allowsEmpty() { return this == SUM || this == PROD; }

    /** The meaning, in double precision. */
    public abstract double combine(double a, double b);
}
