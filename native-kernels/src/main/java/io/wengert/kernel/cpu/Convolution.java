package io.wengert.kernel.cpu;

/** A way to compute the convolution of one geometry in its three directions; elements lie in arrays of type {@code T}. */
interface Convolution<T> {

    /** Writes the output y. */
    void forward(T y, int yAt, T x, int xAt, T w, int wAt);

    /** Writes the gradient of the input to x; y holds that of the output. */
    void input(T x, int xAt, T y, int yAt, T w, int wAt);

    /** Writes the gradient of the weights to w; y holds that of the output. */
    void weight(T w, int wAt, T x, int xAt, T y, int yAt);
}
