package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import java.lang.invoke.MethodHandles;

/** Inner loops in plain Java: always there, always right. */
public final class PlainLanes implements Lanes {

    private final KernelComposer floats = composer(FloatFns.class, FloatLoop.class, float.class);
    private final KernelComposer doubles = composer(DoubleFns.class, DoubleLoop.class, double.class);
    private final KernelComposer longs = composer(LongFns.class, LongLoop.class, long.class);
    private final KernelComposer unsigned = composer(UnsignedFns.class, LongLoop.class, long.class);
    private final GemmKernels gemm = new PlainGemm();

    private static KernelComposer composer(Class<?> table, Class<?> template, Class<?> lane) {
        return new KernelComposer(MethodHandles.lookup(), table, template, lane, lane.arrayType());
    }

    @Override
    public String description() { return "plain Java"; }

    @Override
    public int width(DType lane) { return 1; }

    @Override
    public MapKernel map(Program program, DType lane) {
        KernelComposer c = switch (Lane.of(lane)) {
            case F32 -> floats;
            case F64 -> doubles;
            case I64 -> longs;
            case U64 -> unsigned;
        };
        return c.compose(program);
    }

    @Override
    public GemmKernels gemm() { return gemm; }

    /** Four independent partial results, so that additions overlap. */
    @Override
    public float reduce(Reduction reduction, float[] x, int at, int n) {
        float a = (float) reduction.identity();
        float b = a;
        float c = a;
        float d = a;
        int end = at + n;
        int i = at;
        for (; i + 4 <= end; i += 4) {
            a = combine(reduction, a, x[i]);
            b = combine(reduction, b, x[i + 1]);
            c = combine(reduction, c, x[i + 2]);
            d = combine(reduction, d, x[i + 3]);
        }
        for (; i < end; i++) {
            a = combine(reduction, a, x[i]);
        }
        return combine(reduction, combine(reduction, a, b), combine(reduction, c, d));
    }

    @Override
    public double reduce(Reduction reduction, double[] x, int at, int n) {
        double a = reduction.identity();
        double b = a;
        int end = at + n;
        int i = at;
        for (; i + 2 <= end; i += 2) {
            a = combine(reduction, a, x[i]);
            b = combine(reduction, b, x[i + 1]);
        }
        return combine(reduction, i < end ? combine(reduction, a, x[i]) : a, b);
    }

    @Override
    public void accumulate(Reduction reduction, float[] acc, int accAt, float[] x, int at, int n) {
        for (int i = 0; i < n; i++) {
            acc[accAt + i] = combine(reduction, acc[accAt + i], x[at + i]);
        }
    }

    @Override
    public void accumulate(Reduction reduction, double[] acc, int accAt, double[] x, int at, int n) {
        for (int i = 0; i < n; i++) {
            acc[accAt + i] = combine(reduction, acc[accAt + i], x[at + i]);
        }
    }

    static float combine(Reduction r, float a, float b) {
        return switch (r) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    static double combine(Reduction r, double a, double b) {
        return switch (r) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    static long combine(Reduction r, long a, long b, boolean unsigned) {
        return switch (r) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) >= 0 ? a : b;
            case MIN -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) <= 0 ? a : b;
        };
    }

    /** Combines {@code value} with n elements; a loop of its own for each way, so that none is compiled for all. */
    static long reduce(Reduction r, long value, long[] x, int at, int n, boolean unsigned) {
        return switch (r) {
            case SUM -> value + sum(x, at, n);
            case PROD -> value * product(x, at, n);
            case MAX -> unsigned ? max(value ^ Long.MIN_VALUE, x, at, n, Long.MIN_VALUE) ^ Long.MIN_VALUE
                    : max(value, x, at, n, 0);
            case MIN -> unsigned ? min(value ^ Long.MIN_VALUE, x, at, n, Long.MIN_VALUE) ^ Long.MIN_VALUE
                    : min(value, x, at, n, 0);
        };
    }

    private static long sum(long[] x, int at, int n) {
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[at + i];
        }
        return sum;
    }

    private static long product(long[] x, int at, int n) {
        long product = 1;
        for (int i = 0; i < n; i++) {
            product *= x[at + i];
        }
        return product;
    }

    /** The largest of the numbers with the bits of {@code turn} turned round: the sign bit for numbers without sign. */
    private static long max(long value, long[] x, int at, int n, long turn) {
        long max = value;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[at + i] ^ turn);
        }
        return max;
    }

    private static long min(long value, long[] x, int at, int n, long turn) {
        long min = value;
        for (int i = 0; i < n; i++) {
            min = Math.min(min, x[at + i] ^ turn);
        }
        return min;
    }

    static long identity(Reduction r, boolean unsigned) {
        return switch (r) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> unsigned ? 0 : Long.MIN_VALUE;
            case MIN -> unsigned ? -1 : Long.MAX_VALUE;
        };
    }
}
