package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.function.Supplier;

/**
 * A workload with its inputs in place, ready to be run again and again.
 *
 * @param amount the work of one run in the workload's unit (samples, Melem, GFLOP); for a workload measured in time,
 *     the number of its time units in a second
 * @param step one run
 * @param watched the array whose value tells that a run is over, or null where the step's result does
 * @param closing closes what the manager of the inputs does not own
 */
record Job(double amount, Step step, NDArray watched, Runnable closing) implements AutoCloseable {

    /** The amount of a job measured in nanoseconds. */
    static final double NANOSECONDS = 1e9;

    /** One run of a job. */
    @FunctionalInterface
    interface Step {

        /** Runs once; the caller closes the result, which is null where the job names an array to watch. */
        NDArray run() throws Exception;
    }

    static Job of(double amount, Step step) {
        return new Job(amount, step, null, () -> {});
    }

    /** A job that works in place on {@code watched}. */
    static Job watching(double amount, NDArray watched, Runnable step) {
        return new Job(amount, () -> {
            step.run();
            return null;
        }, watched, () -> {});
    }

    /**
     * A job that records {@code forward}, plays it back from its result and hands over the gradient of {@code x}.
     *
     * @param x an array that requires a gradient
     */
    static Job recorded(double amount, NDArray x, Supplier<NDArray> forward) {
        return of(amount, () -> {
            try (GradientCollector tape = x.getManager().getEngine().newGradientCollector();
                    NDArray y = forward.get()) {
                tape.backward(y);
            }
            return x.getGradient();
        });
    }

    /**
     * One repetition: runs {@code runs} times and returns the seconds until the last value can be read. Engines may
     * work asynchronously, so one element is read before the clock stops. For the while the inputs belong to a manager
     * of the repetition's own, which takes away with it what the engine made of them unasked.
     *
     * @param home the manager of the inputs
     */
    double secondsFor(NDManager home, long runs) throws Exception {
        NDList inputs = new NDList(home.getManagedArrays());
        try (NDManager repetition = home.newSubManager()) {
            inputs.attach(repetition);
            try {
                return timed(runs);
            } finally {
                inputs.attach(home);
            }
        }
    }

    private double timed(long runs) throws Exception {
        long start = System.nanoTime();
        NDArray last = null;
        for (long run = 0; run < runs; run++) {
            if (last != null) {
                last.close();
            }
            last = step.run();
        }
        readFirst(watched == null ? last : watched);
        return (System.nanoTime() - start) * 1e-9;
    }

    /** Reads one element. The array is flattened first: MXNet dies on an index into a convolution's gradient. */
    private static void readFirst(NDArray array) {
        try (NDArray flat = array.flatten(); NDArray first = flat.get(0)) {
            first.toByteBuffer();
        }
    }

    @Override
    public void close() {
        closing.run();
    }
}
