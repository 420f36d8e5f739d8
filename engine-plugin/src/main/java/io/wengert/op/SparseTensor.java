package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/**
 * An array of which only what is not zero is stored, elements or whole rows, with their places; what is stored for one
 * place twice is summed.
 */
public final class SparseTensor implements AutoCloseable {

    /** How places are told. */
    public enum Format {
        /** For each axis an index for each value. */
        COO,
        /** Of a matrix: where each row begins among the values, and the column of each value. */
        CSR,
        /** The values are slices along the first axis, each with its place. */
        ROWS
    }

    private final Format format;
    private final long[] shape;
    private final boolean distinct;
    private final Tensor values;
    /** Of int64: COO (axes, n); CSR starts (rows + 1) and columns (n); ROWS (n). */
    private final Tensor[] places;

    private SparseTensor(Format format, long[] shape, boolean distinct, Tensor values, Tensor... places) {
        this.format = format;
        this.shape = shape.clone();
        this.distinct = distinct;
        this.values = values;
        this.places = places;
    }

    /**
     * From coordinates.
     *
     * @param values as many as there are places
     * @param indices one array of places for each axis
     */
    public static SparseTensor coo(Tensor values, long[][] indices, long... shape) {
        int count = Math.toIntExact(values.size());
        if (Required.of(indices, "indices").length != shape.length
                || Arrays.stream(indices).anyMatch(i -> i == null || i.length != count)) {
            throw Op.wrong("create_coo", "an array of " + count + " indices for each axis of " + Layout.text(shape)
                    + " is needed, not " + indices.length + " arrays", values);
        }
        long[] all = new long[count * shape.length];
        for (int axis = 0; axis < shape.length; axis++) {
            for (int i = 0; i < count; i++) {
                all[axis * count + i] = within("create_coo", indices[axis][i], shape[axis]);
            }
        }
        return new SparseTensor(Format.COO, shape, false, copied(values), host(values.backend(), all, shape.length, count));
    }

    /**
     * From compressed rows.
     *
     * @param starts for each row where its values begin, and at the end how many there are
     * @param columns the column of each value
     */
    public static SparseTensor csr(Tensor values, long[] starts, long[] columns, long... shape) {
        int count = Math.toIntExact(values.size());
        boolean fits = shape.length == 2 && Required.of(columns, "columns").length == count
                && Required.of(starts, "row starts").length == shape[0] + 1 && starts[0] == 0
                && starts[starts.length - 1] == count;
        for (int i = 1; fits && i < starts.length; i++) {
            fits = starts[i] >= starts[i - 1];
        }
        if (!fits) {
            throw Op.wrong("create_csr", starts.length + " row starts and " + columns.length + " columns make no matrix "
                    + Layout.text(shape) + " of", values);
        }
        Arrays.stream(columns).forEach(c -> within("create_csr", c, shape[1]));
        Backend on = values.backend();
        return new SparseTensor(Format.CSR, shape, false, copied(values), host(on, starts, starts.length), host(on, columns, count));
    }

    /** From whole slices along the first axis, each with its place. */
    public static SparseTensor rows(Tensor slices, long[] places, long... shape) {
        boolean fits = shape.length > 0 && slices.rank() == shape.length && slices.size(0) == Required.of(places, "rows").length;
        for (int i = 1; fits && i < shape.length; i++) {
            fits = slices.size(i) == shape[i];
        }
        if (!fits) {
            throw Op.wrong("create_row_sparse", places.length + " rows of an array " + Layout.text(shape) + " are not",
                    slices);
        }
        Arrays.stream(places).forEach(p -> within("create_row_sparse", p, shape[0]));
        boolean distinct = Arrays.stream(places).distinct().count() == places.length;
        Tensor index = host(slices.backend(), places, places.length);
        return new SparseTensor(Format.ROWS, shape, distinct, copied(slices), index);
    }

    /** From slices, which it takes over, of places that are known to be distinct and within the shape. */
    static SparseTensor distinct(Tensor slices, long[] places, long... shape) {
        return new SparseTensor(Format.ROWS, shape, true, slices, host(slices.backend(), places, places.length));
    }

    /**
     * What is not zero in an array.
     *
     * @throws IllegalArgumentException of strings, for CSR of an array that is no matrix, or for an array without axes
     */
    public static SparseTensor of(Format format, Tensor x) {
        if (x.dtype() == DType.STRING || x.rank() == 0 || format == Format.CSR && x.rank() != 2) {
            throw Op.wrong("to_sparse", "not possible in the format " + format, x);
        }
        Tensor[] parts = new Tensor[3];
        try (Tensor own = x.view(x.layout()); Tensor hit = Comparisons.NEQ_NUMBER.with(own, 0)) {
            if (format == Format.ROWS) {
                int[] others = new int[x.rank() - 1];
                Arrays.setAll(others, i -> i + 1);
                try (Tensor any = x.size() == 0 ? hit.view(hit.layout().slice(0, 0, 0, 1))
                        : Reductions.MAX.with(new Axes(false, others), hit)) {
                    parts[1] = IndexMasks.places(any);
                }
                boolean all = parts[1].size() == x.size(0);
                parts[0] = all ? own.view(own.layout()) : IndexOps.TAKE.with(0, own, parts[1]);
                return new SparseTensor(format, x.shape(), true, parts[0], parts[1]);
            }
            try (Tensor at = IndexMasks.places(hit)) {
                parts[0] = IndexOps.takeFlat(own, at);
                if (format == Format.COO) {
                    try (Tensor index = IndexMasks.nonzero(hit); Tensor turned = LinearAlgebra.transposed(index)) {
                        return new SparseTensor(format, x.shape(), true, parts[0], copied(turned));
                    }
                }
                return new SparseTensor(format, x.shape(), true, parts[0], starts(hit),
                        x.size(1) == 0 ? at.share() : Arithmetic.MOD_NUMBER.with(at, x.size(1)));
            }
        }
    }

    private static Tensor starts(Tensor hit) {
        return ShapeOps.scoped(() -> {
            Tensor ends = Sorting.CUM_SUM.with(0, Reductions.SUM.with(new Axes(false, 1), hit));
            Tensor zero = Conversions.fill(Tensor.empty(hit.backend(), DType.INT64, 1), 0);
            return ShapeOps.CONCAT.with(0, zero, ends);
        });
    }

    /** Another hold on the same values and places. */
    public SparseTensor share() {
        Tensor[] same = Arrays.stream(places).map(Tensor::share).toArray(Tensor[]::new);
        return new SparseTensor(format, shape, distinct, values.share(), same);
    }

    /** All elements; a new tensor. */
    public Tensor dense() {
        return switch (format) {
            case ROWS -> IndexOps.PUT_ADD.with(new IndexOps.Target(0, shape), values, places[0]);
            case COO -> ShapeOps.scoped(() -> {
                Tensor flat = Conversions.fill(Tensor.empty(values.backend(), DType.INT64, values.size()), 0);
                for (int axis = 0; axis < shape.length; axis++) {
                    Tensor index = places[0].view(places[0].layout().select(0, axis));
                    flat = Arithmetic.ADD.on(Arithmetic.MUL_NUMBER.with(flat, shape[axis]), index);
                }
                return scattered(flat);
            });
            case CSR -> ShapeOps.scoped(() -> {
                // A value's row is the number of rows that have begun up to it, but for the first.
                long n = values.size();
                Tensor begin = places[0].view(places[0].layout().slice(0, 1, Math.max(0, shape[0] - 1), 1));
                Tensor one = ShapeOps.BROADCAST.with(begin.shape(), Conversions.fill(
                        Tensor.empty(values.backend(), DType.INT64), 1));
                Tensor steps = IndexOps.PUT_ADD.with(new IndexOps.Target(0, new long[] {n + 1}), one, begin);
                Tensor row = Sorting.part(Sorting.CUM_SUM.with(0, steps), 0, 0, n);
                return scattered(Arithmetic.ADD.on(Arithmetic.MUL_NUMBER.with(row, shape[1]), places[1]));
            });
        };
    }

    private Tensor scattered(Tensor flat) {
        IndexOps.Target all = new IndexOps.Target(0, new long[] {Layout.sizeOf(shape)});
        return ShapeOps.reshape(IndexOps.PUT_ADD.with(all, ShapeOps.reshape(values, values.size()), flat), shape);
    }

    public Format format() { return format; }

    public DType dtype() { return values.dtype(); }

    public Backend backend() { return values.backend(); }

    public long[] shape() { return shape.clone(); }

    /** The elements or slices that are stored. */
    Tensor values() { return values; }

    /** The places (int64) of the slices, of ROWS. */
    Tensor rows() { return places[0]; }

    /** Whether it stores rows, each at most once. */
    public boolean hasDistinctRows() { return format == Format.ROWS && distinct; }

    /** Whether every row is stored. */
    public boolean isFull() { return format == Format.ROWS && values.size(0) == shape[0]; }

    @Override
    public void close() {
        values.close();
        Arrays.stream(places).forEach(Tensor::close);
    }

    private static Tensor copied(Tensor x) { return Conversions.copied(x); }

    private static Tensor host(Backend backend, long[] v, long... shape) { return Tensor.of(backend, DType.INT64, v, shape); }

    private static long within(String name, long index, long size) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException(name + ": index " + index + " on an axis of size " + size);
        }
        return index;
    }
}
