package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.op.Axes;
import io.wengert.op.Comparisons;
import io.wengert.op.Reductions;
import io.wengert.op.Required;

/** Sums, means, extrema, norms and percentiles along axes, and questions about all elements. */
interface ReductionMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray max() { return with(whole(), Reductions.MAX); }
    @Override default NDArray max(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.MAX); }
    @Override default NDArray min() { return with(whole(), Reductions.MIN); }
    @Override default NDArray min(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.MIN); }
    @Override default NDArray sum() { return with(whole(), Reductions.SUM); }
    @Override default NDArray sum(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.SUM); }
    @Override default NDArray prod() { return with(whole(), Reductions.PROD); }
    @Override default NDArray prod(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.PROD); }
    @Override default NDArray mean() { return with(whole(), Reductions.MEAN); }
    @Override default NDArray mean(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.MEAN); }
    @Override default NDArray median() { return percentile(50); }
    @Override default NDArray median(int[] axes) { return percentile(50, axes); }
    @Override default NDArray countNonzero() { return give(Reductions.countNonzero(whole(), tensor())); }
    @Override default NDArray all() { return give(Reductions.count(Comparisons.EQ_NUMBER, tensor().size(), tensor())); }
    @Override default NDArray any() { return give(Reductions.count(Comparisons.GT_NUMBER, 0, tensor())); }
    @Override default NDArray none() { return give(Reductions.count(Comparisons.EQ_NUMBER, 0, tensor())); }
    // @formatter:on

    @Override
    default NDArray norm(boolean keep) { return give(Reductions.norm(2, Axes.all(tensor().rank(), keep), tensor())); }

    @Override
    default NDArray norm(int p, int[] axes, boolean keep) {
        return give(Reductions.norm(p, new Axes(keep, axes), tensor()));
    }

    @Override
    default NDArray normalize(double p, long axis, double eps) {
        return give(Reductions.normalize(p, axis, eps, tensor()));
    }

    @Override
    default NDArray percentile(Number percent) {
        return give(Reductions.percentile(Required.of(percent, "a number").doubleValue(), whole(), tensor()));
    }

    @Override
    default NDArray percentile(Number percent, int[] axes) {
        return give(Reductions.percentile(Required.of(percent, "a number").doubleValue(), new Axes(false, axes), tensor()));
    }

    @Override
    default NDArray countNonzero(int axis) { return give(Reductions.countNonzero(new Axes(false, axis), tensor())); }

    @Override
    default boolean allClose(NDArray other, double rtol, double atol, boolean equalNan) {
        return Reductions.allClose(tensor(), operand(other), rtol, atol, equalNan);
    }

    /** All axes, none of which stays. */
    private Axes whole() { return Axes.all(tensor().rank(), false); }
}
