package io.wengert.kernel.cuda;

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
import java.lang.ref.Reference;

/** The kernel families on one NVIDIA GPU. */
public final class CudaBackend implements Backend {

    /** The system property that asks for matrix products by cuBLAS: {@code true}, or the path of the library. */
    static final String CUBLAS = "ai.djl.wengert.cublas";

    private final CudaDevice device;
    private final CudaMemory memory;
    /** Null but for those who ask. */
    private final Cublas cublas;
    private final MapFamily map = new MapFamily(this);
    private final ReduceFamily reduce = new ReduceFamily(this);
    private final SoftmaxFamily softmax = new SoftmaxFamily(this);
    private final ArgReduceFamily argReduce = new ArgReduceFamily(this);
    private final ScanFamily scan = new ScanFamily(this);
    private final MatmulFamily matmul = new MatmulFamily(this, reduce);
    private final SortFamily sort = new SortFamily(this);
    private final IndexFamily index = new IndexFamily(this, sort);
    private final RandomFamily random = new RandomFamily(this);
    private final FourierFamily fourier = new FourierFamily(this);
    private final ConvolveFamily convolve = new ConvolveFamily(this, reduce, matmul);
    private final PoolFamily pool = new PoolFamily(this);

    CudaBackend(int ordinal) {
        device = new CudaDevice(ordinal);
        memory = new CudaMemory(device);
        cublas = cublas(device);
    }

    private static Cublas cublas(CudaDevice device) {
        String where = System.getProperty(CUBLAS, "false");
        try {
            return "false".equals(where) ? null : new Cublas(device, where);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(CUBLAS + "=" + where + ": net.java.dev.jna:jna is not on the class path", e);
        }
    }

    @Override
    public String device() { return "gpu"; }

    @Override
    public int ordinal() { return device.ordinal(); }

    @Override
    public String description() {
        return device.name() + ", compute capability " + device.capability() / 10 + "." + device.capability() % 10
                + (cublas == null ? "" : ", products by cuBLAS");
    }

    // ---- for the families: kernels and launching -------------------------------------------------------------------

    /** The GPU itself: its limits, and launches on grids of more than one dimension. */
    public CudaDevice gpu() { return device; }

    /** A kernel of {@code src/main/cuda/file.cu}. */
    public CudaKernel kernel(String file, String entry) { return device.modules().kernel(file, entry); }

    /** Queues a kernel on a line of blocks; for the arguments see {@link CudaDevice#launch}. */
    public void launch(CudaKernel kernel, int blocks, int threads, int sharedBytes, Object... arguments) {
        device.launch(kernel, blocks, 1, 1, threads, 1, 1, sharedBytes, arguments);
    }

    /** As many blocks as n elements need, but no more than keep the device busy: for kernels that loop over their grid. */
    public int blocks(long n, int threads) {
        long enough = (long) device.multiprocessors() * (2048 / threads) * 4;
        return (int) Math.max(1, Math.min((n + threads - 1) / threads, enough));
    }

    // ---- memory ------------------------------------------------------------------------------------------------------

    @Override
    public Buffer allocate(DType dtype, long size) {
        if (dtype == DType.STRING) {
            throw new IllegalArgumentException("strings live on the CPU only, not on gpu(" + ordinal() + ")");
        }
        return new CudaBuffer(this, memory, dtype, size);
    }

    @Override
    public void write(Buffer to, long at, Object array, int from, int count) {
        long unit = to.dtype().bytes();
        device.staging().upload(((CudaBuffer) to).address() + unit * at, array, unit * from, unit * count);
        Reference.reachabilityFence(to);
    }

    @Override
    public void read(Buffer from, long at, Object array, int to, int count) {
        long unit = from.dtype().bytes();
        device.staging().download(((CudaBuffer) from).address() + unit * at, array, unit * to, unit * count);
        Reference.reachabilityFence(from);
    }

    @Override
    public void copy(View out, View in) {
        Layout a = out.layout();
        Layout b = in.layout();
        boolean rows = a.isContiguous() && b.isContiguous() && a.size() == b.size();
        long bytes = a.size() * out.dtype().bytes();
        CudaBackend source = (CudaBackend) in.buffer().backend();
        if (source != this && !rows) {
            throw new IllegalArgumentException("copy from " + source.place() + " to " + place() + ": " + b + " to " + a
                    + ": only contiguous arrays go from one device to another");
        } else if (!rows) {
            map.copy(out, in);
        } else if (bytes > 0 && source != this) {
            device.moveFrom(source.device, CudaBuffer.address(out), CudaBuffer.address(in), bytes);
        } else if (bytes > 0) {
            device.move(CudaBuffer.address(out), CudaBuffer.address(in), bytes);
        }
        Reference.reachabilityFence(out);
        Reference.reachabilityFence(in);
    }

    @Override
    public void synchronize() { device.synchronize(); }

    @Override
    public MemoryUse memory() { return new MemoryUse(memory.used(), memory.pooled()); }

    @Override
    public void emptyCache() { memory.emptyCache(); }

    // ---- kernels -----------------------------------------------------------------------------------------------------

    @Override
    public void map(Program program, DType lane, Number[] params, View[] outs, View[] ins) {
        map.run(program, lane, params, outs, ins);
    }

    @Override
    public void reduce(Reduction reduction, DType lane, View out, View in) {
        reduce.run(reduction, lane, out, in);
    }

    @Override
    public void softmax(boolean logarithm, View out, View in, int axis) {
        softmax.run(logarithm, out, in, axis);
    }

    @Override
    public void argReduce(boolean largest, View out, View in, int axis) {
        argReduce.run(largest, out, in, axis);
    }

    @Override
    public void scan(Reduction reduction, DType lane, View out, View in, int axis) {
        scan.run(reduction, lane, out, in, axis);
    }

    @Override
    public void matmul(View out, View a, View b) {
        if (cublas == null || !cublas.run(out, a, b)) {
            matmul.run(out, a, b);
        }
        Reference.reachabilityFence(new View[] {out, a, b});
    }

    @Override
    public void gather(View out, View in, View index, int axis) {
        this.index.gather(out, in, index, axis);
    }

    @Override
    public void scatter(View out, View index, View in, int axis, boolean add) {
        this.index.scatter(out, index, in, axis, add);
    }

    @Override
    public void sort(View values, View indices, View in, int axis, boolean descending) {
        sort.sort(values, indices, in, axis, descending);
    }

    @Override
    public long random(View out, Distribution distribution, double a, double b, long key, long counter) {
        return random.run(out, distribution, a, b, key, counter);
    }

    @Override
    public void fourier(View out, View in, int axis, long n, boolean inverse, double scale) {
        fourier.run(out, in, axis, n, inverse, scale);
    }

    @Override
    public void convolve(View out, View in, View weight, Window window, int groups) {
        convolve.convolve(out, in, weight, window, groups);
    }

    @Override
    public void convolveInput(View in, View out, View weight, Window window, int groups) {
        convolve.convolveInput(in, out, weight, window, groups);
    }

    @Override
    public void convolveWeight(View weight, View in, View out, Window window, int groups) {
        convolve.convolveWeight(weight, in, out, window, groups);
    }

    @Override
    public void pool(Pooling pooling, View out, View in, View guide, Window window) {
        pool.pool(pooling, out, in, guide, window);
    }

    @Override
    public void poolInput(Pooling pooling, View in, View out, View guide, Window window) {
        pool.poolInput(pooling, in, out, guide, window);
    }

    @Override
    public String toString() { return "gpu(" + ordinal() + ") (" + description() + ")"; }
}
