package io.wengert.djl;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.op.Conversions;
import io.wengert.tensor.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.function.IntToDoubleFunction;

/** The part of a manager that makes arrays of host data, numbers and ranges. */
abstract class CreationNDManager extends BaseNDManager {

    CreationNDManager(NDManager parent, Device device) { super(parent, device); }

    /** An array of this manager that takes over the tensor. */
    abstract WgNDArray give(Tensor t);

    abstract Backend backend();

    @Override
    public ByteBuffer allocateDirect(int capacity) { return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder()); }

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
    public NDArray create(float[] data, Shape shape) { return host(data, data.length, shape, DType.FLOAT32); }

    @Override
    public NDArray create(double[] data, Shape shape) { return host(data, data.length, shape, DType.FLOAT64); }

    @Override
    public NDArray create(int[] data, Shape shape) { return host(data, data.length, shape, DType.INT32); }

    @Override
    public NDArray create(long[] data, Shape shape) { return host(data, data.length, shape, DType.INT64); }

    @Override
    public NDArray create(byte[] data, Shape shape) { return host(data, data.length, shape, DType.INT8); }

    @Override
    public NDArray create(boolean[] data, Shape shape) {
        byte[] b = new byte[data.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) (data[i] ? 1 : 0);
        }
        return host(b, b.length, shape, DType.BOOL);
    }

    /** Strings keep all of their characters whatever the charset, which only counts where bytes are made of them. */
    @Override
    public NDArray create(String[] data, Charset charset, Shape shape) {
        return host(data, data.length, shape, DType.STRING);
    }

    private NDArray host(Object data, int length, Shape shape, DType dtype) {
        long[] extents = DTypes.extents(shape);
        if (shape.size() != length) {
            throw new IllegalArgumentException("create: " + length + " elements do not make an array of shape " + shape);
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
        return (int) Math.max(0, Math.ceil((stop - start) / step));
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
        double[] v = new double[Math.multiplyExact(rows, cols)];
        for (int i = Math.max(0, -k); i < rows && i + k < cols; i++) {
            v[i * cols + i + k] = 1;
        }
        return converted(Tensor.of(backend(), DType.FLOAT64, v, rows, cols), type);
    }
}
