package io.wengert.kernel;

/** What becomes of the elements of a window. */
public enum Pooling {
    /** The element at the first place where the guide is largest, NaN counting as the largest. */
    MAX,
    /** Their sum; padding counts as zero. */
    SUM,
    /** Their mean without padding; 0 if there is nothing but padding. */
    MEAN,
    /** Their mean, where padding counts as zeros, as far as it is as wide behind the input as before it. */
    MEAN_PADDED
}
