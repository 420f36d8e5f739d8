package io.wengert.djl;

import io.wengert.kernel.DType;
import io.wengert.op.Required;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Java arrays of a dtype's storage, from and to NIO buffers. */
final class HostArrays {

    private HostArrays() {}

    /**
     * The next n elements of a buffer, whose byte order counts if it is one of bytes.
     *
     * @throws IllegalArgumentException if there are fewer
     */
    static Object array(Buffer data, DType dtype, int n) {
        if (dtype == DType.STRING) {
            throw new IllegalArgumentException("strings come from arrays of String, not from a buffer");
        }
        int need = data instanceof ByteBuffer ? n * dtype.bytes() : dtype == DType.COMPLEX64 ? 2 * n : n;
        if (Required.of(data, "a buffer").remaining() < need) {
            throw new IllegalArgumentException("a buffer of " + data.remaining() + " elements is too short for " + n
                    + " " + dtype.text() + ", which take " + need);
        }
        Object a = dtype.array(n);
        if (data instanceof ByteBuffer bytes) {
            ByteBuffer b = bytes.duplicate().order(bytes.order());
            if (a instanceof byte[] x) {
                b.get(x);
            } else if (a instanceof short[] x) {
                b.asShortBuffer().get(x);
            } else if (a instanceof int[] x) {
                b.asIntBuffer().get(x);
            } else if (a instanceof long[] x) {
                b.asLongBuffer().get(x);
            } else if (a instanceof float[] x) {
                b.asFloatBuffer().get(x);
            } else {
                b.asDoubleBuffer().get((double[]) a);
            }
        } else if (data instanceof FloatBuffer b && a instanceof float[] x) {
            b.duplicate().get(x);
        } else if (data instanceof DoubleBuffer b && a instanceof double[] x) {
            b.duplicate().get(x);
        } else if (data instanceof ShortBuffer b && a instanceof short[] x) {
            b.duplicate().get(x);
        } else if (data instanceof IntBuffer b && a instanceof int[] x) {
            b.duplicate().get(x);
        } else if (data instanceof LongBuffer b && a instanceof long[] x) {
            b.duplicate().get(x);
        } else if (data instanceof CharBuffer b && a instanceof short[] x) {
            CharBuffer c = b.duplicate();
            for (int i = 0; i < n; i++) {
                x[i] = (short) c.get();
            }
        } else {
            throw new IllegalArgumentException(
                    "a " + data.getClass().getSimpleName() + " does not hold " + dtype.text());
        }
        return a;
    }

    /** The elements as bytes in native order, ready to be read. */
    static ByteBuffer bytes(Object array, DType dtype, int n, boolean direct) {
        int size = n * dtype.bytes();
        ByteBuffer b = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
        b.order(ByteOrder.nativeOrder());
        if (array instanceof byte[] x) {
            b.put(x).rewind();
        } else if (array instanceof short[] x) {
            b.asShortBuffer().put(x);
        } else if (array instanceof int[] x) {
            b.asIntBuffer().put(x);
        } else if (array instanceof long[] x) {
            b.asLongBuffer().put(x);
        } else if (array instanceof float[] x) {
            b.asFloatBuffer().put(x);
        } else {
            b.asDoubleBuffer().put((double[]) array);
        }
        return b;
    }
}
