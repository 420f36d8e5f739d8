package io.wengert.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.wengert.kernel.DType;
import io.wengert.op.Arithmetic;
import io.wengert.op.Conversions;
import io.wengert.op.Op;
import io.wengert.op.Reductions;
import io.wengert.op.ShapeOps;
import io.wengert.op.Sorting;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * An array that no operation made, and how to make it in the size that a run needs: as it is, repeated along axes that go by
 * the sizes of inputs, or rising by equal steps along one of them.
 *
 * @param shape its shape, if that goes by the sizes of inputs; else null
 * @param axis the axis along which it rises, or -1
 * @param tensors the array, with size 1 along axes that go by sizes; then by how much it rises
 */
record Constant(Extents shape, int axis, List<Tensor> tensors) {

    /**
     * The constant of this number in all recordings.
     *
     * @throws IllegalArgumentException if they differ in something else
     */
    static Constant of(List<Recording> corners, int value, Extents shape) {
        Tensor base = corners.get(0).constants.get(value);
        boolean[] open = new boolean[base.rank()];
        int axis = -1;
        for (int i = 0; i < open.length; i++) {
            open[i] = !shape.axes().get(i).isConstant();
            axis = open[i] ? i : axis;
        }
        Constant repeated = new Constant(axis < 0 ? null : shape, -1, List.of(part(base, open, -1)));
        if (repeated.isRight(corners, value)) {
            return repeated;
        }
        boolean numbers = base.dtype().isFloating() || base.dtype().isInteger();
        if (axis >= 0 && base.size(axis) > 1 && numbers) {
            Tensor first = part(base, open, -1);
            Constant rising = new Constant(shape, axis, List.of(first, Arithmetic.SUB.on(part(base, open, axis), first)));
            if (rising.isRight(corners, value)) {
                return rising;
            }
        }
        Recording r = corners.get(0);
        throw Generalization.refusal((r.read() == null ? r.appeared.get(value) : r.read()) + ": an array " + base.text()
                + " that no operation made has other elements for other inputs than " + Generalization.shapes(r)
                + "; what is computed from elements outside of arrays (getFloat, toArray) cannot be a graph");
    }

    /** A copy with the first place of each open axis, or the second of one of them. */
    private static Tensor part(Tensor x, boolean[] open, int second) {
        long[] ones = new long[x.rank()];
        Arrays.fill(ones, 1);
        ShapeOps.Region r = new ShapeOps.Region(new long[x.rank()], x.shape(), ones);
        for (int i = 0; i < open.length; i++) {
            r.count()[i] = open[i] ? Math.min(1, x.size(i)) : x.size(i);
            r.from()[i] = i == second ? 1 : 0;
        }
        try (Tensor view = ShapeOps.SLICE.with(r, x)) {
            return Conversions.copied(view);
        }
    }

    private boolean isRight(List<Recording> corners, int value) {
        return corners.stream().allMatch(r -> {
            Tensor whole = r.constants.get(value);
            Tensor made = shape == null ? tensors.get(0) : axis < 0 ? ShapeOps.BROADCAST.with(whole.shape(), tensors.get(0))
                    : rising(whole.dtype(), whole.shape());
            return made.dtype() == whole.dtype() && Reductions.allClose(made, whole, 0, 0, true);
        });
    }

    /** What {@link #steps} do. */
    private Tensor rising(DType type, long... sizes) {
        Tensor rise = tensors.get(1);
        Tensor sums = Sorting.CUM_SUM.with(axis, ShapeOps.BROADCAST.with(sizes, rise));
        return Conversions.CAST.with(type, Arithmetic.ADD.on(Arithmetic.SUB.on(sums, rise), tensors.get(0)));
    }

    /**
     * The steps that make it.
     *
     * @param place the number of the first of the tensors
     * @param next the number of the first step's value
     */
    List<Step> steps(int place, int next, List<String> names) {
        if (shape == null) {
            return List.of();
        }
        JsonArray axes = new JsonArray();
        for (Extent e : shape.axes()) {
            axes.add(e.isConstant() ? new JsonPrimitive(e.at()) : new JsonPrimitive(e.text(names)));
        }
        JsonObject sizes = new JsonObject();
        sizes.add("longs", axes);
        if (axis < 0) {
            return List.of(step(ShapeOps.BROADCAST, sizes, names, place));
        }
        return List.of(step(ShapeOps.BROADCAST, sizes, names, place + 1), step(Sorting.CUM_SUM, Attributes.encode(axis), names, next),
                step(Arithmetic.SUB, Attributes.encode(null), names, next + 1, place + 1),
                step(Arithmetic.ADD, Attributes.encode(null), names, next + 2, place),
                step(Conversions.CAST, Attributes.encode(tensors.get(0).dtype()), names, next + 3));
    }

    private static Step step(Op<?> op, JsonElement attribute, List<String> names, int... in) {
        return new Step.Apply(op, new Attribute(attribute, names), in, 1);
    }
}
