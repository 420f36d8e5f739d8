package io.wengert.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.wengert.kernel.DType;
import io.wengert.op.Required;
import io.wengert.op.SparseTensor;

/** Translates between DJL's element types, shapes and formats and the kernels'. */
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
     * @throws IllegalArgumentException for UNKNOWN, or null
     */
    static DType of(DataType t) {
        DType d = FROM_DJL[Required.of(t, "a data type").ordinal()];
        if (d == null) {
            throw new IllegalArgumentException("no array has elements of type " + t);
        }
        return d;
    }

    static SparseFormat of(SparseTensor.Format f) {
        return f == SparseTensor.Format.ROWS ? SparseFormat.ROW_SPARSE : SparseFormat.valueOf(f.name());
    }

    /**
     * The kernels' name of a format that is not dense.
     *
     * @throws IllegalArgumentException if there is none
     */
    static SparseTensor.Format of(SparseFormat f) {
        boolean rows = Required.of(f, "a sparse format") == SparseFormat.ROW_SPARSE;
        return rows ? SparseTensor.Format.ROWS : SparseTensor.Format.valueOf(f.name());
    }

    /** The numbers of a shape that need not be that of an array: strides, or padding. */
    static long[] numbers(Shape shape) { return Required.of(shape, "a shape").getShape(); }

    /**
     * The extents.
     *
     * @throws IllegalArgumentException if one is negative: a shape that is not yet known; or if there is no shape
     */
    static long[] extents(Shape shape) {
        long[] s = numbers(shape);
        for (long d : s) {
            if (d < 0) {
                throw new IllegalArgumentException("the shape " + shape + " is not fully known");
            }
        }
        return s;
    }
}
