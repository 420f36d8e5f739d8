package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Dense arrays from the values and places of their elements that are not zero; values at one place are summed. */
public final class Sparse {

    private Sparse() {}

    /**
     * From coordinates.
     *
     * @param values as many as there are places
     * @param indices one array of places for each axis
     */
    public static Tensor coo(Tensor values, long[][] indices, long... shape) {
        int count = Math.toIntExact(values.size());
        if (indices.length != shape.length || Arrays.stream(indices).anyMatch(i -> i.length != count)) {
            throw Op.wrong("create_coo", "an array of " + count + " indices for each axis of " + Layout.text(shape)
                    + ", not " + indices.length + " of " + Arrays.stream(indices).map(i -> i.length).toList(), values);
        }
        long[] flat = new long[count];
        for (int axis = 0; axis < shape.length; axis++) {
            for (int i = 0; i < count; i++) {
                flat[i] = flat[i] * shape[axis] + within("create_coo", indices[axis][i], shape[axis]);
            }
        }
        return scattered(values, flat, shape);
    }

    /**
     * From compressed rows.
     *
     * @param starts for each row where its values begin, and at the end how many there are
     * @param columns the column of each value
     */
    public static Tensor csr(Tensor values, long[] starts, long[] columns, long... shape) {
        int count = Math.toIntExact(values.size());
        boolean fits = shape.length == 2 && columns.length == count && starts.length == shape[0] + 1 && starts[0] == 0
                && starts[starts.length - 1] == count;
        for (int i = 1; fits && i < starts.length; i++) {
            fits = starts[i] >= starts[i - 1];
        }
        if (!fits) {
            throw Op.wrong("create_csr", "row starts " + Arrays.toString(starts) + " and " + columns.length
                    + " columns make no matrix " + Layout.text(shape) + " of", values);
        }
        long[] flat = new long[count];
        for (int row = 0; row < shape[0]; row++) {
            for (int i = (int) starts[row]; i < starts[row + 1]; i++) {
                flat[i] = row * shape[1] + within("create_csr", columns[i], shape[1]);
            }
        }
        return scattered(values, flat, shape);
    }

    /** From whole slices along the first axis, each with its place. */
    public static Tensor rows(Tensor slices, long[] places, long... shape) {
        boolean fits = shape.length > 0 && slices.rank() == shape.length && slices.size(0) == places.length;
        for (int i = 1; fits && i < shape.length; i++) {
            fits = slices.size(i) == shape[i];
        }
        if (!fits) {
            throw Op.wrong("create_row_sparse", places.length + " rows of an array " + Layout.text(shape) + " are not",
                    slices);
        }
        Arrays.stream(places).forEach(p -> within("create_row_sparse", p, shape[0]));
        try (Tensor index = Tensor.of(slices.backend(), DType.INT64, places, places.length)) {
            return IndexOps.PUT_ADD.with(new IndexOps.Target(0, shape), slices, index);
        }
    }

    private static Tensor scattered(Tensor values, long[] flat, long... shape) {
        return ShapeOps.scoped(() -> {
            Tensor index = Tensor.of(values.backend(), DType.INT64, flat, flat.length);
            Tensor list = ShapeOps.reshape(values, flat.length);
            IndexOps.Target all = new IndexOps.Target(0, new long[] {Layout.sizeOf(shape)});
            return ShapeOps.reshape(IndexOps.PUT_ADD.with(all, list, index), shape);
        });
    }

    private static long within(String name, long index, long size) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException(name + ": index " + index + " on an axis of size " + size);
        }
        return index;
    }
}
