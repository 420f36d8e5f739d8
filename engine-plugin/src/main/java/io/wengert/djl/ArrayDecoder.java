package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.io.DataInputStream;
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
        Shape shape = Shape.decode(in);
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

    private static NDArray strings(CreationNDManager manager, DataInputStream in, Shape shape) throws IOException {
        String[] s = new String[in.readInt()];
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
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return manager.create(ByteBuffer.wrap(bytes).order(order), shape, type);
    }
}
