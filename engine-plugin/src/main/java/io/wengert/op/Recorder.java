package io.wengert.op;

import io.wengert.tensor.Tensor;
import java.util.function.Supplier;

/** Who is told about calls that a gradient may flow through. */
public interface Recorder {

    /** Whether calls of this thread are being recorded at all. */
    boolean isRecording();

    /**
     * Takes note of a call whose outputs depend on a tracked input, and gives the outputs their origin, also where they are saved.
     *
     * @param call what its gradient rule will see; from now on the recorder's to free
     */
    void record(Call<?> call, Tensor[] in, Tensor... out);

    /** Does some work on this thread without recording it. */
    <T> T unrecorded(Supplier<T> work);

    /** The recorder of this process; nobody's until automatic differentiation has been set up. */
    final class Installed {

        private static volatile Recorder current = new Recorder() {
            @Override
            public boolean isRecording() { return false; }

            @Override
            public void record(Call<?> call, Tensor[] in, Tensor... out) { throw new IllegalStateException("nobody records"); }

            @Override
            public <T> T unrecorded(Supplier<T> work) { return work.get(); }
        };

        private Installed() {}

        public static Recorder get() { return current; }

        public static void set(Recorder recorder) { current = recorder; }
    }
}
