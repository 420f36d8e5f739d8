package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import io.wengert.op.Axes;
import io.wengert.op.Reductions;

/** Sums, means, extrema and norms along axes. */
interface ReductionMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray max() { return with(Axes.all(tensor().rank(), false), Reductions.MAX); }
    @Override default NDArray max(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.MAX); }
    @Override default NDArray min() { return with(Axes.all(tensor().rank(), false), Reductions.MIN); }
    @Override default NDArray min(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.MIN); }
    @Override default NDArray sum() { return with(Axes.all(tensor().rank(), false), Reductions.SUM); }
    @Override default NDArray sum(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.SUM); }
    @Override default NDArray prod() { return with(Axes.all(tensor().rank(), false), Reductions.PROD); }
    @Override default NDArray prod(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.PROD); }
    @Override default NDArray mean() { return with(Axes.all(tensor().rank(), false), Reductions.MEAN); }
    @Override default NDArray mean(int[] axes, boolean keep) { return with(new Axes(keep, axes), Reductions.MEAN); }
    @Override default NDArray normalize(double a, long b, double c) { throw TensorArray.missing("normalize"); }
    @Override default NDArray percentile(Number a) { throw TensorArray.missing("percentile"); }
    @Override default NDArray percentile(Number a, int[] b) { throw TensorArray.missing("percentile"); }
    @Override default NDArray median() { throw TensorArray.missing("median"); }
    @Override default NDArray median(int[] a) { throw TensorArray.missing("median"); }
    @Override default NDArray norm(boolean a) { throw TensorArray.missing("norm"); }
    @Override default NDArray norm(int a, int[] b, boolean c) { throw TensorArray.missing("norm"); }
    // @formatter:on
}
