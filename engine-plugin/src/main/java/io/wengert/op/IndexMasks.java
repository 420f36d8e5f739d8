package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;

/** Conditions as indices: which elements they select, and arrays made by selection. */
public final class IndexMasks {

    private IndexMasks() {}

    /** The numbers 0, 1, 2, ... (int64) in row-major order. */
    static Tensor count(Backend backend, long... shape) {
        long[] n = new long[Math.toIntExact(Layout.sizeOf(shape))];
        Arrays.setAll(n, i -> i);
        return Tensor.of(backend, DType.INT64, n, shape);
    }

    /** Whether any element is not zero. */
    static boolean any(Tensor x) {
        byte[] most = new byte[1];
        if (x.size() > 0) {
            Observer.Installed.read(x);
            try (Tensor flags = Comparisons.NEQ_NUMBER.with(x, 0);
                    Tensor r = Reductions.MAX.with(Axes.all(x.rank(), false), flags)) {
                r.backend().read(r.buffer(), r.layout().offset(), most, 0, 1);
            }
        }
        return most[0] != 0;
    }

    /** 1 for each element that is not zero, in row-major order. */
    private static byte[] flags(Tensor x) {
        if (x.dtype() == DType.STRING) {
            throw Op.wrong("nonzero", "not defined for " + x.dtype().text(), x);
        }
        Observer.Installed.read(x);
        byte[] flags = new byte[Math.toIntExact(x.size())];
        try (Tensor bool = x.dtype() == DType.BOOL ? x.view(x.layout()) : Comparisons.NEQ_NUMBER.with(x, 0);
                Tensor row = ShapeOps.seen(bool, flags.length)) {
            Tensor whole = Conversions.contiguous(row);
            whole.backend().read(whole.buffer(), whole.layout().offset(), flags, 0, flags.length);
        }
        return flags;
    }

    /** The places of what is not zero; two passes without a branch, so that it costs the same whatever the mask. */
    private static long[] chosen(Tensor mask) {
        byte[] flags = flags(mask);
        int count = 0;
        for (byte f : flags) {
            count += f;
        }
        // One longer, for what is written behind the last.
        long[] at = new long[count + 1];
        for (int i = 0, n = 0; i < flags.length; i++) {
            at[n] = i;
            n += flags[i];
        }
        return at;
    }

    /** The places, in the flattened array, of elements that are not zero: int64 (n). */
    static Tensor places(Tensor mask) {
        long[] at = chosen(mask);
        return Tensor.of(mask.backend(), DType.INT64, at, at.length - 1);
    }

    /** The indices of elements that are not zero: int64 (n, rank), in row-major order. */
    public static Tensor nonzero(Tensor x) {
        long[] at = chosen(x);
        int n = at.length - 1;
        int rank = x.rank();
        if (rank == 1) {
            return Tensor.of(x.backend(), DType.INT64, at, n, 1);
        }
        long[] index = new long[n * rank];
        long width = rank == 0 ? 1 : x.size(rank - 1);
        long row = 0;
        for (int i = 0, p = 0; i < n; i++, p += rank) {
            // Mostly in the row of the one before: no division then.
            if (i > 0 && at[i] < row + width) {
                System.arraycopy(index, p - rank, index, p, rank);
            } else {
                row = at[i] - at[i] % width;
                long rest = row / width;
                for (int k = rank - 2; k >= 0; k--) {
                    index[p + k] = rest % x.size(k);
                    rest /= x.size(k);
                }
            }
            if (rank > 0) {
                index[p + rank - 1] = at[i] - row;
            }
        }
        return Tensor.of(x.backend(), DType.INT64, index, n, rank);
    }

    /** What the mask selects; its axes are those of x from {@code axis} on, and become one. */
    public static Tensor booleanMask(Tensor x, Tensor mask, int axis) {
        int first = x.rank() == 0 && mask.rank() == 0 && axis == 0 ? 0 : x.layout().axis(axis);
        IndexExpression.Item[] items = new IndexExpression.Item[first + 1];
        Arrays.fill(items, IndexExpression.ALL);
        items[first] = new IndexExpression.Mask(mask);
        return new IndexExpression(items).get(x);
    }

    /**
     * The elements of x within each sequence, and a number beyond.
     *
     * @param x (batch, length, ..)
     * @param lengths (batch), how many of each sequence to keep
     */
    public static Tensor sequenceMask(Tensor x, Tensor lengths, Number value) {
        if (x.rank() < 2 || !lengths.layout().hasShape(x.size(0)) || !lengths.dtype().isReal()) {
            throw Op.wrong("sequence_mask", "takes sequences (batch, length, ..) and lengths (batch)", x, lengths);
        }
        return ShapeOps.scoped(() -> {
            Tensor column = ShapeOps.reshape(lengths, x.size(0), 1);
            Tensor inside = Comparisons.LT.on(count(x.backend(), 1, x.size(1)), column);
            long[] shape = new long[x.rank()];
            Arrays.fill(shape, 1);
            shape[0] = x.size(0);
            shape[1] = x.size(1);
            return where(ShapeOps.reshape(inside, shape), x, ShapeOps.number("sequence_mask", x, value));
        });
    }

    /**
     * {@code on} at the place along a new last axis that each element names, {@code off} elsewhere; everywhere if there
     * is no such place.
     */
    public static Tensor oneHot(Tensor x, long depth, Number on, Number off, DType dtype) {
        if (depth < 0 || !x.dtype().isReal() || !dtype.isReal()) {
            throw Op.wrong("one_hot", "of depth " + depth + " in " + dtype.text(), x);
        }
        return ShapeOps.scoped(() -> {
            Tensor hit = Comparisons.EQ.on(ShapeOps.expandDims(x, -1), count(x.backend(), depth));
            if (on.doubleValue() == 1 && off.doubleValue() == 0) {
                return Conversions.CAST.with(dtype, hit);
            }
            Tensor one = Conversions.fill(Tensor.empty(x.backend(), dtype), on);
            return Arithmetic.WHERE.on(hit, one, Conversions.fill(Tensor.empty(x.backend(), dtype), off));
        });
    }

    /** The second array where the condition is not zero, else the third; all broadcast, of any dtype. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (!condition.dtype().isReal()) {
            throw Op.wrong("where", "no condition of " + condition.dtype().text(), condition, a, b);
        }
        if (a.dtype().isReal() && b.dtype().isReal()) {
            return Arithmetic.WHERE.on(condition, a, b);
        }
        long[] shape = Op.broadcast("where", condition, a, b);
        return ShapeOps.scoped(() -> {
            Tensor both = ShapeOps.stack(0, ShapeOps.BROADCAST.with(shape, a), ShapeOps.BROADCAST.with(shape, b));
            Tensor second = Conversions.CAST.with(DType.INT64, Comparisons.EQ_NUMBER.with(condition, 0));
            Tensor index = ShapeOps.expandDims(ShapeOps.BROADCAST.with(shape, second), 0);
            return ShapeOps.reshape(IndexOps.GATHER.with(0, both, index), shape);
        });
    }
}
