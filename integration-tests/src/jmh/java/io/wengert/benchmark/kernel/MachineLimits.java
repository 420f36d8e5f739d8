package io.wengert.benchmark.kernel;

import io.wengert.kernel.cpu.Threads;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the machine gives at most to the team of threads that the kernels work on: fused multiply-adds in registers, and
 * elements through memory.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 250, timeUnit = TimeUnit.MILLISECONDS)
public class MachineLimits {

    private static final int PARTS = 64;
    /** A multiple of 24 (12 accumulators, two operations each) times any vector's length. */
    private static final int FLOPS_PER_PART = 3 << 20;
    /** The additions and multiplications of one {@link #fmaFloat32} or {@link #fmaFloat64}. */
    static final double FLOPS = (double) PARTS * FLOPS_PER_PART;

    private static final long NANOS_PER_CALL = 1_000_000;
    private static final int GRAIN = 8192;

    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_PREFERRED;

    /** Three arrays of one length, which sets the level of memory that they lie in. */
    @State(Scope.Benchmark)
    public static class Operands {
        @Param({"10000", "1000000", "10000000", "40000000"}) int elements;

        private float[] a;
        private float[] b;
        private float[] c;

        /** Allocates and fills the arrays. */
        @Setup
        public void fill() {
            a = new float[elements];
            b = new float[elements];
            c = new float[elements];
            Arrays.fill(b, 1);
            Arrays.fill(c, 2);
        }
    }

    /** The bytes that one {@link #triad} reads and writes. */
    static double triadBytes(int elements) { return 12.0 * elements; }

    /** {@code a = b + s c}, as in STREAM. */
    @Benchmark
    public float[] triad(Operands x) {
        Threads.team().split(x.elements, GRAIN, 16, (from, to) -> triad(x.a, x.b, x.c, from, to));
        return x.a;
    }

    private static void triad(float[] a, float[] b, float[] c, int from, int to) {
        for (int i = from; i < to; i++) a[i] = b[i] + 3 * c[i];
    }

    @Benchmark
    public float[] fmaFloat32() {
        float[] sums = new float[PARTS];
        Threads.team().run(PARTS, NANOS_PER_CALL, part -> sums[part] = float32(FLOPS_PER_PART / (24 * F32.length())));
        return sums;
    }

    @Benchmark
    public double[] fmaFloat64() {
        double[] sums = new double[PARTS];
        Threads.team().run(PARTS, NANOS_PER_CALL, part -> sums[part] = float64(FLOPS_PER_PART / (24 * F64.length())));
        return sums;
    }

    /** Twelve accumulators: more than the 8 or 10 that hide the latency of two multiply-adds a cycle, few enough for 16 registers. */
    private static float float32(int rounds) {
        FloatVector m = FloatVector.broadcast(F32, 0.5f);
        FloatVector s0 = m, s1 = s0.add(m), s2 = s1.add(m), s3 = s2.add(m), s4 = s3.add(m), s5 = s4.add(m);
        FloatVector s6 = s5.add(m), s7 = s6.add(m), s8 = s7.add(m), s9 = s8.add(m), s10 = s9.add(m), s11 = s10.add(m);
        for (int i = 0; i < rounds; i++) {
            s0 = m.fma(m, s0);
            s1 = m.fma(m, s1);
            s2 = m.fma(m, s2);
            s3 = m.fma(m, s3);
            s4 = m.fma(m, s4);
            s5 = m.fma(m, s5);
            s6 = m.fma(m, s6);
            s7 = m.fma(m, s7);
            s8 = m.fma(m, s8);
            s9 = m.fma(m, s9);
            s10 = m.fma(m, s10);
            s11 = m.fma(m, s11);
        }
        return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).add(s10).add(s11)
                .reduceLanes(VectorOperators.ADD);
    }

    private static double float64(int rounds) {
        DoubleVector m = DoubleVector.broadcast(F64, 0.5);
        DoubleVector s0 = m, s1 = s0.add(m), s2 = s1.add(m), s3 = s2.add(m), s4 = s3.add(m), s5 = s4.add(m);
        DoubleVector s6 = s5.add(m), s7 = s6.add(m), s8 = s7.add(m), s9 = s8.add(m), s10 = s9.add(m), s11 = s10.add(m);
        for (int i = 0; i < rounds; i++) {
            s0 = m.fma(m, s0);
            s1 = m.fma(m, s1);
            s2 = m.fma(m, s2);
            s3 = m.fma(m, s3);
            s4 = m.fma(m, s4);
            s5 = m.fma(m, s5);
            s6 = m.fma(m, s6);
            s7 = m.fma(m, s7);
            s8 = m.fma(m, s8);
            s9 = m.fma(m, s9);
            s10 = m.fma(m, s10);
            s11 = m.fma(m, s11);
        }
        return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).add(s10).add(s11)
                .reduceLanes(VectorOperators.ADD);
    }
}
