package io.wengert.benchmark;

import ai.djl.ndarray.NDManager;
import java.time.Instant;

/**
 * One named piece of DJL code that every engine runs and that yields one figure.
 *
 * @param group the family whose ratios are averaged together
 * @param name the row's name, unique in the catalogue
 * @param unit the figure's unit, such as {@code GFLOP/s} or {@code ns/op}
 * @param higherIsBetter true for a rate, false for a time or a size
 * @param factory how the figure comes about
 */
record Workload(String group, String name, String unit, boolean higherIsBetter, Factory factory) {

    static Workload rate(String group, String name, String unit, Warm factory) {
        return new Workload(group, name, unit, true, factory);
    }

    static Workload time(String group, String name, String unit, Warm factory) {
        return new Workload(group, name, unit, false, factory);
    }

    static Workload fresh(String group, String name, String unit, boolean higherIsBetter, Fresh factory) {
        return new Workload(group, name, unit, higherIsBetter, factory);
    }

    /** True when every round needs a JVM of its own. */
    boolean wantsFreshJvm() {
        return factory instanceof Fresh;
    }

    /** The figure of {@code runs} runs of {@code job} that took {@code seconds} together. */
    double figure(Job job, long runs, double seconds) {
        return higherIsBetter ? job.amount() * runs / seconds : job.amount() * seconds / runs;
    }

    /** How many times better {@code subject} is than {@code peer}; above 1 means that the subject wins. */
    double timesBetter(double subject, double peer) {
        return higherIsBetter ? subject / peer : peer / subject;
    }

    /** How a workload gets its figure. */
    sealed interface Factory permits Warm, Fresh {}

    /** A job that is warmed up and then repeated in a JVM that lives through the whole benchmark. */
    @FunctionalInterface
    non-sealed interface Warm extends Factory {

        /** Makes the job's inputs in {@code manager}, which is closed after the last repetition. */
        Job prepare(NDManager manager) throws Exception;
    }

    /** A figure of a JVM's first seconds, taken once in each of several fresh JVMs. */
    @FunctionalInterface
    non-sealed interface Fresh extends Factory {

        /** Measures the engine of that name in a process that was launched at {@code launched}. */
        double measure(String engine, Instant launched) throws Exception;
    }
}
