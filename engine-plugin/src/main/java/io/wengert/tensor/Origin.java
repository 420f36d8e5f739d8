package io.wengert.tensor;

/** Where a tensor comes from, as far as differentiation is concerned: a variable, or a recorded call. */
public interface Origin {

    /** Whether gradients can still flow to it. */
    boolean isLive();
}
