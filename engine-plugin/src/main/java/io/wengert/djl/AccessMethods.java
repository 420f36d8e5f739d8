package io.wengert.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.util.Float16Utils;
import io.wengert.autograd.Gradient;
import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.op.Conversions;
import io.wengert.op.Required;
import io.wengert.op.SparseTensor;
import io.wengert.op.Observer;
import io.wengert.tensor.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;

/** Elements to and from Java, other dtypes and devices. */
interface AccessMethods extends TensorArray {

    /** All elements in row-major order, as a new storage array of the dtype. */
    private Object host() {
        try (Tensor x = elements()) {
            if (x != null) {
                return read(x);
            }
        }
        Observer.Installed.read(tensor());
        return read(tensor());
    }

    private static Object read(Tensor x) {
        int n = Math.toIntExact(x.size());
        Object a = x.dtype().array(n);
        if (x.layout().isContiguous()) {
            x.backend().read(x.buffer(), x.layout().offset(), a, 0, n);
            return a;
        }
        try (Tensor c = Conversions.copied(x)) {
            c.backend().read(c.buffer(), 0, a, 0, n);
        }
        return a;
    }

    private Object host(String method, DType... allowed) {
        DType have = DTypes.of(getDataType());
        for (DType t : allowed) {
            if (have == t) {
                return host();
            }
        }
        throw new IllegalStateException(method + ": the array is " + have.text() + " " + getShape()
                + "; convert it with toType first");
    }

    @Override
    default ByteBuffer toByteBuffer(boolean tryDirect) {
        DType t = DTypes.of(getDataType());
        if (t == DType.STRING) {
            throw new IllegalStateException("toByteBuffer: strings have no fixed size; use toStringArray");
        }
        return HostArrays.bytes(host(), t, Math.toIntExact(size()), tryDirect);
    }

    /** Half types are widened. */
    @Override
    default float[] toFloatArray() {
        DType t = DTypes.of(getDataType());
        if (t == DType.FLOAT16 || t == DType.BFLOAT16) {
            try (NDArray wide = toType(DataType.FLOAT32, false)) {
                return wide.toFloatArray();
            }
        }
        return (float[]) host("toFloatArray", DType.FLOAT32);
    }

    /** Numbers of the next wider Java type where there is none of the dtype's own. */
    @Override
    default Number[] toArray() {
        if (getDataType() != DataType.BFLOAT16) {
            return TensorArray.super.toArray();
        }
        float[] values = toFloatArray();
        Number[] n = new Number[values.length];
        Arrays.setAll(n, i -> values[i]);
        return n;
    }

    @Override
    default double[] toDoubleArray() { return (double[]) host("toDoubleArray", DType.FLOAT64); }

    @Override
    default int[] toIntArray() { return (int[]) host("toIntArray", DType.INT32, DType.UINT32); }

    @Override
    default long[] toLongArray() { return (long[]) host("toLongArray", DType.INT64, DType.UINT64); }

    @Override
    default short[] toShortArray() {
        return (short[]) host("toShortArray", DType.INT16, DType.UINT16, DType.FLOAT16, DType.BFLOAT16);
    }

    @Override
    default byte[] toByteArray() {
        Object a = getDataType() == DataType.STRING ? null : host();
        if (a instanceof byte[] b) {
            return b;
        }
        return toByteBuffer(false).array();
    }

    @Override
    default int[] toUint8Array() {
        byte[] b = (byte[]) host("toUint8Array", DType.UINT8, DType.INT8, DType.BOOL);
        int[] r = new int[b.length];
        Arrays.setAll(r, i -> b[i] & 0xFF);
        return r;
    }

    @Override
    default boolean[] toBooleanArray() {
        byte[] b = (byte[]) host("toBooleanArray", DType.BOOL);
        boolean[] r = new boolean[b.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = b[i] != 0;
        }
        return r;
    }

    @Override
    default String[] toStringArray(Charset charset) { return (String[]) host("toStringArray", DType.STRING); }

    /** The element at a place: axes of size 1 at the end may be left out. */
    private Object element(String method, long[] indices, DType... allowed) {
        Tensor x = tensor();
        boolean one = Required.of(indices, "indices").length <= x.rank();
        for (int i = indices.length; i < x.rank(); i++) {
            one &= x.size(i) == 1;
        }
        if (!one) {
            throw new IllegalArgumentException(method + ": " + indices.length + " indices for an array " + x.text());
        }
        long[] at = Arrays.copyOf(indices, x.rank());
        for (int i = 0; i < indices.length; i++) {
            long n = x.size(i);
            at[i] += at[i] < 0 ? n : 0;
            if (at[i] < 0 || at[i] >= n) {
                throw new IndexOutOfBoundsException(
                        method + ": index " + indices[i] + " on axis " + i + " of " + x.text());
            }
        }
        boolean fits = false;
        for (DType t : allowed) {
            fits |= t == x.dtype();
        }
        if (!fits) {
            throw new IllegalStateException(method + ": the array is " + x.text() + "; convert it with toType first");
        }
        Observer.Installed.read(x);
        Object a = x.dtype().array(1);
        x.backend().read(x.buffer(), x.layout().at(at), a, 0, 1);
        return a;
    }

    /** Rounds float64, too: DJL's {@code Trainer.step} reads the sum of the gradients so, whatever their dtype. */
    @Override
    default float getFloat(long... indices) {
        Object a = element("getFloat", indices, DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);
        if (a instanceof short[] half) {
            return tensor().dtype() == DType.BFLOAT16 ? Float.intBitsToFloat(half[0] << 16)
                    : Float16Utils.halfToFloat(half[0]);
        }
        return a instanceof double[] wide ? (float) wide[0] : ((float[]) a)[0];
    }

    @Override
    default double getDouble(long... indices) { return ((double[]) element("getDouble", indices, DType.FLOAT64))[0]; }

    @Override
    default int getInt(long... indices) { return ((int[]) element("getInt", indices, DType.INT32, DType.UINT32))[0]; }

    @Override
    default long getLong(long... indices) {
        return ((long[]) element("getLong", indices, DType.INT64, DType.UINT64))[0];
    }

    @Override
    default byte getByte(long... indices) { return ((byte[]) element("getByte", indices, DType.INT8, DType.UINT8, DType.BOOL))[0]; }

    @Override
    default int getUint8(long... indices) { return ((byte[]) element("getUint8", indices, DType.UINT8, DType.INT8, DType.BOOL))[0] & 0xFF; }

    @Override
    default boolean getBoolean(long... indices) {
        return ((byte[]) element("getBoolean", indices, DType.BOOL))[0] != 0;
    }

    @Override
    default void set(Buffer data) {
        update("set", x -> {
            Object a = HostArrays.array(data, x.dtype(), Math.toIntExact(x.size()));
            return Tensor.of(x.backend(), x.dtype(), a, x.shape());
        });
    }

    @Override
    default NDArray toType(DataType type, boolean copy) {
        if (type == getDataType()) {
            return copy ? duplicate() : this;
        }
        return named(with(DTypes.of(type), Conversions.CAST));
    }

    @Override
    default NDArray toDevice(Device device, boolean copy) {
        if (Required.of(device, "a device").equals(getDevice())) {
            return copy ? duplicate() : this;
        }
        Backend from = manager().engine().backend(getDevice());
        return named(with(new Conversions.Transfer(from, manager().engine().backend(device)), Conversions.TO_DEVICE));
    }

    @Override
    default NDArray duplicate() { return named(on(Conversions.COPY)); }

    /** The same array elsewhere or in another dtype goes by the same name. */
    private NDArray named(NDArray copy) {
        copy.setName(getName());
        return copy;
    }

    /** Puts this value into an array of the same shape, whose dtype and device it takes. */
    @Override
    default void copyTo(NDArray array) {
        if (!Required.of(array, "an array").getShape().equals(getShape())) {
            throw new IllegalArgumentException("copyTo: " + tensor().text() + " does not fit into " + array.getShape());
        }
        if (array instanceof WgNDArray own) {
            Tensor x = tensor();
            own.update("copyTo", old -> x.backend() != old.backend()
                    ? Conversions.TO_DEVICE.with(new Conversions.Transfer(x.backend(), old.backend()), x)
                    : x.dtype() == old.dtype() ? Conversions.COPY.on(x) : Conversions.CAST.with(old.dtype(), x));
        } else {
            array.set(toType(array.getDataType(), false).toByteBuffer());
        }
    }

    @Override
    default NDArray zerosLike() { return inFormat(manager().zeros(getShape(), getDataType(), getDevice())); }

    @Override
    default NDArray onesLike() { return inFormat(manager().ones(getShape(), getDataType(), getDevice())); }

    /** DJL's own would always be float32. */
    @Override
    default NDArray like() { return inFormat(manager().create(getShape(), getDataType(), getDevice())); }

    private NDArray inFormat(NDArray made) {
        try (made) {
            return isSparse() ? made.toSparse(getSparseFormat()) : give(((WgNDArray) made).tensor().share());
        }
    }

    /** The elements as an array of no sparse format. */
    @Override
    default NDArray toDense() {
        Tensor x = elements();
        return x != null ? named(give(x)) : duplicate();
    }

    /**
     * The same elements as an array of a sparse format, which can do what dense ones can; results of operations are dense
     * again. Stored is what is not zero; but all of an array that a gradient flows through, of one without any zero row,
     * and of a live gradient, whose memory is shared.
     *
     * @throws IllegalArgumentException for CSR of an array that is no matrix, another format of one without axes, and
     *     strings
     */
    @Override
    default NDArray toSparse(SparseFormat format) {
        if (format == SparseFormat.DENSE) {
            return toDense();
        }
        boolean tracked = tensor().isTracked();
        if (format == SparseFormat.ROW_SPARSE && cell() instanceof Gradient && !tracked) {
            // Optimizers ask for it at every step: the gradient's own memory costs less than finding its rows.
            return give(tensor().share()).as(format);
        }
        SparseTensor sparse = SparseTensor.of(DTypes.of(format), tensor());
        if (!tracked && !sparse.isFull()) {
            return manager().give(sparse);
        }
        sparse.close();
        return (tracked ? on(Conversions.COPY) : give(tensor().share())).as(format);
    }
}
