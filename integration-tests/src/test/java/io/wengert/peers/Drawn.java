package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The elements of one array that all engines are given, row by row. */
record Drawn(long[] shape, DataType type, double[] values) {

    /** How the array comes to lie in memory, where the engine has views. */
    enum Lie {
        /** In row-major order. */
        WHOLE,
        /** As the transpose of another. */
        TRANSPOSED,
        /** As the inner part of another. */
        SLICED,
        /** As every second element along the last axis of another. */
        STRIDED
    }

    NDArray on(NDManager manager, Lie lie) {
        if (lie == Lie.TRANSPOSED && shape.length > 1) {
            return make(manager, reversed(), transposed()).transpose();
        }
        if (lie == Lie.SLICED && shape.length > 0) {
            long[] longer = shape.clone();
            longer[0] += 2;
            int row = shape[0] == 0 ? 0 : values.length / (int) shape[0];
            double[] v = new double[values.length + 2 * row];
            System.arraycopy(values, 0, v, row, values.length);
            return make(manager, longer, v).get("1:" + (shape[0] + 1));
        }
        if (lie == Lie.STRIDED && shape.length > 0 && values.length > 0) {
            int last = shape.length - 1;
            long[] wider = shape.clone();
            wider[last] *= 2;
            double[] v = new double[2 * values.length];
            for (int i = 0; i < values.length; i++) {
                v[2 * i] = values[i];
                v[2 * i + 1] = -1;
            }
            return make(manager, wider, v).get(new NDIndex("..., ::2"));
        }
        return make(manager, shape, values);
    }

    private long[] reversed() {
        long[] r = new long[shape.length];
        Arrays.setAll(r, i -> shape[shape.length - 1 - i]);
        return r;
    }

    private double[] transposed() {
        double[] r = new double[values.length];
        int[] index = new int[shape.length];
        for (int p = 0; p < r.length; p++) {
            int at = 0;
            for (int i = shape.length - 1; i >= 0; i--) {
                at = at * (int) shape[i] + index[i];
            }
            r[at] = values[p];
            for (int i = shape.length - 1; i >= 0 && ++index[i] == shape[i]; i--) {
                index[i] = 0;
            }
        }
        return r;
    }

    private NDArray make(NDManager manager, long[] to, double... v) {
        Shape s = new Shape(to);
        float[] floats = new float[v.length];
        int[] ints = new int[v.length];
        byte[] bytes = new byte[v.length];
        boolean[] booleans = new boolean[v.length];
        for (int i = 0; i < v.length; i++) {
            floats[i] = (float) v[i];
            ints[i] = (int) v[i];
            bytes[i] = (byte) v[i];
            booleans[i] = v[i] != 0;
        }
        return switch (type) {
            case FLOAT32 -> manager.create(floats, s);
            case FLOAT64 -> manager.create(v, s);
            case INT32 -> manager.create(ints, s);
            case INT64 -> manager.create(Arrays.stream(ints).asLongStream().toArray(), s);
            case INT8 -> manager.create(bytes, s);
            case UINT8 -> manager.create(ByteBuffer.wrap(bytes), s, DataType.UINT8);
            case BOOLEAN -> manager.create(booleans, s);
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    @Override
    public String toString() { return type + " " + Arrays.toString(shape); }
}
