package io.wengert.kernel.cpu;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.Arrays;

/** The kernel families over primitive Java arrays, on all cores. */
public final class CpuBackend implements Backend {

    private final Lanes lanes;
    private final CpuMemory memory = new CpuMemory();
    private final MapFamily map;
    private final ReduceFamily reduce;
    private final SoftmaxFamily softmax;
    private final NormalizeFamily normalize;
    private final IndexFamily index = new IndexFamily();
    private final RandomFamily random = new RandomFamily();
    private Windows windows;

    /** The families that look at an array through windows. */
    private record Windows(ConvolveFamily convolve, PoolFamily pool) {}

    private CpuBackend(Lanes lanes) {
        this.lanes = lanes;
        map = new MapFamily(lanes);
        reduce = new ReduceFamily(lanes);
        softmax = new SoftmaxFamily(lanes);
        normalize = new NormalizeFamily(lanes);
    }

    /** The CPU with the best lanes this JVM offers. */
    public static CpuBackend create() { return new CpuBackend(LanesProvider.lookup()); }

    /** The CPU with given lanes. */
    public static CpuBackend with(Lanes lanes) { return new CpuBackend(lanes); }

    @Override
    public String device() { return "cpu"; }

    @Override
    public int ordinal() { return -1; }

    @Override
    public String description() {
        int threads = Threads.team().size();
        return lanes.description() + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public Buffer allocate(DType dtype, long size) {
        CpuMemory.length(dtype, size);
        return new CpuBuffer(this, dtype, (int) size, memory.take(dtype, (int) size), CpuMemory.lead(dtype, (int) size));
    }

    /** A new array in row-major order, for a family's own use: from the start of its memory. */
    View scratch(DType dtype, Layout shape) {
        int size = CpuMemory.length(dtype, shape.size());
        return View.of(new CpuBuffer(this, dtype, size, memory.take(dtype, size), 0), Layout.of(shape.shape()));
    }

    /** Takes the array of a released buffer back. */
    void recycle(DType dtype, Object array) { memory.give(dtype, array); }

    @Override
    public void write(Buffer to, long at, Object array, int from, int count) {
        int unit = to.dtype() == DType.COMPLEX64 ? 2 : 1;
        System.arraycopy(array, unit * from, array(to), lead(to) + unit * (int) at, unit * count);
    }

    @Override
    public void read(Buffer from, long at, Object array, int to, int count) {
        int unit = from.dtype() == DType.COMPLEX64 ? 2 : 1;
        System.arraycopy(array(from), lead(from) + unit * (int) at, array, unit * to, unit * count);
    }

    @Override
    public void copy(View out, View in) { copyArrays(placed(out), placed(in)); }

    /** {@link #copy} for views of arrays. */
    static void copyArrays(View out, View in) {
        Layout l = in.layout().sameShape(out.layout()) ? in.layout() : in.layout().broadcastTo(out.layout().shape());
        CopyLoops.copy(out.dtype(), array(out.buffer()), out.layout(), array(in.buffer()), l);
    }

    @Override
    public void map(Program program, DType lane, Number[] params, View[] outs, View[] ins) {
        map.run(program, lane, params, placed(outs), placed(ins));
    }

    @Override
    public void reduce(Reduction reduction, DType lane, View out, View in) { reduce.run(reduction, lane, placed(out), placed(in)); }

    @Override
    public void softmax(boolean logarithm, View out, View in, int axis) { softmax.run(logarithm, placed(out), placed(in), axis); }

    @Override
    public void normalize(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        if (normalize.takes(mean, rstd, out, in, scale, shift)) {
            normalize.run(epsilon, placed(mean), placed(rstd), placed(out), placed(in), placed(scale), placed(shift));
        } else {
            Backend.super.normalize(epsilon, mean, rstd, out, in, scale, shift);
        }
    }

    @Override
    public boolean normalizeGradient(View result, View sum, View along, View g, View in, View mean, View rstd, View scale) {
        return normalize.gradient(placed(result), placed(sum), placed(along), placed(g), placed(in), placed(mean), placed(rstd),
                placed(scale));
    }

    @Override
    public boolean normalizeBy(double epsilon, View out, View in, View mean, View variance, View scale, View shift) {
        return normalize.by(epsilon, placed(out), placed(in), placed(mean), placed(variance), placed(scale), placed(shift));
    }

    @Override
    public void argReduce(boolean largest, View out, View in, int axis) {
        RowFamily.argReduce(largest, placed(out), placed(in), axis);
    }

    @Override
    public void scan(Reduction reduction, DType lane, View out, View in, int axis) {
        RowFamily.scan(reduction, Lane.of(lane), placed(out), placed(in), axis);
    }

    @Override
    public void sort(View values, View indices, View in, int axis, boolean descending) {
        RowFamily.sort(placed(values), placed(indices), placed(in), axis, descending);
    }

    @Override
    public void matmul(View out, View a, View b) {
        MatmulFamily.run(lanes.gemm(), placed(out), placed(a), placed(b), this);
    }

    @Override
    public boolean matmul(View out, View a, View b, View bias) {
        return MatmulFamily.biased(lanes.gemm(), placed(out), placed(a), placed(b), placed(bias));
    }

    @Override
    public void gather(View out, View in, View index, int axis) {
        this.index.gather(placed(out), placed(in), placed(index), axis);
    }

    @Override
    public void scatter(View out, View index, View in, int axis, boolean add) {
        this.index.scatter(placed(out), placed(index), placed(in), axis, add);
    }

    @Override
    public long random(View out, Distribution distribution, double a, double b, long key, long counter) {
        return random.run(placed(out), distribution, a, b, key, counter);
    }

    @Override
    public void fourier(View out, View in, int axis, long n, boolean inverse, double scale) {
        FourierFamily.run(placed(out), placed(in), axis, Math.toIntExact(n), inverse, scale);
    }

    /** Made when first needed: their tables would lengthen the start of every program. */
    private synchronized Windows windows() {
        if (windows == null) {
            WindowLoops loops = WindowLoops.of(lanes);
            windows = new Windows(new ConvolveFamily(this, lanes, loops), new PoolFamily(this, lanes, loops));
        }
        return windows;
    }

    @Override
    public void convolve(View out, View in, View weight, Window window, int groups) {
        windows().convolve.convolve(placed(out), placed(in), placed(weight), window, groups);
    }

    @Override
    public void convolveInput(View in, View out, View weight, Window window, int groups) {
        windows().convolve.convolveInput(placed(in), placed(out), placed(weight), window, groups);
    }

    @Override
    public void convolveWeight(View weight, View in, View out, Window window, int groups) {
        windows().convolve.convolveWeight(placed(weight), placed(in), placed(out), window, groups);
    }

    @Override
    public void pool(Pooling pooling, View out, View in, View guide, Window window) {
        View x = placed(in);
        windows().pool.pool(pooling, placed(out), x, guide == in ? x : placed(guide), window);
    }

    @Override
    public void poolInput(Pooling pooling, View in, View out, View guide, Window window) {
        windows().pool.poolInput(pooling, placed(in), placed(out), placed(guide), window);
    }

    @Override
    public void synchronize() {
        // Kernels have ended when their method returns.
    }

    @Override
    public MemoryUse memory() { return new MemoryUse(memory.used(), memory.pooled()); }

    @Override
    public void emptyCache() { memory.clear(); }

    @Override
    public String toString() { return device() + " (" + description() + ")"; }

    static Object array(Buffer b) { return ((CpuBuffer) b).array(); }

    private static int lead(Buffer b) { return ((CpuBuffer) b).lead(); }

    /**
     * The view as families take it, whose layout counts from the start of the array. What goes through here is a caller's view:
     * families call each other with views of arrays.
     */
    static View placed(View v) {
        int lead = v == null ? 0 : lead(v.buffer());
        return lead == 0 ? v : View.of(v.buffer(), v.layout().moved(lead));
    }

    private static View[] placed(View[] views) {
        View[] placed = views;
        for (int i = 0; i < views.length; i++) {
            View v = placed(views[i]);
            if (v != views[i]) {
                placed = placed == views ? Arrays.copyOf(views, views.length, View[].class) : placed;
                placed[i] = v;
            }
        }
        return placed;
    }

    /** A contiguous copy of a view in the given lane type, as a new buffer of this backend. */
    View staged(View v, DType dtype) {
        if (v.dtype() == dtype) {
            return v;
        }
        View r = scratch(dtype, v.layout());
        Lane lane = Lane.of(dtype);
        Runs.of(v.layout()).load(lane, v.dtype(), array(v.buffer()), 0, 0, (int) v.layout().size(), array(r.buffer()));
        return r;
    }

    static int[] ints(long[] a) { return Arrays.stream(a).mapToInt(Math::toIntExact).toArray(); }
}
