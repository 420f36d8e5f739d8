package io.wengert.kernel;

/** What kernels work on: a buffer seen through a layout. */
public interface View {

    Buffer buffer();

    Layout layout();

    default DType dtype() { return buffer().dtype(); }

    /** A view from its two parts. */
    static View of(Buffer buffer, Layout layout) {
        record Pair(Buffer buffer, Layout layout) implements View {}
        return new Pair(buffer, layout);
    }
}
