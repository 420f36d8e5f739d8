package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.autograd.CallSite;
import io.wengert.autograd.Leaf;
import io.wengert.autograd.Tape;
import io.wengert.op.Conversions;
import io.wengert.op.Elementwise;
import io.wengert.op.Op;
import io.wengert.op.Recorder;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.function.Function;

/** What the families of array methods build on: the tensor behind the handle, and how results become handles. */
interface TensorArray extends NDArray {

    /**
     * The current value.
     *
     * @throws IllegalStateException if this array has been closed
     */
    Tensor tensor();

    /** All elements of a value that is stored sparsely, and stays so, as a tensor to be closed; null if it is not. */
    Tensor elements();

    /** The place that holds the value, shared by all handles of it. */
    Cell cell();

    /** The manager, as one of ours. */
    WgNDManager manager();

    /** An array of the same manager that takes over the tensor. */
    default WgNDArray give(Tensor t) { return manager().give(t); }

    /** Several arrays of the same manager. */
    default NDList give(Tensor... tensors) {
        NDList r = new NDList(tensors.length);
        for (Tensor t : tensors) {
            r.add(give(t));
        }
        return r;
    }

    /** The value of an operand, which may be of another engine. */
    default Tensor operand(NDArray other) {
        return other instanceof WgNDArray own ? own.tensor() : Foreign.tensor(other, manager().backend());
    }

    /** Applies an operation without attribute to this array. */
    default WgNDArray on(Op<?> op) { return give(op.on(tensor())); }

    /** Applies an operation without attribute to this array and another. */
    default WgNDArray on(Op<?> op, NDArray other) { return give(op.on(tensor(), operand(other))); }

    /** Applies a formula with a number to this array. */
    default WgNDArray on(Elementwise op, Number n) { return give(op.with(tensor(), n)); }

    /** Applies an operation with an attribute to this array. */
    default <A> WgNDArray with(A attribute, Op<A> op) { return give(op.with(attribute, tensor())); }

    /** Replaces this array by the result of an operation on it. */
    default WgNDArray onto(Op<?> op) { return update(op.name(), t -> op.onto(null, t)); }

    /** Replaces this array by the result of an operation on it and another. */
    default WgNDArray onto(Op<?> op, NDArray other) {
        Tensor o = operand(other);
        return update(op.name(), t -> op.onto(null, t, o));
    }

    /** Replaces this array by the result of a formula with a number. */
    default WgNDArray onto(Elementwise op, Number n) { return update(op.name(), t -> op.onto(new Number[] {n}, t)); }

    /**
     * Replaces the value of this array, which keeps its shape and dtype; handles of the same cell see the change.
     *
     * @throws IllegalStateException if this is a variable and operations are being recorded
     */
    default WgNDArray update(String name, Function<Tensor, Tensor> change) {
        Tensor x = tensor();
        Leaf leaf = Leaf.of(x);
        if (leaf != null && Tape.guardsVariables()) {
            throw new IllegalStateException(name + " in place on an array that requires a gradient (" + x.text() + ") at "
                    + CallSite.here() + ", while operations are being recorded: its old value would be lost to the gradient. Use the"
                    + " operation that gives a new array, or do it after the collector is closed");
        }
        Tensor y = leaf == null ? change.apply(x) : Recorder.Installed.get().unrecorded(() -> change.apply(x));
        if (!y.layout().sameShape(x.layout())) {
            y.close();
            throw new IllegalArgumentException(name + ": the result has the shape " + io.wengert.kernel.Layout.text(y.shape())
                    + ", which does not fit in place into " + x.text());
        }
        if (y.dtype() != x.dtype()) {
            Tensor cast = Conversions.CAST.with(x.dtype(), y);
            y.close();
            y = cast;
        }
        cell().put(leaf == null ? y : y.from(leaf, 0));
        return (WgNDArray) this;
    }

    /** The error of a method that this engine does not have yet. */
    static UnsupportedOperationException missing(String method) {
        return new UnsupportedOperationException(WgEngine.ENGINE_NAME + " does not have " + method + " yet");
    }
}
