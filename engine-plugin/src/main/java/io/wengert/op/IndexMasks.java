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
        for (byte b : flags(x)) {
            if (b != 0) {
                return true;
            }
        }
        return false;
    }

    /** 1 for each element that is not zero, in row-major order. */
    private static byte[] flags(Tensor x) {
        if (!x.dtype().isReal()) {
            throw Op.wrong("nonzero", "not defined for " + x.dtype().text(), x);
        }
        byte[] flags = new byte[Math.toIntExact(x.size())];
        try (Tensor bool = x.dtype() == DType.BOOL ? x.view(x.layout()) : Comparisons.NEQ_NUMBER.with(x, 0);
                Tensor row = ShapeOps.seen(bool, flags.length)) {
            Tensor whole = Conversions.contiguous(row);
            whole.backend().read(whole.buffer(), whole.layout().offset(), flags, 0, flags.length);
        }
        return flags;
    }

    private static long[] chosen(Tensor mask) {
        byte[] flags = flags(mask);
        long[] at = new long[flags.length];
        int n = 0;
        for (int i = 0; i < flags.length; i++) {
            at[n] = i;
            n += flags[i] != 0 ? 1 : 0;
        }
        return Arrays.copyOf(at, n);
    }

    /** The places, in the flattened array, of elements that are not zero: int64 (n). */
    static Tensor places(Tensor mask) {
        long[] at = chosen(mask);
        return Tensor.of(mask.backend(), DType.INT64, at, at.length);
    }

    /** The indices of elements that are not zero: int64 (n, rank), in row-major order. */
    public static Tensor nonzero(Tensor x) {
        long[] at = chosen(x);
        int rank = x.rank();
        long[] index = new long[at.length * rank];
        for (int i = 0; i < at.length; i++) {
            long rest = at[i];
            for (int k = rank - 1; k >= 0; k--) {
                index[i * rank + k] = rest % x.size(k);
                rest /= x.size(k);
            }
        }
        return Tensor.of(x.backend(), DType.INT64, index, at.length, rank);
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
