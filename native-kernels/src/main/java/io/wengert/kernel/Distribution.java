package io.wengert.kernel;

/** What a random array holds; {@code a} and {@code b} are the two parameters that every distribution takes. */
public enum Distribution {
    /** Uniform on [a, b). */
    UNIFORM,
    /** Normal with mean a and standard deviation b. */
    NORMAL,
    /** Normal with mean a and standard deviation b, drawn again until within two standard deviations of the mean. */
    TRUNCATED_NORMAL,
    /** Integers, uniform on [a, b). */
    INTEGER,
    /** 1 with probability a, else 0. */
    BERNOULLI
}
