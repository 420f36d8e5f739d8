package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link NDArray#encode()} writes: "NDAR", version, name, sparse format, dtype, shape, and all elements, also
 * those of sparse arrays.
 *
 * <p>DJL's own reader cannot take strings from a stream, nor names of more than 255 bytes from an array, and forgets
 * the format of sparse arrays.
 */
final class ArrayDecoder {

    private static final int NEWEST = 3;
    private static final int MOST_AXES = 1 << 10;

    private ArrayDecoder() {}

    /**
     * The next array of the stream.
     *
     * @throws IllegalArgumentException if it is no encoded array
     */
    static NDArray read(CreationNDManager manager, DataInputStream in) throws IOException {
        if (!"NDAR".equals(in.readUTF())) {
            throw new IllegalArgumentException("decode: this is no encoded NDArray");
        }
        int version = in.readInt();
        if (version < 1 || version > NEWEST) {
            throw new IllegalArgumentException("decode: version " + version + " of encoded NDArrays is not known");
        }
        String name = version > 1 && in.readByte() == 1 ? in.readUTF() : null;
        SparseFormat format = SparseFormat.valueOf(in.readUTF());
        DataType type = DataType.valueOf(in.readUTF());
        Shape shape = shape(in);
        NDArray array = type == DataType.STRING ? strings(manager, in, shape)
                : numbers(manager, in, shape, type, version);
        if (format != SparseFormat.DENSE) {
            try (NDArray dense = array) {
                array = dense.toSparse(format);
            }
        }
        array.setName(name);
        return array;
    }

    /** As {@link Shape#decode} reads it, but what is damaged is not taken for a length. */
    private static Shape shape(DataInputStream in) throws IOException {
        long[] sizes = new long[checked("axes", in.readInt(), MOST_AXES)];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = in.readLong();
        }
        char[] layout = new char[checked("letters of a layout", in.readInt(), MOST_AXES)];
        for (int i = 0; i < layout.length; i++) {
            layout[i] = in.readChar();
        }
        return new Shape(sizes, new String(layout));
    }

    private static int checked(String what, long n, long most) {
        if (n < 0 || n > most) {
            throw new IllegalArgumentException("decode: " + n + " " + what + " where there are at most " + most);
        }
        return (int) n;
    }

    private static NDArray strings(CreationNDManager manager, DataInputStream in, Shape shape) throws IOException {
        String[] s = new String[checked("strings", in.readInt(), shape.size())];
        for (int i = 0; i < s.length; i++) {
            s[i] = in.readUTF();
        }
        return manager.create(s, StandardCharsets.UTF_8, shape);
    }

    private static NDArray numbers(CreationNDManager manager, DataInputStream in, Shape shape, DataType type,
            int version) throws IOException {
        // Version 2 and older were always written in the order of the machine.
        ByteOrder order = version <= 2 ? ByteOrder.nativeOrder()
                : in.readByte() == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int length = checked("bytes", in.readInt(), Integer.MAX_VALUE);
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("decode: " + bytes.length + " bytes of elements, not " + length);
        }
        return manager.create(ByteBuffer.wrap(bytes).order(order), shape, type);
    }
}
