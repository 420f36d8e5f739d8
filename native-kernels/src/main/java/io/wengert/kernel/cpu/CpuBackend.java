package io.wengert.kernel.cpu;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Factor;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.Arrays;
import java.util.function.Supplier;

/** The kernel families over primitive Java arrays, on all cores. */
public final class CpuBackend implements Backend {

    private final Supplier<Lanes> lanes;
    private final CpuMemory memory = new CpuMemory();
    private Families families;
    private Windows windows;

    /** The families whose inner loops lanes make. */
    private record Families(Lanes lanes, GemmKernels gemm, MapFamily map, ReduceFamily reduce, SoftmaxFamily softmax,
            NormalizeFamily normalize) {

        Families(Lanes lanes) {
            this(lanes, lanes.gemm(), new MapFamily(lanes), new ReduceFamily(lanes), new SoftmaxFamily(lanes),
                    new NormalizeFamily(lanes));
        }
    }

    /** The families that look at an array through windows. */
    private record Windows(ConvolveFamily convolve, PoolFamily pool) {}

    CpuBackend(Supplier<Lanes> lanes) { this.lanes = lanes; }

    /**
     * The CPU with the best lanes this JVM offers.
     *
     * @throws IllegalStateException if {@code ai.djl.wengert.lanes} asks for what is not there
     */
    public static CpuBackend create() {
        LanesProvider.check();
        CpuBackend backend = new CpuBackend(LanesProvider::lookup);
        // Loading the Vector API takes as long as all else until a program's first array, so it goes on beside that.
        Thread thread = new Thread(backend::families, "wengert-lanes");
        thread.setDaemon(true);
        thread.start();
        return backend;
    }

    /** The CPU with given lanes. */
    public static CpuBackend with(Lanes lanes) { return new CpuBackend(() -> lanes); }

    /** Waits for them if they are still being made. A record is immutable: who sees it needs no lock. */
    private Families families() {
        Families made = families;
        return made != null ? made : makeFamilies();
    }

    private synchronized Families makeFamilies() {
        if (families == null) {
            families = new Families(lanes.get());
        }
        return families;
    }

    @Override
    public String device() { return "cpu"; }

    @Override
    public int ordinal() { return -1; }

    @Override
    public String description() {
        int threads = Threads.team().size();
        return families().lanes.description() + ", " + threads + (threads == 1 ? " thread" : " threads");
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
        families().map.run(program, lane, params, placed(outs), placed(ins));
    }

    @Override
    public void reduce(Reduction reduction, DType lane, View out, View in) {
        families().reduce.run(reduction, lane, placed(out), placed(in));
    }

    @Override
    public void softmax(boolean logarithm, View out, View in, int axis) {
        families().softmax.run(logarithm, placed(out), placed(in), axis);
    }

    @Override
    public void normalize(double epsilon, View mean, View rstd, View out, View in, View scale, View shift) {
        NormalizeFamily normalize = families().normalize;
        if (normalize.takes(mean, rstd, out, in, scale, shift)) {
            normalize.run(epsilon, placed(mean), placed(rstd), placed(out), placed(in), placed(scale), placed(shift));
        } else {
            Backend.super.normalize(epsilon, mean, rstd, out, in, scale, shift);
        }
    }

    @Override
    public boolean normalizeGradient(View result, View sum, View along, View g, View in, View mean, View rstd, View scale) {
        return families().normalize.gradient(placed(result), placed(sum), placed(along), placed(g), placed(in), placed(mean),
                placed(rstd), placed(scale));
    }

    @Override
    public boolean normalizeBy(double epsilon, View out, View in, View mean, View variance, View scale, View shift) {
        return families().normalize.by(epsilon, placed(out), placed(in), placed(mean), placed(variance), placed(scale), placed(shift));
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
        View z = placed(out);
        View x = placed(a);
        View y = placed(b);
        if (!SmallProducts.multiply(z, x, y)) {
            MatmulFamily.run(families().gemm, z, x, y, this);
        }
    }

    @Override
    public boolean matmul(View out, View a, View b, View bias) {
        return MatmulFamily.biased(families().gemm, placed(out), placed(a), placed(b), placed(bias));
    }

    @Override
    public Factor factor(View b, long rows) {
        Factor kept = KeptFactor.of(this, families().gemm(), placed(b), rows);
        return kept != null ? kept : Backend.super.factor(b, rows);
    }

    @Override
    public void gather(View out, View in, View index, int axis) {
        IndexFamily.gather(placed(out), placed(in), placed(index), axis);
    }

    @Override
    public void scatter(View out, View index, View in, int axis, boolean add) {
        IndexFamily.scatter(placed(out), placed(index), placed(in), axis, add);
    }

    @Override
    public long random(View out, Distribution distribution, double a, double b, long key, long counter) {
        return RandomFamily.run(placed(out), distribution, a, b, key, counter);
    }

    @Override
    public void fourier(View out, View in, int axis, long n, boolean inverse, double scale) {
        FourierFamily.run(placed(out), placed(in), axis, Math.toIntExact(n), inverse, scale);
    }

    /** Made when first needed: their tables would lengthen the start of every program. */
    private synchronized Windows windows() {
        if (windows == null) {
            Lanes lanes = families().lanes;
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
