package io.wengert.djl;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.PairList;
import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.op.Conversions;
import io.wengert.op.Required;
import io.wengert.op.SparseTensor;
import io.wengert.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** The part of a manager that makes arrays of host data, numbers and ranges. */
abstract class CreationNDManager extends BaseNDManager {

    CreationNDManager(NDManager parent, Device device) { super(parent, device); }

    /** An array of this manager that takes over the tensor. */
    abstract WgNDArray give(Tensor t);

    abstract Backend backend();

    @Override
    public ByteBuffer allocateDirect(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    /** Of zeros, so that nobody ever sees what memory held before. */
    @Override
    public NDArray create(Shape shape, DataType type) { return zeros(shape, type); }

    @Override
    public NDArray create(Buffer data, Shape shape, DataType type) {
        DType dtype = DTypes.of(type);
        long[] extents = DTypes.extents(shape);
        return give(Tensor.of(backend(), dtype, HostArrays.array(data, dtype, Math.toIntExact(shape.size())), extents));
    }

    @Override
    public NDArray create(float[] data, Shape shape) { return host(data, shape, DType.FLOAT32); }

    @Override
    public NDArray create(double[] data, Shape shape) { return host(data, shape, DType.FLOAT64); }

    @Override
    public NDArray create(int[] data, Shape shape) { return host(data, shape, DType.INT32); }

    @Override
    public NDArray create(long[] data, Shape shape) { return host(data, shape, DType.INT64); }

    @Override
    public NDArray create(byte[] data, Shape shape) { return host(data, shape, DType.INT8); }

    @Override
    public NDArray create(boolean[] data, Shape shape) {
        byte[] b = new byte[Required.of(data, "an array").length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) (data[i] ? 1 : 0);
        }
        return host(b, shape, DType.BOOL);
    }

    /** Strings keep all of their characters whatever the charset, which only counts where bytes are made of them. */
    @Override
    public NDArray create(String[] data, Charset charset, Shape shape) {
        return host(data, shape, DType.STRING);
    }

    private NDArray host(Object data, Shape shape, DType dtype) {
        int length = Array.getLength(Required.of(data, "an array"));
        long[] extents = DTypes.extents(shape);
        if (shape.size() != length) {
            throw new IllegalArgumentException("create: " + length + " elements do not make an array of shape "
                    + shape);
        }
        return give(Tensor.of(backend(), dtype, data, extents));
    }

    @Override
    public NDArray zeros(Shape shape, DataType type) { return filled(shape, type, 0); }

    @Override
    public NDArray ones(Shape shape, DataType type) { return filled(shape, type, 1); }

    @Override
    public NDArray full(Shape shape, int value) { return filled(shape, DataType.INT32, value); }

    @Override
    public NDArray full(Shape shape, float value, DataType type) { return filled(shape, type, value); }

    private NDArray filled(Shape shape, DataType type, Number value) {
        if (type == DataType.STRING && value.equals(0)) {
            String[] empty = new String[Math.toIntExact(shape.size())];
            Arrays.fill(empty, "");
            return host(empty, shape, DType.STRING);
        }
        return give(Conversions.fill(Tensor.empty(backend(), DTypes.of(type), DTypes.extents(shape)), value));
    }

    /** Exact for all integers. */
    @Override
    public NDArray arange(int start, int stop, int step, DataType type) {
        int n = count(start, stop, step);
        if (!DTypes.of(type).isInteger()) {
            return sequence(n, type, i -> start + (double) i * step);
        }
        long[] v = new long[n];
        for (int i = 0; i < n; i++) {
            v[i] = start + (long) i * step;
        }
        return converted(Tensor.of(backend(), DType.INT64, v, n), type);
    }

    @Override
    public NDArray arange(float start, float stop, float step, DataType type) {
        return sequence(count(start, stop, step), type, i -> start + (double) i * step);
    }

    private static int count(double start, double stop, double step) {
        if (step == 0 || Double.isNaN(step)) {
            throw new IllegalArgumentException("arange: the step is " + step);
        }
        double n = Math.ceil((stop - start) / step);
        if (!(n <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("arange: no array holds " + n + " elements");
        }
        return (int) Math.max(0, n);
    }

    @Override
    public NDArray linspace(float start, float stop, int num, boolean endpoint) {
        if (num < 0) {
            throw new IllegalArgumentException("linspace: " + num + " elements");
        }
        double step = ((double) stop - start) / Math.max(1, endpoint ? num - 1 : num);
        return sequence(num, DataType.FLOAT32, i -> endpoint && i == num - 1 && i > 0 ? stop : start + i * step);
    }

    private NDArray sequence(int n, DataType type, IntToDoubleFunction at) {
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            v[i] = at.applyAsDouble(i);
        }
        return converted(Tensor.of(backend(), DType.FLOAT64, v, n), type);
    }

    private NDArray converted(Tensor t, DataType type) {
        try (t) {
            return give(Conversions.CAST.with(DTypes.of(type), t));
        }
    }

    @Override
    public NDArray eye(int rows, int cols, int k, DataType type) {
        if (rows < 0 || cols < 0 || (long) rows * cols > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("eye: no matrix has " + rows + " rows and " + cols + " columns");
        }
        double[] v = new double[rows * cols];
        for (int i = Math.max(0, -k); i < rows && i + k < cols; i++) {
            v[i * cols + i + k] = 1;
        }
        return converted(Tensor.of(backend(), DType.FLOAT64, v, rows, cols), type);
    }

    /** An array that takes over a sparse tensor: memory is taken for what is stored, until an operation needs all. */
    abstract WgNDArray give(SparseTensor sparse);

    @Override
    public NDArray createCoo(Buffer data, long[][] indices, Shape shape) {
        try (Tensor values = list(data)) {
            return give(SparseTensor.coo(values, indices, DTypes.extents(shape)));
        }
    }

    @Override
    public NDArray createCSR(Buffer data, long[] indptr, long[] indices, Shape shape) {
        try (Tensor values = list(data)) {
            return give(SparseTensor.csr(values, indptr, indices, DTypes.extents(shape)));
        }
    }

    @Override
    public NDArray createRowSparse(Buffer data, Shape dataShape, long[] indices, Shape shape) {
        DType dtype = DTypes.of(DataType.fromBuffer(Required.of(data, "a buffer")));
        long[] extents = DTypes.extents(dataShape);
        Object host = HostArrays.array(data, dtype, Math.toIntExact(dataShape.size()));
        try (Tensor slices = Tensor.of(backend(), dtype, host, extents)) {
            return give(SparseTensor.rows(slices, indices, DTypes.extents(shape)));
        }
    }

    /** All that a buffer holds, of the type that goes with it. */
    private Tensor list(Buffer data) {
        DType dtype = DTypes.of(DataType.fromBuffer(Required.of(data, "a buffer")));
        int n = data.remaining();
        return Tensor.of(backend(), dtype, HostArrays.array(data, dtype, n), n);
    }

    /** What NDList, NumPy (npy, npz) or safetensors wrote. */
    @Override
    public NDList load(Path path) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(Required.of(path, "a path")))) {
            return NDList.decode(this, in);
        } catch (IOException e) {
            throw new IllegalArgumentException("load: cannot read " + path, e);
        }
    }

    @Override
    public NDArray decode(byte[] bytes) {
        try {
            return decode(new ByteArrayInputStream(Required.of(bytes, "bytes")));
        } catch (IOException e) {
            throw new IllegalArgumentException("decode: the bytes end too early", e);
        }
    }

    @Override
    public NDArray decode(InputStream in) throws IOException {
        return ArrayDecoder.read(this, Required.of(in, "a stream") instanceof DataInputStream d ? d : new DataInputStream(in));
    }

    /**
     * An operation of the engine by its name, such as {@code add}, {@code sum} with {@code axis} and {@code keepdims},
     * or {@code reshape} with {@code shape}. Numbers of element-wise operations are named 0, 1, ...; a single one
     * anyhow.
     */
    @Override
    public NDList invoke(String operation, NDList src, PairList<String, ?> params) {
        Tensor[] in = Required.of(src, "arrays").stream().map(a -> Foreign.tensor(a, backend())).toArray(Tensor[]::new);
        NDList r = new NDList();
        for (Tensor t : Invocation.run(operation, params, in)) {
            r.add(give(t));
        }
        return r;
    }

    @Override
    public void invoke(String operation, NDArray[] src, NDArray[] dest, PairList<String, ?> params) {
        try (NDList results = invoke(operation, new NDList(Required.of(src, "arrays")), params)) {
            if (results.size() != Required.of(dest, "arrays").length) {
                throw new IllegalArgumentException("invoke: " + operation + " has " + results.size() + " results, not "
                        + dest.length);
            }
            for (int i = 0; i < dest.length; i++) {
                results.get(i).copyTo(dest[i]);
            }
        }
    }
}
