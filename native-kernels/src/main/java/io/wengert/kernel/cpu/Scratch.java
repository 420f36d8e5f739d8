package io.wengert.kernel.cpu;

/** Arrays that each thread keeps from one call to the next; each number stands for another one. */
final class Scratch<T> {

    private static final int NUMBERS = 5;

    private final WindowKernels<T> kernels;
    private final ThreadLocal<Held> held = ThreadLocal.withInitial(Held::new);

    private static final class Held {
        private final Object[] arrays = new Object[NUMBERS];
        private final int[] lengths = new int[NUMBERS];
    }

    Scratch(WindowKernels<T> kernels) { this.kernels = kernels; }

    /** This thread's array of a number, of at least this length, with undefined contents. */
    @SuppressWarnings("unchecked")
    T take(int number, int length) {
        Held h = held.get();
        if (h.lengths[number] < length || h.arrays[number] == null) {
            h.lengths[number] = length;
            h.arrays[number] = kernels.allocate(length);
        }
        return (T) h.arrays[number];
    }
}
