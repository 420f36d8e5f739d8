package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/**
 * The gradient of an array of which rows were taken, as an embedding does: what flows to the rows that were taken, with their
 * places; all other rows are zero.
 */
public final class RowGradient implements AutoCloseable {

    private final long[] shape;
    /** Of the shape of the places, and then of a row. */
    private final Tensor values;
    /** int64, from 0. */
    private final Tensor places;

    private RowGradient(long[] shape, Tensor values, Tensor places) {
        this.shape = shape;
        this.values = values;
        this.places = places;
    }

    /** With holds of its own on both arrays. */
    static RowGradient of(long[] shape, Tensor values, Tensor places) {
        return new RowGradient(shape.clone(), values.share(), places.share());
    }

    /** Another hold on the same arrays. */
    public RowGradient share() { return of(shape, values, places); }

    /** All rows; a new tensor. */
    public Tensor dense() { return IndexOps.PUT_ADD.with(new IndexOps.Target(0, shape), values, places); }

    /** The rows that were taken, each once, with the sum of all that flows to it, added in the order of {@link #dense}. */
    public SparseTensor sums() {
        long[] at = host();
        // One more than the place of a row among the sums.
        int[] slots = new int[Math.toIntExact(shape[0])];
        long[] rows = new long[at.length];
        int n = 0;
        for (int i = 0; i < at.length; i++) {
            int row = (int) at[i];
            if (slots[row] == 0) {
                rows[n] = row;
                slots[row] = ++n;
            }
            at[i] = slots[row] - 1;
        }
        long[] taken = shape.clone();
        taken[0] = n;
        try (Tensor to = Tensor.of(places.backend(), DType.INT64, at, places.shape())) {
            Tensor sums = IndexOps.PUT_ADD.with(new IndexOps.Target(0, taken), values, to);
            return SparseTensor.distinct(sums, Arrays.copyOf(rows, n), shape);
        }
    }

    private long[] host() {
        long[] at = new long[Math.toIntExact(places.size())];
        Tensor dense = Conversions.contiguous(places);
        dense.backend().read(dense.buffer(), dense.layout().offset(), at, 0, at.length);
        if (dense != places) {
            dense.close();
        }
        return at;
    }

    @Override
    public void close() {
        values.close();
        places.close();
    }
}
