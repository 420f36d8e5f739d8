package io.wengert.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.kernel.DType;

/** Translates between DJL's element types and shapes and the kernels'. */
final class DTypes {

    private static final DataType[] TO_DJL = new DataType[DType.values().length];
    private static final DType[] FROM_DJL = new DType[DataType.values().length];

    static {
        for (DType t : DType.values()) {
            DataType d = t == DType.BOOL ? DataType.BOOLEAN : DataType.valueOf(t.name());
            TO_DJL[t.ordinal()] = d;
            FROM_DJL[d.ordinal()] = t;
        }
    }

    private DTypes() {}

    static DataType of(DType t) { return TO_DJL[t.ordinal()]; }

    /**
     * The kernels' type.
     *
     * @throws IllegalArgumentException for UNKNOWN
     */
    static DType of(DataType t) {
        DType d = FROM_DJL[t.ordinal()];
        if (d == null) {
            throw new IllegalArgumentException("no array has elements of type " + t);
        }
        return d;
    }

    /**
     * The extents.
     *
     * @throws IllegalArgumentException if one is negative: a shape that is not yet known
     */
    static long[] extents(Shape shape) {
        long[] s = shape.getShape();
        for (long d : s) {
            if (d < 0) {
                throw new IllegalArgumentException("the shape " + shape + " is not fully known");
            }
        }
        return s;
    }
}
