package io.wengert.replay;

import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.op.Op;
import io.wengert.op.Sampling;
import java.util.Arrays;
import java.util.Objects;

/** One step of a graph; it gives values, which are numbered in the order of steps. */
sealed interface Step {

    /** The numbers of the values that it takes. */
    int[] in();

    /** How many values it gives. */
    int outputs();

    /** The same step of other values. */
    Step of(int... values);

    /** An application of an operation of the catalogue. */
    record Apply(Op<?> op, Attribute attribute, int[] in, int outputs) implements Step {

        @Override
        public Step of(int... values) { return new Apply(op, attribute, values, outputs); }

        @Override
        public boolean equals(Object o) {
            return o instanceof Apply a && op == a.op && attribute.equals(a.attribute) && Arrays.equals(in, a.in) && outputs == a.outputs;
        }

        @Override
        public int hashCode() { return Objects.hash(op, attribute, Arrays.hashCode(in)); }
    }

    /** Random numbers, new ones each time. */
    record Draw(Distribution distribution, double a, double b, DType dtype, Extents shape) implements Step {

        @Override
        public int[] in() { return new int[0]; }

        @Override
        public int outputs() { return 1; }

        @Override
        public Step of(int... values) { return this; }
    }

    /** Samples from distributions whose parameters are values, new ones each time; no gradient flows through them. */
    record Sample(Sampling.Law law, long experiments, Extents samples, int[] in) implements Step {

        @Override
        public int outputs() { return 1; }

        @Override
        public Step of(int... values) { return new Sample(law, experiments, samples, values); }

        @Override
        public boolean equals(Object o) {
            return o instanceof Sample s && law == s.law && experiments == s.experiments && samples.equals(s.samples)
                    && Arrays.equals(in, s.in);
        }

        @Override
        public int hashCode() { return Objects.hash(law, experiments, samples, Arrays.hashCode(in)); }
    }

    /** A value through which no gradient flows. */
    record Stop(int value) implements Step {

        @Override
        public int[] in() { return new int[] {value}; }

        @Override
        public int outputs() { return 1; }

        @Override
        public Step of(int... values) { return new Stop(values[0]); }
    }
}
