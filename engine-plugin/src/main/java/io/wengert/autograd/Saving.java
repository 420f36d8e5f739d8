package io.wengert.autograd;

import io.wengert.tensor.Tensor;

/**
 * What becomes of the values that recorded calls save for their gradients, where they are not simply held: moved elsewhere,
 * compressed, or dropped and computed again.
 */
public interface Saving {

    /**
     * Puts a value away.
     *
     * @param t the value, with a hold of its own: close it, or keep it and return it
     * @return what {@link #unpack} will be given
     */
    Object pack(Tensor t);

    /**
     * A call that is being recorded takes the value of a variable, whether it saves it or not.
     *
     * @param operation the name of the call's operation
     */
    default void takes(String operation, Tensor variable) {
        // Of interest only to whoever will run the call again.
    }

    /**
     * Brings a value back, once for each time it is needed.
     *
     * @return a tensor that the caller closes, of the shape and dtype that was packed; its origin need not be set
     */
    Tensor unpack(Object packed);

    /** The value will not be needed any more. */
    default void drop(Object packed) {
        if (packed instanceof Tensor t) {
            t.close();
        }
    }
}
