package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.wengert.op.Required;
import io.wengert.op.ShapeOps;
import io.wengert.op.ShapeRepeats;

/** Another shape or order of the same elements, or several copies of them. */
interface ShapeMethods extends TensorArray {
    // @formatter:off
    @Override default NDArray reshape(long... shape) { return give(ShapeOps.reshapeTo(tensor(), shape)); }
    @Override default NDArray reshape(Shape shape) { return reshape(DTypes.numbers(shape)); }
    @Override default NDArray expandDims(int axis) { return give(ShapeOps.expandDims(tensor(), axis)); }
    @Override default NDArray squeeze(int[] axes) { return give(ShapeOps.squeeze(tensor(), axes)); }
    @Override default NDArray flatten() { return reshape(-1); }
    @Override default NDArray flatten(int start, int end) { return give(ShapeOps.flatten(tensor(), start, end)); }

    @Override default NDList split(long sections, int axis) { return give(ShapeOps.split(tensor(), sections, axis)); }
    @Override default NDList split(long[] indices, int axis) { return give(ShapeOps.split(tensor(), indices, axis)); }

    @Override default NDArray transpose() { return give(ShapeOps.transpose(tensor())); }
    @Override default NDArray transpose(int... axes) { return with(Required.of(axes, "axes").clone(), ShapeOps.PERMUTE); }
    @Override default NDArray swapAxes(int axis1, int axis2) { return give(ShapeOps.swapAxes(tensor(), axis1, axis2)); }
    @Override default NDArray flip(int... axes) { return give(ShapeOps.flip(tensor(), axes)); }
    @Override default NDArray rotate90(int times, int[] axes) { return give(ShapeOps.rotate90(tensor(), times, axes)); }
    @Override default NDArray broadcast(Shape shape) { return with(DTypes.extents(shape), ShapeOps.BROADCAST); }
    @Override default NDArray broadcast(long... shape) { return broadcast(new Shape(shape)); }
    @Override default NDArray pad(Shape by, double value) { return give(ShapeOps.pad(tensor(), DTypes.numbers(by), value)); }

    @Override default NDArray tile(long repeats) { return give(ShapeRepeats.tileAll(tensor(), repeats)); }
    @Override default NDArray tile(int axis, long n) { return give(ShapeRepeats.tile(tensor(), axis, n)); }
    @Override default NDArray tile(long[] repeats) { return give(ShapeRepeats.tile(tensor(), repeats)); }
    @Override default NDArray tile(Shape to) { return give(ShapeRepeats.tileTo(tensor(), DTypes.extents(to))); }
    @Override default NDArray repeat(long repeats) { return give(ShapeRepeats.repeatAll(tensor(), repeats)); }
    @Override default NDArray repeat(int axis, long n) { return give(ShapeRepeats.repeat(tensor(), axis, n)); }
    @Override default NDArray repeat(long[] repeats) { return give(ShapeRepeats.repeat(tensor(), repeats)); }
    @Override default NDArray repeat(Shape to) { return give(ShapeRepeats.repeatTo(tensor(), DTypes.extents(to))); }
    // @formatter:on
}
