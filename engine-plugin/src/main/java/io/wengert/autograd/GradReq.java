package io.wengert.autograd;

/** What backward does with the gradient of a variable: MXNet's {@code grad_req}. */
public enum GradReq {
    /**
     * Adds within one collector, and starts afresh with the first backward of the next one if the gradient has been used
     * since: DJL's contract.
     */
    ADD,
    /** Overwrites on every backward. */
    WRITE,
    /** Leaves the variable out. */
    NULL
}
