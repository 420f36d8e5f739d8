package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import java.util.List;

/**
 * What an element-wise kernel's text depends on besides its program: how its operands are stored and lie.
 *
 * @param operands outputs first, then inputs
 * @param outs how many of them are outputs
 * @param lane the type that is calculated in; null to move elements as they are
 * @param rank the axes that strided operands are walked along
 * @param wide whether elements are counted in 64 bits
 * @param width consecutive elements that a thread does
 */
record MapShape(List<Operand> operands, int outs, DType lane, int rank, boolean wide, int width) {

    /** Where an operand's elements lie, seen from the count of threads. */
    enum Walk {
        /** One behind the other. */
        LINEAR,
        /** One element for all. */
        SCALAR,
        /** By strides; the elements of one thread one behind the other. */
        STRIDED,
        /** By strides; one element for each thread. */
        REPEATED;

        boolean isStrided() { return this == STRIDED || this == REPEATED; }

        /** Whether the elements of one thread are one. */
        boolean isSingle() { return this == SCALAR || this == REPEATED; }
    }

    /** An array as a kernel sees it. */
    record Operand(DType type, Walk walk) {}

    /** Where the numbers of an axis begin in the structure that goes with a strided kernel; none are kept for axis 0. */
    static int axisAt(int axis) { return 24 * (axis - 1); }

    /** Where the strides of the k-th strided operand begin. */
    int stridesAt(int k) { return 24 * (rank - 1) + 8 * rank * k; }

    int strided() { return (int) operands.stream().filter(o -> o.walk().isStrided()).count(); }

    /** Bytes of that structure. */
    int structure() { return rank == 0 ? 0 : stridesAt(strided()); }
}
