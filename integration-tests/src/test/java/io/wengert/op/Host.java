package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * An array of doubles with a shape: what references calculate with, and how tensors get in and out of it. Complex
 * numbers are pairs along a last axis.
 */
record Host(long[] shape, double[] values) {

    /** The value at an index, one number an axis. */
    interface At {
        double at(int[] index);
    }

    /** The array of a shape whose elements are given by their index. */
    static Host of(At f, long... shape) {
        Host h = new Host(shape, new double[(int) Layout.sizeOf(shape)]);
        for (int p = 0; p < h.values.length; p++) {
            h.values[p] = f.at(h.index(p));
        }
        return h;
    }

    /** The elements of a tensor, without help of any kernel. */
    static Host of(Tensor t) {
        Object array = HostElements.make(t.dtype(), (int) t.buffer().size());
        t.backend().read(t.buffer(), 0, array, 0, (int) t.buffer().size());
        double[] all = HostElements.unpack(t.dtype(), array);
        if (t.dtype() == DType.COMPLEX64) {
            long[] pairs = Arrays.copyOf(t.shape(), t.rank() + 1);
            pairs[t.rank()] = 2;
            return of(i -> all[2 * (int) t.layout().at(longs(Arrays.copyOf(i, t.rank()))) + i[t.rank()]], pairs);
        }
        return of(i -> all[(int) t.layout().at(longs(i))], t.shape());
    }

    Tensor tensor(Backend backend, DType dtype) {
        if (dtype == DType.COMPLEX64) {
            long[] s = Arrays.copyOf(shape, shape.length - 1);
            return Tensor.of(backend, dtype, HostElements.pack(DType.FLOAT32, values), s);
        }
        return Tensor.of(backend, dtype, HostElements.pack(dtype, values), shape);
    }

    int[] index(int place) {
        int[] index = new int[shape.length];
        for (int i = shape.length - 1, rest = place; i >= 0; i--) {
            index[i] = rest % (int) shape[i];
            rest /= (int) shape[i];
        }
        return index;
    }

    /** The element at an index; one of the array broadcast to more axes will do. */
    double at(int... index) {
        long p = 0;
        int lead = index.length - shape.length;
        for (int i = 0; i < shape.length; i++) {
            p = p * shape[i] + (shape[i] == 1 ? 0 : index[lead + i]);
        }
        return values[(int) p];
    }

    int size(int axis) { return (int) shape[axis]; }

    /** The same elements under another shape. */
    Host as(long... other) { return new Host(other, values); }

    /** Another array of this shape, of each index. */
    Host like(At f) { return of(f, shape); }

    static double sum(int n, IntToDoubleFunction f) {
        double s = 0;
        for (int i = 0; i < n; i++) {
            s += f.applyAsDouble(i);
        }
        return s;
    }

    /** The index with another number on one axis. */
    static int[] with(int[] index, int axis, int value) {
        int[] r = index.clone();
        r[axis] = value;
        return r;
    }

    private static long[] longs(int[] a) { return Arrays.stream(a).asLongStream().toArray(); }

    @Override
    public String toString() { return Layout.text(shape) + " " + Arrays.toString(values); }
}
