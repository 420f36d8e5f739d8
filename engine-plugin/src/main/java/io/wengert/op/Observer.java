package io.wengert.op;

import io.wengert.tensor.Tensor;
import java.util.Arrays;

/**
 * Who is told about every application of an operation, recorded or not: a profiler, a tracer of graphs, a search for the
 * first NaN.
 *
 * <p>Operations that are composed of others apply these between the two calls, on the same thread. Costs one read of a field an
 * operation while there is no observer.
 */
public interface Observer {

    /** A call begins on this thread. */
    void begins(Call<?> call);

    /**
     * The call has ended. What is thrown here goes to whoever applied the operation.
     *
     * @param out the outputs, which are not the observer's to close; null if the operation failed
     */
    void ends(Call<?> call, Tensor[] out);

    /** Whether everything has to be computed by operations, also where a gradient rule has a shorter way that nobody is told of. */
    default boolean wantsOperations() { return false; }

    /** Elements of a value are read by the program, or by the engine to decide what to do: what follows may depend on them. */
    default void reads(Tensor t) {
        // Of no interest to most.
    }

    /** The observers of this process. */
    final class Installed {

        private static volatile Observer[] all;

        private Installed() {}

        /** All of them; null for none. */
        static Observer[] all() { return all; }

        /** Whether an observer wants all to be computed by operations. */
        static boolean wantOperations() {
            Observer[] observers = all;
            boolean any = false;
            for (int i = 0; observers != null && i < observers.length; i++) {
                any |= observers[i].wantsOperations();
            }
            return any;
        }

        /** To be called by whoever brings elements to the host outside an operation. */
        public static void read(Tensor t) {
            Observer[] observers = all;
            for (int i = 0; observers != null && i < observers.length; i++) {
                observers[i].reads(t);
            }
        }

        /** Tells an observer of everything from now on, on all threads. */
        public static synchronized void add(Observer o) {
            Observer[] now = all == null ? new Observer[1] : Arrays.copyOf(all, all.length + 1);
            now[now.length - 1] = o;
            all = now;
        }

        public static synchronized void remove(Observer o) {
            if (all != null) {
                Observer[] left = Arrays.stream(all).filter(x -> x != o).toArray(Observer[]::new);
                all = left.length == 0 ? null : left;
            }
        }
    }
}
